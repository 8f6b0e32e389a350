"""What a session did under load: a table for people, a document for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from interlock.loading.figures import StepFigures
from interlock.messages.units import NS_PER_MS


def load_json(name: str, capacity: float, steps: Sequence[StepFigures]) -> dict[str, Any]:
    """This is the whole run for programs."""
    return {
        "session": name,
        "capacity_per_s": round(capacity, 1),
        "steps": [step.document() for step in steps],
    }


def print_load(console: Console, name: str, capacity: float, steps: Sequence[StepFigures]) -> None:
    """This prints one row for each step."""
    console.print(f"{name}: capacity {capacity:,.0f} decisions/s, in a closed loop")
    table = Table(
        "load", "offered", "goodput", "in time", "p50", "p99", "refused", "cancel", padding=(0, 1)
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for step in steps:
        table.add_row(
            step.name,
            f"{step.rate:,.0f}",
            f"{step.goodput:,.0f}",
            f"{step.share_in_time:.1%}",
            bare_ms(step.waits.quantile(500)),
            bare_ms(step.waits.quantile(990)),
            f"{step.refused_count + step.unanswered:,}",
            bare_ms(step.cancel_waits.quantile(990)) if step.cancel_waits.count else "",
        )
    console.print(table)
    reasons: dict[str, int] = {}
    for step in steps:
        for reason, count in step.refused.items():
            reasons[reason] = reasons.get(reason, 0) + count
    told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    deadline_ms = steps[0].deadline_ns // NS_PER_MS if steps else 0
    console.print(
        "Offered and goodput a second; p50, p99 and the p99 of cancels in milliseconds. In time:"
        f" taken, durable and handed on within {deadline_ms} ms of when it was due."
        f" Refused at once: {told or 'none'}.",
        highlight=False,
    )


def bare_ms(time_ns: int) -> str:
    """This is a duration in milliseconds, without its unit."""
    return f"{time_ns / NS_PER_MS:,.1f}"


def ms_text(time_ns: int) -> str:
    """This is a duration in milliseconds, for a table."""
    return f"{time_ns / NS_PER_MS:,.1f} ms"
