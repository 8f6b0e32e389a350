"""What may be said of venues: how well they are, and how fast they may be asked."""

from interlock.messages.commands import Command
from interlock.messages.venue_reasons import VENUE_ANSWERING, VENUE_NOT_ANSWERING
from interlock.messages.venues import (
    DOWN,
    HEALTHY,
    REQUEST_CANCEL,
    WATCH,
    MoveVenue,
    NoteVenuePace,
    NoteVenueThrottle,
)
from worlds import World


def venue_words(world: World) -> tuple[Command, ...]:
    """Mostly that it is well: what is refused at the door of a venue makes short histories."""
    soon_ns = world.time_ns + 1_000_000
    throttle = NoteVenueThrottle("alpha", REQUEST_CANCEL, 1, 5, "429")
    return (
        MoveVenue("beta", HEALTHY, VENUE_ANSWERING, WATCH, ""),
        MoveVenue("beta", DOWN, VENUE_NOT_ANSWERING, WATCH, ""),
        NoteVenuePace("beta", 4, soon_ns, 7),
        throttle,
        throttle,
        throttle,
    )
