"""Mending: what could restore a damaged journal, worked out segment by segment, changing nothing.

A plan holds only what is provably safe. Bytes come from a copy only where the chain proves them
identical to what was acknowledged: they follow our last whole frame, and something of our own (a
later frame, the seal, the next segment, the index, HEAD or a snapshot) names the hash that they end
with. Everything else is derived from frames that are whole: an index, a seal, the second copy of a
header, zeros between frames. A plan that cannot be proven is no plan: `Unprovable` says why.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from interlock.journal.files import Files, read_file
from interlock.journal.frames import HASH_BYTES, HEADER_BYTES, FrameHeader, body_hash, unpack_header
from interlock.journal.index import INDEX_ENTRY_BYTES, unpack_index_entry
from interlock.journal.segments import (
    FOOTER_BYTES,
    HEADER_COPY_BYTES,
    SEGMENT_HEADER_BYTES,
    SegmentFooter,
    SegmentHeader,
    pack_footer,
    pack_segment_header,
    unpack_footer,
    unpack_segment_header,
)

GIVE_A_COPY: Final = "Name a copy that holds it whole with --from"


class Unprovable(Exception):  # noqa: N818 - a fault, as in faults.py
    """Nothing that is there proves what the bytes must be. Says where and what is lacking."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the journal knows of the hashes after its sequences."""

    hashes: dict[int, bytes]
    """Whole hashes: of the next segment's header, HEAD and snapshots."""
    starts: dict[int, bytes]
    """First halves of hashes: of the index."""

    def names(self, sequence: int, chained: bytes) -> bool | None:
        """True when it knows this hash, False when it knows another, None when it knows none."""
        whole, start = self.hashes.get(sequence), self.starts.get(sequence)
        if whole is not None and whole != chained:
            return False
        if start is not None and not chained.startswith(start):
            return False
        return True if whole is not None or start is not None else None


@dataclass(slots=True)
class Mended:
    """A segment as it must be, and where that is not what stands there."""

    header: SegmentHeader
    data: bytes
    last_sequence: int
    last_hash: bytes
    time_ns: int
    epoch: int
    batches: int
    frames: list[tuple[int, int, int, bytes]] = field(default_factory=list)
    """First sequence, count, offset and hash of each."""
    end: int = 0
    """Where the last frame ends."""
    is_sealed: bool = False
    from_copy: bool = False


@dataclass(slots=True)
class _Piece:
    """A whole frame at an offset, out of ours or out of the copy."""

    header: FrameHeader
    data: bytes
    hash: bytes
    is_ours: bool


def mend_segment(
    ours: bytes,
    copy: bytes,
    name: str,
    *,
    number: int,
    first_sequence: int,
    previous_hash: bytes,
    known: Known,
    index: bytes,
    must_reach: int,
    is_followed: bool,
) -> Mended:
    """This is a segment put together from what stands there and a copy, each empty when there is
    none. `must_reach` is a sequence that it is known to hold; a segment that is followed is sealed;
    `index` is what stands in its index.

    Raises `Unprovable`.
    """
    header = _header(ours, copy, name, number, first_sequence, previous_hash)
    made = Mended(header, b"", first_sequence - 1, previous_hash, header.time_ns, header.epoch, 0)
    known = Known(known.hashes, _index_starts(index, header.salt))
    pieces: list[bytes] = [pack_segment_header(header)]
    offset = SEGMENT_HEADER_BYTES
    unproven = 0
    while True:
        piece = _piece(ours, offset, made, is_ours=True) or _piece(
            copy, offset, made, is_ours=False
        )
        if piece is None or (not piece.is_ours and made.last_sequence >= must_reach):
            break
        last = piece.header.last_sequence
        said = known.names(last, piece.hash)
        if said is False:
            raise Unprovable(
                f"{name} at byte {offset}: the frame of sequence {last} is another than the one"
                " that the rest of the journal remembers"
            )
        # A whole frame of ours that follows proves all that came from the copy before it.
        if piece.is_ours or said:
            unproven = 0
        else:
            unproven = unproven or offset
        made.from_copy = made.from_copy or not piece.is_ours
        pieces.append(piece.data)
        made.frames.append((piece.header.first_sequence, piece.header.count, offset, piece.hash))
        made.last_sequence, made.last_hash = last, piece.hash
        made.time_ns, made.epoch = piece.header.time_ns, piece.header.epoch
        made.batches += 1
        offset += len(piece.data)
        if last == must_reach and is_followed:
            break
    if made.last_sequence < must_reach:
        raise Unprovable(
            f"{name} at byte {offset}: the frame of sequence {made.last_sequence + 1} is not there"
            f" whole. {GIVE_A_COPY}"
        )
    made.end = offset
    return _ended(made, ours, pieces, name, unproven, is_followed=is_followed)


