"""The account of a session: what was decided, what the controls said, what was done, what it cost.

It is a follower: it reads durable entries and nothing else, so an account made while the session
runs and one made from its journal years later are equal.
"""

from msgspec import Struct, field

from interlock.controls.rules import RULES
from interlock.ledger.limits import limit_key
from interlock.messages.approvals import (
    ApprovalRecorded,
    DecisionHeld,
    HoldRefused,
    HoldReleased,
    LimitChanged,
)
from interlock.messages.commands import (
    Command,
    DefineAccount,
    DefineInstrument,
    NoteFeedFault,
    NoteRefusedInput,
    NoteShed,
    NoteTrade,
    ProposeDecision,
    ReportOrder,
    SetLimit,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.definitions import Instrument, Limit
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionFinished,
    DecisionJudged,
    Event,
    FillBusted,
    FillCorrected,
    HaltTripped,
    InvariantBroken,
    OrderAccepted,
    OrderCancelled,
    OrderCleared,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderUnknown,
    ReportIgnored,
)
from interlock.messages.findings import findings_of
from interlock.messages.reasons import reason_name
from interlock.messages.terms import (
    BUY,
    FEED_FAULTS,
    FEED_RECOVERED,
    LANES,
    REFUSE,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_SILENCE,
    SEVERITIES,
    name_of,
)
from interlock.messages.units import (
    BasisPoints,
    Lots,
    Minor,
    Nanoseconds,
    OrderId,
    Sequence,
    Ticks,
    bps_of,
)
from interlock.messages.venues import VENUE_STATES, VenueMoved
from interlock.monitoring.approval_words import limit_place
from interlock.monitoring.histogram import Histogram
from interlock.monitoring.limits import values_text

# Orders whose arrival is remembered for the cost of later fills; the oldest go first.
ORDERS_REMEMBERED_MAX = 100_000

# Our own timer, and a venue that says no more than that it is at work.
_NO_ANSWER = (
    REPORT_SILENCE,
    REPORT_PENDING_NEW,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_REPLACE,
)


class SourceAccount(Struct):
    """One source's part."""

    decisions: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)


class Trading(Struct):
    """One instrument's trading: quantities in lots, money in the currency's smallest unit."""

    orders: int = 0
    fills: int = 0
    bought: Lots = 0
    sold: Lots = 0
    value: Minor = 0
    fees: Minor = 0
    shortfall: Minor = 0
    """Against the mid at clearing, fees aside: positive is a cost."""
    position: Lots = 0

    @property
    def shortfall_bps(self) -> BasisPoints:
        return bps_of(self.shortfall, self.value)

    @property
    def shortfall_centibps(self) -> int:
        """In hundredths of a basis point."""
        return bps_of(100 * self.shortfall, self.value)


class Delays(Struct):
    """How long each stage took in the session's own time, as nanoseconds: p50, p99, worst."""

    count: int
    p50: Nanoseconds
    p99: Nanoseconds
    worst: Nanoseconds


class _Arrival(Struct):
    side: int
    instrument: str
    bid: Ticks
    ask: Ticks
    cleared_ns: Nanoseconds
    is_answered: bool = False
    is_filled: bool = False
    fills: dict[str, tuple[Lots, Ticks, Minor]] = field(default_factory=dict)


def limit_change_text(event: LimitChanged, instruments: dict[str, Instrument]) -> str:
    """A change of a limit, with the old and the new, as a session file writes them."""
    confirmed = f", confirmed by {event.confirmed_by}" if event.confirmed_by else ""
    before, now = values_text(event.before, instruments), values_text(event.limit, instruments)
    where = limit_place(event.limit)
    return f"{where}: {now}, before {before}, by {event.by}{confirmed}: {event.text}"


