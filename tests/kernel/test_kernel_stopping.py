"""Kills: everything in scope is asked back and followed up, and a second person re-arms by naming
the trip.
"""

from typing import Any

import pytest

from interlock.kernel.step import Kernel
from interlock.kernel.stopping import HALT_CANCELS_MAX
from interlock.ledger.state import restore, state_of
from interlock.messages.approvals import LimitChanged
from interlock.messages.commands import AdvanceTime, Halt, LiftHalt, SetLimit
from interlock.messages.decisions import Basket, CancelOrders, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Answer, Limit
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import (
    CancelRequested,
    DecisionJudged,
    HaltLifted,
    HaltTripped,
    OrderCleared,
)
from interlock.messages.reasons import (
    HALT_CANCEL,
    HALTED,
    LIMIT_LOOSER,
    MALFORMED,
    NONE,
    NOT_A_PERSON,
    SAME_PERSON,
    TRIP_NOT_NAMED,
)
from interlock.messages.terms import (
    BUY,
    HALT,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_FILL,
    SELL,
)
from worlds import SECOND, World, armed

AT = Terms(price=10_000, venue="alpha")


def quoted() -> World:
    world = World()
    world.quote()
    world.quote(instrument="GOLD")
    return world


def working(world: World, **fields: Any) -> int:
    order: int = world.order(**fields)[-1].order
    world.report(order, REPORT_ACCEPTED)
    return order


def cancels(events: list[Any]) -> list[int]:
    return [event.order for event in events if isinstance(event, CancelRequested)]


def verdict(world: World, **fields: Any) -> int:
    events = world.order(**fields)
    return next(event.reason for event in events if isinstance(event, DecisionJudged))


def test_what_was_asked_back_before_the_halt_is_asked_again_when_the_venue_will_not() -> None:
    world = quoted()
    order = working(world)
    world.decide(CancelOrders((order,)))
    assert cancels(world.say(Halt("firm", "ann", "stop"))) == []
    events = world.report(order, REPORT_CANCEL_REJECTED)
    assert cancels(events) == [order]
    assert events[-1].reason == HALT_CANCEL


def test_a_halt_that_was_lifted_asks_for_nothing_more() -> None:
    world = quoted()
    order = working(world)
    world.say(Halt("firm", "ann", "stop"))
    world.lift("firm", "bob")
    assert cancels(world.report(order, REPORT_CANCEL_REJECTED)) == []
    world.say(Halt("firm", "ann", "watch", cancel_working=False))
    assert cancels(world.report(order, REPORT_FILL, execution_id="x", quantity=1,
                                price=10_000)) == []  # fmt: skip


def test_a_lifted_halt_leaves_what_another_one_wants() -> None:
    world = quoted()
    order = working(world)
    world.say(Halt("firm", "ann", "stop"))
    world.say(Halt("instrument:COIN", "ann", "stop"))
    world.lift("firm", "bob")
    assert cancels(world.report(order, REPORT_CANCEL_REJECTED)) == [order]


def test_a_halt_that_leaves_orders_alone_becomes_one_that_cancels_when_tripped_so() -> None:
    world = quoted()
    order = working(world)
    assert cancels(world.say(Halt("firm", "ann", "watch", cancel_working=False))) == []
    assert cancels(world.say(Halt("firm", "ann", "stop"))) == [order]
    assert cancels(world.report(order, REPORT_CANCEL_REJECTED)) == [order]
    world.say(Halt("firm", "ann", "watch", cancel_working=False))
    assert cancels(world.report(order, REPORT_CANCEL_REJECTED)) == [order]


def test_a_venue_that_will_not_is_asked_so_often_and_no_more() -> None:
    world = quoted()
    order = working(world)
    world.say(Halt("firm", "ann", "stop"))
    asked = 1
    for _ in range(2 * HALT_CANCELS_MAX):
        asked += len(cancels(world.report(order, REPORT_CANCEL_REJECTED)))
    assert asked == HALT_CANCELS_MAX


def test_all_orders_of_one_decision_are_killed_and_no_other() -> None:
    world = quoted()
    lines = tuple(OrderQuantity("COIN", BUY, quantity, AT) for quantity in (1, 2))
    events = world.decide(Basket(lines))
    made = [event.order for event in events if isinstance(event, OrderCleared)]
    decision = events[0].decision
    other = working(world)
    for order in made:
        world.report(order, REPORT_ACCEPTED)
    assert cancels(world.say(Halt(f"decision:{decision}", "ann", "stop"))) == made
    assert verdict(world) == NONE
    assert world.ledger.orders.find(other).status not in (4, 8)


