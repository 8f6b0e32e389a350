"""Exporting: a journal as Parquet tables, for analysis with anything that reads Parquet.

Rows go through a database file beside the tables, which is removed at the end, so that memory stays
bounded however long the session. One thread, ordered rows and whole numbers: the same journal gives
the same tables.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interlock.journal.reader import JournalReader
from interlock.journal.tables import TABLE_NAMES, ArmedNames, Rows, add_rows, columns_of

if TYPE_CHECKING:
    import duckdb

ENTRIES_AT_ONCE: Final = 8192
"""How many entries' rows are held before they are handed to the database."""
MEMORY_MIB_MAX: Final = 512
_DATABASE_NAME: Final = ".export.duckdb"


def export(
    directory: Path, out_dir: Path, progress: Callable[[float], None] | None = None
) -> dict[str, int]:
    """This writes `commands.parquet` and the other tables of `tables.py`; returns the rows of each.

    Files of the same name are replaced. Raises `JournalCorrupt` where the journal is damaged, with
    no table written, and `OSError` when the directory cannot be written.
    """
    # The database is a large import, and nobody else in this room needs it.
    import duckdb  # noqa: PLC0415

    out_dir.mkdir(parents=True, exist_ok=True)
    database = out_dir / _DATABASE_NAME
    _remove(database)
    try:
        with duckdb.connect(str(database)) as connection:
            connection.execute("SET threads = 1")
            connection.execute(f"SET memory_limit = '{MEMORY_MIB_MAX}MiB'")
            connection.execute("SET asof_loop_join_threshold = 0")
            _fill(connection, JournalReader(directory), progress)
            return {table: _write(connection, table, out_dir) for table in TABLE_NAMES}
    finally:
        _remove(database)


def _fill(
    connection: "duckdb.DuckDBPyConnection",
    reader: JournalReader,
    progress: Callable[[float], None] | None,
) -> None:
    for table in TABLE_NAMES:
        columns = ", ".join(f"{name} {kind}" for name, kind in columns_of(table))
        connection.execute(f"CREATE TABLE {table} ({columns})")
    appenders = {table: connection.appender(table) for table in TABLE_NAMES}
    rows: Rows = {table: [] for table in TABLE_NAMES}
    armed = ArmedNames()
    waiting = 0
    for sequence, entry in reader:
        add_rows(rows, sequence, entry, armed)
        waiting += 1
        if waiting == ENTRIES_AT_ONCE:
            _hand_over(appenders, rows)
            waiting = 0
            if progress is not None:
                progress(reader.progress)
    _hand_over(appenders, rows)
    if progress is not None:
        progress(1.0)


def _hand_over(appenders: "dict[str, duckdb.Appender]", rows: Rows) -> None:
    for table, appender in appenders.items():
        appender.append_rows(rows[table])
        appender.flush()
        rows[table].clear()


def _write(connection: "duckdb.DuckDBPyConnection", table: str, out_dir: Path) -> int:
    names = [name for name, _ in columns_of(table)]
    keys = ", ".join(name for name in ("sequence", "place", "number") if name in names)
    target = str(out_dir / f"{table}.parquet").replace("'", "''")
    connection.execute(
        f"COPY (SELECT * FROM {table} ORDER BY {keys}) TO '{target}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert counted is not None, f"counting {table} gave no row"
    return int(counted[0])


def _remove(database: Path) -> None:
    for path in database.parent.glob(database.name + "*"):
        if path.is_file():
            path.unlink()
