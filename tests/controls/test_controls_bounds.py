"""Every control: it passes at its bound, refuses one beyond it, and says what it saw."""

from typing import Any

import pytest

from interlock.messages.commands import (
    AdvanceTime,
    NoteTrade,
    SetLimit,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Instrument, Limit
from interlock.messages.events import DecisionJudged, Event
from interlock.messages.findings import findings_of
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    GROSS_EXPOSURE_ABOVE_LIMIT,
    INSTRUMENT_RESTRICTED,
    MARKET_STALE,
    MESSAGE_RATE_ABOVE_LIMIT,
    NONE,
    OPEN_ORDERS_ABOVE_LIMIT,
    POSITION_ABOVE_LIMIT,
    PRICE_OUTSIDE_COLLAR,
    QUANTITY_ABOVE_DISPLAYED,
    QUANTITY_ABOVE_ORDER_LIMIT,
    VALUE_ABOVE_ORDER_LIMIT,
)
from interlock.messages.terms import (
    ALLOW,
    BUY,
    FOK,
    IOC,
    MARGINED,
    MARKET,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_FILL,
    SELL,
)
from worlds import SECOND, START, World, limit, opening

PRICE = 10_000
MS = 1_000_000


def quoted(**fields: Any) -> World:
    world = World(opening(**fields))
    world.quote()
    return world


