"""Following: a scorer beside a session that runs, and beside one that is taken up again."""

from pathlib import Path
from typing import Final

from interlock.feedback.scorer import Scorer
from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.messages.encoding import Entry
from interlock.messages.units import Sequence


class Following:
    """Hands a session's batches to its scorer. A session that is taken up begins in the middle:
    what its journal has before that is read first."""

    def __init__(self, scorer: Scorer, directory: Path, files: Files) -> None:
        self.scorer: Final = scorer
        self._directory: Final = directory
        self._files: Final = files
        self._next: Sequence = 1

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        """This takes a durable batch. Raises the journal's faults where it has to be read."""
        if first > self._next:
            self._catch_up(first)
        self.scorer(first, entries)
        self._next = first + len(entries)

    def _catch_up(self, first: Sequence) -> None:
        for batch in JournalReader(self._directory, files=self._files).batches():
            before = batch.entries[: max(first - batch.first_sequence, 0)]
            if before:
                self.scorer(batch.first_sequence, before)
            if len(before) < len(batch.entries):
                return
