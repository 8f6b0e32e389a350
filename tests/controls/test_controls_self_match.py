"""Self-match prevention, mode by mode: what would match, who gives way, and what is left (C22)."""

import pytest

from controls.test_controls_bounds import findings_on, verdict
from controls.two_accounts import PRICE, order, trading
from interlock.messages.commands import SetLimit
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.definitions import Answer, Limit
from interlock.messages.events import CancelRequested, Event, OrderCleared
from interlock.messages.findings import objections_of
from interlock.messages.reasons import WOULD_MATCH_OURSELVES
from interlock.messages.terms import (
    ALLOW,
    AMEND,
    BUY,
    IOC,
    MARKET,
    REFUSE,
    REPORT_ACCEPTED,
    SELL,
    WARN,
)
from worlds import World


def mode(name: str, severity: int = REFUSE, scope: str = "firm") -> SetLimit:
    limit = Limit("self_match", scope, {"mode": (name,)}, answer=Answer(severity))
    return SetLimit(limit, "risk")


def resting(world: World, source: str, side: int, quantity: int) -> int:
    made = order(world, source, side, quantity)[-1]
    assert isinstance(made, OrderCleared), made
    world.report(made.order, REPORT_ACCEPTED)
    return made.order


def two_bids(limit: SetLimit) -> tuple[World, list[int]]:
    """Three lots of one account and four of another are bid."""
    world = trading(limit)
    return world, [resting(world, "model", BUY, 3), resting(world, "third", BUY, 4)]


def left(events: list[Event]) -> list[int]:
    return [event.quantity for event in events if isinstance(event, OrderCleared)]


def taken_back(events: list[Event]) -> list[int]:
    return [event.order for event in events if isinstance(event, CancelRequested)]


@pytest.mark.parametrize(
    ("name", "seen", "gives_way", "leaves"),
    [
        ("none", (ALLOW, 7, 0), False, [10]),
        ("expire_taker", (REFUSE, 7, 0), False, []),
        ("expire_maker", (WARN, 7, 0), True, [10]),
        ("expire_both", (REFUSE, 7, 0), True, []),
        ("decrement", (REFUSE, 7, 0), False, []),
        ("transfer", (REFUSE, 7, 0), False, []),
    ],
)
def test_each_mode_sees_all_that_would_match_and_says_who_gives_way(
    name: str, seen: tuple[int, int, int], gives_way: bool, leaves: list[int]
) -> None:
    world, bids = two_bids(mode(name))
    events = order(world, "model", SELL, 10)
    assert findings_on(world, events, "self_match") == [seen]
    assert taken_back(events) == (bids if gives_way else [])
    assert left(events) == leaves


def test_decrement_takes_what_would_match_out_of_both() -> None:
    world, bids = two_bids(mode("decrement", AMEND))
    events = order(world, "model", SELL, 10)
    assert verdict(events).severity == AMEND
    assert findings_on(world, events, "self_match") == [(AMEND, 7, 0)]
    assert left(events) == [3]
    assert taken_back(events) == bids
    # One that is no larger than what it would meet has nothing left, and takes as much of ours.
    for quantity, leaves in ((7, []), (8, [1])):
        world, bids = two_bids(mode("decrement", AMEND))
        events = order(world, "model", SELL, quantity)
        assert left(events) == leaves
        assert taken_back(events) == bids


def test_transfer_is_decrement_within_an_account_and_refuses_between_two() -> None:
    world, _ = two_bids(mode("transfer", AMEND))
    events = order(world, "model", SELL, 10)
    assert verdict(events).reason == WOULD_MATCH_OURSELVES
    assert left(events) == []
    assert taken_back(events) == []
    world = trading(mode("transfer", AMEND))
    bid = resting(world, "model", BUY, 3)
    # Another source of the same account.
    events = order(world, "other", SELL, 10)
    assert left(events) == [7]
    assert taken_back(events) == [bid]


def test_a_mode_of_an_account_looks_at_that_account_alone() -> None:
    for scope, seen in (("account:main", 3), ("source:model", 3), ("firm", 7)):
        world, _ = two_bids(mode("expire_taker", REFUSE, scope))
        events = order(world, "model", SELL, 10)
        assert findings_on(world, events, "self_match") == [(REFUSE, seen, 0)]


@pytest.mark.parametrize(("side", "price"), [(BUY, PRICE - 1), (SELL, PRICE + 1)])
def test_what_does_not_cross_passes_and_a_market_order_always_crosses(
    side: int, price: int
) -> None:
    world = trading(mode("expire_taker"))
    resting(world, "model", SELL if side == BUY else BUY, 3)

    def sent(terms: Terms) -> list[Event]:
        return world.decide(OrderQuantity("COIN", side, 2, terms))

    events = sent(Terms(price=price, venue="alpha"))
    assert findings_on(world, events, "self_match") == [(ALLOW, 0, 0)]
    market = Terms(MARKET, venue="alpha", time_in_force=IOC)
    assert findings_on(world, sent(market), "self_match") == [(REFUSE, 3, 0)]
    at_price = Terms(price=PRICE, venue="alpha")
    assert findings_on(world, sent(at_price), "self_match") == [(REFUSE, 3, 0)]


def test_what_would_match_a_line_of_its_own_basket_is_added() -> None:
    world, _ = two_bids(mode("expire_taker"))
    terms = Terms(price=PRICE, venue="alpha")
    lines = (OrderQuantity("COIN", BUY, 1, terms), OrderQuantity("COIN", SELL, 10, terms))
    events = world.decide(Basket(lines))
    assert findings_on(world, events, "self_match") == [(ALLOW, 0, 0), (REFUSE, 8, 0)]


def test_who_gives_way_is_told_why() -> None:
    world, _ = two_bids(mode("expire_maker"))
    judged = verdict(order(world, "model", SELL, 10))
    assert [found.reason for found in objections_of(judged)] == [WOULD_MATCH_OURSELVES]


def test_a_market_order_of_ours_that_is_not_answered_would_match_at_any_price() -> None:
    world = trading(mode("expire_taker"))
    market = Terms(MARKET, venue="alpha", time_in_force=IOC)
    world.decide(OrderQuantity("COIN", BUY, 3, market))
    events = order(world, "model", SELL, 2, price=PRICE + 200)
    assert findings_on(world, events, "self_match") == [(REFUSE, 3, 0)]
