"""Comparison: counts held against everything that can happen, and production against tests."""

from dataclasses import dataclass

from interlock.coverage.cells import CELLS, KNOWN, PAIRS_MAX, is_rare
from interlock.coverage.counts import Counts, Hits


@dataclass(frozen=True)
class Section:
    """One machine, or the reasons, controls or crashes: how much of it was exercised."""

    name: str
    hit: int
    """Of the wanted cells."""
    wanted: int
    """Cells that are not rare."""
    unhit: tuple[str, ...]
    """Wanted cells that were not exercised, by name."""
    rare: tuple[str, ...]
    """Excused cells that were not exercised."""

    @property
    def percent(self) -> float:
        return 100.0 * self.hit / self.wanted if self.wanted else 100.0


def sections(counts: Counts) -> list[Section]:
    """This is every section with what was exercised of it."""
    return [_section(name, cells, counts) for name, cells in CELLS.items()]


def _section(name: str, cells: tuple[str, ...], counts: Counts) -> Section:
    wanted = [cell for cell in cells if not is_rare(cell)]
    unhit = tuple(cell for cell in wanted if counts.count(cell) == 0)
    rare = tuple(cell for cell in cells if is_rare(cell) and counts.count(cell) == 0)
    return Section(name, len(wanted) - len(unhit), len(wanted), unhit, rare)


def more_cells(counts: Counts) -> dict[str, Hits]:
    """What was exercised that is no declared cell: controls of the user, broken invariants."""
    return {cell: hits for cell, hits in counts.cells.items() if cell not in KNOWN}


def only_in(production: Counts, tests: Counts) -> dict[str, Hits]:
    """What production has done that no test has, by cell, with where it first was."""
    return {cell: hits for cell, hits in production.cells.items() if tests.count(cell) == 0}


def pairs_only_in(production: Counts, tests: Counts) -> dict[str, int]:
    """The same of two moves of an order, one after the other."""
    return {
        pair: count for pair, count in production.pairs.items() if tests.pairs.get(pair, 0) == 0
    }


def pairs_percent(counts: Counts) -> float:
    return 100.0 * len(counts.pairs) / PAIRS_MAX


def below(counts: Counts, percent: float, names: tuple[str, ...]) -> list[Section]:
    """The sections, or those of these names, of which less than a share was exercised."""
    return [
        section
        for section in sections(counts)
        if (not names or section.name in names) and section.percent < percent
    ]
