"""Memory is bounded: what ended leaves, and duplicates are recognised within a stated horizon."""

import pytest

from interlock.messages.commands import AdvanceTime, ProposeDecision, ServeQueue
from interlock.messages.decisions import Basket, CancelOrders, OrderQuantity, QuoteLadder, Terms
from interlock.messages.definitions import Bounds
from interlock.messages.events import DecisionJudged, OrderFilled, ReportIgnored
from interlock.messages.reasons import DUPLICATE_DECISION, DUPLICATE_EXECUTION, UNKNOWN_ORDER
from interlock.messages.terms import (
    BUY,
    FILLED,
    GTC,
    PARTIALLY_FILLED,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REPLACED,
)
from worlds import SECOND, World, limit, opening

PRICE = 10_000


def small_world(**bounds: int) -> World:
    world = World(opening(bounds=Bounds(**bounds)))
    world.quote()
    return world


def filled_order(world: World, quantity: int = 5) -> int:
    order = world.order(BUY, quantity)[-1].order
    world.report(order, REPORT_FILL, execution_id=f"e{order}", quantity=quantity, price=PRICE)
    return int(order)


def test_ended_orders_leave_when_there_are_too_many_the_oldest_first() -> None:
    world = small_world(finished_orders_max=3)
    orders = [filled_order(world) for _ in range(6)]
    assert list(world.ledger.orders.known) == orders[3:]
    assert list(world.ledger.orders.finished) == orders[3:]
    assert len(world.ledger.orders.parents) == 3


def test_ended_orders_leave_when_they_are_too_old() -> None:
    world = small_world(finished_age_ns=10 * SECOND)
    first = filled_order(world)
    world.say(AdvanceTime(), after_ns=10 * SECOND)
    world.quote()
    second = filled_order(world)
    assert list(world.ledger.orders.known) == [first, second]
    world.say(AdvanceTime(), after_ns=1)
    world.quote()
    third = filled_order(world)
    assert list(world.ledger.orders.known) == [second, third]


def test_a_late_report_is_understood_within_memory_and_noticed_beyond_it() -> None:
    world = small_world(finished_orders_max=1)
    first, second = filled_order(world), filled_order(world)
    late = {"execution_id": "late", "quantity": 1, "price": PRICE}
    assert world.report(first, REPORT_FILL, **late)[0] == ReportIgnored(
        first, REPORT_FILL, UNKNOWN_ORDER
    )
    assert world.ledger.halts["firm"].reduce_only
    said = world.report(second, REPORT_FILL, execution_id=f"e{second}", quantity=5, price=PRICE)
    assert said == [ReportIgnored(second, REPORT_FILL, DUPLICATE_EXECUTION)]


def test_an_open_order_never_leaves() -> None:
    world = small_world(finished_orders_max=1, finished_age_ns=1)
    world.order(BUY, 5)
    resting = world.entries[-1].events[-1].order
    for _ in range(4):
        world.say(AdvanceTime(), after_ns=SECOND)
        world.quote()
        filled_order(world)
    assert resting in world.ledger.orders.known
    assert len(world.ledger.orders.known) == 2


def test_an_order_that_a_bust_opened_again_is_remembered_once_when_it_ends_again() -> None:
    world = small_world(finished_orders_max=2)
    order = filled_order(world)
    world.report(order, REPORT_BUST, reference=f"e{order}", execution_id="b1")
    assert world.ledger.orders.open.keys() == {order}
    assert list(world.ledger.orders.finished) == []
    world.report(order, REPORT_FILL, execution_id="again", quantity=5, price=PRICE)
    assert list(world.ledger.orders.finished) == [order]
    others = [filled_order(world) for _ in range(3)]
    assert list(world.ledger.orders.known) == others[1:]
    assert world.ledger.broken == {}


