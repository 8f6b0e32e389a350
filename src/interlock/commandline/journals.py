"""Journals: `journal verify`, `repair`, `snapshot`, `show`, `export`."""

import argparse
from pathlib import Path

from interlock.commandline.arguments import Commands, add, kind, number, order, session


def _verify(parsed: argparse.Namespace) -> int:
    from interlock.engines import user_controls
    from interlock.terminal.verifying import print_verified, print_verified_deeply

    directory = session(parsed.session)
    if parsed.deep:
        return print_verified_deeply(directory, user_controls(), as_json=parsed.json)
    return print_verified(directory, as_json=parsed.json)


def _repair(parsed: argparse.Namespace) -> int:
    from interlock.terminal.repairing import print_repaired

    return print_repaired(parsed.session, parsed.copy, dry_run=parsed.dry_run, as_json=parsed.json)


def _snapshot(parsed: argparse.Namespace) -> int:
    from interlock.engines import user_controls
    from interlock.terminal.verifying import print_snapshot

    return print_snapshot(
        session(parsed.session), user_controls(), is_quiet=parsed.quiet, as_json=parsed.json
    )


def _show(parsed: argparse.Namespace) -> int:
    from interlock.terminal.records import show

    return show(
        session(parsed.session),
        first=parsed.first,
        last=parsed.last,
        kinds=tuple(parsed.kind),
        order=parsed.order or "",
        decision=parsed.decision,
        instrument=parsed.instrument,
        source=parsed.source,
        count_max=parsed.count,
        as_json=parsed.json,
    )


def _export(parsed: argparse.Namespace) -> int:
    from interlock.terminal.journal import print_exported

    return print_exported(session(parsed.session), parsed.out, as_json=parsed.json)


def add_journal(commands: "Commands[argparse.ArgumentParser]") -> None:
    journal = commands.add_parser("journal", help="verify, show or export a journal")
    parts = journal.add_subparsers(title="commands", metavar="COMMAND", required=True)

    verify = add(
        parts, "verify", "check the chain of a journal", "interlock journal verify sessions/demo-1"
    )
    verify.add_argument("session", type=Path, metavar="SESSION")
    verify.add_argument(
        "--deep",
        action="store_true",
        help="also rebuild and re-execute, and compare with every state that was kept",
    )
    verify.set_defaults(call=_verify)

    repair = add(
        parts,
        "repair",
        "mend a damaged journal as far as that is provably safe",
        "interlock journal repair sessions/demo-1 --from backup/demo-1 --dry-run",
    )
    repair.add_argument("session", type=Path, metavar="SESSION")
    repair.add_argument(
        "--from", dest="copy", type=Path, metavar="COPY", help="a copy of the session's folder"
    )
    repair.add_argument("--dry-run", action="store_true", help="say what would be changed")
    repair.set_defaults(call=_repair)

    snapshot = add(
        parts,
        "snapshot",
        "take the state of a journal, also of one that is being written",
        "interlock journal snapshot sessions/demo-1",
    )
    snapshot.add_argument("session", type=Path, metavar="SESSION")
    snapshot.add_argument("--quiet", action="store_true", help="say only what went wrong")
    snapshot.set_defaults(call=_snapshot)

    show = add(
        parts,
        "show",
        "print records; with --json one document a line",
        "interlock journal show sessions/demo-1 --kind order_filled --instrument COIN",
    )
    show.add_argument("session", type=Path, metavar="SESSION")
    show.add_argument("--from", dest="first", type=number, default=1, metavar="SEQUENCE")
    show.add_argument("--to", dest="last", type=number, default=0, metavar="SEQUENCE")
    show.add_argument(
        "--kind", action="append", default=[], type=kind, help="of command or event; repeatable"
    )
    show.add_argument("--order", type=order, metavar="SEQUENCE-N")
    show.add_argument("--decision", type=number, default=0, metavar="SEQUENCE")
    show.add_argument("--instrument", default="")
    show.add_argument("--source", default="")
    show.add_argument("--count", type=number, default=0, help="stop after so many")
    show.set_defaults(call=_show)

    export = add(
        parts,
        "export",
        "write Parquet for analysis",
        "interlock journal export sessions/demo-1 --out demo-parquet",
    )
    export.add_argument("session", type=Path, metavar="SESSION")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.set_defaults(call=_export)
