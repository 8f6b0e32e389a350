"""Binance: recordings of its market-data streams, spot and futures, as commands in market time.

A file holds lines `<local receive time, ns> <raw JSON>`, plain or gzip: the streams `depth`
(diffs), `bookTicker` and `trade`, bare or wrapped, of one symbol or several, and the depth
endpoint's answers among them. Other streams (partial depth and aggregated trades included) are
counted in `ignored` and otherwise left alone.

Market time is the local receive time, because that is when a strategy could have known. The
capturing machine's clock need not agree with the exchange's: in a capture that was examined it ran
1.27 s behind. Nothing is corrected for that; `exchange_ahead_ns` says how far the exchange's clock
was seen ahead, and the exchange's own time stands in each command's `venue_time_ns`. With
`clock="exchange"` the exchange's time is market time, kept from going back where streams overtake
each other; spot tickers carry none and take that of the message before.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, final

from interlock.inputs.binance_feed import BinanceFeed, venue_time
from interlock.inputs.binance_snapshots import SnapshotDesk
from interlock.inputs.binance_wire import (
    Message,
    Payload,
    is_partial_depth,
    read_line,
    stream_of_other,
)
from interlock.inputs.line_file import LineFile
from interlock.inputs.market_checks import from_the_first_time
from interlock.messages.commands import Command
from interlock.messages.definitions import Instrument
from interlock.messages.terms import FEED_MALFORMED, FEED_OUT_OF_ORDER
from interlock.messages.units import Nanoseconds

CLOCKS: Final = ("local", "exchange")
LEVELS: Final = 10
_IGNORED_KINDS_MAX: Final = 64


@final
class BinanceRecording:
    """One capture file. Iterating it gives (market time, command); each iteration starts anew.

    `instruments` maps the exchange's symbols ("BTCUSDT") to instruments; what else the file holds
    is passed over. `levels` is the depth of each `UpdateLadder`. Raises `RecordingRefused` when the
    file cannot be opened; whatever is wrong inside becomes a `NoteFeedFault`.
    """

    def __init__(
        self,
        path: Path,
        instruments: dict[str, Instrument],
        venue: str,
        *,
        levels: int = LEVELS,
        clock: str = "local",
    ) -> None:
        assert clock in CLOCKS, f"clock was {clock!r}, must be one of {CLOCKS}"
        assert levels > 0, f"levels was {levels}, must be above 0"
        self._file = LineFile(path)
        self._instruments = instruments
        self._venue = venue
        self._levels = levels
        self._by_exchange = clock == "exchange"
        self._start()

    @property
    def progress(self) -> float:
        return self._file.progress

    def _start(self) -> None:
        self.feeds: dict[str, BinanceFeed] = {
            symbol: BinanceFeed(instrument, self._venue, self._levels)
            for symbol, instrument in self._instruments.items()
        }
        self.ignored: dict[str, int] = {}
        """Lines of streams that are not read here, by stream."""
        self.exchange_ahead_ns: Nanoseconds | None = None
        """The most that an exchange time was seen ahead of the local receive time."""
        self.lines = 0
        self._desk = SnapshotDesk()
        self._time_ns = 0
        self._exchange_ns = 0
        self._disordered: dict[str, BinanceFeed] = {}

    def __iter__(self) -> Iterator[tuple[Nanoseconds, Command]]:
        self._start()
        return from_the_first_time(self._items())

    def _items(self) -> Iterator[tuple[Nanoseconds, Command]]:
        for lines in self._file.blocks():
            out: list[tuple[Nanoseconds, Command]] = []
            for line in lines:
                self.lines += 1
                if line and line != b"\r":
                    self._line(line, out)
            yield from out
        for feed in self.feeds.values():
            notes = list(feed.watch.close())
            if self._file.broken:
                notes += feed.watch.fault(FEED_MALFORMED, "file", self._file.broken)
            for note in notes:
                yield self._time_ns, note

    def _line(self, line: bytes, out: list[tuple[Nanoseconds, Command]]) -> None:
        try:
            message = read_line(line)
        except ValueError as error:
            self._unreadable(line, str(error), out)
            return
        data = message.data
        kind = data.event
        if not kind:
            # Neither a spot ticker nor a snapshot says what it is.
            if data.snapshot_id >= 0:
                self._snapshot(message, out)
                return
            if data.last_id >= 0 and type(data.bid) is str:
                kind = "bookTicker"
        feed = self.feeds.get(data.symbol)
        if kind == "bookTicker":
            self._desk.latest[data.symbol] = data
            commands = feed.ticker(data) if feed is not None else []
        elif kind == "trade":
            self._desk.latest[data.symbol] = data
            commands = feed.trade(data) if feed is not None else []
        elif kind == "depthUpdate" and not is_partial_depth(message.stream):
            self._desk.latest_depth[data.symbol] = data
            commands = self._depth(feed, data) if feed is not None else []
        else:
            self._ignore(message.stream.partition("@")[2] or kind or "other")
            return
        if feed is not None:
            time_ns = self._moment(message, feed, out)
            for command in commands:
                out.append((time_ns, command))

    def _depth(self, feed: BinanceFeed, data: Payload) -> list[Command]:
        commands = feed.depth(data)
        if self._desk.held and not feed.book.is_synced:
            for message in self._desk.claimed(data.symbol):
                commands += feed.snapshot(message.data)
        return commands

    def _snapshot(self, message: Message, out: list[tuple[Nanoseconds, Command]]) -> None:
        if is_partial_depth(message.stream):
            self._ignore(message.stream.partition("@")[2])
            return
        owner = self._desk.owner(message)
        if not owner:
            self._desk.hold(message)
            return
        feed = self.feeds.get(owner)
        if feed is not None:
            commands = feed.snapshot(message.data)
            time_ns = self._moment(message, feed, out)
            for command in commands:
                out.append((time_ns, command))

    def _moment(
        self, message: Message, feed: BinanceFeed, out: list[tuple[Nanoseconds, Command]]
    ) -> Nanoseconds:
        """This is the market time of a message, never before that of the message before."""
        exchange = venue_time(message.data)
        if exchange:
            ahead = exchange - message.time_ns
            if self.exchange_ahead_ns is None or ahead > self.exchange_ahead_ns:
                self.exchange_ahead_ns = ahead
        if self._by_exchange:
            self._time_ns = max(self._time_ns, exchange)
            return self._time_ns
        if message.time_ns >= self._time_ns:
            self._time_ns = message.time_ns
            if self._disordered and feed.instrument.symbol in self._disordered:
                del self._disordered[feed.instrument.symbol]
                for note in feed.watch.mend("time", "local receive times rise again"):
                    out.append((self._time_ns, note))
            return self._time_ns
        back_ns = self._time_ns - message.time_ns
        text = f"line {self.lines} was received {back_ns} ns before the line before it"
        self._disordered[feed.instrument.symbol] = feed
        for note in feed.watch.fault(FEED_OUT_OF_ORDER, "time", text):
            out.append((self._time_ns, note))
        return self._time_ns

    def _unreadable(self, line: bytes, text: str, out: list[tuple[Nanoseconds, Command]]) -> None:
        other = stream_of_other(line)
        if other:
            self._ignore(other)
            return
        # Nobody can say whose line it was, so every market of the file is in doubt.
        for feed in self.feeds.values():
            for note in feed.watch.fault(FEED_MALFORMED, "line", f"line {self.lines}: {text}"):
                out.append((self._time_ns, note))

    def _ignore(self, kind: str) -> None:
        if kind in self.ignored or len(self.ignored) < _IGNORED_KINDS_MAX:
            self.ignored[kind] = self.ignored.get(kind, 0) + 1
