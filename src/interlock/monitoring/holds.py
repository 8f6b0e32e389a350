"""What waits for people at the end of a journal: held decisions, and changes of limits."""

from typing import Any

from interlock.journal.plain import plain
from interlock.ledger.holds import HeldDecision
from interlock.ledger.ledger import Ledger
from interlock.monitoring.action_words import action_words
from interlock.monitoring.approval_words import limit_words, parameters_text
from interlock.monitoring.context import Context
from interlock.monitoring.figures import moment
from interlock.monitoring.findings import measured


def waiting_holds(context: Context, ledger: Ledger) -> list[dict[str, Any]]:
    """This is every held decision, oldest first, as plain values and words."""
    return [_held(context, ledger, held) for held in ledger.holds.held.values()]


def _held(context: Context, ledger: Ledger, held: HeldDecision) -> dict[str, Any]:
    decision, event = held.waiting.decision, held.held
    return {
        "decision": held.waiting.sequence,
        "source": decision.source,
        "key": decision.key,
        "action": action_words(context, decision.action),
        "digest": event.digest,
        "approvers": event.approvers,
        "approved_by": list(held.approvals),
        "missing": held.missing(),
        "held_ns": held.held_ns,
        "held": str(moment(held.held_ns)),
        "expires_ns": event.expires_ns,
        "expires": str(moment(event.expires_ns)),
        "is_expired": ledger.time_ns > event.expires_ns,
        "move_bps": event.move_bps,
        "age_ns": event.age_ns,
        "objections": objection_texts(context, ledger, held),
        "lines": [plain(line) for line in event.lines],
    }


def objection_texts(context: Context, ledger: Ledger, held: HeldDecision) -> list[str]:
    """What people are asked about, one text for each limit and line."""
    texts: list[str] = []
    numbers = held.held.objections
    for place in range(0, len(numbers), 3):
        line, number = numbers[place], numbers[place + 1]
        limit = ledger.limits.limits[number]
        symbol = held.held.lines[line].instrument
        why = f": {limit.reason}" if limit.reason else ""
        said = f"{limit_words(limit)} for {symbol}, owner {limit.owner or 'unsaid'}{why}"
        bound = measured(context.units, limit, symbol, numbers[place + 2])
        if place // 3 < len(held.held.observed):
            observed = measured(context.units, limit, symbol, held.held.observed[place // 3])
            said += f"; observed {observed}, bound {bound}"
        texts.append(said)
    return texts


def waiting_changes(ledger: Ledger) -> list[dict[str, Any]]:
    """This is every change of a limit that waits for a second person, oldest first."""
    return [
        {
            "change": change,
            "limit": limit_words(proposed.limit),
            "before": parameters_text(proposed.before),
            "by": proposed.by,
            "text": proposed.text,
            "expires_ns": proposed.expires_ns,
            "expires": str(moment(proposed.expires_ns)),
            "is_expired": ledger.time_ns > proposed.expires_ns,
        }
        for change, proposed in ledger.limits.changes.items()
    ]
