"""Repairs on a terminal: what was changed, where what stood there is kept, and how it is now."""

from pathlib import Path
from typing import Final

from rich.console import Console

from interlock.journal.repair import Repaired, repair
from interlock.terminal.output import print_json
from interlock.terminal.verifying import progress_bar

MENDED: Final = 0
DAMAGED: Final = 1


def print_repaired(directory: Path, copy: Path | None, *, dry_run: bool, as_json: bool) -> int:
    """This mends a journal and returns the exit code. Raises `FileNotFoundError` when there is no
    such directory, and the journal's faults."""
    for path in (directory, copy):
        if path is not None and not path.is_dir():
            raise FileNotFoundError(2, "there is no such session", str(path))
    with progress_bar(as_json) as bar:
        task = bar.add_task("verifying", total=1.0)
        done = repair(
            directory,
            copy,
            dry_run=dry_run,
            progress=lambda part: bar.update(task, completed=part),
        )
    is_whole = done.verified is None or done.verified.is_whole
    if as_json:
        print_json(_told(done, dry_run))
        return MENDED if is_whole else DAMAGED
    console = Console()
    for change in done.changes:
        size = sum(len(old) for _, old in change.replaced)
        console.print(f"{change.what} ({size:,} bytes replaced)", markup=False, soft_wrap=True)
    if not done.changes:
        console.print("nothing to mend: every file is as its chain says")
    elif dry_run:
        console.print("nothing was changed: without --dry-run it will be")
    else:
        console.print(f"what was replaced is kept: {directory}/{done.report}", soft_wrap=True)
    if done.verified is not None and not is_whole:
        console.print("[bold red]still damaged:[/] ", end="")
        console.print(done.verified.problem, markup=False)
    return MENDED if is_whole else DAMAGED


def _told(done: Repaired, dry_run: bool) -> dict[str, object]:
    return {
        "changes": [
            {
                "file": change.name,
                "what": change.what,
                "replaced": [{"byte": at, "bytes": len(old)} for at, old in change.replaced],
            }
            for change in done.changes
        ],
        "dry_run": dry_run,
        "report": done.report,
        "whole": done.verified.is_whole if done.verified is not None else None,
        "notes": done.notes,
    }
