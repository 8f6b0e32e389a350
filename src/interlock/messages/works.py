"""Works: large orders that are worked over time. What is learnt of volume, what people say of a
work, and what was concluded of it.

A work is named by the decision that asked for it. Its children are ordinary orders whose
`OrderCleared` names that decision.
"""

from msgspec import Struct

from interlock.messages.decisions import WorkOrder
from interlock.messages.units import Lots, Nanoseconds, Sequence, Ticks
from interlock.messages.verdicts import DecisionJudged


class SetVolumeCurve(Struct, frozen=True, array_like=True, gc=False, tag=75):
    """Say how an instrument's volume is spread over a day. A fact; works begun later follow it."""

    instrument: str
    start_ns: Nanoseconds
    """Time of day, in the instrument's own, at which the first bucket begins."""
    bucket_ns: Nanoseconds
    volumes: tuple[int, ...]
    """What is traded in each bucket, in any unit; within a bucket it flows evenly."""
    by: str


class ChangeWork(Struct, frozen=True, array_like=True, gc=False, tag=76):
    """Pause, resume, finish now or cancel a work (`terms.WORK_WORDS`)."""

    decision: Sequence
    word: int
    by: str
    """The work's own source, or a person."""
    text: str


class WorkStarted(Struct, frozen=True, array_like=True, gc=False, tag=190):
    """A large order passed the gate as a whole and is worked from now on, under this plan."""

    decision: Sequence
    source: str
    key: str
    release: str
    epoch: int
    priority: int
    plan: WorkOrder
    """What was asked. It is no order: nothing but its children leaves."""
    starts_ns: Nanoseconds
    curve: SetVolumeCurve | None
    """The volume curve that it follows, as it was known then."""
    arrival_bid: Ticks
    arrival_ask: Ticks


class SliceJudged(Struct, frozen=True, array_like=True, gc=False, tag=191):
    """What the schedule knew and chose, and what the gate said of the child.

    Below `hold` the child's `OrderCleared` follows; else nothing leaves and the schedule goes on.
    """

    decision: Sequence
    slice: int
    """Which of the work's slices, from 1."""
    due: Lots
    """What the schedule wants done by now."""
    filled: Lots
    open: Lots
    """What children might still trade, unknown ones included."""
    volume: Lots
    """What the market has traded since the work began."""
    chosen: Lots
    reason: int
    """Why less was chosen than is due; 0 when all of it was."""
    verdict: DecisionJudged


class SliceWithheld(Struct, frozen=True, array_like=True, gc=False, tag=192):
    """Something is due and nothing is asked for, and why. Said once, until a slice or another
    reason follows."""

    decision: Sequence
    due: Lots
    filled: Lots
    open: Lots
    reason: int


class WorkPaused(Struct, frozen=True, array_like=True, gc=False, tag=193):
    """No child leaves until somebody resumes it."""

    decision: Sequence
    reason: int
    by: str
    text: str


class WorkResumed(Struct, frozen=True, array_like=True, gc=False, tag=194):
    """Children may leave again."""

    decision: Sequence
    by: str
    text: str


class WorkHurried(Struct, frozen=True, array_like=True, gc=False, tag=195):
    """All of it is due now. Its limits on price, participation and size hold on."""

    decision: Sequence
    by: str
    text: str


class WorkEnded(Struct, frozen=True, array_like=True, gc=False, tag=196):
    """No child leaves any more."""

    decision: Sequence
    reason: int
    filled: Lots
    open: Lots
    """What children might still trade; they were asked back."""
    by: str
    text: str
