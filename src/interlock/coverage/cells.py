"""Cells: everything that can be exercised, by section, and what is excused.

A cell is *wanted* unless the table of rare ones gives a reason. What cannot be at all is no cell: a
move outside the tables is a fault, and is told apart (`observing.UndeclaredMove`).
"""

from typing import Final

from interlock.controls import rules
from interlock.controls.catalogue import CATALOGUE
from interlock.controls.rules import RULES
from interlock.coverage.crashes import POINTS, crash_cell
from interlock.coverage.machines import MACHINES, ORDER, REFUSED
from interlock.coverage.rare import RARE, why_rare
from interlock.coverage.verdicts import CANNOT_BE_EVALUATED
from interlock.messages.reasons import CATALOGUE as REASONS

REASON: Final = "reason"
CONTROL: Final = "control"
CRASH: Final = "crash"

# A control's verdicts beyond passing, refusing and not being able to judge.
_MORE_OUTCOMES: Final[dict[str, tuple[str, ...]]] = {}


def _control_cells() -> list[str]:
    cells = []
    for number, (name, _, _) in RULES.items():
        words = ["allow", "refuse"]
        if number == rules.PHASE:
            words.append(CANNOT_BE_EVALUATED)
        cells += [f"control: {name} {word}" for word in words]
    for kind in CATALOGUE:
        more = _MORE_OUTCOMES.get(kind.name, ())
        for word in ("allow", "refuse", CANNOT_BE_EVALUATED, *more):
            cells.append(f"control: {kind.name} {word}")
    return cells


def _crash_cells() -> list[str]:
    moves = [edge.cell for edge in MACHINES[ORDER].edges if edge.after != REFUSED]
    return [crash_cell(point, move) for point in POINTS for move in moves]


def _all() -> dict[str, tuple[str, ...]]:
    found = {name: tuple(edge.cell for edge in machine.edges) for name, machine in MACHINES.items()}
    found[REASON] = tuple(f"reason: {reason.name}" for reason in REASONS)
    found[CONTROL] = tuple(_control_cells())
    found[CRASH] = tuple(_crash_cells())
    return found


CELLS: Final = _all()
"""Every cell, by section: each machine, then reasons, controls and crashes."""

KNOWN: Final = frozenset(cell for cells in CELLS.values() for cell in cells)

PAIRS_MAX: Final = sum(
    first.after == second.before
    for first in MACHINES[ORDER].edges
    for second in MACHINES[ORDER].edges
    if REFUSED not in (first.after, second.after)
)
"""Moves of an order that can follow one another, by their states alone."""


def is_rare(cell: str) -> bool:
    """This says whether a cell is excused, with a reason that stands in `rare.py`."""
    return why_rare(cell) != ""


def mistakes_of(table: dict[str, str], known: frozenset[str]) -> list[str]:
    """What is wrong with a table of rare cells: one without a reason, or that is no cell."""
    found = [f"{cell} is rare without a reason" for cell, why in table.items() if not why.strip()]
    return found + [f"{cell} is rare and no cell" for cell in table if cell not in known]


_MISTAKES = mistakes_of(RARE, KNOWN)
assert not _MISTAKES, "; ".join(_MISTAKES)
