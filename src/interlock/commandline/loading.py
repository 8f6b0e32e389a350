"""Loading: `load`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, count, number


def _load(parsed: argparse.Namespace) -> int:
    from interlock.loads import TIMES, Crowd, load_session_with

    crowd = Crowd(
        times=tuple(parsed.times) or TIMES,
        rates=tuple(parsed.rate),
        seconds=parsed.seconds,
        deadline_ms=parsed.deadline_ms,
        burst=parsed.burst,
        fan_out=parsed.fan_out,
        cancel_every=parsed.cancel_every,
    )
    return load_session_with(
        parsed.session, crowd, socket_path=parsed.socket, html=parsed.html, as_json=parsed.json
    )


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1e9:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be a number above 0")
    return value


def _fan_out(text: str) -> int:
    from interlock.loading.orders import FAN_OUT_MAX

    value = number(text)
    if value > FAN_OUT_MAX:
        raise argparse.ArgumentTypeError(f"was {text}, must be at most {FAN_OUT_MAX}")
    return value


def add_loading(commands: "Commands[argparse.ArgumentParser]") -> None:
    """This adds the commands of this family."""
    load = add(
        commands,
        "load",
        "offer a live session more than it can do, and see what it does in time",
        "interlock load examples/load.toml --times 0.5 1 2 10 --html load.html",
    )
    load.add_argument("session", type=Path, metavar="SESSION.toml")
    load.add_argument(
        "--socket",
        type=Path,
        help="the running session of this file, by its socket; without, one of its own is run",
    )
    load.add_argument(
        "--times",
        type=_positive,
        nargs="+",
        default=[],
        metavar="X",
        help="steps, as multiples of the capacity that is measured first (0.5 0.8 1 1.5 2 5 10 20)",
    )
    load.add_argument(
        "--rate", type=_positive, nargs="+", default=[], metavar="R", help="decisions a second"
    )
    load.add_argument("--seconds", type=_positive, default=3.0, help="of each step (3)")
    load.add_argument("--deadline-ms", type=number, default=100, help="what is in time (100)")
    load.add_argument(
        "--burst", type=number, default=1, metavar="N", help="decisions that come at once (1)"
    )
    load.add_argument(
        "--fan-out", type=_fan_out, default=1, metavar="N", help="orders of each decision (1)"
    )
    load.add_argument(
        "--cancel-every",
        type=count,
        default=0,
        metavar="N",
        help="a cancel beside every N-th decision, measured by itself (0 for none)",
    )
    load.add_argument("--html", type=Path, metavar="FILE", help="write the report with curves")
    load.set_defaults(call=_load)
