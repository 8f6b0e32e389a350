"""Running: `demo`, `run`, `check`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, count


def _demo(parsed: argparse.Namespace) -> int:
    from interlock.sessions import run_demo

    return run_demo(parsed.out, as_json=parsed.json)


def _run(parsed: argparse.Namespace) -> int:
    from interlock.sessions import run_live, run_recorded

    if parsed.live or parsed.socket:
        return run_live(
            parsed.session,
            parsed.data,
            parsed.out,
            socket_path=parsed.socket,
            snapshot_every=parsed.snapshot_every,
            as_json=parsed.json,
        )
    return run_recorded(
        parsed.session,
        parsed.data,
        parsed.out,
        snapshot_every=parsed.snapshot_every,
        as_json=parsed.json,
    )


def _check(parsed: argparse.Namespace) -> int:
    from interlock.sessions import check_file

    return check_file(parsed.session, as_json=parsed.json)


def add_running(commands: "Commands[argparse.ArgumentParser]") -> None:
    demo = add(commands, "demo", "run a session in a made-up market", "interlock demo")
    demo.add_argument("--out", type=Path, help="directory to keep the session in")
    demo.set_defaults(call=_demo)

    run = add(
        commands,
        "run",
        "run a session on recordings or against the wall clock",
        "interlock run examples/binance-spot.toml --data capture.gz",
    )
    run.add_argument("session", type=Path, metavar="SESSION.toml")
    run.add_argument(
        "--data", type=Path, nargs="+", default=[], metavar="FILE", help="recordings to run on"
    )
    run.add_argument("--out", type=Path, help="directory to keep the session in")
    run.add_argument(
        "--live",
        action="store_true",
        help="run against the wall clock; decisions come as JSON lines on standard input",
    )
    run.add_argument(
        "--socket", type=Path, help="take lines from this Unix socket instead (implies --live)"
    )
    run.add_argument(
        "--snapshot-every",
        type=count,
        metavar="COMMANDS",
        help="have the state taken by another process; 0 for never (live: 100000, else 0)",
    )
    run.set_defaults(call=_run)

    check = add(
        commands,
        "check",
        "say every mistake of a session file at once",
        "interlock check examples/binance-spot.toml",
    )
    check.add_argument("session", type=Path, metavar="SESSION.toml")
    check.set_defaults(call=_check)
