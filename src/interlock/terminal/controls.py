"""Controls on a terminal: the catalogue, what a session arms of it, and what is wrong with that."""

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from interlock.messages.definitions import Limit
from interlock.monitoring.control_rows import catalogue, coverage
from interlock.monitoring.limit_lint import Lint
from interlock.monitoring.triggers import Triggers
from interlock.terminal.controls_page import page
from interlock.terminal.output import print_json

DONE = 0
FOUND = 1


def print_catalogue(*, as_json: bool) -> int:
    """This prints every control and rule."""
    made = catalogue()
    if as_json:
        print_json(made)
        return DONE
    console = Console()
    for one in made:
        if one["is_rule"]:
            continue
        console.print(f"[bold]{one['control']}[/] {' '.join([one['row'], *one['also']])}", end=" ")
        console.print(f"stops {one['stops']}", markup=False)
        severities = ", ".join(one["severities"])
        phases = "; may be for some phases of the day" if one["by_phase"] else ""
        needed = "; every instrument needs it" if one["required"] else ""
        console.print(f"  scopes {', '.join(one['scopes'])}; {severities}{phases}{needed}")
        for parameter in one["parameters"]:
            default = parameter["default"]
            shown = "" if default is None else f", else {default}"
            text = f"  {parameter['name']} ({parameter['unit']}{shown}): {parameter['meaning']}"
            console.print(text, markup=False)
        drills = f"; drills {', '.join(one['drills'])}" if one["drills"] else ""
        console.print(f"  says {one['reason']}; answers {one['answers']}{drills}", markup=False)
    console.print("\n[bold]Rules of every session[/]")
    for one in made:
        if one["is_rule"]:
            console.print(f"  {one['control']} {one['row']}: {one['stops']}", markup=False)
    return DONE


def print_coverage(limits: list[Limit], *, as_json: bool) -> int:
    """This prints which rows a session arms and which it does not."""
    rows = coverage(limits)
    if as_json:
        print_json(rows)
        return DONE
    console = Console()
    table = Table(title="Rows of the catalogue", title_justify="left")
    for name in ("row", "", "armed", "where, or by what it could be"):
        table.add_column(name)
    for row in rows:
        where = row["where"] if row["armed"] else [f"could be: {', '.join(row['could'])}"]
        shown = where[:4] + ([f"and {len(where) - 4} more"] if len(where) > 4 else [])
        table.add_row(row["row"], row["title"], "yes" if row["armed"] else "no", "\n".join(shown))
    console.print(table)
    armed = sum(row["armed"] for row in rows)
    console.print(f"{armed} of {len(rows)} rows are answered.")
    return DONE


def print_lint(found: list[Lint], today: date, *, as_json: bool) -> int:
    """This prints what is worth a look, and returns 1 when anything is."""
    if as_json:
        named = [{"kind": one.kind, "where": one.where, "text": one.text} for one in found]
        print_json({"today": today.isoformat(), "findings": named})
    else:
        console = Console()
        for one in found:
            console.print(f"{one.kind}: {one.where}: {one.text}", markup=False, soft_wrap=True)
        console.print(f"{len(found)} to look at" if found else "nothing to look at")
    return FOUND if found else DONE


def print_triggers(seen: Triggers, names: list[str], *, as_json: bool, as_html: bool) -> int:
    """This prints what the controls did: as a table, one JSON document, or one page of HTML."""
    rows = seen.rows()
    if as_json:
        print_json({"journals": names, "decisions": seen.decisions, "rows": rows})
        return DONE
    if as_html:
        # No markup of a terminal: it is a page, to be sent to a file.
        Console(soft_wrap=True, highlight=False).out(page(rows, names, seen.decisions), end="")
        return DONE
    console = Console()
    table = Table(title=f"{seen.decisions:,} decisions", title_justify="left")
    columns = ("refused", "halted", "held", "overridden", "amended", "warned", "near", "findings")
    for name in ("control", "row", "source", "release"):
        table.add_column(name)
    for name in columns:
        table.add_column(name, justify="right")
    for row in rows:
        if any(row[name] for name in columns[:-1]):
            table.add_row(*_cells(row, columns))
    console.print(table)
    quiet = sorted({row["control"] for row in rows if not any(row[name] for name in columns[:-1])})
    loud = {row["control"] for row in rows if any(row[name] for name in columns[:-1])}
    console.print(f"never spoke: {', '.join(name for name in quiet if name not in loud)}")
    return DONE


def _cells(row: dict[str, Any], columns: tuple[str, ...]) -> list[str]:
    words = [str(row[name]) for name in ("control", "row", "source", "release")]
    return words + [f"{row[name]:,}" if row[name] else "" for name in columns]
