"""Recovery: what is done with a journal whose writer did not close it.

The question at the first bad bytes is whether they are a *torn tail* (the batch that was being
written when the process or machine died, which nobody has been told of) or *damage* to data that
was acknowledged. Torn tails are cut; damage is never cut: we refuse to start and say where (law
11). `judge` is the whole table; the rest gathers evidence and carries the verdict out. A later
whole frame alone does not prove damage, because the sectors of one batch reach the disk in any
order; what it says had been durable before it does.

Honest about what remains: on one machine, decay of exactly the last acknowledged batch, together
with the loss of the unsynced index beside it, cannot be told from a torn write. A `strict` writer
syncs the index too, at twice the syncs.

Opening walks the last segment frame by frame and only the seals of the others; replay and `verify`
walk everything.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from interlock.journal.bounds import WINDOW_BYTES
from interlock.journal.faults import RESTORE, JournalCorrupt, JournalForeign
from interlock.journal.files import Files, publish, read_file
from interlock.journal.frames import FRAME_BYTES_MAX, HEADER_BYTES, MAGIC, Frame, unpack_header
from interlock.journal.head import HEAD_NAME, read_head, require_head_agrees
from interlock.journal.identity import Identity
from interlock.journal.index import (
    IndexEntry,
    index_path,
    newest_entry,
    pack_index_entry,
    read_index,
)
from interlock.journal.scanning import BAD, CLEAN, MISPLACED, SEALED, Ending, SegmentScan
from interlock.journal.segments import (
    FOOTER_BYTES,
    NEXT_SEGMENT_NAME,
    SEGMENT_HEADER_BYTES,
    SegmentFooter,
    SegmentHeader,
    read_segment_header,
    segment_paths,
    unpack_footer,
)
from interlock.journal.snapshots import read_snapshot, sequence_named, snapshot_paths

KEEP: Final = "keep"
TRUNCATE: Final = "truncate"
REFUSE: Final = "refuse"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands at and beside the end of the last segment."""

    ending: Ending
    expected_sequence: int
    """What the next frame would begin with; everything before it is whole."""
    content_end: int
    """Where the last byte that is not zero ends."""
    later: tuple[tuple[int, int], ...] = ()
    """Frames with a believable header after the bad bytes: (offset, what was durable before it)."""
    witnesses: tuple[tuple[str, int], ...] = ()
    """Who else remembers, and the highest sequence that it knows to have been durable."""
    protected: bool = False
    """The file is read-only, which happens after its seal was synced."""
    is_closed: bool = False
    """The last writer said that nothing follows, and nobody has opened the journal since."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """Where a journal ends, and what it took to find out."""

    last_sequence: int
    last_hash: bytes
    time_ns: int
    epoch: int
    segment: Path
    header: SegmentHeader
    offset: int
    """Where the next frame goes."""
    batches: int
    """In the last segment."""
    sealed: bool
    truncated_bytes: int = 0
    truncated_offset: int = 0
    truncated_digest: bytes = b""
    """SHA-256 of what was cut, so that the engine can put on record that it was."""
    notes: tuple[str, ...] = field(default=())


def judge(evidence: Evidence) -> tuple[str, str]:
    """This is the verdict on the end of a journal, and the reason for it.

    The rows of the decision table, in order. Never `TRUNCATE` when anything says that the bytes
    were acknowledged.
    """
    ending, expected = evidence.ending, evidence.expected_sequence
    for name, sequence in evidence.witnesses:
        if sequence >= expected:
            return REFUSE, f"lost although {name} knows sequence {sequence} to have been durable"
    if evidence.protected and ending.kind != SEALED:
        return REFUSE, f"{ending.found or 'zeros'} although the segment was sealed"
    if ending.kind in (CLEAN, SEALED):
        return KEEP, ""
    if ending.kind == MISPLACED:
        return REFUSE, f"{ending.found}: misdirected, stale or foreign"
    for offset, durable_before in evidence.later:
        if durable_before >= expected:
            return REFUSE, f"{ending.found}, and a later frame at byte {offset} had seen it durable"
        if offset - ending.offset > FRAME_BYTES_MAX:
            return REFUSE, f"{ending.found}, and a frame at byte {offset}, further than one batch"
    if evidence.is_closed:
        return REFUSE, f"{ending.found}, after the end of a journal that was closed in order"
    bad_bytes = evidence.content_end - ending.offset
    if bad_bytes > FRAME_BYTES_MAX:
        return REFUSE, f"{ending.found}, and {bad_bytes} bad bytes, more than one batch has"
    return TRUNCATE, "a batch that was being written when its writer ended"


def later_frames(scan: SegmentScan, offset: int, end: int) -> tuple[tuple[int, int], ...]:
    """This finds what looks like frames of this segment after `offset`: aligned, checksummed, with
    its salt."""
    found: list[tuple[int, int]] = []
    for start in range(offset + 8, end, WINDOW_BYTES):
        data = scan.window.bytes_at(start, WINDOW_BYTES + HEADER_BYTES)
        at = data.find(MAGIC)
        while 0 <= at < WINDOW_BYTES:
            header = unpack_header(data[at : at + HEADER_BYTES]) if at % 8 == 0 else None
            if header is not None and header.salt == scan.header.salt:
                found.append((start + at, header.durable_before))
            at = data.find(MAGIC, at + 1)
    return tuple(found)


def gather(
    files: Files, directory: Path, identity: Identity, scan: SegmentScan, acknowledged: int
) -> Evidence:
    """This is everything that can tell a torn tail from damage, after a walk has ended."""
    assert scan.ending is not None, "the walk has not ended"
    ending = scan.ending
    witnesses: list[tuple[str, int]] = []
    if acknowledged:
        witnesses.append(("whoever opens it", acknowledged))
    entry = newest_entry(files, scan.path, scan.header.salt)
    if entry is not None:
        witnesses.append((index_path(scan.path).name, entry.last_sequence))
    head, _ = read_head(files, directory, identity)
    if head is not None:
        witnesses.append((HEAD_NAME, head.sequence))
    is_closed = head is not None and head.is_closed and head.epoch >= scan.epoch
    for path in snapshot_paths(files, directory):
        if sequence_named(path) < scan.next_sequence:
            continue
        try:
            snapshot = read_snapshot(files, path, identity.journal_id)
        except JournalForeign:
            continue  # a bad snapshot is no witness; `newest_snapshot` reports it
        witnesses.append((path.name, snapshot.header.sequence))
    protected = files.is_protected(scan.path)
    if ending.kind != BAD:
        return Evidence(ending, scan.next_sequence, ending.offset, (), tuple(witnesses), protected)
    end = scan.window.content_end(ending.offset)
    later = later_frames(scan, ending.offset, end)
    return Evidence(ending, scan.next_sequence, end, later, tuple(witnesses), protected, is_closed)


def refusal(scan: SegmentScan, why: str) -> JournalCorrupt:
    """This is the fault that names where acknowledged data is damaged."""
    assert scan.ending is not None, "the walk has not ended"
    expected = scan.ending.expected or f"the frame of sequence {scan.next_sequence}"
    return JournalCorrupt(scan.path.name, scan.ending.offset, expected, why, RESTORE)


def recover(
    files: Files, directory: Path, identity: Identity, *, acknowledged: int = 0
) -> Recovery:
    """This finds the end of a journal, cuts a torn tail and rebuilds the index. Needs the lock.

    `acknowledged` is the highest sequence that someone outside is known to have been told of.
    Raises `JournalCorrupt` when acknowledged data is damaged or gone; nothing has been changed
    then.
    """
    paths = segment_paths(files, directory)
    if not paths:
        raise JournalCorrupt(str(directory), 0, "at least one segment", "none", RESTORE)
    require_no_orphans(files, directory)
    head, notes = read_head(files, directory, identity)
    previous: tuple[SegmentHeader, SegmentFooter] | None = None
    for path in paths[:-1]:
        previous = _sealed_segment(files, path, identity, previous, notes)
    path = paths[-1]
    descriptor = files.open(path)
    try:
        header, problems = read_segment_header(files, descriptor, path, identity.journal_id)
        notes.extend(problems)
        require_follows(path, identity, header, previous)
        scan = SegmentScan(files, descriptor, path, header)
        require_head_agrees(head, scan.next_sequence - 1, scan.last_hash, path.name)
        index: list[IndexEntry] = []
        for frame in scan.frames():
            index.append(index_entry(frame))
            require_head_agrees(head, frame.header.last_sequence, frame.hash, path.name)
        evidence = gather(files, directory, identity, scan, acknowledged)
    finally:
        files.close(descriptor)
    verdict, why = judge(evidence)
    if verdict == REFUSE:
        raise refusal(scan, why)
    require_index_agrees(files, path, header, index)
    # From here on nothing that was acknowledged can be lost.
    cut = (0, 0, b"")
    if verdict == TRUNCATE:
        cut = _cut(files, path, evidence.ending.offset, evidence.content_end)
        notes.append(f"{path.name} at byte {cut[1]}: cut {cut[0]} bytes of {why}")
    notes.extend(_rebuild_index(files, path, header, index))
    if NEXT_SEGMENT_NAME in files.names(directory):
        files.remove(directory / NEXT_SEGMENT_NAME)
    return Recovery(
        scan.next_sequence - 1,
        scan.last_hash,
        scan.time_ns,
        scan.epoch,
        path,
        header,
        scan.offset,
        scan.batches,
        evidence.ending.kind == SEALED,
        *cut,
        tuple(notes),
    )


def require_follows(
    path: Path,
    identity: Identity,
    header: SegmentHeader,
    previous: tuple[SegmentHeader, SegmentFooter] | None,
) -> None:
    """This raises `JournalCorrupt` unless a segment begins where the one before it ended."""
    if previous is None:
        wanted = (1, 1, identity.genesis_hash)
    else:
        before, footer = previous
        wanted = (before.number + 1, footer.last_sequence + 1, footer.last_hash)
    found = (header.number, header.first_sequence, header.previous_hash)
    if found != wanted:
        raise JournalCorrupt(
            path.name,
            0,
            f"segment {wanted[0]} from sequence {wanted[1]} after hash {wanted[2].hex()[:16]}",
            f"segment {found[0]} from sequence {found[1]} after hash {found[2].hex()[:16]}",
            RESTORE,
        )


def require_no_orphans(files: Files, directory: Path) -> None:
    """This raises `JournalCorrupt` for an index without its segment, which is always made first."""
    names = files.names(directory)
    for name in names:
        segment = (directory / name).with_suffix(".jrn").name
        if name.startswith("seg-") and name.endswith(".idx") and segment not in names:
            raise JournalCorrupt(
                segment, 0, "the segment that its index was made for", "gone", RESTORE
            )


def require_index_agrees(
    files: Files, path: Path, header: SegmentHeader, walked: list[IndexEntry]
) -> None:
    """This raises `JournalCorrupt` when the index remembers another frame where a whole one
    stands."""
    if index_path(path).name not in files.names(path.parent):
        return
    frames = {entry.first_sequence: entry for entry in walked}
    for entry in read_index(files, path, header.salt):
        frame = frames.get(entry.first_sequence, entry)
        if frame != entry:
            raise JournalCorrupt(
                path.name,
                frame.offset,
                f"the frame that the index remembers at byte {entry.offset} "
                f"with hash {entry.hash_start.hex()}",
                f"another one, with hash {frame.hash_start.hex()}: it was rewritten",
                RESTORE,
            )


def index_entry(frame: Frame) -> IndexEntry:
    """This is what the index should hold for a frame."""
    header = frame.header
    return IndexEntry(header.first_sequence, header.count, frame.offset, frame.hash[:16])


def _sealed_segment(
    files: Files,
    path: Path,
    identity: Identity,
    previous: tuple[SegmentHeader, SegmentFooter] | None,
    notes: list[str],
) -> tuple[SegmentHeader, SegmentFooter]:
    descriptor = files.open(path)
    try:
        header, problems = read_segment_header(files, descriptor, path, identity.journal_id)
        notes.extend(problems)
        require_follows(path, identity, header, previous)
        at = max(SEGMENT_HEADER_BYTES, files.size(descriptor) - FOOTER_BYTES)
        footer = unpack_footer(files.read(descriptor, FOOTER_BYTES, at))
    finally:
        files.close(descriptor)
    if footer is None or footer.first_sequence != header.first_sequence:
        raise JournalCorrupt(
            path.name,
            at,
            "the seal of a segment that another one follows",
            "something else" if footer is None else f"{footer}",
            RESTORE,
        )
    return header, footer


def _cut(files: Files, path: Path, offset: int, end: int) -> tuple[int, int, bytes]:
    descriptor = files.open(path, write=True)
    try:
        digest = sha256()
        for start in range(offset, end, WINDOW_BYTES):
            digest.update(files.read(descriptor, min(WINDOW_BYTES, end - start), start))
        for start in range(offset, end, WINDOW_BYTES):
            files.write(descriptor, bytes(min(WINDOW_BYTES, end - start)), start)
        files.datasync(descriptor)
    finally:
        files.close(descriptor)
    return end - offset, offset, digest.digest()


def _rebuild_index(
    files: Files, path: Path, header: SegmentHeader, walked: list[IndexEntry]
) -> list[str]:
    wanted = b"".join(pack_index_entry(entry, header.salt) for entry in walked)
    index = index_path(path)
    if index.name in files.names(path.parent) and read_file(files, index) == wanted:
        return []
    publish(files, index, wanted)
    return [f"{index.name}: rebuilt from the segment, {len(walked)} entries"]
