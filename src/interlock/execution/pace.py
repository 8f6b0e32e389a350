"""Pace: how many requests may wait for a venue's answer at once, learnt from how long answers take.

Gradient2 (Netflix concurrency-limits) with three differences that venues need: the limit may fall
to 1, a throttling venue halves it at once (its Gradient2 ignores drops), and room for a queue is
added only while answers do not slow down, so that mild overload does not raise it without bound.
Whole numbers throughout: a limit is kept in thousandths.
"""

from typing import Final

from interlock.messages.units import NS_PER_SECOND, Nanoseconds

WINDOW_NS: Final = NS_PER_SECOND
SAMPLES_MIN: Final = 10
_ONE: Final = 1_000
_QUEUE: Final = 4 * _ONE
_LONG_WEIGHT: Final = 60
# Answers may take half as long again as they usually do before the limit falls.
_TOLERANCE_PERMILLE: Final = 1_500


class Pace:
    """The adaptive limit of one venue; `limit_max` 0 is no limit at all."""

    def __init__(self, limit_max: int) -> None:
        self.limit_max = limit_max
        self._limit = limit_max * _ONE
        self._long_ns: Nanoseconds = 0
        self._sum_ns: Nanoseconds = 0
        self._samples = 0
        self._in_flight = 0
        self._window_ns: Nanoseconds = 0

    @property
    def limit(self) -> int:
        """Requests that may wait for an answer; at least 1, or 0 where there is no limit."""
        return max(self._limit // _ONE, 1) if self.limit_max else 0

    def answered(self, time_ns: Nanoseconds, latency_ns: Nanoseconds, in_flight: int) -> None:
        """An answer came, while so many requests waited."""
        self._sum_ns += latency_ns
        self._samples += 1
        self._in_flight = max(self._in_flight, in_flight)
        if time_ns - self._window_ns < WINDOW_NS or self._samples < SAMPLES_MIN:
            return
        short_ns = max(self._sum_ns // self._samples, 1)
        busiest = self._in_flight
        self._window_ns, self._sum_ns, self._samples, self._in_flight = time_ns, 0, 0, 0
        if self._long_ns == 0:
            self._long_ns = short_ns
        self._long_ns += (short_ns - self._long_ns) // _LONG_WEIGHT
        if self._long_ns > 2 * short_ns:
            # What was slow once is not the measure for long.
            self._long_ns -= self._long_ns // 20
        if busiest * 2 * _ONE < self._limit:
            return
        gradient = min(_ONE, max(_ONE // 2, _TOLERANCE_PERMILLE * self._long_ns // short_ns))
        wanted = self._limit * gradient // _ONE + (_QUEUE if gradient == _ONE else 0)
        self._set((4 * self._limit + wanted) // 5)

    def throttled(self) -> None:
        """The venue said that it is asked too much: half as much from now on."""
        self._set(self._limit // 2)

    def _set(self, limit: int) -> None:
        self._limit = min(max(limit, _ONE), self.limit_max * _ONE)
