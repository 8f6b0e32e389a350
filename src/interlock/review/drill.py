"""Drill: a failure of the past as a session that is run twice, with the control that answers it and
without, and what must be so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interlock.messages.commands import Command
from interlock.messages.units import Nanoseconds
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated, Scene


class People(Protocol):
    """Who is there while it happens. They see what was kept, and say words in answer."""

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]: ...


class Nobody:
    """There is nobody."""

    def speak(self, time_ns: Nanoseconds, outcome: Outcome) -> list[Command]:
        return []


def always(outcome: Outcome) -> bool:
    """Whatever comes of it, nothing more is asked."""
    return True


@dataclass(frozen=True)
class Stage:
    """One control, armed alone, against the whole failure."""

    control: str
    """A control of the catalogue by its name; else a rule, or what every session has."""
    row: str
    """The row of the catalogue that it answers."""
    harm_max: int
    """With it, harm is no more than this."""
    criterion: str
    """What must be so with it besides."""
    is_met: Callable[[Outcome], bool] = always
    limits: Mapping[str, str] = field(default_factory=dict)
    """What is armed beside the loose limits: control and its fields in a session file."""
    story: str = ""
    """Which telling of the story it meets; the same one is told without it."""
    story_without: str | None = None
    """Where a control is part of every session: the telling in which nothing gives it a chance."""


@dataclass(frozen=True)
class Drill:
    """One failure."""

    code: str
    title: str
    facts: str
    """What happened, with the source."""
    scale: str
    """How its numbers became those of the session."""
    harm_is: str
    """What is counted as harm, with its unit."""
    harm_of: Callable[[Outcome], int]
    harm_min: int
    """Without the control harm is at least this: what happened, scaled."""
    scene: Scene
    story: Callable[[str], Iterable[Dated]]
    """What is said, by the telling."""
    stages: tuple[Stage, ...]
    people: Callable[[str], People] = lambda told: Nobody()
    digits: int = 0
    """Digits of a harm after the point."""

    def harm_text(self, harm: int) -> str:
        """This is a harm as people write it."""
        if self.digits == 0:
            return f"{harm:,}"
        whole, part = divmod(abs(harm), 10**self.digits)
        return f"{'-' if harm < 0 else ''}{whole:,}.{part:0{self.digits}}"


@dataclass(frozen=True)
class Result:
    """What came of one stage."""

    drill: Drill
    stage: Stage
    harm_with: int
    harm_without: int
    is_met: bool

    @property
    def passed(self) -> bool:
        """The harm stays under its bound with the control, is what it was without, and what else
        must be so is so."""
        is_bounded = self.harm_with <= self.stage.harm_max
        return is_bounded and self.harm_without >= self.drill.harm_min and self.is_met
