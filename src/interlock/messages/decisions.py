"""Decisions: what a source would like, with who, which release, until when, and on what evidence.

A decision may become no order, one order or a thousand, or something that is not an order at all.
"""

from typing import TypeAlias

from msgspec import Struct

from interlock.messages.terms import DAY, LIMIT, NEW_RISK, TAKE
from interlock.messages.units import Lots, Nanoseconds, OrderId, Sequence, Ticks


class Terms(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """How an order should meet the market; shared by every action that makes orders."""

    order_type: int = LIMIT
    price: Ticks = 0
    """Limit price; 0 for market and marketable-limit orders."""
    protection: Ticks = 0
    """Marketable limit only: how far beyond the far touch the limit may lie."""
    time_in_force: int = DAY
    expire_ns: Nanoseconds = 0
    """GTD only: when the order ends."""
    post_only: bool = False
    reduce_only: bool = False
    display: Lots = 0
    """Iceberg: quantity shown at a time; 0 shows all."""
    venue: str = ""
    """Where to; empty leaves it to the router."""


class OrderQuantity(
    Struct, frozen=True, array_like=True, gc=False, tag=1, forbid_unknown_fields=True
):
    """Buy or sell a quantity. 0 leaves the quantity to the source's sizing rule."""

    instrument: str
    side: int
    quantity: Lots
    terms: Terms


class TargetPosition(
    Struct, frozen=True, array_like=True, gc=False, tag=2, forbid_unknown_fields=True
):
    """Bring the account's position to `target` lots, net of what is working; negative is short."""

    instrument: str
    target: Lots
    terms: Terms


class Basket(Struct, frozen=True, array_like=True, gc=False, tag=3, forbid_unknown_fields=True):
    """Several orders judged together: all leave or none does."""

    lines: tuple[OrderQuantity, ...]


class QuoteLadder(
    Struct, frozen=True, array_like=True, gc=False, tag=4, forbid_unknown_fields=True
):
    """The quotes this source wants standing at one venue, as (price, quantity), best first.

    What stands already and is still wanted stays; the difference becomes the fewest cancels, amends
    and new orders.
    """

    instrument: str
    bids: tuple[tuple[Ticks, Lots], ...]
    asks: tuple[tuple[Ticks, Lots], ...]
    terms: Terms


class CancelOrders(
    Struct, frozen=True, array_like=True, gc=False, tag=5, forbid_unknown_fields=True
):
    """Cancel the named orders, or all of this source's that work (in one instrument, if named)."""

    orders: tuple[OrderId, ...] = ()
    instrument: str = ""


class ReplaceOrder(
    Struct, frozen=True, array_like=True, gc=False, tag=6, forbid_unknown_fields=True
):
    """Change a working order's total quantity and limit price. It is judged on what it adds."""

    order: OrderId
    quantity: Lots
    price: Ticks
    instrument: str = ""
    """What quantity and price were read in; it must be the order's own."""


class Flatten(Struct, frozen=True, array_like=True, gc=False, tag=7, forbid_unknown_fields=True):
    """Cancel what works and close the account's position, in one instrument or in all."""

    instrument: str = ""
    protection: Ticks = 0


class NamedAction(
    Struct, frozen=True, array_like=True, gc=False, tag=8, forbid_unknown_fields=True
):
    """An effect that is not an order, such as `notify`, with its parameters."""

    name: str
    parameters: dict[str, str]


class WorkOrder(Struct, frozen=True, array_like=True, gc=False, tag=9, forbid_unknown_fields=True):
    """Buy or sell a large quantity over time, by children that are judged one by one."""

    instrument: str
    side: int
    quantity: Lots
    algorithm: int
    ends_ns: Nanoseconds
    """After it no child leaves; what still works is taken back. Not after the decision's life."""
    starts_ns: Nanoseconds = 0
    """0 begins when it is judged."""
    interval_ns: Nanoseconds = 60_000_000_000
    """The schedule is looked at once in each interval."""
    style: int = TAKE
    price: Ticks = 0
    """No child may trade at a worse price; 0 for no limit."""
    protection: Ticks = 0
    """How far beyond the far touch a child that takes may trade."""
    participation_ppm: int = 0
    """The largest share of what the market trades meanwhile, filled and working; 0 for no limit.
    `pov` aims at it."""
    slice_max: Lots = 0
    """The most that one child is; 0 for no limit. `iceberg` shows that much at a time."""
    catch_up: int = 2
    """How many times what is planned for an interval a child may be when it is behind."""
    half_life_ns: Nanoseconds = 0
    """`shortfall` and `close`: the time in which the trajectory falls to 1/e."""
    reduce_only: bool = False
    venue: str = ""
    """Where to; empty leaves it to the router."""


Action: TypeAlias = (
    OrderQuantity
    | TargetPosition
    | Basket
    | QuoteLadder
    | CancelOrders
    | ReplaceOrder
    | Flatten
    | NamedAction
    | WorkOrder
)


class Decision(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A source's intent: durable, judged as a whole, and answered with a verdict."""

    source: str
    key: str
    """The source's own name for this decision; a second one under the same key is a duplicate."""
    release: str
    epoch: int
    action: Action
    valid_until_ns: Nanoseconds
    """Market time after which it may not become an action."""
    priority: int = NEW_RISK
    decided_ns: Nanoseconds = 0
    """When the source made up its mind, by the market's clock; 0 when it does not say."""
    evidence_digest: str = ""
    evidence: dict[str, str] = {}
    text: str = ""


DecisionNumber: TypeAlias = Sequence
"""A decision is named by the sequence number of the command that proposed it."""
