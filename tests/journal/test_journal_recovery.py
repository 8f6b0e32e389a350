"""The decision table of recovery, row by row, each with exactly that damage."""

import hashlib
from pathlib import Path

import pytest

from house.checkout import ROOT
from interlock.journal.frames import FRAME_BYTES_MAX
from interlock.journal.index import index_path
from interlock.journal.recovery import KEEP, REFUSE, TRUNCATE, Evidence, judge
from interlock.journal.scanning import BAD, CLEAN, MISPLACED, SEALED, Ending
from interlock.journal.snapshots import SnapshotHeader, write_snapshot
from interlock.messages.encoding import encode_batch
from journal import test_journal_recovery_segments
from journal.recovery_rows import ROWS, damages, rows_with_a_test
from journal.samples import (
    FILES,
    JOURNAL_ID,
    flip,
    forget_last,
    frame,
    index_of,
    keep,
    kept,
    overwrite,
    quote,
    quotes,
    refused,
    reopen,
)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(Ending(CLEAN, 9000), 5, 9000), KEEP),
        (Evidence(Ending(SEALED, 9000), 5, 9000), KEEP),
        (Evidence(Ending(BAD, 9000), 5, 9100), TRUNCATE),
        (Evidence(Ending(BAD, 9000), 5, 9300, later=((9200, 4),)), TRUNCATE),
        (Evidence(Ending(BAD, 9000), 5, 9300, later=((9200, 5),)), REFUSE),
        (
            Evidence(Ending(BAD, 0), 5, 9300, later=((FRAME_BYTES_MAX + 8, 4),)),
            REFUSE,
        ),
        (Evidence(Ending(BAD, 0), 5, FRAME_BYTES_MAX + 1), REFUSE),
        (Evidence(Ending(BAD, 0), 5, FRAME_BYTES_MAX), TRUNCATE),
        (Evidence(Ending(BAD, 9000), 5, 9100, witnesses=(("index", 4),)), TRUNCATE),
        (Evidence(Ending(BAD, 9000), 5, 9100, witnesses=(("index", 5),)), REFUSE),
        (Evidence(Ending(CLEAN, 9000), 5, 9000, witnesses=(("snapshot", 5),)), REFUSE),
        (Evidence(Ending(MISPLACED, 9000), 5, 9000), REFUSE),
        (Evidence(Ending(BAD, 9000), 5, 9100, protected=True), REFUSE),
        (Evidence(Ending(CLEAN, 9000), 5, 9000, protected=True), REFUSE),
        (Evidence(Ending(BAD, 9000), 5, 9100, is_closed=True), REFUSE),
        (Evidence(Ending(CLEAN, 9000), 5, 9000, is_closed=True), KEEP),
        (Evidence(Ending(CLEAN, 9000), 5, 9000, witnesses=(("HEAD", 5),)), REFUSE),
    ],
)
def test_the_table_never_cuts_what_anything_says_was_durable(
    evidence: Evidence, verdict: str
) -> None:
    assert judge(evidence)[0] == verdict


@damages("zeros to the end")
def test_zeros_to_the_end_are_a_clean_end(tmp_path: Path) -> None:
    keep(tmp_path)
    with reopen(tmp_path) as writer:
        assert writer.recovered.last_sequence == 6
        assert writer.recovered.truncated_bytes == 0
        assert writer.recovered.notes == ()


