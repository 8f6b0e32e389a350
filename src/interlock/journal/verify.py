"""Verifying: a whole journal checked from the first byte to the last, without changing any of it.

Checked: both copies of every segment's header, every frame's checksum, place, hash and entries, the
order of time, every seal, that each segment continues the one before, the index, how far HEAD says
that the journal reaches, and that snapshots can be read and belong to this chain. The hash at the
end vouches for everything before it: compare it with one that was kept elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interlock.journal.faults import JournalFault
from interlock.journal.files import Files, read_file
from interlock.journal.head import read_head, require_head_agrees
from interlock.journal.identity import read_identity
from interlock.journal.index import index_path, pack_index_entry
from interlock.journal.reader import JournalReader
from interlock.journal.recovery import index_entry, require_index_agrees, require_no_orphans
from interlock.journal.scanning import SegmentScan
from interlock.journal.segments import read_segment_header, segment_paths
from interlock.journal.snapshots import SnapshotHeader, read_snapshot, snapshot_paths


@dataclass(frozen=True, slots=True)
class Report:
    """What a journal holds and what is wrong with it."""

    journal_id: str
    segments: int
    batches: int
    entries: int
    events: int
    bytes: int
    """Of frames."""
    last_sequence: int
    last_hash: str
    epochs: int
    torn_bytes: int
    """Of a batch that was being written when its writer ended; the next opening cuts it. Not a
    problem."""
    problem: str
    """The first thing wrong with acknowledged data; empty when there is none."""
    findings: tuple[str, ...]
    """What is wrong and does not lose anything: a header's second copy, a snapshot, an index."""

    @property
    def is_whole(self) -> bool:
        return not self.problem


def verify(
    directory: Path,
    *,
    progress: Callable[[float], None] | None = None,
    files: Files | None = None,
) -> Report:
    """This reads a journal whole. Raises `JournalForeign` only when the directory is no journal at
    all.

    Costs one pass over the disk; `progress` is called with 0..1 after each batch.
    """
    files = files or Files()
    identity = read_identity(files, directory)
    reader = JournalReader(directory, files=files)
    batches = entries = events = stored = epochs = epoch = last = 0
    digest = identity.genesis_hash
    problem = ""
    time_ns: int | None = None
    head_notes: list[str] = []
    snapshots, findings = _snapshots(files, directory, identity.journal_id)
    chains = {one.sequence: one for one in snapshots}
    try:
        head, head_notes = read_head(files, directory, identity)
        require_head_agrees(head, 0, digest, str(directory))
        for batch in reader.batches():
            for sequence, entry in enumerate(batch.entries, batch.first_sequence):
                if time_ns is not None and entry.time_ns < time_ns:
                    problem = problem or (
                        f"sequence {sequence}: time was {entry.time_ns}, must be at least {time_ns}"
                    )
                time_ns = entry.time_ns
                events += len(entry.events)
            batches += 1
            entries += len(batch.entries)
            stored += batch.stored_bytes
            epochs += batch.epoch != epoch
            epoch, last, digest = batch.epoch, batch.last_sequence, batch.hash
            require_head_agrees(head, last, digest, str(directory))
            kept = chains.pop(last, None)
            if kept is not None and kept.chain_hash != digest:
                findings.append(f"the snapshot at command {last} belongs to another history")
            if progress is not None:
                progress(reader.progress)
        findings += _verify_indexes(files, directory, identity.journal_id)
    except JournalFault as fault:
        problem = problem or str(fault)
    if not problem:
        findings += [f"the snapshot at command {one} is at no batch's end" for one in chains]
    return Report(
        journal_id=identity.journal_id.hex(),
        segments=len(segment_paths(files, directory)),
        batches=batches,
        entries=entries,
        events=events,
        bytes=stored,
        last_sequence=last,
        last_hash=digest.hex(),
        epochs=epochs,
        torn_bytes=reader.torn_bytes,
        problem=problem,
        findings=(*head_notes, *reader.notes, *findings),
    )


def _verify_indexes(files: Files, directory: Path, journal_id: bytes) -> list[str]:
    require_no_orphans(files, directory)
    names = files.names(directory)
    paths = segment_paths(files, directory)
    findings: list[str] = []
    for path in paths:
        index = index_path(path)
        if index.name not in names:
            findings.append(f"{index.name} is missing: finding a command takes longer")
            continue
        descriptor = files.open(path)
        try:
            header, _ = read_segment_header(files, descriptor, path, journal_id)
            scan = SegmentScan(files, descriptor, path, header, check_hashes=False)
            walked = [index_entry(frame) for frame in scan.frames()]
        finally:
            files.close(descriptor)
        require_index_agrees(files, path, header, walked)
        wanted = b"".join(pack_index_entry(entry, header.salt) for entry in walked)
        # That of the last segment may lag behind a writer, and is rebuilt when it is opened.
        if path != paths[-1] and read_file(files, index) != wanted:
            findings.append(f"{index.name} is damaged: `interlock journal repair` rebuilds it")
    return findings


def _snapshots(
    files: Files, directory: Path, journal_id: bytes
) -> tuple[list[SnapshotHeader], list[str]]:
    headers: list[SnapshotHeader] = []
    findings: list[str] = []
    for path in snapshot_paths(files, directory):
        try:
            headers.append(read_snapshot(files, path, journal_id).header)
        except JournalFault as fault:
            findings.append(str(fault))
    return headers, findings
