"""How many messages a session may send: a sliding window with two thresholds, as CME's messaging
controls.

Above the first threshold a message is rejected, above the second the session is logged out, which
cancels what it has resting. Rejected messages count. Cancels count but are never rejected: they
reduce risk.
"""

from typing import Final, final

from interlock.messages.units import NS_PER_SECOND, Nanoseconds

ADMITTED: Final = 0
REJECT: Final = 1
LOG_OUT: Final = 2

WINDOW_NS: Final = 3 * NS_PER_SECOND


@final
class RateLimit:
    """Counts messages in the last `window_ns`; a threshold of 0 is no threshold."""

    def __init__(
        self, reject_above: int = 0, log_out_above: int = 0, window_ns: Nanoseconds = WINDOW_NS
    ) -> None:
        if log_out_above and log_out_above < reject_above:
            raise ValueError(
                f"log_out_above was {log_out_above}, must be at least reject_above {reject_above}"
            )
        self.reject_above: int = reject_above
        self.log_out_above: int = log_out_above
        self.window_ns: Nanoseconds = window_ns
        # The times of the newest messages, as a ring: more than the higher threshold need not be
        # known.
        self.capacity: int = max(reject_above, log_out_above) + 1
        self.times: list[Nanoseconds] = [-window_ns - 1] * self.capacity
        self.place: int = 0
        self.out_until_ns: Nanoseconds = -1

    def verdict(self, time_ns: Nanoseconds) -> int:
        """Count one message and say what becomes of it. A logged-out session is let in again after
        a window.
        """
        if time_ns < self.out_until_ns:
            return REJECT
        if self.capacity == 1:
            return ADMITTED
        self.times[self.place] = time_ns
        self.place = (self.place + 1) % self.capacity
        if self.log_out_above and self._exceeds(self.log_out_above, time_ns):
            self.out_until_ns = time_ns + self.window_ns
            for index in range(self.capacity):
                self.times[index] = -self.window_ns - 1
            return LOG_OUT
        if self.reject_above and self._exceeds(self.reject_above, time_ns):
            return REJECT
        return ADMITTED

    def is_logged_out(self, time_ns: Nanoseconds) -> bool:
        return time_ns < self.out_until_ns

    def _exceeds(self, threshold: int, time_ns: Nanoseconds) -> bool:
        # More than `threshold` messages lie in the window when the one before the last `threshold`
        # does.
        oldest = self.times[(self.place - 1 - threshold) % self.capacity]
        return oldest > time_ns - self.window_ns
