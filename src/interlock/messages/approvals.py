"""Approvals: what waits for a person, and what a second person must confirm.

The commands are what people say, the events what followed. They are members of the unions in
`commands` and `events`; the rules about them are the same: tags are for good, a new field goes last
and has a default.
"""

from msgspec import Struct

from interlock.messages.definitions import Limit
from interlock.messages.units import Lots, Nanoseconds, Sequence, Ticks


class ApproveDecision(Struct, frozen=True, array_like=True, gc=False, tag=50):
    """Let a decision that is held go on: this one alone, while its hold lasts, and once."""

    decision: Sequence
    by: str
    text: str
    digest: str = ""
    """The digest that was approved, or its beginning; empty when the approver does not say."""


class DeclineDecision(Struct, frozen=True, array_like=True, gc=False, tag=51):
    """End a hold: the decision is refused. Anybody may."""

    decision: Sequence
    by: str
    text: str


class ProposeLimitChange(Struct, frozen=True, array_like=True, gc=False, tag=52):
    """Change the parameters of a limit while the session runs, or arm one more.

    What only tightens takes effect at once; what loosens waits for a second person.
    """

    limit: Limit
    by: str
    text: str


class ConfirmLimitChange(Struct, frozen=True, array_like=True, gc=False, tag=53):
    """Let a proposed change of a limit take effect. Refused when `by` proposed it."""

    change: Sequence
    """The command that proposed it."""
    by: str
    text: str


class DeclineLimitChange(Struct, frozen=True, array_like=True, gc=False, tag=54):
    """Drop a proposed change of a limit. Anybody may."""

    change: Sequence
    by: str
    text: str


class HeldLine(Struct, frozen=True, array_like=True, gc=False):
    """One order that a held decision would become, and the market that it was held in."""

    instrument: str
    venue: str
    side: int
    quantity: Lots
    price: Ticks
    reference: Ticks
    """Bid plus ask, twice the mid; twice the mark where there is no two-sided market."""


class DecisionHeld(Struct, frozen=True, array_like=True, gc=False, tag=150):
    """A decision waits for people. What they approve is this: the decision by its digest, in a
    market that has not left its envelope, until it expires.
    """

    decision: Sequence
    digest: str
    """SHA-256 of the decision's bytes, in hexadecimal."""
    approvers: int
    """How many must approve, none of them its source; 0: a soft block, which any one person
    confirms."""
    expires_ns: Nanoseconds
    move_bps: int
    """How far the reference of any line may move, either way."""
    age_ns: Nanoseconds
    """How old a quote may be when the hold is released; 0 leaves that to the market data control.
    """
    lines: tuple[HeldLine, ...]
    objections: tuple[int, ...]
    """What is to be approved: line, limit and bound of each finding that holds, three integers."""
    observed: tuple[int, ...] = ()
    """What each of them observed: an approval holds for no more. Empty before it was kept."""


class ApprovalRecorded(Struct, frozen=True, array_like=True, gc=False, tag=151):
    """A person approved a held decision."""

    decision: Sequence
    digest: str
    by: str
    text: str
    missing: int
    """How many more must."""


class HoldReleased(Struct, frozen=True, array_like=True, gc=False, tag=152):
    """Everybody who must has approved, and the decision passed the gate again. The approvals are
    spent."""

    decision: Sequence


class HoldRefused(Struct, frozen=True, array_like=True, gc=False, tag=153):
    """A held decision will not be carried out, and why."""

    decision: Sequence
    reason: int
    by: str
    text: str


class LimitChangeProposed(Struct, frozen=True, array_like=True, gc=False, tag=160):
    """A change that loosens a limit waits for a second person, under this command's number."""

    limit: Limit
    before: Limit | None
    """What holds until then; None when there is none yet."""
    by: str
    text: str
    expires_ns: Nanoseconds


class LimitChanged(Struct, frozen=True, array_like=True, gc=False, tag=161):
    """A limit holds from this command on."""

    limit: Limit
    before: Limit | None
    by: str
    text: str
    confirmed_by: str
    """Empty when nobody had to: it only tightened."""
    change: Sequence
    """The command that proposed it."""


class LimitChangeRefused(Struct, frozen=True, array_like=True, gc=False, tag=162):
    """A proposed change of a limit will not take effect, and why."""

    change: Sequence
    reason: int
    by: str
    text: str
