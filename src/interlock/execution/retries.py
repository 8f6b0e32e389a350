"""Retries: questions and cancels that are sent again, under one budget for all of a venue.

An order or a replace is never sent again: it is not here. A budget of a tenth of what is sent and
one a second (Finagle's retry budget, Google SRE) keeps a storm of failures from becoming a storm of
messages; full jitter (Brooker 2015) keeps those that failed together from returning together.
"""

from typing import Final

from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Nanoseconds
from interlock.simulation.chance import Chance

SHARE_PERMILLE: Final = 100
"""Retries for each request that is sent a first time."""
PER_SECOND: Final = 1
RETRIES_SAVED_MAX: Final = 10
"""Retries that a quiet time saves up."""
ATTEMPTS_MAX: Final = 3
"""Times that one cancel is sent, the first included."""
WAIT_NS: Final = 100 * NS_PER_MS
WAIT_MAX_NS: Final = 20 * NS_PER_SECOND

_ONE: Final = 1_000


class RetryBudget:
    """What may be sent again now, in thousandths of a retry."""

    def __init__(self, seed: int) -> None:
        self._chance = Chance(seed)
        self._saved = RETRIES_SAVED_MAX * _ONE
        self._time_ns: Nanoseconds = 0
        self.spent = 0
        self.denied = 0

    def sent_first(self) -> None:
        """A request left for the first time."""
        self._saved = min(self._saved + SHARE_PERMILLE, RETRIES_SAVED_MAX * _ONE)

    def take(self, time_ns: Nanoseconds) -> bool:
        """Whether something may be sent again at this moment; it is counted then."""
        elapsed_ns = max(time_ns - self._time_ns, 0)
        self._time_ns = max(time_ns, self._time_ns)
        earned = min(elapsed_ns, RETRIES_SAVED_MAX * NS_PER_SECOND) * _ONE * PER_SECOND
        self._saved = min(self._saved + earned // NS_PER_SECOND, RETRIES_SAVED_MAX * _ONE)
        if self._saved < _ONE:
            self.denied += 1
            return False
        self._saved -= _ONE
        self.spent += 1
        return True

    def wait_ns(self, attempt: int, at_least_ns: Nanoseconds = 0) -> Nanoseconds:
        """How long to wait before a further attempt (from 1): any time up to a bound that doubles,
        after what the venue asked for."""
        bound_ns = min(WAIT_NS << min(attempt, 20), WAIT_MAX_NS)
        return at_least_ns + (1 + self._chance.below(bound_ns // NS_PER_MS)) * NS_PER_MS
