"""The quality report as one HTML file: plots, scorecards and definitions. It needs no network."""

from collections.abc import Sequence
from html import escape
from math import isinf
from pathlib import Path
from typing import Final

from interlock.feedback.attribution import JUDGED_AT
from interlock.feedback.estimates import RatioEstimate
from interlock.feedback.grouping import ALL, DIMENSIONS
from interlock.feedback.measures import MEASURES
from interlock.feedback.outcomes import HORIZON_NAMES, PARTS
from interlock.feedback.quality import Quality
from interlock.feedback.scorecards import Group
from interlock.messages.identity import order_text
from interlock.messages.units import BPS_ONE
from interlock.terminal.account import duration_text
from interlock.terminal.estimates import interval_text, money_text
from interlock.terminal.plots import Point, Series, curves, waterfall
from interlock.terminal.quality_loads_page import loads_section

ROWS_MAX: Final = 200
LINES_MAX: Final = 8
"""Lines in one plot; the groups that traded most come first."""

STYLE: Final = (
    """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1d2126; background: #fff; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 13px; }
th, td { border: 1px solid #d5d9de; padding: 3px 8px; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { overflow-x: auto; } .pair { display: flex; flex-wrap: wrap; gap: 1.5rem; }
.pair > div { flex: 1 1 26rem; } .plot { width: 100%; max-width: 46rem; height: auto; }
.plot text { font: 11px system-ui, sans-serif; fill: #444; }
.plot .name, .plot .under { text-anchor: middle; } .plot .mark { text-anchor: end; }
.grid { stroke: #eceff2; } .zero { stroke: #777; }
rect.cost { fill: #c0563b; } rect.gain { fill: #3f8f5f; } rect.total { fill: #44546a; }
.line { fill: none; stroke-width: 1.8; } circle { stroke: none; }
"""
    + "".join(
        f".c{place} {{ stroke: {colour}; }} .c{place} circle {{ fill: {colour}; }}"
        f" .key.c{place}::before {{ background: {colour}; }}\n"
        for place, colour in enumerate(
            ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280", "#718096", "#b7791f", "#2c7a7b")
        )
    )
    + """
.key { margin-right: 1.2rem; font-size: 13px; } .key::before { content: ""; display: inline-block;
  width: .8em; height: .8em; margin-right: .35em; border-radius: 2px; }
.bad { color: #b02a1b; font-weight: 600; }
"""
)


def write_page(path: Path, quality: Quality, sessions: Sequence[str]) -> None:
    """This writes the report. Raises `OSError`."""
    path.write_text(page(quality, sessions), encoding="utf-8")


