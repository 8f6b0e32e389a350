"""The engine: number, step, keep, hand on. With replay, the only caller of the kernel.

    take:  number the command, step the kernel, put both into the open batch
    keep:  write the batch, one sync; only then hand it on

Effects leave, and followers see, nothing that is not on disk. With `begin_keeping` the disk works
on one batch while the next is stepped; what leaves with it leaves when the next one is begun.
"""

from collections.abc import Callable

from interlock.execution.outbox import Outbox
from interlock.inputs.clock import Clock
from interlock.journal.states import keep_state
from interlock.journal.writer import JournalWriter
from interlock.kernel.batch import OpenBatch
from interlock.kernel.step import Kernel
from interlock.ledger.limits import FIRM
from interlock.messages.commands import Command, Halt, ReportOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import Event
from interlock.messages.statements import ReportVenue, ResolveOrder
from interlock.messages.units import Nanoseconds, Sequence
from interlock.messages.venues import MoveVenue

BATCH_ENTRIES_MAX = 512

INPUTS = "inputs"
KERNEL = "decisions, controls, ledger"
JOURNAL = "journal"
EXECUTION = "execution"
FOLLOWERS = "monitoring"

# What may answer what a venue was asked, or put an order in doubt.
_HEARD = frozenset((ReportOrder, ReportVenue, ResolveOrder, MoveVenue))

Follower = Callable[[Sequence, list[Entry]], None]
"""Called with the first sequence of a durable batch, and the batch."""


class Stages:
    """Where the engine's time goes, by the wall: each lap adds to the stage that it ends.

    Cost: two looks at the clock for each command. Nothing of it enters the journal.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_ns = clock.monotonic_ns()
        self._spent = dict.fromkeys((INPUTS, KERNEL, JOURNAL, EXECUTION, FOLLOWERS), 0)

    def lap(self, stage: str) -> None:
        now_ns = self._clock.monotonic_ns()
        self._spent[stage] += now_ns - self._last_ns
        self._last_ns = now_ns

    def by_name(self) -> dict[str, Nanoseconds]:
        return dict(self._spent)

    def total_ns(self) -> Nanoseconds:
        return sum(self._spent.values())


class Engine:
    """One session's engine: one kernel, one journal, one outbox, one thread."""

    def __init__(
        self,
        kernel: Kernel,
        journal: JournalWriter,
        outbox: Outbox,
        followers: tuple[Follower, ...] = (),
        stages: Stages | None = None,
    ) -> None:
        self.kernel = kernel
        self.journal = journal
        self.outbox = outbox
        self.followers = followers
        self.stages = stages
        self.is_short_of_room = False
        """The disk is full: only what takes risk away, reports and operators' words are kept."""
        self._batch = OpenBatch(kernel)
        self._kept: list[Entry] = []
        # When the first effect of the batch being kept was decided; -1 while it has none.
        self._kept_effects_ns: Nanoseconds = -1

    @property
    def sequence(self) -> Sequence:
        """The number of the command that was taken last."""
        return self._batch.sequence

    @property
    def time_ns(self) -> Nanoseconds:
        """The moment of the command that was taken last."""
        return self._batch.time_ns

    @property
    def is_full(self) -> bool:
        return len(self._batch.entries) >= BATCH_ENTRIES_MAX

    @property
    def has_open(self) -> bool:
        """Whether anything taken has not been handed on yet."""
        return bool(self._batch.entries or self._kept)

    @property
    def under_way(self) -> tuple[list[Entry], list[Entry]]:
        """What was taken and not handed on: the batch being kept, and the open one."""
        return list(self._kept), list(self._batch.entries)

    @property
    def effects_since_ns(self) -> Nanoseconds:
        """When the oldest effect that has not left was decided; -1 while there is none."""
        return self._kept_effects_ns if self._kept_effects_ns >= 0 else self._batch.effects_ns

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]:
        """This numbers a command, steps it, and puts it and its events into the open batch.

        Time does not run backwards in a journal: a moment before the last one is taken as the last.
        """
        stages = self.stages
        if stages is not None:
            stages.lap(INPUTS)
        events = self._batch.take(time_ns, command)
        if type(command) in _HEARD:
            self._hear()
        if stages is not None:
            stages.lap(KERNEL)
        return events

    def take_all(self, said: list[tuple[Nanoseconds, Command]]) -> None:
        """This takes commands that are there together, in their order: at less cost than one by
        one, and to the same effect."""
        stages = self.stages
        if stages is not None:
            stages.lap(INPUTS)
        self._batch.take_all(said)
        self._hear()
        if stages is not None:
            stages.lap(KERNEL)

    def keep(self) -> None:
        """This makes everything taken durable and hands it on, and returns when that is done."""
        self.begin_keeping()
        self.finish_keeping()
        if self._batch.entries:
            # The disk was found to be full: the halt must not wait.
            self.begin_keeping()
            self.finish_keeping()

    def begin_keeping(self) -> None:
        """This hands on the last batch, once it is durable, and starts writing the open one."""
        self.finish_keeping()
        batch = self._batch
        if not batch.entries:
            return
        self._kept_effects_ns = batch.effects_ns
        self._kept = batch.close()
        self.journal.begin(self._kept)

    def finish_keeping(self) -> None:
        """This waits until the batch being written is durable, and hands it on."""
        if not self._kept:
            return
        stages = self.stages
        durable = self.journal.wait()
        if stages is not None:
            stages.lap(JOURNAL)
        entries, self._kept = self._kept, []
        self._kept_effects_ns = -1
        first = durable - len(entries) + 1
        self.outbox.hand_on(first, entries)
        if stages is not None:
            stages.lap(EXECUTION)
        for follower in self.followers:
            follower(first, entries)
        if stages is not None:
            stages.lap(FOLLOWERS)
        if self.journal.is_short and not self.is_short_of_room:
            self._stop_for_room()

    def _stop_for_room(self) -> None:
        """The disk is full. What is held for that is for cancels and reports: no new risk."""
        self.is_short_of_room = True
        text = "the disk is full: what is left is for cancels, reports and ending in order"
        self.take(self.time_ns, Halt(FIRM, JOURNAL, text, reduce_only=True))

    @property
    def is_out_of_room(self) -> bool:
        """Whether what was held for a full disk is used up, but for ending in order."""
        return self.journal.is_out_of_room

    def regain_room(self) -> bool:
        """Whether the disk has room again, or never lacked it. The halt stands until a person
        lifts it."""
        if self.is_short_of_room and self.journal.regain_room():
            self.is_short_of_room = False
        return not self.is_short_of_room

    def _hear(self) -> None:
        """This passes on to the outbox what the reports just taken leave owed."""
        batch, outbox, done = self._batch, self.outbox, 0
        for owed in batch.owed:
            outbox.settle_all(batch.settled[done : owed.place])
            done = owed.place
            if owed.asked_ns != 0:
                outbox.still_owed(owed.order, owed.asked_ns)
            elif owed.is_caught:
                outbox.catch(owed.time_ns, owed.venue, owed.order, owed.sequence)
            elif owed.is_contradiction:
                outbox.doubt(owed.time_ns, owed.venue, owed.order, owed.sequence)
            else:
                outbox.ask_about(owed.time_ns, owed.venue, owed.order, owed.sequence)
        outbox.settle_all(batch.settled[done:] if done else batch.settled)
        batch.heard()

    def close(self) -> None:
        """This keeps what is open, and the state beside it, and closes the journal."""
        self.keep()
        if self.sequence > 0 and not self.is_short_of_room:
            keep_state(self.journal, self.kernel.ledger)
        self.journal.close()
