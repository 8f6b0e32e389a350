"""Door: where a live session's lines come from in a test. Waiting moves the clock, and the world
outside acts when its time has come.

A source that has no answer says its line again, as an agent that lost its connection would: words
that were not answered before a crash come again after it. Their decisions' keys make that harmless.
"""

import json
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from interlock.inputs.clock import ManualClock
from interlock.inputs.lines import Connection
from interlock.messages.units import NS_PER_SECOND, Nanoseconds

Act = Callable[[], None]


class Line:
    """One line that the world outside says, until it is answered."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.answer: dict[str, Any] | None = None


class Outside:
    """What happens outside the process, in order of time; it outlives every process."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.lines: list[Line] = []
        """Everything that was said so far."""
        self._acts: list[tuple[Nanoseconds, int, Act]] = []
        self._count = 0

    def at(self, time_ns: Nanoseconds, act: Act) -> None:
        """This happens then; a moment that is over means as soon as time passes."""
        self._count += 1
        heappush(self._acts, (time_ns, self._count, act))

    def say(self, text: bytes) -> Line:
        """A line is said now, and again after each crash until it is answered."""
        line = Line(text)
        self.lines.append(line)
        return line

    def next_time_ns(self) -> Nanoseconds:
        """When something next happens; -1 when nothing will."""
        return self._acts[0][0] if self._acts else -1

    def act(self) -> None:
        """Everything happens whose time has come."""
        while self._acts and self._acts[0][0] <= self.clock.now_ns():
            heappop(self._acts)[2]()


class _Peer(Connection):
    """The one connection of a process in a test."""

    def __init__(self) -> None:
        super().__init__("script", -1, -1, None)
        self.said: list[Line] = []

    def answer(self, line: bytes, answered: int = 1) -> None:
        told = json.loads(line)
        for place in range(told["line"] - 1, told["line"] - 1 + answered):
            self.said[place].answer = told


class ScriptedDoor:
    """The lines of one process: what the world outside says while it lives."""

    def __init__(self, outside: Outside) -> None:
        self.until_ns: Nanoseconds = 0
        self._outside = outside
        self._peer = _Peer()
        self._next = 0
        """Of all lines, the first that this process has not heard."""

    @property
    def is_over(self) -> bool:
        return self._outside.clock.now_ns() >= self.until_ns

    def wait(self, seconds: float) -> list[tuple[Connection, bytes]]:
        """Time passes until something is due, the world outside acts, or a line comes."""
        outside, clock = self._outside, self._outside.clock
        now_ns = clock.now_ns()
        then_ns = now_ns + max(int(seconds * NS_PER_SECOND), 0)
        next_ns = outside.next_time_ns()
        if next_ns >= 0:
            then_ns = min(then_ns, next_ns)
        then_ns = min(then_ns, self.until_ns)
        has_lines = any(line.answer is None for line in outside.lines[self._next :])
        if then_ns > now_ns and not has_lines:
            clock.advance_to(then_ns)
        outside.act()
        came: list[tuple[Connection, bytes]] = []
        for line in outside.lines[self._next :]:
            if line.answer is None:
                self._peer.said.append(line)
                came.append((self._peer, line.text))
        self._next = len(outside.lines)
        return came

    def watch(self, descriptor: int) -> None:
        """Nothing ends a wait early in a script."""

    def hand_out(self) -> None:
        """Answers were taken when they were given."""

    def close(self) -> None:
        """There is nothing to give back."""
