"""Incidents on a terminal: what was found broken, the numbers, and how to look further."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from interlock.monitoring.incidents import Incident, Number, incidents
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable

NONE_FOUND = 0
FOUND = 1

EVENTS_SHOWN_MAX = 12


def print_incidents(directory: Path, *, as_json: bool) -> int:
    """This prints every incident of a session. 1 when there is one."""
    found = incidents(directory)
    if as_json:
        print_json({"session": str(directory), "incidents": msgspec.to_builtins(found)})
        return FOUND if found else NONE_FOUND
    console = Console(soft_wrap=True, highlight=False)
    if not found:
        console.print("No invariant was found broken.")
    for incident in found:
        _print_incident(console, incident)
    return FOUND if found else NONE_FOUND


def _print_incident(console: Console, incident: Incident) -> None:
    head = Text(f"{incident.invariant}", style="bold red")
    head.append(f"  {incident.address}  {incident.time}", style="dim")
    console.print(head)
    scope = f" of {incident.scope}" if incident.scope else ""
    _say(console, f"{incident.text}{scope}")
    _say(console, f"owner {incident.owner}; it led to: {incident.response}")
    _say(console, f"at {incident.command_kind} {incident.sequence}: {incident.command}")
    for event in incident.events[:EVENTS_SHOWN_MAX]:
        _say(console, f"  -> {event.address} {event.words}")
    left = len(incident.events) - EVENTS_SHOWN_MAX
    if left > 0:
        _say(console, f"  and {left:,} more; --json has them all")
    console.print(Padding(_numbers(incident.numbers), (0, 0, 0, 2)))
    _say(console, f"state {incident.digest_before[:16]} before, {incident.digest_after[:16]} after")
    for line in incident.look:
        _say(console, f"  {line}")
    console.print()


def _numbers(numbers: list[Number]) -> Table:
    """What changed, or all when nothing did: the fault is then older than the command."""
    changed = [number for number in numbers if number.before != number.after]
    table = Table(box=None, pad_edge=False)
    for title in ("what", "number"):
        table.add_column(title)
    for title in ("before", "after"):
        table.add_column(title, justify="right")
    for number in changed or numbers:
        before = "-" if number.before is None else f"{number.before:,}"
        name = number.name.replace("_", " ")
        table.add_row(printable(number.what), name, before, f"{number.after:,}")
    return table


def _say(console: Console, text: str) -> None:
    console.print("  " + printable(text), markup=False)
