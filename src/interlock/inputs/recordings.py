"""Recordings: the files a session replays, recognised by what they hold and merged by market time.

Known are Binance captures, US equity day archives and the plain form; see `binance`, `equity` and
`plain`. Which instrument and venue a file belongs to follows from its symbols where there is one
answer, and is said by the user where there are several.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple, Protocol, final

from msgspec import Struct

from interlock.inputs.binance import LEVELS, BinanceRecording
from interlock.inputs.binance_wire import read_line
from interlock.inputs.equity import MEMBER_NAME, EquityRecording
from interlock.inputs.line_file import LineFile
from interlock.inputs.plain import PlainRecording, form_of
from interlock.inputs.refusals import RecordingRefused
from interlock.messages.commands import Command
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.terms import MARGINED
from interlock.messages.units import Nanoseconds

_PEEK_LINES_MAX: Final = 5_000
_CAPTURE_LINE: Final = re.compile(rb"[0-9]{13,19} [\[{]")
# "BTC-USDT-PERP" trades as BTCUSDT; these say which market it is, not which pair.
_MARKET_WORDS: Final = {"PERP", "PERPETUAL", "SPOT", "SWAP", "P", "USDM"}

Item = tuple[Nanoseconds, Command]


class Recording(Protocol):
    """Market data in market time, never going back; readable once or again from the start."""

    @property
    def progress(self) -> float:
        """This is how much of it was read, from 0 to 1."""
        ...

    def __iter__(self) -> Iterator[Item]: ...


class RecordingFile(Struct, frozen=True):
    """One file that a session names, and what its content does not say."""

    path: Path
    venue: str = ""
    """Needed when several venues trade the file's instrument."""
    symbols: dict[str, str] = {}
    """Symbols in the file to instruments of the session, where the names do not tell."""
    levels: int = LEVELS
    clock: str = "local"


@final
class MergedRecording:
    """Several recordings as one, in order of time; of equal times the earlier file comes first."""

    def __init__(self, parts: Sequence[Recording]) -> None:
        self.parts = tuple(parts)

    @property
    def progress(self) -> float:
        return sum(part.progress for part in self.parts) / max(1, len(self.parts))

    def __iter__(self) -> Iterator[Item]:
        if len(self.parts) == 1:
            return iter(self.parts[0])
        return merge(*self.parts, key=itemgetter(0))


class _Session(NamedTuple):
    instruments: dict[str, Instrument]
    venues: dict[str, Venue]


def open_recordings(
    files: Sequence[RecordingFile],
    instruments: dict[str, Instrument],
    venues: dict[str, Venue],
) -> MergedRecording:
    """This is all the files as one recording, ready to be read.

    Raises `RecordingRefused` for a file that is missing, empty, of no known kind, of no instrument
    of the session, or whose venue is in doubt. A file that is cut off is read as far as it is
    whole, and then faults its markets.
    """
    if not files:
        raise RecordingRefused("data", "no recording was named")
    session = _Session(instruments, venues)
    parts: list[Recording] = []
    archives: list[RecordingFile] = []
    for file in files:
        kind = kind_of(file.path)
        if kind == "binance":
            parts.append(_open_binance(file, session))
        elif kind == "plain":
            parts.append(PlainRecording(file.path, instruments, _plain_venue(file, session)))
        else:
            archives.append(file)
    return MergedRecording([*parts, *_open_equities(archives, session)])


def kind_of(path: Path) -> str:
    """This recognises a file: `binance`, `equity` or `plain`. Raises `RecordingRefused` if none."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise RecordingRefused(path, f"cannot be read: {error.strerror or error}") from None
    if not start:
        raise RecordingRefused(path, "is empty")
    if start == b"PK\x03\x04" or zipfile.is_zipfile(path):
        return "equity"
    if start != b"PAR1" and _peeked(path, 20, _CAPTURE_LINE):
        return "binance"
    form_of(path)
    return "plain"


def exchange_symbol(symbol: str) -> str:
    """This is an instrument's symbol as exchanges write it: BTC-USDT-PERP is BTCUSDT."""
    words = re.split(r"[-_./:]", symbol.upper())
    while len(words) > 1 and words[-1] in _MARKET_WORDS:
        del words[-1]
    return "".join(words)


def _peeked(path: Path, lines_max: int, pattern: re.Pattern[bytes]) -> list[bytes]:
    found: list[bytes] = []
    seen = 0
    for lines in LineFile(path).blocks():
        for line in lines:
            seen += 1
            if pattern.match(line):
                found.append(line)
            if seen >= lines_max:
                return found
    return found


