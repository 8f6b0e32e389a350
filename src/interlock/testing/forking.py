"""Forking: what would have come of it, had something been otherwise from a command on.

fork = fork_journal(Path("sessions/demo-1"), 5_209, limits=stricter.limits())
fork.go_on()
assert not fork.ledger.halts
"""

from pathlib import Path
from random import Random

from interlock import __version__
from interlock.execution.outbox import Outbox
from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.states import load_ledger
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command, DefineVenue, SetLimit
from interlock.messages.encoding import Entry
from interlock.messages.events import Event
from interlock.messages.units import Nanoseconds, Sequence
from interlock.testing.auditing import AuditedEngine
from interlock.testing.files import MemoryFiles
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
        for number, entry in origin.entries():
            if number > sequence:
                break
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
            kept = batch.entries[: sequence - batch.first_sequence + 1]
            if kept:
                journal.append(kept)
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
        events = self.engine.take(time_ns or self.engine.time_ns, command)
        self.engine.keep()
        return events

    def go_on(self, last: Sequence = 0) -> int:
        """This takes the commands that the origin took after the fork, up to `last` or its end:
        the same market, decisions and words of venues. A word about an order that did not come to
        be here is ignored, with a record. Returns how many there were."""
        count = 0
        for sequence, entry in self.origin.entries(self.sequence + 1):
            if last and sequence > last:
                break
            self.engine.take(entry.time_ns, entry.command)
            count += 1
            if self.engine.is_full:
                self.engine.keep()
        self.engine.keep()
        return count

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
