"""Reports: what a venue says becomes what is so, or is ignored with a reason. Nothing goes
unnoticed.
"""

from typing import Final

from msgspec.structs import astuple

from interlock.kernel.protecting import frozen_before, protect
from interlock.kernel.recorder import Recorder
from interlock.kernel.reducing import keep_reducing
from interlock.kernel.resolving import acceptance_ns, note_absence
from interlock.kernel.stopping import cancel_again
from interlock.ledger import life
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import Fill, OrderRecord
from interlock.ledger.positions import TOTAL_MAX
from interlock.messages.commands import ReportOrder
from interlock.messages.events import (
    FillBusted,
    FillCorrected,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderUnknown,
    ReportIgnored,
    RequestPending,
    RequestRejected,
)
from interlock.messages.flags import PROVEN_ABSENCE
from interlock.messages.reasons import (
    ABSENCE_PROVEN,
    ABSENCE_UNPROVEN,
    DUPLICATE_EXECUTION,
    IMPOSSIBLE_TRANSITION,
    MALFORMED,
    NONE,
    UNKNOWN_EXECUTION,
    UNKNOWN_ORDER,
    VENUE_DECIDED,
    VENUE_REFUSED,
    VENUE_SILENT,
)
from interlock.messages.terms import (
    CLEARED,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_DONE_FOR_DAY,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_SILENCE,
    REPORT_STATUS,
    UNKNOWN,
)
from interlock.messages.units import Lots, Minor, OrderId, Ticks

# No one order trades for more than this, in the smallest unit of its currency: 18 digits. A report
# that says so is wrong, and its sums would not fit the 63 bits that every codec carries.
MONEY_MAX: Final = 10**18

HAPPENING_OF: Final = {
    REPORT_PENDING_NEW: life.PEND,
    REPORT_ACCEPTED: life.ACCEPT,
    REPORT_REJECTED: life.REJECT,
    REPORT_FILL: life.FILL,
    REPORT_CANCELLED: life.CANCEL,
    REPORT_EXPIRED: life.EXPIRE,
    REPORT_DONE_FOR_DAY: life.END_DAY,
    REPORT_PENDING_CANCEL: life.PEND_CANCEL,
    REPORT_CANCEL_REJECTED: life.DENY_CANCEL,
    REPORT_PENDING_REPLACE: life.PEND_REPLACE,
    REPORT_REPLACED: life.REPLACE,
    REPORT_REPLACE_REJECTED: life.DENY_REPLACE,
    REPORT_BUST: life.BUST,
    REPORT_CORRECTION: life.CORRECT,
    REPORT_RESTATED: life.RESTATE,
    REPORT_SILENCE: life.SILENCE,
    REPORT_ABSENT: life.REJECT,
    REPORT_STATUS: life.RESTATE,
}

# The name of an imported class is looked up at each use.
_astuple: Final = astuple
_ORDER_FILLED: Final = OrderFilled

# The same as a list, where a look costs no hash: 0 where there is no such report.
_HAPPENINGS: Final[list[int]] = [0] * (max(HAPPENING_OF) + 1)
for _kind, _happening in HAPPENING_OF.items():
    _HAPPENINGS[_kind] = _happening


def conclude_report(ledger: Ledger, recorder: Recorder, report: ReportOrder) -> None:
    """This concludes what a report means for the order it names."""
    kind = report.kind
    if kind == REPORT_FILL:
        _conclude_fill(ledger, recorder, report)
        return
    order = ledger.orders.find(report.order)
    reason = objection(order, report, kind, ledger)
    if order is None or reason != NONE:
        recorder.conclude(ReportIgnored(report.order, kind, reason))
        if order is None and kind in (REPORT_BUST, REPORT_CORRECTION):
            # Something traded that is not in our books: the invariants say so in this step.
            ledger.orders.unexplained.append(report.order)
        return

    # From here on the report is taken at its word.
    _conclude_known(recorder, order, report)
    if order.halt_cancels > 0:
        cancel_again(ledger, recorder, order)
    if kind in (REPORT_BUST, REPORT_CORRECTION):
        _moved(ledger, recorder, order)