class Account:
    """Adds up a session, entry by entry."""

    def __init__(self) -> None:
        self.commands = 0
        self.events = 0
        self.market_updates = 0
        self.first_ns: Nanoseconds = -1
        self.last_ns: Nanoseconds = 0
        self.sources: dict[str, SourceAccount] = {}
        self.controls: dict[str, tuple[int, int]] = {}
        """By control: findings, and how many of them refused."""
        self.orders: dict[str, int] = {}
        """How many orders were cleared, accepted, rejected and so on."""
        self.trading: dict[str, Trading] = {}
        self.instruments: dict[str, Instrument] = {}
        self.halts: list[str] = []
        self.holds: dict[str, int] = {}
        """Decisions that waited for people, and what became of them."""
        self.limit_changes: list[str] = []
        self.breaches: list[str] = []
        self.venue_moves: list[str] = []
        """Each time that a venue was better or worse than before."""
        self.faults: dict[str, int] = {}
        self.refused_inputs = 0
        self.not_taken: dict[str, int] = {}
        """Lines that were more than could be done in time, by priority and reason."""
        self.actions = 0
        self.ignored: dict[str, int] = {}
        self._limits: list[str] = []
        self._limit_keys: dict[str, int] = {}
        self._asked: dict[Sequence, tuple[str, Nanoseconds]] = {}
        self._arrivals: dict[OrderId, _Arrival] = {}
        self._delays: dict[str, Histogram] = {}

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        """This takes a durable batch; it is what the engine calls."""
        for sequence, entry in enumerate(entries, first):
            self.add(sequence, entry)

    def add(self, sequence: Sequence, entry: Entry) -> None:
        """This adds one entry."""
        self.commands += 1
        self.events += len(entry.events)
        if self.first_ns < 0:
            self.first_ns = entry.time_ns
        self.last_ns = entry.time_ns
        self._command(sequence, entry.time_ns, entry.command)
        for event in entry.events:
            self._event(entry.time_ns, event)

    def delays(self) -> dict[str, Delays]:
        """This is how long the stages took, by name, in the order of the walk."""
        return {
            name: Delays(found.count, found.quantile(500), found.quantile(990), found.value_max)
            for name, found in sorted(self._delays.items())
        }

    def _command(self, sequence: Sequence, time_ns: Nanoseconds, command: Command) -> None:
        if isinstance(command, UpdateQuote | UpdateLadder | NoteTrade):
            self.market_updates += 1
        elif isinstance(command, ProposeDecision):
            decision = command.decision
            self.sources.setdefault(decision.source, SourceAccount()).decisions += 1
            self._asked[sequence] = (decision.source, time_ns)
            if decision.decided_ns > 0:
                self._delay("1 decided to arrived", time_ns - decision.decided_ns)
        elif isinstance(command, ReportOrder):
            arrival = self._arrivals.get(command.order)
            if arrival is None:
                return
            if not arrival.is_answered and command.kind not in _NO_ANSWER:
                arrival.is_answered = True
                self._delay("3 cleared to answered", time_ns - arrival.cleared_ns)
        elif isinstance(command, SetLimit):
            self._limit(command.limit)
        elif isinstance(command, DefineInstrument):
            symbol = command.instrument.symbol
            self.instruments[symbol] = command.instrument
            self.trading[symbol] = Trading()
        elif isinstance(command, DefineAccount):
            for symbol, lots, _ in command.account.positions:
                self.trading[symbol].position += lots
        elif isinstance(command, NoteFeedFault):
            if command.fault != FEED_RECOVERED:
                _count(self.faults, name_of(FEED_FAULTS, command.fault), command.count)
        elif isinstance(command, NoteRefusedInput):
            self.refused_inputs += 1
        elif isinstance(command, NoteShed):
            for lane, _, reason, count in command.shed:
                _count(self.not_taken, f"{LANES[lane]}: {reason_name(reason)}", count)

    def _limit(self, limit: Limit) -> None:
        key = limit_key(limit)
        if key not in self._limit_keys:
            self._limit_keys[key] = len(self._limits)
            self._limits.append(limit.control)

    def _event(self, time_ns: Nanoseconds, event: Event) -> None:
        if isinstance(event, DecisionJudged):
            self._judged(time_ns, event)
        elif isinstance(event, OrderFilled):
            self._filled(time_ns, event)
        elif isinstance(event, OrderCleared):
            self._cleared(time_ns, event)
        elif isinstance(event, OrderAccepted):
            _count(self.orders, "accepted")
        elif isinstance(event, OrderRejected):
            _count(self.orders, f"rejected: {reason_name(event.reason)}")
        elif isinstance(event, OrderCancelled):
            _count(self.orders, f"cancelled: {reason_name(event.reason)}")
        elif isinstance(event, OrderExpired):
            _count(self.orders, "expired")
        elif isinstance(event, OrderUnknown):
            _count(self.orders, "unknown for a while")
        elif isinstance(event, FillBusted):
            self._take_back(event.order, event.execution_id)
        elif isinstance(event, FillCorrected):
            self._take_back(event.order, event.corrected_id)
            self._fill(event.order, event.execution_id, event.quantity, event.price, event.fee)
        elif isinstance(event, ReportIgnored):
            _count(self.ignored, reason_name(event.reason))
        elif isinstance(event, ActionFinished):
            self.actions += 1
        elif isinstance(event, HaltTripped):
            self.halts.append(f"{event.scope} by {event.by}: {event.text}")
        elif isinstance(event, LimitChanged):
            self._limit(event.limit)
            self.limit_changes.append(limit_change_text(event, self.instruments))
        elif isinstance(event, DecisionHeld):
            _count(self.holds, "held")
        elif isinstance(event, ApprovalRecorded):
            _count(self.holds, "approvals")
        elif isinstance(event, HoldReleased):
            _count(self.holds, "released")
        elif isinstance(event, HoldRefused):
            _count(self.holds, f"refused: {reason_name(event.reason)}")
        elif isinstance(event, VenueMoved):
            state, why = name_of(VENUE_STATES, event.state), reason_name(event.reason)
            self.venue_moves.append(f"{event.venue} {state}: {why} by {event.by}")
        elif isinstance(event, InvariantBroken):
            self.breaches.append(f"{event.name}: {event.text}")

    def _judged(self, time_ns: Nanoseconds, event: DecisionJudged) -> None:
        name, arrived_ns = self._asked.pop(event.decision, ("", time_ns))
        self._delay("2 arrived to judged", time_ns - arrived_ns)
        source = self.sources.setdefault(name, SourceAccount())
        _count(source.verdicts, name_of(SEVERITIES, event.severity))
        if event.severity >= REFUSE:
            _count(source.reasons, reason_name(event.reason))
        for found in findings_of(event):
            control = found.limit
            known = self._limits[control] if control >= 0 else RULES[-control][0]
            asked, refused = self.controls.get(known, (0, 0))
            self.controls[known] = (asked + 1, refused + (found.severity >= REFUSE))

    def _cleared(self, time_ns: Nanoseconds, event: OrderCleared) -> None:
        _count(self.orders, "cleared")
        self.trading[event.instrument].orders += 1
        self._arrivals[event.order] = _Arrival(
            event.side, event.instrument, event.arrival_bid, event.arrival_ask, time_ns
        )
        if len(self._arrivals) > ORDERS_REMEMBERED_MAX:
            del self._arrivals[next(iter(self._arrivals))]

    def _filled(self, time_ns: Nanoseconds, event: OrderFilled) -> None:
        arrival = self._arrivals.get(event.order)
        if arrival is not None and not arrival.is_filled:
            arrival.is_filled = True
            _count(self.orders, "filled, whole or part")
            self._delay("4 cleared to first fill", time_ns - arrival.cleared_ns)
        self._fill(event.order, event.execution_id, event.quantity, event.price, event.fee)

    def _fill(
        self, order: OrderId, execution_id: str, quantity: Lots, price: Ticks, fee: Minor
    ) -> None:
        arrival = self._arrivals.get(order)
        if arrival is not None:
            arrival.fills[execution_id] = (quantity, price, fee)
            self._trade(arrival, quantity, price, fee, 1)

    def _take_back(self, order: OrderId, execution_id: str) -> None:
        arrival = self._arrivals.get(order)
        if arrival is not None and execution_id in arrival.fills:
            quantity, price, fee = arrival.fills.pop(execution_id)
            self._trade(arrival, quantity, price, fee, -1)

    def _trade(
        self, arrival: _Arrival, quantity: Lots, price: Ticks, fee: Minor, times: int
    ) -> None:
        trading = self.trading[arrival.instrument]
        per_tick_lot = self.instruments[arrival.instrument].minor_per_tick_lot
        is_buy = arrival.side == BUY
        trading.fills += times
        trading.value += times * price * quantity * per_tick_lot
        trading.fees += times * fee
        if is_buy:
            trading.bought += times * quantity
        else:
            trading.sold += times * quantity
        trading.position += times * (quantity if is_buy else -quantity)
        if arrival.bid > 0 and arrival.ask > 0:
            # Twice the distance from the mid, so that half a tick is not lost before the division.
            distance = 2 * price - arrival.bid - arrival.ask
            cost = (distance if is_buy else -distance) * quantity * per_tick_lot
            trading.shortfall += times * (cost // 2)

    def _delay(self, name: str, delay_ns: Nanoseconds) -> None:
        self._delays.setdefault(name, Histogram()).note(delay_ns)


def _count(counts: dict[str, int], name: str, by: int = 1) -> None:
    counts[name] = counts.get(name, 0) + by
