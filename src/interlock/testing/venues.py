"""Venues for tests: one that notes what reaches it and passes the crash points, before any other;
and one that says what it is told to.
"""

from dataclasses import dataclass, field

from interlock.execution.port import VenuePort
from interlock.messages.commands import Command, ReportOrder
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.statements import FillStated, OrderStated, PositionStated, ReportVenue
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    DONE_FOR_DAY,
    EXPIRED,
    FILLED,
    PARTIALLY_FILLED,
    REJECTED,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_DONE_FOR_DAY,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_STATUS,
    WORKING,
)
from interlock.messages.units import Lots, Nanoseconds, OrderId, Ticks
from interlock.simulation.stating import fill_stated
from interlock.testing.points import CrashPoint, Plan

_CHANGING = (
    REPORT_ACCEPTED,
    REPORT_FILL,
    REPORT_BUST,
    REPORT_CORRECTION,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_STATUS,
)
_REOPENING = {
    REPORT_REJECTED: (
        REPORT_ACCEPTED,
        REPORT_FILL,
        REPORT_REPLACED,
        REPORT_RESTATED,
        REPORT_STATUS,
    ),
    REPORT_DONE_FOR_DAY: (REPORT_RESTATED, REPORT_STATUS),
}
_ENDINGS = {
    REPORT_CANCELLED: CANCELLED,
    REPORT_EXPIRED: EXPIRED,
    REPORT_REJECTED: REJECTED,
    REPORT_DONE_FOR_DAY: DONE_FOR_DAY,
}


class WatchedVenue:
    """Stands before a venue: `reached` is everything that left for it, and each passage is a crash
    point. It outlives the process that sends, as the venue does."""

    def __init__(self, port: VenuePort, plan: Plan) -> None:
        self.port = port
        self.plan = plan
        self.reached: list[tuple[str, OrderId]] = []
        """(`submit`, `cancel`, `replace` or `query`, order), in order."""
        self.spared = 0
        self.lost = 0
        """After the next `spared` effects, so many are lost on their way."""
        self.in_hand: list[tuple[Nanoseconds, Command]] = []
        """What a crash lost between the venue and the journal, until the next process lives."""

    @property
    def sent_twice(self) -> list[OrderId]:
        """Orders that were submitted more than once; there must never be any."""
        sent = [order for what, order in self.reached if what == "submit"]
        return sorted({order for order in sent if sent.count(order) > 1})

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        if self._leaves("submit", order.order):
            self.port.submit(time_ns, order)
            self.plan.passing(CrashPoint.P4)

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        if self._leaves("cancel", request.order):
            self.port.cancel(time_ns, request)
            self.plan.passing(CrashPoint.P4)

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        if self._leaves("replace", request.order):
            self.port.replace(time_ns, request)
            self.plan.passing(CrashPoint.P4)

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        self.reached.append(("query", order))
        self.port.query(time_ns, order)

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        self.plan.alive()
        self.port.state(time_ns, asked)

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        self.plan.alive()
        self.port.adopt(time_ns, adopted)

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        self.port.observe(time_ns, command)

    def next_time_ns(self) -> Nanoseconds:
        return self.port.next_time_ns()

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        self.plan.alive()
        words = self.port.due(time_ns)
        if any(isinstance(word, ReportOrder | ReportVenue) for _, word in words):
            # Taken from the venue and in nobody's journal: a crash here loses them.
            self.in_hand = words
            self.plan.passing(CrashPoint.P5)
            self.in_hand = []
        return words

    def _leaves(self, what: str, order: OrderId) -> bool:
        self.plan.passing(CrashPoint.P3)
        if self.spared > 0:
            self.spared -= 1
        elif self.lost > 0:
            self.lost -= 1
            return False
        self.reached.append((what, order))
        return True


@dataclass
class ToldOrder:
    """One order as its venue knows it."""

    cleared: OrderCleared
    quantity: Lots
    price: Ticks
    revision: int = 0
    is_open: bool = True
    said: list[ReportOrder] = field(default_factory=list)
    fills: dict[str, tuple[Lots, Ticks]] = field(default_factory=dict)
    """Quantity and price of each execution that stands."""

    @property
    def filled(self) -> Lots:
        return sum(quantity for quantity, _ in self.fills.values())

    @property
    def status(self) -> int:
        endings = [_ENDINGS[said.kind] for said in self.said if said.kind in _ENDINGS]
        if not self.is_open and endings:
            return endings[-1]
        if self.filled >= self.quantity:
            return FILLED
        return PARTIALLY_FILLED if self.filled else WORKING


