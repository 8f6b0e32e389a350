"""What people wait for and what they said, as the ledger keeps it: holds and changes of limits."""

from interlock.ledger.holds import HeldDecision, HoldTable
from interlock.ledger.limits import LimitTable
from interlock.messages.approvals import (
    ApprovalRecorded,
    DecisionHeld,
    HoldRefused,
    HoldReleased,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
)
from interlock.messages.events import Event
from interlock.messages.units import Nanoseconds, Sequence


def apply_approval(
    holds: HoldTable,
    limits: LimitTable,
    event: Event,
    sequence: Sequence,
    time_ns: Nanoseconds,
) -> None:
    """This applies one event about a hold or about a change of a limit."""
    if type(event) is DecisionHeld:
        judged = holds.judged
        assert judged is not None, f"decision {event.decision} is held without a verdict"
        assert judged.sequence == event.decision, (
            f"decision {event.decision} is held by the verdict on {judged.sequence}"
        )
        holds.judged = None
        holds.add(HeldDecision(judged, event, time_ns))
    elif type(event) is ApprovalRecorded:
        held = holds.find(event.decision)
        assert held is not None, f"decision {event.decision} is not held"
        held.approvals.append(event.by)
    elif type(event) is HoldReleased or type(event) is HoldRefused:
        holds.remove(event.decision)
    elif type(event) is LimitChangeProposed:
        limits.changes[sequence] = event
    elif type(event) is LimitChanged:
        limits.put(event.limit)
        if event.change in limits.changes:
            del limits.changes[event.change]
    elif type(event) is LimitChangeRefused and event.change in limits.changes:
        del limits.changes[event.change]
