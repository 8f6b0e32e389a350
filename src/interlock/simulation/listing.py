"""An instrument as one exchange trades it: its book, its phase, and what was last published about
it.
"""

from typing import final

from interlock.messages.commands import Command, UpdateLadder, UpdateQuote
from interlock.messages.definitions import Instrument
from interlock.messages.terms import CONTINUOUS
from interlock.messages.units import Lots, Minor, Nanoseconds, Ticks
from interlock.simulation.book import Book
from interlock.simulation.phases import NEVER, phase_change_after


@final
class Listing:
    """Publishes its top of book, or its N best levels; nothing outside continuous trading, where
    quotes may cross.
    """

    def __init__(self, instrument: Instrument, self_match: int, levels: int) -> None:
        self.instrument: Instrument = instrument
        self.symbol: str = instrument.symbol
        self.status: int = instrument.status
        self.minor_per_tick_lot: Minor = instrument.minor_per_tick_lot
        self.book: Book = Book(self_match)
        self.levels: int = levels
        self.phase: int = CONTINUOUS
        self.phase_change_ns: Nanoseconds = NEVER
        self.publish_ns: Nanoseconds = 0
        """Market data is not published before this."""
        self.is_stale: bool = False
        """True when the book has changed since it was published."""
        self.bid: Ticks = 0
        self.bid_quantity: Lots = 0
        self.ask: Ticks = 0
        self.ask_quantity: Lots = 0
        self.bids: tuple[tuple[Ticks, Lots], ...] = ()
        self.asks: tuple[tuple[Ticks, Lots], ...] = ()

    def enter_phase(self, time_ns: Nanoseconds) -> int:
        """Take the phase of the moment and learn when it ends; this is the phase before it."""
        before = self.phase
        self.phase = self.instrument.phase_at(time_ns)
        self.phase_change_ns = phase_change_after(self.instrument, time_ns)
        self.is_stale = True
        return before

    def is_empty(self) -> bool:
        return self.book.bids.best is None and self.book.asks.best is None

    def news(self, venue: str, time_ns: Nanoseconds) -> Command | None:
        """This is the market data that has changed since the last call, if any."""
        self.is_stale = False
        if self.levels == 1:
            return self._quote(venue, time_ns)
        bids: tuple[tuple[int, int], ...] = ()
        asks: tuple[tuple[int, int], ...] = ()
        if self.phase == CONTINUOUS:
            bids = self.book.bids.depth(self.levels)
            asks = self.book.asks.depth(self.levels)
        if bids == self.bids and asks == self.asks:
            return None
        self.bids = bids
        self.asks = asks
        return UpdateLadder(self.symbol, venue, bids, asks, time_ns)

    def _quote(self, venue: str, time_ns: Nanoseconds) -> Command | None:
        bid = 0
        bid_quantity = 0
        ask = 0
        ask_quantity = 0
        if self.phase == CONTINUOUS:
            best = self.book.bids.best
            if best is not None:
                bid = best.price
                bid_quantity = best.shown
            best = self.book.asks.best
            if best is not None:
                ask = best.price
                ask_quantity = best.shown
        if (
            bid_quantity == self.bid_quantity
            and ask_quantity == self.ask_quantity
            and bid == self.bid
            and ask == self.ask
        ):
            return None
        self.bid = bid
        self.bid_quantity = bid_quantity
        self.ask = ask
        self.ask_quantity = ask_quantity
        return UpdateQuote(self.symbol, venue, bid, bid_quantity, ask, ask_quantity, time_ns)
