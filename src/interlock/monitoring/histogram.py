"""A log-linear histogram of whole numbers: bounded memory, quantiles within about 3 %.

Each power of two is cut into 32 equal buckets, as HdrHistogram does; the counts are exact.
"""

from typing import Final

_STEPS: Final = 32
_STEP_BITS: Final = 5


class Histogram:
    """Counts values of 0 and above."""

    def __init__(self) -> None:
        self.count = 0
        self.value_max = 0
        self._buckets: dict[int, int] = {}

    def note(self, value: int) -> None:
        """This counts a value; a negative one counts as 0."""
        value = max(value, 0)
        shift = max(value.bit_length() - _STEP_BITS - 1, 0)
        bucket = shift * _STEPS * 2 + (value >> shift)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self.count += 1
        self.value_max = max(self.value_max, value)

    def quantile(self, per_mille: int) -> int:
        """This is the value that so many thousandths lie at or below; 0 when there is none."""
        wanted = (self.count * per_mille + 999) // 1000
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                shift, kept = divmod(bucket, _STEPS * 2)
                return min(((kept + 1) << shift) - 1, self.value_max)
        return 0
