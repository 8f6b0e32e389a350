"""Reduce-only and post-only are kept by us, whatever the venue does."""

from typing import Any

import pytest

from interlock.messages.decisions import ReplaceOrder, Terms
from interlock.messages.events import CancelRequested, DecisionJudged, ReplaceRequested
from interlock.messages.reasons import (
    NONE,
    POSITION_SHRANK,
    POST_ONLY_WOULD_TRADE,
    REDUCE_ONLY,
)
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REPLACED,
    REPORT_SILENCE,
    SELL,
)
from worlds import World

PRICE = 10_000


def quoted() -> World:
    world = World()
    world.quote()
    return world


def fill(world: World, order: int, quantity: int) -> list[Any]:
    world.keys += 1
    return world.report(
        order, REPORT_FILL, execution_id=f"f{world.keys}", quantity=quantity, price=PRICE
    )


def trade(world: World, side: int, quantity: int) -> list[Any]:
    """The account trades by an order that is not reduce-only."""
    return fill(world, world.order(side, quantity)[-1].order, quantity)


def reducing(world: World, side: int, quantity: int, *, accepted: bool = True) -> int:
    terms = Terms(price=PRICE, venue="alpha", reduce_only=True)
    order: int = world.order(side, quantity, terms=terms)[-1].order
    if accepted:
        world.report(order, REPORT_ACCEPTED)
    return order


def effects(events: list[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, CancelRequested | ReplaceRequested)]


@pytest.mark.parametrize(("side", "closing"), [(BUY, SELL), (SELL, BUY)])
def test_a_reduce_only_order_shrinks_with_the_position(side: int, closing: int) -> None:
    world = quoted()
    trade(world, side, 10)
    order = reducing(world, closing, 10)
    (asked,) = effects(trade(world, closing, 4))
    assert isinstance(asked, ReplaceRequested)
    assert (asked.order, asked.quantity, asked.price) == (order, 6, PRICE)
    world.report(order, REPORT_REPLACED, revision=1, quantity=6, price=PRICE)
    assert effects(fill(world, order, 6)) == []
    assert world.ledger.accounts["main"].positions["COIN"].lots == 0


def test_a_reduce_only_order_without_a_position_is_taken_back() -> None:
    world = quoted()
    trade(world, BUY, 10)
    order = reducing(world, SELL, 10)
    (asked,) = effects(trade(world, SELL, 10))
    assert isinstance(asked, CancelRequested)
    assert (asked.order, asked.reason) == (order, POSITION_SHRANK)


def test_the_newest_goes_first_and_no_more_than_must() -> None:
    world = quoted()
    trade(world, BUY, 10)
    older, newer = reducing(world, SELL, 6), reducing(world, SELL, 4)
    asked = effects(trade(world, SELL, 5))
    assert [(event.order, type(event)) for event in asked] == [
        (newer, CancelRequested),
        (older, ReplaceRequested),
    ]
    assert asked[1].quantity == 5


def test_what_is_asked_back_already_is_not_counted_again() -> None:
    world = quoted()
    trade(world, BUY, 10)
    order = reducing(world, SELL, 10)
    assert len(effects(trade(world, SELL, 10))) == 1
    assert effects(trade(world, SELL, 2)) == []
    world.report(order, REPORT_CANCELLED)
    assert not world.ledger.orders.reducing


def test_what_nobody_has_answered_for_is_asked_back_and_not_shrunk() -> None:
    world = quoted()
    trade(world, BUY, 10)
    order = reducing(world, SELL, 10, accepted=False)
    (asked,) = effects(trade(world, SELL, 4))
    assert isinstance(asked, CancelRequested)
    assert asked.order == order


def test_an_unknown_order_is_counted_and_asked_back() -> None:
    world = quoted()
    trade(world, BUY, 10)
    order = reducing(world, SELL, 10, accepted=False)
    world.report(order, REPORT_SILENCE)
    (asked,) = effects(trade(world, SELL, 10))
    assert asked.order == order


def test_a_bust_that_takes_the_position_away_takes_its_orders_back() -> None:
    world = quoted()
    bought = world.order(BUY, 10)[-1].order
    world.report(bought, REPORT_FILL, execution_id="b", quantity=10, price=PRICE)
    order = reducing(world, SELL, 10)
    (asked,) = effects(world.report(bought, REPORT_BUST, execution_id="c", reference="b"))
    assert asked.order == order


def test_another_instrument_and_the_other_side_are_left_alone() -> None:
    world = quoted()
    world.quote(instrument="GOLD")
    trade(world, BUY, 10)
    gold = world.order(SELL, 5, instrument="GOLD")[-1].order
    world.report(gold, REPORT_FILL, execution_id="g", quantity=5, price=PRICE)
    terms = Terms(price=PRICE, venue="alpha", reduce_only=True)
    world.report(world.order(BUY, 5, instrument="GOLD", terms=terms)[-1].order, REPORT_ACCEPTED)
    reducing(world, SELL, 4)
    assert effects(trade(world, SELL, 6)) == []


@pytest.mark.parametrize("quantity", [1, 5])
def test_nothing_opens_from_flat_and_nothing_flips(quantity: int) -> None:
    world = quoted()
    terms = Terms(price=PRICE, venue="alpha", reduce_only=True)
    judged = world.order(SELL, quantity, terms=terms)[0]
    assert judged.reason == REDUCE_ONLY
    trade(world, BUY, quantity)
    assert world.order(SELL, quantity + 1, terms=terms)[0].reason == REDUCE_ONLY
    assert world.order(SELL, quantity, terms=terms)[0].reason == NONE
    assert world.order(SELL, 1, terms=terms)[0].reason == REDUCE_ONLY


@pytest.mark.parametrize(("side", "inside", "crossing"), [(BUY, 10_009, 10_010),
                                                          (SELL, 9_991, 9_990)])  # fmt: skip
def test_post_only_is_refused_where_our_market_says_that_it_would_trade(
    side: int, inside: int, crossing: int
) -> None:
    world = quoted()
    for price, expected in ((inside, NONE), (crossing, POST_ONLY_WOULD_TRADE)):
        terms = Terms(price=price, venue="alpha", post_only=True)
        judged = world.order(side, 5, terms=terms)[0]
        assert isinstance(judged, DecisionJudged)
        assert judged.reason == expected


def test_a_post_only_order_is_not_changed_to_a_price_that_would_trade() -> None:
    world = quoted()
    terms = Terms(price=9_995, venue="alpha", post_only=True)
    order = world.order(BUY, 5, terms=terms)[-1].order
    world.report(order, REPORT_ACCEPTED)
    assert world.decide(ReplaceOrder(order, 5, 10_010))[0].reason == POST_ONLY_WOULD_TRADE
    assert world.decide(ReplaceOrder(order, 5, 10_009))[0].reason == NONE
