"""The report of a load run as one HTML file. It needs no network."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

from interlock.loading.figures import StepFigures
from interlock.messages.units import NS_PER_MS
from interlock.terminal.load import ms_text
from interlock.terminal.plots import Point, Series, curves
from interlock.terminal.quality_page import STYLE

Runs = Mapping[str, Sequence[StepFigures]]
"""Steps by what they were run against."""


def write_load_page(path: Path, title: str, capacity: float, runs: Runs) -> None:
    """This writes the report. Raises `OSError`."""
    path.write_text(load_page(title, capacity, runs), encoding="utf-8")


def load_page(title: str, capacity: float, runs: Runs) -> str:
    """The curves over the offered load, then every figure."""
    in_time = "of what was taken, durable and handed on within the deadline of when it was due"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"<p>Capacity, measured in a closed loop: {capacity:,.0f} decisions a second. Load is"
        " offered by schedule and waits are counted from when a decision was due.</p>"
        + _section("Goodput: done in time, a second", runs, "1/s", lambda step: step.goodput)
        + _section(f"Share in time: {in_time}", runs, "%", lambda step: 100 * step.share_in_time)
        + _section("Wait, p50", runs, "ms", lambda step: step.waits.quantile(500) / NS_PER_MS)
        + _section("Wait, p99", runs, "ms", lambda step: step.waits.quantile(990) / NS_PER_MS)
        + "".join(_table(name, steps) for name, steps in runs.items())
        + "</body></html>\n"
    )


def _section(heading: str, runs: Runs, unit: str, value: Callable[[StepFigures], float]) -> str:
    series = [
        Series(name, [_point(step.name, value(step)) for step in steps])
        for name, steps in runs.items()
    ]
    return f"<h2>{escape(heading)}</h2>{curves(series, unit)}"


def _point(name: str, value: float) -> Point:
    return Point(name, value, value, value)


def _table(name: str, steps: Sequence[StepFigures]) -> str:
    heads = (
        "load",
        "offered/s",
        "offered",
        "taken",
        "goodput/s",
        "in time",
        "p50",
        "p99",
        "cancels p99",
        "not taken",
        "unanswered",
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="n">{escape(cell)}</td>'
            for cell in (
                step.name,
                f"{step.rate:,.0f}",
                f"{step.offered:,}",
                f"{step.taken_count:,}",
                f"{step.goodput:,.0f}",
                f"{step.share_in_time:.2%}",
                ms_text(step.waits.quantile(500)),
                ms_text(step.waits.quantile(990)),
                ms_text(step.cancel_waits.quantile(990)) if step.cancel_waits.count else "",
                ", ".join(f"{count:,} {reason}" for reason, count in sorted(step.refused.items())),
                f"{step.unanswered:,}",
            )
        )
        + "</tr>"
        for step in steps
    )
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    return f'<h2>{escape(name)}</h2><div class="wide"><table><tr>{head}</tr>{rows}</table></div>'
