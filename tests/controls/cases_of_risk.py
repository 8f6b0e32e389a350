"""Cases of what is traded, on which market, and what it adds up to."""

from typing import Any

from controls.cases import PRICE, armed, case, filled, orders, quoted
from interlock.messages import reasons
from interlock.messages.commands import (
    AdvanceTime,
)
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.events import Event
from interlock.messages.terms import (
    BUY,
    FOK,
    IOC,
    MARKET,
    SELL,
)
from worlds import SECOND


@case("universe", reasons.INSTRUMENT_OUTSIDE_UNIVERSE)
def an_instrument_on_the_list_and_one_that_is_not() -> Any:
    return orders(quoted(armed("universe", instruments=("COIN",))), {}, {"instrument": "GOLD"})


@case("order_kinds", reasons.ORDER_KIND_NOT_ALLOWED)
def a_limit_order_and_a_market_order() -> Any:
    market = Terms(MARKET, venue="alpha")
    world = quoted(armed("order_kinds", market=0, immediate=1))
    return orders(world, {"terms": Terms(price=10_010, venue="alpha", time_in_force=FOK)},
                  {"terms": market})  # fmt: skip


@case("order_kinds", reasons.ORDER_KIND_NOT_ALLOWED)
def a_resting_order_and_an_immediate_one() -> Any:
    world = quoted(armed("order_kinds", market=1, immediate=0))
    return orders(world, {"terms": Terms(MARKET, venue="alpha")},
                  {"terms": Terms(price=10_010, venue="alpha", time_in_force=IOC)})  # fmt: skip


@case("short_sale", reasons.SHORT_SALE_NOT_LOCATED)
def a_sale_of_what_is_held_and_located_and_one_lot_more() -> Any:
    world = quoted(armed("short_sale", instrument="COIN", located=5, uptick=0))
    filled(world, BUY, 10)
    return orders(world, {"side": SELL, "quantity": 15}, {"side": SELL, "quantity": 1})


@case("short_sale", reasons.SHORT_SALE_NOT_LOCATED)
def a_short_sale_above_the_bid_and_one_at_it() -> Any:
    world = quoted(armed("short_sale", "account:main", "COIN", located=50, uptick=1))
    return orders(world, {"side": SELL, "price": 9_991}, {"side": SELL, "price": 9_990})


@case("price_band", reasons.PRICE_OUTSIDE_BAND)
def a_price_at_the_top_of_the_band_and_one_above() -> Any:
    world = quoted(armed("price_band", instrument="COIN", low=9_900, high=10_100))
    return orders(world, {"price": 10_100}, {"price": 10_101})


@case("price_band", reasons.PRICE_OUTSIDE_BAND)
def a_price_at_the_bottom_of_the_band_and_one_below() -> Any:
    world = quoted(armed("price_band", "instrument:COIN", "COIN", low=9_900, high=10_100))
    return orders(world, {"side": SELL, "price": 9_900}, {"side": SELL, "price": 9_899})


@case("spread", reasons.SPREAD_ABOVE_LIMIT)
def a_spread_at_its_bound_and_one_tick_more() -> Any:
    world = quoted(armed("spread", spread_bps=20))

    def wider() -> list[Event]:
        world.quote(9_990, 10_011)
        return world.order()

    return world, world.order, wider


@case("volatility", reasons.VOLATILITY_ABOVE_LIMIT)
def a_quiet_market_and_one_that_moved() -> Any:
    world = quoted(armed("volatility", ppm_max=1_000))

    def moved() -> list[Event]:
        world.say(AdvanceTime(), after_ns=SECOND)
        world.quote(10_090, 10_110)
        return world.order(price=10_100)

    return world, world.order, moved


@case("net_exposure", reasons.NET_EXPOSURE_ABOVE_LIMIT)
def a_long_net_exposure_at_its_bound_and_a_lot_more() -> Any:
    world = quoted(armed("net_exposure", currency="USD", value_max=10 * PRICE))
    filled(world, SELL, 5, instrument="GOLD")
    return orders(world, {"quantity": 15}, {"quantity": 1})


@case("net_exposure", reasons.NET_EXPOSURE_ABOVE_LIMIT)
def a_short_net_exposure_at_its_bound_and_a_lot_more() -> Any:
    world = quoted(armed("net_exposure", "source:model", currency="USD", value_max=10 * PRICE))
    filled(world, BUY, 5, instrument="GOLD")
    return orders(world, {"side": SELL, "quantity": 15}, {"side": SELL, "quantity": 1})


@case("concentration", reasons.CONCENTRATION_ABOVE_LIMIT)
def half_of_what_is_held_and_more_than_half() -> Any:
    world = quoted(armed("concentration", currency="USD", floor=0, share_bps=5_000))
    world.say(armed("concentration", currency="USD", floor=10**9, share_bps=5_000))
    filled(world, BUY, 20, instrument="GOLD")
    world.say(armed("concentration", currency="USD", floor=0, share_bps=5_000))
    return orders(world, {"quantity": 20}, {"quantity": 1})