def _ended(
    made: Mended,
    ours: bytes,
    pieces: list[bytes],
    name: str,
    unproven: int,
    *,
    is_followed: bool,
) -> Mended:
    footer = SegmentFooter(
        made.header.first_sequence,
        made.last_sequence,
        made.batches,
        made.epoch,
        made.time_ns,
        made.last_hash,
    )
    standing = unpack_footer(ours[made.end : made.end + FOOTER_BYTES]) == footer
    made.is_sealed = is_followed or standing
    if unproven and not standing:
        raise Unprovable(
            f"{name} at byte {unproven}: the copy has frames from here, and nothing of this journal"
            " proves that they are its own"
        )
    made.data = b"".join([*pieces, pack_footer(footer)] if made.is_sealed else pieces)
    return made


def _header(
    ours: bytes, copy: bytes, name: str, number: int, first_sequence: int, previous_hash: bytes
) -> SegmentHeader:
    for data in (ours, copy):
        for at in (0, HEADER_COPY_BYTES):
            found = unpack_segment_header(data[at : at + HEADER_COPY_BYTES], name)
            if found is None:
                continue
            wanted = (number, first_sequence, previous_hash)
            if (found.number, found.first_sequence, found.previous_hash) == wanted:
                return found
    raise Unprovable(f"{name} at byte 0: its header is damaged in both copies. {GIVE_A_COPY}")


def _piece(data: bytes, offset: int, made: Mended, *, is_ours: bool) -> _Piece | None:
    """The whole frame that comes next, at this offset; None when it does not stand here."""
    head = data[offset : offset + HEADER_BYTES]
    header = unpack_header(head)
    if header is None or not header.within_bounds or header.flags != 0:
        return None
    fits = (
        header.salt == made.header.salt
        and header.first_sequence == made.last_sequence + 1
        and header.previous_hash == made.last_hash
        and header.epoch >= made.epoch
        and header.time_ns >= made.time_ns
    )
    whole = data[offset : offset + header.frame_bytes]
    if not fits or len(whole) < header.frame_bytes:
        return None
    end = HEADER_BYTES + header.payload_bytes
    payload = whole[HEADER_BYTES:end]
    chained = whole[-HASH_BYTES:]
    if body_hash(head, payload) != chained:
        return None
    # The padding is outside the hash: it must be zeros, whatever stands there.
    padding = bytes(len(whole) - HASH_BYTES - end)
    return _Piece(header, head + payload + padding + chained, chained, is_ours)


def _index_starts(index: bytes, salt: int) -> dict[int, bytes]:
    entries = (
        unpack_index_entry(index[at : at + INDEX_ENTRY_BYTES], salt)
        for at in range(0, len(index), INDEX_ENTRY_BYTES)
    )
    return {entry.last_sequence: entry.hash_start for entry in entries if entry is not None}


def content_after(data: bytes, end: int) -> bytes:
    """This is what stands after an offset, without the zeros at its end."""
    return data[end:].rstrip(b"\0")


def bytes_of(files: Files, path: Path) -> bytes:
    """This is a file's bytes; none when it is not there."""
    try:
        return read_file(files, path)
    except FileNotFoundError:
        return b""
