"""The smallest histories that earn the reasons of venues."""

from collections.abc import Callable

from interlock.messages import venue_reasons
from interlock.messages.commands import DefineVenue
from interlock.messages.decisions import Terms
from interlock.messages.definitions import Venue, VenueRate
from interlock.messages.events import Event, OrderUnknown
from interlock.messages.terms import REPORT_REJECTED
from interlock.messages.venues import (
    CANCEL_ONLY,
    DEGRADED,
    DOWN,
    HEALTHY,
    MAINTENANCE,
    WATCH,
    MoveVenue,
    NoteVenuePace,
)
from worlds import SECOND, World


def quoted() -> World:
    world = World()
    world.quote()
    return world


def moved(world: World, state: int, reason: int) -> list[Event]:
    return world.say(MoveVenue("alpha", state, reason, WATCH, ""))


def measured(reason: int) -> Callable[[], list[Event]]:
    return lambda: moved(quoted(), DEGRADED, reason)


def refused_in(state: int) -> Callable[[], list[Event]]:
    def history() -> list[Event]:
        world = quoted()
        moved(world, state, venue_reasons.VENUE_NOT_ANSWERING)
        return world.order()

    return history


def answering() -> list[Event]:
    world = quoted()
    moved(world, DEGRADED, venue_reasons.VENUE_SLOW)
    return moved(world, HEALTHY, venue_reasons.VENUE_ANSWERING)


def paused() -> list[Event]:
    world = quoted()
    world.say(NoteVenuePace("alpha", 0, world.time_ns + SECOND, 0))
    return world.order()


def busy() -> list[Event]:
    world = quoted()
    world.say(NoteVenuePace("alpha", 1, 0, 0))
    world.order()
    return world.order()


def used_up() -> list[Event]:
    world = World()
    rate = VenueRate("orders", 4, SECOND, reserve=1)
    world.say(DefineVenue(Venue("gamma", ("COIN",), rates=(rate,))))
    world.quote(venue="gamma")
    terms = Terms(price=10_000, venue="gamma")
    world.order(terms=terms)
    return world.order(terms=terms)


def caught() -> list[Event]:
    world = quoted()
    world.order()
    events = moved(world, DOWN, venue_reasons.VENUE_DISCONNECTED)
    return [event for event in events if isinstance(event, OrderUnknown)]


def never_sent() -> list[Event]:
    world = quoted()
    order = world.order()[-1]
    number: int = getattr(order, "order", 0)
    return world.report(number, REPORT_REJECTED, reason=venue_reasons.NEVER_SENT)


OF_VENUES: dict[int, Callable[[], list[Event]]] = {
    venue_reasons.VENUE_DOWN: refused_in(DOWN),
    venue_reasons.VENUE_MAINTENANCE: refused_in(MAINTENANCE),
    venue_reasons.VENUE_CANCEL_ONLY: refused_in(CANCEL_ONLY),
    venue_reasons.VENUE_PAUSED: paused,
    venue_reasons.VENUE_BUDGET_USED: used_up,
    venue_reasons.VENUE_BUSY: busy,
    venue_reasons.CAUGHT_BY_OUTAGE: caught,
    venue_reasons.NEVER_SENT: never_sent,
    venue_reasons.VENUE_ANSWERING: answering,
    **{
        reason: measured(reason)
        for reason in (
            venue_reasons.VENUE_DISCONNECTED,
            venue_reasons.VENUE_NOT_ANSWERING,
            venue_reasons.VENUE_REJECTING,
            venue_reasons.VENUE_THROTTLED,
            venue_reasons.VENUE_SLOW,
            venue_reasons.VENUE_FEED_GAP,
            venue_reasons.VENUE_FROZEN,
            venue_reasons.VENUE_SCHEDULED,
        )
    },
}
