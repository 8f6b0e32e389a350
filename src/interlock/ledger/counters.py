"""Counters: what a limit must remember beyond orders and positions, one for each limit that needs
one. They are fed by the ledger's one door, are part of the state, and hold a bounded number of
things.

A day begins when the market's time passes midnight at the limit's offset: the instrument's own
when the limit is for one, else UTC, and `day_start_ms` later where the limit has that parameter.
"""

from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.messages.definitions import Limit
from interlock.messages.state import CounterState
from interlock.messages.units import NS_PER_DAY, Lots, Minor, Nanoseconds

# Things in a window that one counter remembers one by one. Sums make one of the two oldest beyond
# it, so that they are never less than what happened; what must know each refuses at the bound.
ENTRIES_MAX: Final = 10_000
# A bound that nothing passes.
ANY: Final = 2**62


def whole_of(limit: Limit, name: str, default: int = 0) -> int:
    """A parameter that is a whole number, or the default where there is none."""
    value = limit.parameters.get(name, default)
    return value if isinstance(value, int) else default


@mypyc_attr(allow_interpreted_subclasses=False)
class Counter:
    """What one limit remembers. A subclass heeds what it needs to know of."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        self.limit = limit
        self.offset_ns: Nanoseconds = offset_ns
        self.day = -1
        """The day since 1970 at its offset; -1 before it has heard of any."""
        self.is_alarmed = False
        """Whether what it has just heard of is more than its limit allows. It is asked at once, and
        kept nowhere."""
        self.seen = 0
        self.bound = 0

    def alarm_above(self, seen: int, bound: int) -> None:
        """What is above its bound is to be acted on now."""
        if seen > bound:
            self.is_alarmed = True
            self.seen = seen
            self.bound = bound

    def begin_day(self) -> None:
        """A new day begins: what is counted by the day starts again."""

    def note_order(
        self, symbol: str, venue: str, side: int, quantity: Lots, price: int, time_ns: Nanoseconds
    ) -> None:
        """An order was let through."""

    def note_message(self) -> None:
        """A new order, a change or a cancel leaves."""

    def note_fill(self, side: int, quantity: Lots, value: Minor, time_ns: Nanoseconds) -> None:
        """A venue traded; a negative quantity and value take it back."""

    def note_reject(self, time_ns: Nanoseconds) -> None:
        """A venue refused an order."""

    def note_answer(self) -> None:
        """A venue took an order."""

    def renew(self) -> None:
        """A person has looked and let its scope trade again."""

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        """Its numbers, entries and names, for the state."""
        return [], [], []

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        """This puts back what `kept` gave; what it is given is its own kind's."""


@final
class DaySum(Counter):
    """What traded today: quantity and value without their signs, and how often; and messages."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.quantity: Lots = 0
        self.value: Minor = 0
        self.trades = 0
        self.messages = 0

    def begin_day(self) -> None:
        self.quantity = 0
        self.value = 0
        self.trades = 0
        self.messages = 0

    def note_message(self) -> None:
        self.messages += 1

    def note_fill(self, side: int, quantity: Lots, value: Minor, time_ns: Nanoseconds) -> None:
        # Only what may be of today is taken back here (`CounterTable.note_fill`).
        self.quantity = max(self.quantity + quantity, 0)
        self.value = max(self.value + value, 0)
        self.trades = max(self.trades + (1 if quantity > 0 else -1), 0)

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        return [self.quantity, self.value, self.trades, self.messages], [], []

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        self.quantity, self.value, self.trades, self.messages = numbers


@final
class Streak(Counter):
    """Rejects in a row."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.length = 0
        self.count_max: Final[int] = whole_of(limit, "count_max", ANY)

    def note_reject(self, time_ns: Nanoseconds) -> None:
        self.length += 1
        self.alarm_above(self.length, self.count_max)

    def note_answer(self) -> None:
        self.length = 0

    def note_fill(self, side: int, quantity: Lots, value: Minor, time_ns: Nanoseconds) -> None:
        self.length = 0

    def renew(self) -> None:
        self.length = 0

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        return [self.length], [], []

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        self.length = numbers[0]


@final
class Envelope(Counter):
    """What a release has done since its limit was armed: orders, and where."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.orders = 0
        self.instruments: Final[dict[str, bool]] = {}
        self.venues: Final[dict[str, bool]] = {}

    def note_order(
        self, symbol: str, venue: str, side: int, quantity: Lots, price: int, time_ns: Nanoseconds
    ) -> None:
        self.orders += 1
        self.instruments[symbol] = True
        self.venues[venue] = True

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        names = [f"instrument:{name}" for name in self.instruments]
        return [self.orders], [], names + [f"venue:{name}" for name in self.venues]

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        self.orders = numbers[0]
        for name in names:
            kind, _, rest = name.partition(":")
            if kind == "venue":
                self.venues[rest] = True
            else:
                self.instruments[rest] = True


def day_of(time_ns: Nanoseconds, offset_ns: Nanoseconds) -> int:
    """The day since 1970 at an offset."""
    return (time_ns + offset_ns) // NS_PER_DAY


def state_of_counter(number: int, counter: Counter) -> CounterState:
    """This is a counter as the state keeps it."""
    numbers, entries, names = counter.kept()
    return CounterState(number, counter.day, numbers, entries, names)
