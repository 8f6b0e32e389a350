"""Repair: only what is provably safe, with everything that is replaced kept beside."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from interlock.journal.advice import advice
from interlock.journal.faults import JournalForeign, JournalLocked, RepairRefused
from interlock.journal.head import HEAD_NAME
from interlock.journal.index import index_path
from interlock.journal.reader import JournalReader
from interlock.journal.repair import repair
from interlock.journal.segments import segment_paths
from interlock.journal.snapshots import SnapshotHeader, write_snapshot
from interlock.journal.verify import verify
from interlock.messages.encoding import encode_batch
from journal.samples import (
    FILES,
    JOURNAL_ID,
    create,
    flip,
    forget_last,
    frame,
    index_of,
    keep,
    overwrite,
    quotes,
    reopen,
)

BATCHES, ENTRIES = 60, 10


def closed(directory: Path) -> list[Path]:
    """A journal of several segments, closed in order, with a state in it."""
    with create(directory) as writer:
        for number in range(BATCHES):
            writer.append(quotes(1 + number * ENTRIES, ENTRIES))
        header = SnapshotHeader(
            JOURNAL_ID, writer.last_sequence, writer.last_hash, 1, 1, bytes(32), 3, "1"
        )
        write_snapshot(FILES, directory, header, b"state")
    return segment_paths(FILES, directory)


def with_copy(tmp_path: Path) -> tuple[Path, Path]:
    directory, copy = tmp_path / "session", tmp_path / "copy"
    closed(directory)
    shutil.copytree(directory, copy)
    return directory, copy


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def refused(directory: Path, copy: Path | None = None) -> str:
    """Repair refuses, and has changed nothing."""
    before = contents(directory)
    with pytest.raises(RepairRefused) as caught:
        repair(directory, copy)
    assert contents(directory) == before
    return str(caught.value)


def require_as_before(directory: Path, copy: Path) -> None:
    ours, theirs = contents(directory), contents(copy)
    for name in theirs:
        assert ours[name] == theirs[name], f"{name} is not as it was"
    assert verify(directory).is_whole
    assert [path.stat().st_mode & 0o222 for path in segment_paths(FILES, directory)[:-1]] == [0] * (
        len(segment_paths(FILES, directory)) - 1
    )


def test_a_whole_journal_is_left_alone(tmp_path: Path) -> None:
    closed(tmp_path)
    before = contents(tmp_path)
    done = repair(tmp_path)
    assert (done.changes, done.report) == ([], "")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("segment", [0, 1, -1])
@pytest.mark.parametrize("damage", ["bit", "many", "header", "gone", "cut", "seal"])
def test_a_damaged_segment_is_restored_from_a_copy_and_what_stood_there_is_kept(
    tmp_path: Path, segment: int, damage: str
) -> None:
    directory, copy = with_copy(tmp_path)
    path = segment_paths(FILES, directory)[segment]
    path.chmod(0o644)
    size = path.stat().st_size
    if damage == "bit":
        flip(path, 9_000)
    elif damage == "many":
        overwrite(path, 8_400, b"\x55" * 3_000)
    elif damage == "header":
        overwrite(path, 0, bytes(8_192))
    elif damage == "gone":
        path.unlink()
    elif damage == "cut":
        os.truncate(path, 9_100)
    else:
        overwrite(path, size - 40, bytes(40))
    assert verify(directory).problem
    damaged = path.read_bytes() if path.exists() else b""
    done = repair(directory, copy)
    require_as_before(directory, copy)
    report = json.loads((directory / done.report).read_text())
    kept = (directory / report["kept"]).read_bytes()
    assert report["applied"] is True
    assert hashlib.sha256(kept).hexdigest() == report["kept_sha256"]
    for change in report["changes"]:
        for one in change["replaced"]:
            old = kept[one["kept_at"] : one["kept_at"] + one["bytes"]]
            assert hashlib.sha256(old).hexdigest() == one["sha256"]
            assert damaged[one["byte"] : one["byte"] + one["bytes"]] == old
    reopen(directory).close()


def test_a_dry_run_says_it_and_changes_nothing(tmp_path: Path) -> None:
    directory, copy = with_copy(tmp_path)
    flip(segment_paths(FILES, directory)[0], 9_000)
    before = contents(directory)
    done = repair(directory, copy, dry_run=True)
    assert "restored from" in done.changes[0].what
    assert contents(directory) == before


def test_without_a_copy_a_damaged_frame_is_refused(tmp_path: Path) -> None:
    paths = closed(tmp_path)
    flip(paths[0], 9_000)
    said = refused(tmp_path)
    assert paths[0].name in said
    assert "--from" in said


def test_a_copy_that_is_damaged_in_the_same_place_is_refused(tmp_path: Path) -> None:
    directory, copy = with_copy(tmp_path)
    for place in (directory, copy):
        flip(segment_paths(FILES, place)[0], 9_000)
    assert "not there whole" in refused(directory, copy)


def test_a_copy_that_is_damaged_elsewhere_serves(tmp_path: Path) -> None:
    directory, copy = with_copy(tmp_path)
    whole = contents(copy)
    flip(segment_paths(FILES, directory)[0], 9_000)
    flip(segment_paths(FILES, copy)[1], 9_000)
    repair(directory, copy)
    assert {name: data for name, data in contents(directory).items() if name in whole} == whole


def test_an_older_copy_that_holds_the_damaged_frame_serves(tmp_path: Path) -> None:
    directory, copy = tmp_path / "session", tmp_path / "copy"
    with create(directory) as writer:
        writer.append(quotes(1, 10))
        writer.append(quotes(11, 10))
    shutil.copytree(directory, copy)
    with reopen(directory) as writer:
        writer.append(quotes(21, 10))
    whole = contents(directory)
    (segment,) = segment_paths(FILES, directory)
    flip(segment, 8_400)
    repair(directory, copy)
    assert contents(directory)[segment.name] == whole[segment.name]
    # What only this journal has, the copy cannot give back.
    flip(segment, segment.stat().st_size - 200)
    assert "--from" in refused(directory, copy)


def test_another_journals_copy_and_another_history_are_refused(tmp_path: Path) -> None:
    directory, copy = with_copy(tmp_path)
    other = tmp_path / "other"
    with create(other) as writer:
        for number in range(BATCHES):
            writer.append(quotes(9_000 + number * ENTRIES, ENTRIES))
    flip(segment_paths(FILES, directory)[0], 9_000)
    assert "not there whole" in refused(directory, other) or "another" in refused(directory, other)
    (copy / "JOURNAL").write_text("interlock journal\n")
    with pytest.raises(JournalForeign):
        repair(directory, copy)


def test_frames_that_nothing_of_ours_proves_are_not_taken(tmp_path: Path) -> None:
    directory, copy = tmp_path / "session", tmp_path / "copy"
    segment = keep(directory, zeros=0)
    shutil.copytree(directory, copy)
    last = forget_last(segment)
    previous = segment.read_bytes()[last.offset - 32 : last.offset]
    # The copy went on by itself from the same place: whole, chained, and not ours.
    forged = frame(encode_batch(quotes(70, 2)), first=5, count=2, previous=previous, durable=4)
    (theirs,) = segment_paths(FILES, copy)
    os.truncate(theirs, last.offset)
    overwrite(theirs, last.offset, forged)
    overwrite(segment, last.offset + 100, bytes(16))
    done = repair(directory, copy)
    assert "never acknowledged" in done.changes[0].what
    assert [sequence for sequence, _ in JournalReader(directory)] == [1, 2, 3, 4]


def test_a_torn_tail_is_cut_and_kept(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    last = forget_last(segment)
    overwrite(segment, last.offset + 120, bytes(8))
    torn = segment.read_bytes()[last.offset :].rstrip(b"\0")
    done = repair(tmp_path)
    assert done.verified is not None
    assert (done.verified.last_sequence, done.verified.torn_bytes) == (4, 0)
    assert torn in (tmp_path / "repair-1.kept").read_bytes()


def test_bad_bytes_that_were_durable_are_not_cut(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    damaged = index_of(segment)[1]
    index_path(segment).unlink()
    flip(segment, damaged.offset + 120)
    assert "--from" in refused(tmp_path)


@pytest.mark.parametrize("damage", ["gone", "bit", "cut"])
def test_an_index_is_rebuilt(tmp_path: Path, damage: str) -> None:
    paths = closed(tmp_path)
    index = index_path(paths[0])
    wanted = index.read_bytes()
    if damage == "gone":
        index.unlink()
    elif damage == "bit":
        flip(index, 41)
    else:
        os.truncate(index, 100)
    repair(tmp_path)
    assert index.read_bytes() == wanted


@pytest.mark.parametrize("place", [100, 4_196])
def test_the_other_copy_of_a_header_gives_it_back(tmp_path: Path, place: int) -> None:
    paths = closed(tmp_path)
    wanted = paths[0].read_bytes()
    flip(paths[0], place)
    repair(tmp_path)
    assert paths[0].read_bytes() == wanted
    assert verify(tmp_path).findings == ()


def test_a_seal_is_made_again_from_its_frames(tmp_path: Path) -> None:
    paths = closed(tmp_path)
    wanted = paths[0].read_bytes()
    flip(paths[0], len(wanted) - 5)
    repair(tmp_path)
    assert paths[0].read_bytes() == wanted


def test_a_bad_state_is_put_aside(tmp_path: Path) -> None:
    closed(tmp_path)
    (snapshot,) = tmp_path.glob("snap-*.snap")
    flip(snapshot, 100)
    data = snapshot.read_bytes()
    repair(tmp_path)
    assert not snapshot.exists()
    assert snapshot.with_name(snapshot.name + ".bad").read_bytes() == data


def test_a_lost_head_is_written_anew_when_the_index_says_how_far_it_reached(
    tmp_path: Path,
) -> None:
    closed(tmp_path)
    (tmp_path / HEAD_NAME).unlink()
    repair(tmp_path)
    assert verify(tmp_path).is_whole
    reopen(tmp_path).close()


def test_a_lost_head_is_not_guessed(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    (tmp_path / HEAD_NAME).unlink()
    forget_last(segment)
    assert "HEAD is lost" in refused(tmp_path)


def test_a_lost_identity_is_written_anew_from_the_segments(tmp_path: Path) -> None:
    closed(tmp_path)
    (tmp_path / "JOURNAL").write_text("nonsense")
    repair(tmp_path)
    assert verify(tmp_path).journal_id == JOURNAL_ID.hex()


def test_a_journal_that_is_being_written_is_not_repaired(tmp_path: Path) -> None:
    with create(tmp_path), pytest.raises(JournalLocked):
        repair(tmp_path)


def test_who_refuses_to_start_says_which_copy_mends_it(tmp_path: Path) -> None:
    directory, copy = with_copy(tmp_path)
    flip(segment_paths(FILES, directory)[0], 9_000)
    said = advice(directory)
    assert f"--from {copy}` mends it" in said
    assert "command 600 in snap-" in said
    shutil.rmtree(copy)
    assert "Nothing that lies beside it could mend it" in advice(directory)
    shutil.rmtree(directory)
    flip(index_path(closed(directory)[0]), 41)
    assert "mends it without a copy" in advice(directory)
