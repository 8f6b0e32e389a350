"""A price-time exchange: takes our effects and other people's orders, and says what a real venue
would say.

Beyond the rules of every desk: what crosses trades in one uncross when an auction ends or
continuous trading begins; a DAY order expires when the phase becomes CLOSED, a GTD order at its
time, a GTC order never; auction trades pay the taker fee on both sides; our reports of a trade are
said before the market data about it.
"""

from heapq import heappop, heappush
from typing import final

from interlock.messages.commands import Command
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    INVALID_TERMS,
    NONE,
    PHASE_CLOSED,
    POST_ONLY_WOULD_TRADE,
    UNKNOWN_INSTRUMENT,
)
from interlock.messages.terms import (
    CANCELLED,
    CLOSED,
    CONTINUOUS,
    DAY,
    EXPIRED,
    GTD,
    IOC,
    REJECTED,
)
from interlock.messages.units import Lots, Nanoseconds, Ticks
from interlock.simulation.auction import uncross_price
from interlock.simulation.book import EXPIRE_TAKER, Change
from interlock.simulation.clearing import Clearing
from interlock.simulation.desk import Desk
from interlock.simulation.gateway import FINISHED_ORDERS_MAX, Gateway
from interlock.simulation.listing import Listing
from interlock.simulation.order import BACKGROUND, VenueOrder, terms_fault
from interlock.simulation.phases import NEVER, entry_refusal, uncrosses
from interlock.simulation.ratelimit import RateLimit
from interlock.simulation.tape import Tape


