"""Controlling: `controls`, `controls lint`, `controls report`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from interlock.commandline.arguments import Commands, add, number, session

if TYPE_CHECKING:
    from interlock.monitoring.triggers import Triggers

REVIEWED_DAYS = 365
"""RTS 6 Art. 9 asks for a self-assessment every year."""


def _controls(parsed: argparse.Namespace) -> int:
    from interlock.terminal.controls import print_catalogue, print_coverage

    if parsed.coverage is None:
        return print_catalogue(as_json=parsed.json)
    from interlock.sessions import session_file

    parsed.session = parsed.coverage
    limits = [said.limit for said in session_file(parsed.coverage).limits()]
    return print_coverage(limits, as_json=parsed.json)


def _lint(parsed: argparse.Namespace) -> int:
    from datetime import UTC, date, datetime

    from interlock.inputs.clock import WallClock
    from interlock.monitoring.limit_lint import lint
    from interlock.sessions import session_file
    from interlock.terminal.controls import print_lint

    read = session_file(parsed.session)
    now_s = WallClock().now_ns() // 1_000_000_000
    today: date = parsed.today or datetime.fromtimestamp(now_s, UTC).date()
    found = lint(
        [said.limit for said in read.limits()],
        {made.symbol: made for made in read.instruments},
        list(read.sources),
        _seen(parsed.journals),
        today,
        parsed.within,
    )
    return print_lint(found, today, as_json=parsed.json)


def _report(parsed: argparse.Namespace) -> int:
    from interlock.terminal.controls import print_triggers

    names = [str(path) for path in parsed.journals]
    seen = _seen(parsed.journals)
    return print_triggers(seen, names, as_json=parsed.json, as_html=parsed.html)


def _seen(paths: list[Path]) -> "Triggers":
    from interlock.journal.reader import JournalReader
    from interlock.monitoring.triggers import Triggers

    seen = Triggers()
    for path in paths:
        seen.add(JournalReader(session(path)).entries())
    return seen


def _day(text: str) -> object:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"was {text!r}, must be a day such as 2026-11-20"
        ) from None


def add_controlling(commands: "Commands[argparse.ArgumentParser]") -> None:
    controls = add(
        commands,
        "controls",
        "print the catalogue of controls, or which of its rows a session arms",
        "interlock controls --coverage examples/us-equity.toml",
    )
    controls.add_argument(
        "--coverage", type=Path, metavar="SESSION.toml", help="say which rows this session arms"
    )
    controls.set_defaults(call=_controls)
    parts = controls.add_subparsers(title="commands", metavar="COMMAND")

    lint = add(
        parts,
        "lint",
        "say which limits of a session are no limits",
        "interlock controls lint examples/us-equity.toml sessions/us-equity-1",
    )
    lint.add_argument("session", type=Path, metavar="SESSION.toml")
    lint.add_argument(
        "journals", type=Path, nargs="*", metavar="SESSION", help="what was seen to hold them to"
    )
    lint.add_argument(
        "--within",
        type=number,
        default=REVIEWED_DAYS,
        metavar="DAYS",
        help="longest time between reviews",
    )
    lint.add_argument("--today", type=_day, metavar="DAY", help="instead of today")
    lint.set_defaults(call=_lint)

    report = add(
        parts,
        "report",
        "count triggers, overrides and near misses by control, source and release",
        "interlock controls report sessions/demo-1 --html > controls.html",
    )
    report.add_argument("journals", type=Path, nargs="+", metavar="SESSION")
    report.add_argument("--html", action="store_true", help="print one page of HTML instead")
    report.set_defaults(call=_report)
