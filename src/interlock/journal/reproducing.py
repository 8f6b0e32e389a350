"""Reproducing: a journal folded and stepped again side by side, which must give the same.

Folding takes facts and events; stepping takes the commands alone and makes the events anew. When
both end in the same state, neither the record nor the code has lost anything. With replay, this is
all that may call the kernel besides the engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from interlock.journal.reader import Batch, CommandBatch
from interlock.journal.replay import (
    Difference,
    Progress,
    first_difference,
    require_invariants,
    require_known_flags,
)
from interlock.kernel.step import Kernel
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest
from interlock.messages.commands import OpenSession
from interlock.messages.encoding import Entry, is_same_batch
from interlock.messages.units import Sequence


@dataclass
class Reproduced:
    """What two walks over the same batches found."""

    sequence: Sequence = 0
    """The last command of both."""
    commands: int = 0
    events: int = 0
    folded_digest: str = ""
    stepped_digest: str = ""
    difference: Difference | None = None
    met: dict[Sequence, bool] = field(default_factory=dict)
    """For each state that was kept on the way: whether both walks met it."""
    last: Batch | None = None
    """The batch that ends with `sequence`; None when there was none."""

    @property
    def agrees(self) -> bool:
        """True when every event was the same, and both walks ended in one state."""
        return self.difference is None and self.folded_digest == self.stepped_digest


def reproduce(
    batches: Iterable[Batch],
    folded: Ledger,
    stepped: Ledger,
    user_controls: dict[str, Any],
    *,
    sequence_max: Sequence = 0,
    digests: dict[Sequence, str] | None = None,
    progress: Progress | None = None,
) -> Reproduced:
    """This folds batches into one ledger and steps their commands in another, which must begin in
    the same state; it stops at the first event that differs, or after `sequence_max` (0: at the
    end). Memory: two ledgers and one batch.
    """
    require_invariants(stepped.invariants, user_controls)
    kernel = Kernel(stepped, user_controls)
    result = Reproduced(folded.sequence)
    kept = digests or {}
    for batch in batches:
        if sequence_max and batch.last_sequence > sequence_max:
            break
        result.last = batch
        result.commands += len(batch.entries)
        result.events += fold(folded, batch.first_sequence, batch.entries)
        made: list[Entry] = []
        for sequence, entry in enumerate(batch.entries, batch.first_sequence):
            if type(entry.command) is OpenSession:
                require_invariants(entry.command.invariants, user_controls)
            events = kernel.step(sequence, entry.time_ns, entry.command)
            made.append(Entry(entry.time_ns, entry.command, events))
        require_known_flags(stepped)
        result.sequence = batch.last_sequence
        if not is_same_batch(batch.payload, made):
            again = CommandBatch(batch.first_sequence, [], batch.payload)
            result.difference = first_difference(again, made)
            break
        wanted = kept.get(result.sequence)
        if wanted is not None:
            result.met[result.sequence] = digest(folded) == wanted == digest(kernel.ledger)
        if progress is not None:
            progress(result.sequence)
    result.folded_digest = digest(folded)
    result.stepped_digest = digest(kernel.ledger)
    return result
