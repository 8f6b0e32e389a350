"""Planning: targets net of what works, prices of marketable orders, baskets judged as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.commands import ProposeDecision, ServeQueue, UpdateQuote
from interlock.messages.decisions import (
    Basket,
    CancelOrders,
    Flatten,
    OrderQuantity,
    ReplaceOrder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import Source
from interlock.messages.events import (
    CancelRequested,
    DecisionJudged,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    GROSS_EXPOSURE_ABOVE_LIMIT,
    INSTRUMENT_NOT_AUTHORISED,
    INVALID_TERMS,
    MARKET_MISSING,
    MESSAGE_RATE_ABOVE_LIMIT,
    NOTHING_TO_DO,
    OPEN_ORDERS_ABOVE_LIMIT,
    ORDER_NOT_WORKING,
    ORDER_OF_ANOTHER_SOURCE,
    POSITION_ABOVE_LIMIT,
    UNKNOWN_ORDER,
)
from interlock.messages.terms import (
    BUY,
    FOK,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    MARKETABLE_LIMIT,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_CANCELLED,
    REPORT_DONE_FOR_DAY,
    REPORT_FILL,
    REPORT_SILENCE,
    SELL,
)
from worlds import START, World, limit, opening

PRICE = 10_000
AT_LIMIT = Terms(price=PRICE, venue="alpha")


def quoted(**fields: object) -> World:
    world = World(opening(sources=(Source("other", "main", instruments=("COIN", "GOLD")),)))
    for instrument in ("COIN", "GOLD"):
        world.quote(instrument=instrument, **fields)
    return world


def reason(events: list[object]) -> int:
    verdict = events[0]
    assert isinstance(verdict, DecisionJudged), verdict
    return verdict.reason


def cleared(events: list[object]) -> list[OrderCleared]:
    return [event for event in events if isinstance(event, OrderCleared)]


# --- target positions --------------------------------------------------------------------------

working = st.lists(st.tuples(st.sampled_from([BUY, SELL]), st.integers(1, 12), st.booleans()),
                   max_size=5)  # fmt: skip


@given(working, st.integers(-30, 30))
def test_a_target_is_reached_net_of_the_position_and_of_what_works(
    orders: list[tuple[int, int, bool]], target: int
) -> None:
    world = quoted()
    for count, (side, quantity, trades) in enumerate(orders):
        order = world.order(side, quantity)[-1].order
        if trades:
            world.report(order, REPORT_FILL, execution_id=f"e{count}", quantity=quantity,
                         price=PRICE)  # fmt: skip
    expected = sum(quantity if side == BUY else -quantity for side, quantity, _ in orders)
    events = world.decide(TargetPosition("COIN", target, AT_LIMIT))
    if target == expected:
        assert reason(events) == NOTHING_TO_DO
        return
    (order,) = cleared(events)
    assert order.side == (BUY if target > expected else SELL)
    assert order.quantity == abs(target - expected)
    # Asked for again, it leads to nothing: what is on its way counts.
    assert reason(world.decide(TargetPosition("COIN", target, AT_LIMIT))) == NOTHING_TO_DO


def test_an_unknown_order_counts_towards_the_target() -> None:
    world = quoted()
    order = world.order(BUY, 10)[-1].order
    world.report(order, REPORT_SILENCE)
    (more,) = cleared(world.decide(TargetPosition("COIN", 25, AT_LIMIT)))
    assert more.quantity == 15


# --- prices ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "protection", "price"), [(BUY, 0, 10_010), (BUY, 7, 10_017), (SELL, 0, 9_990),
                                      (SELL, 7, 9_983)]
)  # fmt: skip
def test_a_marketable_limit_lies_a_protection_beyond_the_far_touch(
    side: int, protection: int, price: int
) -> None:
    terms = Terms(MARKETABLE_LIMIT, protection=protection, venue="alpha", time_in_force=IOC)
    (order,) = cleared(quoted().order(side, 5, terms=terms))
    # It leaves as a plain limit order: the venue knows no other.
    assert (order.order_type, order.price, order.time_in_force) == (LIMIT, price, IOC)


def test_a_market_order_leaves_as_one_and_is_reserved_beyond_the_far_touch() -> None:
    world = quoted()
    (order,) = cleared(world.order(BUY, 5, terms=Terms(MARKET, venue="alpha")))
    assert (order.order_type, order.price) == (MARKET, 10_010 + 500)
    assert world.ledger.accounts["main"].cash["USD"].reserved == 5 * 10_510


def test_a_price_is_never_below_one_tick() -> None:
    world = quoted()
    world.say(UpdateQuote("COIN", "alpha", 3, 10, 4, 10, START))
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    terms = Terms(MARKETABLE_LIMIT, protection=50, venue="alpha")
    (order,) = cleared(world.order(SELL, 5, terms=terms))
    assert order.price == 1


@pytest.mark.parametrize("order_type", [MARKET, MARKETABLE_LIMIT])
def test_what_takes_the_far_price_needs_one(order_type: int) -> None:
    world = quoted()
    world.say(UpdateQuote("COIN", "alpha", 9_990, 5, 0, 0, START))
    assert reason(world.order(terms=Terms(order_type, venue="alpha"))) == MARKET_MISSING


CONTRADICTIONS = {
    "a limit without a price": Terms(LIMIT),
    "a negative price": Terms(LIMIT, -5),
    "a market order with a price": Terms(MARKET, 5),
    "a marketable limit with a price": Terms(MARKETABLE_LIMIT, 5),
    "a negative protection": Terms(MARKETABLE_LIMIT, protection=-1),
    "no such type": Terms(9, PRICE),
    "no such time in force": Terms(LIMIT, PRICE, time_in_force=9),
    "no time in force": Terms(LIMIT, PRICE, time_in_force=0),
    "a good till date without one": Terms(LIMIT, PRICE, time_in_force=GTD),
    "a date without good till date": Terms(LIMIT, PRICE, expire_ns=5),
    "post-only at once": Terms(LIMIT, PRICE, time_in_force=IOC, post_only=True),
    "post-only or kill": Terms(LIMIT, PRICE, time_in_force=FOK, post_only=True),
    "post-only at market": Terms(MARKET, post_only=True),
    "an iceberg at once": Terms(LIMIT, PRICE, time_in_force=IOC, display=3),
    "a negative display": Terms(LIMIT, PRICE, display=-3),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_terms_that_contradict_each_other_are_refused(what: str) -> None:
    assert reason(quoted().order(terms=CONTRADICTIONS[what])) == INVALID_TERMS


@pytest.mark.parametrize("side", [0, 3, -1])
def test_a_side_that_is_none_is_refused(side: int) -> None:
    assert reason(quoted().order(side)) == INVALID_TERMS


# --- baskets -----------------------------------------------------------------------------------


def basket(*lines: tuple[str, int, int]) -> Basket:
    return Basket(
        tuple(OrderQuantity(symbol, side, lots, AT_LIMIT) for symbol, side, lots in lines)
    )


def test_a_basket_leaves_whole_or_not_at_all() -> None:
    world = quoted()
    assert len(cleared(world.decide(basket(("COIN", BUY, 5), ("GOLD", SELL, 5))))) == 2
    events = world.decide(basket(("COIN", BUY, 5), ("GOLD", SELL, 101)))
    assert len(events) == 1
    assert reason(world.decide(Basket(()))) == INVALID_TERMS


@pytest.mark.parametrize(
    ("control", "parameters", "lines", "refused"),
    [
        ("position", {"long_max": 10, "short_max": 9}, [("COIN", BUY, 5), ("COIN", BUY, 6)],
         POSITION_ABOVE_LIMIT),
        ("position", {"long_max": 10, "short_max": 9}, [("COIN", SELL, 5), ("COIN", SELL, 5)],
         POSITION_ABOVE_LIMIT),
        ("cash", {"minimum": 99_899_988}, [("COIN", BUY, 5), ("GOLD", BUY, 6)],
         CASH_BELOW_MINIMUM),
        ("gross_exposure", {"value_max": 100_000}, [("COIN", BUY, 5), ("GOLD", SELL, 6)],
         GROSS_EXPOSURE_ABOVE_LIMIT),
        ("open_orders", {"count_max": 1}, [("COIN", BUY, 5), ("GOLD", BUY, 5)],
         OPEN_ORDERS_ABOVE_LIMIT),
        ("message_rate", {"count_max": 1}, [("COIN", BUY, 5), ("GOLD", BUY, 5)],
         MESSAGE_RATE_ABOVE_LIMIT),
    ],
)  # fmt: skip
def test_the_lines_of_a_basket_are_judged_together_and_pass_at_the_bound(
    control: str, parameters: dict[str, int], lines: list[tuple[str, int, int]], refused: int
) -> None:
    world = quoted()
    world.say(limit(control, **parameters))
    # Each line alone would pass.
    for line in lines:
        alone = quoted()
        alone.say(limit(control, **parameters))
        assert reason(alone.decide(basket(line))) == 0
    assert reason(world.decide(basket(*lines))) == refused
    if control in ("open_orders", "message_rate"):
        world.say(limit(control, count_max=2))
    else:
        symbol, side, lots = lines[1]
        lines = [lines[0], (symbol, side, lots - 1)]
    assert reason(world.decide(basket(*lines))) == 0


def test_a_sale_in_a_basket_pays_for_no_purchase_beside_it() -> None:
    world = quoted()
    world.say(limit("cash", minimum=99_950_000))
    events = world.decide(basket(("GOLD", SELL, 50), ("COIN", BUY, 6)))
    assert reason(events) == CASH_BELOW_MINIMUM


def test_both_sides_of_one_instrument_are_not_added_up() -> None:
    world = quoted()
    world.say(limit("position", long_max=5, short_max=5))
    world.say(limit("gross_exposure", value_max=50_000))
    events = world.decide(basket(("COIN", BUY, 3), ("COIN", SELL, 5), ("COIN", BUY, 2)))
    assert reason(events) == 0


# --- replacing, cancelling, flattening ---------------------------------------------------------


def placed(world: World, side: int = BUY, quantity: int = 10) -> int:
    order = world.order(side, quantity)[-1].order
    world.report(order, REPORT_ACCEPTED)
    return int(order)


def test_a_replacement_asks_for_the_next_revision() -> None:
    world = quoted()
    order = placed(world)
    request = world.decide(ReplaceOrder(order, 12, 9_995, "COIN"))[-1]
    assert request == ReplaceRequested(order, "alpha", world.sequence - 1, 1, 12, 9_995)


def test_what_cannot_be_replaced_says_why() -> None:
    world = quoted()
    order = placed(world)
    assert reason(world.decide(ReplaceOrder(1, 5, PRICE))) == UNKNOWN_ORDER
    other = world.decide(ReplaceOrder(order, 5, PRICE), source="other")
    assert reason(other) == ORDER_OF_ANOTHER_SOURCE
    # Quantity and price were read in the units of another instrument.
    assert reason(world.decide(ReplaceOrder(order, 5, PRICE, "GOLD"))) == INVALID_TERMS
    assert reason(world.decide(ReplaceOrder(order, 5, 0))) == INVALID_TERMS
    world.report(order, REPORT_FILL, execution_id="e", quantity=4, price=PRICE)
    assert reason(world.decide(ReplaceOrder(order, 4, PRICE))) == INVALID_TERMS
    assert reason(world.decide(ReplaceOrder(order, 5, PRICE))) == 0
    fresh = world.order()[-1].order
    assert reason(world.decide(ReplaceOrder(fresh, 5, PRICE))) == ORDER_NOT_WORKING
    world.report(fresh, REPORT_CANCELLED)
    assert reason(world.decide(ReplaceOrder(fresh, 5, PRICE))) == ORDER_NOT_WORKING


def test_cancelling_takes_back_what_can_be_whatever_else_was_named() -> None:
    world = quoted()
    order, gone = placed(world), placed(world)
    world.report(gone, REPORT_CANCELLED)
    events = world.decide(CancelOrders((1, gone, order, order)))
    assert reason(events) == 0
    assert [event.order for event in events if isinstance(event, CancelRequested)] == [order]


def test_what_cannot_be_cancelled_says_why() -> None:
    world = quoted()
    order = placed(world)
    assert reason(world.decide(CancelOrders((1,)))) == UNKNOWN_ORDER
    other = world.decide(CancelOrders((order,)), source="other")
    assert reason(other) == ORDER_OF_ANOTHER_SOURCE
    world.report(order, REPORT_DONE_FOR_DAY)
    assert reason(world.decide(CancelOrders((order,)))) == ORDER_NOT_WORKING
    assert world.ledger.orders.find(order).reserved == 0


@pytest.mark.parametrize(("instrument", "count"), [("", 2), ("COIN", 1), ("LEAD", 0)])
def test_cancelling_everything_takes_back_what_is_the_sources_own(
    instrument: str, count: int
) -> None:
    world = quoted()
    placed(world)
    world.order(instrument="GOLD")
    world.order(source="other")
    events = world.decide(CancelOrders((), instrument))
    asked = [event for event in events if isinstance(event, CancelRequested)]
    assert len(asked) == count


@pytest.mark.parametrize("lots", [10, -10])
def test_a_flatten_cancels_the_account_and_closes_what_it_holds(lots: int) -> None:
    world = quoted()
    side, out = (BUY, SELL) if lots > 0 else (SELL, BUY)
    order = placed(world, side)
    world.report(order, REPORT_FILL, execution_id="e", quantity=10, price=PRICE)
    standing = [placed(world, side, 3), int(world.order(BUY, 1, source="other")[-1].order)]
    events = world.say(ProposeDecision(world.decision(Flatten("COIN", 6))))
    assert [event.order for event in events if isinstance(event, CancelRequested)] == standing
    (close,) = cleared(events)
    price = 9_990 - 6 if lots > 0 else 10_010 + 6
    assert (close.side, close.price, close.time_in_force) == (out, price, IOC)
    assert close.reduce_only
    # What works on the closing side may trade before its cancel arrives: it is left its room.
    assert close.quantity == (10 if lots > 0 else 9)


def test_a_flatten_of_nothing_has_nothing_to_do() -> None:
    assert reason(quoted().decide(Flatten())) == NOTHING_TO_DO


def restricted(instruments: tuple[str, ...], *actions: str) -> World:
    """Model's orders work in COIN and in GOLD; `desk` may do less."""
    desk = Source("desk", "main", instruments=instruments, actions=actions)
    world = World(opening(sources=(desk,)))
    for instrument in ("COIN", "GOLD"):
        world.quote(instrument=instrument)
        world.order(instrument=instrument)
    return world


