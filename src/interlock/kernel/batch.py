"""The open batch: commands numbered and stepped one after the other, until the journal takes them.

It is the part of the engine that is pure, and that runs for every command.
"""

from typing import Final, final

from msgspec.structs import astuple

from interlock.kernel.step import Kernel
from interlock.ledger.folding import is_leaving
from interlock.ledger.orders import OrderRecord
from interlock.messages.commands import Command, ContinueCancels, ReportOrder, ServeQueue
from interlock.messages.differences import DifferenceFound, OrderAdopted, OrderResolved
from interlock.messages.encoding import CommandEntry, Entry
from interlock.messages.events import Event, OrderUnknown
from interlock.messages.reasons import ORDER_NOT_WORKING, UNKNOWN_ORDER
from interlock.messages.statements import ReportVenue, ResolveOrder
from interlock.messages.terms import (
    REPORT_ABSENT,
    REPORT_CANCEL_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_STATUS,
    UNKNOWN,
)
from interlock.messages.units import Nanoseconds, OrderId, Sequence
from interlock.messages.venues import MoveVenue

# The name of an imported class is looked up at each use.
_astuple: Final = astuple
_ENTRY: Final = Entry
_REPORT_ORDER: Final = ReportOrder

# What tells how an order stands, whatever was said before and not heard.
_TELLING: Final = (REPORT_STATUS, REPORT_ABSENT)
_REFUSALS: Final = (REPORT_CANCEL_REJECTED, REPORT_REPLACE_REJECTED)
_CONTRADICTIONS: Final = (ORDER_NOT_WORKING, UNKNOWN_ORDER)


@final
class Owed:
    """What a venue still owes after a report: an answer to what it was asked at `asked_ns`, or the
    fate of an order, in doubt since this report."""

    def __init__(
        self, place: int, time_ns: Nanoseconds, sequence: Sequence, venue: str, order: OrderId
    ) -> None:
        self.place: Final[int] = place
        """How many orders were settled before it."""
        self.time_ns: Final[Nanoseconds] = time_ns
        self.sequence: Final[Sequence] = sequence
        self.venue: Final[str] = venue
        self.order: Final[OrderId] = order
        self.asked_ns: Nanoseconds = 0
        """0 when the order's fate is in doubt."""
        self.is_contradiction: bool = False
        """The venue says that it has no such order at work, and we have heard of no end of it."""
        self.is_caught: bool = False
        """Its venue went down before it answered."""


