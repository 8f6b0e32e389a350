"""Scopes: the firm is the sum over its accounts, a source is what its own orders made, and what is
in several currencies is converted. All of it is compared with a model after every step.
"""

import pytest

from controls.two_accounts import EURO, PRICE, armed, filled, order, trading, verdict
from interlock.messages.commands import (
    AdvanceTime,
    SetReferenceRate,
)
from interlock.messages.decisions import Basket, Flatten, OrderQuantity
from interlock.messages.decisions import Terms as OrderTerms
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    GROSS_EXPOSURE_ABOVE_LIMIT,
    NONE,
    POSITION_ABOVE_LIMIT,
    RATE_MISSING,
    RATE_STALE,
)
from interlock.messages.terms import (
    BUY,
    SELL,
)
from worlds import SECOND


@pytest.mark.parametrize("scope", ["firm", "instrument:COIN"])
@pytest.mark.parametrize("side", [BUY, SELL])
def test_the_firm_is_held_to_the_sum_over_its_accounts(scope: str, side: int) -> None:
    world = trading(armed("position", scope, long_max=10, short_max=10))
    filled(world, "model", side, 4)
    assert verdict(order(world, "third", side, 6)).reason == NONE
    for source in ("model", "third"):
        assert verdict(order(world, source, side, 1)).reason == POSITION_ABOVE_LIMIT
    # One account's other side makes room for nobody until it has traded.
    filled(world, "other", 3 - side, 3)
    assert verdict(order(world, "third", side, 3)).reason == NONE
    assert verdict(order(world, "third", side, 1)).reason == POSITION_ABOVE_LIMIT


def test_what_reduces_its_account_passes_whatever_the_firm_holds() -> None:
    world = trading()
    filled(world, "model", BUY, 10)
    filled(world, "third", SELL, 10)
    world.say(armed("position", "firm", long_max=0, short_max=0))
    world.say(armed("position", "source:third", long_max=0, short_max=0))
    assert verdict(order(world, "third", BUY, 1)).reason == POSITION_ABOVE_LIMIT
    assert verdict(world.decide(Flatten("COIN"), source="third")).reason == NONE


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_source_is_held_to_what_its_own_orders_made(side: int) -> None:
    world = trading(armed("position", "source:model", long_max=5, short_max=5))
    filled(world, "other", side, 50)
    filled(world, "model", side, 3)
    assert verdict(order(world, "model", side, 2)).reason == NONE
    assert verdict(order(world, "model", side, 1)).reason == POSITION_ABOVE_LIMIT
    assert verdict(order(world, "other", side, 100)).reason == NONE


def test_the_opening_position_of_an_account_is_no_source_s() -> None:
    world = trading(armed("position", "source:model", long_max=5, short_max=5))
    assert verdict(order(world, "model", BUY, 5, "GOLD")).reason == NONE
    assert verdict(order(world, "model", BUY, 1, "GOLD")).reason == POSITION_ABOVE_LIMIT


def test_gross_exposure_of_accounts_adds_up_and_does_not_cancel() -> None:
    at = PRICE * 10
    # GOLD: 4 lots of three units each are there from the start.
    bound = at + at + 4 * PRICE * 3
    world = trading(armed("gross_exposure", "firm", "USD", value_max=bound))
    filled(world, "model", BUY, 10)
    assert verdict(order(world, "third", SELL, 11)).reason == GROSS_EXPOSURE_ABOVE_LIMIT
    assert verdict(order(world, "third", SELL, 10)).reason == NONE
    assert verdict(order(world, "third", SELL, 1)).reason == GROSS_EXPOSURE_ABOVE_LIMIT
    # In another currency nothing counts yet.
    assert verdict(order(world, "third", SELL, 50, "EURO")).reason == NONE


def test_gross_exposure_of_a_source_is_its_own() -> None:
    world = trading(armed("gross_exposure", "source:model", "USD", value_max=10 * PRICE))
    filled(world, "other", BUY, 90)
    assert verdict(order(world, "model", BUY, 11)).reason == GROSS_EXPOSURE_ABOVE_LIMIT
    assert verdict(order(world, "model", BUY, 10)).reason == NONE


