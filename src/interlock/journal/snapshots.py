"""Snapshots: a state at a sequence, so that a restart need not replay from the beginning.

A snapshot is a cache of the journal: it is checked on reading, a bad one is passed over with a
finding so that an older one (or the beginning) is used, and its header names the journal, the
position in its chain and the digest of the state, so that it cannot be taken for another's.

It becomes *usable* only when something has replayed the journal from the one before it and met the
same digest. That is marked by a file beside it (`.ok`, holding the hash of the whole snapshot) and
not by a field inside it: a snapshot's bytes never change once they have their name, and the mark
vouches for exactly these bytes.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from interlock.journal.bounds import (
    CODE_VERSION_BYTES_MAX,
    SNAPSHOT_BYTES_MAX,
    SNAPSHOTS_KEPT_MIN,
    SNAPSHOTS_SPREAD,
)
from interlock.journal.faults import JournalForeign
from interlock.journal.files import Files, publish, read_file

SNAPSHOT_MAGIC: Final = b"ILKSNP01"
_HEADER: Final = struct.Struct("<8sHHI16sQ32sQq32sQ64s")  # mark, format, schema, unused, ...
_FORMAT: Final = 1
_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """What a snapshot is a snapshot of."""

    journal_id: bytes
    sequence: int
    """The last command that the state has seen; always the last of a batch."""
    chain_hash: bytes
    """The hash of the frame that ends with `sequence`."""
    epoch: int
    time_ns: int
    state_digest: bytes
    schema_version: int
    code_version: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that was read whole."""

    header: SnapshotHeader
    payload: bytes
    path: Path
    usable: bool


def snapshot_name(sequence: int, state_digest: bytes) -> str:
    return f"snap-{sequence:020d}-{state_digest.hex()[:16]}.snap"


def sequence_named(path: Path) -> int:
    """This is the sequence in a snapshot's name; 0 when it has none."""
    digits = path.stem.split("-")[1]
    return int(digits) if digits.isdecimal() else 0


def snapshot_paths(files: Files, directory: Path) -> list[Path]:
    """This lists the snapshots, oldest first."""
    names = files.names(directory)
    return [
        directory / name for name in names if name.startswith("snap-") and name.endswith(".snap")
    ]


def write_snapshot(files: Files, directory: Path, header: SnapshotHeader, payload: bytes) -> Path:
    """This keeps a snapshot: whole under its name, or not at all. It is not usable before
    `mark_usable`."""
    version = header.code_version.encode()
    assert len(version) <= CODE_VERSION_BYTES_MAX, f"the code version has {len(version)} bytes"
    assert len(payload) <= SNAPSHOT_BYTES_MAX, f"the state has {len(payload)} bytes"
    assert len(header.state_digest) == _HASH_BYTES, (
        f"the digest has {len(header.state_digest)} bytes"
    )
    packed = _HEADER.pack(
        SNAPSHOT_MAGIC,
        _FORMAT,
        header.schema_version,
        0,
        header.journal_id,
        header.sequence,
        header.chain_hash,
        header.epoch,
        header.time_ns,
        header.state_digest,
        len(payload),
        version,
    )
    body = packed + payload
    path = directory / snapshot_name(header.sequence, header.state_digest)
    publish(files, path, body + sha256(body).digest())
    return path


def read_snapshot(files: Files, path: Path, journal_id: bytes) -> Snapshot:
    """This reads a snapshot. Raises `JournalForeign` when it is damaged, another journal's or
    another version's."""
    data = read_file(files, path)
    body, digest = data[:-_HASH_BYTES], data[-_HASH_BYTES:]
    if len(body) < _HEADER.size or sha256(body).digest() != digest:
        raise _foreign(path, "its bytes do not match their hash")
    fields = _HEADER.unpack_from(body)
    magic, version, schema, _, owner, sequence, chain, epoch, time_ns, state, length, code = fields
    if magic != SNAPSHOT_MAGIC or version != _FORMAT:
        raise _foreign(path, f"its format was {version}, must be {_FORMAT}")
    if owner != journal_id:
        raise _foreign(path, f"its journal id was {owner.hex()}, must be {journal_id.hex()}")
    if len(body) - _HEADER.size != length or path.name != snapshot_name(sequence, state):
        raise _foreign(path, "its name or length does not agree with its header")
    header = SnapshotHeader(
        owner, sequence, chain, epoch, time_ns, state, schema, code.rstrip(b"\0").decode()
    )
    mark = _mark_path(path)
    usable = mark.name in files.names(path.parent) and (
        read_file(files, mark).decode("utf-8", "replace").strip() == digest.hex()
    )
    return Snapshot(header, body[_HEADER.size :], path, usable)


def mark_usable(files: Files, snapshot: Snapshot) -> None:
    """This vouches for a snapshot, after a replay has met its digest."""
    data = read_file(files, snapshot.path)
    publish(files, _mark_path(snapshot.path), data[-_HASH_BYTES:].hex().encode() + b"\n")


def newest_snapshot(
    files: Files, directory: Path, journal_id: bytes, *, sequence_max: int, only_usable: bool = True
) -> tuple[Snapshot | None, list[str]]:
    """This is the newest good snapshot at or before a sequence, and a finding for each that was
    passed over."""
    findings: list[str] = []
    for path in reversed(snapshot_paths(files, directory)):
        try:
            snapshot = read_snapshot(files, path, journal_id)
        except JournalForeign as fault:
            findings.append(str(fault))
            continue
        if snapshot.header.sequence > sequence_max:
            continue
        if only_usable and not snapshot.usable:
            findings.append(f"{path.name}: not yet verified by a replay. An older one is used")
            continue
        return snapshot, findings
    return None, findings


def prune_snapshots(files: Files, directory: Path, *, keep: int = SNAPSHOTS_KEPT_MIN) -> list[Path]:
    """This removes all but the newest `keep` (at least 3), the newest that is marked, and
    `SNAPSHOTS_SPREAD` of the others, spread over the journal: a replay may begin at each, side by
    side. Says which went."""
    assert keep >= SNAPSHOTS_KEPT_MIN, f"keep was {keep}, must be at least {SNAPSHOTS_KEPT_MIN}"
    paths = snapshot_paths(files, directory)
    names = set(files.names(directory))
    marked = [path for path in paths if _mark_path(path).name in names]
    kept = {*paths[-keep:], *marked[-1:], *_spread(paths[:-keep])}
    removed = [path for path in paths if path not in kept]
    for path in removed:
        if _mark_path(path).name in names:
            files.remove(_mark_path(path))
        files.remove(path)
    if removed:
        files.sync_directory(directory)
    return removed


def _spread(paths: list[Path]) -> list[Path]:
    """This leaves out, again and again, the one whose neighbours lie closest together."""
    left = list(paths)
    while len(left) > SNAPSHOTS_SPREAD:
        places = [0, *(sequence_named(path) for path in left)]
        gaps = [places[at + 1] - places[at - 1] for at in range(1, len(left))]
        del left[gaps.index(min(gaps))]
    return left


def _mark_path(path: Path) -> Path:
    return path.with_suffix(".ok")


def _foreign(path: Path, what: str) -> JournalForeign:
    return JournalForeign(path.name, what, "An older snapshot, or the whole journal, is used")
