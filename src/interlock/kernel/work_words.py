"""Work words: what sources and people say of large orders that are worked, and how one begins and
ends.
"""

from interlock.decisions.proposal import Plan
from interlock.decisions.working import starts_of
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import is_person
from interlock.ledger.halting import DECISION
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.limits import covers
from interlock.ledger.works import WorkRecord
from interlock.messages.decisions import WorkOrder
from interlock.messages.events import CancelRequested, CommandRefused
from interlock.messages.reasons import HALTED, INVALID_TERMS, NOT_A_PERSON, NOTHING_TO_DO
from interlock.messages.terms import (
    CANCEL,
    FINISH,
    IOC,
    PAUSE,
    PAUSED,
    RESUME,
    RUNNING,
    VWAP,
    WORK_WORDS,
    name_of,
)
from interlock.messages.work_reasons import UNKNOWN_WORK, WORK_CANCELLED, WORK_PAUSED
from interlock.messages.works import (
    ChangeWork,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
    WorkStarted,
)


def start_work(ledger: Ledger, recorder: Recorder, plan: Plan, order: WorkOrder) -> None:
    """A large order has passed the gate as a whole: its schedule begins."""
    waiting, whole = plan.waiting, plan.proposals[0]
    curve = ledger.works.curves.get(order.instrument) if order.algorithm == VWAP else None
    market = whole.market
    recorder.conclude(
        WorkStarted(
            waiting.sequence,
            waiting.source,
            waiting.decision_key,
            waiting.release,
            waiting.epoch,
            waiting.priority,
            order,
            starts_of(ledger, order),
            curve,
            market.bid if market is not None else 0,
            market.ask if market is not None else 0,
        )
    )


def change_work(ledger: Ledger, recorder: Recorder, command: ChangeWork) -> None:
    """This follows what a source or a person says of a work."""
    work = ledger.works.active.get(command.decision)
    if work is None:
        text = f"decision {command.decision} is no large order that is worked"
        recorder.conclude(CommandRefused(UNKNOWN_WORK, text))
        return
    if command.by != work.source and not is_person(ledger, command.by):
        text = f"{command.by} is a source that is no person, and the work is {work.source}'s"
        recorder.conclude(CommandRefused(NOT_A_PERSON, text))
        return
    if command.word not in WORK_WORDS:
        text = f"was {command.word}, must be one of {', '.join(WORK_WORDS.values())}"
        recorder.conclude(CommandRefused(INVALID_TERMS, text))
        return
    wanted = {PAUSE: work.status == RUNNING, RESUME: work.status == PAUSED,
              FINISH: not work.is_hurried, CANCEL: True}  # fmt: skip
    if not wanted[command.word]:
        text = f"{name_of(WORK_WORDS, command.word)} changes nothing of work {command.decision}"
        recorder.conclude(CommandRefused(NOTHING_TO_DO, text))
        return
    halt = _halt_over(ledger, work) if command.word == RESUME else ""
    if halt != "":
        text = f"the halt on {halt} stands: it must be lifted before the work is resumed"
        recorder.conclude(CommandRefused(HALTED, text))
        return

    # From here on the work is what was said of it.
    if command.word == PAUSE:
        pause_work(ledger, recorder, work, WORK_PAUSED, command.by, command.text)
        take_back(ledger, recorder, work, WORK_PAUSED)
    elif command.word == RESUME:
        recorder.conclude(WorkResumed(work.decision, command.by, command.text))
    elif command.word == FINISH:
        recorder.conclude(WorkHurried(work.decision, command.by, command.text))
    else:
        end_work(ledger, recorder, work, WORK_CANCELLED, command.by, command.text)


def _halt_over(ledger: Ledger, work: WorkRecord) -> str:
    """The scope of a halt that covers a work and lets nothing new through; empty without one."""
    source = ledger.sources[work.source]
    for scope, halt in ledger.halts.items():
        is_covered = scope == f"{DECISION}:{work.decision}" or covers(
            scope, source.account.name, source.name, work.symbol, work.venue, work.started.release
        )
        if is_covered and not halt.reduce_only:
            return scope
    return ""


def pause_work(
    ledger: Ledger, recorder: Recorder, work: WorkRecord, reason: int, by: str, text: str
) -> None:
    """No child leaves until somebody resumes it; one that is paused stays so."""
    if work.status == RUNNING:
        recorder.conclude(WorkPaused(work.decision, reason, by, text))


def end_work(
    ledger: Ledger, recorder: Recorder, work: WorkRecord, reason: int, by: str, text: str
) -> None:
    """No child leaves any more, and those that work are asked back."""
    recorder.conclude(WorkEnded(work.decision, reason, work.filled, work.open, by, text))
    take_back(ledger, recorder, work, reason)


def take_back(ledger: Ledger, recorder: Recorder, work: WorkRecord, reason: int) -> None:
    """This asks for every open child back that may still work: what trades at once or never needs
    no asking. Cost: one step per open child."""
    for number in list(work.children):
        order = ledger.orders.find(number)
        if order is None or order.time_in_force == IOC:
            continue
        if is_possible(order.status, ASK_CANCEL):
            recorder.conclude(
                CancelRequested(order.order, order.venue.name, ledger.sequence, reason)
            )


def end_works_of(ledger: Ledger, recorder: Recorder, plan: Plan) -> None:
    """A source takes everything back, or closes its account: what it works ends as well."""
    for number in plan.ends:
        work = ledger.works.active.get(number)
        if work is not None:
            end_work(ledger, recorder, work, WORK_CANCELLED, plan.source_name, "")
