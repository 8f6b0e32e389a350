"""Clock: the only file of Interlock that reads one.

Everything else is handed the time, so a session can be replayed and a test can decide what time it
is.
"""

import time
from typing import Protocol, final

from interlock.messages.units import Nanoseconds


class Clock(Protocol):
    """Tells the time."""

    def now_ns(self) -> Nanoseconds:
        """This is the moment, in nanoseconds since 1970-01-01 UTC; it never goes back."""
        ...

    def monotonic_ns(self) -> Nanoseconds:
        """This counts nanoseconds from an arbitrary start, to measure how long something took."""
        ...


@final
class WallClock:
    """The machine's clock. When it is stepped back, this one stands still until it catches up."""

    def __init__(self) -> None:
        self._latest_ns = 0

    def now_ns(self) -> Nanoseconds:
        self._latest_ns = max(self._latest_ns, time.time_ns())
        return self._latest_ns

    def monotonic_ns(self) -> Nanoseconds:
        return time.perf_counter_ns()


@final
class ManualClock:
    """A clock that moves when it is told to."""

    def __init__(self, now_ns: Nanoseconds = 0) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> Nanoseconds:
        return self._now_ns

    def monotonic_ns(self) -> Nanoseconds:
        return self._now_ns

    def advance(self, by_ns: Nanoseconds) -> None:
        assert by_ns >= 0, f"a clock cannot go back: was advanced by {by_ns} ns"
        self._now_ns += by_ns

    def advance_to(self, now_ns: Nanoseconds) -> None:
        assert now_ns >= self._now_ns, f"a clock cannot go back: {now_ns} is before {self._now_ns}"
        self._now_ns = now_ns
