"""Venues on a terminal: how each is, how it came there, and what whoever is called does first."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from interlock.messages.reasons import reason_name
from interlock.messages.units import NS_PER_SECOND
from interlock.monitoring.failure_classes import BY_NAME, CLASSES
from interlock.monitoring.runbooks import runbook_page
from interlock.monitoring.venues import VenueView, venue_views
from interlock.terminal.account import duration_text
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable
from interlock.terminal.verifying import progress_bar

WELL = 0
SHUT = 1
UNKNOWN_CLASS = 3

MOVES_SHOWN_MAX = 20

_STYLES = {"healthy": "green", "degraded": "yellow"}


def print_venues(directory: Path, *, as_json: bool) -> int:
    """This prints every venue of a session. 1 when one of them takes no orders at its end."""
    with progress_bar(as_json) as bar:
        task = bar.add_task("reading", total=1.0)
        views = venue_views(directory, lambda done: bar.update(task, completed=done))
    shut = any(view.state not in _STYLES for view in views)
    if as_json:
        print_json({"session": str(directory), "venues": msgspec.to_builtins(views)})
        return SHUT if shut else WELL
    console = Console(soft_wrap=True, highlight=False)
    for view in views:
        _print_view(console, view)
    return SHUT if shut else WELL


def _print_view(console: Console, view: VenueView) -> None:
    state = Text(view.venue, style="bold")
    state.append("  ")
    state.append(view.state, style=_STYLES.get(view.state, "bold red"))
    if view.reason:
        state.append(f"  {view.reason} since {view.since}", style="dim")
    console.print(state)
    most = f" of at most {view.in_flight_max}" if view.in_flight_max else ""
    facts = [
        f"{view.open_orders:,} orders open, {view.unknown_orders:,} unknown,"
        f" {view.in_flight:,}{most} in flight",
        f"answers in {duration_text(view.latency_ns)}" if view.latency_ns else "",
        f"took no orders for {duration_text(view.down_ns)}" if view.down_ns else "",
        f"{view.throttles:,} requests throttled" if view.throttles else "",
        f"paused until {view.paused_until}" if view.paused_until is not None else "",
    ]
    if view.ordered != "healthy":
        facts.append(f"by people's word {view.ordered}, measured {view.measured}")
    for rate in view.rates:
        facts.append(
            f"rate {rate.name}: {rate.weight_left:,} left for a burst, {rate.reserve:,} of it for"
            f" cancels, of {rate.weight_max:,} in {rate.window_ns // NS_PER_SECOND:,} s"
        )
    for fact in facts:
        if fact:
            console.print(f"  {printable(fact)}", markup=False)
    if view.moves:
        console.print(_moves(view))
    for name in dict.fromkeys(move.runbook for move in view.moves if move.runbook):
        console.print(f"  interlock runbook {name}", markup=False, style="dim")
    console.print()


def _moves(view: VenueView) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("when", "", "from", "to", "why", "by", "caught"):
        table.add_column(title, justify="right" if title == "caught" else "left")
    hidden = len(view.moves) - MOVES_SHOWN_MAX
    if hidden > 0:
        table.add_row(f"{hidden:,} earlier ones: --json has them")
    for move in view.moves[-MOVES_SHOWN_MAX:]:
        why = move.reason + (f" “{move.text}”" if move.text else "")
        cells = (str(move.time), move.address, move.before, move.state, why, move.by)
        caught = f"{move.caught:,}" if move.caught else ""
        table.add_row(*(Text(printable(cell)) for cell in (*cells, caught)))
    return table


def print_runbook(name: str, *, as_json: bool) -> int:
    """This prints one runbook, or the list of all; 3 when there is no such class."""
    if not name:
        if as_json:
            print_json({"classes": [_plain(found.name) for found in CLASSES]})
            return WELL
        table = Table(box=None, pad_edge=False)
        table.add_column("class", no_wrap=True)
        table.add_column("what", overflow="fold")
        for found in CLASSES:
            table.add_row(found.name, found.what)
        Console(highlight=False).print(table)
        return WELL
    chosen = BY_NAME.get(name.upper())
    if chosen is None:
        known = ", ".join(BY_NAME)
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            f"interlock: no failure class {printable(name)}; there are {known}", markup=False
        )
        return UNKNOWN_CLASS
    if as_json:
        print_json(_plain(chosen.name))
        return WELL
    Console(soft_wrap=True, highlight=False).print(runbook_page(chosen), markup=False, end="")
    return WELL


def _plain(name: str) -> dict[str, object]:
    found = BY_NAME[name]
    plain = dict(found._asdict())
    plain["reasons"] = [reason_name(code) for code in found.reasons]
    return plain
