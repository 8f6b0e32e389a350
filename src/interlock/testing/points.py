"""Points: where a process can die, on the way of a batch and beside it."""

from enum import Enum
from typing import Final


class CrashPoint(Enum):
    """A place of the walk at which a process may end without another instruction."""

    P0 = "before the batch is appended"
    P1 = "appended, not synced"
    P2 = "synced, not handed on"
    P3 = "its effect due, not sent"
    P4 = "sent, without an outcome"
    P5 = "the outcome received, not appended"
    P6 = "while a snapshot is written"
    P7 = "while a segment is changed for the next"
    P8 = "during recovery itself"


class Loss(Enum):
    """What becomes of the sectors that were written and not synced when the machine dies."""

    DROP = "none of them reached the disk"
    TORN = "the first of them did, up to any"
    REORDER = "any of them did, and any did not"
    CORRUPT = "they hold anything"
    FULL = "all of them did: only the process died"


class Crashed(BaseException):
    """The process is dead. No `except` of the house catches it, as none can catch a `kill -9`."""

    def __init__(self, point: CrashPoint, nth: int) -> None:
        super().__init__(f"{point.name}, time {nth}: {point.value}")
        self.point = point
        self.nth = nth


class Plan:
    """Counts how often each point is passed, and ends the process at the one that was chosen."""

    def __init__(self) -> None:
        self.passed: dict[CrashPoint, int] = dict.fromkeys(CrashPoint, 0)
        self.is_dead = False
        self.is_recovering = False
        self._point: CrashPoint | None = None
        self._nth = 0

    def crash_at(self, point: CrashPoint, nth: int = 1) -> None:
        """The process will die when it passes this point the nth time from now on."""
        assert nth > 0, f"nth was {nth}, must be 1 or above"
        self._point = point
        self._nth = self.passed[point] + nth

    def spare(self) -> None:
        """The process will not be ended, whatever was chosen before."""
        self._point = None

    def passing(self, point: CrashPoint) -> None:
        """A point is passed. Raises `Crashed` when it is the chosen one, and whenever the process
        is dead already."""
        if self.is_dead:
            raise Crashed(point, 0)
        self.passed[point] += 1
        if point is self._point and self.passed[point] == self._nth:
            self.is_dead = True
            raise Crashed(point, self._nth)

    def alive(self) -> None:
        """Raises `Crashed` when the process is dead: it makes no more system calls."""
        if self.is_dead:
            raise Crashed(self._point or CrashPoint.P0, 0)

    def begin(self) -> None:
        """A new process: nothing is chosen."""
        self.is_dead = False
        self.is_recovering = False
        self._point = None


POINTS: Final = tuple(CrashPoint)
LOSSES: Final = tuple(Loss)
