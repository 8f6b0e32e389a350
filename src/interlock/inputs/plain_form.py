"""Plain form: the columns of a recording that anyone can write, and what a row of them means.

| column | in | what |
| --- | --- | --- |
| `time_ns` or `time` | all | market time: whole nanoseconds since 1970, or ISO 8601 in UTC |
| `kind` | all | `quote`, `trade` or `ladder` |
| `instrument`, `venue` | all | as the session defines them; without `venue` the recording's own |
| `bid`, `bid_quantity`, `ask`, `ask_quantity` | quote | a side left empty does not exist |
| `price`, `quantity`, `side` | trade | `side` took liquidity: `buy`, `sell` or empty |
| `bids`, `asks` | ladder | best first, parted by blanks: `0.5@61837.63 1.2@61837.62` |
| `sequence` | any, optional | counts up by one per instrument and venue |
| `venue_time_ns` | any, optional | the venue's own time |

Decimals are text in every form, exact in the instrument's tick and lot; a binary floating-point
column is refused. Rows stand in order of time. Other columns are refused, so that a misspelt one
is not silently empty.
"""

from typing import Final, final

from interlock.inputs.market_checks import FeedWatch
from interlock.inputs.moments import MOMENT_NS_MAX, parse_moment
from interlock.inputs.step_text import StepText
from interlock.messages.commands import Command, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.definitions import Instrument
from interlock.messages.terms import (
    FEED_GAP,
    FEED_MALFORMED,
    FEED_OUT_OF_ORDER,
    SIDES,
    value_of,
)
from interlock.messages.units import Nanoseconds

COLUMNS: Final = (
    "time_ns",
    "time",
    "kind",
    "instrument",
    "venue",
    "bid",
    "bid_quantity",
    "ask",
    "ask_quantity",
    "price",
    "quantity",
    "side",
    "bids",
    "asks",
    "sequence",
    "venue_time_ns",
)
WHOLE_COLUMNS: Final = ("time_ns", "sequence", "venue_time_ns")
KINDS: Final = ("quote", "trade", "ladder")
LEVELS_MAX: Final = 1_000

Item = tuple[Nanoseconds, Command]
Row = dict[str, str]


