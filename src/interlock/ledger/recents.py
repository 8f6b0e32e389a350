"""Recents: what happened within a window, as executions, rejects and orders one by one."""

from collections import deque
from typing import Final, final

from interlock.ledger.counters import ANY, ENTRIES_MAX, Counter, whole_of
from interlock.messages.definitions import Limit
from interlock.messages.terms import BUY, HALT
from interlock.messages.units import NS_PER_MS, Lots, Minor, Nanoseconds


@final
class Recent(Counter):
    """What happened within a window: executions, rejects, or what the quotes of a market maker
    traded; and until when it is frozen because of that."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.window_ns: Final[int] = whole_of(limit, "window_ms") * NS_PER_MS
        self.frozen_ms: Final[int] = whole_of(limit, "frozen_ms")
        self.quantity_max: Final[int] = whole_of(limit, "quantity_max", -1)
        self.delta_max: Final[int] = whole_of(limit, "delta_max", -1)
        self.value_max: Final[int] = whole_of(limit, "value_max", -1)
        self.counts_rejects: Final[bool] = limit.control == "reject_rate"
        is_halting = limit.control == "repeated_execution" or limit.answer.severity == HALT
        self.count_max: Final[int] = whole_of(limit, "count_max", ANY) if is_halting else ANY
        """How many may happen before its scope stops; where it only refuses, any."""
        self.entries: Final[deque[tuple[int, str, int, int, int]]] = deque()
        self.count = 0
        self.quantity: Lots = 0
        self.delta: Lots = 0
        self.value: Minor = 0
        self.frozen_until_ns: Nanoseconds = 0
        """Until when nothing new may be quoted; -1 until a person lets it."""

    def expire(self, time_ns: Nanoseconds) -> None:
        """This forgets what has left the window."""
        since = time_ns - self.window_ns
        while len(self.entries) > 0 and self.entries[0][0] <= since:
            _, weight, quantity, delta, value = self.entries.popleft()
            self.count -= int(weight)
            self.quantity -= quantity
            self.delta -= delta
            self.value -= value

    def count_at(self, time_ns: Nanoseconds) -> int:
        """How many happened within the window before this moment, without forgetting any."""
        since, count = time_ns - self.window_ns, self.count
        for entry in self.entries:
            if entry[0] > since:
                break
            count -= int(entry[1])
        return count

    def _add(self, time_ns: Nanoseconds, quantity: Lots, delta: Lots, value: Minor) -> None:
        self.expire(time_ns)
        self.entries.append((time_ns, "1", quantity, delta, value))
        self.count += 1
        self.quantity += quantity
        self.delta += delta
        self.value += value
        if len(self.entries) > ENTRIES_MAX:
            _, weight, quantity, delta, value = self.entries.popleft()
            later = self.entries.popleft()
            joined = (
                later[0],
                str(int(later[1]) + int(weight)),
                later[2] + quantity,
                later[3] + delta,
                later[4] + value,
            )
            self.entries.appendleft(joined)

    def note_fill(self, side: int, quantity: Lots, value: Minor, time_ns: Nanoseconds) -> None:
        if self.counts_rejects or quantity <= 0:
            # What is taken back has happened all the same.
            return
        self._add(time_ns, quantity, quantity if side == BUY else -quantity, value)
        self.alarm_above(self.count, self.count_max)
        if self.is_protecting() and (
            self.quantity > self.quantity_max
            or abs(self.delta) > self.delta_max
            or self.value > self.value_max
        ):
            if not self.is_frozen(time_ns):
                self.is_alarmed = True
            frozen_ns = self.frozen_ms * NS_PER_MS
            self.frozen_until_ns = time_ns + frozen_ns if frozen_ns > 0 else -1

    def note_reject(self, time_ns: Nanoseconds) -> None:
        if self.counts_rejects:
            self._add(time_ns, 0, 0, 0)
            self.alarm_above(self.count, self.count_max)

    def is_protecting(self) -> bool:
        """Whether what trades freezes what is quoted."""
        return self.quantity_max >= 0

    def is_frozen(self, time_ns: Nanoseconds) -> bool:
        """Whether it stands still; for ever until a person looks where it is -1."""
        return self.frozen_until_ns < 0 or time_ns < self.frozen_until_ns

    def renew(self) -> None:
        self.entries.clear()
        self.count = 0
        self.quantity = 0
        self.delta = 0
        self.value = 0
        self.frozen_until_ns = 0

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        return [self.frozen_until_ns], list(self.entries), []

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        self.frozen_until_ns = numbers[0]
        for entry in entries:
            self.entries.append(entry)
            self.count += int(entry[1])
            self.quantity += entry[2]
            self.delta += entry[3]
            self.value += entry[4]


def order_key(symbol: str, side: int, quantity: Lots, price: int) -> str:
    """What makes two orders the same to a limit on repetition."""
    return f"{symbol}|{side}|{quantity}|{price}"


@final
class Repeats(Counter):
    """Orders within a window by what they ask for."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.window_ns: Final[int] = whole_of(limit, "window_ms") * NS_PER_MS
        self.counts: Final[dict[str, int]] = {}
        self.entries: Final[deque[tuple[int, str, int, int, int]]] = deque()

    def expire(self, time_ns: Nanoseconds) -> None:
        """This forgets what has left the window."""
        since = time_ns - self.window_ns
        while len(self.entries) > 0 and self.entries[0][0] <= since:
            self._forget()

    def _forget(self) -> None:
        key = self.entries.popleft()[1]
        left = self.counts[key] - 1
        if left == 0:
            del self.counts[key]
        else:
            self.counts[key] = left

    def count_at(self, key: str, time_ns: Nanoseconds) -> int:
        """How many such orders left within the window; -1 when it has more to remember than it may.
        Cost: one step for each that has left the window since the last order."""
        if len(self.entries) >= ENTRIES_MAX and self.entries[0][0] > time_ns - self.window_ns:
            return -1
        count = self.counts.get(key, 0)
        since = time_ns - self.window_ns
        for entry in self.entries:
            if entry[0] > since or count == 0:
                break
            if entry[1] == key:
                count -= 1
        return count

    def note_order(
        self, symbol: str, venue: str, side: int, quantity: Lots, price: int, time_ns: Nanoseconds
    ) -> None:
        self.expire(time_ns)
        if len(self.entries) >= ENTRIES_MAX:
            self._forget()
        key = order_key(symbol, side, quantity, price)
        self.entries.append((time_ns, key, 0, 0, 0))
        self.counts[key] = self.counts.get(key, 0) + 1

    def renew(self) -> None:
        self.entries.clear()
        self.counts.clear()

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        return [], list(self.entries), []

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        for entry in entries:
            self.entries.append(entry)
            self.counts[entry[1]] = self.counts.get(entry[1], 0) + 1
