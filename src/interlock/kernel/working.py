"""Working: large orders are worked over time. What releases a child is a fact of time or market,
and each child passes the very same gate as every other order.

What people and sources say of a work is followed here as well: pause, resume, finish now, cancel.
"""

from typing import Final, final

from interlock.controls.gate import Gate
from interlock.decisions.lines import line_of
from interlock.decisions.planning import Planner
from interlock.decisions.proposal import Plan
from interlock.decisions.schedules import Slice, lay_out, next_slice
from interlock.decisions.working import is_resting, resting_price
from interlock.kernel.judging import Judge
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import trip_by_control
from interlock.kernel.work_words import end_work, pause_work
from interlock.ledger.halting import DECISION
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.limits import covers
from interlock.ledger.waiting import WaitingDecision
from interlock.ledger.works import WorkRecord
from interlock.messages.decisions import Decision
from interlock.messages.events import CancelRequested, DecisionJudged, Event, HaltTripped
from interlock.messages.reasons import HALTED, NONE, REDUCE_ONLY
from interlock.messages.terms import ENDED, HOLD, ICEBERG, IOC, RUNNING
from interlock.messages.units import Lots
from interlock.messages.work_reasons import (
    REPRICED,
    SLICES_REFUSED,
    WORK_DONE,
    WORK_TIME_OVER,
)
from interlock.messages.works import SliceJudged, SliceWithheld

REFUSED_MAX: Final = 32
"""Children refused one after the other, after which a work pauses and a person must look."""


@final
class Laid:
    """What follows from a work's plan alone, kept while it is worked: no part of any state."""

    def __init__(self, work: WorkRecord, due: list[Lots]) -> None:
        self.due: Final = due
        self.waiting: Final = waiting_of(work)


def waiting_of(work: WorkRecord) -> WaitingDecision:
    """This is the decision as its children are judged: under its number, release and life."""
    started = work.started
    decision = Decision(
        started.source,
        started.key,
        started.release,
        started.epoch,
        started.plan,
        work.ends_ns,
        started.priority,
    )
    return WaitingDecision(work.decision, work.starts_ns, started.priority, decision)


@final
class Worker:
    """Looks at schedules when their time has come, and asks the gate for their children."""

    def __init__(
        self, ledger: Ledger, planner: Planner, gate: Gate, recorder: Recorder, judge: Judge
    ) -> None:
        self.ledger: Final = ledger
        self.planner: Final = planner
        self.gate: Final = gate
        self.recorder: Final = recorder
        self.judge: Final = judge
        self._laid: Final[dict[int, Laid]] = {}
        self._made = 0

    def look(self) -> None:
        """This looks at every schedule whose look is due now. Cost: one judgement for each, however
        many children it has had."""
        self._made = 0
        for work in self.ledger.works.looking:
            # One that an earlier one's child has stopped is not looked at any more.
            if work.status != ENDED:
                self._look(work)

    def settle(self) -> None:
        """This ends works that are done. Cost: one step per order that the step touched."""
        for order in list(self.ledger.orders.touched):
            work = order.parent.work if order.parent is not None else None
            if work is not None and work.status != ENDED and work.filled >= work.quantity:
                end_work(self.ledger, self.recorder, work, WORK_DONE, "", "")

    def pause_halted(self, events: list[Event]) -> bool:
        """This pauses what a halt of this step covers, and says whether there was anything. It goes
        on when somebody resumes it after the halt was lifted, and not by itself."""
        halts = [event for event in events if type(event) is HaltTripped and not event.reduce_only]
        if len(halts) == 0:
            return False
        was_paused = False
        for work in list(self.ledger.works.active.values()):
            for halt in halts:
                if work.status == RUNNING and self._covers(halt.scope, work):
                    pause_work(self.ledger, self.recorder, work, HALTED, halt.by, halt.text)
                    was_paused = True
        return was_paused

    def _covers(self, scope: str, work: WorkRecord) -> bool:
        if scope == f"{DECISION}:{work.decision}":
            return True
        source = self.ledger.sources[work.source]
        return covers(
            scope, source.account.name, source.name, work.symbol, work.venue, work.started.release
        )

    def _look(self, work: WorkRecord) -> None:
        ledger = self.ledger
        if ledger.time_ns >= work.ends_ns:
            end_work(ledger, self.recorder, work, WORK_TIME_OVER, "", "")
            return
        if work.status != RUNNING:
            return
        self._take_back_resting(work)
        laid = self._lay(work)
        found = next_slice(work, laid.due, ledger.time_ns)
        quantity = found.quantity
        if quantity > 0 and work.reduce_only:
            position = ledger.sources[work.source].account.positions[work.symbol]
            room = position.reducing_room(work.side)
            quantity = room if room < quantity else quantity
            found.bounded_by = REDUCE_ONLY if quantity < found.quantity else found.bounded_by
        if quantity <= 0:
            if found.bounded_by != NONE:
                self._withhold(work, found, found.bounded_by)
            return
        plan = self.planner.plan_slice(work, laid.waiting, quantity)
        if plan.problem != NONE:
            self._withhold(work, found, plan.problem)
            return
        # From here on the child is the gate's to judge.
        self._judge(work, plan, found, quantity)

    def _judge(self, work: WorkRecord, plan: Plan, found: Slice, quantity: Lots) -> None:
        gate, ledger, recorder = self.gate, self.ledger, self.recorder
        gate.judge(plan)
        verdict = DecisionJudged(
            work.decision,
            gate.severity,
            gate.reason,
            ledger.limits.version,
            tuple(line_of(line) for line in plan.proposals),
            gate.controls,
            gate.figures(),
            gate.objections(),
        )
        recorder.conclude(
            SliceJudged(
                work.decision,
                work.slices + 1,
                found.due,
                work.filled,
                work.open,
                work.volume,
                quantity,
                found.bounded_by,
                verdict,
            )
        )
        if gate.severity < HOLD:
            self._made += 1
            self.judge.release_child(plan, self._made)
            return
        for limit in gate.halting:
            trip_by_control(ledger, recorder, limit, plan.source_name)
        if work.refused_in_row >= REFUSED_MAX:
            text = f"{work.refused_in_row} children in a row were refused"
            pause_work(ledger, recorder, work, SLICES_REFUSED, "", text)

    def _withhold(self, work: WorkRecord, found: Slice, reason: int) -> None:
        if work.withheld != reason:
            self.recorder.conclude(
                SliceWithheld(work.decision, found.due, work.filled, work.open, reason)
            )

    def _take_back_resting(self, work: WorkRecord) -> None:
        """Children that rest where the market no longer is are asked back: what they leave is due
        again when the venue has answered. Cost: one step per open child."""
        for number in list(work.children):
            order = self.ledger.orders.find(number)
            if order is None or order.time_in_force == IOC:
                continue
            if is_resting(work):
                if work.algorithm == ICEBERG:
                    continue
                market = order.instrument.markets.get(order.venue.name)
                if order.price == resting_price(work, market):
                    continue
            if is_possible(order.status, ASK_CANCEL):
                self.recorder.conclude(
                    CancelRequested(order.order, order.venue.name, self.ledger.sequence, REPRICED)
                )

    def _lay(self, work: WorkRecord) -> Laid:
        laid = self._laid.get(work.decision)
        if laid is None:
            ended = [number for number in self._laid if number not in self.ledger.works.active]
            for number in ended:
                del self._laid[number]
            offset_ns = self.ledger.instruments[work.symbol].utc_offset_ns
            laid = Laid(work, lay_out(work, offset_ns))
            self._laid[work.decision] = laid
        return laid
