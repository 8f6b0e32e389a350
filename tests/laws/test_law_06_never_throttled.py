"""Law 6: risk-reducing requests are never throttled, shed or queued behind others."""

from collections.abc import Callable

import pytest

from interlock.messages.commands import (
    ActivateRelease,
    AdvanceTime,
    CloseSession,
    Halt,
    NoteFeedFault,
    ProposeDecision,
    SetInstrumentStatus,
)
from interlock.messages.decisions import CancelOrders, Flatten, OrderQuantity, Terms
from interlock.messages.definitions import Bounds
from interlock.messages.events import CancelRequested, DecisionJudged, Event, OrderCleared
from interlock.messages.findings import findings_of
from interlock.messages.reasons import HALT_CANCEL, QUEUE_FULL, REQUESTED
from interlock.messages.terms import (
    ALLOW,
    BUY,
    CHATTER,
    FEED_GAP,
    PENDING_CANCEL,
    RELEASE_RETIRED,
    REPORT_ACCEPTED,
    REPORT_FILL,
    REPORT_SILENCE,
    RISK_REDUCING,
    SELL,
    SUSPENDED,
    UNKNOWN,
)
from worlds import SECOND, World, limit, opening

RESTING = OrderQuantity("COIN", BUY, 1, Terms(price=9_980, venue="alpha"))


def throttle(world: World) -> None:
    world.say(limit("message_rate", count_max=1))
    world.decide(RESTING)


def fill_queue(world: World) -> None:
    for _ in range(4):
        world.say(ProposeDecision(world.decision(RESTING, priority=RISK_REDUCING)))


STOPS: dict[str, Callable[[World], object]] = {
    "nothing": lambda world: None,
    "a throttle at its bound": throttle,
    "a full queue": fill_queue,
    "a halt of the firm": lambda world: world.say(Halt("firm", "ann", "stop", False)),
    "a halt of the source": lambda world: world.say(Halt("source:model", "ann", "stop", False)),
    "the close": lambda world: world.say(CloseSession("ann", "end")),
    "a suspension": lambda world: world.say(SetInstrumentStatus("COIN", SUSPENDED, "x", "news")),
    "a retired release": lambda world: world.say(ActivateRelease("r1", 1, RELEASE_RETIRED, "ann")),
    "a faulted market": lambda world: world.say(NoteFeedFault("COIN", "alpha", FEED_GAP, 1, "")),
    "a stale market": lambda world: world.say(AdvanceTime(), after_ns=3_600 * SECOND),
    "open orders at their bound": lambda world: world.say(limit("open_orders", count_max=1)),
    "silence": lambda world: world.report(first(world), REPORT_SILENCE),
}


def first(world: World) -> int:
    return next(iter(world.ledger.orders.known))


def stopped_world(stop: str) -> World:
    world = World(opening(bounds=Bounds(waiting_max=3)))
    world.quote()
    order = world.decide(RESTING)[-1].order
    if stop != "silence":
        world.report(order, REPORT_ACCEPTED)
    STOPS[stop](world)
    return world


def asked_back(events: list[Event]) -> list[int]:
    return [event.order for event in events if isinstance(event, CancelRequested)]


@pytest.mark.parametrize("stop", STOPS)
def test_a_cancel_leaves_in_the_step_that_asks_for_it_whatever_stands(stop: str) -> None:
    world = stopped_world(stop)
    order = first(world)
    # An expired one of the least priority, of no release, under a used key: it takes risk away.
    wish = world.decision(
        CancelOrders((order,)), priority=CHATTER, valid_until_ns=0, release="none", key="k1"
    )
    events = world.say(ProposeDecision(wish))
    judged = events[0]
    assert isinstance(judged, DecisionJudged)
    assert judged.severity == ALLOW
    assert asked_back(events) == [order]
    record = world.ledger.orders.find(order)
    assert record.status == (UNKNOWN if stop == "silence" else PENDING_CANCEL)


@pytest.mark.parametrize("stop", STOPS)
def test_a_flatten_takes_back_what_works_even_when_it_may_not_close(stop: str) -> None:
    world = stopped_world(stop)
    order = first(world)
    events = world.say(ProposeDecision(world.decision(Flatten())))
    assert order in asked_back(events)


@pytest.mark.parametrize("stop", STOPS)
def test_a_halt_takes_back_what_works_whatever_stands(stop: str) -> None:
    world = stopped_world(stop)
    events = world.say(Halt("instrument:COIN", "bob", "stop"))
    assert first(world) in asked_back(events)
    assert {event.reason for event in events if isinstance(event, CancelRequested)} == {HALT_CANCEL}


def test_a_cancel_counts_as_a_message_and_is_not_stopped_by_the_count() -> None:
    world = World()
    world.quote()
    world.say(limit("message_rate", count_max=3, window_ms=1_000))
    orders = [world.decide(RESTING)[-1].order for _ in range(3)]
    for order in orders:
        (_, request) = world.say(ProposeDecision(world.decision(CancelOrders((order,)))))
        assert request == CancelRequested(order, "alpha", world.sequence, REQUESTED)
    number = [entry.control for entry in world.ledger.limits.limits].index("message_rate")
    assert world.ledger.limits.windows[number].count_at(world.time_ns) == 3
    assert not world.ledger.orders.open.keys() - set(orders)
    assert world.decide(RESTING)[0].severity > ALLOW


def test_what_the_queue_has_no_room_for_is_refused_at_once_and_cancels_are_not_among_it() -> None:
    world = stopped_world("a full queue")
    refused = world.entries[-1].events
    assert [event.reason for event in refused] == [QUEUE_FULL]
    assert len(world.ledger.waiting) == 3
    world.say(ProposeDecision(world.decision(CancelOrders())))
    assert world.ledger.orders.find(first(world)).status == PENDING_CANCEL


def holding(stop: str) -> World:
    """The account is long 10, and a count is at its bound."""
    world = World(opening(bounds=Bounds(open_orders_max=2 if stop == "the bound" else 100)))
    world.quote()
    held = world.decide(OrderQuantity("COIN", BUY, 10, Terms(price=10_010, venue="alpha")))
    world.report(held[-1].order, REPORT_FILL, execution_id="e", quantity=10, price=10_010)
    for _ in range(2):
        world.decide(RESTING)
    if stop != "the bound":
        world.say(limit(stop, count_max=2))
    if stop == "message_rate":
        for _ in range(2):
            world.decide(RESTING)
    return world


@pytest.mark.parametrize("stop", ["message_rate", "open_orders", "the bound"])
def test_what_is_proven_to_reduce_is_counted_and_not_stopped_by_the_count(stop: str) -> None:
    world = holding(stop)
    price = Terms(price=9_990, venue="alpha")
    reducing = Terms(price=9_990, venue="alpha", reduce_only=True)
    assert world.decide(OrderQuantity("COIN", SELL, 4, price))[0].severity > ALLOW
    passed = world.decide(OrderQuantity("COIN", SELL, 4, reducing))
    assert passed[0].severity == ALLOW
    counted = [
        found.severity
        for found in findings_of(passed[0])
        if (found.observed, found.bound) == (3, 2)
    ]
    assert counted == [ALLOW]
    # It has no more room than the position: beyond flat it is new risk.
    assert world.decide(OrderQuantity("COIN", SELL, 7, reducing))[0].severity > ALLOW
    flattened = world.say(ProposeDecision(world.decision(Flatten())))
    (close,) = [event for event in flattened if isinstance(event, OrderCleared)]
    assert (close.quantity, close.reduce_only) == (6, True)
