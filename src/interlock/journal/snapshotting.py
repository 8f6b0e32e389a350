"""Snapshotting: a state taken beside a running session, by another process, and vouched for.

The journal is read as any follower reads it, up to what is known to be durable. From the newest
usable state on, its entries are folded, and its commands stepped again in a second ledger; only
when both arrive at the same digest is the state kept, and it is usable at once. The engine is not
asked, so the walk does not stop. Cost: one core for a little longer than a replay of what came
since, and the memory of two ledgers.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from interlock.journal.faults import JournalForeign
from interlock.journal.files import Files
from interlock.journal.head import read_head
from interlock.journal.identity import Identity
from interlock.journal.index import newest_entry
from interlock.journal.reader import JournalReader
from interlock.journal.replay import Difference, Progress
from interlock.journal.reproducing import reproduce
from interlock.journal.segments import read_segment_header, segment_paths
from interlock.journal.snapshots import (
    SnapshotHeader,
    mark_usable,
    prune_snapshots,
    read_snapshot,
    snapshot_name,
    write_snapshot,
)
from interlock.journal.states import newest_state, restored
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import state_of
from interlock.messages.encoding import encode
from interlock.messages.state import STATE_VERSION
from interlock.messages.units import Sequence

SNAPSHOT_EVERY: Final = 100_000
"""After so many commands a live session has its state taken, unless its file says otherwise."""


@dataclass
class Taken:
    """What became of taking a state."""

    sequence: Sequence
    """Of the state; 0 when there was nothing to take."""
    from_sequence: Sequence
    """Of the usable state that it was made from; 0 for the beginning."""
    commands: int
    digest: str = ""
    name: str = ""
    """Of the snapshot's file; empty when none was made."""
    difference: Difference | None = None
    findings: list[str] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        return self.name != ""


def durable_sequence(files: Files, directory: Path, identity: Identity) -> Sequence:
    """This is the last command that a journal is known to have on disk, whoever writes it: what a
    seal, its index or HEAD says. What was written after may not be durable yet."""
    path = segment_paths(files, directory)[-1]
    descriptor = files.open(path)
    try:
        header, _ = read_segment_header(files, descriptor, path, identity.journal_id)
    finally:
        files.close(descriptor)
    entry = newest_entry(files, path, header.salt)
    head, _ = read_head(files, directory, identity)
    return max(
        header.first_sequence - 1,
        entry.last_sequence if entry is not None else 0,
        head.sequence if head is not None else 0,
    )


def take_snapshot(
    directory: Path,
    user_controls: dict[str, Any],
    *,
    code_version: str,
    files: Files | None = None,
    progress: Progress | None = None,
) -> Taken:
    """This takes the state at the last durable batch, and vouches for it.

    Nothing is kept when folding and stepping do not agree: `difference` says where, or the digests
    differ. Raises the journal's faults where it is damaged. Needs no lock.
    """
    files = files or Files()
    reader = JournalReader(directory, files=files)
    durable = durable_sequence(files, directory, reader.identity)
    snapshot, ledger, findings = newest_state(reader, durable)
    start = ledger.sequence
    again = restored(snapshot) if snapshot is not None else Ledger()
    if start == durable:
        name = snapshot.path.name if snapshot is not None else ""
        return Taken(start, start, 0, name=name, findings=findings)
    found = reproduce(
        # A state is always at a batch's end: the next batch begins after it.
        reader.batches(start + 1),
        ledger,
        again,
        user_controls,
        sequence_max=durable,
        progress=progress,
    )
    taken = Taken(
        found.sequence, start, found.commands, found.folded_digest, "", found.difference, findings
    )
    if not found.agrees or found.last is None:
        findings.append("folding and stepping do not agree: no state was kept")
        return taken
    header = SnapshotHeader(
        journal_id=reader.identity.journal_id,
        sequence=found.sequence,
        chain_hash=found.last.hash,
        epoch=found.last.epoch,
        time_ns=ledger.time_ns,
        state_digest=bytes.fromhex(found.folded_digest),
        schema_version=STATE_VERSION,
        code_version=code_version,
    )
    path = directory / snapshot_name(header.sequence, header.state_digest)
    if not _is_kept(files, path, header):
        path = write_snapshot(files, directory, header, encode(state_of(ledger)))
    mark_usable(files, read_snapshot(files, path, reader.identity.journal_id))
    prune_snapshots(files, directory)
    taken.name = path.name
    return taken


def _is_kept(files: Files, path: Path, header: SnapshotHeader) -> bool:
    """Whether the engine has kept the same state already, which then only lacks its mark."""
    if path.name not in files.names(path.parent):
        return False
    try:
        return read_snapshot(files, path, header.journal_id).header.chain_hash == header.chain_hash
    except JournalForeign:
        return False  # damaged: it is written anew
