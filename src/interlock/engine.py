"""The engine: number, step, keep, hand on. With replay, the only caller of the kernel.

    take:  number the command, step the kernel, put both into the open batch
    keep:  write the batch, one sync; only then hand it on

Effects leave, and followers see, nothing that is not on disk. With `begin_keeping` the disk works
on one batch while the next is stepped.
"""

from collections.abc import Callable

from interlock.execution.outbox import Outbox
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.messages.commands import Command
from interlock.messages.encoding import Entry
from interlock.messages.events import EFFECTS, Event
from interlock.messages.units import Nanoseconds, Sequence

BATCH_ENTRIES_MAX = 256

Follower = Callable[[Sequence, list[Entry]], None]
"""Called with the first sequence of a durable batch, and the batch."""

_EFFECTS = frozenset(EFFECTS)


class Engine:
    """One session's engine: one kernel, one journal, one outbox, one thread."""

    def __init__(
        self,
        kernel: Kernel,
        journal: JournalWriter,
        outbox: Outbox,
        followers: tuple[Follower, ...] = (),
    ) -> None:
        self.kernel = kernel
        self.journal = journal
        self.outbox = outbox
        self.followers = followers
        self.sequence: Sequence = kernel.ledger.sequence
        self.time_ns: Nanoseconds = kernel.ledger.time_ns
        self.effects_since_ns: Nanoseconds = -1
        """When the first effect of the open batch was decided; -1 while there is none."""
        self._open: list[Entry] = []
        self._kept: list[Entry] = []

    @property
    def is_full(self) -> bool:
        return len(self._open) >= BATCH_ENTRIES_MAX

    @property
    def has_open(self) -> bool:
        return bool(self._open)

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]:
        """This numbers a command, steps it, and puts it and its events into the open batch.

        Time does not run backwards in a journal: a moment before the last one is taken as the last.
        """
        if time_ns < self.time_ns:
            time_ns = self.time_ns
        self.time_ns = time_ns
        self.sequence += 1
        events = self.kernel.step(self.sequence, time_ns, command)
        self._open.append(Entry(time_ns, command, events))
        if self.effects_since_ns < 0:
            for event in events:
                if type(event) in _EFFECTS:
                    self.effects_since_ns = time_ns
                    break
        return events

    def keep(self) -> None:
        """This makes everything taken durable and hands it on, and returns when that is done."""
        self.begin_keeping()
        self.finish_keeping()

    def begin_keeping(self) -> None:
        """This hands on the last batch, once it is durable, and starts writing the open one."""
        self.finish_keeping()
        if not self._open:
            return
        self._kept, self._open = self._open, []
        self.effects_since_ns = -1
        self.journal.begin(self._kept)

    def finish_keeping(self) -> None:
        """This waits until the batch being written is durable, and hands it on."""
        if not self._kept:
            return
        durable = self.journal.wait()
        entries, self._kept = self._kept, []
        first = durable - len(entries) + 1
        self.outbox.hand_on(first, entries)
        for follower in self.followers:
            follower(first, entries)

    def close(self) -> None:
        """This keeps what is open and closes the journal."""
        self.keep()
        self.journal.close()
