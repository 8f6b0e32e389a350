"""The desk of a simulated venue: how our requests are taken, judged and answered, whatever fills
them.

The exchange and the recorded venue are desks; each says how an order enters, changes and leaves.
The rules they share:
- At one moment the clock comes first, then requests in the order in which they arrive.
- An id seen before is answered with what became of that order, before anything else is
  judged.
- Nothing enters while the phase is CLOSED; in pre-open and auctions only orders that can rest.
- A replaced quantity at or below what is filled ends the order as filled at that quantity (FIX
  matrix C.3.c).
- A post-only order that would trade is rejected, also when a replace makes it so; in an auction it
  may trade.
- A logout for too many messages cancels all our working orders and lasts one window, in which
  messages are rejected.
"""

from abc import abstractmethod
from typing import Final

from interlock.messages.commands import Command
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.reasons import (
    INVALID_TERMS,
    MESSAGE_RATE_ABOVE_LIMIT,
    NONE,
    ORDER_NOT_WORKING,
    REQUESTED,
    UNKNOWN_ORDER,
    VENUE_DECIDED,
)
from interlock.messages.terms import FILLED
from interlock.messages.units import Lots, Nanoseconds, OrderId, Ticks
from interlock.simulation.gateway import Gateway
from interlock.simulation.order import BACKGROUND, VenueOrder, order_of, terms_fault
from interlock.simulation.ratelimit import ADMITTED, LOG_OUT
from interlock.simulation.request import Request

LOGGED_OUT: Final = "the session logged out"


