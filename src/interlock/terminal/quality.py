"""Execution quality on a terminal and as JSON: a short table first, then by whatever was asked."""

import sys
from collections.abc import Sequence
from math import isinf
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from interlock.feedback.attribution import JUDGED_AT, Attribution
from interlock.feedback.estimates import RatioEstimate
from interlock.feedback.grouping import ALL
from interlock.feedback.outcomes import HORIZON_NAMES, PARTS
from interlock.feedback.quality import COVERAGE_WANTED_BPS, Quality
from interlock.feedback.scorecards import Group
from interlock.feedback.tables import OutcomeTables
from interlock.journal.reader import JournalReader
from interlock.messages.identity import order_text
from interlock.monitoring.histogram import Histogram
from interlock.terminal.account import duration_text
from interlock.terminal.estimates import interval_text, money_text
from interlock.terminal.output import print_json, wants_progress
from interlock.terminal.printable import printable
from interlock.terminal.quality_loads import loads_json, print_loads
from interlock.terminal.quality_page import write_page

DONE: Final = 0
OWED: Final = 1
SHOWN_MAX: Final = 20
WIDTH: Final = 150
"""Of what is not read at a terminal."""

_LATENCIES: Final = ("answer", "first_fill", "full_fill")
_ESTIMATES: Final = (
    "shortfall",
    "executed",
    "effective",
    "realised",
    "improvement",
    "vwap",
    "twap",
    "paced",
    "surprise",
)


def measure(
    sessions: Sequence[Path],
    *,
    by: Sequence[str],
    only_owed: bool,
    parquet: Path | None,
    html: Path | None,
    as_json: bool,
) -> int:
    """This measures sessions and prints what it found; with `only_owed`, the actions that have no
    measured outcome: then the exit code is 1 when the share measured is below the alarm's bound.

    Raises `JournalFault`s, and `OSError` when a file cannot be written.
    """
    tables = OutcomeTables(parquet) if parquet is not None else None
    quality = Quality(
        tables.add_order if tables is not None else None,
        tables.add_decision if tables is not None else None,
    )
    try:
        _read(sessions, quality, as_json=as_json)
        if tables is not None:
            tables.write()
    finally:
        if tables is not None:
            tables.close()
    if html is not None:
        write_page(html, quality, [str(path) for path in sessions])
    if as_json:
        print_json(owed_json(quality) if only_owed else quality_json(quality, by))
    else:
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        if only_owed:
            _print_owed(console, quality)
        else:
            _print_quality(console, quality, by)
        for what, path in (("the report", html), ("tables", parquet)):
            if path is not None:
                console.print(f"\nWritten: {what} in {path}", markup=False, soft_wrap=True)
    return OWED if only_owed and quality.coverage_bps < COVERAGE_WANTED_BPS else DONE


def _read(sessions: Sequence[Path], quality: Quality, *, as_json: bool) -> None:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not wants_progress(as_json)) as bar:
        for path in sessions:
            task = bar.add_task(printable(path.name), total=1.0)
            reader = JournalReader(path)
            quality.begin(str(path))
            for batch in reader.batches():
                quality(batch.first_sequence, batch.entries)
                bar.update(task, completed=reader.progress)
            quality.finish()


# --- JSON ----------------------------------------------------------------------------------------


def quality_json(quality: Quality, by: Sequence[str]) -> dict[str, Any]:
    """The whole report as plain values. Money is in minor units, estimates in basis points with
    their 95 % interval (null where there are too few samples)."""
    coefficients = quality.cost_model.coefficients()
    return {
        "actions": quality.actions,
        "measured": quality.measured,
        "coverage_bps": quality.coverage_bps,
        "alarms": quality.alarms(),
        "loads": loads_json(quality.loads),
        "contradictions": [found._asdict() for found in quality.contradictions],
        "contradictions_found": quality.contradictions_found,
        "cut_short": quality.cut_short,
        "restated": quality.restated,
        "late_changes": quality.late_changes,
        "groups": {
            dimension: [
                {"key": key, **group_json(quality, group)}
                for key, group in quality.scorecards.of(dimension)
            ]
            for dimension in (ALL, *by)
        },
        "ungrouped": quality.scorecards.ungrouped,
        "releases": [
            {"source": place[0], "release": place[1], **attribution_json(found)}
            for place, found in sorted(quality.attributions.releases.items())
        ],
        "cost_model": {
            "half_spreads": coefficients[0] if coefficients is not None else None,
            "root_of_size": coefficients[1] if coefficients is not None else None,
            "orders": quality.cost_model.orders,
            "predicted": quality.cost_model.predicted,
            "bias_bps": quality.cost_model.bias_bps(),
            "error_bps": quality.cost_model.error_bps(),
        },
    }


