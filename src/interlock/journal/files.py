"""Files: the only way the journal touches the disk, passed in so that a test can pass one that
fails.

Each method is one system call with its promise; nothing is buffered here. Writes are positioned, so
that no two callers share a file offset.
"""

import fcntl
import os
from pathlib import Path
from typing import Final

from interlock.journal.sync_queue import SyncQueue

# A lock or a sync on these is another machine's promise, not ours. Overlay filesystems are allowed
# because their upper directory is a local filesystem and syncs reach it, except when mounted
# `volatile`, which drops every sync.
NETWORK_FILESYSTEMS: Final = frozenset(
    (
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.glusterfs",
        "fuse.sshfs",
        "gfs2",
        "lustre",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
    )
)
VOLATILE_OVERLAY: Final = "overlay mounted volatile"


class Files:
    """The disk as the operating system offers it. Every method raises `OSError` when the system
    call does."""

    def open(self, path: Path, *, write: bool = False, create: bool = False) -> int:
        """A descriptor; `create` fails when the file exists."""
        flags = os.O_RDWR if write else os.O_RDONLY
        if create:
            flags |= os.O_CREAT | os.O_EXCL
        return os.open(path, flags | os.O_CLOEXEC, 0o644)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def read(self, descriptor: int, length: int, offset: int) -> bytes:
        """Up to `length` bytes; fewer only at the end of the file."""
        data = os.pread(descriptor, length, offset)
        while len(data) < length:
            more = os.pread(descriptor, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def write(self, descriptor: int, data: bytes | memoryview, offset: int) -> None:
        """All of the data, in as many calls as the system needs (one, but for signals and full
        disks)."""
        written = os.pwrite(descriptor, data, offset)
        while written < len(data):
            written += os.pwrite(descriptor, memoryview(data)[written:], offset + written)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def size(self, descriptor: int) -> int:
        return os.fstat(descriptor).st_size

    def datasync(self, descriptor: int) -> None:
        """The file's data is on the disk, and as much of its metadata as reading it needs."""
        os.fdatasync(descriptor)

    def sync_queue(self) -> SyncQueue | None:
        """What does as `datasync` does while the caller goes on; None where nothing does. Whoever
        overrules `datasync` overrules this."""
        return SyncQueue.open()

    def sync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def sync_directory(self, directory: Path) -> None:
        """The names in the directory are on the disk."""
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        os.rename(source, target)

    def remove(self, path: Path) -> None:
        os.unlink(path)

    def protect(self, path: Path) -> None:
        """Nobody writes this file by accident any more."""
        os.chmod(path, 0o444)

    def is_protected(self, path: Path) -> bool:
        """True when nobody may write the file."""
        return os.stat(path).st_mode & 0o222 == 0

    def make_directory(self, directory: Path) -> None:
        os.makedirs(directory, exist_ok=True)

    def names(self, directory: Path) -> list[str]:
        """The names in a directory, sorted: the order that a directory returns is nobody's
        promise."""
        return sorted(os.listdir(directory))

    def lock(self, descriptor: int) -> bool:
        """Hold the file alone until the descriptor is closed; false when somebody else does."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def filesystem(self, directory: Path) -> str:
        """The type of the filesystem that holds the directory; empty where the system does not
        say."""
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
        except OSError:
            return ""
        place = os.path.realpath(directory)
        found, depth = "", -1
        for line in mounts.splitlines():
            fields, _, rest = line.partition(" - ")
            point = fields.split()[4].encode().decode("unicode_escape")
            inside = place == point or place.startswith(point.rstrip("/") + "/")
            # The last mount at a place hides those before it.
            if inside and len(point) >= depth:
                depth = len(point)
                found = rest.split()[0]
                if found == "overlay" and "volatile" in rest.split()[-1].split(","):
                    found = VOLATILE_OVERLAY
        return found


def read_file(files: Files, path: Path) -> bytes:
    """This is everything in a small file."""
    descriptor = files.open(path)
    try:
        return files.read(descriptor, files.size(descriptor), 0)
    finally:
        files.close(descriptor)


def size_of(files: Files, path: Path) -> int:
    """This is how many bytes a file has."""
    descriptor = files.open(path)
    try:
        return files.size(descriptor)
    finally:
        files.close(descriptor)


def publish(files: Files, path: Path, data: bytes) -> None:
    """This makes a file appear whole or not at all: write aside, sync, rename, sync the
    directory."""
    aside = path.with_name(path.name + ".tmp")
    if aside.name in files.names(path.parent):
        files.remove(aside)
    descriptor = files.open(aside, write=True, create=True)
    try:
        files.write(descriptor, data, 0)
        files.sync(descriptor)
    finally:
        files.close(descriptor)
    files.rename(aside, path)
    files.sync_directory(path.parent)
