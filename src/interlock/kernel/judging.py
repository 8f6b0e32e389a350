"""Judging: a waiting decision becomes a verdict, and, if it may, orders, cancels, replaces and
actions.
"""

from typing import Final, final

from interlock.controls import rules
from interlock.controls.gate import Gate
from interlock.decisions.lines import line_of
from interlock.decisions.planning import Planner
from interlock.decisions.proposal import Plan, Proposal
from interlock.kernel.cancelling import defer_cancels, request_cancels
from interlock.kernel.holding import held_event
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import trip_by_control
from interlock.kernel.weighing import (
    DECISION_BYTES_MAX,
    LIGHT_LINES,
    STEP_BYTES_MAX,
    weight_at_most,
    weight_of,
)
from interlock.kernel.work_words import end_works_of, start_work
from interlock.ledger.holds import HeldDecision
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.orders import OrderRecord
from interlock.ledger.waiting import WaitingDecision
from interlock.messages.approvals import HoldRefused, HoldReleased
from interlock.messages.decisions import (
    CancelOrders,
    Flatten,
    NamedAction,
    OrderQuantity,
    TargetPosition,
    WorkOrder,
)
from interlock.messages.events import (
    ActionCleared,
    CancelRequested,
    DecisionJudged,
    Line,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.identity import ORDER_BITS, ORDERS_PER_COMMAND_MAX, SEQUENCE_MAX
from interlock.messages.reasons import (
    NONE,
    QUEUE_FULL,
    QUOTES_REFUSED,
    SELF_MATCH,
    TOO_MANY_ORDERS,
    WOULD_MATCH_OURSELVES,
)
from interlock.messages.terms import HOLD, LIMIT, MARKETABLE_LIMIT, REFUSE
from interlock.messages.units import Sequence

# The name of an imported class is looked up at each use: these are used for every decision.
_DECISION_JUDGED: Final = DecisionJudged
_ORDER_CLEARED: Final = OrderCleared
_CANCEL_ORDERS: Final = CancelOrders
_FLATTEN: Final = Flatten
_NAMED_ACTION: Final = NamedAction
_WORK_ORDER: Final = WorkOrder
_ORDER_QUANTITY: Final = OrderQuantity
_TARGET_POSITION: Final = TargetPosition


@final
class Judge:
    """Takes decisions from the queue, most urgent first, and concludes what becomes of them."""

    def __init__(self, ledger: Ledger, planner: Planner, gate: Gate, recorder: Recorder) -> None:
        self.ledger: Final = ledger
        self.planner: Final = planner
        self.gate: Final = gate
        self.recorder: Final = recorder
        self.weight = 0
        """Bytes that the decision judged last takes of its record, at most."""
        self.unserved = 0
        """Decisions that the last turn was to judge, and that its record had no room for."""

    def admit(self, sequence: Sequence) -> None:
        """This refuses what the queue has no room for, and judges at once what takes risk away: it
        is never queued behind others (law 6)."""
        waiting = self.ledger.waiting.find(sequence)
        assert waiting is not None, f"decision {sequence} has not arrived"
        action = waiting.action
        if type(action) is _CANCEL_ORDERS or type(action) is _FLATTEN:
            self._judge(waiting)
        elif len(self.ledger.waiting) > self.ledger.bounds.waiting_max:
            bound = self.ledger.bounds.waiting_max
            self.gate.refuse(rules.ADMISSION, QUEUE_FULL, len(self.ledger.waiting), bound)
            self._conclude_verdict(sequence, ())

    def serve(self, count_max: int) -> None:
        """This judges up to `count_max` waiting decisions; what the record has no more room for is
        left `unserved`."""
        weight = 0
        self.unserved = 0
        is_bounded = self.ledger.acts_at_once
        for done in range(count_max):
            waiting = self.ledger.waiting.first()
            if waiting is None:
                return
            action = waiting.action
            is_light = type(action) is _ORDER_QUANTITY or type(action) is _TARGET_POSITION
            if weight > (DECISION_BYTES_MAX if is_light else STEP_BYTES_MAX) and is_bounded:
                self.unserved = count_max - done
                return
            self._judge(waiting)
            weight += self.weight

    def _judge(self, waiting: WaitingDecision) -> None:
        plan = self.planner.plan(waiting)
        gate = self.gate
        gate.judge(plan)
        lines = len(plan.proposals)
        self.weight = weight_at_most(lines, gate.noted())
        if lines > LIGHT_LINES and self.ledger.acts_at_once and self._is_too_heavy(plan):
            return
        self._conclude_verdict(waiting.sequence, tuple(line_of(line) for line in plan.proposals))
        for routed in plan.routes:
            self.recorder.conclude(routed)
        if gate.severity < HOLD:
            self._release(plan)
            return
        if gate.severity >= REFUSE and gate.is_authorised and gate.is_current:
            self._expire_beside(plan)
        if gate.severity == HOLD:
            self.recorder.conclude(held_event(self.ledger, gate, plan))
        # Cancels that stand alone go beside refused orders, but never for who may not ask for them.
        if plan.cancels_stand_alone and gate.is_authorised:
            self._request_cancels(plan)
            end_works_of(self.ledger, self.recorder, plan)
        elif plan.is_ladder and gate.severity >= REFUSE and gate.is_authorised and gate.is_current:
            self._withdraw(plan)
        for limit in gate.halting:
            trip_by_control(self.ledger, self.recorder, limit, plan.source_name)

    def _is_too_heavy(self, plan: Plan) -> bool:
        """Whether a verdict with every finding does not fit a record. It is refused, and what it
        would cancel in any case is cancelled all the same."""
        gate, sequence = self.gate, plan.waiting.sequence
        self.weight = weight_of(plan, gate.figures(), sequence)
        if self.weight <= DECISION_BYTES_MAX:
            return False
        is_authorised = gate.is_authorised
        gate.refuse(rules.ADMISSION, TOO_MANY_ORDERS, self.weight, DECISION_BYTES_MAX)
        self._conclude_verdict(sequence, ())
        if plan.cancels_stand_alone and is_authorised:
            self._request_cancels(plan)
        return True

    def judge_held(self, held: HeldDecision) -> None:
        """This judges a decision again that everybody has approved who must, and releases it or
        says why not."""
        waiting, recorder, gate = held.waiting, self.recorder, self.gate
        plan = self.planner.plan(waiting)
        gate.judge(plan, held)
        self._conclude_verdict(waiting.sequence, tuple(line_of(line) for line in plan.proposals))
        for routed in plan.routes:
            self.recorder.conclude(routed)
        if gate.severity < HOLD:
            recorder.conclude(HoldReleased(waiting.sequence))
            self._release(plan)
            return
        recorder.conclude(HoldRefused(waiting.sequence, gate.reason, "", "it was judged again"))
        for limit in gate.halting:
            trip_by_control(self.ledger, recorder, limit, plan.source_name)

    def _expire_beside(self, plan: Plan) -> None:
        """Where both give way, ours do so even though the order is refused: if it would have left
        but for them. What nothing would have traded with stays."""
        if not self.ledger.has_whole_asks:
            self._expire_makers(plan)
        elif self.gate.is_refused_for(WOULD_MATCH_OURSELVES):
            for proposal in plan.proposals:
                if proposal.gives_way:
                    self._expire_for(plan, proposal)
                    self._shrink_for(plan, proposal)

    def _expire_makers(self, plan: Plan) -> None:
        """Orders of ours that give way are asked for before what they would have traded with
        leaves."""
        for proposal in plan.proposals:
            self._expire_for(plan, proposal)

    def _shrink_for(self, plan: Plan, proposal: Proposal) -> None:
        """What would have matched is taken out of an order of ours: there is less risk."""
        if proposal.shrinks is None:
            return
        order, quantity = proposal.shrinks
        self.recorder.conclude(
            ReplaceRequested(
                order.order,
                order.venue.name,
                plan.waiting.sequence,
                order.revision_asked + 1,
                quantity,
                order.price,
            )
        )

    def _expire_for(self, plan: Plan, proposal: Proposal) -> None:
        if proposal.makers is None:
            return
        for order in proposal.makers:
            if is_possible(order.status, ASK_CANCEL):
                self.recorder.conclude(
                    CancelRequested(
                        order.order, order.venue.name, plan.waiting.sequence, SELF_MATCH
                    )
                )

    def _withdraw(self, plan: Plan) -> None:
        """A ladder that is refused takes with it what it was to move or to take back: its source
        does not want those quotes any more (law 6). What it still wants stays as it is."""
        if plan.problem != NONE or not self.ledger.is_kept_by_us:
            return
        for proposal in plan.proposals:
            if proposal.replaces is not None:
                plan.cancels.append(proposal.replaces.order)
        plan.cancel_reason = QUOTES_REFUSED
        self._request_cancels(plan)

    def _release(self, plan: Plan) -> None:
        """The plan passed: what it takes back is asked for, and its orders are released."""
        waiting = plan.waiting
        if len(plan.cancels) > 0:
            self._request_cancels(plan)
        if len(plan.ends) > 0:
            end_works_of(self.ledger, self.recorder, plan)
        if type(waiting.action) is _WORK_ORDER:
            start_work(self.ledger, self.recorder, plan, waiting.action)
            return
        self._expire_makers(plan)
        for proposal in plan.proposals:
            if proposal.replaces is not None:
                self._request_replace(waiting.sequence, proposal)
            else:
                self._clear(plan, proposal, waiting.sequence, proposal.line + 1)
        action = waiting.action
        if type(action) is _NAMED_ACTION:
            number = _order_id(waiting.sequence, 1)
            self.recorder.conclude(
                ActionCleared(number, waiting.sequence, action.name, action.parameters)
            )

    def _conclude_verdict(self, sequence: Sequence, lines: tuple[Line, ...]) -> None:
        gate = self.gate
        self.recorder.conclude(
            _DECISION_JUDGED(
                sequence,
                gate.severity,
                gate.reason,
                self.ledger.limits.version,
                lines,
                gate.controls,
                gate.figures(),
                gate.objections(),
            )
        )

    def _request_cancels(self, plan: Plan) -> None:
        recorder, cause, action = self.recorder, plan.waiting.sequence, plan.waiting.action
        orders: list[OrderRecord] = []
        for number in plan.cancels:
            order = self.ledger.orders.find(number)
            assert order is not None, f"order {number} was planned to be cancelled and is unknown"
            orders.append(order)
        if type(action) is _CANCEL_ORDERS and len(action.orders) == 0:
            if not request_cancels(recorder, orders, plan.cancel_reason, cause):
                scope = f"source:{plan.source_name}"
                defer_cancels(recorder, scope, plan.cancel_reason, cause, action.instrument)
        elif type(action) is _FLATTEN and plan.account is not None:
            if not request_cancels(recorder, orders, plan.cancel_reason, cause):
                scope, name = f"account:{plan.account.name}", plan.source_name
                defer_cancels(recorder, scope, plan.cancel_reason, cause, action.instrument, name)
        else:
            # Each was named by a line or by a quote, of which there are few.
            for order in orders:
                if is_possible(order.status, ASK_CANCEL):
                    recorder.conclude(
                        CancelRequested(order.order, order.venue.name, cause, plan.cancel_reason)
                    )

    def _request_replace(self, sequence: Sequence, proposal: Proposal) -> None:
        order = proposal.replaces
        assert order is not None, f"line {proposal.line} of {sequence} replaces nothing"
        self.recorder.conclude(
            ReplaceRequested(
                order.order,
                order.venue.name,
                sequence,
                order.revision_asked + 1,
                proposal.quantity,
                proposal.price,
            )
        )

    def release_child(self, plan: Plan, place: int) -> None:
        """One child of a large order passed: it is named by the command that released it and its
        place among that command's orders."""
        self._expire_makers(plan)
        self._clear(plan, plan.proposals[0], self.ledger.sequence, place)

    def _clear(self, plan: Plan, proposal: Proposal, sequence: Sequence, place: int) -> None:
        source, venue, market = plan.source, proposal.venue, proposal.market
        assert source is not None, f"decision {plan.waiting.sequence} passed without a source"
        assert venue is not None, f"decision {plan.waiting.sequence} passed without a venue"
        assert market is not None, f"decision {plan.waiting.sequence} passed without a market"
        order_type = LIMIT if proposal.order_type == MARKETABLE_LIMIT else proposal.order_type
        self.recorder.conclude(
            _ORDER_CLEARED(
                _order_id(sequence, place),
                plan.waiting.key,
                source.account.name,
                source.name,
                plan.release,
                plan.epoch,
                proposal.symbol,
                venue.name,
                proposal.side,
                order_type,
                proposal.time_in_force,
                proposal.quantity,
                proposal.price,
                proposal.display,
                proposal.expire_ns,
                proposal.post_only,
                proposal.reduce_only,
                market.bid,
                market.ask,
            )
        )


def _order_id(sequence: Sequence, n: int) -> int:
    """`identity.order_id` as compiled code calls it: a tenth of its cost, for every order."""
    assert 0 <= sequence <= SEQUENCE_MAX, f"sequence {sequence} is not in 0..{SEQUENCE_MAX}"
    assert 0 <= n <= ORDERS_PER_COMMAND_MAX, f"order {n} is not in 0..{ORDERS_PER_COMMAND_MAX}"
    return (sequence << ORDER_BITS) | n
