"""Events: what we concluded, in the past tense.

Folding facts and events rebuilds the ledger with any version.

An event is named by its command's sequence number and its place among that command's events, from
1: `41207.2`. The numbering of commands does not depend on how many events they made, so a newer
version that concludes more can still be compared command by command.

Some events are also *effects*: once durable, `OrderCleared`, `CancelRequested`, `ReplaceRequested`,
`VenueQuestioned` and `OrderAdopted` leave for the venue and `ActionCleared` for its executor.
"""

from typing import TypeAlias

from msgspec import Struct

from interlock.messages.alarms import CancelsDeferred, MarketDoubted
from interlock.messages.approvals import (
    ApprovalRecorded,
    DecisionHeld,
    HoldRefused,
    HoldReleased,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
)
from interlock.messages.differences import (
    AbsenceNoted,
    DifferenceFound,
    DifferenceSettled,
    OrderAdopted,
    OrderResolved,
    ResolutionProposed,
    VenueQuestioned,
    VenueReconciled,
    VenueUnanswered,
)
from interlock.messages.feedback import (
    CoverageChanged,
    FeedbackIgnored,
    FeedbackSet,
    FeedbackSteered,
)
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks
from interlock.messages.venues import OrderRouted, VenueMoved, VenuePaced
from interlock.messages.verdicts import DecisionJudged as DecisionJudged
from interlock.messages.verdicts import Line as Line
from interlock.messages.works import (
    SliceJudged,
    SliceWithheld,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
    WorkStarted,
)


class OrderCleared(Struct, frozen=True, array_like=True, gc=False, tag=102):
    """An order passed the gate and is reserved for. Effect: submit it."""

    order: OrderId
    decision: Sequence
    account: str
    source: str
    release: str
    epoch: int
    instrument: str
    venue: str
    side: int
    order_type: int
    time_in_force: int
    quantity: Lots
    price: Ticks
    """The limit; for a market order the worst price that exposure is reserved at."""
    display: Lots
    expire_ns: Nanoseconds
    post_only: bool
    reduce_only: bool
    arrival_bid: Ticks
    arrival_ask: Ticks


class OrderAccepted(Struct, frozen=True, array_like=True, gc=False, tag=103):
    """The venue has it."""

    order: OrderId
    venue_order_id: str


class OrderRejected(Struct, frozen=True, array_like=True, gc=False, tag=104):
    """The venue refused it, or was proven never to have had it."""

    order: OrderId
    reason: int
    text: str


class OrderFilled(Struct, frozen=True, array_like=True, gc=False, tag=105):
    """The venue traded some of it."""

    order: OrderId
    execution_id: str
    quantity: Lots
    price: Ticks
    fee: Minor
    liquidity: int


class OrderCancelled(Struct, frozen=True, array_like=True, gc=False, tag=106):
    """What was left is withdrawn."""

    order: OrderId
    reason: int


class OrderExpired(Struct, frozen=True, array_like=True, gc=False, tag=107):
    """Its time in force ended; `done_for_day` when it may come back tomorrow."""

    order: OrderId
    done_for_day: bool


class CancelRequested(Struct, frozen=True, array_like=True, gc=False, tag=108):
    """We want it back. Effect: ask the venue to cancel it."""

    order: OrderId
    venue: str
    decision: Sequence
    """The decision that asked, or the halt's command."""
    reason: int


class ReplaceRequested(Struct, frozen=True, array_like=True, gc=False, tag=109):
    """We want it changed. Effect: ask the venue to replace it.

    The worse of old and new stays reserved.
    """

    order: OrderId
    venue: str
    decision: Sequence
    revision: int
    quantity: Lots
    price: Ticks


class OrderReplaced(Struct, frozen=True, array_like=True, gc=False, tag=110):
    """The venue changed it."""

    order: OrderId
    revision: int
    quantity: Lots
    price: Ticks


class RequestPending(Struct, frozen=True, array_like=True, gc=False, tag=111):
    """The venue says that it is working on our new order, cancel or replace."""

    order: OrderId
    kind: int


class RequestRejected(Struct, frozen=True, array_like=True, gc=False, tag=112):
    """The venue will not cancel or replace; the order is what it was."""

    order: OrderId
    kind: int
    reason: int
    text: str
    revision: int = 0
    """Which request to replace; 0 when the venue does not say, and then the oldest outstanding."""