@pytest.mark.parametrize("instruments", [(), ("COIN", "GOLD")])
def test_a_flatten_of_who_may_not_order_cancels_nothing(instruments: tuple[str, ...]) -> None:
    world = restricted(instruments, "notify")
    for symbol in ("", "COIN"):
        (judged,) = world.decide(Flatten(symbol), source="desk")
        assert isinstance(judged, DecisionJudged)
        assert judged.severity == REFUSE


def test_a_flatten_of_an_instrument_that_is_not_the_sources_to_trade_is_refused() -> None:
    world = restricted(("GOLD",), "orders")
    (judged,) = world.decide(Flatten("COIN"), source="desk")
    assert judged.reason == INSTRUMENT_NOT_AUTHORISED


def test_a_flatten_of_everything_leaves_out_what_is_not_the_sources_to_trade() -> None:
    world = restricted(("GOLD",), "orders")
    coin, gold = world.ledger.orders.open.values()
    world.report(coin.order, REPORT_FILL, execution_id="e", quantity=1, price=PRICE)
    world.report(gold.order, REPORT_FILL, execution_id="e", quantity=1, price=PRICE)
    judged, cancel, close = world.decide(Flatten(), source="desk")
    assert reason([judged]) == 0
    # The account's emergency exit: the order is another source's.
    assert isinstance(cancel, CancelRequested)
    assert cancel.order == gold.order
    assert isinstance(close, OrderCleared)
    assert (close.instrument, close.side, close.quantity) == ("GOLD", SELL, 1)


def test_a_flatten_is_judged_at_once_and_not_behind_the_queue() -> None:
    world = quoted()
    world.say(ProposeDecision(world.decision(basket(("COIN", BUY, 5)), priority=0)))
    events = world.say(ProposeDecision(world.decision(Flatten(), priority=3)))
    assert isinstance(events[0], DecisionJudged)
    assert events[0].decision == world.sequence
    assert len(world.say(ServeQueue(9))) == 2
