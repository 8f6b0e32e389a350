"""Measuring: `quality`, `feedback`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, session


def _quality(parsed: argparse.Namespace) -> int:
    from interlock.terminal.quality import measure

    return measure(
        [session(path) for path in parsed.sessions],
        by=tuple(parsed.by),
        only_owed=parsed.owed,
        parquet=parsed.parquet,
        html=parsed.html,
        as_json=parsed.json,
    )


def _feedback(parsed: argparse.Namespace) -> int:
    from interlock.terminal.steering import print_steering

    return print_steering(session(parsed.session), as_json=parsed.json)


def _dimension(text: str) -> str:
    from interlock.feedback.grouping import DIMENSIONS

    if text not in DIMENSIONS:
        known = ", ".join(DIMENSIONS)
        raise argparse.ArgumentTypeError(f"was {text!r}, must be one of {known}")
    return text


def add_measuring(commands: "Commands[argparse.ArgumentParser]") -> None:
    """This adds the commands of this family."""
    quality = add(
        commands,
        "quality",
        "measure what execution cost and what decisions were worth",
        "interlock quality sessions/demo-1 --by venue --by size --html quality.html",
    )
    quality.add_argument("sessions", type=Path, nargs="+", metavar="SESSION")
    quality.add_argument(
        "--by",
        action="append",
        default=[],
        type=_dimension,
        metavar="DIMENSION",
        help="also by source, release, instrument, venue, algorithm, side, hour, size,"
        " participation or load; repeatable",
    )
    quality.add_argument(
        "--owed",
        action="store_true",
        help="list the actions without a measured outcome, and why; 1 below the alarm's bound",
    )
    quality.add_argument("--parquet", type=Path, metavar="DIR", help="write outcomes as Parquet")
    quality.add_argument("--html", type=Path, metavar="FILE", help="write the report with plots")
    quality.set_defaults(call=_quality)
    feedback = add(
        commands,
        "feedback",
        "what measured quality steers in a session, on what evidence, and what it moved",
        "interlock feedback sessions/demo-1",
    )
    feedback.add_argument("session", type=Path, metavar="SESSION")
    feedback.set_defaults(call=_feedback)