def _open_binance(file: RecordingFile, session: _Session) -> BinanceRecording:
    symbols: dict[str, int] = {}
    margined = False
    for line in _peeked(file.path, _PEEK_LINES_MAX, _CAPTURE_LINE):
        try:
            data = read_line(line).data
        except ValueError:
            continue
        if data.symbol:
            symbols[data.symbol] = symbols.get(data.symbol, 0) + 1
        # Only futures say the previous update's id, and name a ticker.
        margined = margined or data.previous_id >= 0 or data.event == "bookTicker"
    chosen: dict[str, Instrument] = {}
    for symbol in symbols:
        instrument = _instrument_for(file, symbol, session, margined)
        if instrument is not None:
            chosen[symbol] = instrument
    for symbol in file.symbols:
        if symbol not in chosen:
            chosen[symbol] = _named_instrument(file, symbol, session)
    if not chosen:
        held = ", ".join(list(symbols)[:5]) or "no symbol that could be read"
        raise RecordingRefused(
            file.path,
            f"holds {held}; the session's instruments are {_listed(session.instruments)}: "
            "define one, or name it under symbols",
        )
    venue = _venue_for(file, next(iter(chosen.values())), session)
    return BinanceRecording(file.path, chosen, venue, levels=file.levels, clock=file.clock)


def _open_equities(files: list[RecordingFile], session: _Session) -> list[EquityRecording]:
    """Trades and quotes of one symbol and day belong together, whichever files they are in."""
    days: dict[tuple[str, date], dict[str, RecordingFile]] = {}
    for file in files:
        found = _members(file.path)
        if not found:
            text = "holds no YYYYMMDD_symbol_Trade_Tick.csv or ..._Quote_Tick.csv"
            raise RecordingRefused(file.path, text)
        for symbol, day, kind in found:
            pair = days.setdefault((symbol, day), {})
            if kind in pair:
                text = f"and {pair[kind].path} both hold the {kind.lower()}s of {symbol} on {day}"
                raise RecordingRefused(file.path, text)
            pair[kind] = file
    recordings: list[EquityRecording] = []
    for (symbol, day), pair in days.items():
        file = next(iter(pair.values()))
        instrument = _instrument_for(file, symbol, session, margined=False)
        if instrument is None:
            text = f"holds {symbol}; the session's instruments are {_listed(session.instruments)}"
            raise RecordingRefused(file.path, text)
        venue = _venue_for(file, instrument, session)
        trades, quotes = pair.get("Trade"), pair.get("Quote")
        recordings.append(
            EquityRecording(
                trades.path if trades else None,
                quotes.path if quotes else None,
                instrument,
                venue,
                day,
            )
        )
    return recordings


def _members(path: Path) -> list[tuple[str, date, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        text = "is no whole zip archive (its directory, at the end, is missing): copy it again"
        raise RecordingRefused(path, text) from None
    found: list[tuple[str, date, str]] = []
    for name in names:
        match = MEMBER_NAME.fullmatch(name.rpartition("/")[2])
        if match is not None:
            try:
                day = date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
            except ValueError as error:
                raise RecordingRefused(path, f"{name} names no day: {error}") from None
            found.append((match[2].upper(), day, match[3].capitalize()))
    return found


def _instrument_for(
    file: RecordingFile, symbol: str, session: _Session, margined: bool
) -> Instrument | None:
    if symbol in file.symbols:
        return _named_instrument(file, symbol, session)
    wanted = exchange_symbol(symbol)
    alike = [one for one in session.instruments.values() if exchange_symbol(one.symbol) == wanted]
    if len(alike) > 1:
        alike = [one for one in alike if (one.settlement == MARGINED) == margined] or alike
    if len(alike) > 1:
        names = _listed({one.symbol: one for one in alike})
        raise RecordingRefused(file.path, f"{symbol} may be {names}: say which under symbols")
    return alike[0] if alike else None


def _named_instrument(file: RecordingFile, symbol: str, session: _Session) -> Instrument:
    name = file.symbols[symbol]
    if name not in session.instruments:
        known = _listed(session.instruments)
        raise RecordingRefused(file.path, f"symbols.{symbol} was {name!r}, must be one of {known}")
    return session.instruments[name]


def _venue_for(file: RecordingFile, instrument: Instrument, session: _Session) -> str:
    trading = [v.name for v in session.venues.values() if instrument.symbol in v.instruments]
    if file.venue:
        if file.venue not in trading:
            known = ", ".join(trading) or "none"
            text = (
                f"venue was {file.venue!r}, must be one that trades {instrument.symbol} ({known})"
            )
            raise RecordingRefused(file.path, text)
        return file.venue
    if len(trading) == 1:
        return trading[0]
    if not trading:
        raise RecordingRefused(file.path, f"no venue of the session trades {instrument.symbol}")
    text = f"{instrument.symbol} trades at {', '.join(trading)}: say which venue the file is from"
    raise RecordingRefused(file.path, text)


def _plain_venue(file: RecordingFile, session: _Session) -> str:
    if file.venue and file.venue not in session.venues:
        known = ", ".join(session.venues) or "none"
        raise RecordingRefused(file.path, f"venue was {file.venue!r}, must be one of {known}")
    return file.venue or (next(iter(session.venues)) if len(session.venues) == 1 else "")


def _listed(instruments: dict[str, Instrument]) -> str:
    return ", ".join(list(instruments)[:8]) or "none"
