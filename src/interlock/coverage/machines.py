"""Every declared machine in one form: states, what can happen, and the edges that this makes.

The order machine is `ledger/life.py:TABLE`, each row with every status that quantities can lead it
to; the others are `ledger/machines.py:MACHINES`. To add one, declare its table there and let
`observing.py` see its moves.
"""

from dataclasses import dataclass
from typing import Final

from interlock.ledger import life
from interlock.ledger.machines import MACHINES as OTHERS
from interlock.messages.terms import (
    CLEARED,
    FILLED,
    ORDER_STATUSES,
    PARTIALLY_FILLED,
    WORKING,
)

ORDER: Final = "order"
REFUSED: Final = "refused"
"""Where an edge leads that the table does not have: the report is kept and changes nothing."""

_QUANTITY: Final = 4


@dataclass(frozen=True)
class Edge:
    """One move of one machine."""

    machine: str
    before: str
    happening: str
    after: str

    @property
    def cell(self) -> str:
        return f"{self.machine}: {self.before} -{self.happening}-> {self.after}"


@dataclass(frozen=True)
class Machine:
    """One machine as it was declared."""

    name: str
    edges: tuple[Edge, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the table speaks of it."""
        found = dict.fromkeys(edge.before for edge in self.edges)
        found.update(dict.fromkeys(edge.after for edge in self.edges if edge.after != REFUSED))
        return tuple(found)

    @property
    def happenings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(edge.happening for edge in self.edges))


def order_edges() -> tuple[Edge, ...]:
    """Each (status, happening) with every status that it can lead to, and as refused where the
    table has no row."""
    edges = []
    for status, before in ORDER_STATUSES.items():
        for happening, word in life.HAPPENINGS.items():
            if life.is_possible(status, happening):
                edges += [
                    Edge(ORDER, before, word, ORDER_STATUSES[after])
                    for after in _outcomes(status, happening)
                ]
            elif happening != life.DOUBT:
                # Doubt is our own conclusion, and is drawn only where it can be.
                edges.append(Edge(ORDER, before, word, REFUSED))
    return tuple(edges)


def _outcomes(status: int, happening: int) -> list[int]:
    """The statuses that a happening can lead to, whatever was filled before and is filled after."""
    found = {
        life.next_status(status, happening, after, _QUANTITY, outstanding)
        for before in _filled_in(status)
        for after in _filled_after(before, happening)
        for outstanding in (False, True)
    }
    return sorted(found)


def _filled_in(status: int) -> tuple[int, ...]:
    """What can be filled in a status, of a quantity of `_QUANTITY`; one more is filled too much."""
    if status in (CLEARED, WORKING):
        return (0,)
    if status == PARTIALLY_FILLED:
        return (1, _QUANTITY - 1)
    if status == FILLED:
        return (_QUANTITY, _QUANTITY + 1)
    return tuple(range(_QUANTITY + 2))


def _filled_after(filled: int, happening: int) -> tuple[int, ...]:
    """What can be filled after something happened, measured by the quantity of that moment."""
    everything = tuple(range(_QUANTITY + 2))
    if happening == life.FILL:
        return (*everything[filled + 1 :], _QUANTITY + 2)
    if happening == life.BUST:
        return everything[:filled]
    if happening == life.CORRECT:
        return everything[1:] if filled > 0 else ()
    if happening in (life.REPLACE, life.RESTATE):
        # The quantity changes, which is as if more or less of it were filled.
        return everything[1:] if filled > 0 else (0,)
    return (filled,)


def _other(name: str) -> Machine:
    return Machine(name, tuple(Edge(name, *row) for row in OTHERS[name]))


MACHINES: Final[dict[str, Machine]] = {
    ORDER: Machine(ORDER, order_edges()),
    **{name: _other(name) for name in OTHERS},
}

EDGES: Final[dict[str, Edge]] = {
    edge.cell: edge for machine in MACHINES.values() for edge in machine.edges
}
"""Every edge by its cell."""
