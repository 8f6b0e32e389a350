"""Limits, halts and message windows: what holds, where, since when."""

from typing import Final, final

from interlock.ledger.people import is_among, is_noted, noted
from interlock.ledger.sizes import SizeWindow, window_of
from interlock.messages.approvals import LimitChangeProposed
from interlock.messages.definitions import Limit
from interlock.messages.terms import REFUSE
from interlock.messages.units import NS_PER_MS, Lots, Minor, Nanoseconds, Sequence

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
        self.sizes: Final[dict[int, SizeWindow]] = {}
        self.is_split = False
        """Whether each instrument has a window of its own (`messages.flags`)."""
        self.changes: Final[dict[int, LimitChangeProposed]] = {}
        """Changes that wait for a second person, by the command that proposed them."""
        self.version = 0
        self.uncounted: Final[list[int]] = []
        """Limits that the counters have not heard of."""

    def find(self, limit: Limit) -> Limit | None:
        """What holds where a limit would stand."""
        number = self.numbers.get(limit_key(limit), -1)
        return self.limits[number] if number >= 0 else None

    def put(self, limit: Limit) -> None:
        key = limit_key(limit)
        number = self.numbers.get(key, -1)
        if number < 0:
            number = len(self.limits)
            self.numbers[key] = number
            self.limits.append(limit)
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
            return
        window = MessageWindow(limit.scope, count_max, window_ms * NS_PER_MS)
        before = self.windows.get(number)
        if before is not None:
            # Oldest first, so that a tighter window keeps the latest.
            for place in range(len(before.times)):
                window.note(before.times[(before.next + place) % len(before.times)])
        self.windows[number] = window

    def note_message(
        self, account: str, source: str, instrument: str, venue: str, time_ns: Nanoseconds
    ) -> None:
        for window in self.windows.values():
            if covers(window.scope, account, source, instrument, venue):
                window.note(time_ns)

    def note_size(
        self,
        account: str,
        source: str,
        instrument: str,
        currency: str,
        venue: str,
        side: int,
        quantity: Lots,
        value: Minor,
        taken: Lots,
        time_ns: Nanoseconds,
    ) -> None:
        """This counts what was let through in every window that covers it; `taken` is what of it
        may trade at once with what is displayed."""
        for window in self.sizes.values():
            if window.instrument not in ("", instrument) or window.currency not in ("", currency):
                continue
            amount = value if window.is_value else quantity
            if window.is_displayed:
                amount = taken
            if amount == 0 and window.is_split:
                continue
            if covers(window.scope, account, source, instrument, venue):
                window.note(window.key(side, instrument, venue), time_ns, amount)


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
