"""Turns: what a process was at when it died, for the crashes that state coverage counts.

P0 P1 P2 P7   the batch that was being written
P3 P4         the batch that was being handed on
P5            the outcome that was lost: what it would have led to
P6 P8         the last batch of the journal, and so everywhere when nothing else was under way
"""

from collections.abc import Iterable
from typing import Final

from interlock.coverage.counts import Counts
from interlock.coverage.observing import Observer
from interlock.engine import Engine
from interlock.journal.faults import JournalFault
from interlock.journal.reader import JournalReader
from interlock.messages.commands import Command
from interlock.messages.encoding import Entry
from interlock.messages.units import Nanoseconds, Sequence
from interlock.testing.points import CrashPoint

WRITING: Final = (CrashPoint.P0, CrashPoint.P1, CrashPoint.P2, CrashPoint.P7)


def moves_under_way(
    point: CrashPoint,
    engine: Engine | None,
    reader: JournalReader,
    lost: Iterable[tuple[Nanoseconds, Command]],
) -> tuple[str, ...]:
    """This is the moves that orders made in the turn in which a process died, each once. `engine`
    is the dead one's, if it had come so far; `reader` reads what the disk has of it; `lost` is what
    it had taken from its venues and not stepped. Cost: the whole journal is followed; after P5 the
    dead one's ledger has stepped what was lost.
    """
    kept: list[Entry] = []
    opened: list[Entry] = []
    if engine is not None:
        kept, opened = engine.under_way
    observer = Observer(Counts(), "a crash")
    try:
        last = reader.last_sequence
        if engine is not None:
            last = engine.sequence - len(kept) - len(opened)
        moves = _last_moves(observer, reader, last)
    except JournalFault:
        # What it died over left no journal that can be read: one without its first batch.
        return ()
    if point is CrashPoint.P5 and engine is not None:
        _followed(observer, kept + opened)
        engine.take_all(list(lost))
        moves = _followed(observer, engine.under_way[1][len(opened) :])
    elif point in WRITING and (kept or opened):
        moves = _followed(observer, kept or opened)
    return tuple(dict.fromkeys(moves))


def _last_moves(observer: Observer, reader: JournalReader, last: Sequence) -> list[str]:
    """This follows a journal as far as a command, and is the moves of the batch that has it."""
    moves: list[str] = []
    for batch in reader.batches():
        if batch.first_sequence > last:
            break
        moves = _followed(observer, batch.entries[: last - batch.first_sequence + 1])
    return moves


def _followed(observer: Observer, entries: Iterable[Entry]) -> list[str]:
    moves: list[str] = []
    for entry in entries:
        observer.follow(observer.ledger.sequence + 1, entry)
        moves += observer.moves
    return moves
