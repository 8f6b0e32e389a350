"""Counts: kept, read again, added up; cells and gates."""

from pathlib import Path

import pytest

from interlock.coverage.cells import CELLS, KNOWN, PAIRS_MAX, mistakes_of
from interlock.coverage.comparison import below, more_cells, only_in, pairs_only_in, sections
from interlock.coverage.counts import Counts, Hits, counts_of, read_counts
from interlock.coverage.crashes import POINTS, crash_cell
from interlock.coverage.rare import RARE
from interlock.coverage.recorder import (
    JOURNALS_PER_TEST_MAX,
    Recorder,
    active,
    begin,
    end,
    note_crash,
)
from interlock.inputs.refusals import RecordingRefused
from interlock.journal.reader import JournalReader
from monitoring.kept import keep
from worlds import World

MOVE = "order: cleared -accept-> working"
OTHER = "order: cleared -reject-> rejected"


def some() -> Counts:
    counts = Counts(journals=2)
    counts.note(MOVE, "here")
    counts.note(MOVE, "there")
    counts.note_pair(MOVE, OTHER)
    counts.note_undeclared("feed: sound -sings-> sound", "here")
    counts.unread["a test"] = "because"
    return counts


def test_counts_are_the_same_when_they_are_read_again(tmp_path: Path) -> None:
    counts = some()
    counts.write(tmp_path / "deep" / "out.json")
    assert read_counts(tmp_path / "deep" / "out.json") == counts
    assert counts_of(counts.text(), "text").text() == counts.text()


def test_counts_of_two_runs_are_added_up() -> None:
    counts = some()
    other = Counts({MOVE: Hits(3, "elsewhere"), OTHER: Hits(1, "elsewhere")}, journals=1)
    counts.merge(other)
    assert counts.cells == {MOVE: Hits(5, "here"), OTHER: Hits(1, "elsewhere")}
    assert counts.journals == 3
    assert counts.count("nothing") == 0


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", "{}", '{"what": "interlock state coverage", "version": 2}', "\x00",
     '{"what": "interlock state coverage", "version": 1, "cells": {"a": 3}}'],
)  # fmt: skip
def test_what_is_no_file_of_counts_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(RecordingRefused, match=r"other\.json: is no file of state coverage"):
        read_counts(tmp_path / "other.json")


def test_bytes_that_are_no_text_are_no_file_of_counts(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_bytes(b"\xff\xfe")
    with pytest.raises(RecordingRefused, match="is no file of state coverage"):
        read_counts(tmp_path / "other.json")


def test_a_section_is_below_its_gate_until_all_that_is_wanted_was_seen() -> None:
    counts = Counts()
    for cell in CELLS["halt"][1:]:
        counts.note(cell, "here")
    (failed,) = below(counts, 100, ("halt",))
    assert failed.unhit == (CELLS["halt"][0],)
    assert below(counts, 50, ("halt",)) == []
    counts.note(CELLS["halt"][0], "here")
    assert below(counts, 100, ("halt",)) == []
    assert {section.name for section in below(counts, 100, ())} == set(CELLS) - {"halt"}


def test_what_is_rare_is_not_wanted_and_counts_when_it_is_seen() -> None:
    order = next(section for section in sections(Counts()) if section.name == "order")
    assert order.wanted == len(CELLS["order"]) - len(RARE)
    assert set(order.rare) == set(RARE)
    crash = next(section for section in sections(Counts()) if section.name == "crash")
    assert set(crash.rare) == {crash_cell(point, cell) for point in POINTS for cell in RARE}


def test_a_rare_cell_without_a_reason_is_a_mistake() -> None:
    assert mistakes_of(RARE, KNOWN) == []
    assert mistakes_of({MOVE: " "}, KNOWN) == [f"{MOVE} is rare without a reason"]
    assert mistakes_of({"order: a -b-> c": "why"}, KNOWN) == ["order: a -b-> c is rare and no cell"]


def test_what_only_production_has_done_is_told() -> None:
    production, tests = some(), Counts({OTHER: Hits(1, "a test")})
    assert only_in(production, tests) == {MOVE: Hits(2, "here")}
    assert pairs_only_in(production, tests) == {f"{MOVE} => {OTHER}": 1}
    assert only_in(tests, tests) == {}


def test_cells_that_nobody_declared_are_told_beside_the_others() -> None:
    counts = some()
    counts.note("control: mine refuse", "here")
    assert list(more_cells(counts)) == ["control: mine refuse"]


def test_every_crash_point_times_every_move_is_a_cell() -> None:
    moves = [cell for cell in CELLS["order"] if not cell.endswith("refused")]
    assert len(CELLS["crash"]) == len(POINTS) * len(moves)
    assert crash_cell("P8", MOVE) in KNOWN
    assert len(moves) < PAIRS_MAX


def test_a_crash_point_that_does_not_exist_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="a crash point was 'P9', must be one of P0, P1"):
        crash_cell("P9", MOVE)


def test_a_crash_is_noted_only_where_somebody_records() -> None:
    before = active()
    recorder = Recorder()
    begin(recorder)
    try:
        note_crash("P1", [MOVE])
    finally:
        end(recorder)
    assert active() is before
    assert recorder.counts.count(crash_cell("P1", MOVE)) == 1


def test_a_journal_that_is_in_no_folder_is_noted_so_often_and_no_more(tmp_path: Path) -> None:
    world = World()
    world.quote()
    world.order()
    reader = JournalReader(keep(tmp_path, world.entries))
    recorder = Recorder()
    for _ in range(JOURNALS_PER_TEST_MAX + 3):
        recorder.note(reader)
    recorder.test = "another"
    recorder.note(reader)
    assert recorder.counts.journals == JOURNALS_PER_TEST_MAX + 1
    assert recorder.counts.count("decision: waiting -allow-> passed") == JOURNALS_PER_TEST_MAX + 1


def test_a_journal_that_cannot_be_read_counts_as_unread(tmp_path: Path) -> None:
    (tmp_path / "JOURNAL").write_bytes(b"nothing of ours")
    recorder = Recorder()
    recorder.read_under(tmp_path)
    ((name, why),) = recorder.counts.unread.items()
    assert name == str(tmp_path)
    assert why.startswith("Journal")
