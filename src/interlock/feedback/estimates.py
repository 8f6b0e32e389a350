"""Estimates: a cost in basis points of what was traded, with the interval that it deserves.

A ratio of two sums, cost over value, is what a desk means by "3.1 bp on 40 million". Its interval
is the one of the ratio estimator (Cochran, Sampling Techniques, 3rd ed. 1977, chapter 6) with
Student's t: honest about few orders and about one large order among many small. Sums are whole
numbers, so that the same outcomes give the same estimate in any order; binary floating point enters
only when an estimate is read.
"""

from math import sqrt
from typing import Final, NamedTuple

from interlock.messages.units import BPS_ONE

# Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom (tables of the distribution);
# beyond, the expansion of Cornish and Fisher about the normal point is exact to four digits.
_T_95: Final = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip
_NORMAL_95: Final = 1.959964

SAMPLES_MIN: Final = 2
"""With fewer there is no interval, and nothing should be concluded."""


def student_t_95(degrees: int) -> float:
    """This is the factor of a two-sided 95 % interval. Raises `ValueError` below 1."""
    if degrees < 1:
        raise ValueError(f"degrees of freedom were {degrees}, must be at least 1")
    if degrees <= len(_T_95):
        return _T_95[degrees - 1]
    cube, fifth = _NORMAL_95**3, _NORMAL_95**5
    first = (cube + _NORMAL_95) / (4 * degrees)
    return _NORMAL_95 + first + (5 * fifth + 16 * cube + 3 * _NORMAL_95) / (96 * degrees**2)


class Interval(NamedTuple):
    """An estimate in basis points, and where it may lie with 95 % confidence."""

    value: float
    low: float
    high: float
    samples: int

    @property
    def is_known(self) -> bool:
        """Whether there were samples enough for an interval."""
        return self.samples >= SAMPLES_MIN


class RatioEstimate:
    """Adds up (part, whole) pairs and estimates part over whole. Memory is constant."""

    __slots__ = ("count", "part", "part_part", "part_whole", "whole", "whole_whole")

    def __init__(self) -> None:
        self.count = 0
        self.part = 0
        self.whole = 0
        self.part_part = 0
        self.part_whole = 0
        self.whole_whole = 0

    def note(self, part: int, whole: int) -> None:
        """This adds one sample. Raises `ValueError` when `whole` is not above 0."""
        if whole <= 0:
            raise ValueError(f"the whole was {whole}, must be above 0")
        self.count += 1
        self.part += part
        self.whole += whole
        self.part_part += part * part
        self.part_whole += part * whole
        self.whole_whole += whole * whole

    def add(self, other: "RatioEstimate") -> None:
        """This adds another's samples."""
        self.count += other.count
        self.part += other.part
        self.whole += other.whole
        self.part_part += other.part_part
        self.part_whole += other.part_whole
        self.whole_whole += other.whole_whole

    def bps(self) -> float:
        """Part over whole in basis points; 0 while there is none."""
        return self.part * BPS_ONE / self.whole if self.whole else 0.0

    def interval(self) -> Interval:
        """The estimate with its interval; without samples enough, low and high are infinite."""
        value = self.bps()
        if self.count < SAMPLES_MIN:
            return Interval(value, float("-inf"), float("inf"), self.count)
        # The sum of (part - ratio * whole)^2 times whole^2, in whole numbers: no cancellation.
        residue = (
            self.part_part * self.whole**2
            - 2 * self.part * self.whole * self.part_whole
            + self.part**2 * self.whole_whole
        )
        variance = residue / self.whole**4 * self.count / (self.count - 1)
        reach = student_t_95(self.count - 1) * sqrt(max(variance, 0.0)) * BPS_ONE
        return Interval(value, value - reach, value + reach, self.count)
