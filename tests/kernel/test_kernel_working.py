"""Large orders: children leave when time or the market says so, through the very same gate."""

from typing import Any

import pytest

from interlock.kernel.invariants import CHILDREN_WITHIN_PARENT, WORKS_ADD_UP, audit
from interlock.kernel.working import REFUSED_MAX
from interlock.ledger.state import digest, restore, state_of
from interlock.ledger.work_table import LOOKS_MAX, WORKS_MAX
from interlock.messages.approvals import ApproveDecision
from interlock.messages.commands import ActivateRelease, AdvanceTime, DefineSource, SetLimit
from interlock.messages.decisions import ReplaceOrder
from interlock.messages.definitions import Answer, Source
from interlock.messages.events import CancelRequested, DecisionJudged, OrderCleared
from interlock.messages.reasons import (
    INSTRUMENT_NOT_AUTHORISED,
    INVALID_TERMS,
    PRICE_OUTSIDE_COLLAR,
    QUANTITY_ABOVE_ORDER_LIMIT,
    REDUCE_ONLY,
    RELEASE_NOT_ACTIVE,
    UNKNOWN_INSTRUMENT,
    reason_name,
)
from interlock.messages.terms import (
    AMEND,
    CLOSE,
    HOLD,
    ICEBERG,
    IOC,
    POV,
    REFUSE,
    RELEASE_RETIRED,
    REPORT_SILENCE,
    REST,
    SHORTFALL,
    VWAP,
)
from interlock.messages.work_reasons import (
    CHILD_OF_WORK,
    CURVE_MISSING,
    SLICES_REFUSED,
    TOO_MANY_WORKS,
    WORK_DONE,
    WORK_TIME_OVER,
    WORK_TIMES,
)
from interlock.messages.works import (
    SliceJudged,
    WorkEnded,
    WorkPaused,
    WorkStarted,
)
from kernel.working import MINUTE, children, only, some, working
from worlds import SECOND, armed, limit


def test_a_large_order_is_judged_as_a_whole_and_leaves_in_children() -> None:
    world = working()
    events = world.begin()
    assert only(events, DecisionJudged).severity < HOLD
    assert only(events, WorkStarted).decision == world.number
    assert children(events) == []  # the next fact of the market releases the first
    (child,) = children(world.quote())
    assert (child.quantity, child.time_in_force, child.price) == (10, IOC, 10_010)
    assert (child.decision, child.release, child.epoch) == (world.number, "r1", 1)


def test_what_the_schedule_knew_and_chose_stands_before_each_child() -> None:
    world = working()
    world.begin()
    world.fill(children(world.quote())[0].order)
    world.trades(500)
    events = world.minute()
    judged = only(events, SliceJudged)
    assert (judged.slice, judged.due, judged.filled, judged.open) == (2, 20, 10, 0)
    assert (judged.volume, judged.chosen, judged.reason) == (500, 10, 0)
    assert judged.verdict.lines[0].quantity == 10
    assert len(judged.verdict.figures) > 20  # every control was asked
    assert events.index(judged) < events.index(children(events)[0])


def test_a_child_is_named_by_the_command_that_released_it() -> None:
    world = working()
    world.begin()
    world.begin(quantity=50)
    first, second = children(world.quote())
    assert first.order == world.sequence << 20 | 1
    assert second.order == world.sequence << 20 | 2


def test_each_interval_is_looked_at_once() -> None:
    world = working()
    world.begin()
    world.fill(children(world.quote())[0].order)
    assert children(world.quote() + world.trades(5) + world.passes(58 * SECOND)) == []
    assert len(children(world.say(AdvanceTime(), 2 * SECOND))) == 1


def test_it_ends_when_all_of_it_is_filled() -> None:
    world = working()
    world.begin()
    filled = 0
    events = world.quote()
    while filled < 100:
        (child,) = children(events)
        filled += child.quantity
        last = world.fill(child.order)
        events = world.minute()
    assert only(last, WorkEnded).reason == WORK_DONE
    assert not world.ledger.works.active