def group_json(quality: Quality, group: Group) -> dict[str, Any]:
    """One group as plain values."""
    return {
        "currency": group.currency,
        "currency_digits": group.currency_digits,
        "orders": group.orders,
        "filled_orders": group.filled_orders,
        "fills": group.fills,
        "endings": group.endings,
        "unmeasured": group.unmeasured,
        "value_minor": group.value_twice / 2,
        "shortfall_minor": {
            **{part: group.parts_twice[part] / 2 for part in PARTS},
            "total": group.total_twice / 2,
        },
        **{f"{name}_bps": estimate_json(getattr(group, name)) for name in _ESTIMATES},
        "markouts_bps": {
            name: estimate_json(found)
            for name, found in zip(HORIZON_NAMES, group.markouts, strict=True)
        },
        "against_close_minor": group.against_close_twice(quality.closes) / 2,
        "adverse_fills": group.adverse_fills,
        "given_fills": group.given_fills,
        "queued_lots": group.queued_lots,
        **{f"{name}_ns": _latency_json(getattr(group, name)) for name in _LATENCIES},
        "worst": [
            {"order": order_text(order), "shortfall_minor": cost / 2}
            for cost, order in sorted(group.worst, reverse=True)
        ],
    }


def estimate_json(estimate: RatioEstimate) -> dict[str, Any]:
    """An estimate, its interval and how many samples it is made of."""
    found = estimate.interval()
    return {
        "value": found.value if found.samples else None,
        "low": None if isinf(found.low) else found.low,
        "high": None if isinf(found.high) else found.high,
        "samples": found.samples,
    }


def attribution_json(found: Attribution) -> dict[str, Any]:
    """One source's release as plain values."""
    return {
        "currency": found.currency,
        "lines": found.lines,
        "refused_lines": found.refused_lines,
        "worth_bps": {
            name: estimate_json(estimate)
            for name, estimate in zip(HORIZON_NAMES, found.worth, strict=True)
        },
        "refused_worth_bps": {
            name: estimate_json(estimate)
            for name, estimate in zip(HORIZON_NAMES, found.refused_worth, strict=True)
        },
        "cost_bps": estimate_json(found.cost),
        "millisecond_bps": estimate_json(found.delay),
        "net_bps": found.net_bps(),
        "judgement": found.judgement(),
    }


def owed_json(quality: Quality) -> dict[str, Any]:
    """The actions without a measured outcome."""
    return {
        "actions": quality.actions,
        "measured": quality.measured,
        "coverage_bps": quality.coverage_bps,
        "wanted_bps": COVERAGE_WANTED_BPS,
        "owed": [owed._asdict() for owed in quality.owed],
        "owed_found": quality.actions - quality.measured,
    }


def _latency_json(histogram: Histogram) -> dict[str, int]:
    return {
        "count": histogram.count,
        "p50": histogram.quantile(500),
        "p99": histogram.quantile(990),
        "worst": histogram.value_max,
    }


# --- for people ----------------------------------------------------------------------------------


def _print_quality(console: Console, quality: Quality, by: Sequence[str]) -> None:
    console.print(
        f"{quality.measured:,} of {quality.actions:,} actions have a measured outcome"
        f" ({quality.coverage_bps / 100:.2f} %)."
    )
    for _, group in quality.scorecards.of(ALL):
        _print_waterfall(console, group)
        _print_worst(console, group)
    for dimension in by:
        _print_groups(console, quality, dimension)
    _print_releases(console, quality)
    _print_model(console, quality)
    print_loads(console, quality.loads)
    if quality.restated or quality.late_changes:
        console.print(
            f"\n{quality.restated:,} busts and corrections are in these figures, and"
            f" {quality.late_changes:,} came too late to be.",
            highlight=False,
        )
    if quality.contradictions_found:
        console.print(f"\n[bold red]{quality.contradictions_found:,} contradictions[/]")
        for found in quality.contradictions[:SHOWN_MAX]:
            console.print(f"  {found.order} {found.what}", markup=False)
    alarm = quality.coverage_bps < COVERAGE_WANTED_BPS
    if alarm:
        wanted = COVERAGE_WANTED_BPS / 100
        console.print(f"\n[bold red]Less than {wanted:.0f} % is measured[/]: see --owed")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    return table


