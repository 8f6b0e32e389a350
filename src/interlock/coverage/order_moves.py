"""Order moves: which happening of the life table an event or a report is."""

from typing import Final

from interlock.ledger import life
from interlock.ledger.orders import OrderRecord
from interlock.messages.events import (
    CancelRequested,
    Event,
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
    ReplaceRequested,
    RequestPending,
    RequestRejected,
)
from interlock.messages.reasons import NOT_AS_STATED
from interlock.messages.terms import (
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
"""What a report says; the kernel's own table, which the rooms outside may not import."""

_SIMPLE: Final[dict[type, int]] = {
    OrderAccepted: life.ACCEPT,
    OrderRejected: life.REJECT,
    OrderFilled: life.FILL,
    OrderCancelled: life.CANCEL,
    CancelRequested: life.ASK_CANCEL,
    ReplaceRequested: life.ASK_REPLACE,
    OrderReplaced: life.REPLACE,
    OrderRestated: life.RESTATE,
    FillBusted: life.BUST,
    FillCorrected: life.CORRECT,
}


def happening_of(event: Event, order: OrderRecord) -> int:
    """This is what an event makes happen to its order, which stands as before it; 0 when nothing
    of the life table does."""
    if isinstance(event, OrderUnknown) and event.reason == NOT_AS_STATED:
        return life.DOUBT
    simple = _SIMPLE.get(type(event), 0)
    if simple != 0:
        return simple
    if isinstance(event, OrderUnknown):
        return life.DOUBT if event.reason == NOT_AS_STATED else life.SILENCE
    if isinstance(event, OrderExpired):
        return life.END_DAY if event.done_for_day else life.EXPIRE
    if isinstance(event, RequestPending):
        return HAPPENING_OF.get(event.kind, 0)
    if isinstance(event, RequestRejected):
        if event.kind != REPORT_CANCEL_REJECTED:
            return life.DENY_REPLACE
        is_known = order.is_acknowledged or order.status == UNKNOWN
        return life.DENY_CANCEL if is_known else life.SILENCE
    return 0