def test_what_a_halt_of_a_decision_covers_is_not_changed() -> None:
    world = quoted()
    order = working(world)
    decision = world.ledger.orders.find(order).decision
    world.say(Halt(f"decision:{decision}", "ann", "stop", cancel_working=False))
    judged = world.decide(ReplaceOrder(order, 20, 10_000))[0]
    assert judged.reason == HALTED


@pytest.mark.parametrize("scope", ["decision:", "decision:x", "decision:1", "decision:-1",
                                   "decision:" + "9" * 40])  # fmt: skip
def test_a_halt_of_no_decision_is_refused(scope: str) -> None:
    (refused,) = quoted().say(Halt(scope, "ann", "stop"))
    assert refused.reason == MALFORMED


@pytest.mark.parametrize("scope", ["firm", "account:main", "source:model", "instrument:COIN"])
def test_a_breach_of_a_limit_that_halts_stops_its_scope_and_takes_back_what_works(
    scope: str,
) -> None:
    world = quoted()
    order = working(world)
    limit = armed("order_quantity", scope, answer=Answer(HALT), quantity_max=50)
    world.say(SetLimit(limit, "risk"))
    assert verdict(world, quantity=50) == NONE
    events = world.order(quantity=51)
    assert (events[0].severity, type(events[1])) == (HALT, HaltTripped)
    assert (events[1].scope, events[1].by) == (scope, "control:order_quantity")
    assert order in cancels(events)
    assert verdict(world, quantity=1) == HALTED
    assert [type(event) for event in world.order(quantity=51)] == [DecisionJudged]
    assert isinstance(world.lift(scope, "ann")[0], HaltLifted)
    assert verdict(world, quantity=1) == NONE


def test_whoever_re_arms_names_the_last_trip() -> None:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    first = world.sequence
    world.say(Halt("firm", "cid", "stop too"))
    for trip in (0, first, world.sequence + 1):
        (refused,) = world.say(LiftHalt("firm", "bob", "go", trip))
        assert refused.reason == TRIP_NOT_NAMED
        assert verdict(world) == HALTED
    assert isinstance(world.lift("firm", "bob")[0], HaltLifted)


@pytest.mark.parametrize(("by", "reason"), [("ann", SAME_PERSON), ("model", NOT_A_PERSON)])
def test_who_tripped_it_does_not_re_arm_nor_does_a_machine(by: str, reason: int) -> None:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    assert world.lift("firm", by)[0].reason == reason


def test_a_halt_is_lifted_under_tighter_limits() -> None:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    limits = (Limit("order_quantity", "firm", {"quantity_max": 20}),)
    events = world.say(LiftHalt("firm", "bob", "half", world.sequence, limits))
    assert [type(event) for event in events] == [LimitChanged, HaltLifted]
    assert events[0].limit.parameters == {"quantity_max": 20, "window_ms": 0}
    assert verdict(world, quantity=21) != NONE
    assert verdict(world, quantity=20) == NONE


@pytest.mark.parametrize(
    "limit",
    [Limit("order_quantity", "firm", {"quantity_max": 101}), Limit("moon_phase", "firm", {}),
     Limit("order_quantity", "source:model", {"quantity_max": 1})],
)  # fmt: skip
def test_a_halt_is_not_lifted_under_looser_limits(limit: Limit) -> None:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    tighter = Limit("open_orders", "firm", {"count_max": 1})
    limits = (tighter, limit)
    (refused,) = world.say(LiftHalt("firm", "bob", "go", world.sequence, limits))
    assert refused.reason == LIMIT_LOOSER
    assert world.ledger.limits.find(tighter).parameters["count_max"] == 100
    assert verdict(world) == HALTED


def test_a_halt_survives_a_restart_with_its_last_trip_and_goes_on_asking() -> None:
    world = quoted()
    order = working(world)
    world.say(Halt("firm", "ann", "watch", cancel_working=False))
    world.say(AdvanceTime(), SECOND)
    world.say(Halt("firm", "cid", "stop"))
    world.kernel = Kernel(restore(decode_plain(encode(state_of(world.ledger)))), {})
    assert cancels(world.report(order, REPORT_CANCEL_REJECTED)) == [order]
    for by in ("ann", "cid"):
        assert world.lift("firm", by)[0].reason == SAME_PERSON
    assert isinstance(world.lift("firm", "bob")[0], HaltLifted)


def test_cancels_of_a_halt_are_not_throttled() -> None:
    world = quoted()
    orders = [working(world, quantity=1) for _ in range(12)]
    world.say(SetLimit(armed("message_rate", count_max=1), "risk"))
    assert cancels(world.say(Halt("firm", "ann", "stop"))) == orders
    assert verdict(world, side=SELL) == HALTED
