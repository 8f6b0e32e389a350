"""Curves: `curve`, which learns how an instrument's volume is spread over a day."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, number

BUCKET_S = 300


def _curve(parsed: argparse.Namespace) -> int:
    from interlock.sessions import session_file
    from interlock.terminal.curves import learn_curve

    return learn_curve(
        session_file(parsed.session),
        tuple(parsed.data),
        parsed.instrument,
        parsed.bucket_s,
        parsed.out,
        as_json=parsed.json,
    )


def add_curves(commands: "Commands[argparse.ArgumentParser]") -> None:
    """This adds the commands of this family."""
    curve = add(
        commands,
        "curve",
        "learn from recordings how volume is spread over a day, for VWAP",
        "interlock curve examples/large-order-ibm.toml --data ibm-20131007-trade.zip"
        " --out examples/curves/ibm.toml",
    )
    curve.add_argument("session", type=Path, metavar="SESSION.toml")
    curve.add_argument("--data", type=Path, nargs="+", required=True, metavar="RECORDING")
    curve.add_argument("--instrument", metavar="SYMBOL", help="needed if the session has several")
    curve.add_argument(
        "--bucket-s",
        type=number,
        default=BUCKET_S,
        metavar="SECONDS",
        help=f"length of a bucket, {BUCKET_S} unless said",
    )
    curve.add_argument("--out", type=Path, metavar="FILE", help="write it there, else print it")
    curve.set_defaults(call=_curve)
