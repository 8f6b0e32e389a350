"""Clock: the only file of Interlock that reads one.

Everything else is handed the time, so a session can be replayed and a test can decide what time it
is.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol, final

from interlock.messages.units import NS_PER_SECOND, Nanoseconds

JUMP_NS_MIN: Final = NS_PER_SECOND
"""The wall has jumped when it and the monotonic clock come apart by more than this."""
SLEW_PARTS: Final = 2_000
"""A smaller difference is made up for by one part in so many."""
JUMPS_MAX: Final = 16
"""Jumps that wait to be noted; further ones are added to the last."""


class Clock(Protocol):
    """Tells the time."""

    def now_ns(self) -> Nanoseconds:
        """This is the moment, in nanoseconds since 1970-01-01 UTC; it never goes back."""
        ...

    def monotonic_ns(self) -> Nanoseconds:
        """This counts nanoseconds from an arbitrary start, to measure how long something took."""
        ...


def _progress_ns() -> Nanoseconds:
    """Counts on through a suspension of the machine, where the system can: what was quoted before
    it is old after it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


@final
class WallClock:
    """The machine's clock, without its jumps.

    Time goes on as the machine's monotonic clock does, and is led to the wall's by at most one part
    in 2,000. When the two come apart by more than a second, somebody has set the wall: that is
    noted, and time goes on as before. So a jump neither makes quotes stale nor lets decisions
    expire, and a step back does not make time stand still. A new process starts from the wall.
    """

    def __init__(
        self,
        wall: Callable[[], Nanoseconds] = time.time_ns,
        progress: Callable[[], Nanoseconds] = _progress_ns,
    ) -> None:
        self.jumps_ns: list[Nanoseconds] = []
        """How far the wall has jumped, each time, since somebody took note; the oldest first."""
        self._wall = wall
        self._progress = progress
        self._now_ns = wall()
        self._at_ns = progress()
        self._apart_ns: Nanoseconds = 0
        """By how much the wall is ahead of us because of its jumps."""

    def now_ns(self) -> Nanoseconds:
        at_ns = self._progress()
        elapsed_ns = max(at_ns - self._at_ns, 0)
        self._at_ns = at_ns
        now_ns = self._now_ns + elapsed_ns
        drift_ns = self._wall() - self._apart_ns - now_ns
        if abs(drift_ns) > JUMP_NS_MIN:
            self._note(drift_ns)
        else:
            slew_ns = elapsed_ns // SLEW_PARTS
            now_ns += max(-slew_ns, min(drift_ns, slew_ns))
        self._now_ns = now_ns
        return now_ns

    def monotonic_ns(self) -> Nanoseconds:
        return time.perf_counter_ns()

    def not_before(self, moment_ns: Nanoseconds) -> None:
        """A session goes on that has come to this moment: a wall that was set back meanwhile does
        not make its time stand still."""
        now_ns = self.now_ns()
        if moment_ns > now_ns:
            self._now_ns = moment_ns
            self._note(now_ns - moment_ns)

    def _note(self, jump_ns: Nanoseconds) -> None:
        self._apart_ns += jump_ns
        if len(self.jumps_ns) == JUMPS_MAX:
            # Nobody has looked for long: what matters is where it stands.
            self.jumps_ns[-1] += jump_ns
        else:
            self.jumps_ns.append(jump_ns)


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
