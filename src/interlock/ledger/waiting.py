"""Decisions that wait to be judged, most urgent first, then in the order in which they came."""

from heapq import heapify, heappop, heappush
from typing import Final, final

from interlock.messages.decisions import Decision
from interlock.messages.units import Nanoseconds, Sequence

# A place in the queue is one whole number: the priority above, the sequence number below.
_PRIORITY_STEP: Final = 1 << 56


@final
class WaitingDecision:
    """One decision, with the command that proposed it and when it came."""

    def __init__(
        self, sequence: Sequence, time_ns: Nanoseconds, priority: int, decision: Decision
    ) -> None:
        self.sequence: Final[Sequence] = sequence
        self.time_ns: Final[Nanoseconds] = time_ns
        self.priority: Final[int] = priority
        self.decision: Final = decision


@final
class WaitingLine:
    """The queue. Its bound is kept by the kernel, which refuses what would pass it."""

    def __init__(self) -> None:
        self._places: list[int] = []
        self._decisions: Final[dict[int, WaitingDecision]] = {}

    def __len__(self) -> int:
        return len(self._decisions)

    def add(self, waiting: WaitingDecision) -> None:
        heappush(self._places, waiting.priority * _PRIORITY_STEP + waiting.sequence)
        self._decisions[waiting.sequence] = waiting

    def first(self) -> WaitingDecision | None:
        """The next to be judged; it stays until its verdict takes it out."""
        while len(self._places) > 0:
            waiting = self._decisions.get(self._places[0] % _PRIORITY_STEP)
            if waiting is not None:
                return waiting
            heappop(self._places)
        return None

    def find(self, sequence: Sequence) -> WaitingDecision | None:
        return self._decisions.get(sequence)

    def remove(self, sequence: Sequence) -> None:
        if sequence in self._decisions:
            del self._decisions[sequence]
        # Places of decisions taken out of turn are dropped when they come up, or here when they
        # pile up.
        if len(self._places) > 2 * len(self._decisions) + 64:
            self._places = [
                waiting.priority * _PRIORITY_STEP + waiting.sequence
                for waiting in self._decisions.values()
            ]
            heapify(self._places)

    def in_order(self) -> list[WaitingDecision]:
        """All that wait, next first."""
        waiting = list(self._decisions.values())
        places = sorted(entry.priority * _PRIORITY_STEP + entry.sequence for entry in waiting)
        return [self._decisions[place % _PRIORITY_STEP] for place in places]
