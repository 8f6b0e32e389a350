"""The disk in memory loses what a disk may lose, and nothing else."""

import errno
from pathlib import Path
from random import Random

import pytest

from interlock.testing.files import SECTOR_BYTES, MemoryFiles
from interlock.testing.points import Crashed, CrashPoint, Loss, Plan

FOLDER = Path("/disk")
FILE = FOLDER / "file"


def written(data: bytes, *, synced: bool = False) -> MemoryFiles:
    """A disk with one file that is there for good, and data in it that may not be."""
    files = MemoryFiles()
    files.make_directory(FOLDER)
    descriptor = files.open(FILE, write=True, create=True)
    files.sync(descriptor)
    files.sync_directory(FOLDER)
    files.write(descriptor, data, 0)
    if synced:
        files.datasync(descriptor)
    return files


def read(files: MemoryFiles) -> bytes:
    descriptor = files.open(FILE)
    return files.read(descriptor, files.size(descriptor), 0)


@pytest.mark.parametrize("loss", Loss)
def test_what_was_synced_outlives_every_crash(loss: Loss) -> None:
    data = Random(1).randbytes(5_000)
    files = written(data, synced=True)
    files.crash(loss, Random(2))
    assert read(files) == data


def test_what_was_not_synced_is_dropped() -> None:
    files = written(b"x" * 5_000)
    assert read(files) == b"x" * 5_000
    files.crash(Loss.DROP, Random(1))
    assert read(files) == b""


def test_what_was_not_synced_is_there_when_only_the_process_died() -> None:
    files = written(b"x" * 5_000)
    files.crash(Loss.FULL, Random(1))
    assert read(files) == b"x" * 5_000


def sectors(data: bytes) -> list[bool]:
    return [
        data[start : start + SECTOR_BYTES] == b"x" * SECTOR_BYTES
        for start in range(0, 20 * SECTOR_BYTES, SECTOR_BYTES)
    ]


def test_a_torn_write_is_its_first_sectors() -> None:
    found = set()
    for seed in range(40):
        files = written(b"x" * 20 * SECTOR_BYTES)
        files.crash(Loss.TORN, Random(seed))
        there = sectors(read(files))
        assert there == sorted(there, reverse=True)
        found.add(sum(there))
    assert {0, 20} < found
    assert len(found) > 8


def test_reordered_sectors_are_any_of_them() -> None:
    files = written(b"x" * 20 * SECTOR_BYTES)
    files.crash(Loss.REORDER, Random(3))
    there = sectors(read(files))
    assert there != sorted(there, reverse=True)
    assert 0 < sum(there) < 20


def test_corrupt_sectors_hold_anything_but_never_touch_what_was_synced_in_them() -> None:
    files = written(b"a" * 100, synced=True)
    descriptor = files.open(FILE, write=True)
    files.write(descriptor, b"b" * 100, 100)
    files.crash(Loss.CORRUPT, Random(1))
    data = read(files)
    assert data[:100] == b"a" * 100
    assert data[100:] != b"b" * 100


def test_a_rename_is_one_name_or_the_other_until_its_directory_is_synced() -> None:
    other = FOLDER / "other"
    for loss, name in ((Loss.DROP, "file"), (Loss.FULL, "other")):
        files = written(b"x", synced=True)
        files.rename(FILE, other)
        assert files.names(FOLDER) == ["other"]
        files.crash(loss, Random(1))
        assert files.names(FOLDER) == [name]
    files = written(b"x", synced=True)
    files.rename(FILE, other)
    files.sync_directory(FOLDER)
    files.crash(Loss.DROP, Random(1))
    assert files.names(FOLDER) == ["other"]


def test_a_crash_closes_every_descriptor_and_releases_every_lock() -> None:
    files = written(b"x", synced=True)
    first = files.open(FILE, write=True)
    assert files.lock(first)
    assert not files.lock(files.open(FILE, write=True))
    files.crash(Loss.DROP, Random(1))
    with pytest.raises(OSError, match="Bad file descriptor"):
        files.size(first)
    assert files.lock(files.open(FILE, write=True))


def test_a_named_call_fails_the_nth_time() -> None:
    files = written(b"")
    descriptor = files.open(FILE, write=True)
    files.fail("write", 2, code=errno.ENOSPC, times=2)
    files.write(descriptor, b"1", 0)
    for _ in range(2):
        with pytest.raises(OSError, match="No space left") as failed:
            files.write(descriptor, b"2", 0)
        assert failed.value.errno == errno.ENOSPC
    files.write(descriptor, b"3", 0)
    files.fail("datasync", name="other")
    files.datasync(descriptor)
    assert read(files) == b"3"


def test_a_dead_process_makes_no_call_any_more() -> None:
    plan = Plan()
    files = MemoryFiles(plan)
    files.make_directory(FOLDER)
    descriptor = files.open(FOLDER / "snap-1", write=True, create=True)
    plan.crash_at(CrashPoint.P6, 1)
    with pytest.raises(Crashed, match="P6, time 2"):
        files.write(descriptor, b"x", 0)
    with pytest.raises(Crashed):
        files.close(descriptor)
    files.crash(Loss.DROP, Random(1))
    plan.begin()
    assert files.names(FOLDER) == []
