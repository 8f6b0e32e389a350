"""The decision table of recovery: segments, and HEAD, each with exactly that damage."""

import os
from pathlib import Path

import pytest

from interlock.journal.faults import JournalCorrupt, JournalForeign
from interlock.journal.head import HEAD_NAME
from interlock.journal.identity import Identity, write_identity
from interlock.journal.index import index_path
from interlock.journal.segments import segment_paths
from interlock.journal.writer import JournalWriter
from interlock.messages.encoding import encode_batch
from journal.recovery_rows import damages
from journal.samples import (
    FILES,
    JOURNAL_ID,
    create,
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
    reopen_head,
    small,
)


def many_segments(directory: Path) -> list[Path]:
    with create(directory) as writer:
        for number in range(60):
            writer.append(quotes(1 + number * 10, 10))
    paths = segment_paths(FILES, directory)
    assert len(paths) >= 3
    return paths


def test_a_sealed_segment_is_trimmed_and_protected(tmp_path: Path) -> None:
    paths = many_segments(tmp_path)
    assert [FILES.is_protected(path) for path in paths] == [True] * (len(paths) - 1) + [False]


@damages("a sealed segment: its seal")
def test_a_damaged_seal_is_refused(tmp_path: Path) -> None:
    first = many_segments(tmp_path)[0]
    flip(first, first.stat().st_size - 1)
    assert "seal" in refused(tmp_path, first).expected


def test_a_missing_segment_is_refused(tmp_path: Path) -> None:
    paths = many_segments(tmp_path)
    paths[1].unlink()
    index_path(paths[1]).unlink()
    fault = refused(tmp_path, paths[2])
    assert "segment 2" in fault.expected


def test_a_missing_last_segment_is_remembered_by_its_index(tmp_path: Path) -> None:
    paths = many_segments(tmp_path)
    paths[-1].unlink()
    fault = refused(tmp_path, paths[-2])
    assert fault.segment == paths[-1].name


def test_a_missing_first_segment_is_refused(tmp_path: Path) -> None:
    paths = many_segments(tmp_path)
    paths[0].unlink()
    index_path(paths[0]).unlink()
    refused(tmp_path, paths[1])


@damages("a sealed segment: its frames")
def test_damage_inside_a_sealed_segment_is_refused_when_it_is_read(tmp_path: Path) -> None:
    first = many_segments(tmp_path)[0]
    flip(first, 9000)
    with pytest.raises(JournalCorrupt) as caught:
        kept(tmp_path)
    assert caught.value.segment == first.name


@damages("a sealed segment: its end")
def test_damage_in_a_last_segment_that_was_sealed_is_never_a_torn_batch(tmp_path: Path) -> None:
    paths = many_segments(tmp_path)
    paths[-1].unlink()
    index_path(paths[-1]).unlink()
    reopen_head(tmp_path)
    last = paths[-2]
    index_path(last).unlink()
    flip(last, last.stat().st_size - 100)
    last.chmod(0o444)
    assert "sealed" in refused(tmp_path, last).found


def test_a_crash_between_the_seal_and_the_next_segment_goes_on(tmp_path: Path) -> None:
    paths = many_segments(tmp_path)
    first_lost = int(paths[-1].stem[4:])
    paths[-1].unlink()
    index_path(paths[-1]).unlink()
    reopen_head(tmp_path)
    # As it was before the zeros were trimmed.
    paths[-2].chmod(0o644)
    with paths[-2].open("ab") as file:
        file.write(bytes(64))
    with reopen(tmp_path) as writer:
        assert writer.recovered.last_sequence == first_lost - 1
        writer.append([quote(5_000)])
    assert kept(tmp_path) == list(range(1, first_lost + 1))
    assert FILES.is_protected(paths[-2])


