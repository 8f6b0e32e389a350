"""Commands: everything that can change state, in the imperative. Each is numbered and kept (law 1).

Those marked *fact* are applied to the ledger as they are; the kernel adds events only for what it
concludes. Tags are part of the record format: never reused, never renumbered. A new field goes last
and has a default.
"""

from typing import TypeAlias

from msgspec import Struct

from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DeclineDecision,
    DeclineLimitChange,
    ProposeLimitChange,
)
from interlock.messages.decisions import Decision
from interlock.messages.definitions import Account, Bounds, Instrument, Limit, Source, Venue
from interlock.messages.feedback import (
    CostModelFitted,
    SetFeedback,
    SourceScored,
    VenueScored,
    VolumeCurveLearned,
)
from interlock.messages.statements import AskVenue, ReportVenue, ResolveOrder
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks
from interlock.messages.venues import MoveVenue, NoteVenuePace, NoteVenueThrottle
from interlock.messages.works import ChangeWork, SetVolumeCurve


class OpenSession(Struct, frozen=True, array_like=True, gc=False, tag=1):
    """Begin: who we are, which behaviour flags hold, the session file as it was written. A fact."""

    name: str
    session_id: str
    seed: int
    code_version: str
    flags: tuple[int, ...]
    configuration: str
    bounds: Bounds = Bounds()
    routing: str = "best_price"
    """The rule that chooses a venue."""
    invariants: tuple[str, ...] = ()
    """The user's invariants that are armed, by name. Replay needs them all."""


class DefineInstrument(Struct, frozen=True, array_like=True, gc=False, tag=2):
    """A fact."""

    instrument: Instrument


class DefineVenue(Struct, frozen=True, array_like=True, gc=False, tag=3):
    """A fact."""

    venue: Venue


class DefineAccount(Struct, frozen=True, array_like=True, gc=False, tag=4):
    """A fact."""

    account: Account


class DefineSource(Struct, frozen=True, array_like=True, gc=False, tag=5):
    """A fact."""

    source: Source


class ActivateRelease(Struct, frozen=True, array_like=True, gc=False, tag=6):
    """Say in which state a release is, under which epoch. A fact."""

    release: str
    epoch: int
    state: int
    by: str


class SetLimit(Struct, frozen=True, array_like=True, gc=False, tag=7):
    """Arm a control, or change the parameters of one that is armed. A fact.

    It is the same one when control, scope, instrument and currency are the same.
    """

    limit: Limit
    by: str


class SetInstrumentStatus(Struct, frozen=True, array_like=True, gc=False, tag=8):
    """A fact."""

    instrument: str
    status: int
    by: str
    text: str


class ProposeDecision(Struct, frozen=True, array_like=True, gc=False, tag=10):
    """A source would like something done. The fact is that it waits; the verdict is an event."""

    decision: Decision


class ServeQueue(Struct, frozen=True, array_like=True, gc=False, tag=11):
    """Judge up to `count_max` waiting decisions, most urgent first.

    The engine says it after everything that waited at the door has been let in, so that priority
    decides among decisions that arrived together.
    """

    count_max: int


class UpdateQuote(Struct, frozen=True, array_like=True, gc=False, tag=20):
    """The best bid and ask of an instrument at a venue; a quantity of 0 means none. A fact."""

    instrument: str
    venue: str
    bid: Ticks
    bid_quantity: Lots
    ask: Ticks
    ask_quantity: Lots
    venue_time_ns: Nanoseconds


class UpdateLadder(Struct, frozen=True, array_like=True, gc=False, tag=21):
    """The N best levels of both sides, best first, as a whole. A fact; it also is the quote."""

    instrument: str
    venue: str
    bids: tuple[tuple[Ticks, Lots], ...]
    asks: tuple[tuple[Ticks, Lots], ...]
    venue_time_ns: Nanoseconds


class NoteTrade(Struct, frozen=True, array_like=True, gc=False, tag=22):
    """Somebody traded. `aggressor` is the side that took liquidity, 0 when unsaid. A fact."""

    instrument: str
    venue: str
    price: Ticks
    quantity: Lots
    aggressor: int
    venue_time_ns: Nanoseconds


class NoteFeedFault(Struct, frozen=True, array_like=True, gc=False, tag=23):
    """Market data arrived wrong, or is right again (`FEED_RECOVERED`). A fact.

    A gap, disorder or malformed data leaves the market faulted until the feed says that it has
    recovered.
    """

    instrument: str
    venue: str
    fault: int
    count: int
    text: str


