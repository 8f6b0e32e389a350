"""The follower: durable entries in, outcomes out.

The same code follows a running session and reads a journal years later, so the two are equal. An
outcome is handed on once: an order's when it has ended and the last horizon of its fills has passed
(or the reading ends), a decision's when its own has. Memory is bounded by what is open and by what
ended within the last horizon, and that by `HELD_MAX`: what is let go before its horizon is counted
in `cut_short`.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from interlock.feedback.markets import Markets, VenueMarket
from interlock.feedback.outcomes import (
    HORIZONS,
    PARTICIPATION_PERCENT,
    REALISED_AT,
    DecisionOutcome,
    FillOutcome,
    OrderOutcome,
)
from interlock.messages.commands import (
    Command,
    DefineInstrument,
    NoteTrade,
    ProposeDecision,
    ReportOrder,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import Decision
from interlock.messages.definitions import Instrument
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionCleared,
    ActionFinished,
    DecisionJudged,
    Event,
    FillBusted,
    FillCorrected,
    OrderCancelled,
    OrderCleared,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRequested,
)
from interlock.messages.terms import (
    BUY,
    HOLD,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_SILENCE,
)
from interlock.messages.units import (
    NS_PER_SECOND,
    Lots,
    Nanoseconds,
    OrderId,
    Sequence,
    Ticks,
)

HELD_MAX: Final = 200_000
"""How many outcomes wait for their last horizon."""

# Our own timer, and a venue that says no more than that it is at work.
_NO_ANSWER: Final = (
    REPORT_SILENCE,
    REPORT_PENDING_NEW,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_REPLACE,
)


class _Asked(NamedTuple):
    """A decision that waits for its verdict."""

    decision: Decision
    arrived_ns: Nanoseconds


class _Look(NamedTuple):
    """A market to be looked at again, for the outcome that wants to know."""

    due_ns: Nanoseconds
    market: VenueMarket
    mids_later_twice: list[int]


class OutcomeFollower:
    """Follows one session. `on_order` and `on_decision` are handed every outcome, once.

    `on_settled` is handed an order that has ended when the horizon of the realised spread has
    passed, long before its last: what came until then is in it.
    """

    def __init__(
        self,
        on_order: Callable[[OrderOutcome], None],
        on_decision: Callable[[DecisionOutcome], None],
        on_settled: Callable[[OrderOutcome], None] | None = None,
    ) -> None:
        self.markets = Markets()
        self.instruments: dict[str, Instrument] = {}
        self.open: dict[OrderId, OrderOutcome] = {}
        """Orders that have not ended."""
        self.actions: dict[OrderId, str] = {}
        """Named actions that nobody has said the end of."""
        self.actions_finished = 0
        self.cut_short = 0
        self.restated = 0
        """Busts and corrections that outcomes were restated by before they were handed on."""
        self.late_changes = 0
        """Fills, busts and corrections of orders whose outcome had been handed on."""
        self.time_ns: Nanoseconds = 0
        self._on_order = on_order
        self._on_decision = on_decision
        self._on_settled = on_settled
        self._settling: deque[tuple[Nanoseconds, OrderOutcome]] = deque()
        self._asked: dict[Sequence, _Asked] = {}
        # Judged in the present entry, which holds all that they led to.
        self._settled: list[Sequence] = []
        self._looks: tuple[deque[_Look], ...] = tuple(deque() for _ in HORIZONS)
        # What has ended, with the moment of its last look, in that order.
        self._ended: deque[tuple[Nanoseconds, OrderOutcome]] = deque()
        self._ended_by_id: dict[OrderId, OrderOutcome] = {}
        self._judged: deque[tuple[Nanoseconds, DecisionOutcome]] = deque()
        self._arrivals: deque[Nanoseconds] = deque()

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        """This takes a durable batch; it is what the engine calls."""
        for sequence, entry in enumerate(entries, first):
            self.add(sequence, entry)

    def add(self, sequence: Sequence, entry: Entry) -> None:
        """This takes one entry."""
        self.time_ns = time_ns = entry.time_ns
        # What the market was at a horizon is what it was before this entry changes it.
        self._look(time_ns)
        command = entry.command
        if isinstance(command, UpdateQuote | UpdateLadder | NoteTrade):
            self.markets.hear(time_ns, command)
        else:
            self._take(sequence, time_ns, command)
        for event in entry.events:
            self._conclude(time_ns, event)
        if self._settled:
            for decision in self._settled:
                self._asked.pop(decision, None)
            self._settled.clear()

    def finish(self) -> None:
        """The session or the reading is over: what ended is handed on as it is. Orders that are
        still open stay in `open`."""
        for _, outcome in self._ended:
            self._hand_on(outcome)
        for _, judged in self._judged:
            self._on_decision(judged)
        self._ended.clear()
        self._ended_by_id.clear()
        self._judged.clear()

    def _hand_on(self, outcome: OrderOutcome) -> None:
        wanted = -(-100 * outcome.filled // PARTICIPATION_PERCENT)
        if wanted > 0:
            tape = self.markets.tape(outcome.instrument)
            paced = tape.between(outcome.released_volume, wanted)
            if paced is not None:
                outcome.paced_value, outcome.paced_volume = paced
        self._on_order(outcome)

    def _look(self, time_ns: Nanoseconds) -> None:
        for horizon, looks in enumerate(self._looks):
            while looks and looks[0].due_ns <= time_ns:
                look = looks.popleft()
                look.mids_later_twice[horizon] = look.market.now.mid_twice()
        while self._settling and self._settling[0][0] <= time_ns:
            settled = self._settling.popleft()[1]
            if self._on_settled is not None:
                self._on_settled(settled)
        while self._ended and (self._ended[0][0] <= time_ns or len(self._ended) > HELD_MAX):
            due_ns, outcome = self._ended.popleft()
            self.cut_short += due_ns > time_ns
            del self._ended_by_id[outcome.order]
            self._hand_on(outcome)
        while self._judged and (self._judged[0][0] <= time_ns or len(self._judged) > HELD_MAX):
            due_ns, judged = self._judged.popleft()
            self.cut_short += due_ns > time_ns
            self._on_decision(judged)

    def _look_later(self, market: VenueMarket, mids_later_twice: list[int]) -> None:
        for horizon, after_ns in enumerate(HORIZONS):
            look = _Look(self.time_ns + after_ns, market, mids_later_twice)
            self._looks[horizon].append(look)

    # --- commands ----------------------------------------------------------------------------

    def _take(self, sequence: Sequence, time_ns: Nanoseconds, command: Command) -> None:
        if isinstance(command, ProposeDecision):
            self._asked[sequence] = _Asked(command.decision, time_ns)
            if len(self._asked) > HELD_MAX:
                del self._asked[next(iter(self._asked))]
            self._arrivals.append(time_ns)
        elif isinstance(command, ReportOrder):
            order = self.open.get(command.order)
            if order is not None and order.answered_ns < 0 and command.kind not in _NO_ANSWER:
                order.answered_ns = time_ns
        elif isinstance(command, DefineInstrument):
            self.instruments[command.instrument.symbol] = command.instrument

    # --- events ------------------------------------------------------------------------------

    def _conclude(self, time_ns: Nanoseconds, event: Event) -> None:
        if isinstance(event, DecisionJudged):
            self._judge(event)
        elif isinstance(event, OrderCleared):
            self._clear(time_ns, event)
        elif isinstance(event, OrderFilled | FillCorrected | FillBusted):
            self._change_fills(time_ns, event)
        elif isinstance(event, OrderReplaced):
            order = self.open.get(event.order)
            if order is not None:
                order.quantity, order.price = event.quantity, event.price
                _allow(order, event.quantity, event.price)
                self._end_if_filled(time_ns, order)
        elif isinstance(event, ReplaceRequested):
            order = self.open.get(event.order)
            if order is not None:
                _allow(order, event.quantity, event.price)
        elif isinstance(event, OrderCancelled):
            self._end(time_ns, event.order, "cancelled")
        elif isinstance(event, OrderRejected):
            self._end(time_ns, event.order, "rejected")
        elif isinstance(event, OrderExpired):
            if not event.done_for_day:
                self._end(time_ns, event.order, "expired")
        elif isinstance(event, ActionCleared):
            self.actions[event.action] = event.name
        elif isinstance(event, ActionFinished):
            self.actions_finished += self.actions.pop(event.action, None) is not None

    def _judge(self, event: DecisionJudged) -> None:
        asked = self._asked.get(event.decision)
        if asked is None:
            return
        decision = asked.decision
        decided_ns = decision.decided_ns or asked.arrived_ns
        for place, line in enumerate(event.lines):
            instrument = self.instruments.get(line.instrument)
            if instrument is None:
                # Refused: the session knows no such thing, and nobody can say what it was worth.
                continue
            market = self.markets.venue(line.instrument, line.venue)
            outcome = DecisionOutcome(
                event.decision,
                place,
                decision.source,
                decision.release,
                decision.epoch,
                line.instrument,
                line.venue,
                line.side,
                line.asked or line.quantity,
                event.severity < HOLD,
                instrument.minor_per_tick_lot,
                instrument.currency,
                instrument.currency_digits,
                decided_ns,
                market.at(decided_ns).mid_twice(),
            )
            self._look_later(market, outcome.mids_later_twice)
            self._judged.append((self.time_ns + HORIZONS[-1], outcome))
        # One that is held is judged again.
        if event.severity != HOLD:
            self._settled.append(event.decision)

    def _clear(self, time_ns: Nanoseconds, event: OrderCleared) -> None:
        asked = self._asked.get(event.decision)
        instrument = self.instruments[event.instrument]
        market = self.markets.venue(event.instrument, event.venue)
        tape = self.markets.tape(event.instrument)
        tape.pass_time(time_ns)
        arrived_ns = asked.arrived_ns if asked is not None else time_ns
        decided_ns = asked.decision.decided_ns if asked is not None else 0
        decided_ns = decided_ns or arrived_ns
        now = market.now
        is_buy = event.side == BUY
        near, near_quantity = (now.bid, now.bid_quantity) if is_buy else (now.ask, now.ask_quantity)
        far, far_quantity = (now.ask, now.ask_quantity) if is_buy else (now.bid, now.bid_quantity)
        joins = event.price == near and near_quantity > 0
        self.open[event.order] = OrderOutcome(
            event.order,
            event.decision,
            event.source,
            event.release,
            event.epoch,
            event.instrument,
            event.venue,
            event.side,
            event.order_type,
            event.time_in_force,
            event.post_only,
            event.quantity,
            event.price,
            instrument.minor_per_tick_lot,
            instrument.currency,
            instrument.currency_digits,
            decided_ns,
            arrived_ns,
            time_ns,
            market.at(decided_ns).mid_twice(),
            market.at(arrived_ns).mid_twice(),
            now.mid_twice(),
            far if far_quantity > 0 else 0,
            far_quantity,
            near_quantity if joins else 0,
            self._load(time_ns),
            event.quantity,
            event.price,
            released_volume=tape.volume,
            tape_volume=tape.volume,
            tape_value=tape.value,
            mid_time=tape.mid_time,
            mid_ns=tape.time_valued_ns,
        )

    def _load(self, time_ns: Nanoseconds) -> int:
        while self._arrivals and self._arrivals[0] <= time_ns - NS_PER_SECOND:
            self._arrivals.popleft()
        return len(self._arrivals)

    def _change_fills(
        self, time_ns: Nanoseconds, event: OrderFilled | FillCorrected | FillBusted
    ) -> None:
        order = self.open.get(event.order) or self._ended_by_id.get(event.order)
        if order is None:
            self.late_changes += 1
            return
        if not isinstance(event, OrderFilled):
            self.restated += 1
            gone = event.corrected_id if isinstance(event, FillCorrected) else event.execution_id
            order.fills = [fill for fill in order.fills if fill.execution_id != gone]
        if not isinstance(event, FillBusted):
            market = self.markets.venue(order.instrument, order.venue)
            is_buy = order.side == BUY
            far = market.now.ask if is_buy else market.now.bid
            far_quantity = market.now.ask_quantity if is_buy else market.now.bid_quantity
            fill = FillOutcome(
                event.execution_id,
                time_ns,
                event.quantity,
                event.price,
                event.fee,
                event.liquidity if isinstance(event, OrderFilled) else 0,
                market.now.mid_twice(),
                far if far_quantity > 0 else 0,
            )
            order.fills.append(fill)
            self._look_later(market, fill.mids_later_twice)
        if order.order in self.open:
            self._end_if_filled(time_ns, order)

    def _end_if_filled(self, time_ns: Nanoseconds, order: OrderOutcome) -> None:
        if order.filled >= order.quantity:
            self._end(time_ns, order.order, "filled")

    def _end(self, time_ns: Nanoseconds, number: OrderId, ending: str) -> None:
        order = self.open.pop(number, None)
        if order is None:
            return
        tape = self.markets.tape(order.instrument)
        tape.pass_time(time_ns)
        order.ending, order.ended_ns = ending, time_ns
        order.end_mid_twice = self.markets.venue(order.instrument, order.venue).now.mid_twice()
        order.tape_volume = tape.volume - order.tape_volume
        order.tape_value = tape.value - order.tape_value
        order.mid_time = tape.mid_time - order.mid_time
        order.mid_ns = tape.time_valued_ns - order.mid_ns
        if self._on_settled is not None:
            self._settling.append((time_ns + HORIZONS[REALISED_AT], order))
        self._ended.append((time_ns + HORIZONS[-1], order))
        self._ended_by_id[number] = order


def _allow(order: OrderOutcome, quantity: Lots, price: Ticks) -> None:
    """A request to replace widens what the venue may do from the moment that we make it."""
    order.quantity_most = max(order.quantity_most, quantity)
    is_buy = order.side == BUY
    order.price_worst = (max if is_buy else min)(order.price_worst, price)
