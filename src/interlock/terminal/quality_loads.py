"""Quality against load, as people and programs read it."""

from typing import Any

from rich.console import Console
from rich.table import Table

from interlock.feedback.estimates import Interval
from interlock.feedback.loads import Change, LoadFigure, Loads
from interlock.terminal.estimates import interval_text
from interlock.terminal.printable import printable


def loads_json(loads: Loads) -> dict[str, Any]:
    """One figure a session, and the change from the least loaded session to the most."""
    return {
        "sessions": [_figure_json(figure) for figure in loads.figures.values()],
        "trends": [
            {
                "currency": least.currency,
                "least": least.session,
                "most": most.session,
                **_change_json(change),
            }
            for least, most, change in loads.trends()
        ],
    }


def _figure_json(figure: LoadFigure) -> dict[str, Any]:
    change = figure.change()
    return {
        "session": figure.session,
        "currency": figure.currency,
        "orders": figure.orders,
        "load_mean": figure.load_mean,
        "load_most": figure.load_most,
        "shortfall_bps": figure.shortfall.bps(),
        "in_time": figure.in_time,
        "upper_half": _change_json(change) if change is not None else None,
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "shortfall_bps": _interval_json(change.shortfall),
        "late_bps": _interval_json(change.late),
        "is_worse": change.is_worse,
    }


def _interval_json(found: Interval) -> dict[str, float | None]:
    is_known = abs(found.low) != float("inf")
    return {
        "value": found.value,
        "low": found.low if is_known else None,
        "high": found.high if is_known else None,
    }


def print_loads(console: Console, loads: Loads) -> None:
    """A row a session, and what somebody should look at."""
    if not loads.figures:
        return
    columns = ("decisions/s", "orders", "shortfall bp", "in time", "more load: bp", "late %")
    table = Table(box=None, pad_edge=False, title_justify="left", title_style="bold")
    table.title = "Quality against load"
    table.add_column("session")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for figure in loads.figures.values():
        change = figure.change()
        table.add_row(
            printable(f"{figure.session} {figure.currency}"),
            f"{figure.load_mean:,.1f}",
            f"{figure.orders:,}",
            interval_text(figure.shortfall),
            f"{100 * figure.in_time / figure.orders:.1f} %",
            _text(change.shortfall, 1) if change is not None else "-",
            _text(change.late, 100) if change is not None else "-",
        )
    for least, most, change in loads.trends():
        table.add_row(
            printable(f"from {least.session} to {most.session} {least.currency}"),
            *("", "", "", ""),
            _text(change.shortfall, 1),
            _text(change.late, 100),
        )
    console.print()
    console.print(table)
    for words in loads.alarms():
        console.print(f"[bold red]Quality falls as load rises[/]: {printable(words)}")


def _text(found: Interval, unit: int) -> str:
    low, high = found.low / unit, found.high / unit
    return f"{found.value / unit:+.2f} ({low:.2f}..{high:.2f})"
