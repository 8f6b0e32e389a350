"""Venues: how well each is, by what was measured of it and by what people say, and how it is paced.

What is measured needs a clock and stands outside; it comes in as `MoveVenue` and `NoteVenuePace`,
so that what follows from it is the same in replay. States are in order: what is worse is greater.
"""

from typing import Final

from msgspec import Struct

from interlock.messages.units import Lots, Nanoseconds, OrderId, Sequence, Ticks

HEALTHY: Final = 0
DEGRADED: Final = 1
"""It takes orders, fewer at a time."""
CANCEL_ONLY: Final = 2
"""No new order goes there; what works may be taken back."""
DOWN: Final = 3
"""It does not answer: what it owes an answer for is unknown."""
MAINTENANCE: Final = 4
"""It is away as it said that it would be."""
VENUE_STATES: Final = {
    HEALTHY: "healthy",
    DEGRADED: "degraded",
    CANCEL_ONLY: "cancel_only",
    DOWN: "down",
    MAINTENANCE: "maintenance",
}

WATCH: Final = "watch"
"""Who speaks for what was measured. No person bears this name."""

REQUEST_SUBMIT: Final = 1
REQUEST_CANCEL: Final = 2
REQUEST_REPLACE: Final = 3
REQUEST_QUERY: Final = 4
REQUESTS: Final = {
    REQUEST_SUBMIT: "submit",
    REQUEST_CANCEL: "cancel",
    REQUEST_REPLACE: "replace",
    REQUEST_QUERY: "query",
}


class MoveVenue(Struct, frozen=True, array_like=True, gc=False, tag=85):
    """Say how well a venue is. `watch` says what was measured, anybody else what people decided;
    the worse of the two holds."""

    venue: str
    state: int
    reason: int
    """Which evidence; of a person the catalogue's `PERSON_DECIDED`."""
    by: str
    text: str


class NoteVenuePace(Struct, frozen=True, array_like=True, gc=False, tag=86):
    """Say how fast a venue may be asked, as measured from its answers."""

    venue: str
    in_flight_max: int
    """New orders that may wait for its first answer at once; 0 is no bound."""
    paused_until_ns: Nanoseconds
    """No new order before this moment: the venue asked us to wait."""
    latency_ns: Nanoseconds
    """From a request to its answer, smoothed; 0 while nobody knows."""


class NoteVenueThrottle(Struct, frozen=True, array_like=True, gc=False, tag=87):
    """A venue took a request not at all: it has too many of them. A fact."""

    venue: str
    request: int
    order: OrderId
    retry_after_ns: Nanoseconds
    """How long it asks us to wait; 0 when it does not say."""
    text: str


class VenueMoved(Struct, frozen=True, array_like=True, gc=False, tag=210):
    """A venue is better or worse than it was."""

    venue: str
    state: int
    """The worse of the two below."""
    measured: int
    ordered: int
    reason: int
    by: str
    text: str


class VenuePaced(Struct, frozen=True, array_like=True, gc=False, tag=211):
    """A venue is asked at this pace from now on."""

    venue: str
    in_flight_max: int
    paused_until_ns: Nanoseconds
    latency_ns: Nanoseconds


class VenueSeen(Struct, frozen=True, array_like=True, gc=False):
    """What a rule of routing knew of one venue, and how much it sent there."""

    venue: str
    state: int
    price: Ticks
    """The touch that an order would take; 0 when nothing stands there."""
    displayed: Lots
    """Up to the order's worst price."""
    fee_ppm: int
    latency_ns: Nanoseconds
    filled_ppm: int
    """Of what was sent there lately."""
    messages_left: int
    """Orders that its published rates leave room for; -1 when it has none."""
    cost_ppm: int
    """What the touch is worse than the best one, with the fee and what is expected to be missed."""
    chosen: Lots


class OrderRouted(Struct, frozen=True, array_like=True, gc=False, tag=212):
    """A rule chose venues for a line of a decision: what it knew of each, and what it chose."""

    decision: Sequence
    line: int
    """The first of the decision's lines that it became, from 0."""
    rule: str
    instrument: str
    side: int
    quantity: Lots
    venues: tuple[VenueSeen, ...]
