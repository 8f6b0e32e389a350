"""The works that are under way, and what their events do to them."""

from typing import Final, final

from interlock.ledger.instruments import InstrumentRecord
from interlock.ledger.parents import ParentRecord
from interlock.ledger.works import WorkRecord
from interlock.messages.commands import AdvanceTime, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.events import Event
from interlock.messages.terms import ENDED, HOLD, PAUSED, RUNNING
from interlock.messages.units import Lots, Nanoseconds, Sequence
from interlock.messages.works import (
    SetVolumeCurve,
    SliceJudged,
    SliceWithheld,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
    WorkStarted,
)

WORKS_MAX: Final = 1_000
"""Large orders that are worked at once."""
LOOKS_MAX: Final = 16
"""Schedules looked at in one step: what else is due is looked at in the next."""
NEVER: Final = 1 << 62
PASSING: Final[dict[type, bool]] = dict.fromkeys(
    (UpdateQuote, UpdateLadder, NoteTrade, AdvanceTime), True
)
"""Schedules go on by what is said of the market and of time. None of these leads to an order by
itself, so that the children of all works have their numbers to themselves."""


@final
class WorkTable:
    """The works that are under way, and the volume curves that new ones may follow."""

    def __init__(self) -> None:
        self.active: Final[dict[int, WorkRecord]] = {}
        """By decision, in the order in which they began."""
        self.due_ns: Nanoseconds = NEVER
        """When the next of them is to be looked at."""
        self.looking: Final[list[WorkRecord]] = []
        """Those whose look is due at the command that was applied last."""
        self.curves: Final[dict[str, SetVolumeCurve]] = {}
        """By instrument."""

    def look(self, time_ns: Nanoseconds, instruments: dict[str, InstrumentRecord]) -> None:
        """Time has come to look at schedules: at most `LOOKS_MAX` of them. Cost: one step per work,
        however many children it has."""
        for work in self.active.values():
            if work.next_ns <= time_ns and len(self.looking) < LOOKS_MAX:
                work.look(time_ns, instruments[work.symbol].volume)
                self.looking.append(work)
        self.plan()

    def plan(self) -> None:
        """This finds out when the next look is due. Cost: one step per work."""
        self.due_ns = NEVER
        for work in self.active.values():
            if work.next_ns < self.due_ns:
                self.due_ns = work.next_ns

    def begin(
        self, started: WorkStarted, volume: Lots, parents: dict[int, ParentRecord]
    ) -> WorkRecord:
        """A large order is worked from now on. It is its children's parent, and stays while it is
        worked or one of them is remembered."""
        work = WorkRecord(started)
        work.volume_start = volume
        parent = ParentRecord(work.decision, [work.quantity], False)
        parent.work = work
        parent.children = 1
        parents[work.decision] = parent
        self.active[work.decision] = work
        self.plan()
        return work

    def apply(
        self,
        event: Event,
        time_ns: Nanoseconds,
        instruments: dict[str, InstrumentRecord],
        parents: dict[int, ParentRecord],
    ) -> bool:
        """This applies what was concluded of a work; False when the event is about none."""
        if type(event) is SliceJudged:
            self._judged(event)
        elif type(event) is SliceWithheld:
            self.active[event.decision].withheld = event.reason
        elif type(event) is WorkPaused:
            work = self.active[event.decision]
            work.status = PAUSED
            work.plan_next(time_ns)
            self.plan()
        elif type(event) is WorkResumed:
            work = self.active[event.decision]
            work.status = RUNNING
            work.refused_in_row = 0
            work.withheld = 0
            # What was traded meanwhile is no plan for the next interval.
            work.volume = instruments[work.symbol].volume - work.volume_start
            work.next_ns = time_ns if time_ns > work.starts_ns else work.starts_ns
            self.plan()
        elif type(event) is WorkHurried:
            work = self.active[event.decision]
            work.is_hurried = True
            if work.status == RUNNING:
                work.next_ns = time_ns if time_ns > work.starts_ns else work.starts_ns
            self.plan()
        elif type(event) is WorkEnded:
            self._end(event.decision, parents)
        elif type(event) is WorkStarted:
            self.begin(event, instruments[event.plan.instrument].volume, parents)
        else:
            return False
        return True

    def _judged(self, event: SliceJudged) -> None:
        work = self.active[event.decision]
        work.slices = event.slice
        work.withheld = 0
        if event.verdict.severity < HOLD:
            work.refused_in_row = 0
        else:
            work.refused_in_row += 1

    def _end(self, decision: Sequence, parents: dict[int, ParentRecord]) -> None:
        work = self.active[decision]
        work.status = ENDED
        del self.active[decision]
        parent = parents[decision]
        parent.children -= 1
        if parent.children == 0:
            del parents[decision]
        self.plan()