def page(quality: Quality, sessions: Sequence[str]) -> str:
    """This is the whole page."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Execution quality</title><style>{STYLE}</style></head><body>",
        "<h1>Execution quality</h1>",
        f"<p>{escape(', '.join(sessions))}</p>",
        f"<p>{quality.measured:,} of {quality.actions:,} actions have a measured outcome"
        f" ({quality.coverage_bps / 100:.2f} %). Costs are positive when they hurt; whiskers and"
        " brackets are 95 % intervals.</p>",
        _contradictions(quality),
    ]
    for _, group in quality.scorecards.of(ALL):
        parts.append(_overall(quality, group))
    parts.append(loads_section(quality.loads))
    parts.append(_releases(quality))
    for dimension in DIMENSIONS:
        if dimension != ALL:
            parts.append(_dimension(quality, dimension))
    parts += [_definitions(), "</body></html>"]
    return "".join(parts)


def _contradictions(quality: Quality) -> str:
    if not quality.contradictions_found:
        return "<p>No outcome contradicts its order.</p>"
    rows = [[found.session, found.order, found.what] for found in quality.contradictions[:ROWS_MAX]]
    head = f'<p class="bad">{quality.contradictions_found:,} outcomes contradict their order.</p>'
    return head + _table(["session", "order", "what"], rows, 3)


def _overall(quality: Quality, group: Group) -> str:
    whole = max(group.ordered_value_twice, 1)
    bars = [(part, group.parts_twice[part] * BPS_ONE / whole) for part in PARTS]
    close = _money(group.against_close_twice(quality.closes), group)
    worst = ", ".join(
        f"{order_text(order)} ({_money(cost, group)})"
        for cost, order in sorted(group.worst, reverse=True)
    )
    return (
        f"<h2>{group.orders:,} orders in {escape(group.currency)}</h2>"
        f"<p>Shortfall {_money(group.total_twice, group)}, {interval_text(group.shortfall)} bp of"
        f" what was ordered; against the close {close}. Most costly: {escape(worst) or 'none'}.</p>"
        '<div class="pair"><div><h3>Where it went</h3>'
        f"{waterfall(bars, 'bp')}</div><div><h3>Markouts</h3>{_markouts([('all', group)])}</div>"
        "</div>"
    )


def _releases(quality: Quality) -> str:
    rows = []
    series = []
    for place, found in sorted(quality.attributions.releases.items()):
        name = f"{place[0]}, {place[1]}"
        rows.append(
            [
                name,
                found.currency,
                f"{found.lines:,}",
                f"{found.refused_lines:,}",
                interval_text(found.worth[JUDGED_AT]),
                interval_text(found.refused_worth[JUDGED_AT]),
                interval_text(found.cost),
                f"{found.net_bps():.2f}",
                f"{found.delay.bps():.4f}" if found.delay.count else "-",
                found.judgement(),
            ]
        )
        series.append(Series(name, _points(HORIZON_NAMES, found.worth)))
    columns = [
        "source, release",
        "currency",
        "lines",
        "refused",
        "worth at 1 min",
        "refused worth",
        "cost",
        "net",
        "a millisecond",
        "which is to say",
    ]
    return (
        "<h2>What decisions were worth, and what executing them cost</h2>"
        + _table(columns, rows, 2)
        + "<h3>Worth by time after the decision</h3>"
        + curves(series[:LINES_MAX], "bp")
    )


def _dimension(quality: Quality, dimension: str) -> str:
    groups = quality.scorecards.of(dimension)
    rows = [
        [
            key,
            group.currency,
            f"{group.orders:,}",
            f"{100 * group.filled_orders / max(group.orders, 1):.0f} %",
            interval_text(group.shortfall),
            interval_text(group.effective),
            interval_text(group.realised),
            interval_text(group.improvement),
            interval_text(group.markouts[1]),
            interval_text(group.vwap),
            interval_text(group.twap),
            interval_text(group.paced),
            interval_text(group.surprise),
            _share(group.adverse_fills, group.given_fills),
            _share(group.endings.get("cancelled", 0), group.orders),
            _share(group.endings.get("rejected", 0), group.orders),
            _delays(group),
        ]
        for key, group in groups[:ROWS_MAX]
    ]
    columns = [
        dimension,
        "currency",
        "orders",
        "filled",
        "shortfall",
        "effective",
        "realised",
        "improvement",
        "markout 1 s",
        "VWAP",
        "TWAP",
        "PWP",
        "surprise",
        "adverse",
        "cancelled",
        "rejected",
        "answer, first fill, full fill p50",
    ]
    currencies = sorted({group.currency for _, group in groups})
    costs = [
        Series(
            currency,
            [
                _point(key, group.shortfall)
                for key, group in groups
                if group.currency == currency and group.shortfall.count
            ],
        )
        for currency in currencies
    ]
    most = sorted(groups, key=lambda row: -row[1].value_twice)[:LINES_MAX]
    return (
        f"<h2>By {escape(dimension)}</h2><p>{escape(DIMENSIONS[dimension])}</p>"
        '<div class="pair"><div><h3>Shortfall</h3>'
        f"{curves(costs, 'bp')}</div><div><h3>Markouts</h3>{_markouts(most)}</div></div>"
        + _table(columns, rows, 2)
    )


def _markouts(groups: Sequence[tuple[str, Group]]) -> str:
    series = [Series(key, _points(HORIZON_NAMES, group.markouts)) for key, group in groups]
    return curves(series, "bp")


def _points(names: Sequence[str], estimates: Sequence[RatioEstimate]) -> list[Point]:
    return [
        _point(name, found) for name, found in zip(names, estimates, strict=True) if found.count
    ]


def _point(name: str, estimate: RatioEstimate) -> Point:
    found = estimate.interval()
    if isinf(found.low):
        return Point(name, found.value, found.value, found.value)
    return Point(name, found.value, found.low, found.high)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _delays(group: Group) -> str:
    return ", ".join(
        duration_text(found.quantile(500)) if found.count else "-"
        for found in (group.answer, group.first_fill, group.full_fill)
    )


def _money(money_twice: int, group: Group) -> str:
    return money_text(money_twice, group.currency, group.currency_digits)


def _definitions() -> str:
    rows = [[found.name, found.meaning, found.sign, found.unit, found.source] for found in MEASURES]
    columns = ["measure", "what it is", "sign", "unit", "source"]
    return "<h2>What the figures mean</h2>" + _table(columns, rows, 5)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int) -> str:
    """A table whose first columns are text and whose others are numbers."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>"
            if place < text_columns
            else f'<td class="n">{escape(cell)}</td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
