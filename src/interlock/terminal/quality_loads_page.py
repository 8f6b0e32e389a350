"""Quality against load on the report's page: what an order cost at each load, and whether it was in
time, one line a session."""

from collections.abc import Sequence
from html import escape
from math import isinf
from typing import Final

from interlock.feedback.estimates import Interval
from interlock.feedback.loads import LoadFigure, Loads
from interlock.terminal.plots import Point, Series, curves

LINES_MAX: Final = 8
"""Sessions in one plot; the first that were read."""


def loads_section(loads: Loads) -> str:
    """This is the section, or nothing where no order was measured."""
    figures = list(loads.figures.values())[:LINES_MAX]
    if not figures:
        return ""
    alarms = "".join(
        f'<p class="bad">Quality falls as load rises: {escape(words)}</p>'
        for words in loads.alarms()
    )
    return (
        "<h2>Quality against load</h2><p>The load of an order is how many decisions arrived in the"
        " second before its release. Whiskers are 95 % intervals.</p>"
        + alarms
        + '<div class="pair"><div><h3>Shortfall</h3>'
        + curves(_series(figures, of_cost=True), "bp")
        + "</div><div><h3>Not in time</h3>"
        + curves(_series(figures, of_cost=False), "%")
        + "</div></div>"
    )


def _series(figures: Sequence[LoadFigure], *, of_cost: bool) -> list[Series]:
    found: list[Series] = []
    for figure in figures:
        points = [
            _point(name, cost if of_cost else late, 1 if of_cost else 100)
            for name, cost, late in figure.curve()
        ]
        found.append(Series(f"{figure.session} {figure.currency}", points))
    return found


def _point(name: str, found: Interval, unit: int) -> Point:
    value = found.value / unit
    if isinf(found.low):
        return Point(name, value, value, value)
    return Point(name, value, found.low / unit, found.high / unit)