def _money(money_twice: int, group: Group) -> str:
    return money_text(money_twice, group.currency, group.currency_digits)


def _print_waterfall(console: Console, group: Group) -> None:
    title = f"Shortfall of {group.orders:,} orders in {group.currency} (positive is a cost)"
    table = _table(title, "part", "money", "bp")
    whole = max(group.ordered_value_twice, 1)
    for part in PARTS:
        cost = group.parts_twice[part]
        table.add_row(part, _money(cost, group), f"{cost * 10_000 / whole:.3f}")
    total = interval_text(group.shortfall)
    table.add_row("total", _money(group.total_twice, group), total, style="bold")
    console.print()
    console.print(table)
    markouts = "  ".join(
        f"{name} {interval_text(estimate)}"
        for name, estimate in zip(HORIZON_NAMES, group.markouts, strict=True)
    )
    console.print(f"Markouts in bp: {markouts}", soft_wrap=True, highlight=False)


def _print_worst(console: Console, group: Group) -> None:
    worst = ", ".join(
        f"{order_text(order)} ({_money(cost, group)})"
        for cost, order in sorted(group.worst, reverse=True)
    )
    if worst:
        console.print(f"Most costly: {worst}", soft_wrap=True, highlight=False)


def _print_groups(console: Console, quality: Quality, dimension: str) -> None:
    table = _table(
        f"By {dimension}",
        dimension,
        "orders",
        "filled",
        "shortfall bp",
        "executed bp",
        "markout 1 s bp",
        "VWAP bp",
        "first fill",
    )
    for key, group in quality.scorecards.of(dimension):
        table.add_row(
            printable(key),
            f"{group.orders:,}",
            f"{100 * group.filled_orders / max(group.orders, 1):.0f} %",
            interval_text(group.shortfall),
            interval_text(group.executed),
            interval_text(group.markouts[1]),
            interval_text(group.vwap),
            duration_text(group.first_fill.quantile(500)) if group.first_fill.count else "-",
        )
    console.print()
    console.print(table)


def _print_releases(console: Console, quality: Quality) -> None:
    if not quality.attributions.releases:
        return
    horizon = HORIZON_NAMES[JUDGED_AT]
    table = _table(
        "What decisions were worth, and what executing them cost, in bp",
        "source, release",
        "lines",
        f"worth at {horizon}",
        "cost",
        "a millisecond",
        "which is to say",
    )
    for place, found in sorted(quality.attributions.releases.items()):
        table.add_row(
            printable(f"{place[0]}, {place[1]}"),
            f"{found.lines:,}",
            interval_text(found.worth[JUDGED_AT]),
            interval_text(found.cost),
            f"{found.delay.bps():.4f}" if found.delay.count else "-",
            found.judgement(),
        )
    console.print()
    console.print(table)


def _print_model(console: Console, quality: Quality) -> None:
    model = quality.cost_model
    found = model.coefficients()
    if found is None:
        return
    console.print(
        f"\nCost model on {model.orders:,} orders: {found[0]:.2f} half spreads"
        f" + {found[1]:.2f} bp x root of (quantity / displayed);"
        f" predicts the next order within {model.error_bps():.2f} bp"
        f" (bias {model.bias_bps():+.2f}).",
        highlight=False,
        soft_wrap=True,
    )


def _print_owed(console: Console, quality: Quality) -> None:
    table = _table("Actions without a measured outcome", "action", "source", "why")
    for owed in quality.owed[:SHOWN_MAX]:
        table.add_row(owed.action, printable(owed.source), owed.why)
    owed_found = quality.actions - quality.measured
    console.print(
        f"{quality.measured:,} of {quality.actions:,} actions have a measured outcome"
        f" ({quality.coverage_bps / 100:.2f} %; alarm below {COVERAGE_WANTED_BPS / 100:.0f} %)."
    )
    if owed_found:
        console.print(table)
    if owed_found > SHOWN_MAX:
        console.print(f"and {owed_found - SHOWN_MAX:,} more; --json lists them")