class Desk:
    """The venue port. Requests come in non-decreasing time; nothing happens until `due` says that
    time has passed.

    It is not an `ABC`: compiled subclasses share one cache of `isinstance` with it, so that what
    was once found to be an exchange would pass for a recorded venue too.
    """

    def __init__(self, gateway: Gateway, accepts_immediate: bool) -> None:
        self.name: str = gateway.name
        self.gateway: Gateway = gateway
        self.accepts_immediate: bool = accepts_immediate
        self.now_ns: Nanoseconds = -1
        self.timer_ns: Nanoseconds = 0
        """When something next happens by itself; 0 until the clock has been looked at once."""

    # The venue port.

    def submit(self, time_ns: Nanoseconds, order: OrderCleared, reserve_price: Ticks = 0) -> None:
        """Our order leaves. `reserve_price` is the highest a buy may be moved to, where accounts
        are kept.
        """
        assert order.order > BACKGROUND, f"order id was {order.order}, must be above {BACKGROUND}"
        self.gateway.post(time_ns, order, None, None, BACKGROUND, reserve_price)

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        """Our wish to withdraw an order leaves."""
        self.gateway.post(time_ns, None, request, None, BACKGROUND, 0)

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        """Our wish to change an order leaves."""
        self.gateway.post(time_ns, None, None, request, BACKGROUND, 0)

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """Our question leaves. The answer repeats the fills, then says how the order ended or
        stands, or ABSENT.
        """
        self.gateway.post(time_ns, None, None, None, order, 0)

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        """The question for everything leaves; the answer is pages of `ReportVenue`."""
        self.gateway.post(time_ns, None, None, None, BACKGROUND, 0, asked)

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        """Word leaves by which number we know an order that we did not send."""
        self.gateway.post(time_ns, None, None, None, BACKGROUND, 0, None, adopted)

    @abstractmethod
    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        """Recorded market data, as of a time."""

    @abstractmethod
    def next_time_ns(self) -> Nanoseconds:
        """This is when the venue next has something to do or say, -1 if never."""

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """Let time pass and take every word that has reached us by then, in time order."""
        self.advance(time_ns)
        return self.gateway.heard(time_ns)

    def place_foreign(self, time_ns: Nanoseconds, wanted: OrderCleared) -> str:
        """Somebody enters an order for our account without us, now; the venue's name for it, or
        nothing when it was refused."""
        self.advance(time_ns)
        order = order_of(wanted)
        if self.refusal(self.now_ns, order) != NONE:
            return ""
        self.gateway.foreign.add(self.gateway.orders, order)
        self.enter(self.now_ns, order)
        return order.foreign_id

    # What differs between venues.

    @abstractmethod
    def keep_time(self, now_ns: Nanoseconds) -> None:
        """Do what the clock asks for, and set `timer_ns` to when it asks again."""

    @abstractmethod
    def refusal(self, now_ns: Nanoseconds, order: VenueOrder) -> int:
        """This is why an order may not enter now, or NONE; if NONE, it is paid for where accounts
        are kept.
        """

    @abstractmethod
    def enter(self, now_ns: Nanoseconds, order: VenueOrder) -> None:
        """Match the order, then rest or end what is left, and say so."""

    @abstractmethod
    def leave(self, now_ns: Nanoseconds, order: VenueOrder) -> None:
        """Take an open order out; what it then is, the caller says."""

    @abstractmethod
    def amend_refusal(
        self, now_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks
    ) -> int:
        """This is why an open order may not be changed to this, or NONE; if NONE, the change is
        paid for.
        """

    @abstractmethod
    def amend(self, now_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks) -> None:
        """Change an open order to a quantity above what is filled; it may trade."""

    # What a venue does to all of somebody's orders at once.

    def log_out(self, time_ns: Nanoseconds, until_ns: Nanoseconds) -> None:
        """Cancel all that works of ours and reject messages until a time, as for too many."""
        self.advance(time_ns)
        self.gateway.rate.out_until_ns = max(self.gateway.rate.out_until_ns, until_ns)
        self.cancel_working(time_ns, self.gateway.open_orders(), LOGGED_OUT)

    def cancel_working(self, time_ns: Nanoseconds, orders: list[VenueOrder], text: str) -> None:
        """Cancel these orders of ours now, those that still work; the venue has decided it."""
        self.advance(time_ns)
        for order in orders:
            if order.is_open:
                self.leave(self.now_ns, order)
                self.gateway.cancelled(self.now_ns, order, VENUE_DECIDED, text)

    # From here on it is the same everywhere.

    def advance(self, time_ns: Nanoseconds) -> None:
        """Let everything happen that happens up to and including a time."""
        while True:
            arrival_ns = self.gateway.arrival_ns()
            timer_ns = self.timer_ns
            if timer_ns == 0:
                timer_ns = min(time_ns, arrival_ns)
            if timer_ns <= time_ns and timer_ns <= arrival_ns:
                self.now_ns = max(self.now_ns, timer_ns)
                self.keep_time(self.now_ns)
            elif arrival_ns <= time_ns:
                self.now_ns = max(self.now_ns, arrival_ns)
                self._handle(self.now_ns, self.gateway.take())
            else:
                break
        if self.now_ns < time_ns:
            self.now_ns = time_ns

    def _handle(self, now_ns: Nanoseconds, request: Request) -> None:
        if request.sent is not None:
            self._new(now_ns, request.sent, request.reserve_price)
        elif request.cancel is not None:
            self._cancel(now_ns, request.cancel)
        elif request.replace is not None:
            self._replace(now_ns, request.replace)
        elif request.asked is not None:
            self.gateway.answer_question(now_ns, request.asked)
        elif request.adopted is not None:
            self.gateway.foreign.adopt(self.gateway.orders, request.adopted)
        else:
            self.gateway.answer_query(now_ns, request.query)

    def _new(self, now_ns: Nanoseconds, sent: OrderCleared, reserve_price: Ticks) -> None:
        gateway = self.gateway
        order = order_of(sent)
        if gateway.knows(order.order):
            gateway.answer_duplicate(now_ns, order.order)
            return
        is_admitted = self._is_admitted(now_ns)
        order.reserve_price = reserve_price
        gateway.orders[order.key] = order
        if not is_admitted:
            gateway.reject(now_ns, order, MESSAGE_RATE_ABOVE_LIMIT, "")
            return
        reason = self.refusal(now_ns, order)
        if reason != NONE:
            gateway.reject(now_ns, order, reason, terms_fault(order))
            return
        # From here on the venue has the order.
        if self.accepts_immediate or not order.is_immediate:
            gateway.accept(now_ns, order)
        self.enter(now_ns, order)

    def _cancel(self, now_ns: Nanoseconds, request: CancelRequested) -> None:
        gateway = self.gateway
        self._is_admitted(now_ns)
        order = gateway.orders.get(request.order)
        if order is None:
            gateway.request_rejected(now_ns, request.order, False, 0, UNKNOWN_ORDER)
        elif not order.is_open:
            gateway.request_rejected(
                now_ns, request.order, False, order.revision, ORDER_NOT_WORKING
            )
        else:
            self.leave(now_ns, order)
            gateway.cancelled(now_ns, order, REQUESTED, "")

    def _replace(self, now_ns: Nanoseconds, request: ReplaceRequested) -> None:
        gateway = self.gateway
        reason = NONE
        order = gateway.orders.get(request.order)
        if not self._is_admitted(now_ns):
            reason = MESSAGE_RATE_ABOVE_LIMIT
        elif order is None:
            reason = UNKNOWN_ORDER
        elif not order.is_open:
            reason = ORDER_NOT_WORKING
        elif request.quantity <= 0:
            reason = INVALID_TERMS
        elif request.quantity > order.filled:
            reason = self.amend_refusal(now_ns, order, request.quantity, request.price)
        if reason != NONE or order is None:
            gateway.request_rejected(now_ns, request.order, True, request.revision, reason)
            return
        # From here on the order is the new one.
        order.revision = request.revision
        if request.quantity > order.filled:
            gateway.replaced(now_ns, order, request.quantity, request.price)
            self.amend(now_ns, order, request.quantity, request.price)
            return
        self.leave(now_ns, order)
        order.quantity = order.filled
        order.end(FILLED)
        gateway.finish(order)
        gateway.replaced(now_ns, order, order.quantity, order.price)

    def _is_admitted(self, now_ns: Nanoseconds) -> bool:
        verdict = self.gateway.rate.verdict(now_ns)
        if verdict == LOG_OUT:
            for order in self.gateway.open_orders():
                self.leave(now_ns, order)
                self.gateway.cancelled(now_ns, order, VENUE_DECIDED, LOGGED_OUT)
        return verdict == ADMITTED
