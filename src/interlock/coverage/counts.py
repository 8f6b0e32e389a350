"""Counts: how often each cell was exercised, and where it first was; kept in a JSON file and
merged across runs.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from interlock.inputs.refusals import RecordingRefused

VERSION: Final = 1
MAGIC: Final = "interlock state coverage"


@dataclass
class Hits:
    """How often a cell was exercised, and where first: a test, or a journal and its command."""

    count: int
    first: str


@dataclass
class Counts:
    """Everything that was exercised in some runs."""

    cells: dict[str, Hits] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    """Two moves of one order, one after the other."""
    undeclared: dict[str, Hits] = field(default_factory=dict)
    """Moves that no table has: a fault of ours."""
    journals: int = 0
    """Journals and worlds that were followed to their end."""
    unread: dict[str, str] = field(default_factory=dict)
    """Those that could not be, and why: a test had reached into them, or they were damaged."""

    def note(self, cell: str, where: str, count: int = 1) -> None:
        """This counts a cell once more."""
        _note(self.cells, cell, where, count)

    def note_undeclared(self, cell: str, where: str) -> None:
        _note(self.undeclared, cell, where, 1)

    def note_pair(self, before: str, after: str) -> None:
        pair = f"{before} => {after}"
        self.pairs[pair] = self.pairs.get(pair, 0) + 1

    def count(self, cell: str) -> int:
        hits = self.cells.get(cell)
        return hits.count if hits is not None else 0

    def merge(self, other: "Counts") -> None:
        """This adds another run's counts. What came first of all stays where it was seen here."""
        for cell, hits in other.cells.items():
            _note(self.cells, cell, hits.first, hits.count)
        for cell, hits in other.undeclared.items():
            _note(self.undeclared, cell, hits.first, hits.count)
        for pair, count in other.pairs.items():
            self.pairs[pair] = self.pairs.get(pair, 0) + count
        self.journals += other.journals
        self.unread.update(other.unread)

    def text(self) -> str:
        """This is the content of a file of counts, cells in the order of their names, so that equal
        counts are equal files."""
        document = {
            "what": MAGIC,
            "version": VERSION,
            "journals": self.journals,
            "cells": _plain(self.cells),
            "pairs": dict(sorted(self.pairs.items())),
            "undeclared": _plain(self.undeclared),
            "unread": dict(sorted(self.unread.items())),
        }
        return json.dumps(document, indent=0, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        """This writes the counts, replacing the file as a whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".new")
        beside.write_text(self.text(), encoding="utf-8")
        beside.replace(path)


def _note(table: dict[str, Hits], cell: str, where: str, count: int) -> None:
    hits = table.get(cell)
    if hits is None:
        table[cell] = Hits(count, where)
    else:
        hits.count += count


def _plain(table: dict[str, Hits]) -> dict[str, list[Any]]:
    return {cell: [hits.count, hits.first] for cell, hits in sorted(table.items())}


def counts_of(text: str, where: object) -> Counts:
    """This reads the content of a file of counts. Raises `RecordingRefused` for anything else."""
    try:
        document = json.loads(text)
        if document["what"] != MAGIC or document["version"] != VERSION:
            raise KeyError("what")
        return Counts(
            cells=_hits(document["cells"]),
            pairs={str(pair): int(count) for pair, count in document["pairs"].items()},
            undeclared=_hits(document["undeclared"]),
            journals=int(document["journals"]),
            unread={str(name): str(why) for name, why in document["unread"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        text = "is no file of state coverage; `pytest --state-coverage=FILE` writes one"
        raise RecordingRefused(where, text) from None


def read_counts(path: Path) -> Counts:
    """This reads a file of counts. Raises `FileNotFoundError` and `RecordingRefused`."""
    try:
        return counts_of(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError:
        return counts_of("", path)


def _hits(table: dict[str, list[Any]]) -> dict[str, Hits]:
    return {str(cell): Hits(int(count), str(first)) for cell, (count, first) in table.items()}
