"""The words of reconciliation: questions to venues, their statements, and what differs."""

from interlock.messages.commands import Command
from interlock.messages.differences import (
    RESOLUTIONS,
    AbsenceNoted,
    DifferenceFound,
    DifferenceSettled,
    OrderAdopted,
    OrderResolved,
    ResolutionProposed,
    VenueQuestioned,
    VenueReconciled,
    VenueUnanswered,
    difference_name,
)
from interlock.messages.events import Event
from interlock.messages.identity import order_text
from interlock.messages.statements import (
    CHANNEL_VENUE,
    CHANNELS,
    AskVenue,
    ReportVenue,
    ResolveOrder,
)
from interlock.messages.terms import ORDER_STATUSES, SIDES, name_of
from interlock.monitoring.context import Context


def statement_words(command: Command) -> str:
    """This is what was asked of a venue, what it stated, or what a person says of an order; nothing
    for any other command."""
    if isinstance(command, AskVenue):
        return f"{command.by}: ask {command.venue} for all that it has{_said(command.text)}"
    if isinstance(command, ReportVenue):
        last = ", the last" if command.is_last else ""
        rows = (
            f"{len(command.orders)} orders, {len(command.fills)} executions,"
            f" {len(command.positions)} positions"
        )
        who = speaker(command.venue, command.channel)
        return f"{who} states, to question {command.question}, page {command.page}{last}: {rows}"
    if isinstance(command, ResolveOrder):
        status = name_of(ORDER_STATUSES, command.status)
        return f"{command.by}: {order_text(command.order)} is {status}{_said(command.evidence)}"
    return ""


def speaker(venue: str, channel: int) -> str:
    """Who states something: a venue, or its drop copy."""
    return venue if channel == CHANNEL_VENUE else f"{name_of(CHANNELS, channel)} of {venue}"


def difference_words(event: DifferenceFound) -> str:
    """This is one difference in a sentence: its class, both sides, and what followed."""
    about = order_text(event.order) if event.order > 0 else event.instrument or event.venue
    halted = f", {event.scope} is halted" if event.scope else ""
    numbers = f"ours {event.ours}, {speaker(event.venue, event.channel)} {event.theirs}"
    resolution = name_of(RESOLUTIONS, event.resolution)
    return (
        f"{difference_name(event.kind)} of {about}: {numbers}; {resolution}{halted}"
        f"{_said(event.text)}"
    )


def reconciliation_words(context: Context, event: Event) -> str:
    """This is an event of reconciliation as a sentence; nothing for any other event."""
    if isinstance(event, VenueQuestioned):
        return f"{event.venue} is asked for all that it has, question {event.question}"
    if isinstance(event, DifferenceFound):
        return difference_words(event)
    if isinstance(event, DifferenceSettled):
        position = f"the position of {event.account} in {event.instrument}"
        about = order_text(event.order) if event.order > 0 else position
        return f"{about} is as {speaker(event.venue, event.channel)} states it"
    if isinstance(event, VenueReconciled):
        who = speaker(event.venue, event.channel)
        whole = "" if event.is_whole else ", not whole"
        return (
            f"{who} was compared{whole}: {event.orders} orders ({event.in_flight} in flight),"
            f" {event.fills} executions, {event.positions} positions; {event.found} differences,"
            f" {event.standing} wait for a person"
        )
    if isinstance(event, VenueUnanswered):
        return f"{event.venue} did not answer question {event.question} to its end"
    if isinstance(event, OrderAdopted):
        amount = context.units.at(event.instrument, event.quantity, event.price)
        return (
            f"{order_text(event.order)} is ours from now on: {name_of(SIDES, event.side)} {amount}"
            f" {event.instrument} at {event.venue}, known there as"
            f" {event.venue_order_id or event.client_order_id}, for {event.source}"
        )
    return _doubt_words(event)


def _doubt_words(event: Event) -> str:
    if isinstance(event, AbsenceNoted):
        return f"{order_text(event.order)} is not known there, said {event.count} times"
    if isinstance(event, ResolutionProposed):
        status = name_of(ORDER_STATUSES, event.status)
        return (
            f"{order_text(event.order)} would be {status} by {event.by}{_said(event.evidence)};"
            " someone else must say the same"
        )
    if isinstance(event, OrderResolved):
        status = name_of(ORDER_STATUSES, event.status)
        return (
            f"{order_text(event.order)} is {status} by the word of {event.first} and"
            f" {event.second}{_said(event.evidence)}"
        )
    return ""


def _said(text: str) -> str:
    return f" “{text}”" if text else ""
