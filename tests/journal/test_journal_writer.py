"""Batches in, durable sequence numbers out; and what happens when the disk says no."""

import errno
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.journal.faults import (
    JournalForeign,
    JournalFull,
    JournalLocked,
    JournalPoisoned,
)
from interlock.journal.files import Files
from interlock.journal.options import JournalOptions
from interlock.journal.poison import lift_poison
from interlock.journal.reader import JournalReader
from interlock.journal.segments import NEXT_SEGMENT_NAME, segment_paths
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import Halt
from interlock.messages.encoding import Entry
from journal.samples import FILES, JOURNAL_ID, create, index_of, quote, quotes, reopen, small, tick


class FailingFiles(Files):
    """A disk on which one kind of call fails from the n-th on."""

    def __init__(self, call: str, after: int, code: int) -> None:
        self.call, self.left, self.code = call, after, code
        self.failures = 0

    def _count(self, call: str) -> None:
        if call == self.call:
            self.left -= 1
            if self.left < 0:
                self.failures += 1
                raise OSError(self.code, "the disk said no")

    def datasync(self, descriptor: int) -> None:
        self._count("datasync")
        super().datasync(descriptor)

    def sync_queue(self) -> None:
        """Every sync is a call of `datasync`."""

    def write(self, descriptor: int, data: bytes | memoryview, offset: int) -> None:
        self._count("write")
        super().write(descriptor, data, offset)


class FullFiles(Files):
    """A disk without room for another segment."""

    is_full = False

    def open(self, path: Path, *, write: bool = False, create: bool = False) -> int:
        if self.is_full and path.name == NEXT_SEGMENT_NAME:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().open(path, write=write, create=create)


class NetworkFiles(Files):
    def filesystem(self, directory: Path) -> str:
        return "nfs4"


@settings(max_examples=25)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=25),
    background=st.booleans(),
    closes=st.sets(st.integers(0, 24)),
)
def test_what_was_kept_is_read_back_over_many_segments_and_writers(
    sizes: list[int], background: bool, closes: set[int]
) -> None:
    with TemporaryDirectory() as place:
        directory = Path(place)
        options = small(background=background)
        writer = create(directory, options)
        kept: list[Entry] = []
        for number, size in enumerate(sizes):
            batch = quotes(len(kept) + 1, size)
            writer.begin(batch)
            kept += batch
            if number in closes:
                writer.close()
                writer = JournalWriter.open(directory, code_version="2", options=options)
                assert writer.durable_sequence == len(kept)
            else:
                assert writer.wait() == len(kept)
        writer.close()
        assert list(JournalReader(directory)) == list(enumerate(kept, 1))