class SetReferenceRate(Struct, frozen=True, array_like=True, gc=False, tag=25):
    """Say what one currency is worth in another, and for how long to believe it. A fact.

    `denominator` smallest units of `base` are worth `numerator` smallest units of `quote`. A rate
    that cannot be one (nothing above 0, or valid for no time) takes back what was said before.
    """

    base: str
    quote: str
    numerator: int
    denominator: int
    by: str
    valid_ns: Nanoseconds


class AdvanceTime(Struct, frozen=True, array_like=True, gc=False, tag=24):
    """Let time pass when nothing else does. A fact; the time is in the record."""


class ContinueCancels(Struct, frozen=True, array_like=True, gc=False, tag=70):
    """Ask for more of the orders that were to be cancelled and did not fit one record. The engine
    says it by itself, right after the command that left them, until none is owed."""


class ReportOrder(Struct, frozen=True, array_like=True, gc=False, tag=30):
    """A venue says (or our timer says that it does not say) what became of an order.

    FIX ExecutionReport and OrderCancelReject in one: `kind` is ExecType, `reference` is ExecRefID,
    `quantity` and `price` are LastQty and LastPx for a fill, bust or correction, and the new
    OrderQty and Price for `replaced`.
    """

    venue: str
    order: OrderId
    kind: int
    revision: int = 0
    """Which version of the order this is about: 0 as sent, 1 after the first replace, and so on."""
    execution_id: str = ""
    quantity: Lots = 0
    price: Ticks = 0
    fee: Minor = 0
    liquidity: int = 0
    reference: str = ""
    reason: int = 0
    text: str = ""
    venue_order_id: str = ""
    venue_time_ns: Nanoseconds = 0


class NoteVenueLink(Struct, frozen=True, array_like=True, gc=False, tag=35):
    """Our connection to a venue broke, or stands again. A fact. What that means for market data is
    said by `NoteFeedFault`, and for orders by silence."""

    venue: str
    is_connected: bool
    text: str


class ReportAction(Struct, frozen=True, array_like=True, gc=False, tag=31):
    """An executor says how a named action ended."""

    action: OrderId
    succeeded: bool
    text: str


class Halt(Struct, frozen=True, array_like=True, gc=False, tag=40):
    """Stop new risk in a scope at once, and cancel what works there unless told otherwise."""

    scope: str
    by: str
    text: str
    cancel_working: bool = True
    reduce_only: bool = False
    """True lets orders through that reduce the position."""


class LiftHalt(Struct, frozen=True, array_like=True, gc=False, tag=41):
    """Let a scope trade again, under tighter limits if wanted.

    Refused when `by` is one of those who tripped it, or does not name the trip: whoever re-arms has
    seen the last one.
    """

    scope: str
    by: str
    text: str
    trip: Sequence = 0
    """The command that tripped the halt last."""
    limits: tuple[Limit, ...] = ()
    """Limits that hold from then on, each tighter than what holds."""


class NoteRefusedInput(Struct, frozen=True, array_like=True, gc=False, tag=42):
    """Words at the door could not be read: what, from where, and a digest of the bytes. A fact."""

    channel: str
    digest: str
    text: str


class NoteShed(Struct, frozen=True, array_like=True, gc=False, tag=90):
    """So much was not taken at the door since the last such note, because there was more than could
    be done in time. A fact. What measures that looks at the wall's clock and stands outside, so
    replay has the same lines taken and the same count of those that were not."""

    since_ns: Nanoseconds
    shed: tuple[tuple[int, str, int, int], ...]
    """Lane, source (empty where the line does not say one that is defined), reason, and how many
    lines."""


class CloseSession(Struct, frozen=True, array_like=True, gc=False, tag=43):
    """End in order. A fact; decisions after it are refused, reports are still taken."""

    by: str
    text: str


Command: TypeAlias = (
    OpenSession
    | DefineInstrument
    | DefineVenue
    | DefineAccount
    | DefineSource
    | ActivateRelease
    | SetLimit
    | SetInstrumentStatus
    | ProposeDecision
    | ServeQueue
    | UpdateQuote
    | UpdateLadder
    | NoteTrade
    | NoteFeedFault
    | SetReferenceRate
    | AdvanceTime
    | ContinueCancels
    | ReportOrder
    | NoteVenueLink
    | ReportAction
    | AskVenue
    | ReportVenue
    | ResolveOrder
    | Halt
    | LiftHalt
    | NoteRefusedInput
    | NoteShed
    | CloseSession
    | ApproveDecision
    | DeclineDecision
    | ProposeLimitChange
    | ConfirmLimitChange
    | DeclineLimitChange
    | SetVolumeCurve
    | ChangeWork
    | VenueScored
    | SourceScored
    | VolumeCurveLearned
    | CostModelFitted
    | SetFeedback
    | MoveVenue
    | NoteVenuePace
    | NoteVenueThrottle
)