@final
class Exchange(Desk):
    """One venue with a book per instrument.

    `levels` of market data are published per change (0 none, 1 a quote), at most every
    `publish_interval_ns` per instrument. With `accepts_immediate` false an order that may not rest
    is answered by its fills and its end alone.
    """

    def __init__(
        self,
        venue: Venue,
        instruments: list[Instrument],
        *,
        latency_out_ns: Nanoseconds = 0,
        latency_in_ns: Nanoseconds = 0,
        levels: int = 1,
        publishes_trades: bool = True,
        publish_interval_ns: Nanoseconds = 0,
        self_match: int = EXPIRE_TAKER,
        accepts_immediate: bool = True,
        rate: RateLimit | None = None,
        clearing: Clearing | None = None,
        finished_orders_max: int = FINISHED_ORDERS_MAX,
    ) -> None:
        gateway = Gateway(venue, latency_out_ns, latency_in_ns, rate, finished_orders_max)
        super().__init__(gateway, accepts_immediate)
        self.tape: Tape = Tape(gateway, clearing, levels, publishes_trades, publish_interval_ns)
        self.clearing: Clearing | None = clearing
        self.taker_fee_ppm: int = venue.taker_fee_ppm
        self.listings: dict[str, Listing] = {}
        for instrument in instruments:
            self.listings[instrument.symbol] = Listing(instrument, self_match, levels)
        # (when, how many came before, order): the count keeps the heap from comparing orders.
        self.expiries: list[tuple[Nanoseconds, int, VenueOrder]] = []
        self.expiry_count: int = 0

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        """Recorded market data means nothing to an exchange that makes its own."""

    def next_time_ns(self) -> Nanoseconds:
        """This is when the exchange next has something to do or say, -1 if never.

        A change of phase counts only where orders rest, so an exchange that everybody has left
        comes to an end.
        """
        next_ns = min(self.gateway.word_ns(), self.gateway.arrival_ns())
        while self.expiries and self.expiries[0][2].level is None:
            heappop(self.expiries)
        if self.expiries:
            next_ns = min(next_ns, self.expiries[0][0])
        for listing in self.listings.values():
            if not listing.is_empty():
                next_ns = min(next_ns, listing.phase_change_ns)
            if listing.is_stale:
                next_ns = min(next_ns, listing.publish_ns)
        return -1 if next_ns == NEVER else next_ns

    # Other participants: they are at the exchange already, without latency or message limit.

    def place(self, time_ns: Nanoseconds, instrument: str, order: VenueOrder) -> None:
        """Enter somebody else's order now. What became of it is in the order; refused ones are
        REJECTED.
        """
        self.advance(time_ns)
        order.instrument = instrument
        if self.refusal(self.now_ns, order) != NONE:
            order.end(REJECTED)
            return
        self.enter(self.now_ns, order)

    def withdraw(self, time_ns: Nanoseconds, order: VenueOrder) -> bool:
        """Take somebody else's resting order out now; false when it no longer rests."""
        self.advance(time_ns)
        if order.level is None:
            return False
        self.leave(self.now_ns, order)
        order.end(CANCELLED)
        return True

    # Time.

    def keep_time(self, now_ns: Nanoseconds) -> None:
        """Change phases, expire orders, publish what had to wait."""
        if self.timer_ns == 0:
            # Before its first moment the exchange has no past: no phase ended, nothing expired.
            for listing in self.listings.values():
                listing.enter_phase(now_ns)
        for listing in self.listings.values():
            if listing.phase_change_ns <= now_ns:
                self._change_phase(now_ns, listing)
        while self.expiries and self.expiries[0][0] <= now_ns:
            order = heappop(self.expiries)[2]
            if order.level is not None:
                self._expire(now_ns, order, "its date has come")
        for listing in self.listings.values():
            if listing.is_stale:
                self.tape.publish(now_ns, listing)
        self._set_timer()

    def _set_timer(self) -> None:
        timer_ns = self.expiries[0][0] if self.expiries else NEVER
        for listing in self.listings.values():
            timer_ns = min(timer_ns, listing.phase_change_ns)
            if listing.is_stale:
                timer_ns = min(timer_ns, listing.publish_ns)
        self.timer_ns = timer_ns

    def _change_phase(self, now_ns: Nanoseconds, listing: Listing) -> None:
        before = listing.enter_phase(now_ns)
        if uncrosses(before, listing.phase):
            self._uncross(now_ns, listing)
        if listing.phase == CLOSED and before != CLOSED:
            for order in listing.book.bids.resting() + listing.book.asks.resting():
                if order.time_in_force == DAY:
                    self._expire(now_ns, order, "the session has closed")

    def _uncross(self, now_ns: Nanoseconds, listing: Listing) -> None:
        book = listing.book
        reference = book.last_price
        if not book.has_traded and book.bids.best is not None and book.asks.best is not None:
            reference = (book.bids.best.price + book.asks.best.price) // 2
        price, quantity, _ = uncross_price(book, reference)
        if quantity == 0:
            return
        changes: list[Change] = []
        traded = book.cross_at(price, changes)
        assert traded == quantity, f"uncrossed {traded} at {price}, must be {quantity}"
        self.tape.tell(now_ns, listing, changes)

    def _expire(self, now_ns: Nanoseconds, order: VenueOrder, text: str) -> None:
        self.leave(now_ns, order)
        if order.order == BACKGROUND:
            order.end(EXPIRED)
        else:
            self.gateway.expired(now_ns, order, text)

    # Orders, ours and others'.

    def refusal(self, now_ns: Nanoseconds, order: VenueOrder) -> int:
        """This is why an order may not enter now, or NONE; if NONE, it is paid for where accounts
        are kept.
        """
        listing = self.listings.get(order.instrument)
        if listing is None:
            return UNKNOWN_INSTRUMENT
        if terms_fault(order) or (order.time_in_force == GTD and order.expire_ns <= now_ns):
            return INVALID_TERMS
        reason = entry_refusal(listing.status, listing.phase, order.is_immediate)
        if reason != NONE:
            return reason
        if order.post_only and listing.phase == CONTINUOUS and listing.book.would_trade(order):
            return POST_ONLY_WOULD_TRADE
        if self.clearing is None:
            return NONE
        if order.reserve_price == 0:
            order.reserve_price = order.price
        if order.is_market:
            # Nobody can pay an unknown price: it becomes an immediate limit at what is reserved.
            order.is_market = False
            order.time_in_force = IOC
            order.price = order.reserve_price
        paid = self.clearing.reserve(order, self.taker_fee_ppm)
        return NONE if paid else CASH_BELOW_MINIMUM

    def enter(self, now_ns: Nanoseconds, order: VenueOrder) -> None:
        """Match the order in continuous trading, queue it before; say what came of it."""
        listing = self.listings[order.instrument]
        if listing.phase == CONTINUOUS:
            changes: list[Change] = []
            listing.book.submit(order, changes)
            if changes:
                self.tape.tell(now_ns, listing, changes)
        else:
            listing.book.rest(order)
        if order.time_in_force == GTD and order.level is not None:
            self.expiry_count += 1
            heappush(self.expiries, (order.expire_ns, self.expiry_count, order))
            self._set_timer()
        self._publish(now_ns, listing)

    def leave(self, now_ns: Nanoseconds, order: VenueOrder) -> None:
        """Take a resting order out; what it then is, the caller says."""
        listing = self.listings[order.instrument]
        listing.book.withdraw(order)
        if self.clearing is not None:
            self.clearing.release(order, order.leaves, self.taker_fee_ppm)
        self._publish(now_ns, listing)

    def amend_refusal(
        self, now_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks
    ) -> int:
        """This is why an open order may not be changed to this, or NONE; if NONE, the change is
        paid for.
        """
        listing = self.listings[order.instrument]
        if listing.phase == CLOSED:
            return PHASE_CLOSED
        # The order is judged as it would be; until then the book still holds the old one.
        old_quantity = order.quantity
        old_price = order.price
        order.quantity = quantity
        order.price = price
        is_faulty = terms_fault(order) != ""
        is_taking = listing.phase == CONTINUOUS and listing.book.would_trade(order)
        order.quantity = old_quantity
        order.price = old_price
        if is_faulty:
            return INVALID_TERMS
        if order.post_only and is_taking:
            return POST_ONLY_WOULD_TRADE
        if self.clearing is None:
            return NONE
        leaves = quantity - order.filled
        moved = self.clearing.move(order, leaves, price, self.taker_fee_ppm)
        return NONE if moved else CASH_BELOW_MINIMUM

    def amend(self, now_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks) -> None:
        """Change a resting order; one that loses its place may trade in continuous trading."""
        listing = self.listings[order.instrument]
        changes: list[Change] = []
        listing.book.amend(order, quantity, price, listing.phase == CONTINUOUS, changes)
        self.tape.tell(now_ns, listing, changes)
        self._publish(now_ns, listing)

    def _publish(self, now_ns: Nanoseconds, listing: Listing) -> None:
        listing.is_stale = True
        if not self.tape.publish(now_ns, listing):
            self.timer_ns = min(self.timer_ns, listing.publish_ns)