@case("concentration", reasons.CONCENTRATION_ABOVE_LIMIT)
def a_holding_at_the_floor_and_one_above_it() -> Any:
    world = quoted(armed("concentration", "account:main", currency="USD", floor=10 * PRICE,
                         share_bps=5_000))  # fmt: skip
    return orders(world, {"quantity": 10}, {"quantity": 1})


@case("daily_quantity", reasons.DAILY_QUANTITY_ABOVE_LIMIT)
def a_day_of_both_sides_at_its_bound_and_a_lot_more() -> Any:
    world = quoted(armed("daily_quantity", instrument="COIN", quantity_max=30, warn_bps=10_000,
                         day_start_ms=0))  # fmt: skip
    filled(world, BUY, 10)
    world.order(SELL, 11)
    return orders(world, {"quantity": 8}, {"side": SELL, "quantity": 2})


@case("daily_value", reasons.DAILY_VALUE_ABOVE_LIMIT)
def a_day_s_value_at_its_bound_and_a_tick_more() -> Any:
    world = quoted(armed("daily_value", "source:model", "COIN", value_max=20 * PRICE,
                         warn_bps=10_000, day_start_ms=0))  # fmt: skip
    filled(world, BUY, 10)
    return orders(world, {"quantity": 9}, {"quantity": 1, "price": PRICE + 1})


@case("order_to_trade", reasons.ORDER_TO_TRADE_ABOVE_LIMIT)
def three_messages_for_a_trade_and_a_fourth() -> Any:
    world = quoted(armed("order_to_trade", ratio_max=3, messages_min=0, day_start_ms=0))
    filled(world, BUY, 1)
    world.order()
    return orders(world, {}, {})


@case("daily_loss", reasons.LOSS_ABOVE_LIMIT)
def a_loss_at_its_bound_and_one_beyond() -> Any:
    world = quoted(armed("daily_loss", currency="USD", loss_max=100, marked=1, day_start_ms=0))
    filled(world, BUY, 10)
    world.quote(9_980, 10_000)

    def worse() -> list[Event]:
        world.quote(9_979, 9_999)
        return world.order()

    return world, world.order, worse


@case("daily_loss", reasons.LOSS_ABOVE_LIMIT)
def a_realised_loss_alone() -> Any:
    world = quoted(armed("daily_loss", "source:model", currency="USD", loss_max=100, marked=0,
                         day_start_ms=0))  # fmt: skip
    filled(world, BUY, 10)
    world.quote(9_800, 9_820)
    filled(world, SELL, 1, 9_900)

    def worse() -> list[Event]:
        filled(world, SELL, 1, 9_999)
        return world.order(price=9_900)

    return world, lambda: world.order(price=9_900), worse


@case("drawdown", reasons.DRAWDOWN_ABOVE_LIMIT)
def a_fall_from_the_best_at_its_bound_and_one_beyond() -> Any:
    world = quoted(armed("drawdown", "account:main", currency="USD", loss_max=100, marked=1,
                         day_start_ms=0))  # fmt: skip
    filled(world, BUY, 10)
    world.quote(10_040, 10_060)
    world.quote(10_030, 10_050)

    def worse() -> list[Event]:
        world.quote(10_029, 10_049)
        return world.order()

    return world, world.order, worse


@case("duplicate_order", reasons.DUPLICATE_ORDER)
def an_order_that_differs_by_a_tick_and_the_same_again() -> Any:
    world = quoted(armed("duplicate_order", window_ms=1_000))
    world.order()
    return orders(world, {"price": PRICE - 1}, {"price": PRICE - 1})


@case("duplicate_order", reasons.DUPLICATE_ORDER)
def the_same_after_the_window_and_within_it() -> Any:
    world = quoted(armed("duplicate_order", "source:model", window_ms=1_000))
    world.order()
    world.say(AdvanceTime(), after_ns=SECOND)

    def soon() -> list[Event]:
        world.say(AdvanceTime(), after_ns=SECOND - 1)
        return world.order()

    return world, world.order, soon


@case("duplicate_order", reasons.DUPLICATE_ORDER)
def two_lines_of_a_basket_that_differ_and_two_that_do_not() -> Any:
    world = quoted(armed("duplicate_order", "account:main", window_ms=1_000))
    terms = Terms(price=PRICE, venue="alpha")
    lines = [OrderQuantity("COIN", BUY, quantity, terms) for quantity in (1, 2, 3, 3)]
    return (world, lambda: world.decide(Basket(tuple(lines[:2]))),
            lambda: world.decide(Basket(tuple(lines[2:]))))  # fmt: skip


@case("identical_orders", reasons.IDENTICAL_ORDERS_ABOVE_LIMIT)
def the_third_of_the_same_and_the_fourth() -> Any:
    world = quoted(armed("identical_orders", count_max=3, window_ms=1_000))
    world.order()
    world.order()
    return orders(world, {}, {})
