"""Work moves: what became of large orders that are worked, and what was said of them."""

from typing import Final

from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command
from interlock.messages.events import CommandRefused, Event
from interlock.messages.terms import HOLD, WORK_STATUSES
from interlock.messages.units import Sequence
from interlock.messages.works import (
    ChangeWork,
    SliceJudged,
    SliceWithheld,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
    WorkStarted,
)

Move = tuple[str, str, str, str]
"""Machine, state before, what happened, state after."""

_TURNS: Final = {
    WorkPaused: ("pause", "paused"),
    WorkResumed: ("resume", "running"),
    WorkEnded: ("end", "ended"),
}


def work_move(ledger: Ledger, command: Command, event: Event) -> Move | None:
    """This is the move that an event makes, in a ledger that has not applied it yet; None when it
    is about no large order."""
    if isinstance(event, CommandRefused) and isinstance(command, ChangeWork):
        state = _state(ledger, command.decision)
        return "work", state, "unheeded", state
    if isinstance(event, WorkStarted):
        return "work", "none", "start", "running"
    if isinstance(event, SliceJudged):
        state = _state(ledger, event.decision)
        return "work", state, "slice" if event.verdict.severity < HOLD else "refused", state
    if isinstance(event, SliceWithheld | WorkHurried):
        state = _state(ledger, event.decision)
        return "work", state, "withhold" if isinstance(event, SliceWithheld) else "hurry", state
    if isinstance(event, WorkPaused | WorkResumed | WorkEnded):
        happening, after = _TURNS[type(event)]
        return "work", _state(ledger, event.decision), happening, after
    return None


def _state(ledger: Ledger, decision: Sequence) -> str:
    work = ledger.works.active.get(decision)
    return WORK_STATUSES[work.status] if work is not None else "none"
