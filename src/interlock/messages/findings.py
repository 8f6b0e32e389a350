"""Findings: what every control said of a decision, out of the event that keeps them.

`DecisionJudged` holds them flat, because there are some twenty for every decision and nearly all
allow it; whoever reads them reads them here.
"""

from typing import NamedTuple

from interlock.messages.events import DecisionJudged
from interlock.messages.reasons import NONE
from interlock.messages.terms import ALLOW


class Found(NamedTuple):
    """One control's finding."""

    line: int
    """The line of the decision, from 0; -1 for the decision as a whole."""
    limit: int
    """The limit's index in the session, or minus the number of a rule of the gate."""
    severity: int
    reason: int
    """`NONE` where it was allowed."""
    observed: int
    bound: int


def findings_of(judged: DecisionJudged) -> list[Found]:
    """This is every finding, passes and failures, in the order in which they were made."""
    figures = judged.figures
    objected = _objected(judged)
    found: list[Found] = []
    for line, controls in enumerate(judged.controls, -1):
        for limit in controls:
            at = len(found)
            severity, reason = objected.get(at, (ALLOW, NONE))
            observed, bound = figures[2 * at], figures[2 * at + 1]
            found.append(Found(line, limit, severity, reason, observed, bound))
    return found


def objections_of(judged: DecisionJudged) -> list[Found]:
    """This is the findings that did not allow it. Costs nothing where there is none."""
    if not judged.objections:
        return []
    return [found for found in findings_of(judged) if found.severity != ALLOW]


def count_of(judged: DecisionJudged) -> int:
    """This is how many findings there are."""
    return len(judged.figures) // 2


def _objected(judged: DecisionJudged) -> dict[int, tuple[int, int]]:
    numbers = judged.objections
    return {numbers[at]: (numbers[at + 1], numbers[at + 2]) for at in range(0, len(numbers), 3)}
