"""Sizing: as asked, fixed notional, volatility target, and the cap at the touch."""

from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.commands import AdvanceTime, DefineSource
from interlock.messages.decisions import OrderQuantity, QuoteLadder, TargetPosition, Terms
from interlock.messages.definitions import Sizing, Source
from interlock.messages.events import DecisionJudged, Line
from interlock.messages.reasons import CANNOT_BE_EVALUATED, INVALID_TERMS, NOTHING_TO_DO
from interlock.messages.terms import (
    AS_ASKED,
    BUY,
    FIXED_NOTIONAL,
    MARKETABLE_LIMIT,
    SELL,
    VOLATILITY_TARGET,
)
from worlds import SECOND, World

RESTING = Terms(price=9_980, venue="alpha")


def sized_world(
    rule: int = AS_ASKED, money: int = 0, share_bps: int = 0, currency: str = "USD"
) -> World:
    world = World()
    notional = ((currency, money),) if money else ()
    sizing = Sizing(rule, notional, share_bps)
    world.say(DefineSource(Source("sized", "main", instruments=("COIN",), sizing=sizing)))
    world.quote()
    return world


def judged(world: World, action: object) -> DecisionJudged:
    verdict = world.decide(action, source="sized")[0]
    assert isinstance(verdict, DecisionJudged)
    return verdict


def line(world: World, asked: int, side: int = BUY, terms: Terms = RESTING) -> Line:
    verdict = judged(world, OrderQuantity("COIN", side, asked, terms))
    assert verdict.reason == 0, verdict
    return verdict.lines[0]


def test_as_asked_is_what_was_asked() -> None:
    made = line(sized_world(), 7)
    assert (made.asked, made.quantity, made.sizing, made.capped) == (7, 7, AS_ASKED, False)


@pytest.mark.parametrize("asked", [0, -3])
def test_as_asked_needs_something_asked(asked: int) -> None:
    verdict = judged(sized_world(), OrderQuantity("COIN", BUY, asked, RESTING))
    assert verdict.reason == INVALID_TERMS


def test_a_fixed_notional_buys_what_it_pays_for_at_the_far_touch_and_no_more() -> None:
    # The ask is 10,010 minor units a lot: 5 lots cost 50,050.
    assert line(sized_world(FIXED_NOTIONAL, 50_049), 0).quantity == 4
    assert line(sized_world(FIXED_NOTIONAL, 50_050), 0).quantity == 5
    # A sale is reckoned at the bid.
    assert line(sized_world(FIXED_NOTIONAL, 49_950), 0, SELL).quantity == 5


def test_a_quantity_asked_beside_a_rule_is_the_most_it_may_become() -> None:
    assert line(sized_world(FIXED_NOTIONAL, 50_050), 3).quantity == 3
    made = line(sized_world(FIXED_NOTIONAL, 50_050), 9)
    assert (made.asked, made.quantity, made.sizing) == (9, 5, FIXED_NOTIONAL)


def test_a_notional_too_small_for_a_lot_leads_to_nothing() -> None:
    verdict = judged(sized_world(FIXED_NOTIONAL, 10_009), OrderQuantity("COIN", BUY, 0, RESTING))
    assert verdict.reason == NOTHING_TO_DO


@pytest.mark.parametrize("currency", ["EUR", ""])
def test_a_notional_in_another_currency_cannot_be_evaluated(currency: str) -> None:
    world = sized_world(FIXED_NOTIONAL, 50_000, currency=currency)
    assert judged(world, OrderQuantity("COIN", BUY, 5, RESTING)).reason == CANNOT_BE_EVALUATED


def shaken_world(money: int, moves: list[int]) -> World:
    """A world whose mark moved once a second by so many ticks."""
    world = sized_world(VOLATILITY_TARGET, money)
    mid = 10_000
    for move in moves:
        mid += move
        world.say(AdvanceTime(), after_ns=SECOND)
        world.quote(mid - 10, mid + 10)
    return world


def test_without_a_measured_volatility_its_target_cannot_be_evaluated() -> None:
    world = sized_world(VOLATILITY_TARGET, 50_000)
    assert judged(world, OrderQuantity("COIN", BUY, 5, RESTING)).reason == CANNOT_BE_EVALUATED


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=12), st.integers(1, 20_000))
def test_a_volatility_target_risks_its_money_on_one_deviation_of_a_second(
    moves: list[int], money: int
) -> None:
    world = shaken_world(money, moves)
    variance, mid = 0, 10_000
    for move in moves:
        # The weighted variance of the mark's return over a second, in parts per million squared.
        sample = (move * 1_000_000 // mid) ** 2
        variance += (sample - variance) // 32
        mid += move
    deviation_ppm = isqrt(variance)
    assert world.ledger.instruments["COIN"].volatility_ppm() == deviation_ppm
    verdict = judged(world, OrderQuantity("COIN", BUY, 0, Terms(price=mid - 20, venue="alpha")))
    if deviation_ppm == 0:
        assert verdict.reason == CANNOT_BE_EVALUATED
        return
    value_per_lot = mid + 10
    quantity = money * 1_000_000 // (value_per_lot * deviation_ppm)
    assert verdict.lines[0].quantity == quantity
    assert verdict.lines[0].sizing == VOLATILITY_TARGET
    if quantity:
        assert quantity * value_per_lot * deviation_ppm <= money * 1_000_000
    else:
        assert verdict.reason == NOTHING_TO_DO


@pytest.mark.parametrize(
    ("asked", "share_bps", "quantity", "capped"),
    [(10, 1_000, 10, False), (11, 1_000, 10, True), (99, 50, 2, True), (3, 0, 3, False)],
)
def test_no_order_takes_more_than_its_share_of_the_far_touch(
    asked: int, share_bps: int, quantity: int, capped: bool
) -> None:
    world = sized_world(share_bps=share_bps)
    world.quote(quantity=100 if share_bps == 1_000 else 450)
    made = line(world, asked, terms=Terms(MARKETABLE_LIMIT, protection=5, venue="alpha"))
    assert (made.asked, made.quantity, made.capped) == (asked, quantity, capped)


def test_a_cap_that_leaves_nothing_leads_to_nothing() -> None:
    world = sized_world(share_bps=10)
    world.quote(quantity=99)
    verdict = judged(world, OrderQuantity("COIN", BUY, 5, RESTING))
    assert verdict.reason == NOTHING_TO_DO


def test_the_rule_holds_for_a_target_position_too() -> None:
    world = sized_world(FIXED_NOTIONAL, 50_050)
    verdict = judged(world, TargetPosition("COIN", 40, RESTING))
    assert (verdict.lines[0].asked, verdict.lines[0].quantity) == (40, 5)


def test_a_ladder_stands_as_it_was_asked_for() -> None:
    world = sized_world(FIXED_NOTIONAL, 10_010, share_bps=1)
    verdict = judged(world, QuoteLadder("COIN", ((9_980, 9),), (), Terms(venue="alpha")))
    assert (verdict.reason, verdict.lines[0].quantity) == (0, 9)
