"""Law 13: anything bounded says its bound, and what would pass it is refused or leaves."""

import pytest

from interlock.controls.rules import ADMISSION
from interlock.messages.commands import ProposeDecision, ReportAction, ServeQueue
from interlock.messages.decisions import (
    Basket,
    CancelOrders,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    Terms,
)
from interlock.messages.definitions import Bounds
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.findings import findings_of
from interlock.messages.reasons import QUEUE_FULL, TOO_MANY_ORDERS
from interlock.messages.terms import BUY, REFUSE
from laws.histories import history
from laws.watcher import check_bounds
from worlds import World, limit, opening

ACTION = OrderQuantity("COIN", BUY, 1, Terms(price=10_000, venue="alpha"))


def bounded(**bounds: int) -> World:
    world = World(opening(bounds=Bounds(**bounds)))
    world.quote()
    return world


def finding(judged: DecisionJudged, rule: int) -> tuple[int, int]:
    """Observed and bound of the first finding of a rule that refused."""
    (found,) = [row for row in findings_of(judged) if row.limit == -rule and row.severity == REFUSE]
    return found.observed, found.bound


def test_a_full_queue_refuses_at_once_and_says_its_bound() -> None:
    world = bounded(waiting_max=3)
    for _ in range(3):
        assert world.say(ProposeDecision(world.decision(ACTION))) == []
    (judged,) = world.say(ProposeDecision(world.decision(ACTION)))
    assert judged.reason == QUEUE_FULL
    assert finding(judged, ADMISSION) == (4, 3)
    # What was accepted is still served.
    assert len(world.say(ServeQueue(9))) == 6


def test_open_orders_are_bounded_whatever_the_limits_say() -> None:
    world = bounded(open_orders_max=2)
    world.say(limit("open_orders", count_max=1_000))
    world.decide(ACTION)
    world.decide(ACTION)
    judged = world.decide(ACTION)[0]
    assert judged.reason == TOO_MANY_ORDERS
    assert finding(judged, ADMISSION) == (3, 2)


def test_actions_that_nobody_has_finished_are_bounded() -> None:
    world = bounded(open_orders_max=2)
    notify = NamedAction("notify", {})
    number = world.decide(notify)[-1].action
    world.decide(notify)
    assert world.decide(notify)[0].reason == TOO_MANY_ORDERS
    world.say(ReportAction(number, True, "sent"))
    assert world.decide(notify)[0].reason == 0


@pytest.mark.parametrize(("lines", "passes"), [(3, True), (4, False)])
def test_orders_of_one_decision_are_bounded(lines: int, passes: bool) -> None:
    world = bounded(orders_per_decision_max=3)
    judged = world.decide(Basket((ACTION,) * lines))[0]
    assert (judged.reason == 0) == passes
    if not passes:
        assert judged.reason == TOO_MANY_ORDERS
    ladder = tuple((9_990 - level, 1) for level in range(lines))
    judged = world.decide(QuoteLadder("COIN", ladder, (), Terms(venue="alpha")))[0]
    assert (judged.reason == 0) == passes


def test_cancelling_is_not_bounded_by_the_orders_of_a_decision() -> None:
    world = bounded(orders_per_decision_max=1)
    for _ in range(3):
        world.decide(ACTION)
    events = world.say(ProposeDecision(world.decision(CancelOrders())))
    assert len(events) == 4


def test_a_long_history_stays_within_every_bound() -> None:
    world = history(41, 2_000)
    check_bounds(world.ledger)
    cleared = sum(
        isinstance(event, OrderCleared) for entry in world.entries for event in entry.events
    )
    assert cleared > 3 * len(world.ledger.orders.known) > 0
