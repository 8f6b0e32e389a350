"""The state of a ledger at one moment, as a snapshot keeps it.

Every list stands in the order in which the ledger came by its entries, which is a function of the
history alone, so equal histories have equal bytes. What is derived (which controls apply where) is
not here. Any change of a field is a new `STATE_VERSION`: a snapshot is only a cache of the journal,
and one of another version is passed over.
"""

from typing import Final, TypeAlias

from msgspec import Struct

from interlock.messages.approvals import DecisionHeld, LimitChangeProposed
from interlock.messages.commands import SetReferenceRate
from interlock.messages.decisions import Decision
from interlock.messages.definitions import Bounds, Instrument, Limit, Source, Venue
from interlock.messages.feedback import FeedbackSet, FeedbackSteered
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks
from interlock.messages.works import SetVolumeCurve, WorkStarted

STATE_VERSION: Final = 7

Levels: TypeAlias = tuple[tuple[Ticks, Lots], ...]


class MarketState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One instrument at one venue."""

    venue: str
    bid: Ticks
    bid_quantity: Lots
    ask: Ticks
    ask_quantity: Lots
    bids: Levels
    asks: Levels
    time_ns: Nanoseconds
    venue_time_ns: Nanoseconds
    sequence: Sequence
    fault: int
    last_price: Ticks
    last_quantity: Lots
    last_time_ns: Nanoseconds


class InstrumentState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """An instrument and its markets."""

    definition: Instrument
    status: int
    mark: Ticks
    open_orders: int
    variance_ppm2: int
    sampled_mark: Ticks
    sampled_ns: Nanoseconds
    markets: list[MarketState]
    volume: Lots = 0


class RoundState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One answer of a venue or its drop copy, as far as it was heard."""

    channel: int
    page: int
    heard: Sequence
    is_over: bool
    is_whole: bool
    orders: int
    fills: int
    positions: int
    found: int
    standing: int
    venue_time_ns: Nanoseconds


class ReconciliationState(
    Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True
):
    """The open question to a venue, and its answers so far."""

    question: Sequence
    asked_ns: Nanoseconds
    since_ns: Nanoseconds
    venue: RoundState
    copy: RoundState


class TradedState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One position at one venue."""

    venue: str
    lots: Lots
    sequence: Sequence
    stated: Lots
    stated_question: Sequence
    difference: Lots
    copy_difference: Lots
    is_halted: bool


class VenueState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A venue."""

    definition: Venue
    open_orders: int
    unknown_orders: int
    reconciliation: ReconciliationState
    health: tuple[int, ...]
    """Measured, ordered, reason; orders in flight and how many may be; until when it is paused, the
    latency, and what was sent and filled lately."""
    moved: tuple[Sequence, Nanoseconds, str]
    """The command and moment of the last move, and whose it was."""
    buckets: list[tuple[int, Nanoseconds]]
    """What is left of each published rate, and when that was so."""


class CashState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One currency of an account."""

    currency: str
    digits: int
    opening: Minor
    balance: Minor
    reserved: Minor


class PositionState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One instrument of an account."""

    instrument: str
    opening: Lots
    opening_cost: Minor
    lots: Lots
    cost: Minor
    realised: Minor
    fees: Minor
    bought: Lots
    sold: Lots
    bought_value: Minor
    sold_value: Minor
    open_buy: Lots
    open_sell: Lots
    open_orders: int
    at_venues: list[TradedState]


class AccountState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """An account."""

    name: str
    open_orders: int
    cash: list[CashState]
    positions: list[PositionState]


class KeyState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A decision key within the horizon."""

    key: str
    sequence: Sequence
    time_ns: Nanoseconds


class SourceState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A source and the keys it has used, oldest first."""

    definition: Source
    open_orders: int
    keys: list[KeyState]
    own: AccountState
    """What its own orders and fills made."""


class RateState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A reference rate, and when it was said."""

    rate: SetReferenceRate
    time_ns: Nanoseconds


class ReleaseState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A release."""

    name: str
    epoch: int
    state: int


class WindowState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """The ring of message times behind one limit."""

    limit: int
    times: list[Nanoseconds]
    next: int


class CounterState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What one limit remembers: the day it counts, its numbers, entries and names."""

    limit: int
    day: int
    numbers: list[int]
    entries: list[tuple[Nanoseconds, str, int, int, int]]
    names: list[str]


class HaltState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A halt that stands."""

    scope: str
    by: str
    reduce_only: bool
    text: str
    sequence: Sequence
    trippers: list[str]
    cancels: bool
    last_sequence: Sequence


