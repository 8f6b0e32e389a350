"""The command line.

argparse from the standard library, and every command's code imported when it is called: `interlock
--help` takes a tenth of the time that the richer libraries take to start, and nothing that they
import can break the command that stops a session.

EXIT_CODES below are promises. A live session ends with 0 on Ctrl-C: that is how it is ended.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from interlock import __version__

EXIT_CODES = """exit codes:
  0    done
  1    a difference, a mistake in the file, or damage was found
  2    the command line was wrong
  3    there is no such session, order, decision, record, or usable data
  4    refused to start: locked, damaged, foreign or unreachable
  70   the disk failed and the session ended itself
  130  interrupted; a session's journal was closed in order"""

DONE = 0
FOUND = 1
USAGE = 2
MISSING = 3
REFUSED = 4
DISK_FAILED = 70
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """This runs one command and returns its exit code."""
    if not __debug__:
        sys.stderr.write("interlock: python -O removes the checks that this program relies on\n")
        return USAGE
    parsed = _parser().parse_args(arguments)
    if "call" not in parsed:
        _parser().print_help(sys.stderr)
        return USAGE
    try:
        code = _guarded(parsed)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has seen enough, which rich tells us by SystemExit; nor is there
        # anybody to tell at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    return code


def _guarded(parsed: argparse.Namespace) -> int:
    """Faults from outside become a sentence and an exit code; our own mistakes stay tracebacks."""
    from interlock.inputs.refusals import RecordingRefused
    from interlock.inputs.session_remarks import SessionMistakes
    from interlock.journal.faults import JournalFault, JournalPoisoned

    try:
        code: int = parsed.call(parsed)
    except SessionMistakes as mistakes:
        from interlock.terminal.check import print_mistakes

        path = getattr(parsed, "other", None) or parsed.session
        return print_mistakes(path, mistakes, as_json=parsed.json)
    except RecordingRefused as refused:
        return _fail(str(refused), MISSING)
    except JournalPoisoned as fault:
        return _fail(str(fault), DISK_FAILED)
    except JournalFault as fault:
        return _fail(str(fault), REFUSED)
    except BrokenPipeError:
        raise
    except FileNotFoundError as error:
        return _fail(_of_system(error), MISSING)
    except OSError as error:
        return _fail(_of_system(error), REFUSED)
    return code


def _of_system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename is not None else ""
    what = error.strerror or str(error)
    return where + what[:1].lower() + what[1:]


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f"interlock: {text}\n")
    return code


def _demo(parsed: argparse.Namespace) -> int:
    from interlock.sessions import run_demo

    return run_demo(parsed.out, as_json=parsed.json)


def _run(parsed: argparse.Namespace) -> int:
    from interlock.sessions import run_live, run_recorded

    if parsed.live or parsed.socket:
        return run_live(
            parsed.session, parsed.data, parsed.out, socket_path=parsed.socket, as_json=parsed.json
        )
    return run_recorded(parsed.session, parsed.data, parsed.out, as_json=parsed.json)


def _check(parsed: argparse.Namespace) -> int:
    from interlock.sessions import check_file

    return check_file(parsed.session, as_json=parsed.json)


def _replay(parsed: argparse.Namespace) -> int:
    from interlock.sessions import replay_session

    return replay_session(
        parsed.session,
        only_rebuild=parsed.rebuild,
        other=parsed.other,
        as_json=parsed.json,
    )


def _why(parsed: argparse.Namespace) -> int:
    from interlock.terminal.story import why

    return why(_session(parsed.session), parsed.subject, as_json=parsed.json)


def _verify(parsed: argparse.Namespace) -> int:
    from interlock.terminal.journal import print_verified

    return print_verified(_session(parsed.session), as_json=parsed.json)


