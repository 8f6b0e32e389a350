"""Plots: small SVG pictures for pages that need no network. Numbers in, markup out."""

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 640
HEIGHT: Final = 260
_LEFT: Final = 64
_BOTTOM: Final = 46
_TOP: Final = 14
_RIGHT: Final = 12


class Point(NamedTuple):
    """A value with where it may lie; low and high equal to it where that is not known."""

    name: str
    value: float
    low: float
    high: float


class Series(NamedTuple):
    """One line of a plot."""

    name: str
    points: Sequence[Point]


class _Scale:
    """From values to places on the picture, with zero always in sight."""

    def __init__(self, values: Sequence[float]) -> None:
        low, high = min(0.0, *values), max(0.0, *values)
        if high == low:
            high = low + 1.0
        margin = (high - low) * 0.08
        self.low = low - (margin if low < 0 else 0.0)
        self.high = high + (margin if high > 0 else 0.0)

    def place(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP), 1)

    def marks(self) -> list[float]:
        step = (self.high - self.low) / 4
        return [self.low + step * place for place in range(5)]


def waterfall(parts: Sequence[tuple[str, float]], unit: str) -> str:
    """Bars that begin where the one before ended, and the total beside them."""
    ends: list[float] = [0.0]
    for _, value in parts:
        ends.append(ends[-1] + value)
    scale = _Scale(ends)
    steps = [*parts, ("total", ends[-1])]
    width = (WIDTH - _LEFT - _RIGHT) / len(steps)
    drawn = [_axis(scale, unit)]
    for place, (name, value) in enumerate(steps):
        start = 0.0 if place == len(parts) else ends[place]
        top, bottom = scale.place(max(start, start + value)), scale.place(min(start, start + value))
        kind = "total" if place == len(parts) else ("cost" if value > 0 else "gain")
        left = _LEFT + place * width
        drawn.append(
            f'<rect class="{kind}" x="{left + width * 0.15:.1f}" y="{top}"'
            f' width="{width * 0.7:.1f}" height="{max(bottom - top, 1):.1f}">'
            f"<title>{escape(name)}: {value:.3f} {escape(unit)}</title></rect>"
        )
        drawn.append(_name(left + width / 2, name, f"{value:+.2f}"))
    return _svg(drawn)


def curves(series: Sequence[Series], unit: str) -> str:
    """Lines over named places, each point with a whisker over its interval."""
    shown = [line for line in series if line.points]
    if not shown:
        return "<p>Nothing to draw.</p>"
    scale = _Scale([end for line in shown for point in line.points for end in point[1:]])
    # The longest line says the order of the places; what only others have comes after.
    longest = sorted(shown, key=lambda line: -len(line.points))
    names = list(dict.fromkeys(point.name for line in longest for point in line.points))
    width = (WIDTH - _LEFT - _RIGHT) / len(names)
    drawn = [_axis(scale, unit)]
    drawn += [_name(_LEFT + (place + 0.5) * width, name, "") for place, name in enumerate(names)]
    for number, line in enumerate(shown):
        # Lines stand a little apart, so that their whiskers do not hide each other.
        shift = (number - (len(shown) - 1) / 2) * min(7.0, width / (len(shown) + 1))
        places = [
            (_LEFT + (names.index(point.name) + 0.5) * width + shift, point)
            for point in line.points
        ]
        path = " ".join(f"{x:.1f},{scale.place(point.value)}" for x, point in places)
        drawn.append(f'<polyline class="line c{number % 8}" points="{path}"/>')
        drawn += [_whisker(x, point, scale, number, line.name, unit) for x, point in places]
    keys = "".join(
        f'<span class="key c{number % 8}">{escape(line.name)}</span>'
        for number, line in enumerate(shown)
    )
    return _svg(drawn) + (f'<p class="keys">{keys}</p>' if len(shown) > 1 else "")


def _whisker(x: float, point: Point, scale: _Scale, number: int, line: str, unit: str) -> str:
    text = f"{line} {point.name}: {point.value:.3f} {unit} [{point.low:.3f}, {point.high:.3f}]"
    return (
        f'<g class="c{number % 8}"><title>{escape(text)}</title>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{scale.place(point.low)}"'
        f' y2="{scale.place(point.high)}"/>'
        f'<circle cx="{x:.1f}" cy="{scale.place(point.value)}" r="3.2"/></g>'
    )


def _axis(scale: _Scale, unit: str) -> str:
    drawn = [f'<text class="unit" x="4" y="{_TOP}">{escape(unit)}</text>']
    for mark in scale.marks():
        y = scale.place(mark)
        drawn.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        drawn.append(f'<text class="mark" x="{_LEFT - 6}" y="{y + 4}">{mark:.2f}</text>')
    zero = scale.place(0.0)
    drawn.append(f'<line class="zero" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{zero}" y2="{zero}"/>')
    return "".join(drawn)


def _name(x: float, name: str, under: str) -> str:
    return (
        f'<text class="name" x="{x:.1f}" y="{HEIGHT - _BOTTOM + 18}">{escape(name)}</text>'
        f'<text class="under" x="{x:.1f}" y="{HEIGHT - _BOTTOM + 34}">{escape(under)}</text>'
    )


def _svg(drawn: Sequence[str]) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">' + "".join(drawn) + "</svg>"
    )