def _conclude_fill(ledger: Ledger, recorder: Recorder, report: ReportOrder) -> None:
    """The most frequent report by far: read all at once."""
    venue: str
    number: OrderId
    execution_id: str
    quantity: Lots
    price: Ticks
    fee: Minor
    liquidity: int
    venue, number, _, _, execution_id, quantity, price, fee, liquidity, _, _, _, _, _ = _astuple(
        report
    )
    order = ledger.orders.find(number)
    if order is None:
        recorder.conclude(ReportIgnored(number, REPORT_FILL, UNKNOWN_ORDER))
        # Something traded that is not in our books: the invariants say so in this step.
        ledger.orders.unexplained.append(number)
        return
    reason = NONE
    if venue != order.venue.name or not is_execution(order, execution_id, quantity, price, fee):
        reason = MALFORMED
    elif order.has_fill(execution_id):
        reason = DUPLICATE_EXECUTION
    elif not life.is_possible(order.status, life.FILL):
        reason = IMPOSSIBLE_TRANSITION
    if reason != NONE:
        recorder.conclude(ReportIgnored(number, REPORT_FILL, reason))
        return

    # From here on the report is taken at its word.
    counters = ledger.orders.counters
    is_protected = counters.is_protecting and not counters.acts_at_once
    before = frozen_before(ledger, order) if is_protected else []
    recorder.conclude(_ORDER_FILLED(order.key, execution_id, quantity, price, fee, liquidity))
    if is_protected:
        protect(ledger, recorder, order, before)
    if order.halt_cancels > 0:
        cancel_again(ledger, recorder, order)
    _moved(ledger, recorder, order)


def _moved(ledger: Ledger, recorder: Recorder, order: OrderRecord) -> None:
    """A position has moved: what may only reduce it must still do so."""
    if len(ledger.orders.reducing) > 0 and ledger.is_kept_by_us:
        keep_reducing(ledger, recorder, order.position)


def _conclude_known(recorder: Recorder, order: OrderRecord, report: ReportOrder) -> None:
    kind = report.kind
    number = order.key
    if kind == REPORT_ACCEPTED:
        recorder.conclude(OrderAccepted(number, report.venue_order_id))
    elif kind == REPORT_CANCELLED:
        reason = report.reason if report.reason != NONE else VENUE_DECIDED
        recorder.conclude(OrderCancelled(number, reason))
    elif kind == REPORT_REJECTED:
        reason = report.reason if report.reason != NONE else VENUE_REFUSED
        recorder.conclude(OrderRejected(number, reason, report.text))
    elif kind == REPORT_REPLACED:
        # A venue that finds more filled than the new quantity amends to what is filled.
        quantity = report.quantity if report.quantity > order.filled else order.filled
        price = report.price
        if report.revision <= order.revision and order.is_worse(order.price, price):
            # An older answer, heeded for its quantity alone.
            price = order.price
        recorder.conclude(OrderReplaced(number, report.revision, quantity, price))
    elif kind in (REPORT_CANCEL_REJECTED, REPORT_REPLACE_REJECTED):
        revision = report.revision if kind == REPORT_REPLACE_REJECTED else 0
        recorder.conclude(RequestRejected(number, kind, report.reason, report.text, revision))
    else:
        _conclude_rarer(recorder, order, report)


def _conclude_rarer(recorder: Recorder, order: OrderRecord, report: ReportOrder) -> None:
    number, kind = order.order, report.kind
    if kind in (REPORT_PENDING_NEW, REPORT_PENDING_CANCEL, REPORT_PENDING_REPLACE):
        recorder.conclude(RequestPending(number, kind))
    elif kind == REPORT_EXPIRED:
        recorder.conclude(OrderExpired(number, False))
    elif kind == REPORT_DONE_FOR_DAY:
        recorder.conclude(OrderExpired(number, True))
    elif kind == REPORT_SILENCE:
        recorder.conclude(OrderUnknown(number, VENUE_SILENT))
    elif kind == REPORT_ABSENT and PROVEN_ABSENCE in recorder.ledger.flags:
        note_absence(recorder, order, report)
    elif kind == REPORT_ABSENT and order.is_acknowledged and order.status != UNKNOWN:
        # A venue that had it and has it no more may have traded it.
        recorder.conclude(OrderUnknown(number, UNKNOWN_ORDER))
    elif kind == REPORT_ABSENT:
        recorder.conclude(OrderRejected(number, ABSENCE_PROVEN, report.text))
    elif kind == REPORT_STATUS:
        recorder.conclude(OrderRestated(number, order.quantity))
    elif kind == REPORT_RESTATED:
        quantity = report.quantity if report.quantity > 0 else order.quantity
        recorder.conclude(OrderRestated(number, quantity))
    elif kind == REPORT_BUST:
        recorder.conclude(FillBusted(number, report.reference))
    elif kind == REPORT_CORRECTION:
        recorder.conclude(
            FillCorrected(
                number,
                report.execution_id,
                report.reference,
                report.quantity,
                report.price,
                report.fee,
            )
        )


