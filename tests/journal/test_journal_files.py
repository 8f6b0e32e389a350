"""The disk itself: a sync is the system's own call, not a promise of ours."""

import errno
import os
from pathlib import Path

import pytest

from interlock.journal.files import Files


def test_syncing_a_closed_descriptor_fails_as_only_the_system_call_does(tmp_path: Path) -> None:
    files = Files()
    descriptor = files.open(tmp_path / "file", write=True, create=True)
    files.datasync(descriptor)
    files.sync(descriptor)
    files.close(descriptor)
    for sync in (files.datasync, files.sync):
        with pytest.raises(OSError, match="Bad file descriptor") as failed:
            sync(descriptor)
        assert failed.value.errno == errno.EBADF


def test_syncing_what_no_disk_holds_fails_as_only_the_system_call_does() -> None:
    reading, writing = os.pipe()
    try:
        for sync in (Files().datasync, Files().sync):
            with pytest.raises(OSError, match="Invalid argument") as failed:
                sync(writing)
            assert failed.value.errno == errno.EINVAL
    finally:
        os.close(reading)
        os.close(writing)
