"""Every order we remember, and what its events do to it, to positions and to reservations."""

from typing import Final, final

from interlock.ledger import life
from interlock.ledger.bounds import BoundsRecord
from interlock.ledger.counting import CounterTable
from interlock.ledger.instruments import InstrumentRecord
from interlock.ledger.limits import LimitTable
from interlock.ledger.noting import note_message, note_size
from interlock.ledger.orders import OrderRecord
from interlock.ledger.parents import ParentRecord
from interlock.ledger.row import Row
from interlock.messages.definitions import Bounds
from interlock.messages.events import (
    CancelRequested,
    FillBusted,
    FillCorrected,
    Line,
    OrderAccepted,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    ReplaceRequested,
    RequestPending,
    RequestRejected,
)
from interlock.messages.identity import ORDERS_PER_COMMAND_MAX
from interlock.messages.reasons import ABSENCE_PROVEN, HALT_CANCEL
from interlock.messages.terms import (
    BUY,
    HOLD,
    REPORT_CANCEL_REJECTED,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_REPLACE,
    UNKNOWN,
)
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks


@final
class OrderTable:
    """The orders that are open, and those that ended within the session's memory."""

    def __init__(self, limits: LimitTable) -> None:
        self.sequence: Sequence = 0
        self.time_ns: Nanoseconds = 0
        self.bounds = BoundsRecord(Bounds())
        self.limits: Final = limits
        self.counters: Final = CounterTable(limits)
        self.known: Final[dict[int, OrderRecord]] = {}
        self._found: OrderRecord | None = None  # asked for last: mostly the next as well
        self.open: Final[dict[int, OrderRecord]] = {}
        self.reducing: Final[dict[int, OrderRecord]] = {}  # those that may only reduce
        self.parents: Final[dict[int, ParentRecord]] = {}
        self.judging: ParentRecord | None = None  # becomes a parent with its first order
        # Ended orders, oldest end first: records, as to find each again takes two cold looks.
        self._ended: Final[Row[OrderRecord]] = Row()
        # Orders that are still to be cancelled, with the reason and the command that asked.
        self.owed: Final[dict[int, tuple[int, int]]] = {}
        self.touched: Final[list[OrderRecord]] = []  # since the kernel's invariants last looked
        self.unexplained: Final[list[int]] = []  # spoken of and not known: must stay empty

    @property
    def finished(self) -> list[int]:
        """The orders that ended and are remembered, oldest end first. Cost: one step for each."""
        return [order.order for order in self._ended.in_order()]

    def remember_ended(self, order: OrderRecord) -> None:
        """This puts an order last among those that ended."""
        self._ended.put(order)

    def find(self, order: OrderId) -> OrderRecord | None:
        found = self._found
        if found is not None and found.order == order:
            return found
        found = self.known.get(order)
        self._found = found
        return found

    def judged(
        self, decision: Sequence, severity: int, lines: tuple[Line, ...], is_quote: bool
    ) -> None:
        """This notes how much a decision may become, before its orders are released."""
        if len(lines) > 0 and severity < HOLD:
            allowed = [line.quantity for line in lines]
            self.judging = ParentRecord(decision, allowed, is_quote)

    def _order(self, order: OrderId) -> OrderRecord | None:
        record = self.find(order)
        if record is None:
            self.unexplained.append(order)
        return record

    def moved(self, order: OrderId, happening: int) -> None:
        record = self._order(order)
        if record is not None:
            self._move(record, happening)

    def _move(self, order: OrderRecord, happening: int) -> None:
        """This moves an order along the table, and its reservation with it."""
        before, quantity = order.status, order.quantity
        is_replacing = order.is_replacing()
        if happening == life.SILENCE and is_replacing and order.asked_quantity > quantity:
            # The venue may have followed our request: what it asks for may still trade (law 7).
            quantity = order.asked_quantity
        status = life.next_status(before, happening, order.filled, quantity, is_replacing)
        assert status != life.IMPOSSIBLE, (
            f"order {order.order} cannot {life.HAPPENINGS[happening]} in status {before}"
        )
        order.status = status
        order.moved = self.sequence
        was_asked = 1 if order.asked_ns != 0 else 0
        if not order.is_acknowledged and happening in life.ACKNOWLEDGING:
            order.is_acknowledged = True
        if happening in (life.ASK_CANCEL, life.ASK_REPLACE):
            order.asked_ns = self.time_ns
        elif life.owes_answer(status, happening):
            # A fill that crosses our request on the wire is no answer to it.
            if order.asked_ns == 0:
                order.asked_ns = self.time_ns
        else:
            order.asked_ns = 0
        order.venue.in_flight += (1 if order.asked_ns != 0 else 0) - was_asked
        if status != before and (status == UNKNOWN or before == UNKNOWN):
            order.venue.unknown_orders += 1 if status == UNKNOWN else -1
            order.doubt = None
        self._reserve(order)
        self.touched.append(order)
        is_open = order.is_open()
        if len(self.owed) > 0 and (
            happening == life.ASK_CANCEL or not life.is_possible(status, life.ASK_CANCEL)
        ):
            self.owed.pop(order.key, None)
        was_open = order.is_listed
        if was_open and not is_open:
            self._close(order)
        elif is_open and not was_open:
            self._count_open(order, 1)
            self.list_open(order)
            # It ended before, and a bust, a late fill or a new day opened it again.
            self._ended.remove(order)
            order.ended_ns = 0

    def _reserve(self, order: OrderRecord) -> None:
        lots = order.worst_leaves()
        price = order.worst_price()
        value = lots * price * order.instrument.minor_per_tick_lot if order.is_paid() else 0
        added, added_value = lots - order.reserved, value - order.reserved_value
        if added != 0 or added_value != 0:
            order.position.reserve(order.side, added, added_value)
            order.own.reserve(order.side, added, added_value)
            order.reserved = lots
            order.reserved_value = value
            if order.parent is not None and order.parent.work is not None:
                order.parent.work.open += added

    def count_limits(self, instruments: dict[str, InstrumentRecord]) -> None:
        """This begins to count for limits that are new or changed."""
        counters, limits = self.counters, self.limits
        for number in limits.uncounted:
            limit = limits.limits[number]
            instrument = instruments.get(limit.instrument)
            offset_ns = instrument.utc_offset_ns if instrument is not None else 0
            was_matching = counters.is_matching
            counters.put(number, limit, offset_ns, self.time_ns)
            if counters.is_matching and not was_matching:
                for order in self.open.values():
                    counters.rest(order)
        limits.uncounted.clear()

    def list_open(self, order: OrderRecord) -> None:
        """This puts an order last among those that are open."""
        self.open[order.key] = order
        order.is_listed = True
        if order.reduce_only:
            self.reducing[order.key] = order
        if self.counters.is_matching:
            self.counters.rest(order)

    def _count_open(self, order: OrderRecord, step: int) -> None:
        order.position.open_orders += step
        order.position.account.open_orders += step
        order.source.open_orders += step
        order.instrument.open_orders += step
        order.venue.open_orders += step
        if order.parent is not None and order.parent.work is not None:
            order.parent.work.note_open(order.key, step)

    def _close(self, order: OrderRecord) -> None:
        del self.open[order.key]
        self.owed.pop(order.key, None)
        order.is_listed = False
        if order.reduce_only:
            del self.reducing[order.key]
        if self.counters.is_matching:
            self.counters.withdraw(order)
        self._count_open(order, -1)
        order.ended_ns = self.time_ns
        order.venue.note_ended(order.quantity, order.filled)
        self.remember_ended(order)
        self._forget()

    def _forget(self) -> None:
        """This lets ended orders go that are beyond the number or age that the session keeps."""
        while True:
            order = self._ended.first()
            if order is None:
                return
            is_old = self.time_ns - order.ended_ns > self.bounds.finished_age_ns
            if len(self._ended) <= self.bounds.finished_orders_max and not is_old:
                return
            self._ended.drop_first()
            del self.known[order.key]
            if order.is_adopted():
                del order.venue.adopted[order.venue_order_id]
            if order is self._found:
                self._found = None
            parent = order.parent
            if parent is not None:
                parent.children -= 1
                if parent.children == 0:
                    del self.parents[order.decision]

    def rejected(self, event: OrderRejected) -> None:
        order = self._order(event.order)
        if order is None:
            return
        if len(self.counters.counters) > 0 and event.reason != ABSENCE_PROVEN:
            self.counters.note_reject(order, self.time_ns)
        self._move(order, life.REJECT)

    def accepted(self, event: OrderAccepted) -> None:
        order = self._order(event.order)
        if order is not None:
            order.venue_order_id = event.venue_order_id
            if len(self.counters.counters) > 0:
                self.counters.note_answer(order)
            self._move(order, life.ACCEPT)

    def pending(self, event: RequestPending) -> None:
        if event.kind == REPORT_PENDING_CANCEL:
            self.moved(event.order, life.PEND_CANCEL)
        elif event.kind == REPORT_PENDING_REPLACE:
            self.moved(event.order, life.PEND_REPLACE)
        else:
            self.moved(event.order, life.PEND)

    def restated(self, event: OrderRestated) -> None:
        order = self._order(event.order)
        if order is not None:
            order.quantity = event.quantity
            self._move(order, life.RESTATE)

    def cleared(self, order: OrderRecord) -> None:
        """This takes an order that the gate let pass: it is reserved for from now on."""
        order.cleared_ns = self.time_ns
        order.asked_ns = self.time_ns
        order.venue.in_flight += 1
        order.moved = self.sequence
        self.known[order.key] = order
        self.list_open(order)
        parent = self._parent(order.decision)
        order.parent = parent
        if parent is not None:
            parent.release((order.order & ORDERS_PER_COMMAND_MAX) - 1, order.quantity)
        self._count_open(order, 1)
        self._reserve(order)
        if len(self.counters.counters) > 0:
            self.counters.note_order(order, self.time_ns)
        note_message(self.counters, order, self.time_ns, False)
        if len(self.limits.sizes) > 0:
            note_size(self.counters, order, order.price, order.quantity, self.time_ns)
        self.touched.append(order)

    def adopt(self, order: OrderRecord) -> None:
        """This takes in an order that the venue has and that we did not send."""
        order.cleared_ns = self.time_ns
        order.moved = self.sequence
        self.known[order.key] = order
        self.list_open(order)
        self._count_open(order, 1)
        self._reserve(order)
        self.touched.append(order)

    def _parent(self, decision: Sequence) -> ParentRecord | None:
        judging = self.judging
        if judging is None or judging.decision != decision:
            return self.parents.get(decision)
        if judging.children == 0:
            self.parents[decision] = judging
        return judging

    def filled(
        self, number: OrderId, execution_id: str, quantity: Lots, price: Ticks, fee: Minor
    ) -> None:
        order = self._order(number)
        if order is None:
            return
        order.keep_fill(execution_id, quantity, price, fee)
        order.filled += quantity
        value = price * quantity * order.instrument.minor_per_tick_lot
        order.position.trade(order.side, quantity, value, fee)
        self._note_traded(order, quantity)
        order.own.trade(order.side, quantity, value, fee)
        if len(self.counters.counters) > 0:
            self.counters.note_fill(order, quantity, value, self.time_ns)
        self._move(order, life.FILL)

    def _note_traded(self, order: OrderRecord, quantity: Lots) -> None:
        traded = order.position.at_venue(order.venue.name)
        traded.lots += quantity if order.side == BUY else -quantity
        traded.sequence = self.sequence
        if order.parent is not None and order.parent.work is not None:
            order.parent.work.filled += quantity

    def busted(self, event: FillBusted) -> None:
        order = self._order(event.order)
        if order is not None:
            self._take_back(order, event.execution_id)
            self._move(order, life.BUST)

    def corrected(self, event: FillCorrected) -> None:
        order = self._order(event.order)
        if order is None:
            return
        self._take_back(order, event.corrected_id)
        order.keep_fill(event.execution_id, event.quantity, event.price, event.fee)
        order.filled += event.quantity
        value = event.price * event.quantity * order.instrument.minor_per_tick_lot
        order.position.trade(order.side, event.quantity, value, event.fee)
        self._note_traded(order, event.quantity)
        order.own.trade(order.side, event.quantity, value, event.fee)
        if len(self.counters.counters) > 0:
            self.counters.note_fill(order, event.quantity, value, self.time_ns)
        self._move(order, life.CORRECT)

    def _take_back(self, order: OrderRecord, execution_id: str) -> None:
        fill = order.fill_of(execution_id)
        assert fill is not None, f"order {order.order} has no execution {execution_id}"
        order.empty_fill(execution_id)
        order.filled -= fill.quantity
        value = fill.price * fill.quantity * order.instrument.minor_per_tick_lot
        order.position.untrade(order.side, fill.quantity, value, fill.fee)
        self._note_traded(order, -fill.quantity)
        order.own.untrade(order.side, fill.quantity, value, fill.fee)
        if len(self.counters.counters) > 0:
            self.counters.note_fill(order, -fill.quantity, -value, self.time_ns)

    def cancel_requested(self, event: CancelRequested) -> None:
        order = self._order(event.order)
        if order is not None:
            if event.reason == HALT_CANCEL:
                order.halt_cancels += 1
            note_message(self.counters, order, self.time_ns, True)
            self._move(order, life.ASK_CANCEL)

    def replace_requested(self, event: ReplaceRequested) -> None:
        order = self._order(event.order)
        if order is None:
            return
        if len(self.limits.sizes) > 0:
            leaves = event.quantity - order.filled
            added = max(leaves - order.worst_leaves(), 0)
            note_size(self.counters, order, event.price, added, self.time_ns, leaves)
        order.ask(event.revision, event.quantity, event.price)
        if event.quantity > order.quantity_allowed:
            order.quantity_allowed = event.quantity
        if order.is_worse(event.price, order.price_allowed):
            order.price_allowed = event.price
        note_message(self.counters, order, self.time_ns, False)
        self._move(order, life.ASK_REPLACE)

    def replaced(self, event: OrderReplaced) -> None:
        order = self._order(event.order)
        if order is None:
            return
        # An older answer that came late takes no newer one back.
        order.revision = max(order.revision, event.revision)
        if event.revision > order.revision_asked:
            # The venue changed it unasked; our next request must be newer than that.
            order.revision_asked = event.revision
        order.quantity = event.quantity
        order.price = event.price
        self._move(order, life.REPLACE)

    def request_rejected(self, event: RequestRejected) -> None:
        order = self._order(event.order)
        if order is None:
            return
        if event.kind == REPORT_CANCEL_REJECTED:
            # A venue that will not cancel what it never acknowledged has not said that it has it.
            is_known = order.is_acknowledged or order.status == UNKNOWN
            self._move(order, life.DENY_CANCEL if is_known else life.SILENCE)
            return
        # Where the venue does not say which of several requests it means, it is the oldest: the
        # newer ones are still outstanding, and may yet be followed (law 7).
        revision = event.revision if event.revision > 0 else order.revision + 1
        order.revision = min(max(order.revision, revision), order.revision_asked)
        self._move(order, life.DENY_REPLACE)
