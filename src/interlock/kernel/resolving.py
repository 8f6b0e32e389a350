"""Resolving: an order whose fate is unknown, by the denials of its venue, or by two people."""

from typing import Final

from interlock.kernel.recorder import Recorder
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.ledger.people import is_same
from interlock.messages.commands import ReportOrder
from interlock.messages.differences import AbsenceNoted, OrderResolved, ResolutionProposed
from interlock.messages.events import (
    CommandRefused,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
)
from interlock.messages.identity import order_text
from interlock.messages.reasons import (
    ABSENCE_PROVEN,
    MALFORMED,
    NOTHING_TO_DO,
    PERSON_DECIDED,
    SAME_PERSON,
    UNKNOWN_ORDER,
)
from interlock.messages.statements import ResolveOrder
from interlock.messages.terms import CANCELLED, EXPIRED, REJECTED, UNKNOWN
from interlock.messages.units import Nanoseconds

ABSENCES_MIN: Final = 2
"""So often must a venue deny an order, when asked about that order, before it counts as proven."""

RESOLUTIONS: Final = (REJECTED, CANCELLED, EXPIRED)
"""What people may say became of an order: all of them end it. What traded only a venue can say."""


def acceptance_ns(order: OrderRecord) -> Nanoseconds:
    """How long after it was sent an order may still arrive at its venue."""
    horizon_ns = order.venue.definition.acceptance_ns
    return horizon_ns if horizon_ns > 0 else order.venue.silence_ns


def note_absence(recorder: Recorder, order: OrderRecord, report: ReportOrder) -> None:
    """A venue was asked about an order and denies it. It is UNKNOWN until it has been denied
    `ABSENCES_MIN` times; then it never was there, if nobody ever answered for it. One that was
    acknowledged may have traded: only a statement with equal net positions ends that one."""
    number = order.order
    if order.status != UNKNOWN:
        recorder.conclude(OrderUnknown(number, UNKNOWN_ORDER))
    if order.status != UNKNOWN:
        # Nothing of it was left, so nothing is lost.
        return
    doubt = order.doubt
    count = doubt.absences + 1 if doubt is not None else 1
    if count >= ABSENCES_MIN and not order.is_acknowledged:
        recorder.conclude(OrderRejected(number, ABSENCE_PROVEN, report.text))
    else:
        recorder.conclude(AbsenceNoted(number, count))


def resolve_order(ledger: Ledger, recorder: Recorder, command: ResolveOrder) -> None:
    """A person says what became of an order in doubt. It is so when a second one says the same:
    it gives back exposure, as lifting a halt does."""
    order = ledger.orders.find(command.order)
    if order is None:
        text = f"{order_text(max(command.order, 0))} is no order of this session's memory"
        recorder.conclude(CommandRefused(UNKNOWN_ORDER, text))
        return
    name = order_text(order.order)
    if order.status != UNKNOWN:
        text = f"{name} is not unknown: only what nobody can tell is for people to say"
        recorder.conclude(CommandRefused(NOTHING_TO_DO, text))
        return
    if command.status not in RESOLUTIONS or command.evidence == "":
        text = "must be absent, cancelled or expired, and say on what evidence"
        recorder.conclude(CommandRefused(MALFORMED, text))
        return
    if command.status == REJECTED and order.filled > 0:
        text = f"{name} has traded {order.filled}: it was there, so it is cancelled or expired"
        recorder.conclude(CommandRefused(MALFORMED, text))
        return
    doubt = order.doubt
    if doubt is None or doubt.resolved_by == "" or doubt.resolved_status != command.status:
        recorder.conclude(
            ResolutionProposed(order.order, command.status, command.by, command.evidence)
        )
        return
    first = doubt.resolved_by
    if is_same(first, command.by, ledger.is_strict):
        text = f"{first} has said so already and someone else must say the same"
        recorder.conclude(CommandRefused(SAME_PERSON, text))
        return

    # From here on two people have said the same.
    recorder.conclude(
        OrderResolved(order.order, command.status, first, command.by, command.evidence)
    )
    if command.status == REJECTED:
        recorder.conclude(OrderRejected(order.order, PERSON_DECIDED, command.evidence))
    elif command.status == CANCELLED:
        recorder.conclude(OrderCancelled(order.order, PERSON_DECIDED))
    else:
        recorder.conclude(OrderExpired(order.order, False))
