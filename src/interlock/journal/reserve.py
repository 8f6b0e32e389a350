"""The reserve: room on the disk that was taken beforehand, for the day when there is none.

RESERVE is a file of zeros, written and synced while there was room. When the disk is full it gets a
segment's name and becomes the place of the next frames: nothing has to be given back to a disk that
somebody else may fill. It is bounded, so what is written there must be worth it: cancels, reports,
and the end of the session. On filesystems that copy what is written anew (btrfs, ZFS) zeros that
were written are no promise of room.
"""

from pathlib import Path
from typing import Final

from interlock.journal.files import Files
from interlock.journal.preparing import make_segment_aside

RESERVE_NAME: Final = "RESERVE"
_ASIDE: Final = "RESERVE.tmp"


class Reserve:
    """The reserve of one journal, held by its writer. 0 bytes are no reserve."""

    def __init__(self, files: Files, directory: Path, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.is_held = False
        self._files = files
        self._directory = directory

    def hold(self) -> bool:
        """This takes the room, unless it is held; false when the disk does not have it. Cost: the
        writing of its zeros."""
        if self.size_bytes == 0 or self.is_held:
            return self.is_held
        files, path = self._files, self._directory / RESERVE_NAME
        try:
            if RESERVE_NAME not in files.names(self._directory) or not self._is_whole(path):
                aside = self._directory / _ASIDE
                files.close(make_segment_aside(files, aside, self.size_bytes))
                files.rename(aside, path)
                files.sync_directory(self._directory)
        except OSError:
            self._discard(_ASIDE)
            return False
        self.is_held = True
        return True

    def give(self, name: str) -> int:
        """This hands the room over under another name, and returns its descriptor."""
        assert self.is_held, "there is no reserve"
        self.is_held = False
        target = self._directory / name
        self._files.rename(self._directory / RESERVE_NAME, target)
        return self._files.open(target, write=True)

    def release(self) -> None:
        """This gives the room back, when the session ends in order."""
        self.is_held = False
        self._discard(RESERVE_NAME)

    def _is_whole(self, path: Path) -> bool:
        descriptor = self._files.open(path)
        try:
            return self._files.size(descriptor) == self.size_bytes
        finally:
            self._files.close(descriptor)

    def _discard(self, name: str) -> None:
        if name in self._files.names(self._directory):
            self._files.remove(self._directory / name)
