"""Noting: what an order's messages and sizes count for, in windows and in counters."""

from interlock.ledger.counting import CounterTable
from interlock.ledger.orders import OrderRecord
from interlock.messages.terms import BUY, FOK, IOC, LIMIT
from interlock.messages.units import Lots, Nanoseconds, Ticks


def note_message(
    counters: CounterTable, order: OrderRecord, time_ns: Nanoseconds, is_cancel: bool
) -> None:
    """A new order, a change or a cancel leaves."""
    budget = order.venue.budget
    if len(budget.buckets) > 0:
        if is_cancel:
            budget.note_cancel(time_ns)
        else:
            budget.note_order(time_ns)
    counters.note_message(order, time_ns, is_cancel)


def note_size(
    counters: CounterTable,
    order: OrderRecord,
    price: Ticks,
    quantity: Lots,
    time_ns: Nanoseconds,
    leaves: Lots = -1,
) -> None:
    """A sale is counted as it is judged: at the touch it arrived at when that is dearer. Of a
    changed order `leaves` may trade once it is changed."""
    way = counters.way_of(order)
    if len(way.sizes) == 0:
        return
    limit = price
    if order.side != BUY and order.arrival_bid > price:
        price = order.arrival_bid
    taken = quantity if leaves < 0 else leaves
    if not would_take(order, limit):
        taken = 0
    way.note_size(order, quantity, order.instrument.value(price, quantity), taken, time_ns)


def would_take(order: OrderRecord, limit: Ticks) -> bool:
    """Whether an order at this limit may trade at once with what its market displays."""
    if order.post_only:
        return False
    if order.order_type != LIMIT or order.time_in_force in (IOC, FOK):
        return True
    market = order.instrument.markets.get(order.venue.name)
    far = market.far_price(order.side) if market is not None else 0
    return far > 0 and (limit >= far if order.side == BUY else limit <= far)