def is_execution(
    order: OrderRecord, execution_id: str, quantity: Lots, price: Ticks, fee: Minor
) -> bool:
    """A trade has an id, a price and a quantity, and is not worth more than anyone could owe."""
    if quantity <= 0 or price <= 0 or execution_id == "":
        return False
    value = order.instrument.value(price, quantity)
    if value > MONEY_MAX or not -MONEY_MAX <= fee <= MONEY_MAX:
        return False
    return order.position.has_room(quantity, value, fee) and order.own.has_room(
        quantity, value, fee
    )


def _can_take_back(order: OrderRecord, fill: Fill, report: ReportOrder) -> bool:
    """Every total stays one that a state can hold when a fill is taken back, and for a correction
    another put in its place."""
    instrument, quantity, fee = order.instrument, fill.quantity, abs(fill.fee)
    value = instrument.value(fill.price, quantity)
    worst = instrument.value(order.worst_price(), quantity)
    if not order.position.has_room_to_reserve(quantity, worst):
        return False
    if report.kind == REPORT_CORRECTION:
        quantity += report.quantity
        # The first half may realise what the second realises again.
        value += value + instrument.value(report.price, report.quantity)
        fee += abs(report.fee)
    return order.position.has_room(quantity, value, fee) and order.own.has_room(
        quantity, value, fee
    )


def _is_size(order: OrderRecord, report: ReportOrder) -> bool:
    """What an order is changed or restated to can be an order. A restatement may leave the quantity
    out."""
    price = order.price
    if report.kind == REPORT_REPLACED:
        if report.quantity == 0 or report.price <= 0:
            return False
        price = report.price
    value = order.instrument.value(price, report.quantity)
    if report.quantity < 0 or value > MONEY_MAX or report.revision > TOTAL_MAX:
        return False
    return order.position.has_room_to_reserve(report.quantity, value)


def objection(order: OrderRecord | None, report: ReportOrder, kind: int, ledger: Ledger) -> int:
    """The reason why a report changes nothing; NONE when it does."""
    if order is None:
        return UNKNOWN_ORDER
    happening = _HAPPENINGS[kind] if 0 <= kind < len(_HAPPENINGS) else 0
    if happening == 0 or report.venue != order.venue.name:
        return MALFORMED
    if kind == REPORT_CORRECTION:
        quantity, price, fee = report.quantity, report.price, report.fee
        if not is_execution(order, report.execution_id, quantity, price, fee):
            return MALFORMED
        if order.has_fill(report.execution_id):
            return DUPLICATE_EXECUTION
    if kind in (REPORT_REPLACED, REPORT_RESTATED) and not _is_size(order, report):
        return MALFORMED
    if kind in (REPORT_BUST, REPORT_CORRECTION):
        fill = order.fill_of(report.reference)
        if fill is None or fill.quantity == 0:
            return UNKNOWN_EXECUTION
        if not _can_take_back(order, fill, report):
            return MALFORMED
    if not life.is_possible(order.status, happening):
        return IMPOSSIBLE_TRANSITION
    if kind == REPORT_REPLACED and report.revision <= order.revision:
        # An answer already settled; but more than we believe in is never ignored (law 7).
        is_more = order.is_open() and report.quantity > order.quantity
        return NONE if is_more else IMPOSSIBLE_TRANSITION
    if kind in (REPORT_PENDING_REPLACE, REPORT_REPLACE_REJECTED):
        return NONE if order.is_replacing() else IMPOSSIBLE_TRANSITION
    if kind in (REPORT_SILENCE, REPORT_STATUS):
        # A timer that fired while the answer came, or an answer to a question already settled.
        is_due = order.asked_ns != 0 if kind == REPORT_SILENCE else order.status == UNKNOWN
        return NONE if is_due else IMPOSSIBLE_TRANSITION
    if kind == REPORT_ABSENT:
        if order.status == CLEARED:
            return IMPOSSIBLE_TRANSITION
        if PROVEN_ABSENCE not in ledger.flags:
            is_had = order.is_acknowledged and order.status == UNKNOWN
            return IMPOSSIBLE_TRANSITION if is_had else NONE
        if ledger.time_ns < order.cleared_ns + acceptance_ns(order):
            # It may be on its way yet: that it is not there proves nothing.
            return ABSENCE_UNPROVEN
    return NONE
