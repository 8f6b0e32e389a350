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

from interlock import __version__
from interlock.commandline.checking import add_checking
from interlock.commandline.controlling import add_controlling
from interlock.commandline.covering import add_covering
from interlock.commandline.curves import add_curves
from interlock.commandline.drilling import add_drilling
from interlock.commandline.explaining import add_explaining
from interlock.commandline.gate import add_gate
from interlock.commandline.journals import add_journal
from interlock.commandline.loading import add_loading
from interlock.commandline.measuring import add_measuring
from interlock.commandline.running import add_running
from interlock.commandline.venues import add_venues

EXIT_CODES = """exit codes:
  0    done
  1    a difference, a mistake in the file, or damage was found
  2    the command line was wrong
  3    there is no such session, order, decision, record, or usable data
  4    refused to start: locked, damaged, foreign or unreachable
  70   the disk failed or is full, and the session ended itself
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="interlock",
        description="A decision becomes an action only after every control has spoken.",
        epilog=f"Start with: interlock demo\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"interlock {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_running(commands)
    add_explaining(commands)
    add_gate(commands)
    add_measuring(commands)
    add_curves(commands)
    add_loading(commands)
    add_controlling(commands)
    add_drilling(commands)
    add_journal(commands)
    add_checking(commands)
    add_covering(commands)
    add_venues(commands)
    return parser