class OrderUnknown(Struct, frozen=True, array_like=True, gc=False, tag=113):
    """Nobody has said what became of it. Its exposure stays reserved (law 8)."""

    order: OrderId
    reason: int


class OrderRestated(Struct, frozen=True, array_like=True, gc=False, tag=114):
    """The venue says again what it has (after a night, a query): it works with this quantity."""

    order: OrderId
    quantity: Lots


class FillBusted(Struct, frozen=True, array_like=True, gc=False, tag=115):
    """The venue took a fill back."""

    order: OrderId
    execution_id: str


class FillCorrected(Struct, frozen=True, array_like=True, gc=False, tag=116):
    """The venue changed a fill; it is known by its new id from now on."""

    order: OrderId
    execution_id: str
    corrected_id: str
    quantity: Lots
    price: Ticks
    fee: Minor


class ReportIgnored(Struct, frozen=True, array_like=True, gc=False, tag=117):
    """A report changed nothing, and why. Nothing that a venue says goes unnoticed."""

    order: OrderId
    kind: int
    reason: int


class ActionCleared(Struct, frozen=True, array_like=True, gc=False, tag=120):
    """A named action passed the gate. Effect: hand it to its executor."""

    action: OrderId
    decision: Sequence
    name: str
    parameters: dict[str, str]


class ActionFinished(Struct, frozen=True, array_like=True, gc=False, tag=121):
    """The executor said how it ended."""

    action: OrderId
    succeeded: bool
    text: str


class HaltTripped(Struct, frozen=True, array_like=True, gc=False, tag=130):
    """A scope is stopped, and stays so until someone else lifts it (law 9)."""

    scope: str
    by: str
    reduce_only: bool
    text: str
    cancels: bool = True
    """Whether it asks for what works there, and goes on asking while it stands."""
    source: str = ""
    """Whose decision led to it, when a control tripped it: the source does not lift it either."""


class HaltLifted(Struct, frozen=True, array_like=True, gc=False, tag=131):
    """A scope may trade again."""

    scope: str
    by: str
    text: str


class CommandRefused(Struct, frozen=True, array_like=True, gc=False, tag=132):
    """An operator's word could not be followed."""

    reason: int
    text: str


class InvariantBroken(Struct, frozen=True, array_like=True, gc=False, tag=140):
    """Something that must be true was not: our own mistake, or a venue's.

    `response` says what was done.
    """

    name: str
    owner: str
    response: int
    text: str
    scope: str = ""
    """What the breach concerns, and what is stopped unless it is only an alert."""


Event: TypeAlias = (
    DecisionJudged
    | OrderCleared
    | OrderAccepted
    | OrderRejected
    | OrderFilled
    | OrderCancelled
    | OrderExpired
    | CancelRequested
    | ReplaceRequested
    | OrderReplaced
    | RequestPending
    | RequestRejected
    | OrderUnknown
    | OrderRestated
    | FillBusted
    | FillCorrected
    | ReportIgnored
    | ActionCleared
    | ActionFinished
    | HaltTripped
    | HaltLifted
    | CommandRefused
    | InvariantBroken
    | VenueQuestioned
    | DifferenceFound
    | DifferenceSettled
    | OrderAdopted
    | VenueReconciled
    | VenueUnanswered
    | AbsenceNoted
    | ResolutionProposed
    | OrderResolved
    | DecisionHeld
    | ApprovalRecorded
    | HoldReleased
    | HoldRefused
    | LimitChangeProposed
    | LimitChanged
    | LimitChangeRefused
    | WorkStarted
    | SliceJudged
    | SliceWithheld
    | WorkPaused
    | WorkResumed
    | WorkHurried
    | WorkEnded
    | FeedbackSet
    | FeedbackSteered
    | FeedbackIgnored
    | CoverageChanged
    | CancelsDeferred
    | MarketDoubted
    | VenueMoved
    | VenuePaced
    | OrderRouted
)

Effect: TypeAlias = (
    OrderCleared
    | CancelRequested
    | ReplaceRequested
    | ActionCleared
    | VenueQuestioned
    | OrderAdopted
)
EFFECTS = (
    OrderCleared,
    CancelRequested,
    ReplaceRequested,
    ActionCleared,
    VenueQuestioned,
    OrderAdopted,
)
