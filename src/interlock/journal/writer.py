"""The writer: batches in, durable sequence numbers out.

`append` keeps a batch and returns when it is on disk. `begin` and `wait` are the same in two steps,
so that the next batch can be stepped while the last one syncs; at most one is outstanding. All
state belongs to the calling thread: the kernel or a second thread only syncs (`syncing.py`), a
third only zeroes ahead (`preparing.py`).

A write or sync that fails is never tried again: after it nobody knows what is on the disk. The
writer leaves `POISON` beside the segments and calls `fatal`, which ends the process. Should `fatal`
return, the caller gets `JournalPoisoned` and so does everybody after it.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from interlock.journal.bounds import BATCH_ENTRIES_MAX, RESERVE_END_BYTES
from interlock.journal.faults import JournalFault, JournalPoisoned
from interlock.journal.fence import Fence
from interlock.journal.frames import (
    SCHEMA_VERSION,
    TIME_NS_MIN,
    FrameHeader,
    frame_bytes,
    pack_frame,
)
from interlock.journal.head import HeadFile
from interlock.journal.identity import (
    Identity,
    read_identity,
    require_local_filesystem,
    write_identity,
)
from interlock.journal.index import IndexEntry
from interlock.journal.opening import (
    clear_remains,
    next_header,
    reopened_tail,
    require_empty,
    unusable,
)
from interlock.journal.options import DEFAULT_OPTIONS, JournalOptions
from interlock.journal.payloads import payloads
from interlock.journal.poison import leave_poison, refuse_poison
from interlock.journal.recovery import Recovery, recover
from interlock.journal.reserve import Reserve
from interlock.journal.segments import SegmentFooter, SegmentHeader
from interlock.journal.syncing import Syncer, make_syncer
from interlock.journal.tail import NO_ROOM, Tail
from interlock.messages.encoding import Entry


@dataclass(frozen=True, slots=True)
class WriterStatistics:
    """What a writer has made durable since it was opened."""

    batches: int
    entries: int
    bytes: int
    syncs: int


class JournalWriter:
    """The one writer of a journal. Make it with `create` or `open`; close it to release the
    lock."""

    def __init__(
        self,
        directory: Path,
        identity: Identity,
        fence: Fence,
        head: HeadFile,
        tail: Tail,
        recovered: Recovery,
        options: JournalOptions,
        code_version: str,
    ) -> None:
        self.identity = identity
        self.recovered = recovered
        """What was found, and cut, when the journal was opened."""
        self.epoch = fence.epoch
        self.last_sequence = recovered.last_sequence
        self.last_hash = recovered.last_hash
        """The chain's hash after `last_sequence`."""
        self.time_ns = recovered.time_ns
        self.durable_sequence = recovered.last_sequence
        self.directory = directory
        self.files = options.files
        self.code_version = code_version
        self._fence = fence
        self._head = head
        self._tail = tail
        self._options = options
        self._outstanding: IndexEntry | None = None
        self._reserve = Reserve(options.files, directory, options.reserve_bytes)
        self.is_short = options.reserve_bytes > 0 and not self._reserve.hold()
        """The disk is full, and no further reserve stands behind what is left."""
        self._handed_over = False
        self._syncer: Syncer | None = None
        self._failed: JournalFault | None = None
        self._closed = False
        self._batches = self._entries = self._bytes = self._syncs = 0

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        journal_id: bytes,
        code_version: str,
        created_ns: int = 0,
        options: JournalOptions = DEFAULT_OPTIONS,
    ) -> Self:
        """This makes a new journal in a directory that holds none, and opens it in epoch 1.

        `JOURNAL` is written last: a creation that was interrupted leaves a directory that is no
        journal, and the next one begins anew there. Raises `JournalForeign` when there is a journal
        or part of one that holds records, or the filesystem is another machine's.
        """
        files = options.files
        files.make_directory(directory)
        require_empty(options, directory)
        require_local_filesystem(files, directory)
        identity = Identity(journal_id, created_ns)
        start = identity.genesis_hash
        fence = Fence(files, directory)
        try:
            clear_remains(files, directory)
            header = SegmentHeader(
                segment_bytes=options.segment_bytes,
                journal_id=journal_id,
                number=1,
                first_sequence=1,
                previous_hash=start,
                salt=options.salts(),
                epoch=fence.raise_epoch(0),
                time_ns=TIME_NS_MIN,
                code_version=code_version,
            )
            tail = Tail.create(directory, header, options)
            head = HeadFile(files, directory, identity)
            head.write(0, start, header.epoch)
            write_identity(files, directory, identity)
        except OSError as error:
            fence.release()
            raise unusable(directory, error) from error
        recovered = Recovery(
            0, start, TIME_NS_MIN, 0, tail.path, header, tail.offset, 0, sealed=False
        )
        return cls(directory, identity, fence, head, tail, recovered, options, code_version)

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        code_version: str,
        acknowledged: int = 0,
        options: JournalOptions = DEFAULT_OPTIONS,
    ) -> Self:
        """This takes the lock, recovers and goes on in a new epoch; `recovered` says what was found
        and cut.

        `acknowledged` is the highest sequence that someone outside is known to have been told of.
        Costs a walk of the last segment. Raises `JournalLocked`, `JournalPoisoned`,
        `JournalForeign` or `JournalCorrupt`; nothing was changed then.
        """
        files = options.files
        identity = read_identity(files, directory)
        refuse_poison(files, directory)
        require_local_filesystem(files, directory)
        fence = Fence(files, directory)
        try:
            recovered = recover(files, directory, identity, acknowledged=acknowledged)
            epoch = fence.raise_epoch(recovered.epoch)
            # Before anything is written: from now on the end is open again.
            head = HeadFile(files, directory, identity)
            head.write(recovered.last_sequence, recovered.last_hash, epoch)
            tail = reopened_tail(directory, recovered, fence.epoch, options, code_version)
        except OSError as error:
            fence.release()
            raise unusable(directory, error) from error
        except BaseException:
            fence.release()
            raise
        return cls(directory, identity, fence, head, tail, recovered, options, code_version)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, entries: list[Entry]) -> int:
        """Keeps a batch; returns the durable sequence when all of it is on disk. Costs one sync.

        Raises `JournalFull` before anything is written when a record is too large or there is no
        room.
        """
        self._require_ready(entries)
        for payload, count, time_ns in self._payloads(entries):
            self._place(payload, count, time_ns)
            self.wait()
        return self.durable_sequence

    def begin(self, entries: list[Entry]) -> None:
        """Writes a batch and has it synced meanwhile. Nothing may be outstanding; `wait` comes
        next.

        Without `background` the sync is left to `wait`.
        """
        self._require_ready(entries)
        payloads = self._payloads(entries)
        for payload, count, time_ns in payloads[:-1]:
            self._place(payload, count, time_ns)
            self.wait()
        self._place(*payloads[-1])
        if self._options.background:
            if self._syncer is None:
                self._syncer = make_syncer(self._options.files)
            try:
                self._handed_over = self._syncer.start(self._tail.descriptor)
            except OSError as error:
                raise self._poison("sync", error) from error

    def wait(self) -> int:
        """Returns the durable sequence once nothing is outstanding."""
        if self._failed is not None:
            raise self._failed
        entry = self._outstanding
        if entry is None:
            return self.durable_sequence
        try:
            if self._handed_over and self._syncer is not None:
                self._handed_over = False
                self._syncer.wait()
            else:
                self._options.files.datasync(self._tail.descriptor)
        except OSError as error:
            raise self._poison("sync", error) from error
        # From here on the batch is durable.
        self._outstanding = None
        self._syncs += 1
        self._batches += 1
        self._entries += entry.count
        self._bytes += self._tail.offset - entry.offset
        self.durable_sequence = entry.last_sequence
        try:
            self._tail.note(entry, sync=self._options.strict)
        except OSError as error:
            raise self._poison("index write", error) from error
        return self.durable_sequence

    def statistics(self) -> WriterStatistics:
        return WriterStatistics(self._batches, self._entries, self._bytes, self._syncs)

    def close(self) -> None:
        """Waits for what is outstanding, syncs the index, gives back unused zeros and releases the
        lock.

        The segment is not sealed: the next writer goes on in it.
        """
        if self._closed:
            return
        try:
            if self._failed is None:
                self.wait()
        finally:
            self._closed = True
            if self._syncer is not None:
                self._syncer.stop()
            try:
                orderly = self._failed is None
                self._tail.close(orderly=orderly)
                if orderly:
                    self._reserve.release()
                    self._head.write(self.last_sequence, self.last_hash, self.epoch, is_closed=True)
                self._head.close()
            except OSError as error:
                raise self._poison("close", error) from error
            finally:
                self._fence.release()

    def _require_ready(self, entries: list[Entry]) -> None:
        if self._failed is not None:
            raise self._failed
        assert not self._closed, "the writer is closed"
        assert self._outstanding is None, f"{self._outstanding} is outstanding: wait for it first"
        assert entries, "a batch has at least one entry"
        assert len(entries) <= BATCH_ENTRIES_MAX, (
            f"the batch has {len(entries)} entries, must have at most {BATCH_ENTRIES_MAX}"
        )
        first, last = entries[0].time_ns, entries[-1].time_ns
        assert first >= self.time_ns, f"time {first} is before {self.time_ns}, which is kept"
        assert last >= first, f"time {last} is before {first} in the same batch"

    def _payloads(self, entries: list[Entry]) -> list[tuple[bytes, int, int]]:
        segment_bytes = min(self._options.segment_bytes, self._tail.header.segment_bytes)
        if self._reserve.size_bytes > 0:
            # What waits when the disk is full must fit what is left then.
            segment_bytes = min(segment_bytes, self._reserve.size_bytes)
        return payloads(entries, self.last_sequence + 1, segment_bytes)

    def _place(self, payload: bytes, count: int, time_ns: int) -> None:
        length = frame_bytes(len(payload))
        try:
            if not self._tail.has_room(length):
                self._roll()
            self._tail.reserve(length)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise self._poison("preparing the disk", error) from error
            self._use_reserve(length, error)
        header = FrameHeader(
            first_sequence=self.last_sequence + 1,
            count=count,
            payload_bytes=len(payload),
            epoch=self.epoch,
            time_ns=time_ns,
            durable_before=self.durable_sequence,
            previous_hash=self.last_hash,
            salt=self._tail.header.salt,
            schema_version=SCHEMA_VERSION,
        )
        frame, chained = pack_frame(header, payload)
        try:
            offset = self._tail.write(frame, self.epoch)
        except OSError as error:
            raise self._poison("write", error) from error
        self._outstanding = IndexEntry(header.first_sequence, count, offset, chained[:16])
        self.last_sequence = header.last_sequence
        self.last_hash = chained
        self.time_ns = time_ns

    def _use_reserve(self, length: int, error: OSError) -> None:
        """The disk has no room: the next frames go where room was held for them."""
        self.is_short = True
        if not self._reserve.is_held or frame_bytes(0) + length > self._reserve.size_bytes:
            self._failed = unusable(self.directory, error)
            raise self._failed from error
        footer, header = self._next_header()
        header = replace(header, segment_bytes=self._reserve.size_bytes)
        try:
            self._tail = self._tail.roll_into(footer, header, self._reserve)
            self._head.write(self.last_sequence, self.last_hash, self.epoch)
        except OSError as failed:
            raise self._poison("going on in the reserve", failed) from failed

    def regain_room(self) -> bool:
        """This holds a reserve again, once the disk has room; false while it has none."""
        if self._failed is None and self.is_short and self._reserve.hold():
            self.is_short = False
        return not self.is_short

    @property
    def is_out_of_room(self) -> bool:
        """The disk is full, and of what was held for that only the part for ending is left."""
        ending_bytes = min(RESERVE_END_BYTES, self._reserve.size_bytes // 4)
        return self.is_short and self._tail.room_bytes < ending_bytes

    def _next_header(self) -> tuple[SegmentFooter, SegmentHeader]:
        before = self._tail.header
        footer = SegmentFooter(
            before.first_sequence,
            self.last_sequence,
            self._tail.batches,
            self._tail.epoch,
            self.time_ns,
            self.last_hash,
        )
        return footer, next_header(before, footer, self.epoch, self._options, self.code_version)

    def _roll(self) -> None:
        footer, header = self._next_header()
        self._tail = self._tail.roll(footer, header)
        self._head.write(self.last_sequence, self.last_hash, self.epoch)

    def _poison(self, what: str, error: OSError) -> JournalPoisoned:
        sentence = (
            f"journal {self.directory}: {what} failed after byte {self._tail.offset} of "
            f"{self._tail.path.name}: {error}; "
            f"nothing after sequence {self.durable_sequence} is known to be durable"
        )
        self._failed = fault = JournalPoisoned(
            self._tail.path.name,
            sentence,
            "It is not tried again: check the disk, restart the machine, and verify before opening",
        )
        leave_poison(self._options.files, self.directory, sentence)
        self._options.fatal(sentence)
        return fault