def test_one_damaged_copy_of_a_header_is_survived_and_named(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    flip(segment, 100)
    with reopen(tmp_path) as writer:
        assert "first copy" in writer.recovered.notes[0]


def test_two_damaged_copies_of_a_header_are_refused(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    flip(segment, 100)
    flip(segment, 4196)
    refused(tmp_path, segment)


def test_a_renamed_segment_is_refused(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    index_path(segment).unlink()
    moved = segment.rename(tmp_path / "seg-00000000000000000007.jrn")
    assert "renamed" in refused(tmp_path, moved).found


def test_another_journals_segment_is_foreign(tmp_path: Path) -> None:
    keep(tmp_path / "one")
    other = small()
    JournalWriter.create(
        tmp_path / "two", journal_id=bytes(16), code_version="", options=other
    ).close()
    name = "seg-00000000000000000001.jrn"
    (tmp_path / "two" / name).replace(tmp_path / "one" / name)
    with pytest.raises(JournalForeign, match="another journal"):
        reopen(tmp_path / "one")


def test_no_segment_at_all_is_refused(tmp_path: Path) -> None:
    keep(tmp_path).unlink()
    with pytest.raises(JournalCorrupt, match="at least one segment"):
        reopen(tmp_path)


def test_a_segment_that_was_being_prepared_is_no_part_of_the_journal(tmp_path: Path) -> None:
    keep(tmp_path)
    (tmp_path / "seg-next.tmp").write_bytes(b"half")
    reopen(tmp_path).close()
    assert not (tmp_path / "seg-next.tmp").exists()


@damages("bad bytes, and HEAD knows them")
def test_the_head_proves_that_the_last_batch_was_acknowledged(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    reopen(tmp_path).close()
    flip(segment, forget_last(segment).offset + 120)
    assert "HEAD knows sequence 6" in refused(tmp_path, segment).found


@damages("HEAD is ahead of a clean end")
def test_a_closed_journal_cut_where_a_frame_ends_is_refused(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    reopen(tmp_path).close()
    os.truncate(segment, forget_last(segment).offset)
    fault = refused(tmp_path, segment)
    assert "HEAD knows sequence 6" in fault.found
    with pytest.raises(JournalCorrupt):
        kept(tmp_path)


@damages("bad bytes after the end of a journal that was closed in order")
def test_nothing_follows_a_journal_that_was_closed_in_order(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    reopen(tmp_path).close()
    with segment.open("ab") as file:
        file.write(b"\x55" * 40)
    assert "closed in order" in refused(tmp_path, segment).found


@damages("HEAD is gone or damaged in both places")
@pytest.mark.parametrize("damage", ["gone", "both", "empty"])
def test_a_journal_that_lost_its_head_is_refused(tmp_path: Path, damage: str) -> None:
    segment = keep(tmp_path)
    head = tmp_path / HEAD_NAME
    if damage == "gone":
        head.unlink()
    elif damage == "both":
        flip(head, 20)
        flip(head, 532)
    else:
        os.truncate(head, 0)
    assert refused(tmp_path, segment).segment == HEAD_NAME


def test_one_damaged_place_of_the_head_is_survived_and_named(tmp_path: Path) -> None:
    keep(tmp_path)
    flip(tmp_path / HEAD_NAME, 20)
    with reopen(tmp_path) as writer:
        assert "HEAD at byte 0" in writer.recovered.notes[0]


@damages("HEAD remembers another frame")
def test_a_last_frame_that_was_written_anew_is_recognised_by_the_head(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    reopen(tmp_path).close()
    last = index_of(segment)[-1]
    index_path(segment).unlink()
    previous = segment.read_bytes()[last.offset - 32 : last.offset]
    forged = frame(encode_batch(quotes(70, 2)), first=5, count=2, previous=previous, durable=4)
    os.truncate(segment, last.offset)
    overwrite(segment, last.offset, forged)
    assert "rewritten" in refused(tmp_path, segment).found


def test_a_journal_of_a_version_without_a_head_gets_one_when_it_is_opened(tmp_path: Path) -> None:
    keep(tmp_path)
    (tmp_path / HEAD_NAME).unlink()
    write_identity(FILES, tmp_path, Identity(JOURNAL_ID, 0, has_head=False))
    assert kept(tmp_path) == [1, 2, 3, 4, 5, 6]
    with reopen(tmp_path) as writer:
        assert writer.recovered.last_sequence == 6
    assert (tmp_path / HEAD_NAME).exists()
