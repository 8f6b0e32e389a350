"""Explaining: `replay`, `why`, `account`, `reconcile`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, number, session


def _replay(parsed: argparse.Namespace) -> int:
    from interlock.sessions import replay_session

    return replay_session(
        parsed.session,
        only_rebuild=parsed.rebuild,
        other=parsed.other,
        workers=parsed.workers,
        as_json=parsed.json,
    )


def _why(parsed: argparse.Namespace) -> int:
    from interlock.terminal.story import why

    return why(session(parsed.session), parsed.subject, as_json=parsed.json)


def _account(parsed: argparse.Namespace) -> int:
    from interlock.terminal.journal import print_account_of

    return print_account_of(session(parsed.session), as_json=parsed.json)


def _reconcile(parsed: argparse.Namespace) -> int:
    from interlock.reconciliation import reconcile_session

    return reconcile_session(
        parsed.session,
        socket_path=parsed.socket,
        by=parsed.by,
        seconds=parsed.wait,
        as_json=parsed.json,
    )


def add_explaining(commands: "Commands[argparse.ArgumentParser]") -> None:
    replay = add(
        commands,
        "replay",
        "re-execute a session and compare every event",
        "interlock replay sessions/demo-1 --with stricter.toml",
    )
    replay.add_argument("session", type=Path, metavar="SESSION")
    how = replay.add_mutually_exclusive_group()
    how.add_argument("--rebuild", action="store_true", help="fold the events instead")
    how.add_argument(
        "--with",
        dest="other",
        type=Path,
        metavar="OTHER.toml",
        help="judge every decision again under this file's limits",
    )
    replay.add_argument(
        "--workers",
        type=number,
        default=0,
        metavar="N",
        help="processes that replay parts side by side, where states were kept on the way;"
        " as many as there are processors unless said",
    )
    replay.set_defaults(call=_replay)

    why = add(
        commands,
        "why",
        "tell the whole story of an order or a decision",
        "interlock why sessions/demo-1 5210-1",
    )
    why.add_argument("session", type=Path, metavar="SESSION")
    why.add_argument("subject", metavar="ORDER|DECISION", help="5210-1, 5210, or source:key")
    why.set_defaults(call=_why)

    account = add(
        commands,
        "account",
        "add up a session from its journal",
        "interlock account sessions/demo-1",
    )
    account.add_argument("session", type=Path, metavar="SESSION")
    account.set_defaults(call=_account)

    reconcile = add(
        commands,
        "reconcile",
        "compare a session with what its venues have, and list every open difference",
        "interlock reconcile sessions/demo-1",
    )
    reconcile.add_argument("session", type=Path, metavar="SESSION")
    reconcile.add_argument(
        "--socket", type=Path, help="have the running session that listens here ask its venues"
    )
    reconcile.add_argument(
        "--wait",
        type=number,
        default=10,
        metavar="SECONDS",
        help="how long to wait for venues; one that does not answer makes the exit code 4",
    )
    reconcile.add_argument("--by", default="operator", help="who asks, for the record")
    reconcile.set_defaults(call=_reconcile)
