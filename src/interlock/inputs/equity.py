"""Equity: one day of a US stock, its trades and national-best quotes, as commands.

Two zip archives, each with a CSV file `YYYYMMDD_symbol_{Trade,Quote}_Tick.csv`, no header:

    trades:  time, price, size, exchange, conditions, suspicious
    quotes:  time, bid, bid size, ask, ask size, exchange, conditions, suspicious

Times are milliseconds since midnight in New York, prices are in 1/10000 dollar, sizes in shares. In
a quote a price of 0 means that this side did not change. The stream holds the national best: each
row is the new best of one side, and the exchange's letter says where. Rows of the same millisecond
have no order between the files; quotes are taken first, so that a trade is seen against the quote
it traded at. Rows that the vendor marked suspicious are set aside and noted.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from heapq import merge
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple, final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from interlock.inputs.market_checks import FeedWatch
from interlock.inputs.refusals import RecordingRefused
from interlock.messages.commands import Command, NoteTrade, UpdateQuote
from interlock.messages.definitions import Instrument
from interlock.messages.terms import FEED_MALFORMED, FEED_OUT_OF_ORDER
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Nanoseconds

MEMBER_NAME: Final = re.compile(r"([0-9]{8})_([A-Za-z0-9.\-]+)_(Trade|Quote)_Tick\.csv", re.I)
_PRICE_DIGITS: Final = 4
_MS_OF_DAY_MAX: Final = 90_000_000  # 25 hours: the longest day of a year
_NUMBER: Final = re.compile(r"[0-9]{1,15}")

_TRADE_FIELDS: Final = 6
_QUOTE_FIELDS: Final = 8

Item = tuple[Nanoseconds, Command]


class _Row(NamedTuple):
    time_ns: Nanoseconds
    kind: str
    fields: list[str]
    fault: str
    late: str


@final
class EquityRecording:
    """A day of trades and national-best quotes. Iterating it gives (market time, command).

    Either path may be None. The day is that of the file names unless `day` says another. Raises
    `RecordingRefused` when an archive cannot be opened or says nothing about its day; what is
    wrong inside becomes a `NoteFeedFault`. Prices must lie on the instrument's ticks: an
    instrument with trades below a cent needs the tick 0.0001.
    """

    def __init__(
        self,
        trade_path: Path | None,
        quote_path: Path | None,
        instrument: Instrument,
        venue: str,
        day: date | None = None,
    ) -> None:
        assert trade_path is not None or quote_path is not None, "neither trades nor quotes"
        self.instrument = instrument
        self.venue = venue
        self._paths = {"Trade": trade_path, "Quote": quote_path}
        self._members = {
            kind: member_of(path, kind) for kind, path in self._paths.items() if path is not None
        }
        days = {name[1] for name in self._members.values()}
        if day is None and len(days) > 1:
            raise RecordingRefused(trade_path, f"is of another day than {quote_path}")
        self.day = day if day is not None else days.pop()
        self._midnight_ns = new_york_midnight_ns(self.day, trade_path or quote_path)
        self._start()

    @property
    def progress(self) -> float:
        size = sum(member[2] for member in self._members.values())
        return min(1.0, sum(self._done.values()) / max(1, size))

    def _start(self) -> None:
        self.watch = FeedWatch(self.instrument.symbol, self.venue)
        self.suspicious_rows = 0
        self._done = dict.fromkeys(self._members, 0)
        self._prices: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._bid = self._bid_quantity = self._ask = self._ask_quantity = 0
        self._restated = [True, True]

    def __iter__(self) -> Iterator[Item]:
        self._start()
        kinds = [kind for kind in ("Quote", "Trade") if kind in self._members]
        streams = [self._timed(kind) for kind in kinds]
        time_ns = self._midnight_ns
        for row in merge(*streams, key=attrgetter("time_ns")):
            time_ns = row.time_ns
            if row.fault:
                commands: list[Command] = [*self.watch.fault(FEED_MALFORMED, row.kind, row.fault)]
                if row.kind == "Quote":
                    self._restated = [False, False]
            elif row.kind == "Quote":
                commands = self._quote(row)
            else:
                commands = self._trade(row)
            for command in commands:
                yield time_ns, command
        for note in self.watch.close():
            yield time_ns, note

    def _timed(self, kind: str) -> Iterator[_Row]:
        """The rows of one archive with their times, and what is wrong with those that are."""
        latest_ns = self._midnight_ns
        wanted = _QUOTE_FIELDS if kind == "Quote" else _TRADE_FIELDS
        for number, fields, broken in self._rows(kind):
            fault = broken
            if not fault and len(fields) != wanted:
                fault = f"{kind} row {number} has {len(fields)} fields, must have {wanted}"
            elif not fault and not (
                fields[0].isdecimal() and int(fields[0][:15]) <= _MS_OF_DAY_MAX
            ):
                fault = f"{kind} row {number}: time was {fields[0][:20]!r}, must be ms of the day"
            if fault:
                yield _Row(latest_ns, kind, fields, fault, "")
                continue
            time_ns = self._midnight_ns + int(fields[0]) * NS_PER_MS
            late = ""
            if time_ns < latest_ns:
                late = f"{kind} row {number} is {latest_ns - time_ns} ns before the one before"
            latest_ns = max(latest_ns, time_ns)
            yield _Row(latest_ns, kind, fields, "", late)

    def _rows(self, kind: str) -> Iterator[tuple[int, list[str], str]]:
        path = self._paths[kind]
        name = self._members[kind][0]
        assert path is not None, f"no path for {kind}"
        number = 0
        try:
            with zipfile.ZipFile(path) as archive, archive.open(name) as file:
                text = io.TextIOWrapper(file, encoding="ascii", errors="replace", newline="")
                for row in csv.reader(text):
                    number += 1
                    if row:
                        if number & 1023 == 0:
                            self._done[kind] = file.tell()
                        yield number, row, ""
            self._done[kind] = self._members[kind][2]
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, csv.Error) as error:
            yield number, [], f"{path.name} is damaged after row {number}: {error}"

    def _quote(self, row: _Row) -> list[Command]:
        if row.late:
            # An old best must not replace a newer one.
            return [*self.watch.passing(FEED_OUT_OF_ORDER, f"{row.late}; set aside")]
        fields = row.fields
        if fields[7].strip() not in ("", "0"):
            return self._suspicious("quote", fields)
        try:
            bid, bid_quantity = self._price(fields[1]), self._size_of(fields[2])
            ask, ask_quantity = self._price(fields[3]), self._size_of(fields[4])
            if not bid and not ask:
                raise ValueError("a quote row that changes neither side")
        except ValueError as error:
            self._restated = [False, False]
            return [*self.watch.fault(FEED_MALFORMED, "Quote", f"quote: {error}")]
        if bid:
            self._bid, self._bid_quantity = bid, bid_quantity
            self._restated[0] = True
        if ask:
            self._ask, self._ask_quantity = ask, ask_quantity
            self._restated[1] = True
        commands: list[Command] = [
            *self.watch.crossing(self._bid, self._bid_quantity, self._ask, self._ask_quantity)
        ]
        commands.append(
            UpdateQuote(
                self.instrument.symbol,
                self.venue,
                self._bid,
                self._bid_quantity,
                self._ask,
                self._ask_quantity,
                row.time_ns,
            )
        )
        if self.watch.is_faulted and self._restated[0] and self._restated[1]:
            commands += self.watch.mend("Quote", "both sides were quoted anew")
        return commands

    def _trade(self, row: _Row) -> list[Command]:
        fields = row.fields
        if fields[5].strip() not in ("", "0"):
            return self._suspicious("trade", fields)
        try:
            price, quantity = self._price(fields[1]), self._size_of(fields[2])
            if not price or not quantity:
                raise ValueError(f"was {fields[2]!r} at {fields[1]!r}, must be above 0")
        except ValueError as error:
            return [*self.watch.fault(FEED_MALFORMED, "Trade", f"trade: {error}")]
        commands: list[Command] = []
        if row.late:
            commands += self.watch.passing(FEED_OUT_OF_ORDER, row.late)
        symbol = self.instrument.symbol
        commands.append(NoteTrade(symbol, self.venue, price, quantity, 0, row.time_ns))
        if self.watch.is_faulted:
            commands += self.watch.mend("Trade")
        return commands

    def _suspicious(self, kind: str, fields: list[str]) -> list[Command]:
        self.suspicious_rows += 1
        text = f"the vendor marked this {kind} suspicious: {','.join(fields)[:80]}; set aside"
        return [*self.watch.passing(FEED_MALFORMED, text)]

    def _price(self, text: str) -> int:
        ticks = self._prices.get(text)
        if ticks is None:
            if not _NUMBER.fullmatch(text):
                raise ValueError(f"price was {text[:20]!r}, must be a whole number of 1/10000")
            padded = text.rjust(_PRICE_DIGITS + 1, "0")
            ticks = self.instrument.parse_price(
                f"{padded[:-_PRICE_DIGITS]}.{padded[-_PRICE_DIGITS:]}"
            )
            self._prices[text] = ticks
        return ticks

    def _size_of(self, text: str) -> int:
        lots = self._sizes.get(text)
        if lots is None:
            if not _NUMBER.fullmatch(text):
                raise ValueError(f"size was {text[:20]!r}, must be a whole number of shares")
            lots = self.instrument.parse_quantity(text)
            self._sizes[text] = lots
        return lots


def member_of(path: Path, kind: str) -> tuple[str, date, int]:
    """This is the archive's CSV file of a kind ("Trade" or "Quote"): its name, day and bytes.

    Raises `RecordingRefused` when there is none, or more than one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except OSError as error:
        raise RecordingRefused(path, f"cannot be read: {error.strerror or error}") from None
    except zipfile.BadZipFile:
        text = "is no whole zip archive (its directory, at the end, is missing): copy it again"
        raise RecordingRefused(path, text) from None
    found = []
    for info in infos:
        match = MEMBER_NAME.fullmatch(info.filename.rpartition("/")[2])
        if match is not None and match[3].lower() == kind.lower():
            try:
                day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
            except ValueError as error:
                raise RecordingRefused(path, f"{info.filename} names no day: {error}") from None
            found.append((info.filename, day, info.file_size))
    if len(found) != 1:
        names = ", ".join(info.filename for info in infos[:5]) or "nothing"
        text = f"must hold one YYYYMMDD_symbol_{kind}_Tick.csv, holds {names}"
        raise RecordingRefused(path, text)
    return found[0]


def new_york_midnight_ns(day: date, path: object) -> Nanoseconds:
    """This is when a day began in New York, in nanoseconds since 1970 UTC."""
    try:
        zone = ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        text = "needs the time zone America/New_York: install the package tzdata"
        raise RecordingRefused(path, text) from None
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return int(midnight.timestamp()) * NS_PER_SECOND