def test_its_end_takes_back_what_works() -> None:
    world = working()
    world.begin(style=REST)
    (child,) = children(world.quote())
    world.accept(child.order)
    events = world.passes(11 * MINUTE)
    assert only(events, WorkEnded).reason == WORK_TIME_OVER
    asked = only(events, CancelRequested)
    assert (asked.order, asked.reason) == (child.order, WORK_TIME_OVER)
    # A fill that crosses the request still counts for it.
    world.fill(child.order, 4)
    assert world.ledger.orders.parents[child.decision].work.filled == 4


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"quantity": 0}, INVALID_TERMS),
        ({"side": 3}, INVALID_TERMS),
        ({"algorithm": 99}, INVALID_TERMS),
        ({"style": 9}, INVALID_TERMS),
        ({"catch_up": 0}, INVALID_TERMS),
        ({"interval_ns": 0}, INVALID_TERMS),
        ({"price": -1}, INVALID_TERMS),
        ({"participation_ppm": 1_000_001}, INVALID_TERMS),
        ({"algorithm": POV}, INVALID_TERMS),
        ({"algorithm": SHORTFALL}, INVALID_TERMS),
        ({"algorithm": CLOSE}, INVALID_TERMS),
        ({"algorithm": ICEBERG, "slice_max": 5}, INVALID_TERMS),
        ({"algorithm": VWAP}, CURVE_MISSING),
        ({"lasts_ns": 0}, WORK_TIMES),
        ({"valid_until_ns": 1}, None),
        ({"interval_ns": 1}, WORK_TIMES),
        ({"instrument": "LEAD"}, UNKNOWN_INSTRUMENT),
        ({"reduce_only": True}, REDUCE_ONLY),
    ],
)
def test_what_cannot_be_worked_is_refused_at_once(
    fields: dict[str, Any], reason: int | None
) -> None:
    world = working()
    verdict = only(world.begin(**fields), DecisionJudged)
    assert verdict.severity == REFUSE
    assert reason is None or reason_name(verdict.reason) == reason_name(reason)
    assert not world.ledger.works.active


def test_it_may_not_outlive_its_decision() -> None:
    world = working()
    verdict = only(world.begin(valid_until_ns=world.time_ns + MINUTE), DecisionJudged)
    assert verdict.reason == WORK_TIMES


def test_no_more_are_worked_at_once_than_the_bound() -> None:
    world = working()
    for _ in range(WORKS_MAX):
        world.begin(quantity=1, starts_ns=world.time_ns + 5 * MINUTE)
    assert only(world.begin(), DecisionJudged).reason == TOO_MANY_WORKS


def test_one_step_looks_at_few_schedules_and_the_next_at_the_others() -> None:
    world = working()
    for _ in range(LOOKS_MAX + 3):
        world.begin(quantity=10)
    assert len(children(world.say(AdvanceTime()))) == LOOKS_MAX
    assert len(children(world.say(AdvanceTime()))) == 3


def test_a_child_beyond_a_limit_is_refused_and_the_schedule_goes_on() -> None:
    world = working()
    world.begin()
    world.say(limit("price_collar", bps=1))
    judged = only(world.quote(), SliceJudged)
    assert judged.verdict.severity == REFUSE
    assert judged.verdict.reason == PRICE_OUTSIDE_COLLAR
    world.say(limit("price_collar"))
    again = world.minute()
    assert only(again, SliceJudged).chosen == 20
    assert children(again)[0].quantity == 20


def test_a_child_is_cut_to_what_the_limits_allow() -> None:
    world = working()
    world.say(limit("order_quantity", quantity_max=7))
    world.begin()
    events = world.quote()
    assert only(events, SliceJudged).verdict.severity == AMEND
    assert children(events)[0].quantity == 7


def test_after_many_refusals_it_pauses_and_a_person_must_look() -> None:
    world = working()
    world.begin(lasts_ns=60 * MINUTE)
    world.say(limit("price_collar", bps=1))
    refused = 0
    for _ in range(REFUSED_MAX + 5):
        events = world.minute()
        refused += len(some(events, SliceJudged))
        if some(events, WorkPaused):
            break
    paused = only(events, WorkPaused)
    assert (paused.reason, paused.by, refused) == (SLICES_REFUSED, "", REFUSED_MAX)
    assert some(world.minute(), SliceJudged) == []


