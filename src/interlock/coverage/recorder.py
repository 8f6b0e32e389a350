"""The recorder: what a run of tests exercises, gathered in one process.

Worlds and harnesses that step a kernel ask for an observer, and give it every entry; who keeps a
journal need not, because the plugin reads the journals that a test left in its folder. Where nobody
records, both cost one look.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from interlock.coverage.counts import Counts
from interlock.coverage.crashes import crash_cell
from interlock.coverage.observing import Observer, UndeclaredMove
from interlock.journal.faults import JournalFault
from interlock.journal.reader import JournalReader
from interlock.messages.encoding import Entry

# Of one test no more journals are followed that it notes itself: a harness that crashes a session
# everywhere makes thousands, of the same history.
JOURNALS_PER_TEST_MAX: Final = 16


class Recorder:
    """Counts for one run of tests; `test` names the one that runs now."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.test = ""
        self._read: set[Path] = set()
        self._noted: dict[str, int] = {}

    def observer(self) -> "Observed":
        """This is an observer for one world, in the test that runs now."""
        return Observed(self)

    def crashed(self, point: str, moves: Iterable[str]) -> None:
        """This counts a crash at P0 to P8 while orders made these moves; `observing.moves_of` says
        which they are."""
        for move in moves:
            self.counts.note(crash_cell(point, move), self.test)

    def read(self, directory: Path) -> None:
        """This follows one journal, unless it was read already. One that cannot be read to its end
        counts for what can be."""
        place = directory.resolve()
        if place in self._read:
            return
        self._read.add(place)
        try:
            self._follow(JournalReader(directory))
        except (JournalFault, OSError) as fault:
            self.counts.unread[f"{self.test or directory}"] = f"{type(fault).__name__}: {fault}"

    def note(self, reader: JournalReader) -> None:
        """This follows a journal that is in no folder of the test's, such as one on a disk in
        memory; at most `JOURNALS_PER_TEST_MAX` of a test. Raises the journal's faults."""
        noted = self._noted.get(self.test, 0)
        if noted < JOURNALS_PER_TEST_MAX:
            self._noted[self.test] = noted + 1
            self._follow(reader)

    def _follow(self, reader: JournalReader) -> None:
        observer = self.observer()
        for batch in reader.batches():
            observer(batch.first_sequence, batch.entries)

    def read_under(self, folder: Path) -> None:
        """This follows every journal that lies in a folder, however deep."""
        if folder.is_dir():
            for mark in sorted(folder.rglob("JOURNAL")):
                self.read(mark.parent)


class Observed:
    """An observer that stops looking, and says so, when what it is given is no journal's: a test
    had reached into the ledger, or began in the middle. A move that no table has is raised."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._observer = Observer(recorder.counts, recorder.test, is_strict=True)
        self._is_blind = False
        recorder.counts.journals += 1

    def __call__(self, first: int, entries: Iterable[Entry]) -> None:
        for sequence, entry in enumerate(entries, first):
            self.follow(sequence, entry)

    def follow(self, sequence: int, entry: Entry) -> None:
        if self._is_blind:
            return
        try:
            self._observer.follow(sequence, entry)
        except UndeclaredMove:
            raise
        except Exception as error:
            self._is_blind = True
            why = f"{type(error).__name__}: {error}"
            self._recorder.counts.unread[f"{self._recorder.test}, command {sequence}"] = why


_active: Final[list[Recorder]] = []


def begin(recorder: Recorder) -> None:
    """This makes a recorder the one of this process."""
    _active.append(recorder)


def end(recorder: Recorder) -> None:
    _active.remove(recorder)


def active() -> Recorder | None:
    """This is the recorder of this process; None where nobody records."""
    return _active[-1] if _active else None


def note_journal(reader: JournalReader) -> None:
    """This counts what a journal has, where somebody records. See `Recorder.note`."""
    recorder = active()
    if recorder is not None:
        recorder.note(reader)


def note_crash(point: str, moves: Iterable[str]) -> None:
    """This counts a crash, where somebody records. See `Recorder.crashed`."""
    recorder = active()
    if recorder is not None:
        recorder.crashed(point, moves)
