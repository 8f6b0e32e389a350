"""Preparing: zeroing the disk ahead of the writer, by a second thread, so that no batch waits for
it.

Syncing into a zeroed file costs about half of syncing into a growing one, and with a quarter of its
worst case. The zeros go in pieces, each synced by itself, because a batch's sync also waits for
whatever of the file is still unwritten.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from interlock.journal.bounds import ZERO_BYTES
from interlock.journal.files import Files

_ZEROS = bytes(ZERO_BYTES)


def zero_range(files: Files, descriptor: int, start: int, end: int) -> None:
    """This makes a range of a file durable zeros."""
    for offset in range(start, end, ZERO_BYTES):
        files.write(descriptor, _ZEROS[: min(ZERO_BYTES, end - offset)], offset)
        files.datasync(descriptor)


def make_segment_aside(files: Files, path: Path, zeroed_bytes: int) -> int:
    """This makes a file of zeros that will become a segment, and returns its descriptor."""
    if path.name in files.names(path.parent):
        files.remove(path)
    descriptor = files.open(path, write=True, create=True)
    zero_range(files, descriptor, 0, zeroed_bytes)
    return descriptor


class Preparation:
    """One piece of work under way; its result, or what it raised, is taken by whoever needs it.

    With `background` false the work is done when it is taken, by the taker: the order of system
    calls is then the same every time.
    """

    def __init__(self, work: Callable[[], int], *, background: bool) -> None:
        self._work = work
        self._result = 0
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None
        if background:
            self._thread = threading.Thread(target=self._run, name="journal-zeroing", daemon=True)
            self._thread.start()

    @property
    def is_done(self) -> bool:
        """True when taking the result waits for nothing."""
        return self._thread is not None and not self._thread.is_alive()

    def abandon(self) -> None:
        """Waits until nobody works on it any more, whatever became of it."""
        if self._thread is not None:
            self._thread.join()

    def take(self) -> int:
        """Waits for the work and returns what it returned."""
        if self._thread is None:
            return self._work()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
