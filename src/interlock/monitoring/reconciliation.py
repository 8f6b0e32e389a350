"""The report of reconciliation: what each venue was last compared with, and what is still open.

Made from the journal alone, entry by entry.
"""

from collections.abc import Sequence as List
from typing import Final

from msgspec import Struct

from interlock.messages.commands import DefineVenue
from interlock.messages.differences import (
    ASKED,
    CANCELLING,
    HALTED,
    RESOLUTIONS,
    STANDING,
    DifferenceFound,
    DifferenceSettled,
    VenueQuestioned,
    VenueReconciled,
    VenueUnanswered,
    difference_name,
)
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
)
from interlock.messages.identity import order_text
from interlock.messages.statements import CHANNELS
from interlock.messages.terms import name_of
from interlock.messages.units import Nanoseconds, Sequence

OPEN: Final = (ASKED, CANCELLING, HALTED, STANDING)
_TOLD: Final = (OrderAccepted, OrderFilled, OrderReplaced, OrderRestated)
_ENDED: Final = (OrderCancelled, OrderExpired, OrderRejected)


class RoundReport(Struct):
    """One answer that was heard to its end."""

    channel: str
    question: Sequence
    time_ns: Nanoseconds
    orders: int
    in_flight: int
    fills: int
    positions: int
    found: int
    standing: int
    is_whole: bool


class VenueReport(Struct):
    """One venue: how often it was asked, and the last answer of each channel."""

    venue: str
    asked: int = 0
    unanswered: int = 0
    answered: int = 0
    answered_question: Sequence = 0
    """The last one that was answered to its end."""
    open_question: Sequence = 0
    """Asked last and not answered to its end; 0 when it was."""
    last: dict[str, RoundReport] = {}


class OpenDifference(Struct):
    """A difference that is not resolved."""

    sequence: Sequence
    time_ns: Nanoseconds
    kind: str
    venue: str
    channel: str
    order: str
    account: str
    instrument: str
    ours: int
    theirs: int
    resolution: str
    scope: str
    """What was halted for it."""
    text: str


class ReconciliationReport:
    """Follows a journal. Cost: one look per event."""

    def __init__(self) -> None:
        self.venues: dict[str, VenueReport] = {}
        self.counts: dict[str, int] = {}
        """Every difference ever found, by class."""
        self._open: dict[tuple[object, ...], DifferenceFound] = {}
        self._found_at: dict[tuple[object, ...], tuple[Sequence, Nanoseconds]] = {}

    def __call__(self, first: Sequence, entries: List[Entry]) -> None:
        for sequence, entry in enumerate(entries, first):
            self.take(sequence, entry)

    def take(self, sequence: Sequence, entry: Entry) -> None:
        """This takes the next entry."""
        if isinstance(entry.command, DefineVenue):
            name = entry.command.venue.name
            self.venues[name] = VenueReport(name)
        for event in entry.events:
            if isinstance(event, DifferenceFound):
                self._found(sequence, entry.time_ns, event)
            elif isinstance(event, DifferenceSettled):
                self._settled(event)
            elif isinstance(event, VenueReconciled):
                self._reconciled(entry.time_ns, event)
            elif isinstance(event, VenueQuestioned):
                venue = self._venue(event.venue)
                venue.asked += 1
                venue.open_question = event.question
            elif isinstance(event, VenueUnanswered):
                self._venue(event.venue).unanswered += 1
            elif self._open and isinstance(event, (*_TOLD, *_ENDED)):
                self._heard(event)

    def differences(self) -> list[OpenDifference]:
        """Everything that is open, oldest first."""
        made = []
        for key, event in self._open.items():
            sequence, time_ns = self._found_at[key]
            made.append(
                OpenDifference(
                    sequence,
                    time_ns,
                    difference_name(event.kind),
                    event.venue,
                    name_of(CHANNELS, event.channel),
                    order_text(event.order) if event.order > 0 else "",
                    event.account,
                    event.instrument,
                    event.ours,
                    event.theirs,
                    name_of(RESOLUTIONS, event.resolution),
                    event.scope,
                    event.text,
                )
            )
        return made

    def _venue(self, name: str) -> VenueReport:
        # Who begins in the middle of a journal has not seen it defined.
        return self.venues.setdefault(name, VenueReport(name))

    def _found(self, sequence: Sequence, time_ns: Nanoseconds, event: DifferenceFound) -> None:
        name = difference_name(event.kind)
        self.counts[name] = self.counts.get(name, 0) + 1
        if event.resolution not in OPEN:
            return
        key = _key(event)
        self._open[key] = event
        self._found_at.setdefault(key, (sequence, time_ns))

    def _let_go(self, keys: list[tuple[object, ...]]) -> None:
        for key in keys:
            del self._open[key]
            del self._found_at[key]

    def _settled(self, event: DifferenceSettled) -> None:
        self._let_go(
            [
                key
                for key, found in self._open.items()
                if found.venue == event.venue
                and found.order == event.order
                and (event.order > 0 or found.channel == event.channel)
                and (found.account, found.instrument) == (event.account, event.instrument)
            ]
        )

    def _heard(self, event: Event) -> None:
        """What an order was asked about is settled by what is heard of it; what people must decide
        is not."""
        number = getattr(event, "order", 0)
        waiting = (ASKED, CANCELLING) if isinstance(event, _ENDED) else (ASKED,)
        self._let_go(
            [
                key
                for key, found in self._open.items()
                if found.order == number and found.order > 0 and found.resolution in waiting
            ]
        )

    def _reconciled(self, time_ns: Nanoseconds, event: VenueReconciled) -> None:
        venue = self._venue(event.venue)
        channel = name_of(CHANNELS, event.channel)
        venue.last[channel] = RoundReport(
            channel,
            event.question,
            time_ns,
            event.orders,
            event.in_flight,
            event.fills,
            event.positions,
            event.found,
            event.standing,
            event.is_whole,
        )
        if channel == CHANNELS[1]:
            venue.answered += 1
            venue.answered_question = event.question
            venue.open_question = 0
        if event.is_whole:
            # What a whole answer does not find again is no difference any more.
            self._let_go(
                [
                    key
                    for key, found in self._open.items()
                    if (found.venue, found.channel, found.order) == (event.venue, event.channel, 0)
                    and found.question < event.question
                ]
            )


def _key(event: DifferenceFound) -> tuple[object, ...]:
    if event.order > 0:
        return (event.venue, event.order, event.kind)
    return (event.venue, event.channel, event.kind, event.account, event.instrument, event.scope)
