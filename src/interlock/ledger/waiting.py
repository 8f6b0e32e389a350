"""Decisions that wait to be judged, most urgent first, then in the order in which they came."""

from typing import Any, Final, final

from msgspec.structs import astuple
from mypy_extensions import mypyc_attr

from interlock.ledger.row import Row
from interlock.messages.decisions import Action, Decision
from interlock.messages.terms import PRIORITIES
from interlock.messages.units import Nanoseconds, Sequence

_astuple: Final = astuple


@final
@mypyc_attr(acyclic=True)
class WaitingDecision:
    """One decision, with the command that proposed it and when it came.

    What every station asks of it is read once, all together: a field of a Struct costs ten times
    one of ours.
    """

    def __init__(
        self, sequence: Sequence, time_ns: Nanoseconds, priority: int, decision: Decision
    ) -> None:
        self.sequence: Final[Sequence] = sequence
        self.key: Final[Any] = sequence
        """The same number as the queue holds it: one object for all its tables."""
        self.time_ns: Final[Nanoseconds] = time_ns
        self.priority = priority
        self.decision: Final = decision
        source: str
        decision_key: str
        release: str
        epoch: int
        action: Action
        valid_until_ns: Nanoseconds
        claimed: int
        source, decision_key, release, epoch, action, valid_until_ns, claimed, _, _, _, _ = (
            _astuple(decision)
        )
        self.source: Final[str] = source
        self.decision_key: Final[str] = decision_key
        self.release: Final[str] = release
        self.epoch: Final[int] = epoch
        self.action: Final[Action] = action
        self.valid_until_ns: Final[Nanoseconds] = valid_until_ns
        self.claimed_priority: Final[int] = claimed
        """What the source says; `priority` is what it may say."""
        self.is_judged = False
        """Whether it has left the queue, in whatever lane it still stands."""


@final
class WaitingLine:
    """The queue. Its bound is kept by the kernel, which refuses what would pass it."""

    def __init__(self) -> None:
        # A lane for each priority. A decision taken out of turn stays in its lane, and is dropped
        # when it comes up, or when such decisions pile up.
        self._lanes: Final[list[Row[WaitingDecision]]] = [Row() for _ in PRIORITIES]
        self._decisions: Final[dict[int, WaitingDecision]] = {}
        # What came or was taken up last is mostly asked for next; None once it was judged.
        self._last: WaitingDecision | None = None
        self._standing = 0

    def __len__(self) -> int:
        return len(self._decisions)

    def add(self, waiting: WaitingDecision) -> None:
        self._lanes[waiting.priority].put(waiting)
        self._decisions[waiting.key] = waiting
        self._standing += 1
        self._last = waiting

    def first(self) -> WaitingDecision | None:
        """The next to be judged; it stays until its verdict takes it out."""
        for lane in self._lanes:
            waiting = lane.first()
            while waiting is not None:
                if not waiting.is_judged:
                    self._last = waiting
                    return waiting
                lane.drop_first()
                self._standing -= 1
                waiting = lane.first()
        return None

    def find(self, sequence: Sequence) -> WaitingDecision | None:
        last = self._last
        if last is not None and last.sequence == sequence:
            return last
        return self._decisions.get(sequence)

    def remove(self, sequence: Sequence) -> None:
        waiting = self.find(sequence)
        if waiting is not None:
            del self._decisions[waiting.key]
            waiting.is_judged = True
            if waiting is self._last:
                self._last = None
        if self._standing > 2 * len(self._decisions) + 64:
            left = self.in_order()
            for lane in self._lanes:
                lane.clear()
            for entry in left:
                self._lanes[entry.priority].put(entry)
            self._standing = len(left)

    def in_order(self) -> list[WaitingDecision]:
        """All that wait, next first."""
        found: list[WaitingDecision] = []
        for lane in self._lanes:
            for waiting in lane.in_order():
                if not waiting.is_judged:
                    found.append(waiting)
        return found
