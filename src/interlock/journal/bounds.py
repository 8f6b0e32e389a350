"""Bounds: everything in the journal that could grow says here how far (law 13)."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * 1024

BATCH_ENTRIES_MAX: Final = 65_536
"""Entries in one batch; a batch is one call of the encoder."""
RECORD_BYTES_MAX: Final = 1 * MIB
"""Encoded bytes of one entry."""
PAYLOAD_BYTES_MAX: Final = 8 * MIB
"""Encoded bytes of one frame; a batch that is larger is kept as several frames."""

SEGMENT_BYTES: Final = 64 * MIB
SEGMENT_BYTES_MIN: Final = 16 * KIB
SEGMENT_BYTES_MAX: Final = 1024 * MIB
CHUNK_BYTES: Final = 8 * MIB
"""How much of a segment is zeroed ahead of the writer at a time."""
CHUNK_BYTES_MIN: Final = 4 * KIB
ZERO_BYTES: Final = 1 * MIB
"""One write of zeros, synced by itself, so that a batch's sync never waits for more than this."""

RESERVE_BYTES: Final = 4 * MIB
"""Room that a live session keeps for when the disk is full: thousands of cancels and reports."""
RESERVE_END_BYTES: Final = 256 * KIB
"""The last of it is for ending in order."""

WINDOW_BYTES: Final = 1 * MIB
"""What a scan reads at a time; a larger frame is read whole."""
CODE_VERSION_BYTES_MAX: Final = 64
SNAPSHOT_BYTES_MAX: Final = 1024 * MIB
SNAPSHOTS_KEPT_MIN: Final = 3
SNAPSHOTS_SPREAD: Final = 7

assert RECORD_BYTES_MAX <= PAYLOAD_BYTES_MAX, f"{RECORD_BYTES_MAX} does not fit {PAYLOAD_BYTES_MAX}"
assert PAYLOAD_BYTES_MAX < 2**32, f"{PAYLOAD_BYTES_MAX} does not fit the frame's length field"
assert BATCH_ENTRIES_MAX < 2**32, f"{BATCH_ENTRIES_MAX} does not fit the frame's count field"
assert 2 * PAYLOAD_BYTES_MAX <= SEGMENT_BYTES, f"{SEGMENT_BYTES} holds less than two large frames"
assert SEGMENT_BYTES <= SEGMENT_BYTES_MAX, f"{SEGMENT_BYTES} is above {SEGMENT_BYTES_MAX}"
assert ZERO_BYTES <= CHUNK_BYTES, f"{ZERO_BYTES} is above {CHUNK_BYTES}"
