"""The story: why something happened, from the decision to what it cost, as a tree of values.

Every number is there twice (`Figure`, `Moment`), every statement carries the address of its record:
`41207` is a command, `41207.2` its second event. The tree is plain data and turns into JSON as it
is; `telling.tell_story` makes it from a journal alone.
"""

from typing import Any, Final

from msgspec import Struct, field

from interlock.messages.units import Nanoseconds, OrderId, Sequence
from interlock.monitoring.figures import Figure, Moment
from interlock.monitoring.hold_story import HoldPart

COST_CONVENTION: Final = (
    "against the middle of the market when the order was cleared, fees aside; positive is a cost, "
    "negative a gain; basis points are of the value traded"
)


class Subject(Struct, frozen=True):
    """What was asked about: a decision, or one of its orders or actions."""

    text: str
    decision: Sequence
    order: OrderId = 0
    """The order or action that the text named; 0 when it named the decision."""


class DecisionPart(Struct, kw_only=True):
    """What a source wanted."""

    sequence: Sequence
    source: str
    source_kind: str
    account: str
    key: str
    release: str
    epoch: int
    action: dict[str, Any]
    """As it stands in the journal, every field by name."""
    action_words: str
    text: str
    evidence: dict[str, str]
    evidence_digest: str
    priority: str
    """As it was claimed."""
    priority_served: str
    """As it was allowed: no source can claim more than its own."""
    decided: Moment | None
    arrived: Moment
    valid_until: Moment
    same_key: list[Sequence]
    """Later decisions under the same key, at most ten; an earlier one is the bound of the finding
    `duplicate_decision`."""


class MarketSeen(Struct, kw_only=True):
    """The touch that the gate saw, and the command that had set it."""

    venue: str
    bid: Figure
    bid_quantity: Figure
    ask: Figure
    ask_quantity: Figure
    sequence: Sequence
    """0 when nothing had been heard of this market."""
    kind: str
    set: Moment | None
    age_ns: Nanoseconds


class LinePart(Struct, kw_only=True):
    """One order, or one change of an order, that the decision would become."""

    line: int
    """From 1; the order's place."""
    instrument: str
    side: str
    market: MarketSeen
    asked: Figure
    sizing: str
    capped: bool
    quantity: Figure
    cut_from: Figure | None
    """What it was sized to before controls cut it; None when none did."""
    price: Figure
    """The limit, or the worst price that a market order is reserved at."""
    route: str
    venue: str
    order: str
    """The order it became; empty when it became none."""
    replaces: str
    """The order it changes."""
    steered: list[str]
    """What feedback steered of it, each rule with its evidence."""


class FindingPart(Struct, kw_only=True):
    """What one control observed, and what it allows."""

    number: int
    line: int
    """0 when it is about the decision as a whole."""
    control: str
    row: str
    """Its row in the catalogue of controls; empty for a user's own."""
    is_rule: bool
    stops: str
    limit: int
    """The limit's index in the session, or minus the rule's number."""
    scope: str
    severity: str
    passed: bool
    reason: str
    meaning: str
    observed: Figure
    bound: Figure
    owner: str
    why: str
    """The reason that the limit's owner gave."""
    parameters: dict[str, int | tuple[str, ...]]
    set_by: str
    set_sequence: Sequence
    """The command that last set the limit; 0 for a rule."""


class StandingHalt(Struct, kw_only=True):
    """A halt that stood when the decision was judged and covers it."""

    scope: str
    by: str
    reduce_only: bool
    text: str
    sequence: Sequence


class VerdictPart(Struct, kw_only=True):
    """What the gate said, and everything it looked at."""

    address: str
    judged: Moment
    waited_ns: Nanoseconds
    severity: str
    passed: bool
    reason: str
    meaning: str
    limits_version: int
    lines: list[LinePart]
    findings: list[FindingPart]
    halts: list[StandingHalt]


class Conclusion(Struct, kw_only=True):
    """An event about an order."""

    address: str
    kind: str
    words: str
    fields: dict[str, Any]


class Step(Struct, kw_only=True):
    """Something that happened to an order: the command, what was concluded, and how it then
    stood."""

    sequence: Sequence
    time: Moment
    since_ns: Nanoseconds
    """Since the step before."""
    kind: str
    words: str
    fields: dict[str, Any]
    """The command, every field by name; empty when it says nothing of the order itself."""
    concluded: list[Conclusion]
    status: str
    filled: Figure
    leaves: Figure


