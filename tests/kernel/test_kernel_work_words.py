"""What people and sources say of a large order, and what halts, kills and closing do to it."""

import pytest

from interlock.messages.commands import DefineSource, Halt
from interlock.messages.decisions import CancelOrders, Flatten
from interlock.messages.definitions import Source
from interlock.messages.events import (
    CancelRequested,
    CommandRefused,
    DecisionJudged,
    HaltTripped,
)
from interlock.messages.reasons import (
    HALTED,
    INVALID_TERMS,
    NOT_A_PERSON,
    NOTHING_TO_DO,
    reason_name,
)
from interlock.messages.terms import BUY, CANCEL, FINISH, HOLD, PAUSE, REFUSE, REST, RESUME
from interlock.messages.work_reasons import UNKNOWN_WORK, WORK_CANCELLED, WORK_PAUSED
from interlock.messages.works import (
    ChangeWork,
    SliceJudged,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
)
from kernel.working import MINUTE, WorkWorld, children, only, some, working
from worlds import SECOND


def resting() -> tuple[WorkWorld, int]:
    """A large order whose first child rests."""
    world = working()
    world.begin(style=REST)
    (child,) = children(world.quote())
    world.accept(child.order)
    return world, child.order


@pytest.mark.parametrize("by", ["ann", "model"])
def test_pause_takes_back_what_works_and_resume_goes_on(by: str) -> None:
    world, order = resting()
    events = world.told(PAUSE, by)
    assert only(events, WorkPaused).reason == WORK_PAUSED
    assert only(events, CancelRequested).order == order
    world.cancelled(order)
    assert some(world.minute() + world.minute(), SliceJudged) == []
    assert only(world.told(RESUME, by), WorkResumed).by == by
    judged = only(world.quote(), SliceJudged)
    # Two minutes were lost: they are caught up within the bound.
    assert (judged.due, judged.chosen) == (30, 20)


def test_what_is_paused_still_ends_in_time() -> None:
    world, _ = resting()
    world.told(PAUSE)
    assert some(world.passes(9 * MINUTE), WorkEnded) == []
    assert len(some(world.passes(2 * MINUTE), WorkEnded)) == 1


def test_finish_asks_for_all_that_is_left_within_its_limits() -> None:
    world = working()
    world.begin(style=REST, slice_max=60, price=10_030)
    (child,) = children(world.quote())
    world.accept(child.order)
    world.time_ns += SECOND
    assert only(world.told(FINISH), WorkHurried).decision == child.decision
    events = world.quote()
    assert only(events, CancelRequested).order == child.order
    assert children(events)[0].quantity == 60  # all of it is due, and none larger than that
    assert children(events)[0].price == 10_010
    world.cancelled(child.order)
    world.fill(children(events)[0].order)
    (rest,) = children(world.passes(2 * SECOND))
    assert rest.quantity == 40
    assert only(world.fill(rest.order), WorkEnded).filled == 100


def test_cancel_ends_it_and_takes_back_what_works() -> None:
    world, order = resting()
    events = world.told(CANCEL, text="the client called")
    ended = only(events, WorkEnded)
    assert (ended.reason, ended.by, ended.text) == (WORK_CANCELLED, "ann", "the client called")
    assert (ended.filled, ended.open) == (0, 10)
    assert only(events, CancelRequested).order == order
    assert children(world.minute()) == []


def test_words_that_change_nothing_are_refused() -> None:
    world, _ = resting()
    number = world.number

    def refusal(word: int, by: str = "ann", decision: int = number) -> str:
        return reason_name(
            only(world.say(ChangeWork(decision, word, by, "")), CommandRefused).reason
        )

    assert refusal(RESUME) == reason_name(NOTHING_TO_DO)
    assert refusal(9) == reason_name(INVALID_TERMS)
    assert refusal(PAUSE, decision=1) == reason_name(UNKNOWN_WORK)
    world.say(DefineSource(Source("other", "main", instruments=("COIN",))))
    assert refusal(PAUSE, by="other") == reason_name(NOT_A_PERSON)
    world.told(PAUSE)
    assert refusal(PAUSE) == reason_name(NOTHING_TO_DO)


@pytest.mark.parametrize(
    "scope", ["firm", "account:main", "source:model", "instrument:COIN", "venue:alpha",
              "release:r1", "decision"],
)  # fmt: skip
def test_a_halt_reaches_the_parent_and_its_children(scope: str) -> None:
    world, order = resting()
    scope = f"decision:{world.number}" if scope == "decision" else scope
    events = world.say(Halt(scope, "ann", "wrong"))
    assert only(events, HaltTripped).scope == scope
    assert only(events, CancelRequested).order == order
    paused = only(events, WorkPaused)
    assert (paused.reason, paused.by) == (HALTED, "ann")
    world.cancelled(order)
    assert only(world.told(RESUME), CommandRefused).reason == HALTED
    world.lift(scope, "bob")
    # The halt is gone and the work stands still: a person says that it goes on.
    assert children(world.minute()) == []
    world.told(RESUME, "bob")
    assert len(children(world.quote())) == 1


def test_a_halt_elsewhere_leaves_it_alone() -> None:
    world, _ = resting()
    assert some(world.say(Halt("instrument:GOLD", "ann", "wrong")), WorkPaused) == []
    assert len(children(world.minute())) == 1


def test_a_halt_that_lets_reduce_leaves_each_child_to_the_gate() -> None:
    world = working()
    world.begin()
    events = world.say(Halt("firm", "ann", "careful", reduce_only=True))
    assert some(events, WorkPaused) == []
    judged = only(world.quote(), SliceJudged)
    assert judged.verdict.severity == REFUSE


def test_nothing_is_begun_under_a_halt() -> None:
    world = working()
    world.say(Halt("instrument:COIN", "ann", "wrong"))
    assert only(world.begin(), DecisionJudged).reason == HALTED


def test_a_source_that_cancels_everything_ends_what_it_works() -> None:
    world, order = resting()
    events = world.decide(CancelOrders(instrument="COIN"))
    assert only(events, WorkEnded).reason == WORK_CANCELLED
    assert only(events, CancelRequested).order == order


def test_a_source_that_cancels_elsewhere_does_not() -> None:
    world, _ = resting()
    assert some(world.decide(CancelOrders(instrument="GOLD")), WorkEnded) == []


def test_closing_the_position_ends_what_is_worked_in_it() -> None:
    world = working()
    world.begin()
    verdict = world.decide(Flatten("COIN"))
    # Nothing is held and nothing works: the work alone is what there is to do.
    assert only(verdict, DecisionJudged).severity < HOLD
    assert only(verdict, WorkEnded).reason == WORK_CANCELLED


def test_closing_takes_the_children_and_sells_what_they_bought() -> None:
    world = working()
    world.begin(style=REST)
    (child,) = children(world.quote())
    world.accept(child.order)
    world.fill(child.order, 4)
    events = world.decide(Flatten(""))
    assert only(events, WorkEnded).filled == 4
    (closing,) = children(events)
    assert (closing.side, closing.quantity) == (2, 4)
    assert world.ledger.orders.parents[child.decision].work.side == BUY