def verdict(events: list[Event]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def findings_on(world: World, events: list[Event], control: str) -> list[tuple[int, int, int]]:
    """Severity, observed and bound of a control, line by line and limit by limit."""
    armed = [entry.control for entry in world.ledger.limits.limits]
    return [
        (found.severity, found.observed, found.bound)
        for found in findings_of(verdict(events))
        if found.limit >= 0 and armed[found.limit] == control
    ]


def check(
    world: World, control: str, passes: dict[str, Any], fails: dict[str, Any], reason: int,
    seen: tuple[int, int], bound: int,
) -> None:  # fmt: skip
    """The first order is allowed at the bound, the second refused beyond it, both with numbers."""
    events = world.order(**passes)
    assert verdict(events).reason == NONE, verdict(events)
    assert findings_on(world, events, control)[-1] == (ALLOW, seen[0], bound)
    events = world.order(**fails)
    assert verdict(events).reason == reason, verdict(events)
    assert findings_on(world, events, control)[-1] == (REFUSE, seen[1], bound)


def test_order_quantity_passes_at_its_bound_and_not_beyond() -> None:
    check(quoted(), "order_quantity", {"quantity": 100}, {"quantity": 101},
          QUANTITY_ABOVE_ORDER_LIMIT, (100, 101), 100)  # fmt: skip


def test_order_value_passes_at_its_bound_and_not_beyond() -> None:
    world = quoted()
    world.say(limit("order_value", value_max=100_000))
    check(world, "order_value", {"quantity": 10}, {"quantity": 10, "price": PRICE + 1},
          VALUE_ABOVE_ORDER_LIMIT, (100_000, 100_010), 100_000)  # fmt: skip


def test_a_sale_is_worth_the_touch_when_its_limit_is_below_it() -> None:
    world = quoted()
    world.say(limit("order_value", value_max=99_900))
    low = {"side": SELL, "price": 9_600}
    check(world, "order_value", {**low, "quantity": 10}, {**low, "quantity": 11},
          VALUE_ABOVE_ORDER_LIMIT, (99_900, 109_890), 99_900)  # fmt: skip


@pytest.mark.parametrize(("side", "price", "beyond"), [(BUY, 10_500, 10_501), (SELL, 9_500, 9_499)])
def test_the_collar_passes_at_its_bound_and_not_beyond(side: int, price: int, beyond: int) -> None:
    check(quoted(), "price_collar", {"side": side, "price": price},
          {"side": side, "price": beyond}, PRICE_OUTSIDE_COLLAR, (500, 501), 500)  # fmt: skip


@pytest.mark.parametrize(("side", "price", "beyond"), [(BUY, 5_000, 4_999), (SELL, 15_000, 15_001)])
def test_the_collar_is_wider_on_the_side_that_waits(side: int, price: int, beyond: int) -> None:
    check(quoted(), "price_collar", {"side": side, "price": price},
          {"side": side, "price": beyond}, PRICE_OUTSIDE_COLLAR, (5_000, 5_001), 5_000)  # fmt: skip


def test_the_collar_is_exact_however_fine_the_tick() -> None:
    world = quoted()
    world.say(UpdateQuote("COIN", "alpha", 999_990, 9, 1_000_010, 9, START))
    world.say(limit("order_value", value_max=10**9))
    world.say(limit("cash", minimum=-(10**9)))
    check(world, "price_collar", {"price": 1_050_000, "quantity": 1},
          {"price": 1_050_001, "quantity": 1}, PRICE_OUTSIDE_COLLAR, (500, 501), 500)  # fmt: skip


def test_the_collar_looks_at_the_last_trade_when_a_side_is_missing_and_then_at_the_mark() -> None:
    world = quoted()
    world.say(UpdateQuote("COIN", "alpha", 9_990, 9, 0, 0, START))
    # The mark of the last two-sided quote is 10,000.
    check(world, "price_collar", {"price": 10_500}, {"price": 10_501},
          PRICE_OUTSIDE_COLLAR, (500, 501), 500)  # fmt: skip
    world.say(NoteTrade("COIN", "alpha", 8_000, 1, 0, START))
    check(world, "price_collar", {"price": 8_400}, {"price": 8_401},
          PRICE_OUTSIDE_COLLAR, (500, 502), 500)  # fmt: skip


def test_a_market_order_is_held_to_the_collar_at_the_far_touch() -> None:
    world = quoted()
    world.say(limit("price_collar", bps=10))
    terms = Terms(MARKET, venue="alpha")
    assert verdict(world.order(quantity=1, terms=terms)).reason == NONE
    world.quote(9_900, 10_100)
    assert verdict(world.order(quantity=1, terms=terms)).reason == PRICE_OUTSIDE_COLLAR


@pytest.mark.parametrize(("after_ns", "seen"), [(1, 5_001), (MS, 5_001), (MS + 1, 5_002)])
def test_market_data_passes_at_its_age_and_not_beyond(after_ns: int, seen: int) -> None:
    world = quoted()
    world.say(AdvanceTime(), after_ns=5 * SECOND)
    events = world.order()
    assert findings_on(world, events, "market_data") == [(ALLOW, 5_000, 5_000)]
    world.say(AdvanceTime(), after_ns=after_ns)
    events = world.order()
    assert verdict(events).reason == MARKET_STALE
    assert findings_on(world, events, "market_data") == [(REFUSE, seen, 5_000)]


def test_a_trade_does_not_make_a_quote_younger() -> None:
    world = quoted()
    world.say(NoteTrade("COIN", "alpha", PRICE, 1, 0, START), after_ns=6 * SECOND)
    assert verdict(world.order()).reason == MARKET_STALE


@pytest.mark.parametrize(
    "terms",
    [
        Terms(MARKET, venue="alpha"),
        Terms(price=10_010, venue="alpha"),
        Terms(price=10_010, venue="alpha", time_in_force=FOK),
    ],
)
def test_liquidity_passes_at_its_share_of_what_is_displayed_and_not_beyond(terms: Terms) -> None:
    world = quoted()
    world.say(limit("liquidity", share_bps=2_500))
    world.quote(quantity=43)
    check(world, "liquidity", {"quantity": 10, "terms": terms}, {"quantity": 11, "terms": terms},
          QUANTITY_ABOVE_DISPLAYED, (10, 11), 10)  # fmt: skip


def test_liquidity_is_counted_down_the_ladder_to_the_limit() -> None:
    world = quoted()
    asks = ((10_010, 5), (10_020, 6), (10_030, 7))
    world.say(UpdateLadder("COIN", "alpha", ((9_990, 5),), asks, START))
    for price, shown in ((10_010, 5), (10_019, 5), (10_020, 11), (10_030, 18)):
        terms = Terms(price=price, venue="alpha", time_in_force=IOC)
        check(world, "liquidity", {"quantity": shown, "terms": terms},
              {"quantity": shown + 1, "terms": terms}, QUANTITY_ABOVE_DISPLAYED,
              (shown, shown + 1), shown)  # fmt: skip


@pytest.mark.parametrize("terms", [Terms(price=10_009, venue="alpha"),
                                   Terms(price=10_009, venue="alpha", post_only=True)])  # fmt: skip
def test_what_rests_takes_no_liquidity(terms: Terms) -> None:
    world = quoted()
    world.quote(quantity=1)
    assert verdict(world.order(quantity=50, terms=terms)).reason == NONE


@pytest.mark.parametrize("side", [BUY, SELL])
def test_position_passes_at_its_bound_with_what_works_and_not_beyond(side: int) -> None:
    world = quoted()
    world.say(limit("position", long_max=30, short_max=30))
    held = world.order(side, 12)[-1].order
    world.report(held, REPORT_FILL, execution_id="e", quantity=7, price=PRICE)
    check(world, "position", {"side": side, "quantity": 18}, {"side": side, "quantity": 1},
          POSITION_ABOVE_LIMIT, (30, 31), 30)  # fmt: skip


def test_a_position_past_its_limit_may_shrink() -> None:
    world = quoted()
    held = world.order(BUY, 50)[-1].order
    world.report(held, REPORT_FILL, execution_id="e", quantity=50, price=PRICE)
    world.say(limit("position", long_max=10, short_max=10))
    assert verdict(world.order(BUY, 1)).reason == POSITION_ABOVE_LIMIT
    assert verdict(world.order(SELL, 60)).reason == NONE
    assert verdict(world.order(SELL, 1)).reason == POSITION_ABOVE_LIMIT


def test_gross_exposure_passes_at_its_bound_and_not_beyond() -> None:
    world = quoted()
    world.quote(instrument="GOLD")
    world.say(limit("gross_exposure", value_max=100_000))
    world.order(SELL, 4, instrument="GOLD")
    check(world, "gross_exposure", {"quantity": 6}, {"quantity": 1},
          GROSS_EXPOSURE_ABOVE_LIMIT, (100_000, 110_000), 100_000)  # fmt: skip
    # The other side of what works makes nothing worse.
    assert verdict(world.order(SELL, 6)).reason == NONE


def test_cash_passes_at_its_minimum_with_fees_and_not_below() -> None:
    world = quoted()
    # 10 lots at 10,000 cost 100,000, and at 100 parts per million a fee of 10 and one for rounding.
    left = 100_000_000 - 100_000 - 11
    world.say(limit("cash", minimum=left))
    check(world, "cash", {"quantity": 10}, {"quantity": 1}, CASH_BELOW_MINIMUM,
          (left, 100_000_000 - 100_000 - 10_000 - 2), left)  # fmt: skip
    assert verdict(world.order(SELL, 50)).reason == NONE


def test_what_is_margined_needs_and_reserves_no_cash() -> None:
    future = Instrument("COIN", "USD", 2, 2, 1, 0, 1, settlement=MARGINED)
    world = World(opening(instruments=(future,), cash=0))
    world.quote()
    assert verdict(world.order(BUY, 10)).reason == NONE
    assert world.ledger.accounts["main"].cash["USD"].reserved == 0


def test_message_rate_passes_at_its_bound_and_not_beyond_until_time_passes() -> None:
    world = quoted()
    world.say(limit("message_rate", count_max=3, window_ms=1_000))
    world.order()
    world.say(AdvanceTime(), after_ns=600 * MS)
    world.order()
    check(world, "message_rate", {}, {}, MESSAGE_RATE_ABOVE_LIMIT, (3, 4), 3)
    world.say(AdvanceTime(), after_ns=400 * MS - 1)
    assert verdict(world.order()).reason == MESSAGE_RATE_ABOVE_LIMIT
    world.say(AdvanceTime(), after_ns=1)
    assert verdict(world.order()).reason == NONE
    assert verdict(world.order()).reason == MESSAGE_RATE_ABOVE_LIMIT


@pytest.mark.parametrize(
    "scope", ["firm", "account:main", "source:model", "instrument:COIN", "venue:alpha"]
)
def test_open_orders_pass_at_their_bound_in_every_scope_and_not_beyond(scope: str) -> None:
    world = quoted()
    world.say(limit("open_orders", scope, count_max=3))
    world.order()
    ended = world.order()[-1].order
    world.report(ended, REPORT_FILL, execution_id="e", quantity=10, price=PRICE)
    world.order()
    check(world, "open_orders", {}, {}, OPEN_ORDERS_ABOVE_LIMIT, (3, 4), 3)


def test_a_restricted_list_stops_what_is_on_it_alone() -> None:
    world = quoted()
    world.quote(instrument="GOLD")
    world.say(limit("restricted_list", instruments=("GOLD", "LEAD")))
    check(world, "restricted_list", {}, {"instrument": "GOLD"}, INSTRUMENT_RESTRICTED, (0, 1), 0)


def test_a_limit_for_an_instrument_or_a_currency_holds_there_alone() -> None:
    world = quoted()
    world.quote(instrument="GOLD")
    for instrument, currency in (("GOLD", ""), ("", "EUR"), ("COIN", "USD")):
        made = Limit("order_quantity", "firm", {"quantity_max": 1}, instrument, currency)
        world.say(SetLimit(made, "risk"))
    coin = world.order(quantity=1)
    assert len(findings_on(world, coin, "order_quantity")) == 2
    assert verdict(world.order(quantity=2)).reason == QUANTITY_ABOVE_ORDER_LIMIT
    gold = world.order(quantity=2, instrument="GOLD")
    assert findings_on(world, gold, "order_quantity")[-1] == (REFUSE, 2, 1)


def test_a_limit_that_changes_holds_from_then_on_and_is_counted() -> None:
    world = quoted()
    assert verdict(world.order(quantity=50)).reason == NONE
    version = verdict(world.order()).limits_version
    world.say(limit("order_quantity", quantity_max=9))
    assert verdict(world.order()).reason == QUANTITY_ABOVE_ORDER_LIMIT
    assert verdict(world.order()).limits_version == version + 1


# --- amends ------------------------------------------------------------------------------------


def working(quantity: int = 20, side: int = BUY) -> tuple[World, int]:
    world = quoted()
    order = world.order(side, quantity)[-1].order
    world.report(order, REPORT_ACCEPTED)
    return world, order


def amended(world: World, order: int, quantity: int, price: int = PRICE) -> int:
    return verdict(world.decide(ReplaceOrder(order, quantity, price))).reason


@pytest.mark.parametrize("side", [BUY, SELL])
def test_an_amend_is_judged_on_what_it_adds_to_the_position(side: int) -> None:
    world, order = working(20, side)
    world.say(limit("position", long_max=25, short_max=25))
    assert amended(world, order, 26) == POSITION_ABOVE_LIMIT
    assert amended(world, order, 25) == NONE


def test_an_amend_is_judged_on_what_it_adds_to_the_gross_and_takes_of_the_cash() -> None:
    world, order = working(20)
    world.say(limit("gross_exposure", value_max=250_000))
    assert amended(world, order, 26) == GROSS_EXPOSURE_ABOVE_LIMIT
    free = world.ledger.accounts["main"].cash["USD"].free()
    world.say(limit("cash", minimum=free - 50_000 - 6))
    assert amended(world, order, 25) == NONE
    assert world.ledger.accounts["main"].cash["USD"].free() == free - 50_000
    world, order = working(20)
    world.say(limit("cash", minimum=world.ledger.accounts["main"].cash["USD"].free() - 20))
    assert amended(world, order, 20, PRICE + 1) == CASH_BELOW_MINIMUM
    assert amended(world, order, 20, PRICE - 1) == NONE


def test_an_amend_that_adds_nothing_passes_limits_that_the_order_is_beyond() -> None:
    world, order = working(20)
    world.say(limit("order_quantity", quantity_max=5))
    world.say(limit("order_value", value_max=50_000))
    world.say(limit("position", long_max=5, short_max=5))
    world.say(limit("gross_exposure", value_max=50_000))
    world.say(limit("cash", minimum=100_000_000))
    world.say(limit("open_orders", count_max=1))
    assert amended(world, order, 21) != NONE
    assert amended(world, order, 19) == NONE


def test_an_amend_opens_nothing_and_is_a_message() -> None:
    world, order = working()
    world.say(limit("open_orders", count_max=1))
    assert amended(world, order, 21) == NONE
    world.say(limit("message_rate", count_max=2))
    assert amended(world, order, 22) == MESSAGE_RATE_ABOVE_LIMIT


def test_an_amend_is_held_to_the_collar_and_to_what_is_displayed() -> None:
    world, order = working()
    assert amended(world, order, 20, 10_501) == PRICE_OUTSIDE_COLLAR
    # All that is left of it would trade at once, not only what the amend adds.
    world.quote(quantity=24)
    assert amended(world, order, 25, 10_010) == QUANTITY_ABOVE_DISPLAYED
    assert amended(world, order, 24, 10_010) == NONE


def test_a_reduce_only_order_may_grow_to_flat_and_not_past_it() -> None:
    world = quoted()
    held = world.order(BUY, 10)[-1].order
    world.report(held, REPORT_FILL, execution_id="e", quantity=10, price=PRICE)
    terms = Terms(price=PRICE, venue="alpha", reduce_only=True)
    out = OrderQuantity("COIN", SELL, 11, terms)
    assert verdict(world.decide(out)).severity == REFUSE
    order = world.decide(OrderQuantity("COIN", SELL, 6, terms))[-1].order
    world.report(order, REPORT_ACCEPTED)
    assert amended(world, order, 11) != NONE
    assert amended(world, order, 10) == NONE


def test_an_amend_that_adds_nothing_is_held_to_what_is_displayed_when_it_would_take() -> None:
    world, order = working(20)
    world.quote(quantity=19)
    assert amended(world, order, 20, 10_010) == QUANTITY_ABOVE_DISPLAYED
    assert amended(world, order, 20, 10_009) == NONE