class FillPart(Struct, kw_only=True):
    """One execution."""

    address: str
    time: Moment
    execution_id: str
    quantity: Figure
    price: Figure
    value: Figure
    fee: Figure
    liquidity: str
    state: str
    """`counted`, `busted` or `corrected`: only what is counted is in the sums."""
    is_late: bool
    """It came after the order had ended."""
    cost: Figure | None


class Latency(Struct, kw_only=True):
    """How long one thing took, in the session's time."""

    name: str
    ns: Nanoseconds
    first: str
    last: str


class CostPart(Struct, kw_only=True):
    """What the counted fills came to."""

    filled: Figure
    value: Figure
    average_price: str
    """Rounded to four digits more than a price has; value and filled are exact."""
    fees: Figure
    arrival_bid: Figure
    arrival_ask: Figure
    arrival_mid: str
    against_arrival: Figure | None
    """None when there was no market on both sides."""
    against_arrival_bps: Figure | None
    """In hundredths of a basis point."""
    with_fees: Figure | None


class OrderPart(Struct, kw_only=True):
    """One order's life."""

    order: OrderId
    name: str
    client_id: str
    address: str
    instrument: str
    account: str
    source: str
    venue: str
    venue_order_id: str
    side: str
    order_type: str
    time_in_force: str
    quantity: Figure
    price: Figure
    display: Figure
    expires: Moment | None
    post_only: bool
    reduce_only: bool
    release: str
    epoch: int
    cleared: Moment
    steps: list[Step]
    fills: list[FillPart]
    latencies: list[Latency]
    cost: CostPart
    status: str
    is_open: bool
    ended: Moment | None
    quantity_now: Figure
    price_now: Figure
    leaves: Figure
    reserved: Figure


class RequestPart(Struct, kw_only=True):
    """A cancel or a change that the decision asked for, of an order that it did not make."""

    order: OrderId
    name: str
    decision: Sequence
    """The decision that made the order."""
    address: str
    time: Moment
    kind: str
    words: str
    instrument: str
    side: str
    venue: str
    steps: list[Step]
    """From the request to its answer."""
    answer: str
    """What was concluded; empty when nothing was until the journal's end."""
    answered_ns: Nanoseconds
    """How long the answer took; -1 without one."""
    status: str
    filled: Figure
    leaves: Figure


class ActionPart(Struct, kw_only=True):
    """A named action and what its executor answered."""

    action: OrderId
    name: str
    action_name: str
    parameters: dict[str, str]
    address: str
    cleared: Moment
    answered: Moment | None
    answer_address: str
    answered_ns: Nanoseconds
    succeeded: bool | None
    text: str


class SlicePart(Struct, kw_only=True):
    """One look at the schedule that asked for a child."""

    address: str
    time: Moment
    slice: int
    due: Figure
    filled: Figure
    open: Figure
    volume: Figure
    chosen: Figure
    bounded_by: str
    severity: str
    reason: str
    words: str
    order: str = ""
    """The child, when it left."""
    verdict: VerdictPart | None = None
    """Everything that the gate found, for the child that was asked about."""


class TurnPart(Struct, kw_only=True):
    """Something that changed the course of the work."""

    address: str
    time: Moment
    words: str


class WorkPart(Struct, kw_only=True):
    """A large order that is worked."""

    address: str
    started: Moment
    algorithm: str
    quantity: Figure
    ends: Moment
    slices: list[SlicePart] = field(default_factory=list)
    turns: list[TurnPart] = field(default_factory=list)
    ended: Moment | None = None
    reason: str = ""


class Story(Struct, kw_only=True):
    """Everything that a journal says of one decision."""

    subject: Subject
    session: str
    session_id: str
    code_version: str
    conclusion: str
    decision: DecisionPart
    verdict: VerdictPart | None = None
    orders: list[OrderPart] = field(default_factory=list)
    requests: list[RequestPart] = field(default_factory=list)
    action: ActionPart | None = None
    hold: HoldPart | None = None
    """What people were asked, when it was held."""
    work: WorkPart | None = None
    """The schedule, when it is a large order that is worked."""
    routes: list[str] = field(default_factory=list)
    """What a rule that splits over venues knew of each, and what it chose."""
    cost_convention: str = COST_CONVENTION
    told_until: Sequence = 0
    """The last command that was read."""
    told_until_time: Moment | None = None
