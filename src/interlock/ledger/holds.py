"""Decisions that wait for people to approve them. The bound is kept by the gate, which refuses what
would pass it.
"""

from typing import Final, final

from interlock.ledger.waiting import WaitingDecision
from interlock.messages.approvals import DecisionHeld
from interlock.messages.units import BPS_ONE, Nanoseconds, Sequence

NEVER: Final = -1


@final
class HeldDecision:
    """One decision, what it was held for, and who has approved it."""

    def __init__(self, waiting: WaitingDecision, held: DecisionHeld, held_ns: Nanoseconds) -> None:
        self.waiting: Final = waiting
        self.held: Final = held
        self.held_ns: Final[Nanoseconds] = held_ns
        self.expires_ns: Final[Nanoseconds] = held.expires_ns
        self.approvals: Final[list[str]] = []

    def is_soft(self) -> bool:
        """Whether one person's confirmation is enough, the source's own included."""
        return self.held.approvers == 0

    def missing(self) -> int:
        """How many more people must approve."""
        needed = 1 if self.is_soft() else self.held.approvers
        return needed - len(self.approvals)

    def approves(self, line: int, limit: int, bound: int, observed: int) -> bool:
        """Whether people were asked about this objection, and told of no less than is observed now.
        Cost: one step per objection."""
        objections = self.held.objections
        for place in range(0, len(objections), 3):
            if (
                objections[place] == line
                and objections[place + 1] == limit
                and objections[place + 2] == bound
            ):
                return self._was_told(place // 3, bound, observed)
        return False

    def _was_told(self, number: int, bound: int, observed: int) -> bool:
        """Whether it is no farther from its bound than was said, but by as much as the market may
        move meanwhile."""
        if number >= len(self.held.observed):
            return True
        told = self.held.observed[number]
        room = (told if told >= 0 else -told) * self.held.move_bps // BPS_ONE
        return observed <= told + room if told >= bound else observed >= told - room


@final
class HoldTable:
    """Every held decision, by the command that proposed it, oldest first."""

    def __init__(self) -> None:
        self.held: Final[dict[int, HeldDecision]] = {}
        self.judged: WaitingDecision | None = None
        """The decision whose verdict was to hold it, until the next event says how."""
        self.due_ns: Nanoseconds = NEVER
        """When the next hold expires; NEVER when there is none."""

    def add(self, held: HeldDecision) -> None:
        self.held[held.waiting.sequence] = held
        if self.due_ns == NEVER or held.expires_ns < self.due_ns:
            self.due_ns = held.expires_ns

    def find(self, decision: Sequence) -> HeldDecision | None:
        return self.held.get(decision)

    def remove(self, decision: Sequence) -> None:
        if decision not in self.held:
            return
        del self.held[decision]
        self.due_ns = NEVER
        for held in self.held.values():
            if self.due_ns == NEVER or held.expires_ns < self.due_ns:
                self.due_ns = held.expires_ns
