"""Syncing: the disk works on one batch while the next is stepped.

Where the kernel has a queue of its own (`sync_queue.py`) it does that; elsewhere one thread does
nothing but wait for the disk.

Only the sync itself is handed over: encoding holds the interpreter's lock anyway, and every return
of the thread from a system call would have to win that lock back from the stepping thread, up to
5 ms each time. For the same reason its `start` waits until it is about to enter its one system
call; without that the sync would begin only when the stepping thread next blocks. Measured on ext4
with 64 KiB batches and 320 us of stepping between them: 455 us a batch with the sync in line, 506
handed over without the wait, 440 with it, for some 15 % more CPU. The queue needs neither.
"""

import threading
from typing import Protocol

from interlock.journal.files import Files


class Syncer(Protocol):
    """Syncs one descriptor at a time. `start` and `wait` alternate, from one thread."""

    def start(self, descriptor: int) -> bool:
        """Begins to sync and returns at once; false when it is not taken, and must be waited for
        in line."""
        ...

    def wait(self) -> None:
        """Returns when the sync that was started is over; raises what it raised."""
        ...

    def stop(self) -> None:
        """Ends; nothing may be under way."""
        ...


def make_syncer(files: Files) -> Syncer:
    """This is the queue of the kernel where these files have one, else a thread."""
    queue = files.sync_queue()
    return queue if queue is not None else SyncingThread(files)


class SyncingThread:
    """A thread that syncs one descriptor at a time."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._descriptor = -1
        self._error: BaseException | None = None
        self._wanted = threading.Lock()
        self._entering = threading.Lock()
        self._finished = threading.Lock()
        for lock in (self._wanted, self._entering, self._finished):
            lock.acquire()
        self._thread = threading.Thread(target=self._run, name="journal-sync", daemon=True)
        self._thread.start()

    def start(self, descriptor: int) -> bool:
        assert descriptor >= 0, f"descriptor {descriptor} is none"
        self._descriptor = descriptor
        self._wanted.release()
        self._entering.acquire()
        return True

    def wait(self) -> None:
        self._finished.acquire()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def stop(self) -> None:
        self._descriptor = -1
        self._wanted.release()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._wanted.acquire()
            if self._descriptor < 0:
                return
            self._entering.release()
            try:
                self._files.datasync(self._descriptor)
            except BaseException as error:
                self._error = error
            self._finished.release()
