"""Opening: what a writer needs before its first batch: an empty place, or a tail to go on from."""

from pathlib import Path
from typing import Final

from interlock.journal.bounds import WINDOW_BYTES
from interlock.journal.faults import JournalFault, JournalForeign, JournalFull
from interlock.journal.fence import LOCK_NAME
from interlock.journal.files import Files
from interlock.journal.head import HEAD_NAME
from interlock.journal.identity import IDENTITY_NAME
from interlock.journal.index import index_path
from interlock.journal.options import JournalOptions
from interlock.journal.recovery import Recovery
from interlock.journal.segments import (
    NEXT_SEGMENT_NAME,
    SEGMENT_HEADER_BYTES,
    SegmentFooter,
    SegmentHeader,
    segment_name,
)
from interlock.journal.tail import NO_ROOM, Tail, finish_seal

FIRST_SEGMENT: Final = Path(segment_name(1))


def reopened_tail(
    directory: Path, recovered: Recovery, epoch: int, options: JournalOptions, code_version: str
) -> Tail:
    files = options.files
    if not recovered.sealed:
        return Tail(
            recovered.segment,
            recovered.header,
            options,
            descriptor=files.open(recovered.segment, write=True),
            offset=recovered.offset,
            batches=recovered.batches,
            epoch=recovered.epoch,
        )
    # The writer before ended between sealing this segment and naming the next.
    descriptor = files.open(recovered.segment, write=not files.is_protected(recovered.segment))
    finish_seal(files, descriptor, recovered.segment, recovered.offset)
    files.close(descriptor)
    footer = SegmentFooter(
        recovered.header.first_sequence,
        recovered.last_sequence,
        recovered.batches,
        recovered.epoch,
        recovered.time_ns,
        recovered.last_hash,
    )
    header = next_header(recovered.header, footer, epoch, options, code_version)
    return Tail.create(directory, header, options)


def next_header(
    before: SegmentHeader,
    footer: SegmentFooter,
    epoch: int,
    options: JournalOptions,
    code_version: str,
) -> SegmentHeader:
    return SegmentHeader(
        segment_bytes=options.segment_bytes,
        journal_id=before.journal_id,
        number=before.number + 1,
        first_sequence=footer.last_sequence + 1,
        previous_hash=footer.last_hash,
        salt=options.salts(),
        epoch=epoch,
        time_ns=footer.time_ns,
        code_version=code_version,
    )


def require_empty(options: JournalOptions, directory: Path) -> None:
    """This raises `JournalForeign` when a journal, or part of one that holds records, is there.

    What a creation leaves that was interrupted before its first record is no journal.
    """
    files = options.files
    for name in files.names(directory):
        is_remains = name in (LOCK_NAME, NEXT_SEGMENT_NAME, index_path(FIRST_SEGMENT).name) or (
            name == FIRST_SEGMENT.name and _is_blank(files, directory / name)
        )
        if name in (IDENTITY_NAME, LOCK_NAME) or name.startswith(("seg-", "snap-")):
            if is_remains:
                continue
            raise JournalForeign(
                str(directory),
                f"holds {name} already",
                "Open the journal that is there, or name another directory",
            )


def clear_remains(files: Files, directory: Path) -> None:
    """This removes what `require_empty` let pass. Needs the lock."""
    names = files.names(directory)
    for name in (
        HEAD_NAME,
        NEXT_SEGMENT_NAME,
        index_path(FIRST_SEGMENT).name,
        FIRST_SEGMENT.name,
    ):
        if name in names:
            files.remove(directory / name)


def _is_blank(files: Files, segment: Path) -> bool:
    """Whether nothing was ever written behind a segment's header."""
    descriptor = files.open(segment)
    try:
        offset, size = SEGMENT_HEADER_BYTES, files.size(descriptor)
        for start in range(offset, size, WINDOW_BYTES):
            if files.read(descriptor, min(WINDOW_BYTES, size - start), start).strip(b"\0"):
                return False
    finally:
        files.close(descriptor)
    return True


def unusable(directory: Path, error: OSError) -> JournalFault:
    if error.errno in NO_ROOM:
        return JournalFull(
            str(directory),
            f"the disk has no room: {error}",
            "Nothing was lost: make room and open the journal again",
        )
    return JournalForeign(
        str(directory), str(error), "Check the directory, its permissions and disk"
    )
