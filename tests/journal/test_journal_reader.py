"""Reading: from anywhere, while somebody writes, and never past what is whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.journal.faults import JournalCorrupt, JournalForeign
from interlock.journal.index import index_path
from interlock.journal.reader import JournalReader
from journal.samples import create, forget_last, keep, overwrite, quotes, reopen, small


@pytest.fixture(scope="module")
def long_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("long")
    with create(directory) as writer:
        for number in range(100):
            writer.append(quotes(1 + number * 7, 7))
    return directory


@given(first=st.integers(1, 720))
def test_reading_begins_at_any_sequence(long_journal: Path, first: int) -> None:
    read = [sequence for sequence, _ in JournalReader(long_journal).entries(first)]
    assert read == list(range(first, 701))


def test_reading_needs_no_index(tmp_path: Path) -> None:
    segment = keep(tmp_path, batches=5)
    index_path(segment).unlink()
    assert [sequence for sequence, _ in JournalReader(tmp_path).entries(4)] == [
        4,
        5,
        6,
        7,
        8,
        9,
        10,
    ]


def test_batches_are_commit_units_with_their_place_in_the_chain(tmp_path: Path) -> None:
    hashes = []
    with create(tmp_path) as writer:
        for number in range(3):
            writer.append(quotes(1 + number * 2, 2))
            hashes.append(writer.last_hash)
    batches = list(JournalReader(tmp_path).batches())
    assert [batch.hash for batch in batches] == hashes
    assert [batch.durable_before for batch in batches] == [0, 2, 4]
    assert [batch.last_sequence for batch in batches] == [2, 4, 6]


def test_a_snapshot_of_another_history_is_noticed(tmp_path: Path) -> None:
    keep(tmp_path)
    reader = JournalReader(tmp_path)
    first = next(reader.batches())
    assert next(reader.batches(3, previous_hash=first.hash)).first_sequence == 3
    with pytest.raises(JournalCorrupt, match="another history"):
        next(reader.batches(3, previous_hash=bytes(32)))


def test_a_reader_follows_a_writer_across_segments(tmp_path: Path) -> None:
    with create(tmp_path, small(background=True)) as writer:
        seen = 0
        for number in range(80):
            writer.append(quotes(1 + number * 9, 9))
            reader = JournalReader(tmp_path)
            assert reader.last_sequence == writer.durable_sequence
            for sequence, _ in reader.entries(seen + 1):
                assert sequence == seen + 1
                seen = sequence
            assert seen == writer.durable_sequence


def test_a_walk_that_is_under_way_sees_what_is_written_meanwhile(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.append(quotes(1, 1))
        entries = JournalReader(tmp_path).entries()
        assert next(entries)[0] == 1
        for number in range(2, 90):
            writer.append(quotes(number * 10, 5))
        assert [sequence for sequence, _ in entries] == list(range(2, 442))


def test_half_a_batch_is_not_read_and_is_counted(tmp_path: Path) -> None:
    segment = keep(tmp_path)
    last = forget_last(segment)
    overwrite(segment, last.offset + 120, bytes(8))
    reader = JournalReader(tmp_path)
    assert [sequence for sequence, _ in reader] == [1, 2, 3, 4]
    assert reader.torn_bytes > 0


def test_progress_goes_from_nothing_to_everything(long_journal: Path) -> None:
    reader = JournalReader(long_journal)
    seen = [reader.progress]
    seen += [reader.progress for _ in reader.batches()]
    assert seen == sorted(seen)
    assert (seen[0], reader.progress) == (0.0, 1.0)


def test_an_empty_journal_has_no_entries(tmp_path: Path) -> None:
    create(tmp_path).close()
    reader = JournalReader(tmp_path)
    assert list(reader) == []
    assert reader.last_sequence == 0


def test_a_directory_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalForeign, match="not a journal"):
        JournalReader(tmp_path)


def test_reading_without_hashes_still_checks_the_order(tmp_path: Path) -> None:
    keep(tmp_path)
    with reopen(tmp_path) as writer:
        writer.append(quotes(10, 2))
    read = JournalReader(tmp_path, check_hashes=False)
    assert [sequence for sequence, _ in read] == list(range(1, 9))
