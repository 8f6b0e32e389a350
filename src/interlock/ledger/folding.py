"""Folding: entries of a journal applied to a ledger, and which of their events leave."""

from typing import Final

from msgspec.structs import astuple

from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command, NoteVenueLink, ReportOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    EFFECTS,
    DecisionJudged,
    Event,
    OrderCleared,
    OrderFilled,
    OrderUnknown,
)
from interlock.messages.terms import REPORT_SILENCE
from interlock.messages.units import Nanoseconds, Sequence

# The name of an imported class is looked up at each use.
_astuple: Final = astuple
_REPORT_ORDER: Final = ReportOrder
_NOTE_VENUE_LINK: Final = NoteVenueLink
_ORDER_CLEARED: Final = OrderCleared
_ORDER_FILLED: Final = OrderFilled
_DECISION_JUDGED: Final = DecisionJudged
# An order in doubt is no effect, but its venue is asked when that is durable.
_LEAVING: Final[dict[type, bool]] = dict.fromkeys((*EFFECTS, OrderUnknown), True)


def is_leaving(event: Event) -> bool:
    """This says whether an event leads to something outside once it is durable."""
    # The most frequent are known without a look.
    if type(event) is _ORDER_FILLED or type(event) is _DECISION_JUDGED:
        return False
    return type(event) is _ORDER_CLEARED or type(event) in _LEAVING


def fold(ledger: Ledger, first: Sequence, entries: list[Entry]) -> int:
    """This applies entries to a ledger, the first being `first`; the number of their events."""
    count = 0
    sequence = first
    for entry in entries:
        time_ns: Nanoseconds
        command: Command
        events: list[Event]
        time_ns, command, events = _astuple(entry)
        ledger.apply_fact(sequence, time_ns, command)
        for event in events:
            ledger.apply(event)
        count += len(events)
        sequence += 1
    ledger.orders.touched.clear()
    return count


def leaving(
    entries: list[Entry],
) -> list[tuple[int, Nanoseconds, Event | ReportOrder | NoteVenueLink]]:
    """This is what a durable batch leads to outside: the place of the entry (from 0), its moment,
    and an effect, an order that has become unknown, our own report that a venue is silent,
    or that the line to it stands again."""
    found: list[tuple[int, Nanoseconds, Event | ReportOrder | NoteVenueLink]] = []
    for place, entry in enumerate(entries):
        time_ns: Nanoseconds
        command: Command
        events: list[Event]
        time_ns, command, events = _astuple(entry)
        for event in events:
            if is_leaving(event):
                found.append((place, time_ns, event))
        if type(command) is _REPORT_ORDER:
            if command.kind == REPORT_SILENCE:
                found.append((place, time_ns, command))
        elif type(command) is _NOTE_VENUE_LINK and command.is_connected:
            found.append((place, time_ns, command))
    return found
