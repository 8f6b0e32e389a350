"""Opening: what a writer needs before its first batch: an empty place, or a tail to go on from."""

import errno
from pathlib import Path
from typing import Final

from interlock.journal.faults import JournalFault, JournalForeign, JournalFull
from interlock.journal.fence import LOCK_NAME
from interlock.journal.identity import IDENTITY_NAME
from interlock.journal.options import JournalOptions
from interlock.journal.recovery import Recovery
from interlock.journal.segments import SegmentFooter, SegmentHeader
from interlock.journal.tail import Tail, finish_seal

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


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
    for name in options.files.names(directory):
        if name in (IDENTITY_NAME, LOCK_NAME) or name.startswith(("seg-", "snap-")):
            raise JournalForeign(
                str(directory),
                f"holds {name} already",
                "Open the journal that is there, or name another directory",
            )


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
