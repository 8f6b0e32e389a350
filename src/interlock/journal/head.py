"""The head: how far a journal is known to reach, in a file of its own.

A journal that lost its last frames together with their index entries looks whole: it ends where a
frame ends. HEAD is the witness against that. It is written and synced when a journal is opened,
when a segment is sealed and when the writer closes in order; the last also says that nothing
follows. Two places are written in turn, so that a torn write leaves the one before. Cost: one sync
of one sector each time; a batch never waits for it.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from interlock.journal.faults import RESTORE, JournalCorrupt
from interlock.journal.files import Files, read_file
from interlock.journal.identity import Identity

HEAD_NAME: Final = "HEAD"
_MAGIC: Final = b"ILKHEAD1"
_CHECKED: Final = struct.Struct("<Q16sQQQ32s")  # follows the mark and the checksum
PLACE_BYTES: Final = 512
"""One sector: a write of one is torn seldom, and the other place is whole then."""
HEAD_BYTES: Final = 2 * PLACE_BYTES


@dataclass(frozen=True, slots=True)
class Head:
    """What was known to be durable when it was written."""

    number: int
    """How often the head has been written; it chooses the place."""
    journal_id: bytes
    sequence: int
    epoch: int
    is_closed: bool
    """The writer ended in order, and nothing follows `sequence`."""
    hash: bytes
    """The chain's hash after `sequence`."""


def pack_head(head: Head) -> bytes:
    """This is one place of the file."""
    checked = _CHECKED.pack(
        head.number, head.journal_id, head.sequence, head.epoch, int(head.is_closed), head.hash
    ).ljust(PLACE_BYTES - 12, b"\0")
    return _MAGIC + crc32(checked).to_bytes(4, "little") + checked


def unpack_head(data: bytes) -> Head | None:
    """This reads one place; None when it is damaged or was never written."""
    if len(data) != PLACE_BYTES or data[:8] != _MAGIC:
        return None
    if int.from_bytes(data[8:12], "little") != crc32(data[12:]):
        return None
    number, journal_id, sequence, epoch, closed, chained = _CHECKED.unpack_from(data, 12)
    return Head(number, journal_id, sequence, epoch, closed == 1, chained)


def read_head(files: Files, directory: Path, identity: Identity) -> tuple[Head | None, list[str]]:
    """This is the newest whole head, and a note for each place that is damaged.

    None for a journal of a version that kept none. Raises `JournalCorrupt` when this journal keeps
    one and it is gone or damaged in both places.
    """
    if HEAD_NAME not in files.names(directory):
        if identity.has_head:
            raise JournalCorrupt(HEAD_NAME, 0, "how far the journal reaches", "gone", RESTORE)
        return None, []
    data = read_file(files, directory / HEAD_NAME)
    notes: list[str] = []
    heads: list[Head] = []
    for place in range(2):
        found = unpack_head(data[place * PLACE_BYTES : (place + 1) * PLACE_BYTES])
        if found is None or found.journal_id != identity.journal_id:
            notes.append(f"{HEAD_NAME} at byte {place * PLACE_BYTES}: this place is damaged")
        else:
            heads.append(found)
    if not heads:
        raise JournalCorrupt(
            HEAD_NAME, 0, "how far the journal reaches", "damaged in both places", RESTORE
        )
    if len(data) > HEAD_BYTES:
        notes.append(f"{HEAD_NAME} at byte {HEAD_BYTES}: {len(data) - HEAD_BYTES} bytes too many")
    return max(heads, key=lambda head: head.number), notes


def require_head_agrees(head: Head | None, sequence: int, chained: bytes, where: str) -> None:
    """This raises `JournalCorrupt` when the frame that ends with the head's sequence is another."""
    if head is not None and head.sequence == sequence and head.hash != chained:
        raise JournalCorrupt(
            where,
            0,
            f"the frame of sequence {sequence} that {HEAD_NAME} remembers, "
            f"with hash {head.hash.hex()[:16]}",
            f"another one, with hash {chained.hex()[:16]}: it was rewritten",
            RESTORE,
        )


class HeadFile:
    """HEAD as its writer holds it. Every method raises `OSError` as the disk does."""

    def __init__(self, files: Files, directory: Path, identity: Identity) -> None:
        self._files = files
        self._identity = identity
        path = directory / HEAD_NAME
        is_new = HEAD_NAME not in files.names(directory)
        self._descriptor = files.open(path, write=True, create=is_new)
        self._number = 0
        if not is_new:
            data = files.read(self._descriptor, HEAD_BYTES, 0)
            for at in (0, PLACE_BYTES):
                found = unpack_head(data[at : at + PLACE_BYTES])
                self._number = max(self._number, found.number if found is not None else 0)

    def write(self, sequence: int, chained: bytes, epoch: int, *, is_closed: bool = False) -> None:
        """This is durable when it returns. A journal's first one fills both places, also over what
        a creation that was interrupted left there."""
        places = 2 if self._number == 0 or sequence == 0 else 1
        for _ in range(places):
            self._number += 1
            head = Head(
                self._number, self._identity.journal_id, sequence, epoch, is_closed, chained
            )
            at = self._number % 2 * PLACE_BYTES
            self._files.write(self._descriptor, pack_head(head), at)
            # Each by itself: a crash must never find both places half written.
            self._files.sync(self._descriptor)

    def close(self) -> None:
        self._files.close(self._descriptor)
