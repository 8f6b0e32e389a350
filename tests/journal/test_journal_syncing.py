"""The disk at work while we go on: by the kernel's queue and by a thread, to the same promise."""

import errno
import os
import sys
from pathlib import Path

import pytest

from interlock.journal.files import Files
from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.sync_queue import SyncQueue
from interlock.journal.syncing import Syncer, SyncingThread, make_syncer
from interlock.journal.writer import JournalWriter
from journal.samples import JOURNAL_ID, quote


class NoQueue(Files):
    """A disk as on a system whose kernel has no queue."""

    def sync_queue(self) -> None:
        return None


class Unwilling(SyncQueue):
    """A queue that takes nothing, as on a filesystem that has no such sync."""

    def start(self, descriptor: int) -> bool:
        del descriptor
        return False


class UnwillingFiles(Files):
    """It counts the syncs that were waited for in line."""

    syncs = 0

    def sync_queue(self) -> SyncQueue | None:
        return Unwilling.open()

    def datasync(self, descriptor: int) -> None:
        self.syncs += 1
        super().datasync(descriptor)


def syncer_of(kind: str) -> Syncer:
    syncer = make_syncer(Files() if kind == "queue" else NoQueue())
    if sys.platform == "linux":
        assert isinstance(syncer, SyncQueue if kind == "queue" else SyncingThread)
    return syncer


@pytest.mark.parametrize("kind", ["queue", "thread"])
def test_a_descriptor_is_synced_again_and_again(kind: str, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "data", os.O_RDWR | os.O_CREAT)
    syncer = syncer_of(kind)
    try:
        for place in range(20):
            os.pwrite(descriptor, b"x" * 8_192, place * 8_192)
            assert syncer.start(descriptor)
            syncer.wait()
    finally:
        syncer.stop()
        os.close(descriptor)


@pytest.mark.parametrize("kind", ["queue", "thread"])
def test_what_cannot_be_synced_is_an_error_and_no_silence(kind: str, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "data", os.O_RDWR | os.O_CREAT)
    os.close(descriptor)
    syncer = syncer_of(kind)

    def sync() -> None:
        syncer.start(descriptor)
        syncer.wait()

    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        sync()
    syncer.stop()


@pytest.mark.parametrize("files", [Files(), NoQueue(), UnwillingFiles()])
def test_batches_are_kept_alike_whoever_syncs(files: Files, tmp_path: Path) -> None:
    options = JournalOptions(segment_bytes=16_384, chunk_bytes=8_192, files=files)
    directory = tmp_path / "journal"
    with JournalWriter.create(
        directory, journal_id=JOURNAL_ID, code_version="1", options=options
    ) as writer:
        for number in range(1, 40):
            writer.begin([quote(number)])
            assert writer.durable_sequence == number - 1
            assert writer.wait() == number
    assert JournalReader(directory).last_sequence == 39
    assert not isinstance(files, UnwillingFiles) or files.syncs >= 39
