"""A venue's door: requests arrive late, words leave late, every order is known by our id.

What the exchange and the recorded venue have in common: latency both ways, the message-rate limit,
recognition of an id seen before, the reports, and answers to queries. Words are said in time order,
so the queue needs no sorting.
"""

from typing import Final, final

from interlock.messages.commands import Command, ReportOrder
from interlock.messages.definitions import Venue
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    EXPIRED,
    FILLED,
    ORDER_STATUSES,
    REJECTED,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_STATUS,
    SELL,
    name_of,
)
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Ticks
from interlock.simulation.foreign import ForeignOrders
from interlock.simulation.order import BACKGROUND, VenueOrder
from interlock.simulation.phases import NEVER
from interlock.simulation.ratelimit import RateLimit
from interlock.simulation.request import Request
from interlock.simulation.stating import DropCopy, NetPositions, state_copy, state_venue

_REPORT_ORDER: Final = ReportOrder  # the name of an imported class is looked up at each use
FINISHED_ORDERS_MAX: Final = 16_384
"""How many ended orders a venue remembers unless told otherwise."""


@final
class Gateway:
    """The queue of requests, the queue of words, and the orders known by id."""

    def __init__(
        self,
        venue: Venue,
        latency_out_ns: Nanoseconds,
        latency_in_ns: Nanoseconds,
        rate: RateLimit | None = None,
        finished_orders_max: int = FINISHED_ORDERS_MAX,
    ) -> None:
        assert finished_orders_max > 0, f"finished_orders_max was {finished_orders_max}"
        self.name: str = venue.name
        self.execution_prefix: str = venue.name + "-"
        self.venue: Venue = venue
        self.latency_out_ns: Nanoseconds = latency_out_ns
        self.latency_in_ns: Nanoseconds = latency_in_ns
        self.rate: RateLimit = rate if rate is not None else RateLimit()
        self.requests: list[Request] = []
        self.requests_taken: int = 0
        self.last_arrival_ns: Nanoseconds = 0
        self.words: list[tuple[Nanoseconds, Command]] = []
        self.orders: dict[OrderId, VenueOrder] = {}
        self.executions: int = 0
        self.positions: NetPositions = NetPositions()
        self.drop_copy: DropCopy | None = None
        self.foreign: ForeignOrders = ForeignOrders()
        # Ended orders in the order of their ends, as a ring; the highest id that fell out of it.
        self.finished: list[OrderId] = []
        self.finished_place: int = 0
        self.finished_orders_max: int = finished_orders_max
        self.forgotten_order_max: OrderId = -1

    # Requests in.

    def post(
        self,
        time_ns: Nanoseconds,
        sent: OrderCleared | None,
        cancel: CancelRequested | None,
        replace: ReplaceRequested | None,
        query: OrderId,
        reserve_price: Ticks,
        asked: VenueQuestioned | None = None,
        adopted: OrderAdopted | None = None,
    ) -> None:
        """Send a request; it arrives `latency_out_ns` later and never before an earlier one."""
        arrival_ns = time_ns + self.latency_out_ns
        if arrival_ns < self.last_arrival_ns:
            arrival_ns = self.last_arrival_ns
        self.last_arrival_ns = arrival_ns
        self.requests.append(
            Request(arrival_ns, sent, cancel, replace, query, reserve_price, asked, adopted)
        )

    def arrival_ns(self) -> Nanoseconds:
        """This is when the next request arrives, `NEVER` if none is on its way."""
        if self.requests_taken == len(self.requests):
            return NEVER
        return self.requests[self.requests_taken].arrival_ns

    def take(self) -> Request:
        """Take the request that arrives next."""
        request = self.requests[self.requests_taken]
        self.requests_taken += 1
        if self.requests_taken == len(self.requests):
            self.requests.clear()
            self.requests_taken = 0
        elif self.requests_taken >= 1_024:
            del self.requests[: self.requests_taken]
            self.requests_taken = 0
        return request

    # Words out.

    def say(self, time_ns: Nanoseconds, command: Command) -> None:
        """Say something; we hear it `latency_in_ns` later."""
        self.words.append((time_ns + self.latency_in_ns, command))

    def word_ns(self) -> Nanoseconds:
        """This is when the next word reaches us, `NEVER` if none was said."""
        return self.words[0][0] if self.words else NEVER

    def heard(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """Take every word that has reached us by now."""
        words = self.words
        if not words:
            return []
        if words[-1][0] <= time_ns:
            self.words = []
            return words
        count = 0
        while words[count][0] <= time_ns:
            count += 1
        self.words = words[count:]
        return words[:count]

    # Orders by id.

    def knows(self, order: OrderId) -> bool:
        """True for an id seen before. Ids at or below one long forgotten count as seen: they grow
        with the journal.
        """
        return order in self.orders or order <= self.forgotten_order_max

    def open_orders(self) -> list[VenueOrder]:
        """This is every order of ours that still works, oldest first."""
        found: list[VenueOrder] = []
        for order in self.orders.values():
            if order.is_open:
                found.append(order)
        return found

    def finish(self, order: VenueOrder) -> None:
        """Remember an ended order for a while."""
        if order.order == BACKGROUND or order.is_finished:
            return
        order.is_finished = True
        if len(self.finished) < self.finished_orders_max:
            self.finished.append(order.key)
            return
        oldest = self.finished[self.finished_place]
        del self.orders[oldest]
        if oldest > self.forgotten_order_max:
            self.forgotten_order_max = oldest
        self.finished[self.finished_place] = order.key
        self.finished_place = (self.finished_place + 1) % self.finished_orders_max

    # Reports. `keep` remembers those that a query must be able to repeat.

    def accept(self, time_ns: Nanoseconds, order: VenueOrder) -> None:
        report = ReportOrder(
            venue=self.name,
            order=order.order,
            kind=REPORT_ACCEPTED,
            venue_order_id=str(order.order),
            venue_time_ns=time_ns,
        )
        self.say(time_ns, report)

    def reject(self, time_ns: Nanoseconds, order: VenueOrder, reason: int, text: str) -> None:
        """Refuse a new order; its id stays known."""
        order.end(REJECTED)
        self.finish(order)
        self._say_and_keep(time_ns, order, REPORT_REJECTED, reason, text)

    def fill(
        self,
        time_ns: Nanoseconds,
        order: VenueOrder,
        price: Ticks,
        quantity: Lots,
        fee: Minor,
        liquidity: int,
    ) -> None:
        """Report a trade. Execution ids count the venue's reports, so they are unique in it and
        repeatable.
        """
        self.executions += 1
        report = _REPORT_ORDER(
            self.name,
            order.key,
            REPORT_FILL,
            order.revision,
            self.execution_prefix + str(self.executions),
            quantity,
            price,
            fee,
            liquidity,
            "",
            0,
            "",
            "",
            time_ns,
        )
        order.reports.append(report)
        self.positions.trade(order.participant, order.instrument, order.side, quantity)
        if self.drop_copy is not None:
            self.drop_copy.copy(order, report)
        self._tell(time_ns, order, report)

    def cancelled(self, time_ns: Nanoseconds, order: VenueOrder, reason: int, text: str) -> None:
        order.end(CANCELLED)
        self.finish(order)
        self._say_and_keep(time_ns, order, REPORT_CANCELLED, reason, text)

    def expired(self, time_ns: Nanoseconds, order: VenueOrder, text: str) -> None:
        order.end(EXPIRED)
        self.finish(order)
        self._say_and_keep(time_ns, order, REPORT_EXPIRED, 0, text)

    def replaced(
        self, time_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks
    ) -> None:
        """Report the order's new total quantity and price under its new revision."""
        report = ReportOrder(
            venue=self.name,
            order=order.order,
            kind=REPORT_REPLACED,
            revision=order.revision,
            quantity=quantity,
            price=price,
            venue_time_ns=time_ns,
        )
        order.reports.append(report)
        self._tell(time_ns, order, report)

    def restated(self, time_ns: Nanoseconds, order: VenueOrder, reason: int) -> None:
        """Report that the venue has made the order's total quantity smaller."""
        self._tell(time_ns, order, self._state(time_ns, order, REPORT_RESTATED, reason, ""))

    def request_rejected(
        self, time_ns: Nanoseconds, order: OrderId, is_replace: bool, revision: int, reason: int
    ) -> None:
        """Refuse a cancel or a replace; the order is what it was."""
        report = ReportOrder(
            venue=self.name,
            order=order,
            kind=REPORT_REPLACE_REJECTED if is_replace else REPORT_CANCEL_REJECTED,
            revision=revision,
            reason=reason,
            venue_time_ns=time_ns,
        )
        self.say(time_ns, report)

    def answer_query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """Say again what became of an order: fills under their ids, replaces, then how it ended or
        how it stands.

        An id never seen is ABSENT. One long forgotten gets no answer: any might be untrue.
        """
        known = self.orders.get(order)
        if known is not None:
            # Fills alone do not say that nothing more is to come.
            self._repeat(time_ns, known, known.is_open or known.status == FILLED)
        elif order > self.forgotten_order_max:
            report = ReportOrder(
                venue=self.name, order=order, kind=REPORT_ABSENT, venue_time_ns=time_ns
            )
            self.say(time_ns, report)

    def answer_duplicate(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """Answer an order whose id was seen before: what became of that one, and its status.

        The status gives total quantity, price, revision and, as text, the status's name. It comes
        last, so that it cannot be taken for life in an order that has ended.
        """
        known = self.orders.get(order)
        if known is not None:
            self._repeat(time_ns, known, True)
            return
        report = ReportOrder(
            venue=self.name,
            order=order,
            kind=REPORT_STATUS,
            text="seen before and forgotten",
            venue_time_ns=time_ns,
        )
        self.say(time_ns, report)

    def _repeat(self, time_ns: Nanoseconds, order: VenueOrder, with_status: bool) -> None:
        for report in order.reports:
            self.say(time_ns, report)
        if with_status:
            text = name_of(ORDER_STATUSES, order.status)
            self.say(time_ns, self._state(time_ns, order, REPORT_STATUS, 0, text))

    def _state(
        self, time_ns: Nanoseconds, order: VenueOrder, kind: int, reason: int, text: str
    ) -> ReportOrder:
        return ReportOrder(
            venue=self.name,
            order=order.order,
            kind=kind,
            revision=order.revision,
            quantity=order.quantity,
            price=order.price,
            reason=reason,
            text=text,
            venue_time_ns=time_ns,
        )

    def _say_and_keep(
        self, time_ns: Nanoseconds, order: VenueOrder, kind: int, reason: int, text: str
    ) -> None:
        report = ReportOrder(
            venue=self.name,
            order=order.order,
            kind=kind,
            revision=order.revision,
            reason=reason,
            text=text,
            venue_time_ns=time_ns,
        )
        order.reports.append(report)
        self._tell(time_ns, order, report)

    def _tell(self, time_ns: Nanoseconds, order: VenueOrder, report: ReportOrder) -> None:
        """Nobody is told about an order that somebody else sent for our account."""
        if order.order > BACKGROUND:
            self.say(time_ns, report)

    def is_new(self) -> bool:
        """Whether it has never heard of any order of ours, nor of what was traded before it."""
        return len(self.orders) == 0 and len(self.positions.positions) == 0

    def begin_with(self, account: str, instrument: str, lots: Lots) -> None:
        """What was traded here before this venue was made."""
        side, quantity = (BUY, lots) if lots > 0 else (SELL, -lots)
        self.positions.trade(account, instrument, side, quantity)
        if self.drop_copy is not None:
            self.drop_copy.positions.trade(account, instrument, side, quantity)

    def answer_question(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        """Say everything that there is of ours, and what the drop copy has where there is one."""
        orders, since_ns = list(self.orders.values()), asked.since_ns
        pages = state_venue(self.name, time_ns, asked.question, since_ns, orders, self.positions)
        if self.drop_copy is not None:
            pages += state_copy(self.name, time_ns, asked.question, since_ns, self.drop_copy)
        for page in pages:
            self.say(time_ns, page)
