"""Records written per second, all of them durable: our journal, SQLite with its write-ahead log and
`synchronous=FULL`, and the SQLite recorder of the `eventsourcing` package, which write the same
records in the same run: in groups of 256 with one sync each, and with a sync for every record.

    python bench/journal.py [--records 100000] [--each 1000] [--runs 3]

`eventsourcing` is not among the project's packages: `pip install -r requirements/bench.txt`.
Without it that figure is left out, and it is said so.
"""

import argparse
import gc
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from interlock.journal.writer import JournalWriter
from interlock.messages.encoding import Entry, encode_batch
from worlds.figures import figure, scratch
from worlds.story import Story

GROUP = 256
PACKAGE = "eventsourcing"

Keep = Callable[[list[Entry]], None]


class Journal:
    """Ours: a batch is written while the one before it syncs, as in the engine."""

    def __init__(self, folder: Path) -> None:
        self.writer = JournalWriter.create(
            folder / "journal", journal_id=os.urandom(16), code_version="bench"
        )

    def keep(self, entries: list[Entry]) -> None:
        self.writer.wait()
        self.writer.begin(entries)

    def close(self) -> None:
        self.writer.close()


class Sqlite:
    """One table by sequence; one transaction a group."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "records.db", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute(
            "CREATE TABLE records (sequence INTEGER PRIMARY KEY, time_ns INTEGER, entry BLOB)"
        )
        self.sequence = 0

    def keep(self, entries: list[Entry]) -> None:
        rows = []
        for entry in entries:
            self.sequence += 1
            rows.append((self.sequence, entry.time_ns, encode_batch([entry])))
        self.connection.execute("BEGIN")
        self.connection.executemany("INSERT INTO records VALUES (?, ?, ?)", rows)
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()


class Eventsourcing:
    """The package's own recorder for SQLite, given the same bytes as an event's state."""

    def __init__(self, folder: Path) -> None:
        recorders: Any = import_module("eventsourcing.sqlite")
        self._stored: Any = import_module("eventsourcing.persistence").StoredEvent
        store = recorders.SQLiteDatastore(str(folder / "events.db"))
        self.recorder = recorders.SQLiteApplicationRecorder(store)
        self.recorder.create_table()
        self.originator = uuid4()
        self.version = 0
        self.store = store

    def keep(self, entries: list[Entry]) -> None:
        events = []
        for entry in entries:
            self.version += 1
            state = encode_batch([entry])
            events.append(self._stored(self.originator, self.version, "entry", state))
        self.recorder.insert_events(events)

    def close(self) -> None:
        self.store.close()


def rate(kind: type, entries: list[Entry], group: int) -> float:
    """Records per second of one recorder, the last of them durable."""
    with scratch() as folder:
        recorder = kind(Path(folder))
        keep: Keep = recorder.keep
        begun = time.perf_counter()
        for first in range(0, len(entries), group):
            keep(entries[first : first + group])
        if isinstance(recorder, Journal):
            recorder.writer.wait()
        spent = time.perf_counter() - begun
        recorder.close()
    return len(entries) / spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=1_000, help="records with a sync for each")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    gc.disable()
    kinds: dict[str, type] = {"ours": Journal, "sqlite_wal_full": Sqlite}
    if find_spec(PACKAGE) is not None:
        kinds[PACKAGE] = Eventsourcing
    else:
        sys.stderr.write(
            f"{PACKAGE} is not installed, so its figure is left out:"
            " pip install -r requirements/bench.txt\n"
        )
    entries = Story().entries(chosen.records)
    mean = len(encode_batch(entries)) / len(entries)
    for how, group, count in (("group", GROUP, chosen.records), ("each", 1, chosen.each)):
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(chosen.runs):
            for name, kind in kinds.items():
                rates[name].append(rate(kind, entries[:count], group))
        for name, values in rates.items():
            figure(
                f"journal.write.{how}.{name}",
                values,
                "records/s",
                records=count,
                group=group,
                record_bytes=round(mean),
            )


if __name__ == "__main__":
    main()
