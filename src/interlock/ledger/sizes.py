"""What was let through lately: quantities or values on each side of a limit within its window, so
that an order cut into small ones is judged as the one that it is.
"""

from collections import deque
from typing import Final, final

from interlock.messages.definitions import Limit
from interlock.messages.terms import BUY
from interlock.messages.units import NS_PER_MS, Nanoseconds

# Sizes remembered on one side of one limit. Beyond it the two oldest become one with the time of
# the later: what is counted is never less than what was let through.
SIZES_MAX: Final = 1_024

WINDOWED: Final = ("order_quantity", "order_value", "volume_share")


@final
class SideSizes:
    """The sizes on one side, oldest first."""

    def __init__(self) -> None:
        self.times: Final[deque[int]] = deque()
        self.amounts: Final[deque[int]] = deque()
        self.total = 0

    def note(self, time_ns: Nanoseconds, amount: int, since_ns: Nanoseconds) -> None:
        while len(self.times) > 0 and self.times[0] <= since_ns:
            self.times.popleft()
            self.total -= self.amounts.popleft()
        self.times.append(time_ns)
        self.amounts.append(amount)
        self.total += amount
        if len(self.times) > SIZES_MAX:
            self.times.popleft()
            self.amounts[1] += self.amounts[0]
            self.amounts.popleft()

    def sum_since(self, since_ns: Nanoseconds) -> int:
        """Everything let through after a moment. Cost: one step for each that has left the window
        since the last was noted."""
        total = self.total
        for place in range(len(self.times)):
            if self.times[place] > since_ns:
                break
            total -= self.amounts[place]
        return total


@final
class SizeWindow:
    """Both sides of one limit that has a window."""

    def __init__(self, limit: Limit, window_ns: Nanoseconds) -> None:
        self.scope: Final[str] = limit.scope
        self.instrument: Final[str] = limit.instrument
        self.currency: Final[str] = limit.currency
        self.is_value: Final[bool] = limit.control == "order_value"
        self.window_ns: Final[Nanoseconds] = window_ns
        self.bought: Final = SideSizes()
        self.sold: Final = SideSizes()

    def side(self, side: int) -> SideSizes:
        return self.bought if side == BUY else self.sold

    def sum_at(self, side: int, time_ns: Nanoseconds) -> int:
        """What was let through on a side within the window before this moment."""
        return self.side(side).sum_since(time_ns - self.window_ns)

    def note(self, side: int, time_ns: Nanoseconds, amount: int) -> None:
        self.side(side).note(time_ns, amount, time_ns - self.window_ns)


def window_of(limit: Limit) -> SizeWindow | None:
    """This is the window that a limit's sizes are counted in; None when it judges each order by
    itself."""
    if limit.control not in WINDOWED:
        return None
    window_ms = limit.parameters.get("window_ms")
    if not isinstance(window_ms, int) or window_ms <= 0:
        return None
    return SizeWindow(limit, window_ms * NS_PER_MS)
