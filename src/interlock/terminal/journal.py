"""Journals on a terminal: verified, exported, added up."""

from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn
from rich.table import Table

from interlock.journal.export import export
from interlock.journal.reader import JournalReader
from interlock.journal.verify import verify
from interlock.monitoring.account import Account
from interlock.terminal.account import account_json, print_account
from interlock.terminal.output import print_json, wants_progress

WHOLE = 0
DAMAGED = 1


def print_verified(directory: Path, *, as_json: bool) -> int:
    """This checks a journal's chain, prints what it found, and returns the exit code."""
    with _bar(as_json) as bar:
        task = bar.add_task("verifying", total=1.0)
        report = verify(directory, progress=lambda done: bar.update(task, completed=done))
    if as_json:
        print_json({**asdict(report), "whole": report.is_whole})
        return WHOLE if report.is_whole else DAMAGED
    console = Console()
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
    if report.is_whole:
        console.print("[green]the chain is whole[/]")
        return WHOLE
    console.print("[bold red]damaged:[/] ", end="")
    console.print(report.problem, markup=False)
    return DAMAGED


def print_exported(directory: Path, out_dir: Path, *, as_json: bool) -> int:
    """This writes a journal as Parquet and prints the rows of each table."""
    with _bar(as_json) as bar:
        task = bar.add_task("exporting", total=1.0)
        rows = export(directory, out_dir, lambda done: bar.update(task, completed=done))
    if as_json:
        print_json({"directory": str(out_dir), "rows": rows})
        return WHOLE
    table = Table(box=None, pad_edge=False)
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, count in rows.items():
        table.add_row(f"{name}.parquet", f"{count:,}")
    console = Console()
    console.print(table)
    console.print(
        f"\nTry: select control, count(*) from '{out_dir}/findings.parquet' group by 1  (DuckDB)",
        markup=False,
        soft_wrap=True,
    )
    return WHOLE


def print_account_of(directory: Path, *, as_json: bool) -> int:
    """This adds up a session from its journal and prints the account."""
    reader = JournalReader(directory)
    account = Account()
    with _bar(as_json) as bar:
        task = bar.add_task("adding up", total=1.0)
        for batch in reader.batches():
            account(batch.first_sequence, batch.entries)
            bar.update(task, completed=reader.progress)
    if as_json:
        print_json(account_json(account))
    else:
        print_account(Console(), account)
    return WHOLE


def _bar(as_json: bool) -> Progress:
    return Progress(
        "{task.description}",
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not wants_progress(as_json),
    )
