"""Replay on a terminal: the same bytes, or the first place where they differ."""

from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from interlock.journal.reader import JournalReader
from interlock.journal.replay import (
    Difference,
    Rejudged,
    Replayed,
    rebuild,
    reexecute,
    rejudge,
)
from interlock.journal.side_by_side import Offered, processors, replay_side_by_side
from interlock.journal.states import kept_digests, vouch
from interlock.messages.commands import Command, SetLimit
from interlock.messages.events import Event
from interlock.messages.reasons import reason_name
from interlock.messages.terms import SEVERITIES, name_of
from interlock.terminal.output import print_json, wants_progress

SAME = 0
DIFFERENT = 1
PROGRESS_EVERY = 1_000
CHANGES_SHOWN = 50


def replay(
    directory: Path,
    offered: Offered,
    *,
    only_rebuild: bool,
    workers: int,
    as_json: bool,
) -> int:
    """This re-executes or rebuilds a session, prints what it found, returns the exit code.

    Where states were kept on the way, up to `workers` processes do it side by side; 0 for as many
    as there are processors.
    """
    reader = JournalReader(directory)
    with _bar(as_json) as bar:
        task = bar.add_task(
            "rebuilding" if only_rebuild else "replaying", total=reader.last_sequence
        )

        def progress(sequence: int) -> None:
            if sequence % PROGRESS_EVERY == 0:
                bar.update(task, completed=sequence)

        def reached(done: int) -> None:
            bar.update(task, completed=done)

        kept = kept_digests(directory)
        found = replay_side_by_side(
            directory,
            offered,
            only_rebuild=only_rebuild,
            workers=workers or processors(),
            progress=reached,
        )
        if found is not None:
            result = found
        elif only_rebuild:
            result, _ = rebuild(reader.batches(), progress)
        else:
            digests = {number: one.header.state_digest.hex() for number, one in kept.items()}
            result = reexecute(reader.command_batches(), offered(), progress, digests)
        for number, is_met in result.met.items():
            if is_met:
                vouch(kept[number])
    if as_json:
        print_json(_replayed_json(result, only_rebuild))
    else:
        _print_replayed(Console(), result, only_rebuild)
    is_same = result.difference is None and all(result.met.values())
    return SAME if is_same else DIFFERENT


def replay_with(
    directory: Path,
    limits: list[SetLimit],
    user_controls: dict[str, Any],
    *,
    as_json: bool,
) -> int:
    """This judges every decision again under other limits and prints what would change."""
    reader = JournalReader(directory)
    with _bar(as_json) as bar:
        task = bar.add_task("judging again", total=reader.last_sequence)

        def progress(sequence: int) -> None:
            if sequence % PROGRESS_EVERY == 0:
                bar.update(task, completed=sequence)

        result = rejudge(reader.entries(), limits, user_controls, progress)
    if as_json:
        print_json(_rejudged_json(result))
    else:
        _print_rejudged(Console(), result)
    return SAME if result.changed_count == 0 else DIFFERENT


def message_text(message: Command | Event | None) -> str:
    """This writes a command or an event with the names of its fields."""
    if message is None:
        return "nothing"
    fields = ", ".join(f"{name}={getattr(message, name)!r}" for name in message.__struct_fields__)
    return f"{type(message).__name__}({fields})"


def _bar(as_json: bool) -> Progress:
    return Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not wants_progress(as_json),
    )


def _replayed_json(result: Replayed, only_rebuild: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "mode": "rebuild" if only_rebuild else "reexecute",
        "commands": result.commands,
        "events": result.events,
        "digest": result.digest,
        "same": result.difference is None,
        "parts": result.parts,
        "snapshots": {str(number): is_met for number, is_met in result.met.items()},
    }
    if result.difference is not None:
        told["difference"] = difference_json(result.difference)
    return told


def difference_json(difference: Difference) -> dict[str, Any]:
    """This is a difference with its command and events spelled out."""
    return {
        "sequence": difference.sequence,
        "place": difference.place,
        "command": _named(difference.command),
        "expected": _named(difference.expected),
        "made": _named(difference.made),
    }


def _named(message: msgspec.Struct | None) -> dict[str, Any] | None:
    if message is None:
        return None
    fields = {name: getattr(message, name) for name in message.__struct_fields__}
    return {"kind": type(message).__name__, **msgspec.to_builtins(fields)}


def _print_replayed(console: Console, result: Replayed, only_rebuild: bool) -> None:
    difference = result.difference
    if difference is None:
        how = (
            "rebuilt from facts and events" if only_rebuild else "re-executed, every byte the same"
        )
        console.print(
            f"[green]{how}[/]: {result.commands:,} commands, {result.events:,} events;"
            f" state {result.digest[:16]}"
            + (f" (in {result.parts} parts side by side)" if result.parts > 1 else "")
        )
        for number, is_met in result.met.items():
            if not is_met:
                console.print(f"[bold red]the state kept at command {number} is another[/]")
        return
    console.print(
        f"[bold red]Different at command {difference.sequence}[/],"
        f" event {difference.sequence}.{difference.place}"
    )
    console.print(f"command   {message_text(difference.command)}", markup=False)
    console.print(f"expected  {message_text(difference.expected)}", markup=False)
    console.print(f"made      {message_text(difference.made)}", markup=False)
    console.print(
        "The journal was made by other code, other controls, or by something that is not"
        " deterministic. `interlock replay --rebuild` reads it with any version."
    )


def _rejudged_json(result: Rejudged) -> dict[str, Any]:
    return {
        "mode": "with",
        "decisions": result.decisions,
        "changed": result.changed_count,
        "changes": [
            {
                "decision": change.decision,
                "from": _verdict(change.severity_before, change.reason_before),
                "to": _verdict(change.severity_after, change.reason_after),
            }
            for change in result.changed
        ],
    }


def _verdict(severity: int, reason: int) -> dict[str, str]:
    return {"verdict": name_of(SEVERITIES, severity), "reason": reason_name(reason)}


def _print_rejudged(console: Console, result: Rejudged) -> None:
    console.print(
        f"{result.decisions:,} decisions judged again, each in the state of its moment:"
        f" [bold]{result.changed_count:,} would change[/]"
    )
    if not result.changed:
        return
    table = Table(box=None, pad_edge=False)
    for column in ("decision", "was", "would be"):
        table.add_column(column)
    for change in result.changed[:CHANGES_SHOWN]:
        was = _verdict(change.severity_before, change.reason_before)
        will = _verdict(change.severity_after, change.reason_after)
        table.add_row(
            str(change.decision),
            f"{was['verdict']} {was['reason']}",
            f"{will['verdict']} {will['reason']}",
        )
    console.print(table)
    if result.changed_count > CHANGES_SHOWN:
        console.print(f"and {result.changed_count - CHANGES_SHOWN:,} more; --json lists them")
