"""Journals on a terminal: exported, added up."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from interlock.journal.export import export
from interlock.journal.reader import JournalReader
from interlock.monitoring.account import Account
from interlock.terminal.account import account_json, print_account
from interlock.terminal.output import print_json
from interlock.terminal.verifying import progress_bar

WHOLE = 0


def print_exported(directory: Path, out_dir: Path, *, as_json: bool) -> int:
    """This writes a journal as Parquet and prints the rows of each table."""
    with progress_bar(as_json) as bar:
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
    with progress_bar(as_json) as bar:
        task = bar.add_task("adding up", total=1.0)
        for batch in reader.batches():
            account(batch.first_sequence, batch.entries)
            bar.update(task, completed=reader.progress)
    if as_json:
        print_json(account_json(account))
    else:
        print_account(Console(), account)
    return WHOLE