class ToldVenue:
    """A venue that says what a test tells it to say, and remembers it: asked about an order, it
    repeats what it said about it, and says how it ended or stands now."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.orders: dict[OrderId, ToldOrder] = {}
        self.is_deaf = False
        """While it is, questions do not reach it."""
        self._words: list[tuple[Nanoseconds, Command]] = []

    def tell(self, time_ns: Nanoseconds, report: ReportOrder) -> bool:
        """It says this now. False, and nothing is said, of an order that never reached it."""
        order = self.orders.get(report.order)
        if order is None:
            return False
        _note(order, report)
        order.said.append(report)
        self._words.append((time_ns, report))
        return True

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        if order.order not in self.orders:
            self.orders[order.order] = ToldOrder(order, order.quantity, order.price)

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        """It answers when it is told to."""

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        """It answers when it is told to."""

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        if self.is_deaf:
            return
        known = self.orders.get(order)
        if known is None:
            self._words.append((time_ns, ReportOrder(self.name, order, REPORT_ABSENT)))
            return
        ended = [report for report in known.said if report.kind in _ENDINGS]
        told = [report for report in known.said if report.kind not in _ENDINGS]
        if not known.is_open:
            told += ended[-1:]
        self._words.extend((time_ns, report) for report in told)
        if known.is_open:
            status = ReportOrder(
                self.name,
                order,
                REPORT_STATUS,
                revision=known.revision,
                quantity=known.quantity,
                price=known.price,
            )
            self._words.append((time_ns, status))

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        """It states what it has said: its open orders, its executions as last corrected, and what
        they add up to."""
        if self.is_deaf:
            return
        fills: list[FillStated] = []
        lots: dict[tuple[str, str], Lots] = {}
        for number, known in self.orders.items():
            cleared = known.cleared
            for fill in _executions(known):
                fills.append(fill_stated(number, fill))
                key = (cleared.account, cleared.instrument)
                signed = fill.quantity if cleared.side == BUY else -fill.quantity
                lots[key] = lots.get(key, 0) + signed
        page = ReportVenue(
            self.name,
            asked.question,
            orders=tuple(
                _order_stated(number, known)
                for number, known in self.orders.items()
                if known.is_open
            ),
            fills=tuple(fills),
            positions=tuple(PositionStated(*key, net) for key, net in lots.items()),
            venue_time_ns=time_ns,
        )
        self._words.append((time_ns, page))

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        """It has no orders but ours."""

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        """It lives on nothing."""

    def next_time_ns(self) -> Nanoseconds:
        return self._words[0][0] if self._words else -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        due = [word for word in self._words if word[0] <= time_ns]
        self._words = [word for word in self._words if word[0] > time_ns]
        return due


def _note(order: ToldOrder, report: ReportOrder) -> None:
    """What a venue that says this has done to its order."""
    kind = report.kind
    if kind in (REPORT_BUST, REPORT_CORRECTION):
        order.fills.pop(report.reference, None)
    if kind in (REPORT_FILL, REPORT_CORRECTION):
        order.fills[report.execution_id] = (report.quantity, report.price)
    elif kind == REPORT_REPLACED:
        order.quantity, order.price = max(report.quantity, order.filled), report.price
        order.revision = max(order.revision, report.revision)
    elif kind == REPORT_RESTATED and report.quantity > 0:
        order.quantity = report.quantity
    if kind in _ENDINGS:
        order.is_open = False
        return
    endings = [said.kind for said in order.said if said.kind in _ENDINGS]
    # A venue that goes on about an order which it had rejected, or put off for the day, has it.
    has_ended = bool(endings) and kind not in _REOPENING.get(endings[-1], ())
    if kind in _CHANGING:
        order.is_open = order.filled < order.quantity and (order.is_open or not has_ended)


def _executions(order: ToldOrder) -> list[ReportOrder]:
    """Its executions, without those that were busted or corrected."""
    gone = {
        report.reference for report in order.said if report.kind in (REPORT_BUST, REPORT_CORRECTION)
    }
    made: dict[str, ReportOrder] = {}
    for report in order.said:
        is_trade = report.kind in (REPORT_FILL, REPORT_CORRECTION)
        if is_trade and report.execution_id not in gone:
            made.setdefault(report.execution_id, report)
    return list(made.values())


def _order_stated(number: OrderId, order: ToldOrder) -> OrderStated:
    return OrderStated(
        number,
        "",
        str(number),
        order.cleared.account,
        order.cleared.instrument,
        order.cleared.side,
        order.quantity,
        order.filled,
        order.price,
        order.revision,
    )
