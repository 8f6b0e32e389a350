"""Limiting: a limit is changed while the session runs, with who, why, the old and the new.

What only tightens takes effect at once. What loosens waits for a second person, and takes effect
when one confirms it, unless the limit was changed meanwhile.
"""

from typing import Final

from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import is_person, scope_exists
from interlock.kernel.tightening import filled_in, has_units, is_complete, is_tighter
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.ledger.people import is_same
from interlock.messages.approvals import (
    ConfirmLimitChange,
    DeclineLimitChange,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
    ProposeLimitChange,
)
from interlock.messages.definitions import Limit
from interlock.messages.events import CommandRefused
from interlock.messages.reasons import (
    CHANGE_DECLINED,
    CHANGE_EXPIRED,
    CHANGE_OVERTAKEN,
    HOLDS_FULL,
    NOT_A_PERSON,
    NOTHING_TO_DO,
    SAME_PERSON,
    UNKNOWN_CHANGE,
    UNKNOWN_LIMIT,
)
from interlock.messages.terms import HOLD, REFUSE
from interlock.messages.units import NS_PER_SECOND, Sequence

# How long a proposed change waits for its second person, in market time.
CHANGE_LIFE_NS: Final = 3_600 * NS_PER_SECOND
# Changes that wait at once.
CHANGES_MAX: Final = 100


def propose_change(ledger: Ledger, recorder: Recorder, command: ProposeLimitChange) -> None:
    """This tightens a limit at once, or has a looser one wait for a second person."""
    _expire(ledger, recorder)
    limits = ledger.limits
    before = limits.find(command.limit)
    limit = filled_in(command.limit, before)
    is_readable = before is not None or has_units(limit)
    if not is_complete(limit) or not is_readable or not _is_known(ledger, limit):
        text = f"{limit.control} on {limit.scope} is no limit of this session's catalogue"
        recorder.conclude(CommandRefused(UNKNOWN_LIMIT, text))
    elif limit.answer.severity == HOLD and limit.answer.hold_ns == 0 and ledger.has_whole_asks:
        text = f"{limit.control} on {limit.scope} holds, and does not say for how long: hold_s"
        recorder.conclude(CommandRefused(UNKNOWN_LIMIT, text))
    elif before is not None and limit == filled_in(before, None):
        text = f"{limit.control} on {limit.scope} is so already"
        recorder.conclude(CommandRefused(NOTHING_TO_DO, text))
    elif is_tighter(limit, before) or _is_added(ledger, limit, before):
        recorder.conclude(
            LimitChanged(limit, before, command.by, command.text, "", ledger.sequence)
        )
    elif not is_person(ledger, command.by):
        text = f"{command.by} is a source that is no person, and only people loosen limits"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))
    elif len(limits.changes) >= CHANGES_MAX:
        text = f"{len(limits.changes)} changes wait for confirmation, as many as may"
        recorder.conclude(CommandRefused(HOLDS_FULL, text))
    else:
        expires_ns = ledger.time_ns + CHANGE_LIFE_NS
        recorder.conclude(LimitChangeProposed(limit, before, command.by, command.text, expires_ns))


def _is_added(ledger: Ledger, limit: Limit, before: Limit | None) -> bool:
    """Whether a limit is new and one of its control that refuses covers all that it covers: beside
    that one it can only add an objection."""
    if before is not None or not ledger.has_whole_asks:
        return False
    for standing in ledger.limits.limits:
        if (
            standing.control == limit.control
            and standing.answer.severity == REFUSE
            and standing.scope in (FIRM, limit.scope)
            and standing.instrument in ("", limit.instrument)
            and standing.currency in ("", limit.currency)
            and len(standing.phases) == 0
        ):
            return True
    return False


def _is_known(ledger: Ledger, limit: Limit) -> bool:
    """Whether scope and instrument are those of this session."""
    is_instrument = limit.instrument == "" or limit.instrument in ledger.instruments
    return is_instrument and scope_exists(ledger, limit.scope)


def confirm_change(ledger: Ledger, recorder: Recorder, command: ConfirmLimitChange) -> None:
    """This lets a proposed change take effect, when someone else asks than who proposed it."""
    _expire(ledger, recorder)
    proposed = _find(ledger, recorder, command.change)
    if proposed is None:
        return
    if is_same(command.by, proposed.by, ledger.is_strict):
        text = f"{command.by} proposed change {command.change} and someone else must confirm it"
        recorder.conclude(CommandRefused(SAME_PERSON, text))
    elif not is_person(ledger, command.by):
        text = f"{command.by} is a source that is no person, and only people loosen limits"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))
    elif ledger.limits.find(proposed.limit) != proposed.before:
        text = "the limit is no longer what it was when the change was proposed"
        recorder.conclude(LimitChangeRefused(command.change, CHANGE_OVERTAKEN, command.by, text))
    else:
        recorder.conclude(
            LimitChanged(
                proposed.limit,
                proposed.before,
                proposed.by,
                proposed.text,
                command.by,
                command.change,
            )
        )


def decline_change(ledger: Ledger, recorder: Recorder, command: DeclineLimitChange) -> None:
    """This drops a proposed change because a person says so."""
    _expire(ledger, recorder)
    if _find(ledger, recorder, command.change) is not None:
        recorder.conclude(
            LimitChangeRefused(command.change, CHANGE_DECLINED, command.by, command.text)
        )


def _find(ledger: Ledger, recorder: Recorder, change: Sequence) -> LimitChangeProposed | None:
    proposed = ledger.limits.changes.get(change)
    if proposed is None:
        text = f"no change of a limit waits under command {change}"
        recorder.conclude(CommandRefused(UNKNOWN_CHANGE, text))
    return proposed


def _expire(ledger: Ledger, recorder: Recorder) -> None:
    """Changes are only ever looked at when people speak of one, so that is when they expire."""
    expired = [
        change
        for change, proposed in ledger.limits.changes.items()
        if ledger.time_ns > proposed.expires_ns
    ]
    for change in expired:
        text = "nobody confirmed it in time"
        recorder.conclude(LimitChangeRefused(change, CHANGE_EXPIRED, "", text))
