"""Planning a repair: every file of a journal beside what it must be, and nothing changed yet."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from interlock.journal.faults import JournalFault, JournalForeign, RepairRefused
from interlock.journal.files import Files, publish
from interlock.journal.head import HEAD_NAME, Head, pack_head, read_head
from interlock.journal.identity import (
    IDENTITY_NAME,
    Identity,
    identity_bytes,
    read_identity,
)
from interlock.journal.index import IndexEntry, pack_index_entry
from interlock.journal.mending import (
    GIVE_A_COPY,
    Known,
    Mended,
    Unprovable,
    bytes_of,
    content_after,
    mend_segment,
)
from interlock.journal.reader import first_sequence_of
from interlock.journal.recovery import REFUSE, gather, judge
from interlock.journal.scanning import SegmentScan
from interlock.journal.segments import (
    HEADER_COPY_BYTES,
    SegmentHeader,
    segment_name,
    unpack_segment_header,
)
from interlock.journal.snapshots import SnapshotHeader, read_snapshot, snapshot_paths

ASIDE_SUFFIX: Final = ".bad"
BLOCK_BYTES: Final = 4096


@dataclass
class Change:
    """One file that must be otherwise."""

    name: str
    what: str
    new: bytes | None
    """Its bytes; None to put it aside under another name."""
    replaced: list[tuple[int, bytes]] = field(default_factory=list)
    """Where bytes are replaced or cut, and what stood there."""
    protect: bool = False

    def carry_out(self, files: Files, directory: Path) -> None:
        """This makes it so: whole, or not at all."""
        path = directory / self.name
        if self.new is None:
            files.rename(path, path.with_name(path.name + ASIDE_SUFFIX))
            files.sync_directory(directory)
            return
        publish(files, path, self.new)
        if self.protect:
            files.protect(path)


def plan_repair(files: Files, directory: Path, copy: Path | None) -> tuple[list[Change], list[str]]:
    """This is what would mend a journal, and what was noticed. Raises `RepairRefused`."""
    try:
        return _Plan(files, directory, copy).made()
    except Unprovable as reason:
        raise RepairRefused(
            str(directory), str(reason), "Nothing was changed: acknowledged data is never guessed"
        ) from None


class _Plan:
    """The files of one journal, each with what it must be."""

    def __init__(self, files: Files, directory: Path, copy: Path | None) -> None:
        self.files = files
        self.directory = directory
        self.copy = copy
        self.changes: list[Change] = []
        self.notes: list[str] = []
        self.names = files.names(directory)
        self.identity = self._identity()
        if copy is not None:
            theirs = read_identity(files, copy)
            if theirs.journal_id != self.identity.journal_id:
                raise Unprovable(f"{copy} is a copy of another journal, {theirs.journal_id.hex()}")
        self.head = self._head()
        self.snapshots = self._snapshots()

    def made(self) -> tuple[list[Change], list[str]]:
        previous: Mended | None = None
        names = self._segment_names()
        if not names:
            raise Unprovable(f"there is no segment. {GIVE_A_COPY}")
        ends: dict[int, bytes] = {0: self.identity.genesis_hash}
        for number, name in enumerate(names, 1):
            following = names[number] if number < len(names) else ""
            previous = self._segment(number, name, following, previous)
            ends.update({first + count - 1: one for first, count, _, one in previous.frames})
        assert previous is not None, "a journal has a segment"
        for path, header in self.snapshots:
            if ends.get(header.sequence) != header.chain_hash:
                self._put_aside(path.name, "it belongs to another history")
        self._mend_head(previous)
        return self.changes, self.notes

    # --- what the rest of the journal knows ----------------------------------------------------

    def _identity(self) -> Identity:
        try:
            return read_identity(self.files, self.directory)
        except JournalForeign as fault:
            found = [
                header
                for name in self.names
                if name.startswith("seg-") and name.endswith(".jrn")
                for header in [_any_header(bytes_of(self.files, self.directory / name), name)]
                if header is not None
            ]
            if not found:
                raise Unprovable(f"{fault.where} {fault.what}; no segment says the id") from None
            identity = Identity(found[0].journal_id, 0, HEAD_NAME in self.names)
            if self.copy is not None:
                theirs = read_identity(self.files, self.copy)
                identity = theirs if theirs.journal_id == identity.journal_id else identity
            old = bytes_of(self.files, self.directory / IDENTITY_NAME)
            what = "written anew with the id that the segments say"
            self.changes.append(
                Change(IDENTITY_NAME, what, identity_bytes(identity), [(0, old)] if old else [])
            )
            return identity

    def _head(self) -> Head | None:
        try:
            head, notes = read_head(self.files, self.directory, self.identity)
        except JournalFault:
            return None
        self.notes += notes
        return head

    def _snapshots(self) -> list[tuple[Path, SnapshotHeader]]:
        found: list[tuple[Path, SnapshotHeader]] = []
        for path in snapshot_paths(self.files, self.directory):
            try:
                snapshot = read_snapshot(self.files, path, self.identity.journal_id)
            except JournalForeign as fault:
                self._put_aside(path.name, fault.what)
                continue
            found.append((path, snapshot.header))
        return found

    def _put_aside(self, name: str, why: str) -> None:
        self.changes.append(Change(name, f"{name} put aside: {why}", None))

    def _segment_names(self) -> list[str]:
        """Ours, those that our indexes were made for, and those of the copy that ours need."""
        found = {
            name[:-4] + ".jrn"
            for name in self.names
            if name.startswith("seg-") and name.endswith((".jrn", ".idx"))
        }
        if self.copy is not None:
            ours = max((first_sequence_of(Path(name)) for name in found), default=0)
            needed = max([ours, *self._witnessed()])
            found |= {
                name
                for name in self.files.names(self.copy)
                if name.startswith("seg-")
                and name.endswith(".jrn")
                and first_sequence_of(Path(name)) <= needed
            }
        return sorted(found)

    def _witnessed(self) -> list[int]:
        head = [self.head.sequence] if self.head is not None else []
        return head + [header.sequence for _, header in self.snapshots]

    def _known(self, following: str) -> Known:
        hashes = {header.sequence: header.chain_hash for _, header in self.snapshots}
        if self.head is not None:
            hashes[self.head.sequence] = self.head.hash
        if following:
            header = _any_header(bytes_of(self.files, self.directory / following), following)
            if header is not None:
                hashes[header.first_sequence - 1] = header.previous_hash
        return Known(hashes, {})

    # --- what each file must be ----------------------------------------------------------------

    def _segment(self, number: int, name: str, following: str, previous: Mended | None) -> Mended:
        path = self.directory / name
        ours = bytes_of(self.files, path)
        copy = bytes_of(self.files, self.copy / name) if self.copy is not None else b""
        index = path.with_suffix(".idx")
        must_reach = self._last_witnessed(path, ours)
        if following:
            must_reach = first_sequence_of(Path(following)) - 1
        made = mend_segment(
            ours,
            copy,
            name,
            number=number,
            first_sequence=previous.last_sequence + 1 if previous is not None else 1,
            previous_hash=previous.last_hash
            if previous is not None
            else self.identity.genesis_hash,
            known=self._known(following),
            index=bytes_of(self.files, index),
            must_reach=must_reach,
            is_followed=bool(following),
        )
        self._require_first(name, made)
        rest = content_after(ours, len(made.data))
        if rest and not following:
            self._judge_rest(path, made)
        if rest or ours[: len(made.data)] != made.data:
            source = f"from {self.copy}" if made.from_copy else "from what is whole of it"
            what = f"{name} restored {source}" if ours[: len(made.data)] != made.data else ""
            if rest:
                cut = f"{len(rest)} bytes after byte {len(made.data)} cut, never acknowledged"
                what = f"{what}, {cut}" if what else f"{name}: {cut}"
            replaced = _differing(ours[: len(made.data)], made.data)
            if rest:
                replaced.append((len(made.data), rest))
            self.changes.append(Change(name, what, made.data, replaced, made.is_sealed))
        wanted = b"".join(
            pack_index_entry(IndexEntry(first, count, at, chained[:16]), made.header.salt)
            for first, count, at, chained in made.frames
        )
        old = bytes_of(self.files, index)
        if old != wanted:
            what = f"{index.name} rebuilt from the segment, {len(made.frames):,} entries"
            self.changes.append(Change(index.name, what, wanted, _differing(old, wanted)))
        return made

    def _require_first(self, name: str, made: Mended) -> None:
        if segment_name(made.header.first_sequence) != name:
            raise Unprovable(f"{name}: a segment that begins elsewhere must stand before it")

    def _last_witnessed(self, path: Path, ours: bytes) -> int:
        """The last sequence that anything of ours knows the last segment to have held."""
        witnessed = [0, *self._witnessed()]
        header = _any_header(ours, path.name)
        if header is not None:
            witnessed += self._evidence(path, header)
        return max(witnessed)

    def _evidence(self, path: Path, header: SegmentHeader) -> list[int]:
        descriptor = self.files.open(path)
        try:
            scan = SegmentScan(self.files, descriptor, path, header)
            for _ in scan.frames():
                pass
            if self.head is None and self.identity.has_head:
                return [scan.next_sequence - 1]
            evidence = gather(self.files, self.directory, self.identity, scan, 0)
        finally:
            self.files.close(descriptor)
        return [
            *(sequence for _, sequence in evidence.witnesses),
            *(durable for _, durable in evidence.later),
        ]

    def _judge_rest(self, path: Path, made: Mended) -> None:
        """Bytes after the last frame are cut only when recovery's table says that they may be."""
        is_closed = self.head is not None and self.head.is_closed
        if made.from_copy or made.is_sealed or is_closed:
            return  # all that was acknowledged is there, and nothing follows it
        descriptor = self.files.open(path)
        try:
            scan = SegmentScan(self.files, descriptor, path, made.header)
            for _ in scan.frames():
                pass
            verdict, why = judge(gather(self.files, self.directory, self.identity, scan, 0))
        finally:
            self.files.close(descriptor)
        if verdict == REFUSE:
            raise Unprovable(f"{path.name} at byte {made.end}: {why}. {GIVE_A_COPY}")

    def _mend_head(self, last: Mended) -> None:
        old = bytes_of(self.files, self.directory / HEAD_NAME)
        if self.head is not None and not self.notes:
            return
        if self.head is None:
            if not self.identity.has_head:
                return
            index = (self.directory / segment_name(last.header.first_sequence)).with_suffix(".idx")
            said = bytes_of(self.files, index)
            entries = [
                pack_index_entry(IndexEntry(first, count, at, one[:16]), last.header.salt)
                for first, count, at, one in last.frames[-1:]
            ]
            if not last.is_sealed and (not entries or not said.endswith(entries[0])):
                raise Unprovable(
                    f"{HEAD_NAME} is lost, and the index does not say how far the journal reached."
                    f" {GIVE_A_COPY}"
                )
        number = self.head.number if self.head is not None else 0
        is_closed = self.head is not None and self.head.is_closed
        sequence, chained = last.last_sequence, last.last_hash
        if self.head is not None:
            sequence, chained = self.head.sequence, self.head.hash
        places = [b"", b""]
        for step in (1, 2):
            one = Head(
                number + step, self.identity.journal_id, sequence, last.epoch, is_closed, chained
            )
            places[(number + step) % 2] = pack_head(one)
        what = f"{HEAD_NAME} written anew: the journal reaches command {sequence:,}"
        new = b"".join(places)
        self.changes.append(Change(HEAD_NAME, what, new, _differing(old, new)))


def _any_header(data: bytes, name: str) -> SegmentHeader | None:
    for at in (0, HEADER_COPY_BYTES):
        found = unpack_segment_header(data[at : at + HEADER_COPY_BYTES], name)
        if found is not None:
            return found
    return None


def _differing(old: bytes, new: bytes) -> list[tuple[int, bytes]]:
    """What stood where the new bytes are others, in runs of whole blocks."""
    found: list[tuple[int, bytes]] = []
    for at in range(0, len(old), BLOCK_BYTES):
        block = old[at : at + BLOCK_BYTES]
        if new[at : at + BLOCK_BYTES] == block:
            continue
        if found and found[-1][0] + len(found[-1][1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + block)
        else:
            found.append((at, block))
    return found
