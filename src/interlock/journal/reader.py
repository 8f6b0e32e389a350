"""The reader: the entries of a journal in order, from any sequence, checking the chain as it goes.

It needs no lock and works while a writer is running: it reads whole frames up to the zeros, and
asking again goes on from there. Whether bytes that are no whole frame are a frame being written, a
torn tail or damage is decided by the same table as recovery's. What it reads of the last batch may
not be durable yet; `Batch.durable_before` of the next one says so. Memory is bounded by one frame.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from interlock.journal.faults import RESTORE, JournalCorrupt, JournalForeign
from interlock.journal.files import Files, size_of
from interlock.journal.frames import HEADER_BYTES, SCHEMA_VERSION, Frame, unpack_header
from interlock.journal.identity import Identity, read_identity
from interlock.journal.index import entry_of
from interlock.journal.recovery import REFUSE, gather, judge, refusal, require_follows
from interlock.journal.scanning import BAD, MISPLACED, SEALED, Ending, SegmentScan
from interlock.journal.segments import (
    SegmentFooter,
    SegmentHeader,
    read_segment_header,
    segment_paths,
)
from interlock.messages.encoding import CommandEntry, Entry, decode_batch, decode_commands

T = TypeVar("T", Entry, CommandEntry)


@dataclass(frozen=True, slots=True)
class Batch:
    """One commit unit."""

    first_sequence: int
    entries: list[Entry]
    payload: bytes | memoryview
    """The entries as they are stored."""
    epoch: int
    time_ns: int
    durable_before: int
    hash: bytes
    """The chain's hash after this batch."""
    stored_bytes: int

    @property
    def last_sequence(self) -> int:
        return self.first_sequence + len(self.entries) - 1


@dataclass(frozen=True, slots=True)
class CommandBatch:
    """One commit unit, of which only the commands were decoded."""

    first_sequence: int
    entries: list[CommandEntry]
    payload: bytes | memoryview
    """The entries as they are stored, events and all."""


