"""Forking: what would have come of it, had something been otherwise from a command on.

fork = fork_journal(Path("sessions/demo-1"), 5_209, limits=stricter.limits())
fork.go_on()
assert not fork.ledger.halts
"""

from pathlib import Path
from random import Random

from msgspec import structs

from interlock import __version__
from interlock.execution.outbox import Outbox
from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.states import load_ledger
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    Command,
    DefineVenue,
    LiftHalt,
    ProposeDecision,
    ReportAction,
    ReportOrder,
    SetLimit,
)
from interlock.messages.decisions import CancelOrders, ReplaceOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import Event
from interlock.messages.units import Nanoseconds, OrderId, Sequence
from interlock.testing.auditing import AuditedEngine
from interlock.testing.files import MemoryFiles
from interlock.testing.outcomes import Names, Naming, names_of
from interlock.testing.trial import DIRECTORY, installed_controls
from interlock.testing.venues import ToldVenue


class Fork:
    """A session in memory that has another's past and a present of its own. Its venues take what it
    sends and say nothing."""

    def __init__(self, origin: JournalReader, sequence: Sequence) -> None:
        reached = origin.last_sequence
        if not 0 < sequence <= reached:
            raise ValueError(f"the fork was to be after command {sequence}, must be 1 to {reached}")
        self.origin = origin
        self.sequence = sequence
        """The last command that both have."""
        self.venues: dict[str, ToldVenue] = {}
        self._naming = Naming()
        for number, entry in origin.entries():
            if number > sequence:
                break
            self._naming.see(number, entry)
            if isinstance(entry.command, DefineVenue):
                name = entry.command.venue.name
                self.venues[name] = ToldVenue(name)
        self.files = MemoryFiles()
        options = JournalOptions(
            chunk_bytes=65_536, background=False, salts=lambda: 1, files=self.files
        )
        journal = JournalWriter.create(
            DIRECTORY,
            journal_id=Random(sequence).randbytes(16),
            code_version=__version__,
            options=options,
        )
        for batch in origin.batches():
            if batch.first_sequence > sequence:
                break
            journal.append(batch.entries[: sequence - batch.first_sequence + 1])
        ledger = load_ledger(DIRECTORY, sequence, files=self.files).ledger
        silences = {venue.name: venue.silence_ns for venue in ledger.venues.values()}
        outbox = Outbox(dict(self.venues), silences, {})
        outbox.sent_sequence = sequence
        self.engine = AuditedEngine(Kernel(ledger, installed_controls()), journal, outbox)

    @property
    def ledger(self) -> Ledger:
        return self.engine.kernel.ledger

    def take(self, command: Command, time_ns: Nanoseconds = 0) -> list[Event]:
        """This takes a command, at a moment or now, keeps it and hands it on; what it led to."""
        events = self._step(command, time_ns or self.engine.time_ns)
        self.engine.keep()
        return events

    def go_on(self, last: Sequence = 0) -> int:
        """This takes the commands that the origin took after the fork, up to `last` or its end:
        the same market, decisions and words of venues, each about the order that the same decision
        became here. A word about an order that did not come to be here is not said. Returns how
        many were taken."""
        names = names_of(self.origin.entries())
        count = 0
        for sequence, entry in self.origin.entries(self.sequence + 1):
            if last and sequence > last:
                break
            command = self._translated(entry.command, names)
            if command is None:
                continue
            self._step(command, entry.time_ns)
            count += 1
            if self.engine.is_full:
                self.engine.keep()
        self.engine.keep()
        return count

    def _step(self, command: Command, time_ns: Nanoseconds) -> list[Event]:
        events = self.engine.take(time_ns, command)
        self._naming.see(self.engine.sequence, Entry(time_ns, command, events))
        return events

    def _translated(self, command: Command, names: Names) -> Command | None:
        """What the origin's command is here, where orders and halts have other numbers."""
        if isinstance(command, ReportOrder):
            order = self._here(command.order, names)
            return structs.replace(command, order=order) if order else None
        if isinstance(command, ReportAction):
            is_known = command.action in self.ledger.actions
            return command if is_known else None
        if isinstance(command, LiftHalt):
            halt = self.ledger.halts.get(command.scope)
            return structs.replace(command, trip=halt.last_sequence) if halt else command
        if not isinstance(command, ProposeDecision):
            return command
        action = command.decision.action
        if isinstance(action, CancelOrders) and action.orders:
            found = [self._here(order, names) for order in action.orders]
            action = structs.replace(action, orders=tuple(order for order in found if order))
            if not action.orders:
                return None
        elif isinstance(action, ReplaceOrder):
            action = structs.replace(action, order=self._here(action.order, names))
        return ProposeDecision(structs.replace(command.decision, action=action))

    def _here(self, order: OrderId, names: Names) -> OrderId:
        """The number that an order of the origin has here; 0 when it did not come to be."""
        return self._naming.orders.get(names.get(order, ""), 0)

    def entries(self) -> list[Entry]:
        """Everything that its journal has, the common past included."""
        return [entry for _, entry in JournalReader(DIRECTORY, files=self.files).entries()]


def fork_journal(
    journal: Path | JournalReader, sequence: Sequence, limits: list[SetLimit] | None = None
) -> Fork:
    """This is a session that is the journal's up to and including a command, and then its own:
    under the code that runs now, and with these limits set first. Raises `ValueError` when the
    journal does not reach that far."""
    origin = journal if isinstance(journal, JournalReader) else JournalReader(journal)
    fork = Fork(origin, sequence)
    for limit in limits or ():
        fork.take(limit)
    return fork
