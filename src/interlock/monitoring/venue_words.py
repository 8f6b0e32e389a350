"""The words of venues: how well each is, how fast it is asked, and what a rule of routing chose."""

from interlock.messages.commands import Command
from interlock.messages.events import Event
from interlock.messages.identity import order_text
from interlock.messages.reasons import reason_name
from interlock.messages.terms import SIDES, name_of
from interlock.messages.units import NS_PER_MS, PPM_ONE, Nanoseconds
from interlock.messages.venues import (
    REQUESTS,
    VENUE_STATES,
    MoveVenue,
    NoteVenuePace,
    NoteVenueThrottle,
    OrderRouted,
    VenueMoved,
    VenuePaced,
    VenueSeen,
)
from interlock.monitoring.context import Context


def venue_command_words(command: Command) -> str:
    """This is what was said of a venue; nothing for any other command."""
    if isinstance(command, MoveVenue):
        state = name_of(VENUE_STATES, command.state)
        why = reason_name(command.reason)
        return f"{command.by}: {command.venue} is {state}, {why}{_said(command.text)}"
    if isinstance(command, NoteVenuePace):
        return f"{command.venue}: {_pace(command.in_flight_max, command.latency_ns)}"
    if isinstance(command, NoteVenueThrottle):
        what = name_of(REQUESTS, command.request)
        wait = f", and asks us to wait {_ms(command.retry_after_ns)}" * (command.retry_after_ns > 0)
        about = f" about {order_text(command.order)}" if command.order > 0 else ""
        return f"{command.venue} has too many requests: a {what}{about} was not taken{wait}"
    return ""


def venue_event_words(context: Context, event: Event) -> str:
    """This is an event of a venue as a sentence; nothing for any other event."""
    if isinstance(event, VenueMoved):
        state = name_of(VENUE_STATES, event.state)
        parts = f"measured {name_of(VENUE_STATES, event.measured)}"
        parts += f", by people's word {name_of(VENUE_STATES, event.ordered)}" * (event.ordered > 0)
        return f"{event.venue} is {state}: {reason_name(event.reason)} ({parts}), by {event.by}" + (
            _said(event.text)
        )
    if isinstance(event, VenuePaced):
        return f"{event.venue} is asked at another pace: " + (
            _pace(event.in_flight_max, event.latency_ns)
        )
    if isinstance(event, OrderRouted):
        side, amount = name_of(SIDES, event.side), context.units.quantity
        seen = "; ".join(seen_words(context, event.instrument, one) for one in event.venues)
        quantity = amount(event.instrument, event.quantity)
        return f"{event.rule} routed {side} {quantity} {event.instrument}: {seen}"
    return ""


def seen_words(context: Context, symbol: str, seen: VenueSeen) -> str:
    """What a rule knew of one venue, and chose."""
    units = context.units
    chosen = f"takes {units.quantity(symbol, seen.chosen)}" if seen.chosen else "takes none"
    rate = f", room for {seen.messages_left} messages" if seen.messages_left >= 0 else ""
    return (
        f"{seen.venue} {chosen} ({name_of(VENUE_STATES, seen.state)},"
        f" {units.at(symbol, seen.displayed, seen.price)}, fee {seen.fee_ppm} ppm,"
        f" {_ms(seen.latency_ns)}, {seen.filled_ppm * 100 // PPM_ONE} % filled{rate},"
        f" costs {seen.cost_ppm} ppm)"
    )


def _pace(in_flight_max: int, latency_ns: Nanoseconds) -> str:
    most = f"at most {in_flight_max} in flight" if in_flight_max else "any number in flight"
    return f"{most}, latency {_ms(latency_ns)}"


def _ms(duration_ns: Nanoseconds) -> str:
    return f"{duration_ns // NS_PER_MS} ms"


def _said(text: str) -> str:
    return f" “{text}”" if text else ""
