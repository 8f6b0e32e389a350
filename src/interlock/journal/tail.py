"""The tail: the segment being written, the zeros ahead of it, its index, and the segment that comes
next."""

import errno
from pathlib import Path
from typing import Final

from interlock.journal.files import Files
from interlock.journal.index import INDEX_ENTRY_BYTES, IndexEntry, index_path, pack_index_entry
from interlock.journal.options import JournalOptions
from interlock.journal.preparing import Preparation, make_segment_aside, zero_range
from interlock.journal.reserve import Reserve
from interlock.journal.segments import (
    FOOTER_BYTES,
    NEXT_SEGMENT_NAME,
    SEGMENT_HEADER_BYTES,
    SegmentFooter,
    SegmentHeader,
    pack_footer,
    pack_segment_header,
    segment_name,
)

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
NO_INDEX: Final = -1


def finish_seal(files: Files, descriptor: int, path: Path, offset: int) -> None:
    """This ends a segment whose seal is durable: trim the zeros, sync, protect. May be repeated
    after a crash."""
    if not files.is_protected(path):
        files.truncate(descriptor, offset + FOOTER_BYTES)
        files.sync(descriptor)
        files.protect(path)


class Tail:
    """The open end of a journal. Every method raises `OSError` as the disk does; the writer decides
    what that means."""

    def __init__(
        self,
        path: Path,
        header: SegmentHeader,
        options: JournalOptions,
        *,
        descriptor: int,
        offset: int,
        batches: int,
        epoch: int,
    ) -> None:
        self.path = path
        self.header = header
        self.descriptor = descriptor
        self.offset = offset
        self.batches = batches
        self.epoch = epoch
        """That of the last frame here, or of the header."""
        self._files = files = options.files
        self._options = options
        self._zeroed = files.size(descriptor)
        self._zeroing: Preparation | None = None
        self._next: Preparation | None = None
        index = index_path(path)
        new = index.name not in files.names(path.parent)
        self._index = NO_INDEX
        self._index_offset = 0
        try:
            self._index = files.open(index, write=True, create=new)
            self._index_offset = files.size(self._index)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise

    @classmethod
    def create(cls, directory: Path, header: SegmentHeader, options: JournalOptions) -> "Tail":
        """The first segment of a journal, or the one after a sealed one."""
        aside = directory / NEXT_SEGMENT_NAME
        descriptor = make_segment_aside(options.files, aside, options.zeroed_bytes)
        return cls._named(directory, header, options, descriptor)

    @classmethod
    def _named(
        cls, directory: Path, header: SegmentHeader, options: JournalOptions, descriptor: int
    ) -> "Tail":
        files = options.files
        path = directory / segment_name(header.first_sequence)
        files.write(descriptor, pack_segment_header(header), 0)
        files.sync(descriptor)
        files.rename(directory / NEXT_SEGMENT_NAME, path)
        files.sync_directory(directory)
        return cls(
            path,
            header,
            options,
            descriptor=descriptor,
            offset=SEGMENT_HEADER_BYTES,
            batches=0,
            epoch=header.epoch,
        )

    def has_room(self, length: int) -> bool:
        """True when a frame of this length, and the seal after it, fit this segment."""
        return self.offset + length + FOOTER_BYTES <= self.header.segment_bytes

    def reserve(self, length: int) -> None:
        """Waits until a frame of this length lands on zeros that are on the disk, and has more
        made."""
        while self.offset + length + FOOTER_BYTES > self._zeroed:
            if self._zeroing is None:
                self._zero_ahead()
            self._take_zeroed()
        if self._zeroing is not None and self._zeroing.is_done:
            self._take_zeroed()
        if self.offset + length + self._options.chunk_bytes // 2 > self._zeroed:
            self._work_ahead()

    def write(self, frame: bytes, epoch: int) -> int:
        """Writes a frame where `reserve` made room for it, and returns where. Not yet durable."""
        offset = self.offset
        self._files.write(self.descriptor, frame, offset)
        self.offset += len(frame)
        self.batches += 1
        self.epoch = epoch
        return offset

    def note(self, entry: IndexEntry, *, sync: bool) -> None:
        """Remembers a frame that is durable."""
        if self._index == NO_INDEX:
            return
        packed = pack_index_entry(entry, self.header.salt)
        try:
            self._files.write(self._index, packed, self._index_offset)
            self._index_offset += INDEX_ENTRY_BYTES
            if sync:
                self._files.datasync(self._index)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            # An index that lags costs time and is rebuilt; the frame itself is on the disk.
            self._close_index()

    def roll(self, footer: SegmentFooter, header: SegmentHeader) -> "Tail":
        """Seals this segment and goes on in the next. The disk's room is taken before anything is
        sealed."""
        if self._next is None:
            self._next = self._prepare_next()
        self._settle_zeroing()
        prepared = self._next.take()
        self._next = None
        return self._roll_to(footer, header, prepared)

    def roll_into(self, footer: SegmentFooter, header: SegmentHeader, reserve: Reserve) -> "Tail":
        """Goes on in the reserve, where the disk has no room: the seal has room here already."""
        for preparation in (self._zeroing, self._next):
            if preparation is not None:
                preparation.abandon()
        self._zeroing = self._next = None
        directory = self.path.parent
        if NEXT_SEGMENT_NAME in self._files.names(directory):
            self._files.remove(directory / NEXT_SEGMENT_NAME)
        return self._roll_to(footer, header, reserve.give(NEXT_SEGMENT_NAME))

    @property
    def room_bytes(self) -> int:
        """What this segment still has room for."""
        return self.header.segment_bytes - self.offset - FOOTER_BYTES

    def _roll_to(self, footer: SegmentFooter, header: SegmentHeader, descriptor: int) -> "Tail":
        directory = self.path.parent
        self._files.write(self.descriptor, pack_footer(footer), self.offset)
        self._files.datasync(self.descriptor)
        finish_seal(self._files, self.descriptor, self.path, self.offset)
        if self._index != NO_INDEX:
            self._files.sync(self._index)
        self._close_index()
        self._files.close(self.descriptor)
        return Tail._named(directory, header, self._options, descriptor)

    def close(self, *, orderly: bool) -> None:
        """Gives back the unused zeros, syncs the index and closes; only closes when not
        `orderly`."""
        if orderly:
            self._settle_zeroing()
            self._drop_next()
            self._files.truncate(self.descriptor, self.offset)
            self._files.sync(self.descriptor)
            if self._index != NO_INDEX:
                self._files.sync(self._index)
        else:
            for preparation in (self._zeroing, self._next):
                if preparation is not None:
                    preparation.abandon()
        self._close_index()
        self._files.close(self.descriptor)

    def _drop_next(self) -> None:
        directory = self.path.parent
        if self._next is not None:
            try:
                self._files.close(self._next.take())
            except OSError as error:
                if error.errno not in NO_ROOM:
                    raise
        if NEXT_SEGMENT_NAME in self._files.names(directory):
            self._files.remove(directory / NEXT_SEGMENT_NAME)

    def _close_index(self) -> None:
        if self._index != NO_INDEX:
            self._files.close(self._index)
        self._index = NO_INDEX

    def _work_ahead(self) -> None:
        if self._zeroed < self.header.segment_bytes:
            if self._zeroing is None:
                self._zero_ahead()
        elif self._next is None:
            self._next = self._prepare_next()

    def _zero_ahead(self) -> None:
        files, descriptor, start = self._files, self.descriptor, self._zeroed
        end = min(start + self._options.chunk_bytes, self.header.segment_bytes)

        def zero() -> int:
            zero_range(files, descriptor, start, end)
            return end

        self._zeroing = Preparation(zero, background=self._options.background)

    def _prepare_next(self) -> Preparation:
        files, path = self._files, self.path.parent / NEXT_SEGMENT_NAME
        zeroed = self._options.zeroed_bytes
        return Preparation(
            lambda: make_segment_aside(files, path, zeroed), background=self._options.background
        )

    def _take_zeroed(self) -> None:
        assert self._zeroing is not None, "nothing is being zeroed"
        taken, self._zeroing = self._zeroing, None
        self._zeroed = taken.take()

    def _settle_zeroing(self) -> None:
        if self._zeroing is not None and self._options.background:
            try:
                self._take_zeroed()
            except OSError as error:
                # What could not be zeroed ahead is not needed any more.
                if error.errno not in NO_ROOM:
                    raise
        self._zeroing = None
