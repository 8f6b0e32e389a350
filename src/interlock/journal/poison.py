"""Poison: a mark left when a write or a sync failed, which keeps the journal from being opened
again.

After a failed sync the kernel may hold pages that it shows to readers and will never write, so a
restart on the same boot could read, and act on, data that is not on the disk. A person must look
first.
"""

from pathlib import Path
from typing import Final

from interlock.journal.faults import JournalPoisoned
from interlock.journal.files import Files, read_file

POISON_NAME: Final = "POISON"


def leave_poison(files: Files, directory: Path, sentence: str) -> None:
    """This leaves the mark, as well as a failing disk allows: an `OSError` here is swallowed."""
    try:
        descriptor = files.open(directory / POISON_NAME, write=True, create=True)
        try:
            files.write(descriptor, f"{sentence}\n".encode(), 0)
            files.sync(descriptor)
        finally:
            files.close(descriptor)
    except OSError:
        # The disk has failed already; the process ends with the same sentence either way.
        return


def refuse_poison(files: Files, directory: Path) -> None:
    """This raises `JournalPoisoned` when the mark is there."""
    path = directory / POISON_NAME
    if POISON_NAME not in files.names(directory):
        return
    sentence = read_file(files, path).decode("utf-8", "replace").strip()
    raise JournalPoisoned(
        str(path),
        f"an earlier writer stopped: {sentence or 'it could not say why'}",
        "Check the disk and restart the machine, so that what is read comes from the disk; run "
        "`interlock journal verify`; then remove this file. What is lost was never acknowledged, "
        "or verification names it",
    )


def lift_poison(files: Files, directory: Path) -> None:
    """This removes the mark, for whoever has looked. Recovery still applies its whole table when it
    opens."""
    files.remove(directory / POISON_NAME)
    files.sync_directory(directory)
