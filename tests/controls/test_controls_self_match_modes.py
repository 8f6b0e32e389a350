"""Orders of ours that would trade with each other: which gives way in each of the six modes, over
accounts, prices and sizes; and what a venue is told of it.
"""

from typing import Any

import pytest

from controls.two_accounts import PRICE, order, trading, verdict
from interlock.kernel.invariants import audit
from interlock.messages.commands import SetLimit
from interlock.messages.decisions import OrderQuantity, Terms
from interlock.messages.definitions import Answer, Limit
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.findings import findings_of, objections_of
from interlock.messages.reasons import (
    NONE,
    QUANTITY_ABOVE_ORDER_LIMIT,
    SELF_MATCH,
    WOULD_MATCH_OURSELVES,
)
from interlock.messages.terms import (
    ALLOW,
    AMEND,
    BUY,
    IOC,
    MARKET,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_FILL,
    REPORT_SILENCE,
    SELL,
    WARN,
)
from worlds import World

MODES = ("none", "expire_taker", "expire_maker", "expire_both", "decrement", "transfer")


def matching(mode: str, scope: str = "firm", answer: Answer | None = None) -> SetLimit:
    cut = Answer(AMEND) if mode in ("decrement", "transfer") else Answer()
    limit = Limit("self_match", scope, {"mode": (mode,)}, answer=answer or cut)
    return SetLimit(limit, "risk")


def resting(world: World, quantity: int = 10, side: int = BUY, *, source: str = "other",
            price: int = PRICE) -> int:  # fmt: skip
    """An order of ours that waits; by another source of the same account unless another is said."""
    made = at(world, source, side, quantity, price)[-1]
    assert isinstance(made, OrderCleared), made
    world.report(made.order, REPORT_ACCEPTED)
    return made.order


def at(world: World, source: str, side: int, quantity: int, price: int, **more: Any) -> list[Any]:
    terms = Terms(price=price, venue=more.pop("venue", "alpha"), **more)
    return world.decide(OrderQuantity("COIN", side, quantity, terms), source=source)


def cleared(events: list[Any]) -> list[int]:
    return [event.quantity for event in events if isinstance(event, OrderCleared)]


def cancelled(events: list[Any]) -> list[int]:
    asked = [event for event in events if isinstance(event, CancelRequested)]
    assert all(event.reason == SELF_MATCH for event in asked)
    return [event.order for event in asked]


def shrunk(events: list[Any]) -> list[tuple[int, int]]:
    return [
        (event.order, event.quantity) for event in events if isinstance(event, ReplaceRequested)
    ]


@pytest.mark.parametrize("side", [BUY, SELL])
@pytest.mark.parametrize(
    ("mode", "severity", "leaves", "gives_way"),
    [
        ("none", ALLOW, [10], False),
        ("expire_taker", REFUSE, [], False),
        ("expire_maker", WARN, [10], True),
        ("expire_both", REFUSE, [], True),
        ("decrement", REFUSE, [], True),
        ("transfer", REFUSE, [], True),
    ],
)
def test_two_orders_of_one_size(
    mode: str, severity: int, leaves: list[int], gives_way: bool, side: int
) -> None:
    world = trading(matching(mode))
    maker = resting(world, 10, 3 - side)
    events = at(world, "model", side, 10, PRICE)
    judged = verdict(events)
    assert judged.severity == severity
    assert judged.reason == (NONE if severity == ALLOW else WOULD_MATCH_OURSELVES)
    assert cleared(events) == leaves
    assert cancelled(events) == [maker] * gives_way
    assert shrunk(events) == []
    assert audit(world.ledger) == []


@pytest.mark.parametrize("mode", MODES)
def test_what_would_match_is_said_in_every_mode(mode: str) -> None:
    world = trading(matching(mode))
    resting(world, 10)
    judged = verdict(at(world, "model", SELL, 4, PRICE))
    number = len(world.ledger.limits.limits) - 1
    (found,) = [one for one in findings_of(judged) if one.limit == number]
    assert (found.observed, found.bound) == (10, 0)


@pytest.mark.parametrize("mode", ["decrement", "transfer"])
@pytest.mark.parametrize("side", [BUY, SELL])
def test_the_smaller_expires_and_the_larger_is_left_with_the_difference(
    mode: str, side: int
) -> None:
    world = trading(matching(mode))
    maker = resting(world, 10, 3 - side)
    events = at(world, "model", side, 4, PRICE)
    assert (verdict(events).severity, cleared(events)) == (REFUSE, [])
    assert (shrunk(events), cancelled(events)) == ([(maker, 6)], [])
    world = trading(matching(mode))
    maker = resting(world, 10, 3 - side)
    events = at(world, "model", side, 15, PRICE)
    judged = verdict(events)
    assert (judged.severity, judged.reason) == (AMEND, WOULD_MATCH_OURSELVES)
    assert (cleared(events), cancelled(events), shrunk(events)) == ([5], [maker], [])
    # What gives way is asked for before the order leaves.
    assert isinstance(events[-1], OrderCleared)
    assert audit(world.ledger) == []


