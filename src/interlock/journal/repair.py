"""Repair: what `mending` can prove is carried out, and everything that is replaced is kept.

First the whole plan is made; when any part of it cannot be proven, nothing is changed. What will be
replaced is then written beside the journal with its digest (`repair-N.kept`, `repair-N.json`),
synced, and only then are files replaced, each whole or not at all. Whoever opens the journal next
puts on record that it was repaired. Acknowledged data is never cut.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from interlock.journal.fence import Fence
from interlock.journal.files import Files, publish, read_file
from interlock.journal.planning import Change, plan_repair
from interlock.journal.verify import Report, verify

KEPT_SUFFIX: Final = ".kept"
NOTED_SUFFIX: Final = ".noted"


@dataclass
class Repaired:
    """What a repair changed, or would change."""

    changes: list[Change]
    report: str = ""
    """The file beside the journal that says what was replaced; empty when nothing was."""
    verified: Report | None = None
    """How the journal is afterwards; None when nothing was done."""
    notes: list[str] = field(default_factory=list)


def repair(
    directory: Path,
    copy: Path | None = None,
    *,
    dry_run: bool = False,
    files: Files | None = None,
    progress: Callable[[float], None] | None = None,
) -> Repaired:
    """This mends a journal, with the help of a copy of it or without. Raises `JournalLocked` while
    a session writes it, and `RepairRefused` where nothing proves what must stand there.

    Costs a pass over the journal and its copy, and another to verify; memory: two segments.
    """
    files = files or Files()
    fence = Fence(files, directory)
    try:
        changes, notes = plan_repair(files, directory, copy)
        if not changes or dry_run:
            return Repaired(changes, notes=notes)
        # From here on everything that is replaced must be kept first.
        name = _record(files, directory, changes)
        for change in changes:
            change.carry_out(files, directory)
        _finish(files, directory / name)
    finally:
        fence.release()
    return Repaired(changes, name, verify(directory, files=files, progress=progress), notes)


def unnoted_repairs(files: Files, directory: Path) -> list[tuple[Path, str, str]]:
    """These are the repairs that the journal does not tell of yet: the report's file, its digest
    and a sentence."""
    found: list[tuple[Path, str, str]] = []
    for name in files.names(directory):
        if not name.startswith("repair-") or not name.endswith(".json"):
            continue
        data = read_file(files, directory / name)
        told = json.loads(data)
        if told["applied"]:
            what = "; ".join(change["what"] for change in told["changes"])
            found.append((directory / name, sha256(data).hexdigest(), f"repaired: {what}"[:1_000]))
    return found


def note_repair(files: Files, report: Path) -> None:
    """The journal tells of this repair now, durably."""
    files.rename(report, report.with_name(report.name + NOTED_SUFFIX))
    files.sync_directory(report.parent)


def _record(files: Files, directory: Path, changes: list[Change]) -> str:
    number = 1
    names = files.names(directory)
    while any(name.startswith(f"repair-{number}.") for name in names):
        number += 1
    kept = b"".join(old for change in changes for _, old in change.replaced)
    publish(files, directory / f"repair-{number}{KEPT_SUFFIX}", kept)
    at = 0
    told = []
    for change in changes:
        ranges = []
        for offset, old in change.replaced:
            ranges.append(
                {
                    "byte": offset,
                    "bytes": len(old),
                    "sha256": sha256(old).hexdigest(),
                    "kept_at": at,
                }
            )
            at += len(old)
        told.append({"file": change.name, "what": change.what, "replaced": ranges})
    document = {
        "applied": False,
        "kept": f"repair-{number}{KEPT_SUFFIX}",
        "kept_sha256": sha256(kept).hexdigest(),
        "changes": told,
    }
    name = f"repair-{number}.json"
    publish(files, directory / name, json.dumps(document, indent=1).encode() + b"\n")
    return name


def _finish(files: Files, report: Path) -> None:
    document = json.loads(read_file(files, report))
    document["applied"] = True
    publish(files, report, json.dumps(document, indent=1).encode() + b"\n")
