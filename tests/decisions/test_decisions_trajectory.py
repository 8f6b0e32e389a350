"""The Almgren-Chriss trajectory in whole numbers, against the closed forms and against the numbers
of the paper's example (section 4: 10^6 shares in 5 days, sigma 0.95, eta 2.5e-6, gamma 2.5e-7).
"""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.decisions.trajectory import (
    HALF_LIVES_MAX,
    ONE,
    holdings,
    step_of_costs,
    step_of_half_life,
)

SHARES = 1_000_000
DAYS = 5
SIGMA2 = Fraction(95, 100) ** 2  # dollars squared per share squared and day
ETA = Fraction(25, 10_000_000)
GAMMA = Fraction(25, 100_000_000)
EPSILON = Fraction(1, 16)


def step_of_paper(risk_aversion: Fraction) -> int:
    """2 cosh(kappa tau) of the paper's example, with a slice a day."""
    k = risk_aversion * SIGMA2 / (ETA - GAMMA / 2)
    return step_of_costs(k.numerator, k.denominator)


def kappa(risk_aversion: Fraction) -> float:
    return math.acosh(step_of_paper(risk_aversion) / ONE / 2)


def expected_cost(left: list[int]) -> Fraction:
    """Equation (5) of the paper: what a trajectory costs on average, in dollars."""
    trades = [before - after for before, after in zip([SHARES, *left], left, strict=False)]
    return GAMMA * SHARES**2 / 2 + EPSILON * SHARES + (ETA - GAMMA / 2) * sum(n * n for n in trades)


def variance(left: list[int]) -> Fraction:
    """Equation (6)."""
    return SIGMA2 * sum(x * x for x in left)


def test_a_risk_aversion_of_a_millionth_gives_kappa_and_half_life_of_the_closed_form() -> None:
    # 2 (cosh kappa - 1) = 10^-6 0.9025 / 2.375e-6 = 0.38
    assert round(kappa(Fraction(1, 10**6)), 4) == round(math.acosh(1.19), 4) == 0.6071
    assert round(1 / kappa(Fraction(1, 10**6)), 1) == 1.6


@pytest.mark.parametrize(
    ("thousandths", "half_life"),
    [(1, 51.30), (2, 36.27), (3, 29.62), (4, 25.65), (5, 22.94), (6, 20.94), (9, 17.10)],
)
def test_half_lives_are_those_that_others_compute_of_the_papers_example(
    thousandths: int, half_life: float
) -> None:
    # As published by the DROP library for lambda in thousandths of a millionth:
    # lakshmidrip.github.io/DROP/junit/classes/org.drip.coverage.execution.AlmgrenChriss.html
    found = 1 / kappa(Fraction(thousandths, 10**9))
    assert abs(found - half_life) < 0.006


def test_without_risk_aversion_it_is_the_naive_strategy_with_its_published_cost() -> None:
    left = holdings(SHARES, DAYS, 2 * ONE)
    assert left == [800_000, 600_000, 400_000, 200_000, 0]
    # 0.6625 and (at lambda 10^-9) 1.0812 million there.
    assert expected_cost(left) == 662_500
    hardly = holdings(SHARES, DAYS, step_of_paper(Fraction(1, 10**9)))
    assert round(float(variance(hardly)) / 1e12, 4) == 1.0812
    assert round(float(variance(left)) / 1e12, 4) == 1.083


def test_more_risk_aversion_costs_more_and_risks_less() -> None:
    costs, risks = [], []
    for tenths in (0, 1, 5, 10, 20, 50):
        left = holdings(SHARES, DAYS, step_of_paper(Fraction(tenths, 10**7)))
        costs.append(expected_cost(left))
        risks.append(variance(left))
    assert costs == sorted(costs)
    assert risks == sorted(risks, reverse=True)


@pytest.mark.parametrize("risk", [Fraction(1, 10**6), Fraction(2, 10**6), Fraction(1, 10**5)])
def test_the_papers_trajectory_is_that_of_the_hyperbolic_sine(risk: Fraction) -> None:
    k, left = kappa(risk), holdings(SHARES, DAYS, step_of_paper(risk))
    for day, lots in enumerate(left, 1):
        wanted = SHARES * math.sinh(k * (DAYS - day)) / math.sinh(k * DAYS)
        assert abs(lots - wanted) <= 0.51


def exact(quantity: int, slices: int, ratio: Fraction) -> list[Decimal]:
    """The closed form with 80 digits."""
    getcontext().prec = 80
    x = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    sinh = [((x * n).exp() - (-x * n).exp()) / 2 for n in range(slices + 1)]
    return [quantity * sinh[slices - place] / sinh[slices] for place in range(1, slices + 1)]


@given(
    quantity=st.integers(1, 10**15),
    slices=st.integers(1, 300),
    ratio=st.fractions(Fraction(1, 1_000), 8, max_denominator=1_000),
)
def test_holdings_are_the_closed_form_to_the_nearest_lot(
    quantity: int, slices: int, ratio: Fraction
) -> None:
    step = step_of_half_life(ratio.numerator, ratio.denominator)
    found = holdings(quantity, slices, step)
    for lots, wanted in zip(found, exact(quantity, slices, ratio), strict=True):
        assert abs(lots - wanted) <= Decimal("0.51")
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_twice_the_cosine_is_exact_to_its_bound(step_ns: int, half_life_ns: int) -> None:
    getcontext().prec = 80
    x = Decimal(step_ns) / Decimal(half_life_ns)
    if x > HALF_LIVES_MAX:
        x = Decimal(HALF_LIVES_MAX)
    wanted = x.exp() + (-x).exp()
    found = Decimal(step_of_half_life(step_ns, half_life_ns)) / ONE
    assert 0 <= wanted - found <= wanted / 2**60
    assert found >= 2


def test_ten_thousand_slices_of_the_largest_order_stay_within_the_stated_error() -> None:
    quantity, slices = 2**61, 10_000
    ratio = Fraction(1, 1_000)
    found = holdings(quantity, slices, step_of_half_life(1, 1_000))
    wanted = exact(quantity, slices, ratio)
    assert all(
        abs(lots - real) <= Decimal("0.51") for lots, real in zip(found, wanted, strict=True)
    )
