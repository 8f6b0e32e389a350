"""An order as a venue knows it, and the queue of orders at one price."""

from typing import Any, Final, final

from msgspec.structs import astuple

from interlock.messages.commands import ReportOrder
from interlock.messages.events import OrderCleared
from interlock.messages.terms import (
    DAY,
    FILLED,
    FOK,
    IOC,
    LIMIT,
    MARKET,
    PARTIALLY_FILLED,
    WORKING,
)
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Ticks

_astuple: Final = astuple
"""Reads a Struct all at once: field by field costs ten times as much each."""

BACKGROUND: Final = 0
"""The order id of every order that is not ours: nobody is told about it."""

ANONYMOUS: Final = ""
"""The participant of an order whose owner does not matter: it never meets its own."""

DISPLAY_SLICES_MAX: Final = 1_000
"""An iceberg shows at least this part of its quantity at a time, which bounds the work of one
match.
"""


@final
class VenueOrder:
    """One order: quantity = filled + leaves + what was cancelled, and leaves = shown + hidden."""

    def __init__(
        self,
        order: OrderId,
        participant: str,
        side: int,
        quantity: Lots,
        price: Ticks,
        order_type: int = LIMIT,
        time_in_force: int = DAY,
        display: Lots = 0,
        post_only: bool = False,
        expire_ns: Nanoseconds = 0,
    ) -> None:
        self.order: OrderId = order
        self.key: Any = order
        """The same number as tables and reports hold it: one object for all of them."""
        self.participant: str = participant
        self.instrument: str = ""
        self.side: int = side
        self.is_market: bool = order_type == MARKET
        self.time_in_force: int = time_in_force
        self.post_only: bool = post_only
        self.expire_ns: Nanoseconds = expire_ns
        self.quantity: Lots = quantity
        self.leaves: Lots = quantity
        self.filled: Lots = 0
        self.display: Lots = display
        self.shown: Lots = 0
        self.price: Ticks = price
        self.revision: int = 0
        self.status: int = WORKING
        self.level: Level | None = None
        """Where it rests; none when it does not."""
        self.previous: VenueOrder | None = None
        self.next: VenueOrder | None = None
        self.ahead: Lots = 0
        """Recorded venue only: displayed quantity that trades before this order does."""
        self.cut: Lots = 0
        """Recorded venue only: what the last depth took off `ahead`; a trade may be the reason."""
        self.reserve_price: Ticks = 0
        self.reserved: Minor = 0
        self.reserved_lots: Lots = 0
        """Clearing only: what is set aside until the order ends, and for how much of it."""
        self.reports: list[ReportOrder] = []
        """What was said about it and can be said again: its fills, replaces and end."""
        self.is_finished: bool = False
        self.foreign_id: str = ""
        """The venue's name for an order of our account that was not sent by us."""

    @property
    def is_immediate(self) -> bool:
        """True when nothing of it may rest."""
        return self.is_market or self.time_in_force == IOC or self.time_in_force == FOK

    @property
    def is_open(self) -> bool:
        return self.status == WORKING or self.status == PARTIALLY_FILLED

    def end(self, status: int) -> None:
        """Give up what is left of it. A rejected order keeps nothing to fill."""
        self.leaves = 0
        self.shown = 0
        self.status = status

    def fill(self, quantity: Lots) -> None:
        """Count a trade; a shown part, if any, is the queue's affair."""
        assert 0 < quantity <= self.leaves, f"filled {quantity} of {self.leaves} left"
        self.leaves -= quantity
        self.filled += quantity
        self.status = FILLED if self.leaves == 0 else PARTIALLY_FILLED

    def show(self) -> None:
        """Show the next slice of what is left."""
        if 0 < self.display < self.leaves:
            self.shown = self.display
        else:
            self.shown = self.leaves


def terms_fault(order: VenueOrder) -> str:
    """This says what is wrong with an order's terms, or nothing."""
    if order.quantity <= 0:
        return f"quantity was {order.quantity}, must be above 0"
    if order.display < 0:
        return f"display was {order.display}, must be 0 or above"
    if order.display > 0 and order.display * DISPLAY_SLICES_MAX < order.quantity:
        return (
            f"display was {order.display}, must be at least 1/{DISPLAY_SLICES_MAX} "
            f"of the quantity {order.quantity}"
        )
    if order.is_immediate and (order.post_only or order.display > 0):
        return "an order that may not rest cannot be post-only or an iceberg"
    return ""


def order_of(sent: OrderCleared) -> VenueOrder:
    """This is our order as it arrives at a venue."""
    number: OrderId
    account: str
    symbol: str
    side: int
    order_type: int
    time_in_force: int
    quantity: Lots
    price: Ticks
    display: Lots
    expire_ns: Nanoseconds
    post_only: bool
    # fmt: off
    (
        number, _, account, _, _, _, symbol, _, side, order_type, time_in_force, quantity, price,
        display, expire_ns, post_only, _, _, _,
    ) = _astuple(sent)
    # fmt: on
    order = VenueOrder(
        number,
        account,
        side,
        quantity,
        price,
        order_type,
        time_in_force,
        display,
        post_only,
        expire_ns,
    )
    order.instrument = symbol
    return order


@final
class Level:
    """The orders at one price in time order, as a linked list: joining and leaving cost the same at
    any length.
    """

    def __init__(self, price: Ticks, key: int) -> None:
        self.price: Ticks = price
        self.key: int = key
        """Price for bids, minus price for asks: the best is always the highest key."""
        self.shown: Lots = 0
        self.total: Lots = 0
        self.head: VenueOrder | None = None
        self.tail: VenueOrder | None = None

    def join(self, order: VenueOrder) -> None:
        """Show a slice of the order, last in the queue."""
        order.show()
        self.shown += order.shown
        self.total += order.leaves
        order.level = self
        last = self.tail
        order.previous = last
        order.next = None
        if last is None:
            self.head = order
        else:
            last.next = order
        self.tail = order

    def leave(self, order: VenueOrder) -> None:
        """Take the order out of the queue, with whatever is left of it."""
        self.shown -= order.shown
        self.total -= order.leaves
        order.shown = 0
        before = order.previous
        after = order.next
        if before is None:
            self.head = after
        else:
            before.next = after
        if after is None:
            self.tail = before
        else:
            after.previous = before
        order.previous = None
        order.next = None
        order.level = None

    def trade(self, order: VenueOrder, quantity: Lots) -> None:
        """Fill some of the shown slice. A used-up slice is replaced by the next one, last in the
        queue.
        """
        assert quantity <= order.shown, f"traded {quantity} of {order.shown} shown"
        order.fill(quantity)
        order.shown -= quantity
        self.shown -= quantity
        self.total -= quantity
        if order.shown == 0:
            self.leave(order)
            if order.leaves > 0:
                self.join(order)

    def reduce(self, order: VenueOrder, quantity: Lots) -> None:
        """Take a quantity off the order, hidden part first, without moving it in the queue."""
        assert quantity < order.leaves, f"reduced by {quantity} of {order.leaves} left"
        order.leaves -= quantity
        self.total -= quantity
        if order.shown > order.leaves:
            self.shown -= order.shown - order.leaves
            order.shown = order.leaves
