"""Figures: what became of the lines of one step of load."""

from typing import Any

from interlock.messages.units import NS_PER_MS, Nanoseconds
from interlock.monitoring.histogram import Histogram


class StepFigures:
    """One step: so much was offered, for so long."""

    def __init__(self, name: str, rate: float, deadline_ns: Nanoseconds) -> None:
        self.name = name
        """Of capacity, or as the rate was given."""
        self.rate = rate
        """Decisions a second, by schedule."""
        self.deadline_ns = deadline_ns
        self.seconds = 0.0
        self.offered = 0
        self.in_time = 0
        """Judged, durable and handed on within the deadline, counted from when they were due."""
        self.verdicts: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        """Decisions that were not taken, by reason."""
        self.unanswered = 0
        self.waits = Histogram()
        """Of what was taken: from when it was due until it had left, in nanoseconds."""
        self.cancel_waits = Histogram()
        self.refusal_waits = Histogram()

    def taken(self, wait_ns: Nanoseconds, verdict: str) -> None:
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1
        self.waits.note(wait_ns)
        self.in_time += wait_ns <= self.deadline_ns

    def not_taken(self, wait_ns: Nanoseconds, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1
        self.refusal_waits.note(wait_ns)

    @property
    def goodput(self) -> float:
        """Decisions a second that were done in time."""
        return self.in_time / self.seconds if self.seconds else 0.0

    @property
    def taken_count(self) -> int:
        return sum(self.verdicts.values())

    @property
    def share_in_time(self) -> float:
        """Of what was taken."""
        return self.in_time / max(self.taken_count, 1)

    @property
    def refused_count(self) -> int:
        return sum(self.refused.values())

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "load": self.name,
            "offered_per_s": round(self.rate, 1),
            "seconds": round(self.seconds, 3),
            "offered": self.offered,
            "taken": self.taken_count,
            "verdicts": self.verdicts,
            "refused": self.refused,
            "unanswered": self.unanswered,
            "in_time": self.in_time,
            "goodput_per_s": round(self.goodput, 1),
            "share_in_time": round(self.share_in_time, 4),
            "deadline_ms": self.deadline_ns // NS_PER_MS,
            "wait_us_p50": self.waits.quantile(500) // 1_000,
            "wait_us_p99": self.waits.quantile(990) // 1_000,
            "refusal_us_p99": self.refusal_waits.quantile(990) // 1_000,
            "cancels": self.cancel_waits.count,
            "cancel_us_p99": self.cancel_waits.quantile(990) // 1_000,
        }