def test_a_release_that_is_retired_releases_no_more_children() -> None:
    world = working()
    world.begin()
    world.fill(children(world.quote())[0].order)
    world.say(ActivateRelease("r1", 1, RELEASE_RETIRED, "release"))
    judged = only(world.minute(), SliceJudged)
    assert judged.verdict.reason == RELEASE_NOT_ACTIVE


def test_a_limit_by_which_people_must_approve_holds_the_whole() -> None:
    world = working()
    held = armed("order_quantity", answer=Answer(HOLD, 1, 60 * SECOND, 100), quantity_max=50)
    world.say(SetLimit(held, "risk"))
    verdict = only(world.begin(), DecisionJudged)
    assert (verdict.severity, verdict.reason) == (HOLD, QUANTITY_ABOVE_ORDER_LIMIT)
    assert not world.ledger.works.active
    world.say(ApproveDecision(verdict.decision, "ann", "agreed", ""))
    assert world.work.quantity == 100
    assert children(world.quote())[0].quantity == 10


def test_nobody_changes_a_child_but_its_schedule() -> None:
    world = working()
    world.begin(style=REST)
    (child,) = children(world.quote())
    world.accept(child.order)
    verdict = only(world.decide(ReplaceOrder(child.order, 90, 9_990)), DecisionJudged)
    assert (verdict.severity, verdict.reason) == (REFUSE, CHILD_OF_WORK)


def test_a_silent_child_stays_counted_until_it_is_known() -> None:
    world = working()
    world.begin()
    (child,) = children(world.quote())
    world.report(child.order, REPORT_SILENCE)
    assert (world.work.filled, world.work.open) == (0, 10)
    judged = only(world.minute(), SliceJudged)
    assert (judged.due, judged.open, judged.chosen) == (20, 10, 10)


def test_a_late_fill_beyond_the_parent_stops_it() -> None:
    world = working()
    world.begin(quantity=10, lasts_ns=MINUTE, interval_ns=10 * SECOND, catch_up=10)
    (first,) = children(world.quote())
    world.accept(first.order)
    world.cancelled(first.order)
    taken = 0
    while taken < 10:
        world.time_ns += 10 * SECOND
        (child,) = children(world.quote())
        world.fill(child.order)
        taken += child.quantity
    world.fill_late(first.order, 2)
    assert f"decision:{first.decision}" in world.ledger.halts


def test_sums_that_are_wrong_are_seen() -> None:
    world = working()
    world.begin()
    world.quote()
    world.work.open += 5
    assert WORKS_ADD_UP in {breach.name for breach in audit(world.ledger)}
    world.work.open += 500
    assert CHILDREN_WITHIN_PARENT in {breach.name for breach in audit(world.ledger)}


def test_a_ledger_that_was_restored_goes_on_as_the_other() -> None:
    world, other = working(), working()
    for each in (world, other):
        each.begin(style=REST)
        each.accept(children(each.quote())[0].order)
        each.trades(77)
    other.kernel = type(other.kernel)(restore(state_of(other.ledger)), {})
    for each in (world, other):
        each.fill(next(iter(each.work.children)), 3)
    for _ in range(11):
        assert world.minute() == other.minute()
        assert digest(world.ledger) == digest(other.ledger)
    assert not world.ledger.works.active


def test_a_source_works_only_what_it_may_trade() -> None:
    world = working()
    world.say(DefineSource(Source("narrow", "main", instruments=("GOLD",))))
    verdict = only(world.begin(source="narrow"), DecisionJudged)
    assert verdict.reason == INSTRUMENT_NOT_AUTHORISED


def test_every_child_is_an_order_like_any_other() -> None:
    world = working()
    world.begin()
    (child,) = children(world.quote())
    assert isinstance(child, OrderCleared)
    record = world.ledger.orders.find(child.order)
    assert record is not None
    assert record.reserved == 10
    assert world.ledger.accounts["main"].positions["COIN"].open_buy == 10