def test_what_has_traded_of_ours_counts_for_what_is_left_of_it() -> None:
    world = trading(matching("decrement"))
    maker = resting(world, 10)
    world.report(maker, REPORT_FILL, execution_id="a", quantity=3, price=PRICE)
    events = at(world, "model", SELL, 4, PRICE)
    # Seven were left, and three are; of ten in all.
    assert shrunk(events) == [(maker, 6)]
    assert world.ledger.orders.known[maker].asked_quantity == 6


def test_the_best_price_and_then_the_oldest_give_way_first() -> None:
    world = trading(matching("decrement"))
    worse = resting(world, 10, price=PRICE)
    older = resting(world, 10, price=PRICE + 2)
    newer = resting(world, 10, price=PRICE + 2)
    events = at(world, "model", SELL, 25, PRICE)
    assert cancelled(events) == [older, newer]
    assert shrunk(events) == [(worse, 5)]
    world = trading(matching("decrement"))
    makers = [resting(world, 10, SELL, price=PRICE - step) for step in (0, 2, 1)]
    events = at(world, "model", BUY, 12, PRICE)
    assert (cancelled(events), shrunk(events)) == ([makers[1]], [(makers[2], 8)])


def test_between_two_accounts_nothing_is_transferred_and_what_is_decremented_may_be() -> None:
    for mode, expected in (("transfer", []), ("decrement", [6])):
        world = trading(matching(mode))
        maker = resting(world, 10, source="third")
        events = at(world, "model", SELL, 4, PRICE)
        assert verdict(events).reason == WOULD_MATCH_OURSELVES
        assert [left for number, left in shrunk(events) if number == maker] == expected
        world = trading(matching(mode))
        maker = resting(world, 10, source="third")
        events = at(world, "model", SELL, 15, PRICE)
        assert cleared(events) == ([5] if expected else [])
        assert cancelled(events) == ([maker] if expected else [])


@pytest.mark.parametrize("mode", ["decrement", "transfer"])
def test_a_limit_that_refuses_leaves_ours_as_they_are(mode: str) -> None:
    world = trading(matching(mode, answer=Answer(REFUSE)))
    resting(world, 10)
    for quantity in (4, 15):
        events = at(world, "model", SELL, quantity, PRICE)
        assert verdict(events).severity == REFUSE
        assert (cleared(events), cancelled(events), shrunk(events)) == ([], [], [])


@pytest.mark.parametrize("mode", ["expire_both", "decrement", "transfer"])
def test_ours_stay_when_the_order_is_refused_for_something_else(mode: str) -> None:
    size = SetLimit(Limit("order_quantity", "source:model", {"quantity_max": 3}, "COIN"), "risk")
    world = trading(matching(mode), size)
    resting(world, 10)
    events = at(world, "model", SELL, 4, PRICE)
    said = {found.reason for found in objections_of(verdict(events))}
    assert said == {WOULD_MATCH_OURSELVES, QUANTITY_ABOVE_ORDER_LIMIT}
    assert (cancelled(events), shrunk(events)) == ([], [])


def test_one_of_ours_that_is_being_changed_or_is_in_doubt_is_not_changed_again() -> None:
    world = trading(matching("decrement"))
    maker = resting(world, 10)
    first = at(world, "model", SELL, 4, PRICE)
    assert shrunk(first) == [(maker, 6)]
    again = at(world, "model", SELL, 4, PRICE)
    assert (verdict(again).severity, shrunk(again)) == (REFUSE, [])
    world = trading(matching("decrement"))
    maker = order(world, "other", BUY, 10)[-1].order
    world.report(maker, REPORT_SILENCE)
    doubted = at(world, "model", SELL, 4, PRICE)
    assert (verdict(doubted).severity, shrunk(doubted)) == (REFUSE, [])


@pytest.mark.parametrize("mode", MODES[1:])
def test_what_would_not_trade_with_ours_is_left_alone(mode: str) -> None:
    """A price behind, another venue, the same side."""
    world = trading(matching(mode))
    resting(world, 10)
    for events in (
        at(world, "model", SELL, 4, PRICE + 1),
        at(world, "model", BUY, 4, PRICE),
    ):
        assert (verdict(events).reason, len(cleared(events))) == (NONE, 1)
        assert (cancelled(events), shrunk(events)) == ([], [])


@pytest.mark.parametrize(
    "terms",
    [Terms(MARKET, venue="alpha"), Terms(price=PRICE, venue="alpha", time_in_force=IOC)],
)
def test_market_and_immediate_orders_match_ours_as_well(terms: Terms) -> None:
    world = trading(matching("expire_taker"))
    resting(world, 10)
    judged = verdict(world.decide(OrderQuantity("COIN", SELL, 4, terms)))
    assert judged.reason == WOULD_MATCH_OURSELVES


@pytest.mark.parametrize(
    ("scope", "source", "expected"),
    [("firm", "third", REFUSE), ("account:main", "third", ALLOW),
     ("account:main", "other", REFUSE), ("source:model", "other", ALLOW),
     ("source:model", "model", REFUSE)],
)  # fmt: skip
def test_ours_are_those_of_the_limits_scope(scope: str, source: str, expected: int) -> None:
    world = trading(matching("expire_taker", scope))
    resting(world, 10, source=source)
    assert verdict(at(world, "model", SELL, 4, PRICE)).severity == expected
