"""Scanning: walking the frames of one segment in order, and saying how the walk ended.

Recovery, readers and verification all walk with this, so they cannot differ about what a whole
frame is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from interlock.journal.bounds import WINDOW_BYTES
from interlock.journal.files import Files
from interlock.journal.frames import HASH_BYTES, HEADER_BYTES, MAGIC, Frame, FrameHeader, body_hash
from interlock.journal.frames import unpack_header as unpack_frame_header
from interlock.journal.segments import (
    FOOTER_BYTES,
    FOOTER_MAGIC,
    SEGMENT_HEADER_BYTES,
    SegmentFooter,
    SegmentHeader,
    unpack_footer,
)

CLEAN: Final = "clean"  # zeros, or the end of the file
SEALED: Final = "sealed"  # a footer that agrees with the frames
BAD: Final = "bad"  # something else: a torn write or damage, which only evidence beside it can tell
MISPLACED: Final = (
    "misplaced"  # whole and not ours, or not the next: never the work of a torn write
)


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a walk stopped, and where."""

    kind: str
    offset: int
    expected: str = ""
    found: str = ""
    footer: SegmentFooter | None = None


class Window:
    """The part of a file that was read last; bounded memory however long the file."""

    def __init__(self, files: Files, descriptor: int) -> None:
        self.files = files
        self.descriptor = descriptor
        self._start = 0
        self._data = b""

    def bytes_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes at `offset`; fewer at the end of the file."""
        begin = offset - self._start
        if begin < 0 or begin + length > len(self._data):
            self._start = offset
            self._data = self.files.read(self.descriptor, max(length, WINDOW_BYTES), offset)
            begin = 0
        return self._data[begin : begin + length]

    def forget(self) -> None:
        """What is asked for next is read again."""
        self._data = b""

    def size(self) -> int:
        return self.files.size(self.descriptor)

    def content_end(self, offset: int) -> int:
        """Where the last byte that is not zero ends, at or after `offset`; `offset` when there is
        none."""
        end, size = offset, self.size()
        for start in range(offset, size, WINDOW_BYTES):
            data = self.files.read(self.descriptor, min(WINDOW_BYTES, size - start), start)
            kept = len(data.rstrip(b"\0"))
            if kept:
                end = start + kept
        return end


class SegmentScan:
    """A walk over the whole frames of a segment. After `frames()` is exhausted, `ending` says why.

    With `check_hashes` false the hash of each frame is not computed: headers, order and chaining
    are still checked.
    """

    def __init__(
        self,
        files: Files,
        descriptor: int,
        path: Path,
        header: SegmentHeader,
        *,
        check_hashes: bool = True,
    ) -> None:
        self.path = path
        self.header = header
        self.window = Window(files, descriptor)
        self.offset = SEGMENT_HEADER_BYTES
        self.next_sequence = header.first_sequence
        self.last_hash = header.previous_hash
        self.epoch = header.epoch
        self.time_ns = header.time_ns
        self.batches = 0
        self.ending: Ending | None = None
        self.skipped = False
        self._check_hashes = check_hashes

    def skip_to(self, offset: int, frame: FrameHeader) -> None:
        """Begin at a frame that an index pointed to, believing what it says about the frames before
        it."""
        self.offset = offset
        self.next_sequence = frame.first_sequence
        self.last_hash = frame.previous_hash
        self.epoch = frame.epoch
        self.skipped = True

    def frames(self) -> Iterator[Frame]:
        """The whole frames from here on, in order. May be called again to go on after a writer
        has."""
        self.ending = None
        while True:
            found = self.next_frame()
            if isinstance(found, Ending) and found.kind != SEALED:
                # Zeros or half a frame may be an old reading of a file that is being written.
                self.window.forget()
                found = self.next_frame()
            if isinstance(found, Ending):
                self.ending = found
                return
            yield found

    def next_frame(self) -> Frame | Ending:
        """The next whole frame, which is then behind us, or why there is none."""
        data = self.window.bytes_at(self.offset, HEADER_BYTES)
        if not data.strip(b"\0"):
            if self.window.content_end(self.offset) == self.offset:
                return Ending(CLEAN, self.offset)
            return self._bad("a frame", "zeros followed by other bytes")
        if data[:8] == FOOTER_MAGIC:
            return self._sealed()
        header = unpack_frame_header(data)
        if header is None:
            mark = "a header with a wrong checksum" if data[:4] == MAGIC else "no frame"
            return self._bad(f"the frame of sequence {self.next_sequence}", mark)
        misplaced = self._misplaced(header)
        if misplaced is not None:
            return misplaced
        return self._body(header, data)

    def _misplaced(self, header: FrameHeader) -> Ending | None:
        rows = (
            ("salt", header.salt, self.header.salt, header.salt == self.header.salt),
            (
                "sequence",
                header.first_sequence,
                self.next_sequence,
                header.first_sequence == self.next_sequence,
            ),
            (
                "previous hash",
                header.previous_hash.hex(),
                self.last_hash.hex(),
                header.previous_hash == self.last_hash,
            ),
            ("epoch", header.epoch, f"at least {self.epoch}", header.epoch >= self.epoch),
            ("time", header.time_ns, f"at least {self.time_ns}", header.time_ns >= self.time_ns),
            ("flags", header.flags, 0, header.flags == 0),
            ("size", header.payload_bytes, "within the bounds", header.within_bounds),
        )
        for name, found, expected, holds in rows:
            if not holds:
                return Ending(
                    MISPLACED, self.offset, f"a frame with {name} {expected}", f"one with {found}"
                )
        return None

    def _body(self, header: FrameHeader, data: bytes) -> Frame | Ending:
        expected = f"the frame of sequences {header.first_sequence} to {header.last_sequence}"
        length = header.frame_bytes
        whole = self.window.bytes_at(self.offset, length)
        if len(whole) < length:
            return self._bad(expected, f"cut short after {len(whole)} of {length} bytes")
        end = HEADER_BYTES + header.payload_bytes
        payload = whole[HEADER_BYTES:end]
        chained = whole[-HASH_BYTES:]
        if whole[end:-HASH_BYTES].strip(b"\0"):
            return self._bad(expected, "padded with something else than zeros")
        if self._check_hashes and body_hash(data, payload) != chained:
            return self._bad(expected, "bytes that do not match their hash")
        frame = Frame(header, self.offset, payload, chained)
        self.offset += length
        self.next_sequence += header.count
        self.last_hash = chained
        self.epoch = header.epoch
        self.time_ns = header.time_ns
        self.batches += 1
        return frame

    def _sealed(self) -> Ending:
        footer = unpack_footer(self.window.bytes_at(self.offset, FOOTER_BYTES))
        if footer is None:
            return self._bad("the segment's seal", "a damaged one")
        wanted = SegmentFooter(
            self.header.first_sequence,
            self.next_sequence - 1,
            footer.batches if self.skipped else self.batches,
            self.epoch,
            self.time_ns,
            self.last_hash,
        )
        if footer != wanted:
            return Ending(MISPLACED, self.offset, f"a seal saying {wanted}", f"{footer}")
        end = self.offset + FOOTER_BYTES
        if self.window.content_end(end) != end:
            return self._bad("zeros after the segment's seal", "other bytes")
        return Ending(SEALED, self.offset, footer=footer)

    def _bad(self, expected: str, found: str) -> Ending:
        return Ending(BAD, self.offset, expected, found)