@damages("a torn batch, and nothing knows it")
@pytest.mark.parametrize("damage", ["header", "payload", "second half", "first half", "hash"])
def test_a_torn_batch_is_cut_zeroed_and_reported(tmp_path: Path, damage: str) -> None:
    segment = keep(tmp_path)
    last = forget_last(segment)
    length = len(segment.read_bytes()) - 4096 - last.offset
    start, size = {
        "header": (0, 16),
        "payload": (100, 8),
        "second half": (length // 2, length - length // 2),
        "first half": (0, length // 2),
        "hash": (length - 32, 32),
    }[damage]
    overwrite(segment, last.offset + start, bytes(size))
    torn = segment.read_bytes()[last.offset :].rstrip(b"\0")
    with reopen(tmp_path) as writer:
        found = writer.recovered
        assert (found.last_sequence, found.truncated_offset) == (4, last.offset)
        assert found.truncated_bytes == len(torn)
        assert found.truncated_digest == hashlib.sha256(torn).digest()
        assert not segment.read_bytes()[last.offset :].strip(b"\0")
        assert writer.append([quote(50)]) == 5
    assert kept(tmp_path) == [1, 2, 3, 4, 5]


@damages("a torn batch, and a later frame had not seen it durable")
def test_a_later_frame_that_had_not_seen_it_durable_is_cut_with_it(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    last = forget_last(segment)
    later = frame(encode_batch([quote(9)]), first=7, previous=bytes(32), durable=4)
    overwrite(segment, last.offset + 8, bytes(64))
    overwrite(segment, len(segment.read_bytes()) - 4096, later)
    with reopen(tmp_path) as writer:
        assert writer.recovered.last_sequence == 4
    assert kept(tmp_path) == [1, 2, 3, 4]


@damages("bad bytes, and a later frame had seen them durable")
def test_a_later_frame_that_had_seen_it_durable_proves_damage(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    damaged = index_of(segment)[1]
    index_path(segment).unlink()
    flip(segment, damaged.offset + 120)
    fault = refused(tmp_path, segment)
    assert (fault.segment, fault.offset) == (segment.name, damaged.offset)
    assert "sequences 3 to 4" in fault.expected


@damages("bad bytes, and the index knows them")
def test_the_index_proves_that_the_last_batch_was_acknowledged(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    flip(segment, index_of(segment)[-1].offset + 120)
    assert "seg-00000000000000000001.idx" in refused(tmp_path, segment).found


@damages("bad bytes, and a snapshot knows them")
def test_a_snapshot_proves_that_the_last_batch_was_acknowledged(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    header = SnapshotHeader(JOURNAL_ID, 6, bytes(32), 1, 1006, bytes(32), 1, "1.0")
    write_snapshot(FILES, tmp_path, header, b"state")
    flip(segment, forget_last(segment).offset + 120)
    assert "snap-" in refused(tmp_path, segment).found


@damages("bad bytes, and whoever opens it knows them")
def test_the_one_who_opens_can_say_what_was_acknowledged(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    flip(segment, forget_last(segment).offset + 120)
    refused(tmp_path, segment, acknowledged=6)
    reopen(tmp_path, acknowledged=4).close()


@damages("the index is ahead of a clean end")
def test_an_index_ahead_of_a_clean_end_means_that_the_disk_lied(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    last = index_of(segment)[-1]
    overwrite(segment, last.offset, bytes(len(segment.read_bytes()) - last.offset))
    refused(tmp_path, segment)


@damages("more bad bytes than one batch has")
def test_more_bad_bytes_than_a_batch_has_are_not_a_torn_batch(tmp_path: Path) -> None:
    segment = keep(tmp_path, zeros=0)
    with segment.open("ab") as file:
        file.write(b"\x55" * (FRAME_BYTES_MAX + 8))
    assert "more than one batch" in refused(tmp_path, segment).found


@damages("a whole frame that is not ours or not the next")
@pytest.mark.parametrize("wrong", ["sequence", "previous hash", "epoch", "salt", "time", "flags"])
def test_a_whole_frame_in_the_wrong_place_is_refused(tmp_path: Path, wrong: str) -> None:
    segment = keep(tmp_path)
    with reopen(tmp_path) as writer:
        writer.append([quote(20)])
        last_hash, end = writer.last_hash, len(segment.read_bytes())
    end = len(segment.read_bytes())
    payload = encode_batch([quote(30)])
    made = {
        "sequence": frame(payload, first=9, previous=last_hash, epoch=2),
        "previous hash": frame(payload, first=8, previous=bytes(32), epoch=2),
        "epoch": frame(payload, first=8, previous=last_hash, epoch=1),
        "salt": frame(payload, first=8, previous=last_hash, epoch=2, salt=7),
        "time": frame(payload, first=8, previous=last_hash, epoch=2, time_ns=1),
        "flags": frame(payload, first=8, previous=last_hash, epoch=2, flags=1),
    }[wrong]
    overwrite(segment, end, made + bytes(64))
    fault = refused(tmp_path, segment)
    assert wrong in fault.expected


@damages("the index is missing")
def test_a_missing_index_is_rebuilt(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    wanted = index_path(segment).read_bytes()
    index_path(segment).unlink()
    with reopen(tmp_path) as writer:
        assert "rebuilt" in writer.recovered.notes[0]
    assert index_path(segment).read_bytes() == wanted


@damages("the index is behind")
@pytest.mark.parametrize("tail", [b"", b"\x01" * 40, b"\0" * 17])
def test_an_index_that_is_behind_or_torn_is_rebuilt(tmp_path: Path, tail: bytes) -> None:
    segment = keep(tmp_path)
    wanted = index_path(segment).read_bytes()
    forget_last(segment)
    with index_path(segment).open("ab") as file:
        file.write(tail)
    reopen(tmp_path).close()
    assert index_path(segment).read_bytes() == wanted


def test_a_tail_that_was_written_anew_is_recognised_by_the_index(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    last = index_of(segment)[-1]
    before = index_of(segment)[-2]
    data = segment.read_bytes()
    previous = data[last.offset - 32 : last.offset]
    forged = frame(encode_batch(quotes(70, 2)), first=5, count=2, previous=previous, durable=4)
    assert before.last_sequence == 4
    overwrite(segment, last.offset, forged + bytes(4096))
    assert "rewritten" in refused(tmp_path, segment).found


@damages("bad bytes, and a frame further on than one batch could reach")
def test_a_frame_further_on_than_one_batch_is_not_of_the_torn_one(tmp_path: Path) -> None:
    segment = keep(tmp_path, zeros=0)
    last = forget_last(segment)
    later = frame(encode_batch([quote(9)]), first=7, previous=bytes(32), durable=4)
    overwrite(segment, last.offset + 8, bytes(64))
    with segment.open("r+b") as file:
        file.seek(last.offset + FRAME_BYTES_MAX + 8)
        file.write(later)
    assert "further than one batch" in refused(tmp_path, segment).found


def test_every_row_of_the_table_has_a_test_that_makes_exactly_that_damage() -> None:
    assert test_journal_recovery_segments.__name__.startswith("journal.")
    assert sorted(rows_with_a_test()) == sorted(ROWS)
    assert len(set(ROWS)) == len(ROWS)


def test_the_table_in_the_architecture_is_the_one_that_is_tested() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for row in ROWS:
        assert f"| {row} |" in text, f"the table of recovery lacks the row {row!r}"
