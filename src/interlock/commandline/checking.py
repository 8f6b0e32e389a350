"""Checking: `invariants`, `incidents`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, session


def _invariants(parsed: argparse.Namespace) -> int:
    from interlock.offers import invariant_rows
    from interlock.terminal.invariants import print_invariants

    kept = session(parsed.session) if parsed.session is not None else None
    rows = [row._asdict() for row in invariant_rows(kept)]
    return print_invariants(rows, as_json=parsed.json)


def _incidents(parsed: argparse.Namespace) -> int:
    from interlock.terminal.incidents import print_incidents

    return print_incidents(session(parsed.session), as_json=parsed.json)


def add_checking(commands: "Commands[argparse.ArgumentParser]") -> None:
    invariants = add(
        commands,
        "invariants",
        "list what must be true after every step, and what a breach leads to",
        "interlock invariants sessions/demo-1",
    )
    invariants.add_argument(
        "session", type=Path, nargs="?", metavar="SESSION", help="say which it was run under"
    )
    invariants.set_defaults(call=_invariants)

    incidents = add(
        commands,
        "incidents",
        "show every invariant that was found broken, with its evidence",
        "interlock incidents sessions/demo-1",
    )
    incidents.add_argument("session", type=Path, metavar="SESSION")
    incidents.set_defaults(call=_incidents)
