"""One step: a command goes in, the events it led to come out.

    command -> facts into the ledger -> decisions -> controls -> events -> invariants

The kernel is pure: the same commands give the same events and the same ledger, byte for byte.
"""

from typing import Any, Final, final

from interlock.controls.gate import Gate
from interlock.decisions.planning import Planner
from interlock.decisions.routing import make_router
from interlock.kernel.cancelling import continue_cancels
from interlock.kernel.holding import decline, expire_holds, record_approval
from interlock.kernel.invariants import Invariants
from interlock.kernel.judging import Judge
from interlock.kernel.limiting import confirm_change, decline_change, propose_change
from interlock.kernel.protecting import act_on_alarms
from interlock.kernel.reconciling import Reconciler
from interlock.kernel.recorder import Recorder
from interlock.kernel.reports import conclude_report
from interlock.kernel.resolving import resolve_order
from interlock.kernel.steering import steer
from interlock.kernel.stopping import lift_halt, refuse_rate, trip_halt
from interlock.kernel.venue_health import move_venue, pace_venue
from interlock.kernel.work_words import change_work
from interlock.kernel.working import Worker
from interlock.ledger.holds import NEVER
from interlock.ledger.ledger import Ledger
from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DeclineDecision,
    DeclineLimitChange,
    ProposeLimitChange,
)
from interlock.messages.commands import (
    Command,
    ContinueCancels,
    Halt,
    LiftHalt,
    OpenSession,
    ProposeDecision,
    ReportAction,
    ReportOrder,
    ServeQueue,
    SetReferenceRate,
    UpdateQuote,
)
from interlock.messages.events import ActionFinished, Event, ReportIgnored
from interlock.messages.reasons import UNKNOWN_ORDER
from interlock.messages.statements import AskVenue, ReportVenue, ResolveOrder
from interlock.messages.units import Nanoseconds, Sequence
from interlock.messages.venues import MoveVenue, NoteVenuePace
from interlock.messages.works import ChangeWork

# The name of an imported class is looked up at each use; these are asked for at nearly every step.
_REPORT_ORDER: Final = ReportOrder
_SERVE_QUEUE: Final = ServeQueue
_UPDATE_QUOTE: Final = UpdateQuote
_PROPOSE_DECISION: Final = ProposeDecision


@final
class Kernel:
    """The inner rooms put together around one ledger, with what the user offers: controls by their
    names, and invariants as `invariant:NAME`."""

    def __init__(self, ledger: Ledger, user_controls: dict[str, Any]) -> None:
        self.ledger: Final = ledger
        self.recorder: Final = Recorder(ledger)
        self.gate: Final = Gate(ledger, user_controls)
        planner = Planner(ledger, make_router(ledger.routing))
        self.judge: Final = Judge(ledger, planner, self.gate, self.recorder)
        self.worker: Final = Worker(ledger, planner, self.gate, self.recorder, self.judge)
        self.reconciler: Final = Reconciler(ledger, self.recorder)
        self.invariants: Final = Invariants(ledger, self.recorder, user_controls)

    def step(self, sequence: Sequence, time_ns: Nanoseconds, command: Command) -> list[Event]:
        """This takes one command and returns what it led to.

        `sequence` follows the last one, `time_ns` is not before the last one. Cost: a market fact
        about one microsecond compiled, a decision a few.
        """
        recorder = self.recorder
        recorder.begin()
        ledger = self.ledger
        ledger.apply_fact(sequence, time_ns, command)
        if ledger.holds.due_ns != NEVER:
            expire_holds(ledger, recorder)
        if type(command) is _REPORT_ORDER:
            conclude_report(ledger, recorder, command)
        elif type(command) is _UPDATE_QUOTE:
            # The fact that comes most often leads to nothing by itself.
            pass
        elif type(command) is _SERVE_QUEUE:
            self.judge.serve(command.count_max)
        elif type(command) is _PROPOSE_DECISION:
            self.judge.admit(sequence)
        elif type(command) is Halt:
            trip_halt(ledger, recorder, command)
        elif type(command) is LiftHalt:
            lift_halt(ledger, recorder, command)
        elif type(command) is ReportAction:
            if command.action in ledger.actions:
                recorder.conclude(ActionFinished(command.action, command.succeeded, command.text))
            else:
                recorder.conclude(ReportIgnored(command.action, 0, UNKNOWN_ORDER))
        elif type(command) is ContinueCancels:
            continue_cancels(ledger, recorder)
        elif type(command) is AskVenue:
            self.reconciler.ask(command)
        elif type(command) is ReportVenue:
            self.reconciler.hear(command)
        elif type(command) is ResolveOrder:
            resolve_order(self.ledger, recorder, command)
        elif type(command) is OpenSession:
            self.judge.planner.router = make_router(command.routing)
            self.invariants.arm()
        else:
            self._hear_people(command)
        if len(ledger.alarms) > 0:
            act_on_alarms(ledger, recorder)
        if len(ledger.works.active) == 0:
            self.invariants.check()
            return recorder.events
        if len(ledger.works.looking) > 0:
            # What this step has stopped asks for nothing any more.
            self.worker.pause_halted(recorder.events)
            self.worker.look()
        self.worker.settle()
        self.invariants.check()
        if self.worker.pause_halted(recorder.events):
            self.invariants.check()
        return recorder.events

    def _hear_people(self, command: Command) -> None:
        """What people say of what waits for them, and what was measured of venues."""
        ledger, recorder = self.ledger, self.recorder
        if type(command) is ApproveDecision:
            held = record_approval(ledger, recorder, command)
            if held is not None:
                self.judge.judge_held(held)
        elif type(command) is DeclineDecision:
            decline(ledger, recorder, command)
        elif type(command) is ChangeWork:
            change_work(ledger, recorder, command)
        elif type(command) is ProposeLimitChange:
            propose_change(ledger, recorder, command)
        elif type(command) is ConfirmLimitChange:
            confirm_change(ledger, recorder, command)
        elif type(command) is DeclineLimitChange:
            decline_change(ledger, recorder, command)
        elif type(command) is SetReferenceRate:
            if ledger.is_strict:
                refuse_rate(ledger, recorder, command)
        elif type(command) is MoveVenue:
            move_venue(ledger, recorder, command)
        elif type(command) is NoteVenuePace:
            pace_venue(ledger, recorder, command)
        else:
            steer(ledger, recorder, command)
