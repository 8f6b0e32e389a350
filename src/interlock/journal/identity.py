"""Identity: the file JOURNAL, written once. It comes last when a journal is created, so its
presence means that the rest is whole."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from zlib import crc32

from interlock.journal.faults import JournalForeign
from interlock.journal.files import NETWORK_FILESYSTEMS, VOLATILE_OVERLAY, Files, publish, read_file
from interlock.journal.segments import FORMAT_VERSION

IDENTITY_NAME: Final = "JOURNAL"
JOURNAL_ID_BYTES: Final = 16
_TITLE: Final = "interlock journal"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which journal this is."""

    journal_id: bytes
    created_ns: int
    """As the creator said; 0 when it did not."""
    has_head: bool = True
    """It keeps a HEAD (`head.py`); journals of the first version do not."""

    @property
    def genesis_hash(self) -> bytes:
        """What the first frame is chained to: another journal's frames never fit."""
        return sha256(_TITLE.encode() + self.journal_id).digest()


def write_identity(files: Files, directory: Path, identity: Identity) -> None:
    """This makes the directory a journal."""
    publish(files, directory / IDENTITY_NAME, identity_bytes(identity))


def identity_bytes(identity: Identity) -> bytes:
    """This is what the file says."""
    assert len(identity.journal_id) == JOURNAL_ID_BYTES, (
        f"a journal id has {len(identity.journal_id)} bytes, must have {JOURNAL_ID_BYTES}"
    )
    lines = (
        _TITLE,
        f"format {FORMAT_VERSION}",
        f"id {identity.journal_id.hex()}",
        f"created_ns {identity.created_ns}",
        *(("head 1",) if identity.has_head else ()),
    )
    text = "".join(f"{line}\n" for line in lines)
    return (text + f"checksum {crc32(text.encode()):08x}\n").encode()


def holds_journal(files: Files, directory: Path) -> bool:
    """Whether a directory, which may not be there, holds a journal."""
    try:
        return IDENTITY_NAME in files.names(directory)
    except (FileNotFoundError, NotADirectoryError):
        return False


def read_identity(files: Files, directory: Path) -> Identity:
    """This says which journal a directory holds. Raises `JournalForeign` when it holds none that we
    can read."""
    path = directory / IDENTITY_NAME
    try:
        data = read_file(files, path)
    except FileNotFoundError:
        raise JournalForeign(
            str(directory),
            f"has no file {IDENTITY_NAME}",
            "It is not a journal, or its creation was interrupted; name another directory",
        ) from None
    text = data.decode("utf-8", "replace")
    body, _, checksum = text.rpartition("checksum ")
    fields = dict(line.partition(" ")[::2] for line in body.splitlines()[1:])
    whole = checksum == f"{crc32(body.encode()):08x}\n" and body.startswith(_TITLE)
    if not whole:
        raise JournalForeign(
            str(path),
            "is damaged",
            "The id is in every segment's header: restore this file from a backup",
        )
    if fields["format"] != str(FORMAT_VERSION):
        raise JournalForeign(
            str(path),
            f"format was {fields['format']}, must be {FORMAT_VERSION}",
            "Read it with the version of Interlock that wrote it",
        )
    return Identity(bytes.fromhex(fields["id"]), int(fields["created_ns"]), "head" in fields)


def require_local_filesystem(files: Files, directory: Path) -> None:
    """This refuses a filesystem whose locks and syncs are another machine's promise, or
    nobody's."""
    kind = files.filesystem(directory)
    if kind in NETWORK_FILESYSTEMS or kind == VOLATILE_OVERLAY:
        raise JournalForeign(
            str(directory),
            f"is on {kind}, where a lock or a sync may not hold",
            "Put the journal on a local disk",
        )
