"""Cases of single orders, baskets, positions and money."""

from typing import Any

from controls.cases import PRICE, armed, case, filled, orders, quoted
from interlock.messages import reasons
from interlock.messages.commands import (
    AdvanceTime,
    DefineAccount,
    DefineSource,
    SetReferenceRate,
    UpdateQuote,
)
from interlock.messages.decisions import Basket, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Account, Source
from interlock.messages.events import Event
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_BUST,
    SELL,
)
from worlds import SECOND, START, World, limit, opening


@case("restricted_list", reasons.INSTRUMENT_RESTRICTED)
def one_that_is_not_on_the_list_and_one_that_is() -> Any:
    return orders(quoted(limit("restricted_list", instruments=("GOLD",))), {},
                  {"instrument": "GOLD"})  # fmt: skip


@case("market_data", reasons.MARKET_STALE)
def a_quote_as_old_as_it_may_be_and_older() -> Any:
    world = quoted()
    world.say(AdvanceTime(), after_ns=5 * SECOND)

    def older() -> list[Event]:
        world.say(AdvanceTime(), after_ns=1)
        return world.order()

    return world, world.order, older


@case("price_collar", reasons.PRICE_OUTSIDE_COLLAR)
def a_price_at_the_collar_and_beyond() -> Any:
    return orders(quoted(), {"price": 10_500}, {"price": 10_501})


@case("price_collar", reasons.PRICE_OUTSIDE_COLLAR)
def a_sale_at_the_collar_and_beyond() -> Any:
    return orders(quoted(), {"side": SELL, "price": 9_500}, {"side": SELL, "price": 9_499})


@case("order_quantity", reasons.QUANTITY_ABOVE_ORDER_LIMIT)
def a_quantity_at_its_bound_and_a_hundred_times_one() -> Any:
    return orders(quoted(), {"quantity": 100}, {"quantity": 101})


@case("order_value", reasons.VALUE_ABOVE_ORDER_LIMIT)
def a_value_at_its_bound_and_a_tick_more() -> Any:
    world = quoted(limit("order_value", value_max=10 * PRICE))
    return orders(world, {"quantity": 10}, {"quantity": 10, "price": PRICE + 1})


@case("decision_value", reasons.DECISION_VALUE_ABOVE_LIMIT)
def a_basket_at_its_value_and_a_lot_more() -> Any:
    world = quoted(armed("decision_value", currency="USD", value_max=20 * PRICE))
    terms = Terms(price=PRICE, venue="alpha")
    both = OrderQuantity("COIN", BUY, 10, terms), OrderQuantity("GOLD", BUY, 10, terms)
    more = OrderQuantity("COIN", BUY, 11, terms), both[1]
    return world, lambda: world.decide(Basket(both)), lambda: world.decide(Basket(more))


@case("decision_quantity", reasons.DECISION_QUANTITY_ABOVE_LIMIT)
def a_basket_at_its_quantity_and_a_lot_more() -> Any:
    world = quoted(armed("decision_quantity", instrument="COIN", quantity_max=20))
    terms = Terms(price=PRICE, venue="alpha")
    lines = [OrderQuantity("COIN", BUY, quantity, terms) for quantity in (10, 11)]
    return (world, lambda: world.decide(Basket((lines[0], lines[0]))),
            lambda: world.decide(Basket((lines[0], lines[1]))))  # fmt: skip


@case("liquidity", reasons.QUANTITY_ABOVE_DISPLAYED)
def what_is_displayed_and_a_lot_more() -> Any:
    world = quoted()
    world.quote(quantity=10)
    return orders(world, {"price": 10_010, "quantity": 10}, {"price": 10_010, "quantity": 11})


@case("position", reasons.POSITION_ABOVE_LIMIT)
def a_position_at_its_bound_and_a_lot_more() -> Any:
    world = quoted(limit("position", long_max=20, short_max=20))
    world.order(quantity=10)
    return orders(world, {"quantity": 10}, {"quantity": 1})


@case("position", reasons.POSITION_ABOVE_LIMIT)
def an_amend_to_the_bound_and_beyond() -> Any:
    world = quoted(limit("position", long_max=20, short_max=20))
    number = world.order(quantity=10)[-1].order
    world.report(number, REPORT_ACCEPTED)
    return (world, lambda: world.decide(ReplaceOrder(number, 20, PRICE)),
            lambda: world.decide(ReplaceOrder(number, 21, PRICE)))  # fmt: skip


@case("gross_exposure", reasons.GROSS_EXPOSURE_ABOVE_LIMIT)
def exposure_at_its_bound_and_a_lot_more() -> Any:
    world = quoted(limit("gross_exposure", value_max=20 * PRICE))
    world.order(SELL, 10, instrument="GOLD")
    return orders(world, {"quantity": 10}, {"quantity": 1})


@case("gross_exposure", reasons.RATE_STALE)
def a_rate_as_old_as_it_is_valid_and_older() -> Any:
    world = quoted(limit("gross_exposure", into=("EUR",)))
    world.say(SetReferenceRate("USD", "EUR", 1, 1, "treasury", SECOND))
    world.say(AdvanceTime(), after_ns=SECOND)

    def older() -> list[Event]:
        world.say(AdvanceTime(), after_ns=1)
        return world.order()

    return world, world.order, older


@case("cash", reasons.CASH_BELOW_MINIMUM)
def the_last_of_the_cash_and_more() -> Any:
    world = quoted(limit("cash", minimum=100_000_000 - 10 * PRICE - 11))
    return orders(world, {"quantity": 10}, {"quantity": 1})


@case("message_rate", reasons.MESSAGE_RATE_ABOVE_LIMIT)
def as_many_messages_as_may_be_and_one_more() -> Any:
    world = quoted(limit("message_rate", count_max=2))
    world.order()
    return orders(world, {}, {})


@case("open_orders", reasons.OPEN_ORDERS_ABOVE_LIMIT)
def as_many_open_orders_as_may_be_and_one_more() -> Any:
    world = quoted(limit("open_orders", count_max=2))
    world.order()
    return orders(world, {}, {})


@case("daily_quantity", reasons.DAILY_QUANTITY_ABOVE_LIMIT)
def a_bust_gives_the_day_back_what_it_took() -> Any:
    world = quoted(armed("daily_quantity", instrument="COIN", quantity_max=20, warn_bps=10_000,
                         day_start_ms=0))  # fmt: skip
    number = filled(world, BUY, 15)
    world.report(number, REPORT_BUST, reference="e", execution_id="b")
    # What was bought may trade again: fifteen are open.
    return orders(world, {"quantity": 5}, {"quantity": 1})


@case("position", reasons.POSITION_ABOVE_LIMIT)
def two_sources_of_two_accounts_at_once() -> Any:
    commands = opening()
    place = next(n for n, one in enumerate(commands) if isinstance(one, DefineAccount))
    commands.insert(place, DefineAccount(Account("second", (("USD", 2, 10**8),))))
    world = World(commands)
    world.say(DefineSource(Source("other", "second", instruments=("COIN",))))
    world.say(limit("position", long_max=20, short_max=20))
    world.say(UpdateQuote("COIN", "alpha", 9_990, 1_000, 10_010, 1_000, START))
    world.order(quantity=10)
    return orders(world, {"quantity": 10, "source": "other"}, {"quantity": 1})
