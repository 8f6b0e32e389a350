"""Worked examples from the literature, with their sources, in whole ticks and smallest units."""

from math import sqrt
from random import Random
from statistics import fmean, pvariance

from feedback.outcomes_made import fill, order
from interlock.feedback.shortfall import (
    effective_spread_twice,
    realised_spread_twice,
    shortfall_of,
)
from interlock.messages.terms import BUY, SELL, TAKER


def test_perold_1988_what_paper_gained_less_what_was_gained() -> None:
    """Perold, The implementation shortfall: paper versus reality, J. Portfolio Management 14(3),
    1988: shortfall is the paper portfolio's gain less the real one's; it is the execution cost on
    what traded, and the opportunity cost on what did not. The numbers are ours: on paper 1,000
    shares are bought at 50.00; in reality 600 at 50.25, and the price ends at 52.00.
    """
    made = order(
        fill(5_025, 600, 10_050, 5_025, fee=30_00),
        quantity=1_000,
        decision=10_000,
        release=10_000,
        end=10_400,
    )
    paper = 1_000 * (5_200 - 5_000)
    real = 600 * (5_200 - 5_025) - 30_00
    execution_cost = 600 * (5_025 - 5_000) + 30_00
    opportunity_cost = 400 * (5_200 - 5_000)
    parts = shortfall_of(made)
    assert parts.total_twice == 2 * (paper - real) == 2 * (execution_cost + opportunity_cost)
    assert parts.opportunity_twice == 2 * opportunity_cost


def test_an_order_that_came_late_and_was_not_filled_whole() -> None:
    """Maginn, Tuttle, Pinto and McLeavey (editors), Managing Investment Portfolios, 3rd edition,
    Wiley 2007, chapter 10, the implementation shortfall of an order for 1,000 shares: decided at
    10.00, sent when the price was 10.05, 700 bought at 10.07 for 14 of fees, cancelled at 10.08.
    Explicit costs are 0.14 %, realised loss 0.14 %, delay 0.35 %, missed trade 0.24 %: 0.87 %.
    """
    made = order(
        fill(1_007, 700, 2_010, 1_007, fee=14_00),
        quantity=1_000,
        decision=2_000,
        release=2_010,
        end=2_016,
    )
    parts = shortfall_of(made)
    on_paper = 1_000 * 1_000
    percent = {
        "explicit": parts.fees_twice,
        "realised": parts.executed_twice,
        "delay": parts.delay_twice,
        "missed": parts.opportunity_twice,
        "whole": parts.total_twice,
    }
    found = {name: round(cost / 2 * 100 / on_paper, 4) for name, cost in percent.items()}
    assert found == {
        "explicit": 0.14,
        "realised": 0.14,
        "delay": 0.35,
        "missed": 0.24,
        "whole": 0.87,
    }


def test_effective_and_realised_spread_of_the_us_rule() -> None:
    """17 CFR 242.600(b), for Rule 605: the effective spread of a buy is twice the execution price
    less the midpoint, of a sell twice the midpoint less the price; the realised spread the same
    against a later midpoint. Numbers ours: 20.00 by 20.10, bought at 20.08, the midpoint is 20.09
    later; sold at 20.03.
    """
    later = (4_018,) * 5
    bought = fill(2_008, 100, 4_010, 2_010, later=later)
    sold = fill(2_003, 100, 4_010, 2_000, later=later)
    purchase, sale = order(bought, side=BUY), order(sold, side=SELL)
    # In cents a share, from half cents on a hundred shares.
    assert effective_spread_twice(purchase, bought) / 200 == 2 * (20_08 - 20_05)
    assert effective_spread_twice(sale, sold) / 200 == 2 * (20_05 - 20_03)
    assert (realised_spread_twice(purchase, bought) or 0) / 200 == 2 * (20_08 - 20_09)
    assert (realised_spread_twice(sale, sold) or 0) / 200 == 2 * (20_09 - 20_03)


SHARES, PERIODS = 1_000_000, 5
FILL = SHARES // PERIODS
TICKS = 10_000
"""A dollar."""


def sold_off(moves: list[int]) -> int:
    """The shortfall, in ticks times shares, of selling everything in equal parts; before each part
    but the first the price moves by itself, and by what was sold before.

    Almgren and Chriss, Optimal execution of portfolio transactions, J. Risk 3, 2000, with the
    parameters of their table 1: 50.00 a share, five days, volatility 0.95 a day, a fixed cost of
    0.0625 a share (epsilon), permanent impact 2.5e-7 (gamma), temporary impact 2.5e-6 (eta).
    """
    permanent = FILL * TICKS // 4_000_000
    temporary = TICKS // 16 + FILL * TICKS // 400_000
    price, fills = 50 * TICKS, []
    for move in moves:
        price += move
        touch = price - TICKS // 16
        fills.append(fill(price - temporary, FILL, 2 * price, touch, liquidity=TAKER))
        price -= permanent
    made = order(
        *fills,
        side=SELL,
        quantity=SHARES,
        decision=100 * TICKS,
        release=100 * TICKS,
        end=2 * price,
    )
    return shortfall_of(made).total_twice // 2


def expected_cost() -> float:
    """E = gamma X^2 / 2 + epsilon X + (eta - gamma tau / 2) / tau * sum of n_k^2, in dollars."""
    gamma, epsilon, eta = 2.5e-7, 0.0625, 2.5e-6
    squares = PERIODS * FILL**2
    return gamma * SHARES**2 / 2 + epsilon * SHARES + (eta - gamma / 2) * squares


def variance() -> float:
    """V = sigma^2 * sum of tau x_k^2, over what is left after each sale."""
    return 0.95**2 * sum((SHARES - FILL * k) ** 2 for k in range(1, PERIODS + 1))


def test_almgren_and_chriss_2000_expected_cost_of_selling_in_equal_parts() -> None:
    assert expected_cost() == 662_500
    assert sold_off([0] * PERIODS) == 662_500 * TICKS


def test_almgren_and_chriss_2000_variance_of_selling_in_equal_parts() -> None:
    random, paths = Random(20001), 4_000
    costs = []
    for _ in range(paths):
        moves = [0, *(round(random.gauss(0, 0.95 * TICKS)) for _ in range(PERIODS - 1))]
        costs.append(sold_off(moves) / TICKS)
    # Mean and variance lie within four of their own standard errors.
    assert abs(fmean(costs) - expected_cost()) < 4 * sqrt(variance() / paths)
    assert abs(pvariance(costs) / variance() - 1) < 4 * sqrt(2 / paths)
