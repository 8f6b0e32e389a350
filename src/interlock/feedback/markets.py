"""Markets as outcomes need them: the mid at a moment just gone, and running sums from which any
interval's VWAP and TWAP follow by one subtraction.

A mid is kept as bid plus ask, twice the mid in ticks, so that half a tick is never lost; 0 means
that there was none (one side empty, or crossed). Memory is bounded: `QUOTES_KEPT` quotes a market.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from interlock.messages.commands import NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.units import Lots, Nanoseconds, Ticks

QUOTES_KEPT: Final = 4_096
"""How many quotes of a market can be looked back at. An older moment has no mid: it is not guessed.
"""

TRADES_KEPT: Final = 65_536
"""How many trades of an instrument can be looked back at."""

TwiceTicks = int


class Quote:
    """The best bid and ask at one moment; a quantity of 0 means that the side is empty."""

    __slots__ = ("ask", "ask_quantity", "bid", "bid_quantity", "time_ns")

    def __init__(
        self, time_ns: Nanoseconds, bid: Ticks, bid_quantity: Lots, ask: Ticks, ask_quantity: Lots
    ) -> None:
        self.time_ns = time_ns
        self.bid = bid
        self.bid_quantity = bid_quantity
        self.ask = ask
        self.ask_quantity = ask_quantity

    def mid_twice(self) -> TwiceTicks:
        """Bid plus ask; 0 where the market is one-sided or crossed."""
        if self.bid_quantity <= 0 or self.ask_quantity <= 0 or self.bid > self.ask:
            return 0
        return self.bid + self.ask


NO_QUOTE: Final = Quote(0, 0, 0, 0, 0)


class VenueMarket:
    """One instrument at one venue."""

    __slots__ = ("_quotes", "_times", "now")

    def __init__(self) -> None:
        self.now = NO_QUOTE
        self._times: list[Nanoseconds] = []
        self._quotes: list[Quote] = []

    def quote(self, quote: Quote) -> None:
        """This takes the next quote. A time before the last one's counts as the last one's."""
        if self._times and quote.time_ns < self._times[-1]:
            quote.time_ns = self._times[-1]
        self.now = quote
        self._times.append(quote.time_ns)
        self._quotes.append(quote)
        if len(self._times) >= 2 * QUOTES_KEPT:
            del self._times[:QUOTES_KEPT]
            del self._quotes[:QUOTES_KEPT]

    def at(self, time_ns: Nanoseconds) -> Quote:
        """The quote that stood at a moment; `NO_QUOTE` when none did or it is too long ago."""
        place = bisect_right(self._times, time_ns)
        return self._quotes[place - 1] if place else NO_QUOTE


class Tape:
    """One instrument's trades at all its venues, and its mid over time, as running sums."""

    __slots__ = (
        "_mid",
        "_since_ns",
        "_values",
        "_volumes",
        "last_price",
        "mid_time",
        "time_valued_ns",
        "value",
        "volume",
    )

    def __init__(self) -> None:
        self.volume: Lots = 0
        self.value = 0
        """Sum of price times quantity, in ticks times lots."""
        self.last_price: Ticks = 0
        self.mid_time = 0
        """Sum of twice the mid times the nanoseconds that it stood."""
        self.time_valued_ns: Nanoseconds = 0
        """For how long there was a mid."""
        self._mid: TwiceTicks = 0
        self._since_ns: Nanoseconds = 0
        self._volumes: list[Lots] = [0]
        self._values: list[int] = [0]

    def trade(self, command: NoteTrade) -> None:
        self.volume += command.quantity
        self.value += command.price * command.quantity
        self.last_price = command.price
        self._volumes.append(self.volume)
        self._values.append(self.value)
        if len(self._volumes) >= 2 * TRADES_KEPT:
            del self._volumes[:TRADES_KEPT]
            del self._values[:TRADES_KEPT]

    def between(self, start: Lots, wanted: Lots) -> tuple[int, Lots] | None:
        """The value and volume of the first trades after `start` lots had traded that make up
        `wanted` lots or a little more; None when so many have not traded or it is too long ago."""
        first = bisect_left(self._volumes, start)
        last = bisect_left(self._volumes, start + wanted)
        if last >= len(self._volumes) or self._volumes[first] != start:
            return None
        return self._values[last] - self._values[first], self._volumes[last] - start

    def mid(self, time_ns: Nanoseconds, mid_twice: TwiceTicks) -> None:
        """The mid changed; the one before stood until now."""
        self.pass_time(time_ns)
        self._mid = mid_twice

    def pass_time(self, time_ns: Nanoseconds) -> None:
        """This counts the present mid up to a moment."""
        if self._mid and time_ns > self._since_ns:
            self.mid_time += self._mid * (time_ns - self._since_ns)
            self.time_valued_ns += time_ns - self._since_ns
        self._since_ns = max(self._since_ns, time_ns)


class Markets:
    """Every market of a session."""

    def __init__(self) -> None:
        self._venues: dict[tuple[str, str], VenueMarket] = {}
        self._tapes: dict[str, Tape] = {}

    def venue(self, instrument: str, venue: str) -> VenueMarket:
        found = self._venues.get((instrument, venue))
        if found is None:
            found = self._venues[instrument, venue] = VenueMarket()
        return found

    def tape(self, instrument: str) -> Tape:
        found = self._tapes.get(instrument)
        if found is None:
            found = self._tapes[instrument] = Tape()
        return found

    def hear(self, time_ns: Nanoseconds, command: UpdateQuote | UpdateLadder | NoteTrade) -> None:
        """This takes one market fact."""
        if isinstance(command, NoteTrade):
            self.tape(command.instrument).trade(command)
            return
        if isinstance(command, UpdateQuote):
            bid, bid_quantity = command.bid, command.bid_quantity
            ask, ask_quantity = command.ask, command.ask_quantity
        else:
            bid, bid_quantity = command.bids[0] if command.bids else (0, 0)
            ask, ask_quantity = command.asks[0] if command.asks else (0, 0)
        quote = Quote(time_ns, bid, bid_quantity, ask, ask_quantity)
        self.venue(command.instrument, command.venue).quote(quote)
        self.tape(command.instrument).mid(time_ns, quote.mid_twice())

    def last_prices(self) -> dict[str, Ticks]:
        """The last trade of every instrument that traded."""
        return {name: tape.last_price for name, tape in self._tapes.items() if tape.last_price}