def test_cash_of_the_firm_is_that_of_all_accounts_and_of_a_source_what_it_moved() -> None:
    world = trading(
        armed("cash", "firm", "USD", minimum=2 * 10**8 - 10 * PRICE),
        armed("cash", "source:model", "USD", minimum=-4 * PRICE),
    )
    filled(world, "third", BUY, 6)
    assert verdict(order(world, "model", BUY, 5)).reason == CASH_BELOW_MINIMUM
    assert verdict(order(world, "model", BUY, 4)).reason == NONE
    assert verdict(order(world, "third", BUY, 1)).reason == CASH_BELOW_MINIMUM
    filled(world, "other", SELL, 1)
    assert verdict(order(world, "third", BUY, 1)).reason == NONE


def test_currencies_are_converted_exactly_and_against_whoever_asks() -> None:
    # Three digits in EUR and two in USD: 1,000 smallest units of EUR are 108.5 of USD.
    rate = SetReferenceRate("EUR", "USD", 217, 2_000, "treasury", 10 * SECOND)
    value = PRICE * EURO.minor_per_tick_lot
    gold = 4 * PRICE * 3
    bound = gold + -(-3 * value * 217 // 2_000)
    world = trading(rate, armed("gross_exposure", "firm", value_max=bound, into=("USD",)))
    assert verdict(order(world, "model", BUY, 4, "EURO")).reason == GROSS_EXPOSURE_ABOVE_LIMIT
    assert verdict(order(world, "third", BUY, 3, "EURO")).reason == NONE
    assert verdict(order(world, "third", BUY, 1, "COIN")).reason == GROSS_EXPOSURE_ABOVE_LIMIT
    world.say(armed("gross_exposure", "firm", value_max=bound - 1, into=("USD",)))
    fresh = trading(rate, armed("gross_exposure", "firm", value_max=bound - 1, into=("USD",)))
    assert verdict(order(fresh, "third", BUY, 3, "EURO")).reason == GROSS_EXPOSURE_ABOVE_LIMIT


def test_the_lines_of_a_basket_in_two_currencies_are_added_up() -> None:
    rate = SetReferenceRate("EUR", "USD", 1, 10, "treasury", 10 * SECOND)
    gold, line = 4 * PRICE * 3, 5 * PRICE
    lines = tuple(
        OrderQuantity(symbol, BUY, 5, OrderTerms(price=PRICE, venue="alpha"))
        for symbol in ("EURO", "COIN")
    )
    for bound, expected in ((gold + 2 * line, NONE), (gold + 2 * line - 1, 511)):
        world = trading(rate, armed("gross_exposure", "firm", value_max=bound, into=("USD",)))
        assert verdict(world.decide(Basket(lines))).reason == expected


def test_a_rate_that_is_missing_stale_or_taken_back_refuses() -> None:
    limit = armed("gross_exposure", "firm", value_max=10**12, into=("USD",))
    world = trading(limit)
    assert verdict(order(world, "model", BUY, 1)).reason == NONE
    assert verdict(order(world, "model", BUY, 1, "EURO")).reason == RATE_MISSING
    # A rate is not turned round.
    world.say(SetReferenceRate("USD", "EUR", 1, 1, "treasury", SECOND))
    assert verdict(order(world, "model", BUY, 1, "EURO")).reason == RATE_MISSING
    world.say(SetReferenceRate("EUR", "USD", 1, 1, "treasury", SECOND))
    assert verdict(order(world, "model", BUY, 1, "EURO")).reason == NONE
    world.say(AdvanceTime(), after_ns=SECOND)
    assert verdict(order(world, "model", BUY, 1)).reason == NONE
    world.say(AdvanceTime(), after_ns=1)
    for symbol in ("COIN", "EURO"):
        assert verdict(order(world, "model", BUY, 1, symbol)).reason == RATE_STALE
    world.say(SetReferenceRate("EUR", "USD", 0, 1, "treasury", SECOND))
    assert verdict(order(world, "model", BUY, 1)).reason == RATE_MISSING


def test_cash_converted_into_one_currency_rounds_down() -> None:
    rate = SetReferenceRate("EUR", "USD", 1, 3, "treasury", SECOND)
    free = 2 * 10**8 + 2 * 10**8 // 3
    limit = armed("cash", "firm", minimum=free - PRICE, into=("USD",))
    assert verdict(order(trading(rate, limit), "model", BUY, 1)).reason == NONE
    limit = armed("cash", "firm", minimum=free - PRICE + 1, into=("USD",))
    assert verdict(order(trading(rate, limit), "model", BUY, 1)).reason == CASH_BELOW_MINIMUM
