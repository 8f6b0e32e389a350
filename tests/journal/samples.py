"""Small journals to read, damage and mend."""

import os
from pathlib import Path

import pytest

from interlock.journal.faults import JournalCorrupt
from interlock.journal.files import Files
from interlock.journal.frames import SCHEMA_VERSION, FrameHeader, pack_frame
from interlock.journal.head import HEAD_NAME, HeadFile
from interlock.journal.identity import read_identity
from interlock.journal.index import IndexEntry, read_index
from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.segments import SegmentHeader, read_segment_header, segment_paths
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import AdvanceTime, UpdateQuote
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderAccepted

JOURNAL_ID = bytes(range(16))
FILES = Files()


def raise_nothing(sentence: str) -> None:
    """A `fatal` that lets the test go on."""


def small(*, files: Files | None = None, background: bool = False, **more: int) -> JournalOptions:
    return JournalOptions(
        segment_bytes=more.get("segment_bytes", 16384),
        chunk_bytes=more.get("chunk_bytes", 8192),
        background=background,
        fatal=raise_nothing,
        salts=lambda: 0x5A17,
        files=files or Files(),
    )


def quote(number: int) -> Entry:
    """An entry that is recognised by its number."""
    command = UpdateQuote("ABC", "VEN", 100 + number, 5, 101 + number, 6, number)
    return Entry(1_000 + number, command, [OrderAccepted(number, f"v{number}")])


def quotes(first: int, count: int) -> list[Entry]:
    return [quote(number) for number in range(first, first + count)]


def tick(time_ns: int) -> Entry:
    return Entry(time_ns, AdvanceTime(), [])


def create(directory: Path, options: JournalOptions | None = None) -> JournalWriter:
    return JournalWriter.create(
        directory, journal_id=JOURNAL_ID, code_version="1.0", options=options or small()
    )


def reopen(directory: Path, **more: int) -> JournalWriter:
    return JournalWriter.open(
        directory,
        code_version="1.1",
        options=small(),
        acknowledged=more.get("acknowledged", 0),
    )


def keep(directory: Path, batches: int = 3, entries: int = 2, zeros: int = 4096) -> Path:
    """A journal of some batches as a crash leaves it, with zeros ahead; its only segment."""
    with create(directory) as writer:
        for number in range(batches):
            writer.append(quotes(1 + number * entries, entries))
    (path,) = segment_paths(FILES, directory)
    with path.open("ab") as file:
        file.write(bytes(zeros))
    reopen_head(directory)
    return path


def reopen_head(directory: Path) -> None:
    """HEAD as it stands while a writer runs that was the first: nothing is known to be durable."""
    identity = read_identity(FILES, directory)
    (directory / HEAD_NAME).unlink()
    head = HeadFile(FILES, directory, identity)
    head.write(0, identity.genesis_hash, 1)
    head.close()


def index_of(segment: Path) -> list[IndexEntry]:
    return read_index(FILES, segment, 0x5A17)


def forget_last(segment: Path) -> IndexEntry:
    """Takes the last frame out of the index, as if its sync had never returned."""
    entry = index_of(segment)[-1]
    index = segment.with_suffix(".idx")
    os.truncate(index, index.stat().st_size - 40)
    return entry


def overwrite(path: Path, offset: int, data: bytes) -> None:
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def flip(path: Path, offset: int, bit: int = 0) -> None:
    before = path.read_bytes()[offset]
    overwrite(path, offset, bytes((before ^ (1 << bit),)))


def header_of(segment: Path) -> SegmentHeader:
    descriptor = FILES.open(segment)
    try:
        return read_segment_header(FILES, descriptor, segment, JOURNAL_ID)[0]
    finally:
        FILES.close(descriptor)


def frame(
    payload: bytes,
    *,
    first: int,
    previous: bytes,
    count: int = 1,
    epoch: int = 1,
    time_ns: int = 5_000,
    durable: int = 0,
    salt: int = 0x5A17,
    flags: int = 0,
) -> bytes:
    """A whole frame that says whatever the test wants."""
    header = FrameHeader(
        first, count, len(payload), epoch, time_ns, durable, previous, salt, SCHEMA_VERSION, flags
    )
    return pack_frame(header, payload)[0]


def refused(directory: Path, segment: Path, **more: int) -> JournalCorrupt:
    """Opening refuses, and has changed nothing."""
    before = segment.read_bytes()
    with pytest.raises(JournalCorrupt) as caught:
        reopen(directory, **more)
    assert segment.read_bytes() == before
    return caught.value


def kept(directory: Path) -> list[int]:
    return [sequence for sequence, _ in JournalReader(directory)]
