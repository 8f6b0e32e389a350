"""What was let through lately: quantities or values within a limit's window, so that an order cut
into small ones is judged as the one that it is.

What counts together stands in one row: one side of one instrument, for what is displayed one side
of one market, and for a limit on whole decisions everything that it covers.
"""

from collections import deque
from typing import Final, final

from interlock.messages.definitions import Limit
from interlock.messages.units import NS_PER_MS, Nanoseconds

# Sizes remembered in one row of one limit. Beyond it the two oldest become one with the time of
# the later: what is counted is never less than what was let through.
SIZES_MAX: Final = 1_024

WINDOWED: Final = (
    "order_quantity",
    "order_value",
    "decision_quantity",
    "decision_value",
    "liquidity",
    "volume_share",
)
_VALUES: Final = ("order_value", "decision_value")
_DECISIONS: Final = ("decision_quantity", "decision_value")


@final
class SideSizes:
    """The sizes in one row, oldest first."""

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
    """The rows of one limit that has a window. Memory: one row for each instrument (each market,
    for what is displayed) and side that was ever let through."""

    def __init__(self, limit: Limit, window_ns: Nanoseconds, is_split: bool) -> None:
        self.scope: Final[str] = limit.scope
        self.instrument: Final[str] = limit.instrument
        self.currency: Final[str] = limit.currency
        self.is_value: Final[bool] = limit.control in _VALUES
        self.is_displayed: Final[bool] = limit.control == "liquidity"
        self.is_whole: Final[bool] = limit.control in _DECISIONS
        self.is_split: Final[bool] = is_split
        """Whether instruments stand in rows of their own (`messages.flags`)."""
        self.window_ns: Final[Nanoseconds] = window_ns
        self.rows: Final[dict[str, SideSizes]] = {}

    def key(self, side: int, instrument: str, venue: str) -> str:
        """The row that an order is counted in."""
        if self.is_whole:
            return ""
        if self.is_displayed:
            return f"{side}|{instrument}|{venue}"
        return f"{side}|{instrument}" if self.is_split else f"{side}"

    def row(self, key: str) -> SideSizes:
        found = self.rows.get(key)
        if found is None:
            found = SideSizes()
            self.rows[key] = found
        return found

    def sum_at(self, side: int, instrument: str, venue: str, time_ns: Nanoseconds) -> int:
        """What counts with an order of what was let through within the window before now."""
        found = self.rows.get(self.key(side, instrument, venue))
        return found.sum_since(time_ns - self.window_ns) if found is not None else 0

    def note(self, key: str, time_ns: Nanoseconds, amount: int) -> None:
        self.row(key).note(time_ns, amount, time_ns - self.window_ns)


def window_of(limit: Limit, is_split: bool) -> SizeWindow | None:
    """This is the window that a limit's sizes are counted in; None when it judges each order by
    itself."""
    if limit.control not in WINDOWED:
        return None
    window_ms = limit.parameters.get("window_ms")
    if not isinstance(window_ms, int) or window_ms <= 0:
        return None
    return SizeWindow(limit, window_ms * NS_PER_MS, is_split)
