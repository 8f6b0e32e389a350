"""Feedback on a terminal: what it steers, what it moved, and what moved nothing."""

from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from interlock.monitoring.steering import Steering, steering_of
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable

QUIET: Final = 0
ALARMED: Final = 1
SHOWN_MAX: Final = 20


def print_steering(directory: Path, *, as_json: bool) -> int:
    """This prints what feedback made of a session. 1 when an alarm stands at its end."""
    found = steering_of(directory)
    if as_json:
        print_json({"session": str(directory), **msgspec.to_builtins(found)})
    else:
        _print(Console(soft_wrap=True, highlight=False), found)
    return ALARMED if found.alarms else QUIET


def _print(console: Console, found: Steering) -> None:
    if not found.is_armed:
        console.print("No rules of feedback: [feedback] of a session file arms them.", markup=False)
        return
    frozen = f", frozen by {found.set_by}" if found.is_frozen else ""
    console.print(f"{found.heard:,} times evidence was taken{printable(frozen)}.", markup=False)
    console.print("\n[bold]What stands[/]" if found.standing else "\nNothing is steered.")
    for standing in found.standing:
        stale = ", stale: it counts no more" if standing.is_stale else ""
        _say(console, f"{standing.words} (command {standing.command}{stale})")
    if found.moves:
        console.print("\n[bold]What moved last[/]")
    for move in found.moves[-SHOWN_MAX:]:
        _say(console, f"{move.address}  {move.time}  {move.words}")
    if found.moves_found > SHOWN_MAX:
        _say(console, f"and {found.moves_found - SHOWN_MAX:,} before; --json lists them")
    if found.ignored:
        console.print("\n[bold]Evidence that moved nothing[/]")
    for why, count in found.ignored.items():
        _say(console, f"{count:,} {why}")
    for alarm in found.alarms:
        console.print(f"\n[bold red]{printable(alarm)}[/]")


def _say(console: Console, text: str) -> None:
    console.print("  " + printable(text), markup=False)