def _show(parsed: argparse.Namespace) -> int:
    from interlock.terminal.records import show

    return show(
        _session(parsed.session),
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

    return print_exported(_session(parsed.session), parsed.out, as_json=parsed.json)


def _account(parsed: argparse.Namespace) -> int:
    from interlock.terminal.journal import print_account_of

    return print_account_of(_session(parsed.session), as_json=parsed.json)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18 or int(text) == 0:
        raise argparse.ArgumentTypeError(f"was {text!r}, must be a whole number from 1")
    return int(text)


def _order(text: str) -> str:
    from interlock.messages.identity import parse_order

    try:
        parse_order(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _kind(text: str) -> str:
    from interlock.monitoring.records import require_kinds

    try:
        require_kinds((text,))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _session(path: Path) -> Path:
    from interlock.sessions import session_directory

    return session_directory(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="interlock",
        description="A decision becomes an action only after every control has spoken.",
        epilog=f"Start with: interlock demo\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"interlock {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_running(commands)
    _add_explaining(commands)
    _add_journal(commands)
    return parser


Commands = argparse._SubParsersAction  # the type that argparse returns and does not export


def _add(
    commands: "Commands[argparse.ArgumentParser]", name: str, text: str, example: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    return parser


def _add_running(commands: "Commands[argparse.ArgumentParser]") -> None:
    demo = _add(commands, "demo", "run a session in a made-up market", "interlock demo")
    demo.add_argument("--out", type=Path, help="directory to keep the session in")
    demo.set_defaults(call=_demo)

    run = _add(
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
    run.set_defaults(call=_run)

    check = _add(
        commands,
        "check",
        "say every mistake of a session file at once",
        "interlock check examples/binance-spot.toml",
    )
    check.add_argument("session", type=Path, metavar="SESSION.toml")
    check.set_defaults(call=_check)


def _add_explaining(commands: "Commands[argparse.ArgumentParser]") -> None:
    replay = _add(
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
    replay.set_defaults(call=_replay)

    why = _add(
        commands,
        "why",
        "tell the whole story of an order or a decision",
        "interlock why sessions/demo-1 5210-1",
    )
    why.add_argument("session", type=Path, metavar="SESSION")
    why.add_argument("subject", metavar="ORDER|DECISION", help="5210-1, 5210, or source:key")
    why.set_defaults(call=_why)

    account = _add(
        commands,
        "account",
        "add up a session from its journal",
        "interlock account sessions/demo-1",
    )
    account.add_argument("session", type=Path, metavar="SESSION")
    account.set_defaults(call=_account)


def _add_journal(commands: "Commands[argparse.ArgumentParser]") -> None:
    journal = commands.add_parser("journal", help="verify, show or export a journal")
    parts = journal.add_subparsers(title="commands", metavar="COMMAND", required=True)

    verify = _add(
        parts, "verify", "check the chain of a journal", "interlock journal verify sessions/demo-1"
    )
    verify.add_argument("session", type=Path, metavar="SESSION")
    verify.set_defaults(call=_verify)

    show = _add(
        parts,
        "show",
        "print records; with --json one document a line",
        "interlock journal show sessions/demo-1 --kind order_filled --instrument COIN",
    )
    show.add_argument("session", type=Path, metavar="SESSION")
    show.add_argument("--from", dest="first", type=_number, default=1, metavar="SEQUENCE")
    show.add_argument("--to", dest="last", type=_number, default=0, metavar="SEQUENCE")
    show.add_argument(
        "--kind", action="append", default=[], type=_kind, help="of command or event; repeatable"
    )
    show.add_argument("--order", type=_order, metavar="SEQUENCE-N")
    show.add_argument("--decision", type=_number, default=0, metavar="SEQUENCE")
    show.add_argument("--instrument", default="")
    show.add_argument("--source", default="")
    show.add_argument("--count", type=_number, default=0, help="stop after so many")
    show.set_defaults(call=_show)

    export = _add(
        parts,
        "export",
        "write Parquet for analysis",
        "interlock journal export sessions/demo-1 --out demo-parquet",
    )
    export.add_argument("session", type=Path, metavar="SESSION")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.set_defaults(call=_export)
