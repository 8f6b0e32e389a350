"""Everywhere: a session crashed at every point that it passes, restarted, and held against the run
without crash.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from interlock.testing.outcomes import Outcome
from interlock.testing.points import LOSSES, POINTS, CrashPoint, Loss
from interlock.testing.trial import Trial

RESTARTS_MAX = 3
"""A process that is crashed once must come up within so many starts."""


class NotTheSame(AssertionError):  # noqa: N818 - it is named for what it says
    """After a crash something came to be otherwise than without it."""


@dataclass(frozen=True)
class Tried:
    """One crash that was tried."""

    point: CrashPoint
    nth: int
    loss: Loss


def restart_everywhere(
    make: Callable[[], Trial],
    *,
    points: Iterable[CrashPoint] = POINTS,
    losses: Iterable[Loss] = LOSSES,
    each_max: int = 0,
) -> list[Tried]:
    """This crashes a session at every record boundary and every other point that it passes, with
    every loss of what was not synced, restarts it, and compares its outcome with that of the run
    without crash. Returns what was tried; raises `NotTheSame` with the first difference.

    `make` makes a trial that has not run. `each_max` bounds how many places of one point are tried,
    evenly spread; 0 tries all. Cost: two runs for each.
    """
    straight = make()
    assert straight.run(), f"without any crash it died: {straight.crashes}"
    straight.check()
    wanted, passed = straight.outcome(), dict(straight.plan.passed)
    tried: list[Tried] = []
    for point in points:
        if point is CrashPoint.P8:
            continue
        for nth in _places(passed[point], each_max):
            for loss in losses if point is not CrashPoint.P0 else (Loss.DROP,):
                tried.append(_try(make, wanted, point, nth, loss))
    if CrashPoint.P8 in points:
        tried += _recoveries(make, wanted, passed, tuple(losses), each_max)
    return tried


def _places(count: int, each_max: int) -> list[int]:
    """Which times of `count` are tried, from 1."""
    if each_max == 0 or count <= each_max:
        return list(range(1, count + 1))
    return sorted({1 + place * (count - 1) // max(each_max - 1, 1) for place in range(each_max)})


def _try(
    make: Callable[[], Trial], wanted: Outcome, point: CrashPoint, nth: int, loss: Loss
) -> Tried:
    trial = make()
    trial.lose_unsynced(loss)
    trial.crash_at(point, nth)
    tried = Tried(point, nth, loss)
    if trial.run():
        raise NotTheSame(f"{tried}: the point was not passed again; the session is not repeatable")
    _finish(trial, wanted, tried)
    return tried


def _recoveries(
    make: Callable[[], Trial],
    wanted: Outcome,
    passed: dict[CrashPoint, int],
    losses: tuple[Loss, ...],
    each_max: int,
) -> list[Tried]:
    """Crashes during the recovery from a crash in the middle of the session."""
    middle = max(passed[CrashPoint.P1] // 2, 1)
    tried: list[Tried] = []
    for loss in losses:
        nth = 0
        while True:
            nth += 1
            trial = make()
            trial.lose_unsynced(loss)
            trial.crash_at(CrashPoint.P1, middle)
            assert not trial.run(), "the middle of the session was not passed"
            trial.crash_at(CrashPoint.P8, nth)
            if trial.restart():
                # So many calls there are not: all of them were tried.
                break
            tried.append(Tried(CrashPoint.P8, nth, loss))
            _finish(trial, wanted, tried[-1])
            if each_max and nth >= each_max:
                break
    return tried


def _finish(trial: Trial, wanted: Outcome, tried: Tried) -> None:
    for _ in range(RESTARTS_MAX):
        if trial.restart():
            break
    else:
        raise NotTheSame(f"{tried}: it did not come up again in {RESTARTS_MAX} starts")
    if not trial.run():
        raise NotTheSame(f"{tried}: it died again: {trial.crashes}")
    trial.check()
    differences = trial.outcome().differences(wanted)
    if differences:
        raise NotTheSame(f"{tried}: {'; '.join(differences)}"[:4_000])
