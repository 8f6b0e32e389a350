"""Statements: what a venue says that it has of ours, when it is asked for everything at once.

`AskVenue` asks; its durable event leaves as a question that carries the command's sequence number.
The answer is one or more pages of `ReportVenue` that name the question. Executions come before the
orders that they belong to, and the last page has the net positions, so that what is compared is one
moment of the venue. A person's word about an order whose fate nobody can tell is `ResolveOrder`.
"""

from typing import Final

from msgspec import Struct

from interlock.messages.terms import WORKING
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks

STATED_ROWS_MAX: Final = 500
"""Orders, fills and positions together of one page: a record stays below a mebibyte."""

STATED_PAGES_MAX: Final = 1_000
"""Pages of one answer."""

CHANNEL_VENUE: Final = 1
CHANNEL_DROP_COPY: Final = 2
CHANNELS: Final = {CHANNEL_VENUE: "venue", CHANNEL_DROP_COPY: "drop_copy"}


class OrderStated(Struct, frozen=True, array_like=True, gc=False):
    """An order as a venue has it: every open one, and those that ended since what was asked."""

    order: OrderId
    """Our number; 0 for an order that does not bear a name of this session."""
    client_order_id: str
    venue_order_id: str
    account: str
    instrument: str
    side: int
    quantity: Lots
    filled: Lots
    price: Ticks
    revision: int
    status: int = WORKING


class FillStated(Struct, frozen=True, array_like=True, gc=False):
    """An execution as a venue has it, under the id by which it reported it."""

    order: OrderId
    """Our number; 0 for an order that does not bear a name of this session."""
    execution_id: str
    quantity: Lots
    price: Ticks
    fee: Minor
    liquidity: int
    venue_time_ns: Nanoseconds = 0


class PositionStated(Struct, frozen=True, array_like=True, gc=False):
    """What a venue has traded for an account of this session in one instrument: bought less sold,
    since it knows the session. What is not stated is 0."""

    account: str
    instrument: str
    lots: Lots


class AskVenue(Struct, frozen=True, array_like=True, gc=False, tag=60):
    """Have a venue say all that it has of ours: at a start, on a reconnect, on demand, by timer."""

    venue: str
    by: str
    text: str = ""


class ReportVenue(Struct, frozen=True, array_like=True, gc=False, tag=61):
    """A page of what a venue, or its drop copy, says that it has of ours.

    An answer has all orders that are open there, all executions since the time that the question
    names, and on the last page every net position.
    """

    venue: str
    question: Sequence
    """The `AskVenue` that this answers; 0 for executions told without being asked."""
    channel: int = CHANNEL_VENUE
    page: int = 1
    """Pages are counted from 1 and come in order."""
    is_last: bool = True
    orders: tuple[OrderStated, ...] = ()
    fills: tuple[FillStated, ...] = ()
    positions: tuple[PositionStated, ...] = ()
    venue_time_ns: Nanoseconds = 0
    """The moment at the venue that is described."""


class ResolveOrder(Struct, frozen=True, array_like=True, gc=False, tag=62):
    """A person says what became of an order that is UNKNOWN, and on what evidence.

    It is followed when a second person says the same: it gives back exposure.
    """

    order: OrderId
    status: int
    """Rejected (it never was there), cancelled or expired; what traded only a venue can say."""
    by: str
    evidence: str
