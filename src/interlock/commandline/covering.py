"""Covering: `coverage`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, session


def _coverage(parsed: argparse.Namespace) -> int:
    from interlock.terminal.coverage import coverage

    return coverage(
        [session(path) for path in parsed.session],
        tests_file=parsed.tests,
        html_file=parsed.html,
        only=tuple(parsed.only),
        percent_min=parsed.fail_under,
        as_json=parsed.json,
    )


def _section(text: str) -> str:
    """This checks the name of a section. Raises `ArgumentTypeError`, as that below does."""
    from interlock.coverage.cells import CELLS

    if text not in CELLS:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be one of {', '.join(CELLS)}")
    return text


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be a percentage from 0 to 100")
    return percent


def add_covering(commands: "Commands[argparse.ArgumentParser]") -> None:
    coverage = add(
        commands,
        "coverage",
        "say which states and transitions were exercised, by tests and by production",
        "interlock coverage sessions/demo-1 --tests .state-coverage.json --html coverage.html",
    )
    coverage.add_argument("session", type=Path, nargs="*", metavar="SESSION")
    coverage.add_argument(
        "--tests",
        type=Path,
        metavar="FILE",
        help="what `pytest --state-coverage=FILE` wrote: held against it, sessions are production",
    )
    coverage.add_argument("--html", type=Path, metavar="FILE", help="draw the machines in a page")
    coverage.add_argument(
        "--only",
        action="append",
        default=[],
        type=_section,
        metavar="SECTION",
        help="a machine, reason, control or crash; repeatable",
    )
    coverage.add_argument(
        "--fail-under",
        type=_percent,
        metavar="PERCENT",
        help="exit with 1 when a section has less of the cells that are not rare",
    )
    coverage.set_defaults(call=_coverage)
