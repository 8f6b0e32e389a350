"""The fence: at most one writer, and every writer has a higher epoch than all before it.

`LOCK` is held for as long as the writer lives, by the operating system, so it never needs clearing
after a crash. The epoch in it is made durable before the first frame is written, and is in every
frame.
"""

import struct
from pathlib import Path
from typing import Final
from zlib import crc32

from interlock.journal.faults import JournalLocked
from interlock.journal.files import Files

LOCK_NAME: Final = "LOCK"
_EPOCH: Final = struct.Struct("<Q")
_LOCK_BYTES: Final = 12


class Fence:
    """The lock of one journal, held from construction until `release`. Raises `JournalLocked`."""

    def __init__(self, files: Files, directory: Path) -> None:
        self._files = files
        path = directory / LOCK_NAME
        exists = path.name in files.names(directory)
        self._descriptor = files.open(path, write=True, create=not exists)
        if not files.lock(self._descriptor):
            files.close(self._descriptor)
            raise JournalLocked(
                str(path),
                "another process writes this journal",
                "Wait until it has ended, or read the journal instead: readers need no lock",
            )
        self.epoch = 0

    def raise_epoch(self, epoch_seen: int) -> int:
        """This takes the next epoch, above the file's and above the highest seen in a frame, and
        makes it durable."""
        data = self._files.read(self._descriptor, _LOCK_BYTES, 0)
        stored = 0
        if len(data) == _LOCK_BYTES and int.from_bytes(data[8:], "little") == crc32(data[:8]):
            stored = int.from_bytes(data[:8], "little")
        self.epoch = max(stored, epoch_seen) + 1
        packed = _EPOCH.pack(self.epoch)
        self._files.write(self._descriptor, packed + crc32(packed).to_bytes(4, "little"), 0)
        self._files.sync(self._descriptor)
        return self.epoch

    def release(self) -> None:
        self._files.close(self._descriptor)
