"""Snapshots: a cache of the journal that is checked, and passed over when it is bad."""

from dataclasses import replace
from pathlib import Path

import pytest

from interlock.journal.bounds import SNAPSHOTS_SPREAD
from interlock.journal.faults import JournalForeign
from interlock.journal.snapshots import (
    Snapshot,
    SnapshotHeader,
    mark_usable,
    newest_snapshot,
    prune_snapshots,
    read_snapshot,
    snapshot_paths,
    write_snapshot,
)
from journal.samples import FILES, JOURNAL_ID, flip


def header(sequence: int) -> SnapshotHeader:
    digest = sequence.to_bytes(32, "big")
    return SnapshotHeader(JOURNAL_ID, sequence, bytes(32), 3, 77, digest[::-1], 1, "1.2.3")


def keep(directory: Path, sequence: int, *, usable: bool = True) -> Snapshot:
    path = write_snapshot(FILES, directory, header(sequence), f"state {sequence}".encode())
    snapshot = read_snapshot(FILES, path, JOURNAL_ID)
    if usable:
        mark_usable(FILES, snapshot)
    return snapshot


def newest(directory: Path, sequence_max: int = 100) -> tuple[Snapshot | None, list[str]]:
    return newest_snapshot(FILES, directory, JOURNAL_ID, sequence_max=sequence_max)


def test_a_snapshot_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    snapshot = keep(tmp_path, 5, usable=False)
    assert snapshot.header == header(5)
    assert snapshot.payload == b"state 5"
    assert not snapshot.usable
    assert [path.name[-5:] for path in tmp_path.iterdir()] == [".snap"]


def test_a_snapshot_is_used_only_after_it_was_verified(tmp_path: Path) -> None:
    keep(tmp_path, 5)
    keep(tmp_path, 9, usable=False)
    found, findings = newest(tmp_path)
    assert found is not None
    assert (found.header.sequence, found.usable) == (5, True)
    assert "not yet verified" in findings[0]


def test_a_mark_vouches_for_exactly_these_bytes(tmp_path: Path) -> None:
    snapshot = keep(tmp_path, 5)
    write_snapshot(FILES, tmp_path, header(5), b"another state")
    assert not read_snapshot(FILES, snapshot.path, JOURNAL_ID).usable


def test_a_bad_snapshot_is_passed_over_with_a_finding(tmp_path: Path) -> None:
    keep(tmp_path, 5)
    bad = keep(tmp_path, 9)
    flip(bad.path, bad.path.stat().st_size // 2)
    found, findings = newest(tmp_path)
    assert found is not None
    assert found.header.sequence == 5
    assert "do not match their hash" in findings[0]


def test_without_a_good_snapshot_the_beginning_is_used(tmp_path: Path) -> None:
    flip(keep(tmp_path, 5).path, 0)
    found, findings = newest(tmp_path)
    assert found is None
    assert len(findings) == 1


def test_a_snapshot_beyond_the_wanted_sequence_is_not_used(tmp_path: Path) -> None:
    for sequence in (5, 9):
        keep(tmp_path, sequence)
    found, findings = newest(tmp_path, 8)
    assert found is not None
    assert (found.header.sequence, findings) == (5, [])


def test_another_journals_snapshot_is_foreign(tmp_path: Path) -> None:
    theirs = replace(header(5), journal_id=bytes(16))
    path = write_snapshot(FILES, tmp_path, theirs, b"")
    with pytest.raises(JournalForeign, match="journal id"):
        read_snapshot(FILES, path, JOURNAL_ID)


@pytest.mark.parametrize("damage", ["cut", "empty", "renamed"])
def test_every_other_damage_is_noticed(tmp_path: Path, damage: str) -> None:
    path = keep(tmp_path, 5).path
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path = path.rename(path.with_name(path.name.replace("5-", "6-")))
    with pytest.raises(JournalForeign):
        read_snapshot(FILES, path, JOURNAL_ID)


def test_pruning_keeps_the_newest_three_and_the_newest_that_is_verified(tmp_path: Path) -> None:
    for sequence in range(1, 31):
        keep(tmp_path, sequence, usable=sequence <= 2)
    removed = prune_snapshots(FILES, tmp_path)
    left = [int(path.name.split("-")[1]) for path in snapshot_paths(FILES, tmp_path)]
    assert left[-3:] == [28, 29, 30]
    assert 2 in left
    # And some of the others, spread over the journal.
    assert len(left) <= 3 + SNAPSHOTS_SPREAD + 1
    assert len(removed) == 30 - len(left)
    found, _ = newest(tmp_path)
    assert found is not None
    assert found.header.sequence == 2