@final
class OpenBatch:
    """Numbers commands, steps the kernel, and holds what came of it."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel: Final = kernel
        self.sequence: Sequence = kernel.ledger.sequence
        self.time_ns: Nanoseconds = kernel.ledger.time_ns
        self.entries: list[Entry] = []
        self.effects_ns: Nanoseconds = -1
        """When the first effect among the entries was decided; -1 while there is none."""
        self.settled: list[OrderId] = []
        """Orders about which the reports taken since the last `heard` leave nothing owed; under a
        minus sign those whose report does not tell how the order stands or ended."""
        self.owed: list[Owed] = []

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]:
        """This numbers and steps one command, whose events it returns. A moment before the last one
        is taken as the last. What did not fit the command's record follows it at once: cancels, and
        decisions that were to be served; cancels that a crash left go before it."""
        owed = self.kernel.ledger.orders.owed
        if len(owed) > 0:
            self._continue_cancels(time_ns)
        events = self._step(time_ns, command)
        if len(owed) > 0:
            self._continue_cancels(time_ns)
        judge = self.kernel.judge
        while judge.unserved > 0:
            count = judge.unserved
            self._step(time_ns, ServeQueue(count))
            assert judge.unserved < count, f"none of {count} decisions was served"
            if len(owed) > 0:
                self._continue_cancels(time_ns)
        return events

    def _continue_cancels(self, time_ns: Nanoseconds) -> None:
        owed = self.kernel.ledger.orders.owed
        while len(owed) > 0:
            before = len(owed)
            self._step(time_ns, ContinueCancels())
            assert len(owed) < before, f"{before} cancels are owed and none was asked for"

    def _step(self, time_ns: Nanoseconds, command: Command) -> list[Event]:
        if time_ns < self.time_ns:
            time_ns = self.time_ns
        self.time_ns = time_ns
        sequence = self.sequence + 1
        self.sequence = sequence
        events = self.kernel.step(sequence, time_ns, command)
        self.entries.append(_ENTRY(time_ns, command, events))
        if type(command) is _REPORT_ORDER:
            self._hear(time_ns, sequence, command)
        elif type(command) is ReportVenue or type(command) is ResolveOrder:
            self._hear_all(time_ns, sequence, events)
        elif type(command) is MoveVenue:
            self._hear_of_outage(time_ns, sequence, command.venue, events)
        if self.effects_ns < 0:
            for event in events:
                if is_leaving(event):
                    self.effects_ns = time_ns
                    break
        return events

    def take_all(self, said: list[tuple[Nanoseconds, Command]]) -> None:
        """This takes commands that came together, in their order."""
        for time_ns, command in said:
            self.take(time_ns, command)

    def close(self) -> list[Entry]:
        """This gives the entries up and begins a new batch."""
        entries = self.entries
        self.entries = []
        self.effects_ns = -1
        return entries

    def heard(self) -> None:
        """What is settled and owed was passed on."""
        self.settled.clear()
        if len(self.owed) > 0:
            self.owed.clear()

    def _hear(self, time_ns: Nanoseconds, sequence: Sequence, report: ReportOrder) -> None:
        """What a report leaves owed is what the ledger says, not what the report is called: a fill
        that crosses our cancel is no answer to it, and a word of another venue is none at all."""
        number = report.order
        order = self.kernel.ledger.orders.find(number)
        if order is None:
            self.settled.append(number)
        elif order.status == UNKNOWN or order.asked_ns != 0:
            owed = Owed(len(self.settled), time_ns, sequence, order.venue.name, number)
            if order.status != UNKNOWN:
                owed.asked_ns = order.asked_ns
            self.owed.append(owed)
        elif not order.is_listed:
            # It has ended, which tells everything.
            self.settled.append(order.key)
        else:
            self._hear_of_open(time_ns, sequence, report, order)

    def _hear_all(self, time_ns: Nanoseconds, sequence: Sequence, events: list[Event]) -> None:
        """A statement, or people's word, may settle some orders and put others in doubt."""
        numbers: dict[int, bool] = {}
        for event in events:
            if (
                type(event) is DifferenceFound
                or type(event) is OrderAdopted
                or type(event) is OrderResolved
            ):
                numbers[event.order] = True
        for number in numbers:
            order = self.kernel.ledger.orders.find(number)
            if order is None:
                continue
            if order.status == UNKNOWN or order.asked_ns != 0:
                owed = Owed(len(self.settled), time_ns, sequence, order.venue.name, number)
                if order.status != UNKNOWN:
                    owed.asked_ns = order.asked_ns
                self.owed.append(owed)
            else:
                self.settled.append(order.key)

    def _hear_of_outage(
        self, time_ns: Nanoseconds, sequence: Sequence, venue: str, events: list[Event]
    ) -> None:
        """Orders that a venue took with it when it went down are asked about."""
        for event in events:
            if type(event) is OrderUnknown:
                owed = Owed(len(self.settled), time_ns, sequence, venue, event.order)
                owed.is_caught = True
                self.owed.append(owed)

    def _hear_of_open(
        self, time_ns: Nanoseconds, sequence: Sequence, report: ReportOrder, order: OrderRecord
    ) -> None:
        kind = report.kind
        if kind in _REFUSALS and report.reason in _CONTRADICTIONS:
            owed = Owed(len(self.settled), time_ns, sequence, order.venue.name, order.key)
            owed.is_contradiction = True
            self.owed.append(owed)
        else:
            self.settled.append(order.key if kind in _TELLING else -order.key)


def step_all(kernel: Kernel, first: Sequence, entries: list[CommandEntry]) -> list[list[Event]]:
    """This steps commands of a journal again, the first being `first`: the events of each."""
    made: list[list[Event]] = []
    sequence = first
    for entry in entries:
        time_ns: Nanoseconds
        command: Command
        time_ns, command, _ = _astuple(entry)
        made.append(kernel.step(sequence, time_ns, command))
        sequence += 1
    return made
