"""The index: where each frame of a segment begins, in a file beside it.

An entry is written after its frame is known to be on disk, so besides finding a sequence quickly it
is a second witness of what was acknowledged: recovery refuses when the index knows a frame that the
segment has lost. It is not synced with every batch (a second sync would double the cost), so on its
own it may lag; `strict` writers sync it too. A missing index costs only time. Entries carry a
checksum salted by the segment, so another file's are never believed.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from interlock.journal.files import Files, read_file

_CHECKED: Final = struct.Struct("<QIQ16s")  # follows the checksum
INDEX_ENTRY_BYTES: Final = 4 + _CHECKED.size
_READ_ENTRIES: Final = 4096


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One frame: its sequences, where it begins, and the first half of its hash."""

    first_sequence: int
    count: int
    offset: int
    hash_start: bytes

    @property
    def last_sequence(self) -> int:
        return self.first_sequence + self.count - 1


def index_path(segment: Path) -> Path:
    return segment.with_suffix(".idx")


def pack_index_entry(entry: IndexEntry, salt: int) -> bytes:
    checked = _CHECKED.pack(entry.first_sequence, entry.count, entry.offset, entry.hash_start)
    return crc32(checked, salt & 0xFFFFFFFF).to_bytes(4, "little") + checked


def unpack_index_entry(data: bytes, salt: int) -> IndexEntry | None:
    """This reads one entry; None when it is damaged, torn or another segment's."""
    if len(data) != INDEX_ENTRY_BYTES:
        return None
    if int.from_bytes(data[:4], "little") != crc32(data[4:], salt & 0xFFFFFFFF):
        return None
    return IndexEntry(*_CHECKED.unpack_from(data, 4))


def read_index(files: Files, segment: Path, salt: int) -> list[IndexEntry]:
    """This is every whole entry of a segment's index; there must be one."""
    data = read_file(files, index_path(segment))
    found = (
        unpack_index_entry(data[at : at + INDEX_ENTRY_BYTES], salt)
        for at in range(0, len(data), INDEX_ENTRY_BYTES)
    )
    return [entry for entry in found if entry is not None]


def newest_entry(files: Files, segment: Path, salt: int) -> IndexEntry | None:
    """This is the last whole entry of a segment's index; None when there is none.

    The end is searched backwards, because an unsynced file may end in anything.
    """
    path = index_path(segment)
    if path.name not in files.names(path.parent):
        return None
    descriptor = files.open(path)
    try:
        position = files.size(descriptor) // INDEX_ENTRY_BYTES
        while position > 0:
            start = max(0, position - _READ_ENTRIES)
            length = (position - start) * INDEX_ENTRY_BYTES
            data = files.read(descriptor, length, start * INDEX_ENTRY_BYTES)
            for at in range(len(data) - INDEX_ENTRY_BYTES, -1, -INDEX_ENTRY_BYTES):
                entry = unpack_index_entry(data[at : at + INDEX_ENTRY_BYTES], salt)
                if entry is not None:
                    return entry
            position = start
    finally:
        files.close(descriptor)
    return None


def entry_of(files: Files, segment: Path, salt: int, sequence: int) -> IndexEntry | None:
    """This is the entry of the frame that holds a sequence; None when the index cannot say.

    A binary search: about 20 reads for a million frames.
    """
    path = index_path(segment)
    if path.name not in files.names(path.parent):
        return None
    descriptor = files.open(path)
    try:
        low, high = 0, files.size(descriptor) // INDEX_ENTRY_BYTES
        while low < high:
            middle = (low + high) // 2
            data = files.read(descriptor, INDEX_ENTRY_BYTES, middle * INDEX_ENTRY_BYTES)
            entry = unpack_index_entry(data, salt)
            if entry is None:
                high = middle  # a torn end, or damage: what lies before may still say
            elif entry.last_sequence < sequence:
                low = middle + 1
            elif entry.first_sequence > sequence:
                high = middle
            else:
                return entry
    finally:
        files.close(descriptor)
    return None
