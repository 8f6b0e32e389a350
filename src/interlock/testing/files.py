"""Files in memory, with a disk below that can lose, tear, reorder and garble what was not synced.

What was written is seen by the process at once and reaches the disk with a sync, in sectors of 512
bytes; names reach it when their directory is synced. `crash` ends every descriptor and decides what
became of the rest. A call can be made to fail as a system call does. Nothing here touches a disk.
"""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from interlock.journal.files import Files
from interlock.journal.frames import MAGIC
from interlock.journal.segments import FOOTER_MAGIC, NEXT_SEGMENT_NAME
from interlock.testing.points import CrashPoint, Loss, Plan

SECTOR_BYTES: Final = 512


@dataclass
class _Content:
    """One file: what the process sees, what the disk has, and the sectors between the two."""

    seen: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: dict[int, None] = field(default_factory=dict)
    """In the order in which they were first written."""
    is_protected: bool = False
    is_durably_protected: bool = False
    locked_by: int = -1


@dataclass
class _Failure:
    """A call that will fail."""

    call: str
    name: str
    after: int
    times: int
    code: int


class MemoryFiles(Files):
    """A `Files` that needs no disk. Writes, syncs and renames pass the crash points of `plan`."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.plan = plan if plan is not None else Plan()
        self.calls: dict[str, int] = {}
        """How often each call was made that changes something."""
        self._names: dict[str, _Content] = {}
        self._durable_names: dict[str, _Content] = {}
        self._unsynced_names: list[tuple[str, dict[str, _Content | None]]] = []
        """(directory, what its names mean then, None for nothing), in order."""
        self._directories: set[str] = {"/"}
        self._open: dict[int, tuple[str, _Content]] = {}
        self._last_descriptor = 2
        self._failures: list[_Failure] = []
        self._is_rolling = False

    # What a test does to the disk.

    def fail(self, call: str, nth: int = 1, *, code: int = errno.EIO, times: int = 1,
             name: str = "") -> None:  # fmt: skip
        """The nth call of this name from now on (of a file whose name begins with `name`), and as
        many after it as make `times`, will raise `OSError` with `code`."""
        self._failures.append(_Failure(call, name, nth - 1, times, code))

    def heal(self) -> None:
        """No call fails any more."""
        self._failures.clear()

    def crash(self, loss: Loss, chance: Random) -> None:
        """The machine dies and comes back: descriptors and locks are gone, and of what was not
        synced as much is there as `loss` says."""
        self._open.clear()
        self._is_rolling = False
        kept = len(self._unsynced_names)
        if loss is Loss.DROP:
            kept = 0
        elif loss is not Loss.FULL:
            kept = chance.randint(0, kept)
        for _, names in self._unsynced_names[:kept]:
            self._make_durable(names)
        self._unsynced_names.clear()
        for content in {id(content): content for content in self._durable_names.values()}.values():
            _settle(content, loss, chance)
        self._names = dict(self._durable_names)

    def tree(self, directory: Path) -> dict[str, bytes]:
        """Every file of a directory as it is seen, by name."""
        start = f"{directory}/"
        return {
            name.removeprefix(start): bytes(content.seen)
            for name, content in sorted(self._names.items())
            if name.startswith(start)
        }

    def put(self, path: Path, data: bytes) -> None:
        """A file that is on the disk already."""
        self._directories.add(str(path.parent))
        self._names[str(path)] = self._durable_names[str(path)] = _Content(
            bytearray(data), bytearray(data)
        )

    # What a process calls.

    def open(self, path: Path, *, write: bool = False, create: bool = False) -> int:
        name = str(path)
        self._calling("open", path, changes=create)
        content = self._names.get(name)
        if create:
            if content is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
            if str(path.parent) not in self._directories:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
            content = self._names[name] = _Content()
            self._unsynced_names.append((str(path.parent), {name: content}))
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        if write and content.is_protected:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
        self._last_descriptor += 1
        self._open[self._last_descriptor] = (name, content)
        return self._last_descriptor

    def close(self, descriptor: int) -> None:
        self.plan.alive()
        _, content = self._content(descriptor)
        if content.locked_by == descriptor:
            content.locked_by = -1
        del self._open[descriptor]

    def read(self, descriptor: int, length: int, offset: int) -> bytes:
        self.plan.alive()
        return bytes(self._content(descriptor)[1].seen[offset : offset + length])

    def write(self, descriptor: int, data: bytes | memoryview, offset: int) -> None:
        name, content = self._content(descriptor)
        is_frame = bytes(data[:4]) == MAGIC
        if is_frame:
            self.plan.passing(CrashPoint.P0)
        elif bytes(data[:8]) == FOOTER_MAGIC:
            self._is_rolling = True
        self._calling("write", Path(name), changes=True)
        end = offset + len(data)
        if end > len(content.seen):
            content.seen.extend(bytes(end - len(content.seen)))
        content.seen[offset:end] = data
        for sector in range(offset // SECTOR_BYTES, -(-end // SECTOR_BYTES)):
            content.pending[sector] = None

    def truncate(self, descriptor: int, size: int) -> None:
        name, content = self._content(descriptor)
        self._calling("truncate", Path(name), changes=True)
        before = len(content.seen)
        del content.seen[size:]
        content.seen.extend(bytes(size - len(content.seen)))
        for sector in range(min(before, size) // SECTOR_BYTES, -(-max(before, size) // 512)):
            content.pending[sector] = None

    def size(self, descriptor: int) -> int:
        self.plan.alive()
        return len(self._content(descriptor)[1].seen)

    def datasync(self, descriptor: int) -> None:
        self._sync("datasync", descriptor)

    def sync_queue(self) -> None:
        """A disk in memory has none."""

    def sync(self, descriptor: int) -> None:
        self._sync("sync", descriptor)

    def sync_directory(self, directory: Path) -> None:
        self._calling("sync_directory", directory, changes=True)
        for place, names in self._unsynced_names:
            if place == str(directory):
                self._make_durable(names)
        self._unsynced_names = [
            change for change in self._unsynced_names if change[0] != str(directory)
        ]
        self._is_rolling = False

    def rename(self, source: Path, target: Path) -> None:
        self._calling("rename", target, changes=True)
        content = self._names.pop(str(source), None)
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(source))
        self._names[str(target)] = content
        # One change: after a crash there is one name or the other.
        self._unsynced_names.append((str(target.parent), {str(target): content, str(source): None}))

    def remove(self, path: Path) -> None:
        self._calling("remove", path, changes=True)
        if self._names.pop(str(path), None) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        self._unsynced_names.append((str(path.parent), {str(path): None}))

    def protect(self, path: Path) -> None:
        self._calling("protect", path, changes=True)
        self._names[str(path)].is_protected = True

    def is_protected(self, path: Path) -> bool:
        self.plan.alive()
        return self._names[str(path)].is_protected

    def make_directory(self, directory: Path) -> None:
        self.plan.alive()
        for parent in (directory, *directory.parents):
            self._directories.add(str(parent))

    def names(self, directory: Path) -> list[str]:
        self.plan.alive()
        if str(directory) not in self._directories:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(directory))
        start = f"{directory}/"
        return sorted(
            name.removeprefix(start)
            for name in self._names
            if name.startswith(start) and "/" not in name[len(start) :]
        )

    def lock(self, descriptor: int) -> bool:
        self.plan.alive()
        _, content = self._content(descriptor)
        if content.locked_by in self._open and content.locked_by != descriptor:
            return False
        content.locked_by = descriptor
        return True

    def filesystem(self, directory: Path) -> str:
        self.plan.alive()
        return "memory"

    # How it is done.

    def _content(self, descriptor: int) -> tuple[str, _Content]:
        self.plan.alive()
        try:
            return self._open[descriptor]
        except KeyError:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None

    def _calling(self, call: str, path: Path, *, changes: bool) -> None:
        """A call begins: the points that it passes, and what it was told to fail with."""
        plan = self.plan
        plan.alive()
        if changes:
            self.calls[call] = self.calls.get(call, 0) + 1
            if path.name.startswith("snap-"):
                plan.passing(CrashPoint.P6)
            if self._is_rolling or path.name == NEXT_SEGMENT_NAME:
                plan.passing(CrashPoint.P7)
            if plan.is_recovering:
                plan.passing(CrashPoint.P8)
        for failure in self._failures:
            if failure.call != call or not path.name.startswith(failure.name):
                continue
            if failure.after > 0:
                failure.after -= 1
            elif failure.times > 0:
                failure.times -= 1
                raise OSError(failure.code, os.strerror(failure.code), str(path))

    def _sync(self, call: str, descriptor: int) -> None:
        name, content = self._content(descriptor)
        has_frame = any(
            content.seen[sector * SECTOR_BYTES : sector * SECTOR_BYTES + SECTOR_BYTES].find(MAGIC)
            >= 0
            for sector in content.pending
        )
        if has_frame:
            self.plan.passing(CrashPoint.P1)
        self._calling(call, Path(name), changes=True)
        del content.durable[len(content.seen) :]
        content.durable.extend(bytes(len(content.seen) - len(content.durable)))
        for sector in content.pending:
            start = sector * SECTOR_BYTES
            content.durable[start : start + SECTOR_BYTES] = content.seen[
                start : start + SECTOR_BYTES
            ]
        content.pending.clear()
        content.is_durably_protected = content.is_protected
        if has_frame:
            self.plan.passing(CrashPoint.P2)

    def _make_durable(self, names: dict[str, _Content | None]) -> None:
        for name, content in names.items():
            if content is None:
                self._durable_names.pop(name, None)
            else:
                self._durable_names[name] = content


def _settle(content: _Content, loss: Loss, chance: Random) -> None:
    """After a crash: which of the sectors between the process and the disk are there."""
    pending = list(content.pending)
    if loss is Loss.DROP:
        pending = []
    elif loss is Loss.TORN:
        pending = pending[: chance.randint(0, len(pending))]
    elif loss is Loss.REORDER:
        pending = [sector for sector in pending if chance.random() < 0.5]
    if len(pending) == len(content.pending):
        # The size is written with the last of them.
        del content.durable[len(content.seen) :]
    for sector in pending:
        start = sector * SECTOR_BYTES
        data = bytes(content.seen[start : start + SECTOR_BYTES])
        if loss is Loss.CORRUPT:
            data = _garbled(data, bytes(content.durable[start : start + SECTOR_BYTES]), chance)
        content.durable.extend(bytes(max(0, start + len(data) - len(content.durable))))
        content.durable[start : start + len(data)] = data
    if loss is Loss.FULL:
        content.is_durably_protected = content.is_protected
    content.pending.clear()
    content.seen = bytearray(content.durable)
    content.is_protected = content.is_durably_protected
    content.locked_by = -1


def _garbled(data: bytes, before: bytes, chance: Random) -> bytes:
    """A sector of which what was being written holds anything; what was there before is kept."""
    before = before.ljust(len(data), b"\0")
    changed = [place for place in range(len(data)) if data[place] != before[place]]
    if not changed or chance.random() < 0.2:
        return data
    first, last = changed[0], changed[-1]
    return data[:first] + chance.randbytes(last + 1 - first) + data[last + 1 :]