@final
class PlainForm:
    """Rows of text as commands. One for each pass over a recording."""

    def __init__(self, instruments: dict[str, Instrument], venue: str) -> None:
        self.instruments = instruments
        self.venue = venue
        self.time_ns = 0
        self.ignored = 0
        """Rows of instruments that are not in the session."""
        self._steps = {symbol: StepText(one) for symbol, one in instruments.items()}
        self._watches: dict[tuple[str, str], FeedWatch] = {}
        self._sequences: dict[tuple[str, str], int] = {}

    def read(self, row: Row, number: int) -> list[Item]:
        """This is what one row means. A row that cannot be read faults its market, or all."""
        symbol = row.get("instrument", "")
        venue = row.get("venue", "") or self.venue
        if symbol not in self.instruments and symbol and row.get("kind") in KINDS:
            self.ignored += 1
            return []
        try:
            if not venue:
                raise ValueError("venue is missing")
            time_ns = _time(row)
            commands = [self._command(row, symbol, venue)]
        except ValueError as error:
            return self.malformed(f"row {number}: {error}", symbol, venue)
        watch = self._watch(symbol, venue)
        out: list[Command] = []
        if time_ns < self.time_ns:
            text = f"row {number} is {self.time_ns - time_ns} ns before the row before it"
            if not isinstance(commands[0], NoteTrade):
                # An old quote must not replace a newer one.
                text, commands = f"{text}; set aside", []
            out += watch.passing(FEED_OUT_OF_ORDER, text)
        self.time_ns = max(self.time_ns, time_ns)
        if row.get("sequence"):
            commands = self._in_sequence(row, watch, out, commands)
        for command in commands:
            if isinstance(command, UpdateQuote):
                out += watch.crossing(
                    command.bid, command.bid_quantity, command.ask, command.ask_quantity
                )
            elif isinstance(command, UpdateLadder) and command.bids and command.asks:
                out += watch.crossing(*command.bids[0], *command.asks[0])
            out.append(command)
            if watch.is_faulted:
                out += watch.mend("row")
        return [(self.time_ns, command) for command in out]

    def malformed(self, text: str, symbol: str = "", venue: str = "") -> list[Item]:
        """Faults the market of a row that cannot be read; every market when it cannot be told."""
        venue = venue or self.venue
        symbols = [symbol] if symbol in self.instruments else list(self.instruments)
        return [
            (self.time_ns, note)
            for one in symbols
            for note in self._watch(one, venue).fault(FEED_MALFORMED, "row", text)
        ]

    def close(self) -> list[Item]:
        """This is what had been counted and not yet said."""
        return [(self.time_ns, note) for watch in self._watches.values() for note in watch.close()]

    def _watch(self, symbol: str, venue: str) -> FeedWatch:
        watch = self._watches.get((symbol, venue))
        if watch is None:
            watch = self._watches[(symbol, venue)] = FeedWatch(symbol, venue)
        return watch

    def _in_sequence(
        self, row: Row, watch: FeedWatch, out: list[Command], commands: list[Command]
    ) -> list[Command]:
        key = watch.instrument, watch.venue
        sequence, last = int(row["sequence"]), self._sequences.get(key, -1)
        if sequence == last:
            out += watch.duplicate(f"sequence {sequence} came twice")
            return []
        if 0 <= last < sequence - 1:
            text = f"sequence {last + 1} to {sequence - 1} are missing"
            # The next row states its side of the market whole, so the gap is over with it.
            out += watch.passing(FEED_GAP, text, sequence - last - 1)
        elif sequence < last:
            out += watch.passing(FEED_OUT_OF_ORDER, f"sequence {sequence} came after {last}")
            return [command for command in commands if isinstance(command, NoteTrade)]
        self._sequences[key] = sequence
        return commands

    def _command(self, row: Row, symbol: str, venue: str) -> Command:
        kind = row.get("kind", "")
        if kind not in KINDS:
            raise ValueError(f"kind was {kind[:20]!r}, must be one of {', '.join(KINDS)}")
        if not symbol:
            raise ValueError("instrument is missing")
        steps = self._steps[symbol]
        if row.get("sequence"):
            _whole(row["sequence"], "sequence")
        venue_time_ns = _whole(row.get("venue_time_ns") or "0", "venue_time_ns")
        if kind == "quote":
            bid, bid_quantity = _side(steps, row, "bid")
            ask, ask_quantity = _side(steps, row, "ask")
            return UpdateQuote(symbol, venue, bid, bid_quantity, ask, ask_quantity, venue_time_ns)
        if kind == "ladder":
            bids = _levels(steps, row.get("bids", ""), "bids")
            asks = _levels(steps, row.get("asks", ""), "asks")
            return UpdateLadder(symbol, venue, bids, asks, venue_time_ns)
        price, quantity = _named(steps, row, "price"), _named(steps, row, "quantity")
        if quantity <= 0:
            raise ValueError(f"quantity was {row['quantity']!r}, must be above 0")
        aggressor = value_of(SIDES, row["side"]) if row.get("side") else 0
        return NoteTrade(symbol, venue, price, quantity, aggressor, venue_time_ns)


def _time(row: Row) -> Nanoseconds:
    text = row.get("time_ns", "")
    if text:
        time_ns = _whole(text, "time_ns")
        if time_ns > MOMENT_NS_MAX:
            raise ValueError(f"time_ns was {text}, must be before the year 2201")
        return time_ns
    if not row.get("time"):
        raise ValueError("time_ns (or time) is missing")
    return parse_moment(row["time"])


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise ValueError(f"{name} was {text[:30]!r}, must be a whole number")
    value = int(text)
    if value >= 2**63:
        raise ValueError(f"{name} was {text}, must be below 2**63")
    return value


def _named(steps: StepText, row: Row, name: str) -> int:
    text = row.get(name, "")
    if not text:
        raise ValueError(f"{name} is missing")
    try:
        return steps.quantity(text) if name.endswith("quantity") else steps.price(text)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def _side(steps: StepText, row: Row, name: str) -> tuple[int, int]:
    if not row.get(name) and not row.get(f"{name}_quantity"):
        return 0, 0
    return _named(steps, row, name), _named(steps, row, f"{name}_quantity")


def _levels(steps: StepText, text: str, name: str) -> tuple[tuple[int, int], ...]:
    parts = text.split()
    if len(parts) > LEVELS_MAX:
        raise ValueError(f"{name} had {len(parts)} levels, must have at most {LEVELS_MAX}")
    levels: list[tuple[int, int]] = []
    for part in parts:
        quantity, at, price = part.partition("@")
        if not at:
            raise ValueError(f"{name} has {part[:30]!r}, must be quantity@price")
        try:
            levels.append((steps.price(price), steps.quantity(quantity)))
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
    prices = [price for price, _ in levels]
    if prices != sorted(prices, reverse=name == "bids") or len(set(prices)) != len(prices):
        raise ValueError(f"{name} must stand best first, each price once")
    return tuple(levels)
