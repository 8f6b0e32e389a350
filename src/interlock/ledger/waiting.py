"""Decisions that wait to be judged, most urgent first, then in the order in which they came."""

from collections import deque
from typing import Any, Final, final

from mypy_extensions import mypyc_attr

from interlock.messages.decisions import Decision
from interlock.messages.terms import PRIORITIES
from interlock.messages.units import Nanoseconds, Sequence


@final
@mypyc_attr(acyclic=True)
class WaitingDecision:
    """One decision, with the command that proposed it and when it came."""

    def __init__(
        self, sequence: Sequence, time_ns: Nanoseconds, priority: int, decision: Decision
    ) -> None:
        self.sequence: Final[Sequence] = sequence
        self.key: Final[Any] = sequence
        """The same number as the queue holds it: one object for all its tables."""
        self.time_ns: Final[Nanoseconds] = time_ns
        self.priority: Final[int] = priority
        self.decision: Final = decision


@final
class WaitingLine:
    """The queue. Its bound is kept by the kernel, which refuses what would pass it."""

    def __init__(self) -> None:
        # A lane for each priority. A decision taken out of turn leaves its number in the lane,
        # which is dropped when it comes up, or when such numbers pile up.
        self._lanes: Final[list[deque[int]]] = [deque() for _ in PRIORITIES]
        self._decisions: Final[dict[int, WaitingDecision]] = {}
        self._numbers = 0

    def __len__(self) -> int:
        return len(self._decisions)

    def add(self, waiting: WaitingDecision) -> None:
        self._lanes[waiting.priority].append(waiting.key)
        self._decisions[waiting.key] = waiting
        self._numbers += 1

    def first(self) -> WaitingDecision | None:
        """The next to be judged; it stays until its verdict takes it out."""
        for lane in self._lanes:
            while len(lane) > 0:
                waiting = self._decisions.get(lane[0])
                if waiting is not None:
                    return waiting
                lane.popleft()
                self._numbers -= 1
        return None

    def find(self, sequence: Sequence) -> WaitingDecision | None:
        return self._decisions.get(sequence)

    def remove(self, sequence: Sequence) -> None:
        if sequence in self._decisions:
            del self._decisions[sequence]
        if self._numbers > 2 * len(self._decisions) + 64:
            waiting = self.in_order()
            for lane in self._lanes:
                lane.clear()
            for entry in waiting:
                self._lanes[entry.priority].append(entry.sequence)
            self._numbers = len(waiting)

    def in_order(self) -> list[WaitingDecision]:
        """All that wait, next first."""
        found: list[WaitingDecision] = []
        for lane in self._lanes:
            for number in lane:
                waiting = self._decisions.get(number)
                if waiting is not None:
                    found.append(waiting)
        return found
