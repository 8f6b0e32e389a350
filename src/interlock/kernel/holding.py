"""Holding: a decision waits for people, is judged again when they have approved it, and is spent.

What they approve is that decision alone, by its digest, in the market that it was held in and until
the hold expires. Nothing that they say reaches a decision that was refused: those are not held.
"""

from hashlib import sha256

from interlock.controls.gate import Gate
from interlock.controls.rules import reference_of
from interlock.decisions.proposal import Plan
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import is_person
from interlock.ledger.holds import NEVER, HeldDecision
from interlock.ledger.ledger import Ledger
from interlock.ledger.people import is_among, is_same
from interlock.messages.approvals import (
    ApprovalRecorded,
    ApproveDecision,
    DecisionHeld,
    DeclineDecision,
    HeldLine,
    HoldRefused,
)
from interlock.messages.encoding import encode
from interlock.messages.events import CommandRefused
from interlock.messages.reasons import (
    DIGEST_DIFFERS,
    HOLD_DECLINED,
    HOLD_EXPIRED,
    NOT_A_PERSON,
    NOT_HELD,
    SAME_PERSON,
)


def held_event(ledger: Ledger, gate: Gate, plan: Plan) -> DecisionHeld:
    """This says what a decision waits for: of all limits that hold it the most approvers, the
    shortest life, the smallest move and the youngest quote."""
    decision = plan.waiting.decision
    approvers, move_bps, age_ns = 0, -1, 0
    expires_ns = decision.valid_until_ns
    for limit in gate.holding:
        answer = limit.answer
        approvers = max(approvers, answer.approvers)
        expires_ns = min(expires_ns, ledger.time_ns + answer.hold_ns)
        if move_bps < 0 or answer.move_bps < move_bps:
            move_bps = answer.move_bps
        if answer.age_ns > 0 and (age_ns == 0 or answer.age_ns < age_ns):
            age_ns = answer.age_ns
    lines = tuple(
        HeldLine(
            proposal.symbol,
            proposal.venue.name if proposal.venue is not None else "",
            proposal.side,
            proposal.quantity,
            proposal.price,
            reference_of(proposal),
        )
        for proposal in plan.proposals
    )
    return DecisionHeld(
        plan.waiting.sequence,
        sha256(encode(decision)).hexdigest(),
        approvers,
        expires_ns,
        move_bps,
        age_ns,
        lines,
        tuple(gate.waits),
        tuple(gate.waits_observed) if ledger.is_strict else (),
    )


def expire_holds(ledger: Ledger, recorder: Recorder) -> None:
    """This ends the holds whose time has come. Cost: one step per held decision when one is due."""
    holds = ledger.holds
    if holds.due_ns == NEVER or ledger.time_ns <= holds.due_ns:
        return
    expired = [held for held in holds.held.values() if ledger.time_ns > held.expires_ns]
    for held in expired:
        text = f"{held.missing()} more had to approve"
        recorder.conclude(HoldRefused(held.waiting.sequence, HOLD_EXPIRED, "", text))


def record_approval(
    ledger: Ledger, recorder: Recorder, command: ApproveDecision
) -> HeldDecision | None:
    """This records an approval. What is returned has been approved by everybody who must."""
    held = ledger.holds.find(command.decision)
    if held is None:
        text = f"decision {command.decision} does not wait for approval"
        recorder.conclude(CommandRefused(NOT_HELD, text))
        return None
    source, by = held.waiting.decision.source, command.by
    if not is_person(ledger, by):
        text = f"{by} is a source that is no person, and only people approve"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))
        return None
    has_approved = is_among(by, held.approvals, ledger.is_strict)
    if has_approved or (is_same(by, source, ledger.is_strict) and not held.is_soft()):
        whose = "has approved it already" if has_approved else "asked for it"
        text = f"{by} {whose}: somebody else must approve decision {command.decision}"
        recorder.conclude(CommandRefused(SAME_PERSON, text))
        return None
    digest = held.held.digest
    if not digest.startswith(command.digest):
        text = f"was {command.digest!r}, must be {digest} or its beginning"
        recorder.conclude(CommandRefused(DIGEST_DIFFERS, text))
        return None

    # From here on the approval counts.
    recorder.conclude(
        ApprovalRecorded(command.decision, digest, by, command.text, held.missing() - 1)
    )
    return held if held.missing() == 0 else None


def decline(ledger: Ledger, recorder: Recorder, command: DeclineDecision) -> None:
    """This ends a hold because a person says so; the source may as well."""
    if ledger.holds.find(command.decision) is None:
        text = f"decision {command.decision} does not wait for approval"
        recorder.conclude(CommandRefused(NOT_HELD, text))
        return
    recorder.conclude(HoldRefused(command.decision, HOLD_DECLINED, command.by, command.text))
