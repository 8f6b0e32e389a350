"""Limits, halts and message windows: what holds, where, since when."""

from typing import Final, final

from interlock.ledger.people import is_among, is_noted, noted
from interlock.ledger.sizes import SizeWindow, window_of
from interlock.messages.approvals import LimitChangeProposed
from interlock.messages.definitions import Limit
from interlock.messages.terms import REFUSE
from interlock.messages.units import NS_PER_MS, Nanoseconds, Sequence

FIRM: Final = "firm"

# Names remembered of those who tripped one halt, none of whom may lift it.
TRIPPERS_MAX: Final = 64
# What begins the marks of those beyond them. The door takes no name of a person that begins so.
OTHERS: Final = "others:"


def covers(
    scope: str, account: str, source: str, instrument: str, venue: str, release: str = ""
) -> bool:
    """This says whether a scope covers an order of this account, source, instrument, venue and
    release."""
    if scope == FIRM:
        return True
    kind, _, name = scope.partition(":")
    if kind == "account":
        return name == account
    if kind == "source":
        return name == source
    if kind == "instrument":
        return name == instrument
    if kind == "venue":
        return name == venue
    if kind == "release":
        return name != "" and name == release
    return False


def limit_key(limit: Limit) -> str:
    """This is what makes two limits the same one: control, scope, instrument, currency, phases, and
    for what does not refuse what its breach leads to: a soft limit may stand before a hard one.
    """
    key = f"{limit.control}|{limit.scope}|{limit.instrument}|{limit.currency}"
    severity = limit.answer.severity
    for phase in limit.phases:
        key += f"|in {phase}"
    return key if severity == REFUSE else f"{key}|{severity}"


def _place(scope: str, instrument: str) -> str:
    return f"{scope}|{instrument}"


@final
class MessageWindow:
    """The times of the last messages in a scope: enough to tell whether the next one is too many.

    A ring of `count_max` times: the next message is the one too many when the oldest of them lies
    within the window. Memory is the bound itself.
    """

    def __init__(self, scope: str, count_max: int, window_ns: Nanoseconds) -> None:
        assert count_max > 0, f"a window needs room for a message, count_max is {count_max}"
        self.scope: Final = scope
        self.count_max: Final[int] = count_max
        self.window_ns: Final[Nanoseconds] = window_ns
        self.times: list[int] = []
        self.next = 0
        self._inside = 0
        """No fewer than this many of the latest lay within the window when it was last counted or
        noted: where the next count begins. It follows from the times, and is kept nowhere else."""

    def note(self, time_ns: Nanoseconds) -> None:
        if self._inside < self.count_max:
            self._inside += 1
        if len(self.times) < self.count_max:
            self.times.append(time_ns)
            return
        self.times[self.next] = time_ns
        self.next = self.next + 1 if self.next + 1 < self.count_max else 0

    def take_over(self, before: "MessageWindow | None") -> None:
        """This goes on with what another one has counted: oldest first, so that a tighter window
        keeps the latest."""
        if before is not None:
            for place in range(len(before.times)):
                self.note(before.times[(before.next + place) % len(before.times)])

    def count_at(self, time_ns: Nanoseconds) -> int:
        """Messages within the window before this moment, at most `count_max`. Cost: one step for
        each that has left it since the last count; a bisection where time does not follow on."""
        times, held = self.times, len(self.times)
        since = time_ns - self.window_ns
        inside = self._inside if self._inside < held else held
        # The place after the latest: while the ring is not full, its end.
        after = self.next if held == self.count_max else held
        while inside > 0:
            place = after - inside
            if times[place if place >= 0 else place + held] > since:
                break
            inside -= 1
        if inside < held:
            place = after - inside - 1
            if times[place if place >= 0 else place + held] > since:
                inside = self._bisected(since)
        self._inside = inside
        return inside

    def _bisected(self, since: Nanoseconds) -> int:
        held = len(self.times)
        if held == 0 or self.times[self.next - 1 if held == self.count_max else -1] <= since:
            return 0
        if held == self.count_max and self.times[self.next] > since:
            return held
        # Places are counted from the oldest; all before `low` lie outside the window.
        low, high = 0, held
        start = self.next if held == self.count_max else 0
        while low < high:
            middle = (low + high) // 2
            place = start + middle
            if place >= held:
                place -= held
            if self.times[place] > since:
                high = middle
            else:
                low = middle + 1
        return held - low


