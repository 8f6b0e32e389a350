"""Approval moves: what people were asked, and what they said: of held decisions and of changes of
limits.
"""

from typing import Final

from interlock.ledger.ledger import Ledger
from interlock.messages.approvals import (
    ApprovalRecorded,
    ApproveDecision,
    ConfirmLimitChange,
    DecisionHeld,
    DeclineDecision,
    DeclineLimitChange,
    HoldRefused,
    HoldReleased,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
    ProposeLimitChange,
)
from interlock.messages.commands import Command
from interlock.messages.events import CommandRefused, Event
from interlock.messages.reasons import (
    CHANGE_DECLINED,
    CHANGE_EXPIRED,
    CHANGE_OVERTAKEN,
    HOLD_DECLINED,
    HOLD_EXPIRED,
)

Move = tuple[str, str, str, str]
"""Machine, state before, what happened, state after."""

_ENDS: Final = {
    HOLD_EXPIRED: "expire",
    HOLD_DECLINED: "decline",
    CHANGE_EXPIRED: "expire",
    CHANGE_DECLINED: "decline",
    CHANGE_OVERTAKEN: "overtake",
}


def approval_move(ledger: Ledger, command: Command, event: Event) -> Move | None:
    """This is the move that an event makes in what waits for people; None for any other event. The
    ledger stands as before it."""
    if isinstance(event, DecisionHeld):
        return "hold", "none", "hold", "held"
    if isinstance(event, ApprovalRecorded):
        return "hold", "held", "approve", "held"
    if isinstance(event, HoldReleased):
        return "hold", "held", "release", "released"
    if isinstance(event, HoldRefused):
        return "hold", "held", _ENDS.get(event.reason, "refuse"), "refused"
    if isinstance(event, LimitChangeProposed):
        return "change", "none", "propose", "proposed"
    if isinstance(event, LimitChanged):
        if event.change in ledger.limits.changes:
            return "change", "proposed", "confirm", "changed"
        return "change", "none", "tighten", "changed"
    if isinstance(event, LimitChangeRefused):
        return "change", "proposed", _ENDS.get(event.reason, "refuse"), "dropped"
    return _unheeded(ledger, command) if isinstance(event, CommandRefused) else None


def _unheeded(ledger: Ledger, command: Command) -> Move | None:
    """What a person said that could not be followed."""
    if isinstance(command, ApproveDecision | DeclineDecision):
        state = "held" if ledger.holds.find(command.decision) is not None else "none"
        return "hold", state, "unheeded", state
    if isinstance(command, ConfirmLimitChange | DeclineLimitChange):
        state = "proposed" if command.change in ledger.limits.changes else "none"
        return "change", state, "unheeded", state
    if isinstance(command, ProposeLimitChange):
        return "change", "none", "unheeded", "none"
    return None