def test_the_durable_sequence_moves_only_when_the_sync_is_over(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.begin(quotes(1, 3))
        assert (writer.last_sequence, writer.durable_sequence) == (3, 0)
        assert writer.wait() == 3
        assert writer.durable_sequence == 3


def test_what_a_writer_did_is_counted(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.append(quotes(1, 3))
        writer.append(quotes(4, 2))
        counted = writer.statistics()
    assert (counted.batches, counted.entries, counted.syncs) == (2, 5, 2)
    entries = index_of(segment_paths(FILES, tmp_path)[0])
    assert counted.bytes == (tmp_path / "seg-00000000000000000001.jrn").stat().st_size - 8192
    assert [entry.first_sequence for entry in entries] == [1, 4]


def test_a_second_writer_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    with create(tmp_path), pytest.raises(JournalLocked, match="another process"):
        reopen(tmp_path)
    reopen(tmp_path).close()


def test_every_writer_has_a_higher_epoch(tmp_path: Path) -> None:
    create(tmp_path).close()
    epochs = []
    for number in range(3):
        with reopen(tmp_path) as writer:
            epochs.append(writer.epoch)
            writer.append([quote(number)])
    assert epochs == [2, 3, 4]
    assert [batch.epoch for batch in JournalReader(tmp_path).batches()] == [2, 3, 4]


def test_an_epoch_is_above_all_in_the_journal_even_when_the_lock_file_is_gone(
    tmp_path: Path,
) -> None:
    create(tmp_path).close()
    with reopen(tmp_path) as writer:
        writer.append([quote(1)])
    (tmp_path / "LOCK").unlink()
    with reopen(tmp_path) as writer:
        assert writer.epoch == 3


def test_a_journal_is_not_made_over_another(tmp_path: Path) -> None:
    create(tmp_path).close()
    with pytest.raises(JournalForeign, match="already"):
        create(tmp_path)


def test_a_directory_without_identity_is_no_journal(tmp_path: Path) -> None:
    create(tmp_path).close()
    (tmp_path / "JOURNAL").unlink()
    with pytest.raises(JournalForeign, match="no file JOURNAL"):
        reopen(tmp_path)


def test_a_damaged_identity_is_refused(tmp_path: Path) -> None:
    create(tmp_path).close()
    data = (tmp_path / "JOURNAL").read_bytes()
    (tmp_path / "JOURNAL").write_bytes(data.replace(b"00010203", b"00010204"))
    with pytest.raises(JournalForeign, match="damaged"):
        reopen(tmp_path)


def test_a_network_filesystem_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalForeign, match="nfs4"):
        create(tmp_path, small(files=NetworkFiles()))


@pytest.mark.parametrize("call", ["write", "datasync"])
@pytest.mark.parametrize("background", [False, True])
def test_a_disk_that_fails_poisons_the_writer_for_good(
    tmp_path: Path, call: str, background: bool
) -> None:
    create(tmp_path).close()
    files = FailingFiles(call, 1_000, errno.EIO)
    said: list[str] = []
    options = JournalOptions(
        segment_bytes=16384, chunk_bytes=8192, background=background, fatal=said.append, files=files
    )
    writer = JournalWriter.open(tmp_path, code_version="2", options=options)
    writer.append([quote(1)])
    files.left = 0

    def keep_another() -> None:
        writer.begin([quote(2)])
        writer.wait()

    with pytest.raises(JournalPoisoned, match="the disk said no"):
        keep_another()
    # The disk recovers, the writer does not: what is on the disk is unknown.
    files.left = 1_000
    failures = files.failures
    for again in (lambda: writer.append([quote(3)]), writer.wait, lambda: writer.begin([quote(3)])):
        with pytest.raises(JournalPoisoned):
            again()
    assert files.failures == failures
    assert len(said) == 1
    assert "nothing after sequence 1 is known to be durable" in said[0]
    writer.close()


def test_a_poisoned_journal_is_not_opened_until_someone_has_looked(tmp_path: Path) -> None:
    files = FailingFiles("datasync", 1_000, errno.EIO)
    writer = create(tmp_path, small(files=files))
    writer.append([quote(1)])
    files.left = 0
    with pytest.raises(JournalPoisoned):
        writer.append([quote(2)])
    writer.close()
    with pytest.raises(JournalPoisoned, match="remove this file"):
        reopen(tmp_path)
    lift_poison(FILES, tmp_path)
    with reopen(tmp_path) as again:
        # The batch was whole in the file after all: it was never acknowledged, and may be kept.
        assert again.durable_sequence == 2


def test_a_full_disk_stops_before_anything_is_written(tmp_path: Path) -> None:
    files = FullFiles()
    writer = create(tmp_path, small(files=files))
    files.is_full = True

    def fill_the_segment() -> None:
        for number in range(100):
            writer.append(quotes(1 + 10 * number, 10))

    with pytest.raises(JournalFull, match="make room"):
        fill_the_segment()
    with pytest.raises(JournalFull):
        writer.append([quote(5_000)])
    assert writer.durable_sequence == writer.last_sequence > 0
    writer.close()
    with reopen(tmp_path) as again:
        assert again.durable_sequence == writer.durable_sequence
        assert again.append([quote(5_000)]) == writer.durable_sequence + 1


def test_a_batch_too_large_for_a_frame_becomes_several(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.append(quotes(1, 1_000))
        assert writer.durable_sequence == 1_000
        assert writer.statistics().batches > 1
        writer.begin(quotes(1_001, 1_000))
        assert writer.wait() == 2_000
    assert [entry for _, entry in JournalReader(tmp_path)] == quotes(1, 2_000)


def test_a_record_above_the_bound_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        large = Entry(2_000, Halt("firm", "ann", "x" * 20_000), [])
        with pytest.raises(JournalFull, match="sequence 2: the record was 20"):
            writer.append([quote(1), large])
        assert writer.last_sequence == 0
        assert writer.append([quote(1)]) == 1


def test_time_may_stay_and_never_goes_back(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.append([tick(5), tick(5)])
        writer.append([tick(5)])
        with pytest.raises(AssertionError, match="time 4 is before 5"):
            writer.append([tick(4)])
        with pytest.raises(AssertionError, match="in the same batch"):
            writer.append([tick(9), tick(8)])


def test_two_batches_are_never_outstanding(tmp_path: Path) -> None:
    with create(tmp_path) as writer:
        writer.begin([quote(1)])
        with pytest.raises(AssertionError, match="outstanding"):
            writer.begin([quote(2)])
        assert writer.wait() == 1


def test_closing_waits_for_what_is_outstanding_and_gives_back_the_zeros(tmp_path: Path) -> None:
    writer = create(tmp_path, small(background=True))
    writer.begin(quotes(1, 2))
    writer.close()
    writer.close()
    assert writer.durable_sequence == 2
    (path,) = segment_paths(FILES, tmp_path)
    assert path.stat().st_size < 8192 + 1024
    assert not (tmp_path / "seg-next.tmp").exists()
    with reopen(tmp_path) as again:
        assert again.identity.journal_id == JOURNAL_ID
        assert again.append(quotes(3, 400)) == 402
