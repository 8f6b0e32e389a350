"""What is asked for is judged as a whole: accounts of a firm, lines of a decision, and what gives
way to an order that is refused.
"""

import pytest

from controls.two_accounts import PRICE, armed, filled, order, trading, verdict
from interlock.messages.commands import SetLimit
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.definitions import Limit
from interlock.messages.events import CancelRequested, OrderCleared
from interlock.messages.reasons import (
    CONCENTRATION_ABOVE_LIMIT,
    DAILY_QUANTITY_ABOVE_LIMIT,
    NET_EXPOSURE_ABOVE_LIMIT,
    NONE,
    QUANTITY_ABOVE_VOLUME_SHARE,
    SHORT_SALE_NOT_LOCATED,
    WOULD_MATCH_OURSELVES,
)
from interlock.messages.terms import (
    BUY,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_FILL,
    SELL,
)
from worlds import SECOND, World

DAY = 86_400 * SECOND


def at(price: int) -> Terms:
    return Terms(price=price, venue="alpha")


def self_match(mode: str) -> SetLimit:
    return SetLimit(Limit("self_match", "firm", {"mode": (mode,)}), "risk")


def test_the_firm_sells_short_no_more_in_two_accounts_than_was_located() -> None:
    world = trading(armed("short_sale", "firm", located=20, uptick=0))
    assert verdict(order(world, "model", SELL, 15)).reason == NONE
    assert verdict(order(world, "third", SELL, 6)).reason == SHORT_SALE_NOT_LOCATED
    assert verdict(order(world, "third", SELL, 5)).reason == NONE
    # What one account holds is no short sale of the firm; what reduces it passes always.
    filled(world, "other", BUY, 10)
    assert verdict(order(world, "third", SELL, 10)).reason == NONE
    reducing = Terms(price=PRICE, venue="alpha", reduce_only=True)
    world = trading(armed("short_sale", "firm", located=0, uptick=1))
    filled(world, "model", BUY, 5)
    assert verdict(order(world, "third", SELL, 6)).reason == SHORT_SALE_NOT_LOCATED
    action = OrderQuantity("COIN", SELL, 5, reducing)
    assert verdict(world.decide(action)).reason == NONE


def test_an_instrument_s_share_of_the_firm_is_that_of_all_accounts() -> None:
    world = trading()
    filled(world, "model", BUY, 2, "GOLD")
    # GOLD: 4 lots are there and 2 more, of three units each; 18 of COIN are half of it all.
    world.say(armed("concentration", "firm", "USD", floor=0, share_bps=5_000))
    assert verdict(order(world, "model", BUY, 9)).reason == NONE
    assert verdict(order(world, "third", SELL, 10)).reason == CONCENTRATION_ABOVE_LIMIT
    assert verdict(order(world, "third", SELL, 9)).reason == NONE


@pytest.mark.parametrize(("first", "quantity"), [(BUY, 37), (SELL, 13)])
def test_a_line_of_a_basket_makes_no_room_for_one_on_the_other_side(
    first: int, quantity: int
) -> None:
    # 4 lots of GOLD, of three units each, are there from the start.
    world = trading()
    world.say(armed("net_exposure", "firm", "USD", value_max=24 * PRICE))
    second = SELL if first == BUY else BUY
    lines = (
        OrderQuantity("GOLD", first, 4, at(PRICE)),
        OrderQuantity("COIN", second, quantity, at(PRICE)),
    )
    events = world.decide(Basket(lines))
    assert verdict(events).reason == NET_EXPOSURE_ABOVE_LIMIT


@pytest.mark.parametrize("mode", ["expire_taker", "expire_maker", "expire_both", "decrement"])
@pytest.mark.parametrize(("sold_at", "expected"), [(PRICE, WOULD_MATCH_OURSELVES), (10_001, NONE)])
def test_two_lines_of_a_basket_do_not_trade_with_each_other(
    mode: str, sold_at: int, expected: int
) -> None:
    world = trading(self_match(mode))
    lines = (
        OrderQuantity("COIN", BUY, 10, at(PRICE)),
        OrderQuantity("COIN", SELL, 10, at(sold_at)),
    )
    assert verdict(world.decide(Basket(lines))).reason == expected


@pytest.mark.parametrize(
    ("mode", "quantity", "expected"),
    [
        ("expire_maker", 10, 1),
        ("expire_maker", 51, 0),
        ("expire_both", 10, 1),
        ("expire_both", 51, 0),
        ("expire_taker", 10, 0),
    ],
)
def test_nothing_gives_way_to_an_order_that_is_refused_for_something_else(
    mode: str, quantity: int, expected: int
) -> None:
    world = trading(self_match(mode), armed("order_quantity", "source:model", quantity_max=50))
    resting = order(world, "third", BUY, 10)[-1]
    assert isinstance(resting, OrderCleared)
    world.report(resting.order, REPORT_ACCEPTED)
    events = order(world, "model", SELL, quantity)
    cancels = [event.order for event in events if isinstance(event, CancelRequested)]
    assert cancels == [resting.order] * expected
    is_refused = quantity > 50 or mode != "expire_maker"
    assert (verdict(events).severity >= REFUSE) == is_refused


def bought(world: World, quantity: int, execution: str) -> int:
    made = order(world, "model", BUY, quantity)[-1]
    assert isinstance(made, OrderCleared), made
    world.report(made.order, REPORT_ACCEPTED)
    world.report(made.order, REPORT_FILL, execution_id=execution, quantity=quantity, price=PRICE)
    return made.order


def test_a_bust_of_yesterday_frees_nothing_of_today_and_one_of_today_does() -> None:
    limit = armed("daily_quantity", "firm", quantity_max=200, warn_bps=10_000, day_start_ms=0)
    world = trading(limit)
    world.time_ns = (world.time_ns // DAY + 1) * DAY - SECOND
    world.quote()
    yesterday = bought(world, 100, "a")
    world.time_ns += 2 * SECOND
    world.quote()
    today = bought(world, 150, "b")
    world.report(yesterday, REPORT_BUST, reference="a")
    (counter,) = world.ledger.orders.counters.counters.values()
    assert counter.kept()[0][0] == 150
    assert verdict(order(world, "third", BUY, 51)).reason == DAILY_QUANTITY_ABOVE_LIMIT
    world.report(today, REPORT_BUST, reference="b")
    assert counter.kept()[0][0] == 0


def test_a_share_of_the_volume_is_not_passed_in_slices() -> None:
    share = {"daily_volume": 1_000, "share_bps": 500}
    for window_ms, expected in ((0, NONE), (60_000, QUANTITY_ABOVE_VOLUME_SHARE)):
        limit = Limit("volume_share", "firm", {**share, "window_ms": window_ms}, "COIN")
        world = trading(SetLimit(limit, "risk"))
        assert verdict(order(world, "model", BUY, 51)).reason == QUANTITY_ABOVE_VOLUME_SHARE
        assert verdict(order(world, "model", BUY, 30)).reason == NONE
        # Sources count together, the sides do not.
        assert verdict(order(world, "third", BUY, 21)).reason == expected
        assert verdict(order(world, "third", SELL, 21)).reason == NONE
        world.time_ns += 60 * SECOND
        world.quote()
        assert verdict(order(world, "third", BUY, 50)).reason == NONE
