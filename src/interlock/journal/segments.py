"""Segments: the files that frames live in.

    header (4096 bytes) | the same again | frames ... | footer, once sealed | zeros

A segment is zeroed ahead of the writer, so that a sync never has to make a change of size durable,
and so that the end of what was written is told by zeros: anything else after the last whole frame
is a torn write or damage. The header is kept twice because everything else depends on it. A segment
is made aside, zeroed, synced and renamed, so a file by this name always has a whole header. Sealed
segments are read-only and never change again.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

from interlock.journal.bounds import CODE_VERSION_BYTES_MAX
from interlock.journal.faults import RESTORE, JournalCorrupt, JournalForeign
from interlock.journal.files import Files

FORMAT_VERSION: Final = 1
SHA_256: Final = 1
SEGMENT_MAGIC: Final = b"ILKSEG01"
FOOTER_MAGIC: Final = b"ILKSEAL1"

_CHECKED: Final = struct.Struct("<HHQ16sQQ32sQQq64s")  # follows the mark and the checksum
_FOOTER: Final = struct.Struct("<QQQQq32s")  # follows the mark, the checksum and four unused bytes
HEADER_COPY_BYTES: Final = 4096
SEGMENT_HEADER_BYTES: Final = 2 * HEADER_COPY_BYTES
FOOTER_BYTES: Final = 16 + _FOOTER.size
NEXT_SEGMENT_NAME: Final = "seg-next.tmp"

assert FOOTER_BYTES % 8 == 0, f"a footer of {FOOTER_BYTES} bytes would not be aligned"


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """What a segment says about itself and about what went before it."""

    segment_bytes: int
    journal_id: bytes
    number: int
    first_sequence: int
    previous_hash: bytes
    """The hash of the frame before the first one here; for the first segment that of the journal's
    id."""
    salt: int
    """Random, and in every frame of this segment: a frame that another file left behind is
    recognised."""
    epoch: int
    time_ns: int
    """The market time of the entry before the first one here."""
    code_version: str


@dataclass(frozen=True, slots=True)
class SegmentFooter:
    """What a sealed segment holds."""

    first_sequence: int
    last_sequence: int
    batches: int
    epoch: int
    time_ns: int
    last_hash: bytes


def segment_name(first_sequence: int) -> str:
    return f"seg-{first_sequence:020d}.jrn"


def segment_paths(files: Files, directory: Path) -> list[Path]:
    """This lists the segments of a journal, oldest first."""
    names = files.names(directory)
    return [directory / name for name in names if name.startswith("seg-") and name.endswith(".jrn")]


def pack_segment_header(header: SegmentHeader) -> bytes:
    """This is both copies of a segment's header."""
    version = header.code_version.encode()
    assert len(version) <= CODE_VERSION_BYTES_MAX, (
        f"the code version has {len(version)} bytes, must have at most {CODE_VERSION_BYTES_MAX}"
    )
    checked = _CHECKED.pack(
        FORMAT_VERSION,
        SHA_256,
        header.segment_bytes,
        header.journal_id,
        header.number,
        header.first_sequence,
        header.previous_hash,
        header.salt,
        header.epoch,
        header.time_ns,
        version,
    )
    checked = checked.ljust(HEADER_COPY_BYTES - 12, b"\0")
    return (SEGMENT_MAGIC + crc32(checked).to_bytes(4, "little") + checked) * 2


def unpack_segment_header(copy: bytes, name: str) -> SegmentHeader | None:
    """This reads one copy; None when it is damaged. Raises `JournalForeign` for another
    version's."""
    if len(copy) != HEADER_COPY_BYTES or copy[:8] != SEGMENT_MAGIC:
        return None
    if int.from_bytes(copy[8:12], "little") != crc32(copy[12:]):
        return None
    version, algorithm, *fields = _CHECKED.unpack_from(copy, 12)
    if version != FORMAT_VERSION or algorithm != SHA_256:
        raise JournalForeign(
            name,
            f"format was {version} with hash {algorithm}, must be {FORMAT_VERSION} with {SHA_256}",
            "Read it with the version of Interlock that wrote it",
        )
    fields[-1] = fields[-1].rstrip(b"\0").decode()
    return SegmentHeader(*fields)


def read_segment_header(
    files: Files, descriptor: int, path: Path, journal_id: bytes
) -> tuple[SegmentHeader, list[str]]:
    """This reads the header from either copy, and says which copy is damaged.

    Raises `JournalCorrupt` when both are, `JournalForeign` when the segment is another journal's.
    """
    data = files.read(descriptor, SEGMENT_HEADER_BYTES, 0)
    first = unpack_segment_header(data[:HEADER_COPY_BYTES], path.name)
    second = unpack_segment_header(data[HEADER_COPY_BYTES:], path.name)
    header = first or second
    if header is None:
        raise JournalCorrupt(path.name, 0, "a segment header", "damaged in both copies", RESTORE)
    if header.journal_id != journal_id:
        raise JournalForeign(
            path.name,
            f"journal id was {header.journal_id.hex()}, must be {journal_id.hex()}",
            "The file belongs to another journal: put it back where it came from",
        )
    if segment_name(header.first_sequence) != path.name:
        raise JournalCorrupt(
            path.name, 0, f"the name {segment_name(header.first_sequence)}", "renamed", RESTORE
        )
    notes = []
    if first is None:
        notes.append(f"{path.name} at byte 0: the first copy of the header is damaged")
    if second != header:
        notes.append(
            f"{path.name} at byte {HEADER_COPY_BYTES}: the second copy of the header is damaged"
        )
    return header, notes


def pack_footer(footer: SegmentFooter) -> bytes:
    """This is the seal of a segment."""
    checked = bytes(4) + _FOOTER.pack(
        footer.first_sequence,
        footer.last_sequence,
        footer.batches,
        footer.epoch,
        footer.time_ns,
        footer.last_hash,
    )
    return FOOTER_MAGIC + crc32(checked).to_bytes(4, "little") + checked


def unpack_footer(data: bytes) -> SegmentFooter | None:
    """This reads a seal; None when it is damaged or none."""
    if len(data) != FOOTER_BYTES or data[:8] != FOOTER_MAGIC:
        return None
    if int.from_bytes(data[8:12], "little") != crc32(data[12:]):
        return None
    return SegmentFooter(*_FOOTER.unpack_from(data, 16))