class JournalReader:
    """A journal, to be read. Raises `JournalForeign` when the directory holds none."""

    def __init__(
        self, directory: Path, *, check_hashes: bool = True, files: Files | None = None
    ) -> None:
        self.directory = directory
        self.files = files or Files()
        self.identity: Identity = read_identity(self.files, directory)
        self.progress = 0.0
        """How much of what was there when iteration began has been read, 0 to 1."""
        self.torn_bytes = 0
        """Bytes of an unfinished batch after the last whole one, when the last walk ended there."""
        self.notes: list[str] = []
        self._check_hashes = check_hashes

    def __iter__(self) -> Iterator[tuple[int, Entry]]:
        return self.entries()

    def entries(self, first: int = 1) -> Iterator[tuple[int, Entry]]:
        """Each entry with its sequence, from `first` on."""
        for batch in self.batches(first):
            for sequence, entry in enumerate(batch.entries, batch.first_sequence):
                if sequence >= first:
                    yield sequence, entry

    def batches(self, first: int = 1, *, previous_hash: bytes = b"") -> Iterator[Batch]:
        """Each batch, from the one that holds `first` on.

        With `previous_hash` (a snapshot's), the first batch must be chained to it. Raises
        `JournalCorrupt` where acknowledged data is damaged, having yielded everything before it.
        """
        for frame in self._chained(first, previous_hash):
            yield decode_frame(frame, str(self.directory))

    def command_batches(
        self, first: int = 1, *, previous_hash: bytes = b""
    ) -> Iterator[CommandBatch]:
        """Each batch with its commands alone, for whoever steps them again. Raises as `batches`."""
        for frame in self._chained(first, previous_hash):
            entries = _decoded(frame, str(self.directory), decode_commands)
            yield CommandBatch(frame.header.first_sequence, entries, frame.payload)

    def _chained(self, first: int, previous_hash: bytes) -> Iterator[Frame]:
        for frame in self._frames(first):
            if previous_hash and frame.header.previous_hash != previous_hash:
                raise JournalCorrupt(
                    str(self.directory),
                    frame.offset,
                    f"a frame chained to {previous_hash.hex()[:16]}",
                    f"one chained to {frame.header.previous_hash.hex()[:16]}",
                    "The snapshot belongs to another history: use another, or the beginning",
                )
            previous_hash = b""
            yield frame

    @property
    def last_sequence(self) -> int:
        """The last sequence of a whole frame; 0 when there is none. Costs a walk of the last
        segment's headers."""
        paths = segment_paths(self.files, self.directory)
        if not paths:
            return 0
        descriptor = self.files.open(paths[-1])
        try:
            header, _ = read_segment_header(
                self.files, descriptor, paths[-1], self.identity.journal_id
            )
            scan = SegmentScan(self.files, descriptor, paths[-1], header, check_hashes=False)
            for _ in scan.frames():
                pass
            return scan.next_sequence - 1
        finally:
            self.files.close(descriptor)

    def _frames(self, first: int) -> Iterator[Frame]:
        paths = segment_paths(self.files, self.directory)
        if not paths:
            raise JournalCorrupt(str(self.directory), 0, "at least one segment", "none", RESTORE)
        # The segment that holds `first` is the last one that begins at or before it.
        start = max(
            (place for place, path in enumerate(paths) if first_sequence_of(path) <= first),
            default=0,
        )
        total = sum(size_of(self.files, path) for path in paths[start:])
        done = 0
        previous: tuple[SegmentHeader, SegmentFooter] | None = None
        place = start
        while place < len(paths):
            path = paths[place]
            descriptor = self.files.open(path)
            try:
                header, notes = read_segment_header(
                    self.files, descriptor, path, self.identity.journal_id
                )
                self.notes.extend(notes)
                if place == 0 or previous is not None:
                    require_follows(path, self.identity, header, previous)
                scan = SegmentScan(
                    self.files, descriptor, path, header, check_hashes=self._check_hashes
                )
                self._skip(scan, first)
                for frame in self._walk(scan):
                    self.progress = min(1.0, (done + frame.offset) / max(1, total))
                    if frame.header.last_sequence >= first:
                        yield frame
                previous = self._after(scan, header, place + 1 < len(paths))
                done += self.files.size(descriptor)
            finally:
                self.files.close(descriptor)
            place += 1
            if place == len(paths) and previous is not None:
                # A writer may have gone on in another segment since we looked.
                paths = segment_paths(self.files, self.directory)
        self.progress = 1.0

    def _skip(self, scan: SegmentScan, first: int) -> None:
        if first <= scan.header.first_sequence:
            return
        entry = entry_of(self.files, scan.path, scan.header.salt, first)
        if entry is None:
            return
        frame = unpack_header(scan.window.bytes_at(entry.offset, HEADER_BYTES))
        if frame is not None and frame.first_sequence == entry.first_sequence:
            scan.skip_to(entry.offset, frame)

    def _walk(self, scan: SegmentScan) -> Iterator[Frame]:
        while True:
            yield from scan.frames()
            assert scan.ending is not None, "the walk has not ended"
            self.torn_bytes = 0
            if scan.ending.kind == SEALED:
                return
            evidence = gather(self.files, self.directory, self.identity, scan, 0)
            verdict, why = judge(evidence)
            if verdict != REFUSE:
                if scan.ending.kind == BAD:
                    self.torn_bytes = evidence.content_end - scan.ending.offset
                return
            # The witnesses were asked after the walk: a writer may have finished the frame
            # meanwhile.
            before = scan.offset
            scan.window.forget()
            found = scan.next_frame()
            if isinstance(found, Ending) and found.kind == SEALED:
                # It was sealed since we looked, and what is missed here lies in the next one.
                scan.ending = found
                return
            if not isinstance(found, Frame):
                raise refusal(scan, why)
            assert scan.offset > before, f"the walk stands still at byte {before}"
            yield found

    def _after(
        self, scan: SegmentScan, header: SegmentHeader, followed: bool
    ) -> tuple[SegmentHeader, SegmentFooter] | None:
        assert scan.ending is not None, "the walk has not ended"
        if scan.ending.kind == SEALED and scan.ending.footer is not None:
            return header, scan.ending.footer
        if followed:
            kind = "misplaced" if scan.ending.kind == MISPLACED else "no seal"
            raise refusal(scan, f"{kind}, although another segment follows")
        return None


def first_sequence_of(path: Path) -> int:
    """This is the sequence in a segment's name; 0 when it has none."""
    digits = path.stem.partition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def decode_frame(frame: Frame, where: str) -> Batch:
    """This reads the entries of a frame. Raises `JournalForeign` for a newer version's,
    `JournalCorrupt` for others."""
    header = frame.header
    return Batch(
        header.first_sequence,
        _decoded(frame, where, decode_batch),
        frame.payload,
        header.epoch,
        header.time_ns,
        header.durable_before,
        frame.hash,
        header.frame_bytes,
    )


def _decoded(frame: Frame, where: str, decode: Callable[[bytes | memoryview], list[T]]) -> list[T]:
    header = frame.header
    if header.schema_version > SCHEMA_VERSION:
        raise JournalForeign(
            where,
            f"schema version was {header.schema_version} from sequence {header.first_sequence}, "
            f"must be at most {SCHEMA_VERSION}",
            "Read it with the version of Interlock that wrote it",
        )
    try:
        entries = decode(frame.payload)
    except msgspec.MsgspecError as error:
        raise JournalCorrupt(
            where, frame.offset, "a batch of entries", f"something else ({error})", RESTORE
        ) from error
    if len(entries) != header.count:
        raise JournalCorrupt(
            where, frame.offset, f"{header.count} entries", f"{len(entries)}", RESTORE
        )
    return entries
