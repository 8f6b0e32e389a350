"""Venue health: what was measured of a venue, or decided by people, becomes its state and its pace.

What is measured says how bad it is at once, and how good it is by one step at a time. What people
decided holds until people decide otherwise, however well the venue answers.
"""

from interlock.kernel.recorder import Recorder
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import SILENCE, is_possible
from interlock.ledger.people import is_person
from interlock.ledger.venues import VenueRecord
from interlock.messages.events import CommandRefused, OrderUnknown
from interlock.messages.reasons import (
    MALFORMED,
    NOT_A_PERSON,
    NOTHING_TO_DO,
    PERSON_DECIDED,
    REASONS,
    UNKNOWN_VENUE,
)
from interlock.messages.terms import UNKNOWN
from interlock.messages.venue_reasons import CAUGHT_BY_OUTAGE
from interlock.messages.venues import (
    CANCEL_ONLY,
    DOWN,
    HEALTHY,
    MAINTENANCE,
    VENUE_STATES,
    WATCH,
    MoveVenue,
    NoteVenuePace,
    VenueMoved,
    VenuePaced,
)


def move_venue(ledger: Ledger, recorder: Recorder, command: MoveVenue) -> None:
    """This concludes what a venue's state is now. When it goes down, the orders that it owes an
    answer for are unknown from then on: their exposure stays reserved (laws 7 and 8)."""
    venue = ledger.venues.get(command.venue)
    if venue is None:
        recorder.conclude(CommandRefused(UNKNOWN_VENUE, f"{command.venue} is no venue"))
        return
    if command.state not in VENUE_STATES or command.reason not in REASONS:
        text = f"state {command.state} for reason {command.reason} is none that a venue can be in"
        recorder.conclude(CommandRefused(MALFORMED, text))
        return
    is_measured = command.by == WATCH
    if not is_measured and not is_person(ledger.sources, command.by, True):
        text = f"{command.by} is no person: how well a venue is is measured, or for people to say"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))
        return
    measured, ordered = venue.measured, venue.ordered
    if is_measured:
        measured = next_measured(venue.measured, command.state)
    else:
        ordered = command.state
    if measured == venue.measured and ordered == venue.ordered:
        if not is_measured:
            text = f"{venue.name} is {VENUE_STATES[ordered]} by people's word already"
            recorder.conclude(CommandRefused(NOTHING_TO_DO, text))
        return

    # From here on the venue moves.
    reason = command.reason if is_measured else PERSON_DECIDED
    state = measured if measured > ordered else ordered
    before = venue.state
    recorder.conclude(
        VenueMoved(venue.name, state, measured, ordered, reason, command.by, command.text)
    )
    if before < DOWN <= state:
        _catch(ledger, recorder, venue)


def next_measured(before: int, wanted: int) -> int:
    """The worse at once, the better by one step; from an outage, announced or not, the first step
    is that cancels go through."""
    if wanted >= before:
        return wanted
    if before in (DOWN, MAINTENANCE):
        return CANCEL_ONLY if wanted < CANCEL_ONLY else wanted
    step = before - 1
    return step if step > HEALTHY else HEALTHY


def _catch(ledger: Ledger, recorder: Recorder, venue: VenueRecord) -> None:
    """Orders that the venue took with it. Cost: one step per open order, once for each outage."""
    for order in list(ledger.orders.open.values()):
        if (
            order.venue is venue
            and order.asked_ns != 0
            and order.status != UNKNOWN
            and is_possible(order.status, SILENCE)
        ):
            recorder.conclude(OrderUnknown(order.order, CAUGHT_BY_OUTAGE))


def pace_venue(ledger: Ledger, recorder: Recorder, command: NoteVenuePace) -> None:
    """This concludes how fast a venue is asked from now on, where that changes."""
    venue = ledger.venues.get(command.venue)
    if venue is None:
        recorder.conclude(CommandRefused(UNKNOWN_VENUE, f"{command.venue} is no venue"))
        return
    if min(command.in_flight_max, command.paused_until_ns, command.latency_ns) < 0:
        text = f"a pace of {command.in_flight_max} in flight, {command.latency_ns} ns is none"
        recorder.conclude(CommandRefused(MALFORMED, text))
        return
    if (
        command.in_flight_max != venue.in_flight_max
        or command.paused_until_ns != venue.paused_until_ns
        or command.latency_ns != venue.latency_ns
    ):
        recorder.conclude(
            VenuePaced(
                venue.name, command.in_flight_max, command.paused_until_ns, command.latency_ns
            )
        )