@final
class LimitTable:
    """Every limit that was ever set, by number; the number of a limit never changes."""

    def __init__(self) -> None:
        self.limits: Final[list[Limit]] = []
        self.numbers: Final[dict[str, int]] = {}
        self.windows: Final[dict[int, MessageWindow]] = {}
        self.cancels: Final[dict[int, MessageWindow]] = {}
        """Of limits that keep a reserve for cancels: the cancels, counted apart."""
        self.sizes: Final[dict[int, SizeWindow]] = {}
        self.is_split = False
        """Whether each instrument has a window of its own (`messages.flags`)."""
        self.changes: Final[dict[int, LimitChangeProposed]] = {}
        """Changes that wait for a second person, by the command that proposed them."""
        self.version = 0
        self._places: Final[dict[str, list[int]]] = {}
        """The numbers of limits by scope and instrument: what covers an order is found without a
        look at what does not."""
        self.uncounted: Final[list[int]] = []
        """Limits that the counters have not heard of."""

    def find(self, limit: Limit) -> Limit | None:
        """What holds where a limit would stand."""
        number = self.numbers.get(limit_key(limit), -1)
        return self.limits[number] if number >= 0 else None

    def number_of(self, limit: Limit) -> int:
        """The number of a limit that was set."""
        return self.numbers[limit_key(limit)]

    def covering(
        self, account: str, source: str, instrument: str, venue: str, release: str
    ) -> list[int]:
        """The numbers of the limits that cover an order, whatever currency or phase they are for,
        in the order in which they were set. Cost: one look for each kind of scope."""
        scopes = [FIRM, f"account:{account}", f"source:{source}", f"instrument:{instrument}"]
        scopes.append(f"venue:{venue}")
        if release != "":
            scopes.append(f"release:{release}")
        found: list[int] = []
        for scope in scopes:
            for name in ("", instrument):
                numbers = self._places.get(_place(scope, name))
                if numbers is not None:
                    found.extend(numbers)
                if instrument == "":
                    break
        found.sort()
        return found

    def put(self, limit: Limit) -> None:
        key = limit_key(limit)
        number = self.numbers.get(key, -1)
        if number < 0:
            number = len(self.limits)
            self.numbers[key] = number
            self.limits.append(limit)
            self._places.setdefault(_place(limit.scope, limit.instrument), []).append(number)
        else:
            self.limits[number] = limit
        if limit.control == "message_rate":
            self._put_window(number, limit)
        self._put_sizes(number, limit)
        self.uncounted.append(number)
        self.version += 1

    def _put_sizes(self, number: int, limit: Limit) -> None:
        window, before = window_of(limit, self.is_split), self.sizes.get(number)
        if window is None:
            if before is not None:
                del self.sizes[number]
            return
        if before is not None:
            for key, kept in before.rows.items():
                for place in range(len(kept.times)):
                    window.note(key, kept.times[place], kept.amounts[place])
        self.sizes[number] = window

    def _put_window(self, number: int, limit: Limit) -> None:
        count_max, window_ms = limit.parameters.get("count_max"), limit.parameters.get("window_ms")
        if not isinstance(count_max, int) or not isinstance(window_ms, int) or count_max < 1:
            # Without a window the control cannot be evaluated, and so refuses.
            if number in self.windows:
                del self.windows[number]
            self.cancels.pop(number, None)
            return
        window_ns = window_ms * NS_PER_MS
        window = MessageWindow(limit.scope, count_max, window_ns)
        window.take_over(self.windows.get(number))
        self.windows[number] = window
        reserve = limit.parameters.get("cancels_max")
        if not isinstance(reserve, int) or reserve <= 0:
            self.cancels.pop(number, None)
            return
        # One that is full of cancels leaves no room for anything else.
        cancels = MessageWindow(limit.scope, reserve + count_max, window_ns)
        cancels.take_over(self.cancels.get(number))
        self.cancels[number] = cancels


@final
class HaltRecord:
    """One halt: latched until lifted by someone else. Tripping it again never makes it weaker."""

    def __init__(
        self, by: str, reduce_only: bool, text: str, sequence: Sequence, cancels: bool
    ) -> None:
        self.by: Final = by
        self.reduce_only = reduce_only
        self.text: Final = text
        self.sequence: Final[Sequence] = sequence
        self.last_sequence: Sequence = sequence
        """The command that tripped it last: whoever lifts it names that one."""
        self.cancels = cancels
        """Whether it asks for what works in its scope."""
        self.trippers: Final[list[str]] = [by]
        """Everyone who tripped it; none of them may lift it."""

    def is_tripper(self, name: str, is_strict: bool) -> bool:
        """Whether somebody tripped it, or may have: of more than are remembered by name only their
        marks are, and who cannot be told from them is none who may lift it."""
        last = self.trippers[-1]
        if last.startswith(OTHERS) and is_noted(name, last[len(OTHERS) :]):
            return True
        return is_among(name, self.trippers, is_strict)

    def recall(self, trippers: list[str], last_sequence: Sequence) -> None:
        """This is who tripped it, as the state has kept them."""
        self.trippers.clear()
        self.trippers.extend(trippers)
        self.last_sequence = last_sequence

    def note_tripper(self, name: str, is_strict: bool) -> None:
        """This remembers one more who may not lift it."""
        if name in self.trippers:
            return
        if len(self.trippers) < TRIPPERS_MAX:
            self.trippers.append(name)
        elif is_strict and name.startswith("control:"):
            # They are as few as the catalogue has controls, and what they counted is renewed.
            self.trippers.insert(0, name)
        elif is_strict:
            last = self.trippers[-1]
            if last.startswith(OTHERS):
                self.trippers[-1] = OTHERS + noted(name, last[len(OTHERS) :])
            else:
                self.trippers.append(OTHERS + noted(name, ""))

    def trip_again(
        self, by: str, reduce_only: bool, cancels: bool, sequence: Sequence, is_strict: bool
    ) -> None:
        self.last_sequence = sequence
        self.cancels = self.cancels or cancels
        self.note_tripper(by, is_strict)
        if not reduce_only:
            self.reduce_only = False
