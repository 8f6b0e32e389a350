"""Noting: what an order's messages and sizes count for, in windows and in counters."""

from interlock.ledger.counting import CounterTable
from interlock.ledger.limits import LimitTable
from interlock.ledger.orders import OrderRecord
from interlock.messages.terms import BUY
from interlock.messages.units import Lots, Nanoseconds, Ticks


def note_message(
    limits: LimitTable, counters: CounterTable, order: OrderRecord, time_ns: Nanoseconds
) -> None:
    """A new order, a change or a cancel leaves."""
    if len(counters.counters) > 0:
        counters.note_message(order)
    if len(limits.windows) > 0:
        limits.note_message(
            order.position.account.name,
            order.source.name,
            order.instrument.symbol,
            order.venue.name,
            time_ns,
        )


def note_size(
    limits: LimitTable, order: OrderRecord, price: Ticks, quantity: Lots, time_ns: Nanoseconds
) -> None:
    """A sale is counted as it is judged: at the touch it arrived at when that is dearer."""
    if order.side != BUY and order.arrival_bid > price:
        price = order.arrival_bid
    limits.note_size(
        order.position.account.name,
        order.source.name,
        order.instrument.symbol,
        order.instrument.currency,
        order.venue.name,
        order.side,
        quantity,
        order.instrument.value(price, quantity),
        time_ns,
    )
