"""Answers to what people say to a live session: one line each, once it is durable."""

from typing import Any

from interlock.messages.approvals import (
    ApprovalRecorded,
    ApproveDecision,
    DeclineDecision,
    HoldRefused,
    HoldReleased,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
)
from interlock.messages.commands import NoteRefusedInput
from interlock.messages.differences import OrderResolved, ResolutionProposed, VenueQuestioned
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    CancelRequested,
    CommandRefused,
    Event,
    HaltLifted,
    HaltTripped,
    OrderCleared,
)
from interlock.messages.feedback import FeedbackSet
from interlock.messages.identity import order_text
from interlock.messages.load_reasons import OVERTAKEN
from interlock.messages.reasons import reason_name
from interlock.messages.units import Sequence
from interlock.messages.venues import VENUE_STATES, VenueMoved
from interlock.messages.works import WorkEnded, WorkHurried, WorkPaused, WorkResumed


def word_answer(sequence: Sequence, entry: Entry) -> dict[str, Any]:
    """This is the answer to a person's word, a market line, or a line that could not be read."""
    command = entry.command
    if isinstance(command, NoteRefusedInput):
        return {"sequence": sequence, "error": command.text}
    if isinstance(command, ApproveDecision | DeclineDecision):
        return _of_hold(sequence, command.decision, entry.events)
    for event in entry.events:
        answer = _of_event(event, entry.events)
        if answer is not None:
            return {"sequence": sequence, **answer}
    return {"sequence": sequence, "taken": True}


def not_taken(reason: int, retry_ms: int) -> dict[str, Any]:
    """This is the answer to a line that was not taken: nothing of it is in the journal but the
    count. It may be said again after so long; 0 when there is no sense in that."""
    answer: dict[str, Any] = {"taken": False, "reason": reason_name(reason)}
    if retry_ms > 0 and reason != OVERTAKEN:
        answer["retry_after_ms"] = retry_ms
    return answer


def refused_answer(event: HoldRefused, key: str) -> dict[str, Any]:
    """This is the last word on a decision that was held: nobody let it go on."""
    return {
        "decision": event.decision,
        "key": key,
        "verdict": "refuse",
        "reason": reason_name(event.reason),
        "by": event.by,
        "text": event.text,
    }


def _of_event(event: Event, events: list[Event]) -> dict[str, Any] | None:
    if isinstance(event, CommandRefused):
        return {"error": event.text, "reason": reason_name(event.reason)}
    if isinstance(event, HaltTripped):
        cancels = sum(isinstance(made, CancelRequested) for made in events)
        return {"halted": event.scope, "cancels_requested": cancels}
    if isinstance(event, VenueQuestioned):
        return {"asked": event.venue, "question": event.question}
    if isinstance(event, OrderResolved):
        return {"resolved": order_text(event.order), "by": [event.first, event.second]}
    if isinstance(event, ResolutionProposed):
        return {"waits": "for a second person", "order": order_text(event.order)}
    if isinstance(event, WorkPaused | WorkResumed | WorkHurried | WorkEnded):
        said = {WorkPaused: "paused", WorkResumed: "resumed", WorkHurried: "hurried"}
        return {"work": event.decision, "is": said.get(type(event), "ended")}
    if isinstance(event, VenueMoved):
        return {"venue": event.venue, "state": VENUE_STATES[event.state]}
    if isinstance(event, HaltLifted):
        return {"lifted": event.scope}
    if isinstance(event, FeedbackSet):
        return {"feedback": "frozen" if event.is_frozen else "goes on"}
    if isinstance(event, LimitChanged) and not any(isinstance(e, HaltLifted) for e in events):
        return {
            "limit": event.limit.control,
            "scope": event.limit.scope,
            "instrument": event.limit.instrument,
            "old": event.before.parameters if event.before is not None else None,
            "new": event.limit.parameters,
        }
    if isinstance(event, LimitChangeProposed):
        return {
            "waits": "for a second person",
            "limit": event.limit.control,
            "scope": event.limit.scope,
            "expires_ns": event.expires_ns,
        }
    if isinstance(event, LimitChangeRefused):
        return {"change": event.change, "error": event.text, "reason": reason_name(event.reason)}
    return None


def _of_hold(sequence: Sequence, decision: Sequence, events: list[Event]) -> dict[str, Any]:
    answer: dict[str, Any] = {"sequence": sequence, "decision": decision}
    for event in events:
        if isinstance(event, CommandRefused):
            return {**answer, "error": event.text, "reason": reason_name(event.reason)}
        if isinstance(event, ApprovalRecorded) and event.decision == decision:
            answer |= {"approved_by": event.by, "missing": event.missing}
        elif isinstance(event, HoldReleased) and event.decision == decision:
            orders = [order_text(made.order) for made in events if isinstance(made, OrderCleared)]
            answer |= {"released": True, "orders": orders}
        elif isinstance(event, HoldRefused) and event.decision == decision:
            answer |= {"refused": True, "reason": reason_name(event.reason)}
    return answer
