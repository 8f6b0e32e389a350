"""The ledger: what is so. `apply` is its only door, and it decides nothing.

Facts (commands that are applied as they are) and events come in; whoever folds the same facts and
events gets the same ledger, whatever version of the kernel concluded them.
"""

from typing import Final, final

from msgspec.structs import astuple

from interlock.ledger import defining, life
from interlock.ledger.approving import apply_approval
from interlock.ledger.bounds import BoundsRecord
from interlock.ledger.feedback import FeedbackRecord
from interlock.ledger.halting import defer, lift, renew, trip
from interlock.ledger.holds import HoldTable
from interlock.ledger.instruments import InstrumentRecord
from interlock.ledger.limits import HaltRecord, LimitTable
from interlock.ledger.order_table import OrderTable
from interlock.ledger.orders import cleared_order
from interlock.ledger.people import is_person
from interlock.ledger.positions import AccountRecord, CashRecord
from interlock.ledger.quotes import hear_fault, hear_ladder, hear_quote, hear_trade
from interlock.ledger.rarer import apply_to_orders
from interlock.ledger.rates import RateTable
from interlock.ledger.sources import ReleaseRecord, SourceRecord
from interlock.ledger.statements import StatementTable
from interlock.ledger.venues import VenueRecord
from interlock.ledger.waiting import WaitingDecision, WaitingLine
from interlock.ledger.work_table import PASSING, WorkTable
from interlock.messages.alarms import CancelsDeferred
from interlock.messages.commands import (
    ActivateRelease,
    CloseSession,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    NoteFeedFault,
    NoteTrade,
    OpenSession,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    SetInstrumentStatus,
    SetLimit,
    SetReferenceRate,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import QuoteLadder, WorkOrder
from interlock.messages.definitions import Bounds
from interlock.messages.events import (
    ActionCleared,
    ActionFinished,
    CancelRequested,
    DecisionJudged,
    Event,
    HaltLifted,
    HaltTripped,
    InvariantBroken,
    Line,
    OrderAccepted,
    OrderCancelled,
    OrderCleared,
    OrderFilled,
    ReplaceRequested,
)
from interlock.messages.flags import (
    ACTS_AT_ONCE,
    BOUNDED_MOVES,
    KEPT_BY_US,
    STRICT_PEOPLE,
    SUMMED_SCOPES,
    WHOLE_ASKS,
)
from interlock.messages.statements import ReportVenue
from interlock.messages.terms import CHATTER, HOLD
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks
from interlock.messages.works import SetVolumeCurve

# The messages of every second step. The name of an imported class is looked up at each use, and
# each field of a Struct costs ten times one of ours: so they are kept here, and read all at once.
_astuple: Final = astuple
_REPORT_ORDER: Final = ReportOrder
_UPDATE_QUOTE: Final = UpdateQuote
_PROPOSE_DECISION: Final = ProposeDecision
_SERVE_QUEUE: Final = ServeQueue
_UPDATE_LADDER: Final = UpdateLadder
_NOTE_TRADE: Final = NoteTrade
_DECISION_JUDGED: Final = DecisionJudged
_ORDER_CLEARED: Final = OrderCleared
_ORDER_FILLED: Final = OrderFilled
_ORDER_ACCEPTED: Final = OrderAccepted
_ORDER_CANCELLED: Final = OrderCancelled
_CANCEL_REQUESTED: Final = CancelRequested
_REPLACE_REQUESTED: Final = ReplaceRequested
_QUOTE_LADDER: Final = QuoteLadder
_WORK_ORDER: Final = WorkOrder

# The response of an invariant that only says so.
_ALERT: Final = 1


def alert_key(name: str, scope: str) -> str:
    """Under which an invariant's alert about a scope is remembered."""
    return f"{name}@{scope}"


@final
class Ledger:
    """Everything that is so at one moment of a session."""

    def __init__(self) -> None:
        self.sequence: Sequence = 0
        self.time_ns: Nanoseconds = 0
        self.is_session_open = False
        self.name = ""
        self.session_id = ""
        self.routing = "best_price"
        self.flags: tuple[int, ...] = ()
        """The changes of behaviour that hold (`messages.flags`)."""
        self.invariants: tuple[str, ...] = ()
        """The user's invariants that the session is run under, by name."""
        self.is_kept_by_us = False
        self.has_bounded_moves = False
        self.has_summed_scopes = False
        self.is_strict = False
        """Whether what people say is held to more (`STRICT_PEOPLE`)."""
        self.has_whole_asks = False
        self.acts_at_once = False
        self.bounds = BoundsRecord(Bounds())
        self.instruments: Final[dict[str, InstrumentRecord]] = {}
        self.venues: Final[dict[str, VenueRecord]] = {}
        self.accounts: Final[dict[str, AccountRecord]] = {}
        self.currencies: Final[dict[str, CashRecord]] = {}
        """What all accounts have together, by currency."""
        self.rates: Final = RateTable()
        self.sources: Final[dict[str, SourceRecord]] = {}
        self.releases: Final[dict[str, ReleaseRecord]] = {}
        self.limits: Final = LimitTable()
        self.halts: Final[dict[str, HaltRecord]] = {}
        self.waiting: Final = WaitingLine()
        self.holds: Final = HoldTable()
        self.orders: Final = OrderTable(self.limits)
        self.alarms: Final = self.orders.counters.alarms
        self.trails: Final = self.orders.counters.trails
        self.statements: Final = StatementTable(
            self.venues, self.accounts, self.sources, self.orders
        )
        self.works: Final = WorkTable()
        self.feedback: Final = FeedbackRecord()
        self.actions: Final[dict[int, str]] = {}
        self.broken: Final[dict[str, int]] = {}
        """How often each invariant was found broken."""

    # --- facts -------------------------------------------------------------------------------

    def apply_fact(self, sequence: Sequence, time_ns: Nanoseconds, command: Command) -> None:
        """This applies what needs no judgement. Commands that do are left to their events."""
        self.pass_over(sequence, time_ns)
        # What comes most often is asked for first.
        if type(command) is _REPORT_ORDER:
            # What a venue says is for the kernel to conclude, as is what a turn leads to.
            return
        if type(command) is _UPDATE_QUOTE:
            instrument = self.instruments.get(command.instrument)
            if instrument is not None and hear_quote(
                instrument, command, sequence, time_ns, self.has_bounded_moves
            ):
                self._look()
            if len(self.trails) > 0 and instrument is not None:
                self._hear(instrument, command.venue)
        elif type(command) is _PROPOSE_DECISION:
            self._arrive(command)
        elif type(command) is _SERVE_QUEUE:
            return
        elif type(command) is _UPDATE_LADDER:
            instrument = self.instruments.get(command.instrument)
            if instrument is not None and hear_ladder(
                instrument, command, sequence, time_ns, self.has_bounded_moves
            ):
                self._look()
            if len(self.trails) > 0 and instrument is not None:
                self._hear(instrument, command.venue)
        elif type(command) is _NOTE_TRADE:
            instrument = self.instruments.get(command.instrument)
            if instrument is not None:
                hear_trade(instrument, command, time_ns)
        elif type(command) is NoteFeedFault:
            instrument = self.instruments.get(command.instrument)
            if instrument is not None:
                hear_fault(instrument, command)
        else:
            self._define(command)
        if time_ns >= self.works.due_ns and type(command) in PASSING:
            self.works.look(time_ns, self.instruments)

    def pass_over(self, sequence: Sequence, time_ns: Nanoseconds) -> None:
        """This counts a command without applying it: number and time move on."""
        assert sequence == self.sequence + 1, f"command {sequence} does not follow {self.sequence}"
        assert time_ns >= self.time_ns, f"time {time_ns} lies before {self.time_ns}"
        if len(self.alarms) > 0:
            # Of a step that nobody judged: what was concluded from them stands in its events.
            self.orders.counters.forget_alarms()
        if len(self.limits.uncounted) > 0:
            self.count_limits()
        if time_ns >= self.orders.counters.next_day_ns:
            # Before what the moment brings: a day ends as it was.
            self.orders.counters.begin_days(time_ns)
        self.sequence = sequence
        self.time_ns = time_ns
        self.orders.time_ns = time_ns
        self.orders.sequence = sequence
        if len(self.orders.touched) > 0:
            self.orders.touched.clear()
        if len(self.works.looking) > 0:
            self.works.looking.clear()

    def hold_flags(self, flags: tuple[int, ...]) -> None:
        """These changes of behaviour hold from now on."""
        self.flags = flags
        self.has_bounded_moves = BOUNDED_MOVES in flags
        self.has_summed_scopes = SUMMED_SCOPES in flags
        self.has_whole_asks = WHOLE_ASKS in flags
        self.orders.counters.has_whole_asks = self.has_whole_asks
        self.acts_at_once = ACTS_AT_ONCE in flags
        self.limits.is_split = self.acts_at_once
        self.orders.counters.acts_at_once = self.acts_at_once
        self.is_kept_by_us = KEPT_BY_US in flags
        self.is_strict = STRICT_PEOPLE in flags

    def count_limits(self) -> None:
        """This begins to count for limits that are new or changed."""
        self.orders.count_limits(self.instruments)
        self._find_cash()
        self._look()

    def _find_cash(self) -> None:
        for watermark in self.orders.counters.watermarks:
            watermark.find_cash(self.currencies, self.accounts, self.sources)

    def _look(self) -> None:
        if len(self.orders.counters.watermarks) > 0:
            self.orders.counters.look()

    def _hear(self, instrument: InstrumentRecord, venue: str) -> None:
        market = instrument.markets.get(venue)
        if market is not None:
            self.orders.counters.hear(instrument.symbol, market, self.time_ns)

    def _arrive(self, command: ProposeDecision) -> None:
        waiting = WaitingDecision(self.sequence, self.time_ns, CHATTER, command.decision)
        source = self.sources.get(waiting.source)
        if source is not None:
            # A source cannot claim to be more urgent than it was allowed to be.
            waiting.priority = waiting.claimed_priority
            if waiting.priority < source.priority:
                waiting.priority = source.priority
            source.use_key(
                waiting.decision_key,
                self.sequence,
                self.time_ns,
                self.bounds.duplicate_keys_max,
                self.bounds.duplicate_age_ns,
            )
        self.waiting.add(waiting)

    def _define(self, command: Command) -> None:
        if type(command) is SetLimit:
            self.limits.put(command.limit)
            self.count_limits()
        elif type(command) is ActivateRelease:
            self.releases[command.release] = ReleaseRecord(
                command.release, command.epoch, command.state
            )
        elif type(command) is DefineInstrument:
            defining.define_instrument(self.instruments, self.venues, command.instrument)
        elif type(command) is DefineVenue:
            defining.define_venue(self.venues, self.instruments, command.venue)
        elif type(command) is DefineAccount:
            defining.define_account(
                self.accounts, self.currencies, self.instruments, command.account
            )
            self._find_cash()
        elif type(command) is DefineSource:
            defining.define_source(self.sources, self.accounts, self.instruments, command.source)
            self._find_cash()
        elif type(command) is SetReferenceRate:
            # A rate opens and closes limits: no model says its own.
            if not self.is_strict or is_person(self.sources, command.by, True):
                self.rates.put(command, self.time_ns)
        elif type(command) is SetInstrumentStatus:
            record = self.instruments.get(command.instrument)
            if record is not None:
                record.status = command.status
        elif type(command) is OpenSession:
            self.is_session_open = True
            self.name = command.name
            self.session_id = command.session_id
            self.routing = command.routing
            self.hold_flags(command.flags)
            self.invariants = command.invariants
            self.bounds = BoundsRecord(command.bounds)
            self.orders.bounds = self.bounds
        elif type(command) is CloseSession:
            self.is_session_open = False
        elif type(command) is ReportVenue:
            self.statements.take_page(self.sequence, command)
        elif type(command) is SetVolumeCurve:
            self.works.curves[command.instrument] = command

    # --- events ------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """This applies one event of the command that was applied last."""
        if type(event) is _ORDER_FILLED:
            number: OrderId
            execution_id: str
            quantity: Lots
            price: Ticks
            fee: Minor
            number, execution_id, quantity, price, fee, _ = _astuple(event)
            self.orders.filled(number, execution_id, quantity, price, fee)
        elif type(event) is _DECISION_JUDGED:
            decision: Sequence
            severity: int
            lines: tuple[Line, ...]
            decision, severity, _, _, lines, _, _, _ = _astuple(event)
            waiting = self.proposed(decision)
            is_quote = waiting is not None and type(waiting.action) is _QUOTE_LADDER
            if severity == HOLD:
                self.holds.judged = waiting
            self.waiting.remove(decision)
            if waiting is None or type(waiting.action) is not _WORK_ORDER:
                self.orders.judged(decision, severity, lines, is_quote)
        elif type(event) is _ORDER_CLEARED:
            self.orders.cleared(cleared_order(event, self.accounts, self.sources, self.venues))
        elif type(event) is _ORDER_ACCEPTED:
            self.orders.accepted(event)
        elif type(event) is _ORDER_CANCELLED:
            self.orders.moved(event.order, life.CANCEL)
        elif type(event) is _CANCEL_REQUESTED:
            self.orders.cancel_requested(event)
        elif type(event) is _REPLACE_REQUESTED:
            self.orders.replace_requested(event)
        else:
            self._apply_rarer(event)

    def _apply_rarer(self, event: Event) -> None:
        if apply_to_orders(self.orders, event):
            return
        if type(event) is HaltTripped:
            trip(self.halts, self.orders, event, self.sequence, self.is_kept_by_us, self.is_strict)
        elif type(event) is CancelsDeferred:
            defer(self.orders, self.sources, event, self.is_strict)
        elif type(event) is HaltLifted:
            renew(self.halts, self.orders, event.scope, self.is_strict)
            self.feedback.lifted(event.scope, self.halts.get(event.scope))
            lift(self.halts, self.orders, event, self.is_kept_by_us, self.is_strict)
        elif type(event) is ActionCleared:
            self.actions[event.action] = event.name
        elif type(event) is ActionFinished:
            if event.action in self.actions:
                del self.actions[event.action]
        elif type(event) is InvariantBroken:
            self.broken[event.name] = self.broken.get(event.name, 0) + 1
            if event.response == _ALERT:
                self.broken[alert_key(event.name, event.scope)] = 1
        elif self.feedback.apply(event, self.sequence, self.time_ns) or self.works.apply(
            event, self.time_ns, self.instruments, self.orders.parents
        ):
            return
        elif not self.statements.apply(self.sequence, self.time_ns, event):
            apply_approval(self.holds, self.limits, event, self.sequence, self.time_ns)
            if len(self.limits.uncounted) > 0:
                self.count_limits()

    def proposed(self, decision: Sequence) -> WaitingDecision | None:
        """A decision that waits for its verdict or, held, for people."""
        waiting = self.waiting.find(decision)
        if waiting is None:
            held = self.holds.find(decision)
            return held.waiting if held is not None else None
        return waiting
