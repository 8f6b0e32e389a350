"""Estimates against the distribution's own integral, and against a simulation that knows the
truth."""

from fractions import Fraction
from math import exp, lgamma, pi, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.feedback.estimates import RatioEstimate, student_t_95


def mass_between(degrees: int, reach: float) -> float:
    """The probability of Student's t within +-reach, by Simpson's rule on its density."""
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi)
    steps = 20_000
    width = reach / steps
    total = 0.0
    for place in range(steps + 1):
        density = (1 + (place * width) ** 2 / degrees) ** (-(degrees + 1) / 2)
        total += density * (1 if place in (0, steps) else 4 if place % 2 else 2)
    return 2 * scale * total * width / 3


@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 15, 30, 31, 45, 100, 1_000])
def test_the_factor_covers_95_percent_of_students_t(degrees: int) -> None:
    assert mass_between(degrees, student_t_95(degrees)) == pytest.approx(0.95, abs=2e-5)


def test_there_is_no_interval_without_degrees_of_freedom() -> None:
    with pytest.raises(ValueError, match="were 0, must be at least 1"):
        student_t_95(0)


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 10**12)), min_size=2, max_size=40
    )
)
def test_the_sums_give_what_the_textbook_gives_sample_by_sample(
    samples: list[tuple[int, int]],
) -> None:
    estimate = RatioEstimate()
    for part, whole in samples:
        estimate.note(part, whole)
    count, total = len(samples), sum(whole for _, whole in samples)
    ratio = Fraction(sum(part for part, _ in samples), total)
    residues = sum((part - ratio * whole) ** 2 for part, whole in samples)
    variance = residues * count / (count - 1) / Fraction(total) ** 2
    reach = student_t_95(count - 1) * sqrt(variance) * 10_000
    found = estimate.interval()
    assert found.value == pytest.approx(float(ratio) * 10_000, rel=1e-9, abs=1e-9)
    assert found.high - found.value == pytest.approx(reach, rel=1e-6, abs=1e-9)
    assert found.value - found.low == pytest.approx(reach, rel=1e-6, abs=1e-9)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    chance, held = Random(5), 0
    for _ in range(600):
        estimate = RatioEstimate()
        for _ in range(25):
            whole = chance.randrange(500, 1_500)
            estimate.note(round(whole * 3 + chance.gauss(0, 900)), whole)
        found = estimate.interval()
        held += found.low <= 30_000 <= found.high
    assert 0.92 <= held / 600 <= 0.98


def test_one_sample_is_no_evidence() -> None:
    estimate = RatioEstimate()
    estimate.note(3, 10_000)
    found = estimate.interval()
    assert (found.value, found.samples, found.is_known) == (3.0, 1, False)
    assert (found.low, found.high) == (float("-inf"), float("inf"))


def test_a_whole_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="was 0, must be above 0"):
        RatioEstimate().note(1, 0)
