"""The pytest plugin, as its users meet it: a run of pytest in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import interlock
from house.checkout import ROOT
from interlock.coverage.counts import Counts, read_counts

BUYS = """
from interlock.journal.writer import JournalWriter
from interlock.journal.options import JournalOptions
from worlds import World


def test_an_order_is_kept(tmp_path):
    world = World()
    world.quote()
    world.order()
    options = JournalOptions(segment_bytes=262_144, chunk_bytes=8_192, background=False)
    with JournalWriter.create(
        tmp_path / "kept", journal_id=bytes(16), code_version="test", options=options
    ) as writer:
        writer.append(world.entries)
"""
SELLS = """
from worlds import World
from interlock.messages.terms import REPORT_ACCEPTED, SELL


def test_an_order_is_accepted():
    world = World()
    world.quote()
    order = world.order(SELL)[-1].order
    world.report(order, REPORT_ACCEPTED)
"""
HITS = "order: cleared -accept-> working"


def run(folder: Path, *arguments: str, **files: str) -> subprocess.CompletedProcess[str]:
    """pytest over some files, with the plugin loaded as a user's settings would."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p interlock.coverage.plugin\n")
    paths = (Path(interlock.__file__).parents[1], ROOT / "tests")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def counted(done: subprocess.CompletedProcess[str], file: Path) -> Counts:
    assert done.returncode == 0, done.stdout + done.stderr
    return read_counts(file)


def test_worlds_and_journals_are_both_counted(tmp_path: Path) -> None:
    done = run(tmp_path, "--state-coverage=out.json", buys=BUYS, sells=SELLS)
    counts = counted(done, tmp_path / "out.json")
    assert counts.journals == 3
    assert counts.unread == {}
    # Two worlds were judged, and the journal of one of them was read again.
    assert counts.count("decision: waiting -allow-> passed") == 3
    first = counts.cells[HITS].first
    assert first == "test_sells.py::test_an_order_is_accepted, command 23"
    assert "state coverage: order 1/" in done.stdout


def test_workers_add_up_to_the_same_as_one_process(tmp_path: Path) -> None:
    alone = run(tmp_path, "--state-coverage=alone.json", buys=BUYS, sells=SELLS)
    many = run(tmp_path, "--state-coverage=many.json", "-p", "xdist", "-n", "2")
    one, two = counted(alone, tmp_path / "alone.json"), counted(many, tmp_path / "many.json")
    assert {cell: hits.count for cell, hits in one.cells.items()} == {
        cell: hits.count for cell, hits in two.cells.items()
    }
    assert one.pairs == two.pairs


def test_without_the_option_nothing_is_counted_or_written(tmp_path: Path) -> None:
    done = run(tmp_path, sells=SELLS)
    assert done.returncode == 0, done.stdout
    assert "state coverage" not in done.stdout
    assert list(tmp_path.glob("*.json")) == []


@pytest.mark.parametrize("file", ["test_sells.py", ".", "test_sells.py::test_an_order"])
def test_a_file_that_names_tests_is_refused(tmp_path: Path, file: str) -> None:
    done = run(tmp_path, "--state-coverage", file, sells=SELLS)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "names tests: write --state-coverage=FILE" in done.stderr
    assert (tmp_path / "test_sells.py").read_text() == SELLS


def test_a_world_that_a_test_reached_into_is_told_apart(tmp_path: Path) -> None:
    reaches = """
from interlock.messages.encoding import Entry
from interlock.messages.commands import AdvanceTime
from interlock.messages.events import OrderAccepted
from worlds import START, World


def test_nobody_keeps_this():
    world = World()
    world.observer.follow(world.sequence + 1, Entry(START, AdvanceTime(), []))
    world.observer.follow(99, Entry(START, AdvanceTime(), []))
    world.observer.follow(100, Entry(START, AdvanceTime(), []))
"""
    done = run(tmp_path, "--state-coverage=out.json", reaches=reaches)
    counts = counted(done, tmp_path / "out.json")
    ((name, why),) = counts.unread.items()
    assert name == "test_reaches.py::test_nobody_keeps_this, command 99"
    assert "command 99 does not follow" in why


def test_a_move_that_no_table_has_fails_the_test_that_makes_it(tmp_path: Path) -> None:
    sings = """
from interlock.coverage.recorder import active


def test_a_feed_sings():
    active().observer()._observer._move("feed", "sound", "sings", "sound")
"""
    done = run(tmp_path, "--state-coverage=out.json", sings=sings)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "feed: sound -sings-> sound is in no table" in done.stdout


def test_crashes_are_counted_where_a_harness_notes_them(tmp_path: Path) -> None:
    crashes = f"""
from interlock.coverage.recorder import note_crash


def test_the_process_dies():
    note_crash("P3", ["{HITS}"])
"""
    done = run(tmp_path, "--state-coverage=out.json", crashes=crashes)
    counts = counted(done, tmp_path / "out.json")
    assert counts.count(f"crash: P3 {HITS}") == 1
