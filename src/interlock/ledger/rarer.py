"""Rarer events of orders: what becomes of one beside being let through, filled and cancelled."""

from interlock.ledger import life
from interlock.ledger.order_table import OrderTable
from interlock.messages.alarms import MarketDoubted
from interlock.messages.events import (
    Event,
    FillBusted,
    FillCorrected,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderUnknown,
    RequestPending,
    RequestRejected,
)
from interlock.messages.reasons import NOT_AS_STATED


def apply_to_orders(orders: OrderTable, event: Event) -> bool:
    """This applies an event of an order, or of what is counted for limits; it says whether it is
    one."""
    if type(event) is OrderReplaced:
        orders.replaced(event)
    elif type(event) is RequestRejected:
        orders.request_rejected(event)
    elif type(event) is FillBusted:
        orders.busted(event)
    elif type(event) is FillCorrected:
        orders.corrected(event)
    elif type(event) is OrderRejected:
        orders.rejected(event)
    elif type(event) is OrderExpired:
        orders.moved(event.order, life.END_DAY if event.done_for_day else life.EXPIRE)
    elif type(event) is RequestPending:
        orders.pending(event)
    elif type(event) is OrderUnknown:
        is_doubt = event.reason == NOT_AS_STATED
        orders.moved(event.order, life.DOUBT if is_doubt else life.SILENCE)
    elif type(event) is OrderRestated:
        orders.restated(event)
    elif type(event) is MarketDoubted:
        orders.counters.doubt(event)
    else:
        return False
    return True
