"""Page: one HTML file with the machines drawn and every cell coloured. It needs no network."""

from html import escape
from typing import Final

from interlock.coverage.cells import CELLS, CONTROL, CRASH, REASON, is_rare
from interlock.coverage.comparison import (
    Section,
    more_cells,
    only_in,
    pairs_only_in,
    pairs_percent,
    sections,
)
from interlock.coverage.counts import Counts
from interlock.coverage.crashes import POINTS, crash_cell
from interlock.coverage.drawing import ALL, EXCUSED, NOT, draw
from interlock.coverage.machines import MACHINES, ORDER, REFUSED, Machine
from interlock.coverage.rare import RARE, why_rare

_STYLE: Final = """
:root { color-scheme: light; --all: #2f7d4f; --some: #b7791f; --none: #c0392b; --rare: #888; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem;
  color: #1d2126; background: #fff; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 13px; }
th, td { border: 1px solid #d5d9de; padding: 2px 7px; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
td.all { background: #dff2e5; } td.none { background: #fbe0dd; } td.rare { background: #eee; }
td.new { background: #fde9c8; } td.not { background: #fafafa; }
.wide { overflow-x: auto; }
svg { max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; text-anchor: middle; fill: #1d2126; }
.state rect { fill: #fff; stroke-width: 2; } .state.all rect { stroke: var(--all); }
.state.none rect { stroke: var(--none); stroke-dasharray: 4 3; }
.move path { fill: none; stroke-width: 1.5; } .move text { font-size: 10px; }
.move.all path { stroke: var(--all); } .move.some path { stroke: var(--some); }
.move.none path { stroke: var(--none); stroke-dasharray: 5 4; }
.move.rare path { stroke: var(--rare); stroke-dasharray: 2 4; }
.move:hover path { stroke-width: 3.5; } .move:hover text { font-weight: bold; font-size: 13px; }
"""


def page(counts: Counts, tests: Counts | None) -> str:
    """This is the whole page: of the tests, beside what production did, when both are given; else
    of whichever there is."""
    shown = tests if tests is not None else counts
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>State coverage</title><style>{_STYLE}</style></head><body>",
        "<h1>State coverage</h1>",
        f"<p>{shown.journals:,} histories. {_pairs(shown)}</p>",
        _summary(sections(shown)),
    ]
    if tests is not None and counts.cells:
        parts.append(_production(counts, tests))
    for machine in MACHINES.values():
        parts.append(_machine(machine, shown))
    parts += [_reasons(shown), _controls(shown), _crashes(shown), _more(shown), _excused()]
    parts.append("</body></html>\n")
    return "\n".join(part for part in parts if part)


def _pairs(counts: Counts) -> str:
    return (
        f"Of the pairs of moves that can follow one another in an order's life"
        f" {len(counts.pairs):,} were seen ({pairs_percent(counts):.0f} %)."
    )


def _summary(found: list[Section]) -> str:
    rows = "".join(
        f'<tr><td><a href="#{section.name}">{section.name}</a></td>'
        f'<td class="n">{section.hit} of {section.wanted}</td>'
        f'<td class="n {NOT if section.unhit else ALL}">{section.percent:.1f} %</td>'
        f'<td class="n">{len(section.rare)}</td></tr>'
        for section in found
    )
    return f"<table><tr><th></th><th>cells</th><th></th><th>rare, not seen</th></tr>{rows}</table>"


def _production(production: Counts, tests: Counts) -> str:
    """What production has done that no test has."""
    new, pairs = only_in(production, tests), pairs_only_in(production, tests)
    title = '<h2 id="production">What production has done that no test has</h2>'
    if not new and not pairs:
        return f"{title}<p>Nothing.</p>"
    rows = "".join(
        f'<tr><td class="new">{escape(cell)}</td><td class="n">{hits.count:,}</td>'
        f"<td>{escape(hits.first)}</td></tr>"
        for cell, hits in sorted(new.items())
    )
    told = f"<table><tr><th>cell</th><th>times</th><th>first</th></tr>{rows}</table>" if new else ""
    listed = "".join(f"<li>{escape(pair)} x{count:,}</li>" for pair, count in sorted(pairs.items()))
    more = f"<details><summary>{len(pairs)} pairs of moves</summary><ul>{listed}</ul></details>"
    return title + told + (more if pairs else "")


