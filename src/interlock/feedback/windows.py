"""Windows: evidence over the last while, in whole numbers.

A ratio of sums with its 95 % interval (the ratio estimator of `estimates.py`), whose oldest samples
leave again exactly, because every sum is of integers. Nothing here rounds before the end, so the
same samples give the same words on any machine.
"""

from collections import deque
from math import isqrt
from typing import Final, NamedTuple

from interlock.feedback.estimates import SAMPLES_MIN, student_t_95
from interlock.messages.feedback import Evidence
from interlock.messages.units import PPM_ONE, Nanoseconds, Sequence

WINDOW_SAMPLES_MAX: Final = 10_000
"""How many samples a window holds; the oldest leave first."""
PPM_SAID_MAX: Final = 10**15
"""What is said of an interval that nobody knows: it is beyond all that is believed."""

_PPB_SQUARED: Final = 10**18
_T_DIGITS: Final = 10_000


class Sample(NamedTuple):
    """One order's part and whole; `first` is the command that made it, `last` that settled it."""

    first: Sequence
    last: Sequence
    time_ns: Nanoseconds
    part: int
    whole: int


class Estimate(NamedTuple):
    """A ratio in parts per million, and its variance in parts per billion, squared; -1 where it is
    not known."""

    value_ppm: int
    variance: int
    samples: int


NOTHING: Final = Estimate(0, -1, 0)


class Window:
    """The samples of the last while. Memory: `WINDOW_SAMPLES_MAX` of them."""

    def __init__(self) -> None:
        self.samples: deque[Sample] = deque()
        self.part = 0
        self.whole = 0
        self._part_part = 0
        self._part_whole = 0
        self._whole_whole = 0

    def note(self, sample: Sample) -> None:
        """This adds a sample, whose whole must be above 0."""
        assert sample.whole > 0, f"the whole was {sample.whole}"
        self.samples.append(sample)
        self._count(sample, 1)
        if len(self.samples) > WINDOW_SAMPLES_MAX:
            self._count(self.samples.popleft(), -1)

    def expire(self, before_ns: Nanoseconds) -> None:
        """This lets go what is older."""
        while self.samples and self.samples[0].time_ns < before_ns:
            self._count(self.samples.popleft(), -1)

    def _count(self, sample: Sample, sign: int) -> None:
        part, whole = sample.part, sample.whole
        self.part += sign * part
        self.whole += sign * whole
        self._part_part += sign * part * part
        self._part_whole += sign * part * whole
        self._whole_whole += sign * whole * whole

    def estimate(self) -> Estimate:
        """Part over whole."""
        return estimate_of((self,))

    def sums(self) -> tuple[int, int, int, int, int, int]:
        return (
            len(self.samples),
            self.part,
            self.whole,
            self._part_part,
            self._part_whole,
            self._whole_whole,
        )

    def evidence(self) -> Evidence:
        """What it stands on. Cost: one step per sample."""
        first = min((sample.first for sample in self.samples), default=0)
        if not self.samples:
            return Evidence(0, 0, 0, 0, 0)
        oldest, newest = self.samples[0], self.samples[-1]
        count = len(self.samples)
        return Evidence(count, first, newest.last, oldest.time_ns, newest.time_ns)


def estimate_of(windows: tuple[Window, ...]) -> Estimate:
    """The estimate over several windows together."""
    count = part = whole = part_part = part_whole = whole_whole = 0
    for window in windows:
        sums = window.sums()
        count += sums[0]
        part += sums[1]
        whole += sums[2]
        part_part += sums[3]
        part_whole += sums[4]
        whole_whole += sums[5]
    if count == 0 or whole == 0:
        return NOTHING
    variance = -1
    if count >= SAMPLES_MIN:
        residue = part_part * whole**2 - 2 * part * whole * part_whole + part**2 * whole_whole
        variance = residue * count * _PPB_SQUARED // ((count - 1) * whole**4)
    return Estimate(part * PPM_ONE // whole, variance, count)


def interval_ppm(found: Estimate) -> tuple[int, int, int]:
    """Value, low and high in parts per million; low and high are `PPM_SAID_MAX` away where there
    are too few samples to know."""
    if found.variance < 0:
        return found.value_ppm, -PPM_SAID_MAX, PPM_SAID_MAX
    reach = reach_ppm(found.variance, found.samples - 1)
    return found.value_ppm, found.value_ppm - reach, found.value_ppm + reach


def difference_ppm(one: Estimate, other: Estimate) -> tuple[int, int, int]:
    """One less the other, with the interval of Welch and the fewer degrees of freedom."""
    value = one.value_ppm - other.value_ppm
    if one.variance < 0 or other.variance < 0:
        return value, -PPM_SAID_MAX, PPM_SAID_MAX
    degrees = min(one.samples, other.samples) - 1
    reach = reach_ppm(one.variance + other.variance, degrees)
    return value, value - reach, value + reach


def reach_ppm(variance: int, degrees: int) -> int:
    """Half a 95 % interval, rounded up."""
    factor = round(student_t_95(degrees) * _T_DIGITS)
    return -(-factor * isqrt(variance) // (_T_DIGITS * 1_000))
