"""States: the ledger kept beside its journal, and found again.

A state is kept as a snapshot (`snapshots`) when a session ends and now and then while it runs. It
is used only after a replay has met its digest; until then, and whenever it cannot be read, the
journal itself is folded from the beginning, which gives the same.
"""

from dataclasses import dataclass, field
from pathlib import Path

from interlock.journal.faults import JournalForeign
from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.journal.replay import require_known_flags
from interlock.journal.snapshots import (
    Snapshot,
    SnapshotHeader,
    mark_usable,
    newest_snapshot,
    prune_snapshots,
    read_snapshot,
    sequence_named,
    snapshot_paths,
    write_snapshot,
)
from interlock.journal.writer import JournalWriter
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.state import STATE_VERSION


@dataclass
class Loaded:
    """A ledger found again, and how."""

    ledger: Ledger
    from_snapshot: int
    """The sequence of the snapshot that was used; 0 when the journal was folded from its beginning.
    """
    folded: int
    """Commands that were folded after it."""
    findings: list[str] = field(default_factory=list)
    """Snapshots that were passed over, and why."""


def keep_state(writer: JournalWriter, ledger: Ledger) -> Path:
    """This keeps the ledger's state as of the writer's last durable command, and lets old ones go.

    Cost: one walk over the ledger and two syncs. The state is not used before a replay met it.
    """
    assert ledger.sequence == writer.durable_sequence, (
        f"the ledger is at {ledger.sequence}, the disk at {writer.durable_sequence}"
    )
    header = SnapshotHeader(
        journal_id=writer.identity.journal_id,
        sequence=ledger.sequence,
        chain_hash=writer.last_hash,
        epoch=writer.epoch,
        time_ns=ledger.time_ns,
        state_digest=bytes.fromhex(digest(ledger)),
        schema_version=STATE_VERSION,
        code_version=writer.code_version,
    )
    path = write_snapshot(writer.files, writer.directory, header, encode(state_of(ledger)))
    prune_snapshots(writer.files, writer.directory)
    return path


def load_ledger(directory: Path, sequence_max: int, *, files: Files | None = None) -> Loaded:
    """This finds the ledger again: the newest usable state, and what the journal has after it.

    A state that cannot be read, is of another version or of another history is passed over for an
    older one, and at last for the whole journal. Raises the journal's faults where acknowledged
    data is damaged.
    """
    reader = JournalReader(directory, files=files)
    _, ledger, findings = newest_state(reader, sequence_max)
    start = ledger.sequence
    if start < sequence_max:
        for batch in reader.batches(start + 1):
            fold(ledger, batch.first_sequence, batch.entries)
    require_known_flags(ledger)
    return Loaded(ledger, start, ledger.sequence - start, findings)


def newest_state(
    reader: JournalReader, sequence_max: int
) -> tuple[Snapshot | None, Ledger, list[str]]:
    """This is the newest usable state at or before a sequence, its ledger, and why others were
    passed over; without one, an empty ledger."""
    findings: list[str] = []
    highest = sequence_max
    while True:
        snapshot, passed = newest_snapshot(
            reader.files, reader.directory, reader.identity.journal_id, sequence_max=highest
        )
        findings += [one for one in passed if one not in findings]
        if snapshot is None:
            return None, Ledger(), findings
        name = snapshot.path.name
        try:
            ledger = restored(snapshot)
        except ValueError as error:
            findings.append(f"{name}: {error}. An older one, or the whole journal, is used")
        else:
            if _belongs(reader, snapshot):
                return snapshot, ledger, findings
            findings.append(f"{name}: is of another history. An older one is used")
        highest = snapshot.header.sequence - 1


def newest_usable(directory: Path) -> int:
    """This is the sequence of the newest state that is marked as usable; 0 when none is."""
    files = Files()
    if not directory.is_dir():
        return 0
    names = set(files.names(directory))
    marked = [
        path for path in snapshot_paths(files, directory) if path.with_suffix(".ok").name in names
    ]
    return sequence_named(marked[-1]) if marked else 0


def _belongs(reader: JournalReader, snapshot: Snapshot) -> bool:
    """Whether the batch that a snapshot ends with is the one that the journal has there."""
    for batch in reader.batches(snapshot.header.sequence):
        return (
            batch.last_sequence == snapshot.header.sequence
            and batch.hash == snapshot.header.chain_hash
        )
    return False


def restored(snapshot: Snapshot) -> Ledger:
    """This is the ledger of a snapshot. Raises `ValueError` when its state is not the one that its
    header names, or is of another version.
    """
    ledger = restore(decode_plain(snapshot.payload))
    if digest(ledger) != snapshot.header.state_digest.hex():
        raise ValueError("its state does not have the digest in its header")
    return ledger


def kept_digests(directory: Path, files: Files | None = None) -> dict[int, Snapshot]:
    """This is every snapshot that can be read, by its sequence."""
    files = files or Files()
    journal_id = JournalReader(directory, files=files).identity.journal_id
    found: dict[int, Snapshot] = {}
    for path in snapshot_paths(files, directory):
        try:
            snapshot = read_snapshot(files, path, journal_id)
        except JournalForeign:
            # `journal verify` says so; a replay has nothing to compare it with.
            continue
        found[snapshot.header.sequence] = snapshot
    return found


def vouch(snapshot: Snapshot) -> None:
    """This makes a snapshot usable: a replay has met its digest."""
    if not snapshot.usable:
        mark_usable(Files(), snapshot)
