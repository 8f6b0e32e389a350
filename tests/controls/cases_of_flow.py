"""Cases of what happens again, of quotes, releases and intents."""

from typing import Any

from controls.cases import PRICE, armed, case, filled, orders, quoted
from interlock.messages import load_reasons, reasons
from interlock.messages.commands import (
    SetLimit,
)
from interlock.messages.decisions import Terms
from interlock.messages.definitions import Source
from interlock.messages.events import Event
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_REJECTED,
    SELL,
)


@case("repeated_execution", reasons.REPEATED_EXECUTIONS_ABOVE_LIMIT)
def as_many_executions_as_may_be_and_one_more() -> Any:
    world = quoted(armed("repeated_execution", "release:r1", count_max=2, window_ms=1_000))
    filled(world, BUY, 1)
    filled(world, SELL, 1)

    def another() -> list[Event]:
        filled(world, BUY, 1)
        return world.order()

    return world, world.order, another


@case("reject_streak", reasons.REJECTS_ABOVE_LIMIT)
def as_many_rejects_in_a_row_as_may_be_and_one_more() -> Any:
    world = quoted(armed("reject_streak", "venue:alpha", count_max=2))
    for _ in range(2):
        world.report(world.order()[-1].order, REPORT_REJECTED)
    world.report(world.order()[-1].order, REPORT_ACCEPTED)
    for _ in range(2):
        world.report(world.order()[-1].order, REPORT_REJECTED)

    def another() -> list[Event]:
        world.report(world.order()[-1].order, REPORT_REJECTED)
        return world.order()

    return world, world.order, another


@case("reject_rate", reasons.REJECTS_ABOVE_LIMIT)
def as_many_rejects_in_a_window_as_may_be_and_one_more() -> Any:
    world = quoted(armed("reject_rate", "source:model", count_max=1, window_ms=1_000))
    world.report(world.order()[-1].order, REPORT_REJECTED)
    world.report(world.order()[-1].order, REPORT_ACCEPTED)

    def another() -> list[Event]:
        world.report(world.order()[-1].order, REPORT_REJECTED)
        return world.order()

    return world, world.order, another


def protection(**values: int) -> SetLimit:
    wide = {"quantity_max": 10**6, "delta_max": 10**6, "value_max": 10**12}
    return armed("market_maker_protection", "account:main", "COIN", window_ms=1_000,
                 **{"frozen_ms": 500, **wide, **values})  # fmt: skip


@case("market_maker_protection", reasons.PROTECTION_FROZEN)
def as_much_traded_as_may_be_and_a_lot_more() -> Any:
    world = quoted(protection(quantity_max=10))
    filled(world, BUY, 6)
    filled(world, SELL, 4)

    def more() -> list[Event]:
        filled(world, SELL, 1)
        return world.order()

    return world, world.order, more


@case("market_maker_protection", reasons.PROTECTION_FROZEN)
def as_one_sided_as_may_be_and_a_lot_more() -> Any:
    world = quoted(protection(delta_max=4))
    filled(world, SELL, 4)
    filled(world, BUY, 2)
    filled(world, SELL, 2)

    def more() -> list[Event]:
        filled(world, SELL, 1)
        return world.order()

    return world, world.order, more


@case("market_maker_protection", reasons.PROTECTION_FROZEN)
def as_much_value_as_may_be_and_a_tick_more() -> Any:
    world = quoted(protection(value_max=10 * PRICE))
    filled(world, BUY, 10)

    def more() -> list[Event]:
        filled(world, SELL, 1)
        return world.order()

    return world, world.order, more


@case("self_match", reasons.WOULD_MATCH_OURSELVES)
def a_sale_a_tick_above_our_bid_and_one_at_it() -> Any:
    world = quoted(armed("self_match", mode=("expire_taker",)))
    world.report(world.order(BUY, 10, 9_995)[-1].order, REPORT_ACCEPTED)
    return orders(world, {"side": SELL, "price": 9_996}, {"side": SELL, "price": 9_995})


@case("self_match", reasons.WOULD_MATCH_OURSELVES)
def a_purchase_a_tick_below_our_offer_and_one_at_it() -> Any:
    world = quoted(armed("self_match", "account:main", mode=("expire_both",)))
    world.order(SELL, 10, 10_005)
    return orders(world, {"price": 10_004}, {"price": 10_005})


@case("release_envelope", reasons.RELEASE_OUTSIDE_ENVELOPE)
def as_many_orders_as_agreed_and_one_more() -> Any:
    world = quoted(armed("release_envelope", "release:r1", orders_max=2, instruments_max=9,
                         venues_max=9))  # fmt: skip
    world.order()
    return orders(world, {}, {})


@case("release_envelope", reasons.RELEASE_OUTSIDE_ENVELOPE)
def the_instrument_that_was_agreed_and_another() -> Any:
    world = quoted(armed("release_envelope", "release:r1", orders_max=99, instruments_max=1,
                         venues_max=9))  # fmt: skip
    return orders(world, {}, {"instrument": "GOLD"})


@case("release_envelope", reasons.RELEASE_OUTSIDE_ENVELOPE)
def the_venue_that_was_agreed_and_another() -> Any:
    world = quoted(armed("release_envelope", "release:r1", orders_max=99, instruments_max=9,
                         venues_max=1))  # fmt: skip
    world.quote(venue="beta")
    return orders(world, {}, {"terms": Terms(price=PRICE, venue="beta")})


@case("volume_share", reasons.QUANTITY_ABOVE_VOLUME_SHARE)
def a_share_of_the_usual_volume_and_a_lot_more() -> Any:
    world = quoted(armed("volume_share", instrument="COIN", daily_volume=2_000, share_bps=100))
    return orders(world, {"quantity": 20}, {"quantity": 21})


def meaning(text: str) -> dict[str, Any]:
    return {"evidence": {"intended_value": text}}


@case("intent", reasons.INTENT_DIFFERS)
def what_was_meant_within_its_tolerance_and_a_cent_beyond() -> Any:
    # Ten at 100.00 are 1,000.00.
    world = quoted(armed("intent", instrument="COIN", value_min=0, tolerance_bps=100))
    return orders(world, {"quantity": 10, **meaning("1010.00")},
                  {"quantity": 10, **meaning("990.09")})  # fmt: skip


@case("intent", reasons.INTENT_DIFFERS)
def a_hundred_times_what_was_meant() -> Any:
    world = quoted(armed("intent", "source:model", "COIN", value_min=0, tolerance_bps=1_000))
    return orders(world, {"quantity": 1, **meaning("100.00")},
                  {"quantity": 100, **meaning("100.00")})  # fmt: skip


@case("intent", reasons.INTENT_MISSING)
def nothing_said_below_what_must_be_said_and_at_it() -> Any:
    world = quoted(armed("intent", instrument="COIN", value_min=10 * PRICE, tolerance_bps=100))
    return orders(world, {"quantity": 9}, {"quantity": 10})


@case("source_conflict", load_reasons.SOURCES_DISAGREE)
def as_much_against_it_as_may_be_and_a_lot_more() -> Any:
    other = Source("other", "main", instruments=("COIN", "GOLD"), priority=0)
    world = quoted(armed("source_conflict", "source:model", opposing_max=5), sources=(other,))
    # Its own sales are not against it, nor is what the other buys.
    world.order(SELL, 7, PRICE + 100)
    world.order(BUY, 8, PRICE - 100, source="other")
    world.order(SELL, 5, PRICE + 100, source="other")

    def more() -> list[Event]:
        world.order(SELL, 1, PRICE + 100, source="other")
        return world.order()

    return world, world.order, more
