"""Frames: one batch on disk.

    header (96 bytes) | payload | zeros to a multiple of 8 | hash (32 bytes)

The payload is `encode_batch(entries)`. One frame is one batch is one commit unit, so there is
neither a frame for each record nor a commit flag: a frame is whole or it never happened. Sequence
numbers count commands; entry i of a frame has `first_sequence + i`, and an event is addressed as
`sequence.n`.

The header's checksum is checked before its length is believed. The hash is SHA-256 over the
previous frame's hash, the header after its checksum, and the payload: auditors know it and
processors have instructions for it. (It stands in for the BLAKE2b of the reference design; on
records of this size it is the faster of the two here.) The padding is outside the hash and is
therefore checked to be zeros.

`time_ns` is the market time of the last entry. It never decreases, and may stay: sequence orders,
time explains. `durable_before` is the highest sequence that was known to be on disk when the frame
was written; after a crash it tells a torn tail from damage, because sectors of one batch may reach
the disk in any order.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from zlib import crc32

from interlock.journal.bounds import BATCH_ENTRIES_MAX, PAYLOAD_BYTES_MAX

MAGIC: Final = b"ILKF"
SCHEMA_VERSION: Final = 1
"""The version of the messages inside; a reader refuses what it does not know."""

_CHECKED: Final = struct.Struct("<QIIQqQ32sQHHI")  # follows the mark and the checksum
HEADER_BYTES: Final = 96
TIME_NS_MIN: Final = -(2**63)
"""What an empty journal's time is: no entry is before it."""
HASH_BYTES: Final = 32
FRAME_BYTES_MAX: Final = HEADER_BYTES + PAYLOAD_BYTES_MAX + HASH_BYTES
_PREVIOUS_HASH: Final = slice(48, 80)
_ZEROS: Final = bytes(8)

assert _CHECKED.size + 8 == HEADER_BYTES, f"a header has {_CHECKED.size + 8} bytes"
assert PAYLOAD_BYTES_MAX % 8 == 0, f"{PAYLOAD_BYTES_MAX} is not a multiple of 8"


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What a frame says about itself."""

    first_sequence: int
    count: int
    payload_bytes: int
    epoch: int
    time_ns: int
    durable_before: int
    previous_hash: bytes
    salt: int
    schema_version: int
    flags: int = 0
    """None yet: a frame that has some was made by a newer version."""

    @property
    def last_sequence(self) -> int:
        return self.first_sequence + self.count - 1

    @property
    def frame_bytes(self) -> int:
        return frame_bytes(self.payload_bytes)

    @property
    def within_bounds(self) -> bool:
        """False for a frame that no writer of this format makes."""
        return 0 < self.count <= BATCH_ENTRIES_MAX and 0 < self.payload_bytes <= PAYLOAD_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame, as it was found."""

    header: FrameHeader
    offset: int
    payload: bytes
    hash: bytes


def frame_bytes(payload_bytes: int) -> int:
    """This is what a payload takes on disk."""
    return HEADER_BYTES + payload_bytes + -payload_bytes % 8 + HASH_BYTES


def pack_frame(header: FrameHeader, payload: bytes) -> tuple[bytes, bytes]:
    """This is the bytes of a frame, and its hash."""
    assert header.payload_bytes == len(payload), (
        f"the header says {header.payload_bytes} bytes, the payload has {len(payload)}"
    )
    assert header.within_bounds, f"{header.count} entries in {len(payload)} bytes break the bounds"
    checked = _CHECKED.pack(
        header.first_sequence,
        header.count,
        header.payload_bytes,
        header.epoch,
        header.time_ns,
        header.durable_before,
        header.previous_hash,
        header.salt,
        header.schema_version,
        header.flags,
        0,
    )
    digest = sha256(header.previous_hash + checked)
    digest.update(payload)
    chained = digest.digest()
    padding = _ZEROS[: -len(payload) % 8]
    checksum = crc32(checked).to_bytes(4, "little")
    return b"".join((MAGIC, checksum, checked, payload, padding, chained)), chained


def unpack_header(data: bytes) -> FrameHeader | None:
    """This reads a header; None when its mark or its checksum is wrong."""
    if len(data) < HEADER_BYTES or data[:4] != MAGIC:
        return None
    checksum = int.from_bytes(data[4:8], "little")
    if checksum != crc32(data[8:HEADER_BYTES]):
        return None
    fields = _CHECKED.unpack_from(data, 8)
    return FrameHeader(*fields[:10])


def body_hash(header: bytes, payload: bytes | memoryview) -> bytes:
    """This is the hash that a frame with this header and payload must end with."""
    digest = sha256(header[_PREVIOUS_HASH])
    digest.update(header[8:HEADER_BYTES])
    digest.update(payload)
    return digest.digest()
