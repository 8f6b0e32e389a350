"""Drilling: `drills`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from interlock.commandline.arguments import Commands, add

if TYPE_CHECKING:
    from interlock.review.drill import Drill, Result


def _drills(parsed: argparse.Namespace) -> int:
    from interlock.drilling import run_drill
    from interlock.review.drills import DRILLS
    from interlock.terminal.drills import print_drills, print_facts

    drills = [DRILLS[code] for code in parsed.drills] or list(DRILLS.values())
    if parsed.facts:
        return print_facts(drills, as_json=parsed.json)

    def ran() -> "Iterator[tuple[Drill, list[Result]]]":
        for drill in drills:
            yield drill, run_drill(drill, parsed.out)

    return print_drills(ran(), parsed.out, as_json=parsed.json)


def _code(text: str) -> str:
    from interlock.review.drills import DRILLS

    if text.upper() not in DRILLS:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be one of {', '.join(DRILLS)}")
    return text.upper()


def add_drilling(commands: "Commands[argparse.ArgumentParser]") -> None:
    drills = add(
        commands,
        "drills",
        "run famous failures with the controls that answer them, and without",
        "interlock drills D1 D4 --out drills",
    )
    drills.add_argument(
        "drills", type=_code, nargs="*", metavar="DRILL", help="such as D1; else all"
    )
    drills.add_argument("--facts", action="store_true", help="say what happened, and run nothing")
    drills.add_argument(
        "--out", type=Path, metavar="DIRECTORY", help="keep the sessions, to be asked why"
    )
    drills.set_defaults(call=_drills)
