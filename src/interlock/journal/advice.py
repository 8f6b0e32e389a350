"""Advice: what could mend a journal that refuses to start, found out before it is said.

Copies are looked for beside the session, in directories that hold a journal of the same id. Each is
tried as a repair would use it, without changing anything, so what is named here works.
"""

from pathlib import Path
from typing import Final

from interlock.journal.faults import JournalCorrupt, JournalFault
from interlock.journal.files import Files
from interlock.journal.identity import read_identity
from interlock.journal.planning import plan_repair
from interlock.journal.snapshots import read_snapshot, snapshot_paths

COPIES_MAX: Final = 64
"""So many directories beside the session are looked at."""


def advice(directory: Path, files: Files | None = None) -> str:
    """This is what could mend a journal, and which states it has, in sentences. Costs a pass over
    the journal and over each copy."""
    files = files or Files()
    return f"{_mending(files, directory)}. {_states(files, directory)}"


def advised(directory: Path, fault: JournalCorrupt, files: Files | None = None) -> JournalCorrupt:
    """This is the same fault, with what could mend it."""
    remedy = f"{fault.remedy}. {advice(directory, files)}"
    return JournalCorrupt(fault.segment, fault.offset, fault.expected, fault.found, remedy)


def copies_of(directory: Path, files: Files) -> list[Path]:
    """These are directories beside a session that hold a journal of the same id."""
    here = directory.resolve()
    try:
        wanted = read_identity(files, directory).journal_id
        beside = sorted(here.parent.iterdir())[:COPIES_MAX]
    except (JournalFault, OSError):
        return []
    found: list[Path] = []
    for path in beside:
        if path == here or not path.is_dir():
            continue
        try:
            if read_identity(files, path).journal_id == wanted:
                found.append(path)
        except (JournalFault, OSError):
            continue
    return found


def _mending(files: Files, directory: Path) -> str:
    try:
        changes, _ = plan_repair(files, directory, None)
    except JournalFault as fault:
        why = fault.what
    else:
        what = "; ".join(change.what for change in changes[:3]) or "nothing is left to mend"
        return f"`interlock journal repair {directory}` mends it without a copy: {what}"
    for copy in copies_of(directory, files):
        try:
            plan_repair(files, directory, copy)
        except JournalFault:
            continue
        return f"`interlock journal repair {directory} --from {copy}` mends it"
    return f"Nothing that lies beside it could mend it ({why})"


def _states(files: Files, directory: Path) -> str:
    try:
        journal_id = read_identity(files, directory).journal_id
    except JournalFault:
        return "Its states cannot be told"
    said: list[str] = []
    for path in snapshot_paths(files, directory):
        try:
            snapshot = read_snapshot(files, path, journal_id)
        except JournalFault:
            continue
        kind = "reproduced by a replay" if snapshot.usable else "not yet reproduced"
        said.append(f"command {snapshot.header.sequence:,} in {path.name} ({kind})")
    return f"States are kept of {', '.join(said)}" if said else "No state of it is kept"
