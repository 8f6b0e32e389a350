"""Drawing: a machine as SVG, states around an oval and one arrow for all moves between two states,
coloured by what of them was exercised. Whole numbers in, text out; equal counts draw equally.
"""

from dataclasses import dataclass
from html import escape
from math import cos, hypot, pi, sin
from typing import Final

from interlock.coverage.cells import is_rare
from interlock.coverage.counts import Counts
from interlock.coverage.machines import REFUSED, Edge, Machine

WIDTH: Final = 860
_BOX_HEIGHT: Final = 30
_LOOP: Final = 26
ALL: Final = "all"
SOME: Final = "some"
NOT: Final = "none"
EXCUSED: Final = "rare"


@dataclass(frozen=True)
class _Place:
    """Where a state stands: its middle, and half of its width."""

    x: float
    y: float
    half: float


def shade(edges: list[Edge], counts: Counts) -> str:
    """This says how much of some moves was exercised: all, some, none, or nothing but rare ones."""
    hit = [edge for edge in edges if counts.count(edge.cell) > 0]
    wanted = [edge for edge in edges if not is_rare(edge.cell)]
    if not hit:
        return NOT if wanted else EXCUSED
    return ALL if all(edge in hit for edge in wanted) else SOME


def draw(machine: Machine, counts: Counts) -> str:
    """This is the machine as one SVG element. Refused moves change nothing and are not drawn."""
    states = machine.states
    height = 150 + 62 * len(states) if len(states) > 2 else 190
    places = _places(states, height)
    grouped: dict[tuple[str, str], list[Edge]] = {}
    for edge in machine.edges:
        if edge.after != REFUSED:
            grouped.setdefault((edge.before, edge.after), []).append(edge)
    arrows = [_arrow(edges, places, height, counts) for edges in grouped.values()]
    boxes = [_box(state, places[state], machine, counts) for state in states]
    label = escape(f"machine {machine.name}")
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
        f' aria-label="{label}">' + "".join(arrows + boxes) + "</svg>"
    )


def _places(states: tuple[str, ...], height: int) -> dict[str, _Place]:
    found = {}
    for number, state in enumerate(states):
        angle = 2 * pi * number / len(states) - pi / 2 - (pi / 2 if len(states) == 2 else 0)
        half = 14 + 4 * len(state)
        x = WIDTH / 2 + (WIDTH / 2 - 130) * cos(angle)
        y = height / 2 + (height / 2 - 65) * sin(angle)
        found[state] = _Place(x, y, half)
    return found


def _box(state: str, place: _Place, machine: Machine, counts: Counts) -> str:
    through = [edge for edge in machine.edges if state in (edge.before, edge.after)]
    is_seen = any(counts.count(edge.cell) for edge in through)
    kind = ALL if is_seen else NOT
    x, y = place.x - place.half, place.y - _BOX_HEIGHT / 2
    return (
        f'<g class="state {kind}"><rect x="{x:.1f}" y="{y:.1f}" width="{2 * place.half:.1f}"'
        f' height="{_BOX_HEIGHT}" rx="8"/><text x="{place.x:.1f}" y="{place.y + 4:.1f}">'
        f"{escape(state.replace('_', ' '))}</text></g>"
    )


def _arrow(edges: list[Edge], places: dict[str, _Place], height: int, counts: Counts) -> str:
    first, last = places[edges[0].before], places[edges[0].after]
    kind = shade(edges, counts)
    hit = sum(counts.count(edge.cell) > 0 for edge in edges)
    if first is last:
        path, x, y = _loop(first, height)
    else:
        path, x, y = _curve(first, last)
    said = "\n".join(f"{edge.cell}  x{counts.count(edge.cell):,}" for edge in edges)
    return (
        f'<g class="move {kind}"><title>{escape(said)}</title><path d="{path}"/>'
        f'<text x="{x:.1f}" y="{y:.1f}">{hit}/{len(edges)}</text></g>'
    )


def _loop(place: _Place, height: int) -> tuple[str, float, float]:
    """An arrow from a state to itself, on the side that looks out of the oval."""
    up = -1 if place.y < height / 2 else 1
    y = place.y + up * _BOX_HEIGHT / 2
    far = y + up * _LOOP * 1.6
    path = (
        f"M{place.x - 10:.1f} {y:.1f} C{place.x - 22:.1f} {far:.1f}"
        f" {place.x + 22:.1f} {far:.1f} {place.x + 10:.1f} {y:.1f}"
    )
    return path + _head(place.x + 10, y, 0.35, -up), place.x, y + up * (_LOOP + 4) + 4


def _curve(first: _Place, last: _Place) -> tuple[str, float, float]:
    """An arrow that bows to its right, so that the way back has room of its own."""
    across, down = last.x - first.x, last.y - first.y
    length = hypot(across, down)
    bow = min(44.0, length / 5)
    middle_x = (first.x + last.x) / 2 - bow * down / length
    middle_y = (first.y + last.y) / 2 + bow * across / length
    start_x, start_y = _edge_of(first, middle_x, middle_y)
    end_x, end_y = _edge_of(last, middle_x, middle_y)
    path = f"M{start_x:.1f} {start_y:.1f} Q{middle_x:.1f} {middle_y:.1f} {end_x:.1f} {end_y:.1f}"
    path += _head(end_x, end_y, end_x - middle_x, end_y - middle_y)
    # A third of the way: the middles of many arrows of an oval lie on one another.
    x = 0.45 * start_x + 0.44 * middle_x + 0.11 * end_x
    y = 0.45 * start_y + 0.44 * middle_y + 0.11 * end_y
    return path, x, y + 4


def _edge_of(place: _Place, x: float, y: float) -> tuple[float, float]:
    """Where the way from a state to a point leaves its box."""
    across, down = x - place.x, y - place.y
    share = min(
        (place.half + 3) / abs(across) if across else 1e9,
        (_BOX_HEIGHT / 2 + 3) / abs(down) if down else 1e9,
    )
    return place.x + across * share, place.y + down * share


def _head(x: float, y: float, across: float, down: float) -> str:
    length = hypot(across, down) or 1.0
    across, down = across / length * 8, down / length * 8
    return (
        f" M{x - across - down / 2:.1f} {y - down + across / 2:.1f} L{x:.1f} {y:.1f}"
        f" L{x - across + down / 2:.1f} {y - down - across / 2:.1f}"
    )
