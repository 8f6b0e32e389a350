"""Shortfall against Perold's own definition, computed apart, in fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.outcomes_made import decided, fill, order
from interlock.feedback import shortfall as arithmetic
from interlock.feedback.outcomes import OrderOutcome
from interlock.messages.terms import BUY, MAKER, SELL, TAKER

MIDS = st.integers(18_000, 22_000)


@st.composite
def outcomes(draw: st.DrawFn) -> OrderOutcome:
    fills = [
        fill(
            draw(st.integers(9_000, 11_000)),
            draw(st.integers(1, 20)),
            draw(MIDS),
            draw(st.integers(9_000, 11_000)),
            fee=draw(st.integers(-50, 50)),
            liquidity=draw(st.sampled_from([MAKER, TAKER, 0])),
            later=tuple(draw(MIDS) for _ in range(5)),
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    filled = sum(made.quantity for made in fills)
    return order(
        *fills,
        side=draw(st.sampled_from([BUY, SELL])),
        quantity=filled + draw(st.integers(0 if filled else 1, 10)),
        decision=draw(MIDS),
        release=draw(MIDS),
        end=draw(MIDS),
    )


def paper_less_reality(outcome: OrderOutcome) -> Fraction:
    """Perold: what the paper portfolio gained at the end's mid, less what the real one did."""
    sign = 1 if outcome.side == BUY else -1
    decision, end = Fraction(outcome.decision_mid_twice, 2), Fraction(outcome.end_mid_twice, 2)
    paper = sign * outcome.quantity * (end - decision)
    real = Fraction(0)
    for made in outcome.fills:
        real += sign * made.quantity * (end - made.price) - made.fee
    return paper - real


@given(outcomes())
def test_the_parts_add_up_to_what_paper_gained_more_than_reality(outcome: OrderOutcome) -> None:
    parts = arithmetic.shortfall_of(outcome)
    assert Fraction(parts.total_twice, 2) == paper_less_reality(outcome)


@given(outcomes())
def test_a_sale_at_mirrored_prices_costs_what_the_purchase_did(outcome: OrderOutcome) -> None:
    def mirrored(mid_twice: int) -> int:
        return 40_000 - mid_twice

    twin = order(
        *(
            fill(
                20_000 - made.price,
                made.quantity,
                mirrored(made.mid_twice),
                20_000 - made.far_touch,
                fee=made.fee,
                liquidity=made.liquidity,
            )
            for made in outcome.fills
        ),
        side=SELL if outcome.side == BUY else BUY,
        quantity=outcome.quantity,
        decision=mirrored(outcome.decision_mid_twice),
        release=mirrored(outcome.release_mid_twice),
        end=mirrored(outcome.end_mid_twice),
    )
    assert arithmetic.shortfall_of(twin) == arithmetic.shortfall_of(outcome)


def test_each_part_is_what_its_name_says() -> None:
    # Decided at 100.00, released at 100.10; 6 of 10 bought at 100.25 when the market was
    # 100.15 x 100.20, fee 3; the rest given up at 100.40.
    outcome = order(fill(10_025, 6, 20_035, 10_020, fee=3), release=20_020, end=20_080, quantity=10)
    parts = arithmetic.shortfall_of(outcome)
    assert parts.delay_twice == 6 * 20
    assert parts.timing_twice == 6 * 15
    assert parts.spread_twice == 6 * 5
    assert parts.impact_twice == 6 * 10
    assert parts.fees_twice == 6
    assert parts.opportunity_twice == 4 * 80
    assert parts.executed_twice == 6 * 30


def test_what_gave_liquidity_earns_the_spread_and_has_no_impact() -> None:
    outcome = order(fill(9_990, 10, 20_000, 10_010, liquidity=MAKER))
    parts = arithmetic.shortfall_of(outcome)
    assert (parts.spread_twice, parts.impact_twice) == (-200, 0)
    assert arithmetic.improvement_twice(outcome, outcome.fills[0]) is None


def test_an_order_without_a_market_has_no_shortfall_and_says_why() -> None:
    outcome = order(fill(10_000, 4, 0, 0))
    assert "filled" in outcome.unmeasured_because()
    with pytest.raises(ValueError, match="no two-sided market when it was filled"):
        arithmetic.shortfall_of(outcome)
    open_order = order(fill(10_000, 4, 20_000, 10_000))
    open_order.ending = ""
    assert open_order.unmeasured_because() == "it has not ended"


def test_effective_spread_is_realised_spread_plus_what_the_mid_moved() -> None:
    outcome = order(fill(10_010, 10, 20_000, 10_010, later=(0, 0, 20_012, 0, 0)))
    made = outcome.fills[0]
    effective = arithmetic.effective_spread_twice(outcome, made)
    realised = arithmetic.realised_spread_twice(outcome, made)
    assert (effective, realised) == (400, 160)
    assert effective - realised == 2 * 10 * (20_012 - 20_000)
    assert arithmetic.markout_twice(outcome, made, 2) == -realised // 2
    assert arithmetic.markout_twice(outcome, made, 0) is None


def test_better_than_the_touch_is_improvement() -> None:
    outcome = order(fill(10_005, 10, 20_000, 10_010))
    assert arithmetic.improvement_twice(outcome, outcome.fills[0]) == 100
    assert arithmetic.shortfall_of(outcome).impact_twice == -100


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from([BUY, SELL]))
def test_a_benchmark_is_an_average_price(value: int, volume: int, side: int) -> None:
    outcome = order(fill(10_000, 7, 20_000, 10_000), side=side)
    found = arithmetic.against_price_twice(outcome, value, volume)
    assert found is not None
    sign = 1 if side == BUY else -1
    exact = sign * 2 * 7 * (10_000 - Fraction(value, volume))
    assert abs(found - exact) < 1


def test_a_decision_is_worth_what_its_mid_moved_on_all_that_it_asked() -> None:
    bought, sold = decided((0, 20_010, 0, 0, 0)), decided((0, 20_010, 0, 0, 0), side=SELL)
    assert arithmetic.worth_twice(bought, 1) == 100
    assert arithmetic.worth_twice(sold, 1) == -100
    assert arithmetic.worth_twice(bought, 0) is None
