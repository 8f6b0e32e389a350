"""The part of a story in which people are asked: what held the decision, who said what, and how it
ended.
"""

from msgspec import Struct, field

from interlock.journal.plain import address_of
from interlock.messages.approvals import (
    ApprovalRecorded,
    DecisionHeld,
    HoldRefused,
    HoldReleased,
)
from interlock.messages.events import Event
from interlock.messages.reasons import REASONS, reason_name
from interlock.messages.units import Nanoseconds, Sequence
from interlock.monitoring.figures import Moment, moment

WAITS = "waits"
RELEASED = "released"
REFUSED = "refused"


class ApprovalPart(Struct, kw_only=True):
    """What one person said."""

    address: str
    time: Moment
    by: str
    text: str


class HoldPart(Struct, kw_only=True):
    """A decision that waited for people."""

    address: str
    held: Moment
    digest: str
    approvers: int
    """0: a soft block, which any one person confirms."""
    expires: Moment
    move_bps: int
    age_ns: Nanoseconds
    objections: list[str]
    """What held it, in words."""
    approvals: list[ApprovalPart] = field(default_factory=list)
    state: str = WAITS
    """`waits`, `released` or `refused`."""
    reason: str = ""
    ended: Moment | None = None
    ended_address: str = ""
    ended_by: str = ""
    ended_text: str = ""


def begin_hold(
    sequence: Sequence, place: int, time_ns: Nanoseconds, event: DecisionHeld, words: list[str]
) -> HoldPart:
    """This is a hold that has just begun."""
    return HoldPart(
        address=address_of(sequence, place),
        held=moment(time_ns),
        digest=event.digest,
        approvers=event.approvers,
        expires=moment(event.expires_ns),
        move_bps=event.move_bps,
        age_ns=event.age_ns,
        objections=words,
    )


def go_on_with_hold(
    hold: HoldPart, sequence: Sequence, place: int, time_ns: Nanoseconds, event: Event
) -> None:
    """This adds what an event says of a hold."""
    address = address_of(sequence, place)
    if isinstance(event, ApprovalRecorded):
        hold.approvals.append(
            ApprovalPart(address=address, time=moment(time_ns), by=event.by, text=event.text)
        )
    elif isinstance(event, HoldReleased):
        hold.state, hold.ended, hold.ended_address = RELEASED, moment(time_ns), address
    elif isinstance(event, HoldRefused):
        hold.state, hold.ended, hold.ended_address = REFUSED, moment(time_ns), address
        hold.reason = reason_name(event.reason)
        hold.ended_by, hold.ended_text = event.by, event.text


def hold_words(hold: HoldPart) -> str:
    """How a hold stands, in a sentence."""
    who = f"{hold.approvers} to approve it" if hold.approvers else "a person to confirm it"
    by = " and ".join(part.by for part in hold.approvals)
    if hold.state == WAITS:
        said = f", {by} approved" if by else ""
        return f"It waits for {who} until {hold.expires}{said}."
    if hold.state == RELEASED:
        return f"It waited for {who}: {by} did, and it passed the gate again."
    meaning = next((each.meaning for each in REASONS.values() if each.name == hold.reason), "")
    by = f" by {hold.ended_by}" if hold.ended_by else ""
    return f"It waited for {who}, and was refused{by}: {hold.reason}, {meaning}."
