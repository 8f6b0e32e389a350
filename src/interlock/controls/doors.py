"""Doors: whether a venue takes another order, by its health, its pace and its published rates.

Cancels never come here (law 6). What is proven to reduce is not counted, but cannot go where no
order can: a venue that is down helps nobody.
"""

from interlock.controls.control import Finding
from interlock.decisions.proposal import Proposal
from interlock.ledger.venues import VenueRecord
from interlock.messages.units import Nanoseconds
from interlock.messages.venue_reasons import (
    VENUE_BUDGET_USED,
    VENUE_BUSY,
    VENUE_CANCEL_ONLY,
    VENUE_DOWN,
    VENUE_MAINTENANCE,
    VENUE_PAUSED,
)
from interlock.messages.venues import CANCEL_ONLY, DEGRADED, DOWN


def judge_venue(
    proposal: Proposal,
    venue: VenueRecord,
    time_ns: Nanoseconds,
    is_reducing: bool,
    finding: Finding,
) -> None:
    """This refuses an order that its venue is not to be sent. Observed is the state of a venue that
    takes none, else what is asked of it; bound is what is allowed."""
    if venue.state > DEGRADED:
        finding.refuse(closed_reason(venue.state), venue.state, DEGRADED)
        return
    finding.allow(1, 1)
    if is_reducing:
        return
    if venue.paused_until_ns > time_ns:
        finding.refuse(VENUE_PAUSED, time_ns, venue.paused_until_ns)
        return
    ahead = proposal.ahead_messages + 1
    if len(venue.budget.buckets) > 0:
        left = venue.budget.orders_left(time_ns)
        if 0 <= left < ahead:
            finding.refuse(VENUE_BUDGET_USED, ahead, left)
            return
    # A change of an order waits for an answer as a new one does.
    if venue.in_flight_max > 0:
        finding.refuse_above(VENUE_BUSY, venue.in_flight + ahead, venue.in_flight_max)


def closed_reason(state: int) -> int:
    """Why a venue in this state takes no orders."""
    if state == CANCEL_ONLY:
        return VENUE_CANCEL_ONLY
    return VENUE_DOWN if state == DOWN else VENUE_MAINTENANCE