def _cell(cell: str, counts: Counts) -> str:
    count = counts.count(cell)
    hits = counts.cells.get(cell)
    kind = ALL if count else (EXCUSED if is_rare(cell) else NOT)
    why = hits.first if hits is not None else why_rare(cell) or "not exercised"
    title = escape(f"{cell}\n{why}", quote=True)
    return f'<td class="n {kind}" title="{title}">{count:,}</td>'


def _machine(machine: Machine, counts: Counts) -> str:
    moves: dict[tuple[str, str], list[str]] = {}
    for edge in machine.edges:
        moves.setdefault((edge.before, edge.happening), []).append(edge.after)
    rows = []
    for (before, happening), afters in moves.items():
        for after in afters:
            cell = f"{machine.name}: {before} -{happening}-> {after}"
            rows.append(
                f"<tr><td>{before}</td><td>{happening}</td><td>{after}</td>"
                f"{_cell(cell, counts)}</tr>"
            )
    note = (
        "<p>A move to <i>refused</i> is a word that the table has no cell for: it is kept and"
        " changes nothing.</p>"
        if machine.name == ORDER
        else ""
    )
    return (
        f'<h2 id="{machine.name}">{machine.name}</h2>{draw(machine, counts)}{note}'
        f"<details><summary>{len(rows)} moves</summary><table><tr><th>from</th><th>what happened"
        f"</th><th>to</th><th>times</th></tr>{''.join(rows)}</table></details>"
    )


def _reasons(counts: Counts) -> str:
    rows = "".join(
        f"<tr><td>{cell.partition(': ')[2]}</td>{_cell(cell, counts)}</tr>"
        for cell in CELLS[REASON]
    )
    return f'<h2 id="{REASON}">Reasons</h2><table>{rows}</table>'


def _controls(counts: Counts) -> str:
    words: dict[str, list[str]] = {}
    for cell in (*CELLS[CONTROL], *more_cells(counts)):
        section, _, rest = cell.partition(": ")
        if section == CONTROL:
            name, _, word = rest.rpartition(" ")
            words.setdefault(name, []).append(word)
    columns = ("allow", "warn", "amend", "hold", "refuse", "halt", "cannot_be_evaluated")
    rows = []
    for name, known in words.items():
        cells = "".join(
            _cell(f"control: {name} {word}", counts) if word in known else '<td class="not"></td>'
            for word in columns
        )
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    head = "".join(f"<th>{word.replace('_', ' ')}</th>" for word in columns)
    return (
        f'<h2 id="{CONTROL}">Controls</h2><div class="wide"><table><tr><th></th>{head}</tr>'
        f"{''.join(rows)}</table></div>"
    )


def _crashes(counts: Counts) -> str:
    head = "".join(f'<th title="{escape(text)}">{point}</th>' for point, text in POINTS.items())
    rows = []
    for edge in MACHINES[ORDER].edges:
        if edge.after != REFUSED:
            cells = "".join(_cell(crash_cell(point, edge.cell), counts) for point in POINTS)
            rows.append(f"<tr><td>{escape(edge.cell)}</td>{cells}</tr>")
    said = "".join(f"<li>{point}: {escape(text)}</li>" for point, text in POINTS.items())
    return (
        f'<h2 id="{CRASH}">Crashes</h2><ul>{said}</ul><details><summary>{len(rows)} moves</summary>'
        f"<table><tr><th>while an order made this move</th>{head}</tr>{''.join(rows)}</table>"
        "</details>"
    )


def _more(counts: Counts) -> str:
    found = [cell for cell in more_cells(counts) if not cell.startswith(f"{CONTROL}: ")]
    if not found:
        return ""
    rows = "".join(f"<tr><td>{escape(cell)}</td>{_cell(cell, counts)}</tr>" for cell in found)
    return f"<h2>And beyond the declared cells</h2><table>{rows}</table>"


def _excused() -> str:
    rows = "".join(
        f"<tr><td>{escape(cell)}</td><td>{escape(why)}</td></tr>" for cell, why in RARE.items()
    )
    return (
        f"<h2>Rare</h2><table><tr><th>cell</th><th>why no gate asks for it</th></tr>{rows}</table>"
    )
