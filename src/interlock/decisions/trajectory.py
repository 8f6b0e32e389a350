"""Trajectory: how fast to trade when waiting is a risk and haste has a price.

Almgren and Chriss, "Optimal execution of portfolio transactions" (December 2000), section 2.2: with
linear impact the best holdings x_j after slice j of N satisfy

    x_{j-1} - a x_j + x_{j+1} = 0,    a = 2 + K,    K = lambda sigma^2 tau^2 / eta~

(eta~ = eta - gamma tau / 2), that is x_j = X sinh(k (T - t_j)) / sinh(k T) with 2 cosh(k tau) = a.
Here nothing is hyperbolic: the ratio r_m = x_{N-m+1 -> N-m}, of holdings with m and m + 1 slices to
go, is r_0 = 0, r_m = 1 / (a - r_{m-1}), and the holdings are products of these.

Whole numbers throughout, in units of 2^-96. Each r_m is rounded once, and 0 <= r_m <= 1 makes
errors of earlier ones smaller, so r_m is off by less than m + 1 units; x_j / X, a product of fewer
than N of them, by less than N^2 units. With N <= 10,000 that is 2^-69: holdings of less than 2^62
lots are off by less than one hundredth of a lot before they are rounded to whole lots.
"""

from typing import Final

from interlock.messages.units import Lots, Nanoseconds

BITS: Final = 96
ONE: Final = 1 << BITS
HALF_LIVES_MAX: Final = 32
"""Half-lives that one slice may last; beyond, all is traded in the first (or last) one anyway."""


def step_of_half_life(step_ns: Nanoseconds, half_life_ns: Nanoseconds) -> int:
    """This is 2 cosh(step / half-life) in units of 2^-96, where the half-life 1/k is the time in
    which the trajectory falls to 1/e (section 2.3). Rounded down, off by less than 2^-60 of itself.

    Cost: some hundred multiplications. Of steps longer than `HALF_LIVES_MAX` half-lives it is that
    of `HALF_LIVES_MAX`.
    """
    assert step_ns > 0, f"a step of {step_ns} ns"
    assert half_life_ns > 0, f"a half-life of {half_life_ns} ns"
    if step_ns > HALF_LIVES_MAX * half_life_ns:
        step_ns, half_life_ns = HALF_LIVES_MAX, 1
    # The series of cosh: every term is the one before times x^2 / ((2n - 1) 2n).
    square = step_ns * step_ns * ONE // (half_life_ns * half_life_ns)
    term = 2 * ONE
    total = term
    place = 0
    while term > 0:
        place += 2
        term = term * square // (ONE * (place - 1) * place)
        total += term
    return total


def step_of_costs(numerator: int, denominator: int) -> int:
    """This is 2 + K in units of 2^-96, where K = lambda sigma^2 tau^2 / eta~ is a fraction that the
    caller knows exactly."""
    assert numerator >= 0, f"K is {numerator} / {denominator}"
    assert denominator > 0, f"K is {numerator} / {denominator}"
    return 2 * ONE + numerator * ONE // denominator


def holdings(quantity: Lots, slices: int, step: int) -> list[Lots]:
    """This is what is left after each of `slices` slices of equal length, the last of which leaves
    nothing, for `step` = 2 cosh(k tau) in units of 2^-96. It never grows. Cost: one division and
    one multiplication for each slice."""
    assert slices > 0, f"{slices} slices"
    assert step >= 2 * ONE, f"a step of {step}, less than two"
    ratios = [0]
    for _ in range(slices - 1):
        ratios.append(ONE * ONE // (step - ratios[-1]))
    left = ONE
    found: list[Lots] = []
    for place in range(slices):
        left = left * ratios[slices - 1 - place] // ONE
        # To the nearest lot; one half rounds down.
        found.append((2 * quantity * left + ONE - 1) // (2 * ONE))
    return found
