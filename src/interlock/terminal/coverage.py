"""State coverage on a terminal: what was exercised, what was not, and what only production did."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from interlock.coverage.comparison import (
    Section,
    below,
    more_cells,
    only_in,
    pairs_only_in,
    pairs_percent,
    sections,
)
from interlock.coverage.counts import Counts, read_counts
from interlock.coverage.observing import Observer
from interlock.coverage.page import page
from interlock.coverage.rare import why_rare
from interlock.inputs.refusals import RecordingRefused
from interlock.journal.reader import JournalReader
from interlock.terminal.output import print_json
from interlock.terminal.printable import printable

SOUND = 0
FOUND = 1

# Unhit cells that a person is shown of one section; --json and --html show all.
UNHIT_SHOWN_MAX = 20


def journal_counts(directories: Sequence[Path]) -> Counts:
    """This is what some journals exercise, added up. Raises the journal's faults."""
    counts = Counts()
    for directory in directories:
        observer = Observer(counts, str(directory))
        for batch in JournalReader(directory).batches():
            observer(batch.first_sequence, batch.entries)
        counts.journals += 1
    return counts


def coverage(
    directories: Sequence[Path],
    *,
    tests_file: Path | None,
    html_file: Path | None,
    only: tuple[str, ...],
    percent_min: float | None,
    as_json: bool,
) -> int:
    """This prints the state coverage of journals, of a tests' file, or of both held against each
    other. 1 when a gate is not met, a move is in no table, or production did what no test has."""
    production = journal_counts(directories)
    tests = read_counts(tests_file) if tests_file is not None else None
    if tests is None and not directories:
        text = "names no journal and no --tests FILE: there is nothing to look at"
        raise RecordingRefused("the command line", text)
    shown = tests if tests is not None else production
    new = only_in(production, tests) if tests is not None else {}
    failed = below(shown, percent_min, only) if percent_min is not None else []
    undeclared = {**production.undeclared, **shown.undeclared}
    if html_file is not None:
        html_file.parent.mkdir(parents=True, exist_ok=True)
        html_file.write_text(page(production, tests), encoding="utf-8")
    if as_json:
        print_json(_document(production, tests, only, failed))
    else:
        console = Console(soft_wrap=True, highlight=False)
        _print_sections(console, shown, only)
        _print_new(console, production, tests)
        for cell, hits in undeclared.items():
            _say(console, f"in no table: {cell} ({hits.first})")
        for section in failed:
            _say(
                console,
                f"{section.name}: {section.percent:.1f} % of the cells that are not rare, must be"
                f" {percent_min:g} %",
            )
        if html_file is not None:
            _say(console, f"Drawn in {html_file}")
    return FOUND if failed or undeclared or new else SOUND


def _say(console: Console, text: str) -> None:
    console.print(printable(text), markup=False)


def _chosen(counts: Counts, only: tuple[str, ...]) -> list[Section]:
    return [section for section in sections(counts) if not only or section.name in only]


def _print_sections(console: Console, counts: Counts, only: tuple[str, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for title in ("exercised", "of", "%", "rare, not seen"):
        table.add_column(title, justify="right")
    found = _chosen(counts, only)
    for section in found:
        table.add_row(
            section.name,
            f"{section.hit:,}",
            f"{section.wanted:,}",
            f"{section.percent:.1f}",
            f"{len(section.rare):,}",
        )
    console.print(table)
    _say(
        console, f"pairs of an order's moves: {len(counts.pairs):,}, {pairs_percent(counts):.0f} %"
    )
    for section in found:
        if section.unhit:
            console.print()
            _say(console, f"{section.name}: never exercised")
            for cell in section.unhit[:UNHIT_SHOWN_MAX]:
                _say(console, f"  {cell}")
            left = len(section.unhit) - UNHIT_SHOWN_MAX
            if left > 0:
                _say(console, f"  and {left:,} more; --json and --html show all")


def _print_new(console: Console, production: Counts, tests: Counts | None) -> None:
    if tests is None or not production.journals:
        return
    new = only_in(production, tests)
    pairs = pairs_only_in(production, tests)
    console.print()
    _say(console, "What production has done that no test has:")
    for cell, hits in sorted(new.items()):
        _say(console, f"  {cell}  x{hits.count:,}, first at {hits.first}")
    if not new:
        _say(console, "  nothing")
    if pairs:
        _say(console, f"  and {len(pairs):,} pairs of moves that no test has made")


def _document(
    production: Counts, tests: Counts | None, only: tuple[str, ...], failed: list[Section]
) -> dict[str, Any]:
    shown = tests if tests is not None else production
    new = only_in(production, tests) if tests is not None else {}
    pairs = pairs_only_in(production, tests) if tests is not None else {}
    return {
        "sections": {
            section.name: {
                "exercised": section.hit,
                "wanted": section.wanted,
                "percent": round(section.percent, 2),
                "unhit": list(section.unhit),
                "rare": {cell: why_rare(cell) for cell in section.rare},
            }
            for section in _chosen(shown, only)
        },
        "cells": _plain(shown.cells),
        "more": sorted(more_cells(shown)),
        "pairs": len(shown.pairs),
        "production_only": _plain(new),
        "production_only_pairs": pairs,
        "undeclared": _plain({**production.undeclared, **shown.undeclared}),
        "below": [section.name for section in failed],
    }


def _plain(cells: dict[str, Any]) -> dict[str, Any]:
    return {
        cell: {"count": hits.count, "first": hits.first} for cell, hits in sorted(cells.items())
    }