def test_a_parent_is_remembered_as_long_as_any_child() -> None:
    from_basket = Terms(price=PRICE, venue="alpha")
    world = small_world(finished_orders_max=1)
    lines = tuple(OrderQuantity("COIN", BUY, 2, from_basket) for _ in range(3))
    orders = [event.order for event in world.decide(Basket(lines))[1:]]
    assert len(orders) == 3
    for order in orders[:2]:
        world.report(order, REPORT_FILL, execution_id=f"e{order}", quantity=2, price=PRICE)
    # One child is forgotten, one is remembered as ended, one is open.
    assert list(world.ledger.orders.known) == orders[1:]
    (parent,) = world.ledger.orders.parents.values()
    assert (parent.children, parent.released) == (2, [2, 2, 2])
    world.report(orders[1], REPORT_BUST, reference=f"e{orders[1]}", execution_id="b")
    assert world.ledger.orders.open.keys() == {orders[1], orders[2]}
    assert world.ledger.broken == {}
    for order in orders[1:]:
        world.report(order, REPORT_CANCELLED)
    filled_order(world)
    assert parent.decision not in world.ledger.orders.parents


def test_a_decision_that_only_amends_is_nobodys_parent() -> None:
    world = small_world()
    terms = Terms(time_in_force=GTC, venue="alpha")
    order = world.decide(QuoteLadder("COIN", ((9_980, 5),), (), terms))[-1].order
    world.report(order, REPORT_ACCEPTED)
    for revision in range(1, 4):
        price = 9_980 - revision
        world.decide(QuoteLadder("COIN", ((price, 5),), (), terms))
        world.report(order, REPORT_REPLACED, revision=revision, quantity=5, price=price)
    assert len(world.ledger.orders.parents) == 1


def judged(world: World, key: str) -> DecisionJudged:
    action = OrderQuantity("COIN", BUY, 1, Terms(price=PRICE, venue="alpha"))
    world.say(ProposeDecision(world.decision(action, key=key)))
    verdict = world.say(ServeQueue(9))[0]
    assert isinstance(verdict, DecisionJudged)
    return verdict


def test_a_duplicate_is_recognised_within_the_age_and_not_beyond_it() -> None:
    world = small_world(duplicate_age_ns=10 * SECOND)
    world.say(limit("market_data", age_ms=86_400_000))
    judged(world, "a")
    world.say(AdvanceTime(), after_ns=10 * SECOND)
    assert judged(world, "a").reason == DUPLICATE_DECISION
    world.say(AdvanceTime(), after_ns=1)
    assert judged(world, "a").severity < REFUSE
    # The second life of a key has a horizon of its own.
    assert judged(world, "a").reason == DUPLICATE_DECISION


def test_a_duplicate_is_recognised_within_the_number_and_not_beyond_it() -> None:
    world = small_world(duplicate_keys_max=3)
    for key in "abc":
        judged(world, key)
    assert judged(world, "a").reason == DUPLICATE_DECISION
    judged(world, "d")
    assert judged(world, "a").severity < REFUSE
    assert judged(world, "c").reason == DUPLICATE_DECISION
    source = world.ledger.sources["model"]
    assert list(source.keys) == ["c", "d", "a"]
    assert [use.key for use in source.uses.in_order()] == ["c", "d", "a"]


def test_a_refused_decision_has_used_its_key() -> None:
    world = small_world()
    world.decide(CancelOrders((1,)), key="k")
    assert judged(world, "k").reason == DUPLICATE_DECISION


@pytest.mark.parametrize("fills", [1, 7])
def test_a_partly_filled_order_keeps_every_execution_it_was_told(fills: int) -> None:
    world = small_world()
    order = world.order(BUY, 10)[-1].order
    for count in range(fills):
        said = world.report(order, REPORT_FILL, execution_id=f"e{count}", quantity=1, price=PRICE)
        assert isinstance(said[0], OrderFilled)
    record = world.ledger.orders.find(order)
    assert record.status == PARTIALLY_FILLED
    assert record.status != FILLED
    assert list(record.fills) == [f"e{count}" for count in range(fills)]