class WaitingState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A decision in the queue."""

    sequence: Sequence
    time_ns: Nanoseconds
    priority: int
    decision: Decision


class SizeState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What was let through lately in one row of one limit, oldest first."""

    limit: int
    key: str
    times: list[Nanoseconds]
    amounts: list[int]


class HeldState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A decision that waits for people."""

    sequence: Sequence
    time_ns: Nanoseconds
    priority: int
    decision: Decision
    held: DecisionHeld
    held_ns: Nanoseconds
    approvals: list[str]


class ChangeState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A change of a limit that waits for a second person."""

    change: Sequence
    proposed: LimitChangeProposed


class FillState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """One execution, as last corrected."""

    execution_id: str
    quantity: Lots
    price: Ticks
    fee: Minor


class OrderState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """An order that is open, or that ended within the session's memory."""

    order: OrderId
    source: str
    account: str
    instrument: str
    venue: str
    side: int
    order_type: int
    time_in_force: int
    display: Lots
    expire_ns: Nanoseconds
    post_only: bool
    reduce_only: bool
    arrival_bid: Ticks
    arrival_ask: Ticks
    decision: Sequence
    release: str
    epoch: int
    cleared_ns: Nanoseconds
    asked_ns: Nanoseconds
    venue_order_id: str
    is_acknowledged: bool
    status: int
    quantity: Lots
    price: Ticks
    quantity_allowed: Lots
    price_allowed: Ticks
    filled: Lots
    fills: list[FillState]
    revision: int
    revision_asked: int
    asked_quantity: Lots
    asked_price: Ticks
    reserved: Lots
    reserved_value: Minor
    ended_ns: Nanoseconds
    halt_cancels: int
    moved: Sequence
    stated: Sequence
    difference: int
    client_order_id: str
    absences: int
    resolved_by: str
    resolved_status: int


class ParentState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A decision that became orders."""

    decision: Sequence
    allowed: list[Lots]
    released: list[Lots]
    children: int
    is_quote: bool


class WorkState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """A large order that is worked, or whose children are remembered."""

    started: WorkStarted
    status: int
    is_hurried: bool
    filled: Lots
    open: Lots
    volume_start: Lots
    volume: Lots
    volume_before: Lots
    next_ns: Nanoseconds
    slices: int
    refused_in_row: int
    withheld: int


class SteeredState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What a rule of feedback steers, and when its evidence was heard."""

    steered: FeedbackSteered
    sequence: Sequence
    time_ns: Nanoseconds


class FeedbackState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """The rules of feedback and what they made of the evidence."""

    said: FeedbackSet
    steered: list[SteeredState]
    poorly_covered: list[str]


class LedgerState(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """Everything that is so."""

    version: int
    sequence: Sequence
    time_ns: Nanoseconds
    is_session_open: bool
    name: str
    session_id: str
    routing: str
    invariants: tuple[str, ...]
    bounds: Bounds
    instruments: list[InstrumentState]
    venues: list[VenueState]
    accounts: list[AccountState]
    sources: list[SourceState]
    releases: list[ReleaseState]
    limits: list[Limit]
    limits_version: int
    windows: list[WindowState]
    halts: list[HaltState]
    waiting: list[WaitingState]  # next first
    orders: list[OrderState]
    open: list[OrderId]
    """In the order in which they became open, which is the order in which a halt cancels them."""
    finished: list[OrderId]
    """Oldest end first, which is the order in which they are forgotten."""
    parents: list[ParentState]
    actions: list[tuple[OrderId, str]]
    sizes: list[SizeState]
    held: list[HeldState]
    changes: list[ChangeState]  # oldest first
    broken: list[tuple[str, int]]
    """How often each invariant was found broken, and for alerts where."""
    flags: list[int]
    """The changes of behaviour that hold."""
    rates: list[RateState]
    counters: list[CounterState]
    works: list[WorkState] = []  # in the order in which they began
    curves: list[SetVolumeCurve] = []
    feedback: FeedbackState | None = None  # none where there are no rules
    cancels: list[WindowState] = []
    """The cancels of limits that keep a reserve for them."""
    owed: list[tuple[OrderId, int, Sequence]] = []
    """Cancels that did not fit their record: order, reason, and the command that asked."""
