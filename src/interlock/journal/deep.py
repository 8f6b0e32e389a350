"""Deep verification: everything that `verify` checks, and that the record reproduces itself.

The journal is folded and stepped again from its first command, side by side; every event must be
the same bytes, both must end in one state, and every state that was kept must be met by both on the
way. What was checked is said in words, so that nobody believes more than was done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.journal.faults import JournalFault
from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.journal.reproducing import Reproduced, reproduce
from interlock.journal.states import kept_digests
from interlock.journal.verify import Report, verify
from interlock.ledger.ledger import Ledger
from interlock.messages.state import STATE_VERSION


@dataclass(frozen=True, slots=True)
class Deep:
    """What a deep verification checked, and what is wrong."""

    report: Report
    reproduced: Reproduced | None
    """None when the chain is damaged: what cannot be read cannot be reproduced."""
    checked: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify_deeply(
    directory: Path,
    user_controls: dict[str, Any],
    *,
    progress: Callable[[str, float], None] | None = None,
    files: Files | None = None,
) -> Deep:
    """This verifies a journal, then rebuilds and re-executes it. `progress` is called with what is
    being done and 0..1.

    Cost: a verification, and a rebuild and a re-execution together. Memory: two ledgers.
    """

    def walked(done: float) -> None:
        if progress is not None:
            progress("verifying the chain", done)

    report = verify(directory, progress=walked, files=files)
    checked = [
        f"the chain of {report.batches:,} frames in {report.segments:,} segments, every checksum,"
        " hash, seal, index and HEAD",
        f"that {report.entries:,} commands and {report.events:,} events can be read, and the order"
        " of their times",
    ]
    if not report.is_whole:
        return Deep(report, None, tuple(checked), (report.problem,))
    reader = JournalReader(directory, check_hashes=False, files=files)
    last = report.last_sequence

    def stepped(sequence: int) -> None:
        if progress is not None:
            progress("reproducing", sequence / max(last, 1))

    kept = kept_digests(directory, files)
    present = {
        number: one.header.state_digest.hex()
        for number, one in kept.items()
        if one.header.schema_version == STATE_VERSION
    }
    try:
        found = reproduce(
            reader.batches(),
            Ledger(),
            Ledger(),
            user_controls,
            sequence_max=last,
            digests=present,
            progress=stepped,
        )
    except JournalFault as fault:
        return Deep(report, None, tuple(checked), (str(fault),))
    checked.append(
        f"that {found.commands:,} commands, stepped again, give the same {found.events:,} events"
    )
    checked.append("that folding the record and stepping its commands end in one state")
    checked.append(f"that both meet the {len(found.met):,} states that were kept")
    older = len(kept) - len(present)
    if older:
        checked.append(f"not: {older:,} states of another version, which are passed over")
    return Deep(report, found, tuple(checked), tuple(_problems(found, present)))


def _problems(found: Reproduced, kept: dict[int, str]) -> list[str]:
    problems: list[str] = []
    if found.difference is not None:
        problems.append(
            f"command {found.difference.sequence}, stepped again, gives other events: the record"
            " was made by other code or controls. `interlock replay` shows the difference"
        )
        return problems
    if found.folded_digest != found.stepped_digest:
        problems.append(
            f"folding ends in state {found.folded_digest[:16]}, stepping in"
            f" {found.stepped_digest[:16]}: please report this with the journal"
        )
    for sequence in kept:
        if sequence not in found.met:
            problems.append(f"the state kept at command {sequence} is at no batch's end")
        elif not found.met[sequence]:
            problems.append(f"the state kept at command {sequence} is another")
    return problems
