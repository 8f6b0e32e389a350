"""Mistakes and warnings of a session file on a terminal: all at once, each with line and field."""

from pathlib import Path
from typing import Any

from rich.console import Console

from interlock.controls.control import ControlKind
from interlock.inputs.session_file import check_session
from interlock.inputs.session_remarks import Remark, SessionMistakes
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable

SOUND = 0
MISTAKEN = 1


def check(path: Path, user_kinds: dict[str, ControlKind], *, as_json: bool) -> int:
    """This prints everything that is wrong with a session file, and what is odd in it."""
    found = check_session(path, user_kinds)
    if as_json:
        print_json(
            {
                "session": str(path),
                "mistakes": [_remark_json(remark) for remark in found.mistakes],
                "warnings": [_remark_json(remark) for remark in found.warnings],
            }
        )
    else:
        console = Console(soft_wrap=True, highlight=False)
        for remark in found.mistakes:
            _print_remark(console, path, "mistake", remark)
        for remark in found.warnings:
            _print_remark(console, path, "warning", remark)
        if not found.mistakes:
            warned = f", {len(found.warnings)} worth a look" if found.warnings else ""
            console.print(f"{path}: no mistakes{warned}", markup=False)
    return MISTAKEN if found.mistakes else SOUND


def print_mistakes(path: Path, mistakes: SessionMistakes, *, as_json: bool) -> int:
    """This prints the mistakes that kept a session from being run."""
    if as_json:
        print_json(
            {
                "session": str(path),
                "mistakes": [_remark_json(remark) for remark in mistakes.mistakes],
            }
        )
    else:
        console = Console(stderr=True, soft_wrap=True, highlight=False)
        for remark in mistakes.mistakes:
            _print_remark(console, path, "mistake", remark)
    return MISTAKEN


def _remark_json(remark: Remark) -> dict[str, Any]:
    return {"line": remark.line, "path": remark.path, "text": remark.text}


def _print_remark(console: Console, path: Path, kind: str, remark: Remark) -> None:
    # No line is said of what is not there.
    where = f"{path}:{remark.line}" if remark.line else str(path)
    text = f"{where}: {kind}: {remark.path}: {remark.text}"
    console.print(printable(text), markup=False)
