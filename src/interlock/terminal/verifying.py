"""Journals on a terminal: verified, also deeply, and their states taken."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn

from interlock import __version__
from interlock.journal.advice import advice
from interlock.journal.deep import Deep, verify_deeply
from interlock.journal.snapshotting import take_snapshot
from interlock.journal.verify import Report, verify
from interlock.terminal.output import print_json, wants_progress
from interlock.terminal.replay import difference_json, message_text

WHOLE: Final = 0
DAMAGED: Final = 1
NICENESS: Final = 10
"""Taking a state is never more urgent than the session that it is taken of."""


def print_verified(directory: Path, *, as_json: bool) -> int:
    """This checks a journal's chain, prints what it found, and returns the exit code."""
    with progress_bar(as_json) as bar:
        task = bar.add_task("verifying", total=1.0)
        report = verify(directory, progress=lambda done: bar.update(task, completed=done))
    if as_json:
        print_json({**asdict(report), "whole": report.is_whole})
        return WHOLE if report.is_whole else DAMAGED
    console = Console()
    _print_report(console, report)
    if report.is_whole:
        console.print("[green]the chain is whole[/]")
        return WHOLE
    _print_damage(console, report.problem)
    _print_advice(console, directory)
    return DAMAGED


def _print_report(console: Console, report: Report) -> None:
    console.print(
        f"{report.entries:,} commands and {report.events:,} events in {report.batches:,} batches,"
        f" {report.segments} segments, {report.bytes:,} bytes; journal {report.journal_id}"
    )
    console.print(f"last command {report.last_sequence}, chain {report.last_hash[:32]}")
    for finding in report.findings:
        console.print(f"noticed: {finding}", markup=False)
    if report.torn_bytes:
        console.print(
            f"{report.torn_bytes:,} bytes of a batch that was being written when its writer ended;"
            " nobody was told of it, and the next opening cuts it"
        )


def print_verified_deeply(directory: Path, user_controls: dict[str, Any], *, as_json: bool) -> int:
    """This checks a journal's chain and reproduces it from its first command, and returns the exit
    code."""
    with progress_bar(as_json) as bar:
        task = bar.add_task("verifying", total=1.0)

        def progress(stage: str, done: float) -> None:
            bar.update(task, description=stage, completed=done)

        deep = verify_deeply(directory, user_controls, progress=progress)
    if as_json:
        print_json(_deep_json(deep))
        return WHOLE if deep.is_whole else DAMAGED
    console = Console()
    _print_report(console, deep.report)
    for line in deep.checked:
        console.print(f"checked: {line}", markup=False)
    found = deep.reproduced
    if found is not None and found.difference is not None:
        difference = found.difference
        console.print(
            f"[bold red]Different at command {difference.sequence}[/],"
            f" event {difference.sequence}.{difference.place}"
        )
        console.print(f"expected  {message_text(difference.expected)}", markup=False)
        console.print(f"made      {message_text(difference.made)}", markup=False)
    if deep.is_whole:
        console.print("[green]whole: every check held[/]")
        return WHOLE
    for problem in deep.problems:
        _print_damage(console, problem)
    if not deep.report.is_whole:
        _print_advice(console, directory)
    return DAMAGED


def print_snapshot(
    directory: Path, user_controls: dict[str, Any], *, is_quiet: bool, as_json: bool
) -> int:
    """This takes the state of a journal and returns the exit code. It gives way to others."""
    os.nice(NICENESS)
    taken = take_snapshot(directory, user_controls, code_version=__version__)
    if as_json:
        told = asdict(taken) if taken.difference is None else {"sequence": taken.sequence}
        difference = taken.difference
        shown = difference_json(difference) if difference is not None else None
        print_json({**told, "difference": shown, "usable": taken.is_usable})
        return WHOLE if taken.is_usable else DAMAGED
    console = Console(stderr=is_quiet and not taken.is_usable)
    if is_quiet and taken.is_usable:
        return WHOLE
    for finding in taken.findings:
        console.print(f"noticed: {finding}", markup=False)
    if not taken.is_usable:
        where = f" at command {taken.difference.sequence}" if taken.difference is not None else ""
        console.print(f"[bold red]no state was kept{where}[/]: see interlock replay {directory}")
        return DAMAGED
    console.print(
        f"{taken.name}: the state at command {taken.sequence:,}, made from that at"
        f" {taken.from_sequence:,} and {taken.commands:,} commands; it will be used",
        markup=False,
        soft_wrap=True,
    )
    return WHOLE


def progress_bar(as_json: bool) -> Progress:
    return Progress(
        "{task.description}",
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not wants_progress(as_json),
    )


def _print_damage(console: Console, problem: str) -> None:
    console.print("[bold red]damaged:[/] ", end="")
    console.print(problem, markup=False)


def _print_advice(console: Console, directory: Path) -> None:
    console.print(advice(directory), markup=False, highlight=False, soft_wrap=True)


def _deep_json(deep: Deep) -> dict[str, Any]:
    told: dict[str, Any] = {
        **asdict(deep.report),
        "whole": deep.is_whole,
        "checked": list(deep.checked),
        "problems": list(deep.problems),
    }
    found = deep.reproduced
    if found is not None:
        told["reproduced"] = {
            "commands": found.commands,
            "events": found.events,
            "rebuilt": found.folded_digest,
            "reexecuted": found.stepped_digest,
            "snapshots": {str(number): is_met for number, is_met in found.met.items()},
        }
        if found.difference is not None:
            told["difference"] = difference_json(found.difference)
    return told
