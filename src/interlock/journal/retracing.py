"""Retracing: a session in market time that is made again from its beginning, against what its
journal has.

Such a session is deterministic: the same file and data make the same commands. So a run that was
cut short is gone through once more, and as long as the journal has entries, what is made is
compared with them, byte for byte, instead of being written. From the entry after the last one on it
is written as usual. The first entry that differs is refused: the data, the file or the code is not
the one that the journal was made with.
"""

from collections import deque
from collections.abc import Iterator

from interlock.journal.faults import JournalFault
from interlock.journal.reader import CommandBatch
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import OpenSession, ReportAction
from interlock.messages.encoding import (
    CommandEntry,
    Entry,
    decode_batch,
    encode,
    encode_batch,
    is_same_batch,
)
from interlock.messages.units import OrderId


class SessionDiffers(JournalFault):
    """What is made again is not what was made then."""

    def __init__(self, where: str, sequence: int, what: str) -> None:
        super().__init__(
            where,
            f"command {sequence} {what}",
            "Nothing was written. Give the session file, the data and the version of Interlock that"
            " it began with, or start a new session with another --out",
        )
        self.sequence = sequence


class RetracingWriter(JournalWriter):
    """A writer that compares before it writes. `retrace` comes right after `open`."""

    _kept: Iterator[CommandBatch]
    _ahead: deque[CommandBatch]
    """What was read of the journal and not compared yet."""
    _retraced = 0
    _is_behind = False

    def retrace(self, kept: Iterator[CommandBatch]) -> None:
        """From now on entries are compared with these, from the first on, until they end."""
        self._kept = kept
        self._ahead = deque()
        self._is_behind = self.recovered.last_sequence > 0

    @property
    def is_retracing(self) -> bool:
        """Whether the journal is still ahead of what was made again."""
        return self._is_behind

    @property
    def retraced(self) -> float:
        """How much of what the journal has was made again, from 0 to 1."""
        return self._retraced / max(self.recovered.last_sequence, 1)

    def kept_command(self, sequence: int) -> CommandEntry | None:
        """This is what the journal has under a number that was not compared yet; None after its
        end. Cost: that of reading on to it."""
        if not self._is_behind or sequence > self.recovered.last_sequence:
            return None
        for batch in self._reading():
            if sequence < batch.first_sequence + len(batch.entries):
                return batch.entries[sequence - batch.first_sequence]
        return None

    def kept_answer(self, action: OrderId) -> ReportAction | None:
        """This is how an action ended that is made again; None when the journal does not say. Cost:
        that of reading on to its answer, which in market time comes at once."""
        if not self._is_behind:
            return None
        for batch in self._reading():
            for entry in batch.entries:
                if isinstance(entry.command, ReportAction) and entry.command.action == action:
                    return entry.command
        return None

    def _reading(self) -> Iterator[CommandBatch]:
        """What was not compared yet, read on as far as it is asked for."""
        yield from list(self._ahead)
        for batch in self._kept:
            self._ahead.append(batch)
            yield batch

    def begin(self, entries: list[Entry]) -> None:
        """Compares a batch with the journal; what goes beyond it is written and synced.

        Raises `SessionDiffers`.
        """
        if not self._is_behind:
            super().begin(entries)
            return
        place = 0
        while place < len(entries) and self._retraced < self.recovered.last_sequence:
            place += self._compare(entries[place:] if place else entries)
        self._is_behind = self._retraced < self.recovered.last_sequence
        if place < len(entries):
            super().begin(entries[place:])

    def wait(self) -> int:
        """Returns the durable sequence; while retracing, what was made again up to now."""
        durable = super().wait()
        return self._retraced if self._is_behind else durable

    def _compare(self, entries: list[Entry]) -> int:
        """Compares with the present batch of the journal; how many entries were the same."""
        sequence = self._retraced + 1
        self.kept_command(sequence)
        batch = self._ahead[0]
        skipped = sequence - batch.first_sequence
        count = min(len(batch.entries) - skipped, len(entries))
        made = entries[:count]
        if count == len(batch.entries):
            is_same = is_same_batch(batch.payload, made)
        else:
            kept = decode_batch(batch.payload)[skipped : skipped + count]
            is_same = encode_batch(made) == encode_batch(kept)
        if not is_same:
            self._refuse(sequence, made, decode_batch(batch.payload)[skipped : skipped + count])
        self._retraced += count
        if skipped + count == len(batch.entries):
            self._ahead.popleft()
        return count

    def _refuse(self, first: int, made: list[Entry], kept: list[Entry]) -> None:
        for sequence, (ours, theirs) in enumerate(zip(made, kept, strict=True), first):
            if encode(ours) != encode(theirs):
                raise SessionDiffers(str(self.directory), sequence, _difference(ours, theirs))
        # The entries are the same and their bytes are not: another encoder wrote them.
        raise SessionDiffers(str(self.directory), first, "was written by another version")


def _difference(made: Entry, kept: Entry) -> str:
    """What is different, and what that comes from."""
    ours, theirs = made.command, kept.command
    if isinstance(ours, OpenSession) and isinstance(theirs, OpenSession):
        if ours.configuration != theirs.configuration:
            return "differs: the session file is another one, or was changed"
        if ours.code_version != theirs.code_version:
            versions = f"{theirs.code_version}, this is {ours.code_version}"
            return f"differs: it was made by Interlock {versions}"
        if ours.session_id != theirs.session_id:
            return "differs: the session was begun with other --data, or with --live"
    if ours != theirs or made.time_ns != kept.time_ns:
        names = f"{type(theirs).__name__} at {kept.time_ns}, is {type(ours).__name__}"
        return f"was {names} at {made.time_ns}: the data, or what decides on it, has changed"
    return (
        f"({type(ours).__name__}) leads to other events: the code, or a control or model of"
        " yours, has changed"
    )
