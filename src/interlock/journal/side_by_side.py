"""Side by side: a long journal is replayed in parts at once, each by a process of its own.

A part begins with a state that was kept and ends where the next begins. Each is stepped (or folded)
as ever, and must end in the very state that the next began with. The first begins with nothing, so
by induction all of them together are what one walk from the beginning would have been. Whenever
anything else comes of it (a state that is not met, a fault, a process that dies) the answer is None
and the one walk must be made: that alone says what is wrong, and where.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, TypeVar

from interlock.journal.faults import JournalFault
from interlock.journal.reader import Batch, CommandBatch, JournalReader
from interlock.journal.replay import Progress, Replayed, rebuild, reexecute
from interlock.journal.snapshots import read_snapshot
from interlock.journal.states import kept_digests, restored
from interlock.ledger.ledger import Ledger
from interlock.messages.state import STATE_VERSION
from interlock.messages.units import Sequence

PART_COMMANDS_MIN: Final = 25_000
"""A part with fewer commands is not worth the start of a process."""
PROGRESS_EVERY: Final = 5_000

Offered = Callable[[], dict[str, Any]]
AnyBatch = TypeVar("AnyBatch", Batch, CommandBatch)


@dataclass(frozen=True, slots=True)
class Part:
    """What one process walks."""

    directory: Path
    start: Path | None
    """The state that it begins with; None at the beginning."""
    first: Sequence
    last: Sequence
    """The command that it ends with; 0 for the end of the journal."""
    end_digest: str
    """What it must end in; empty where nobody knows."""
    digests: dict[Sequence, str]
    """States that were kept on its way."""
    only_rebuild: bool
    offered: Offered


def processors() -> int:
    """This is how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def replay_side_by_side(
    directory: Path,
    offered: Offered,
    *,
    only_rebuild: bool,
    workers: int,
    progress: Progress | None = None,
    part_min: int = PART_COMMANDS_MIN,
) -> Replayed | None:
    """This replays a journal in up to `workers` parts at once; None where it cannot be parted or
    one walk must say what is wrong. `offered` is called in each process.

    Cost: the processes together do what one walk does, and read a state each. Memory: as many
    ledgers as workers.
    """
    parts = parts_of(directory, offered, only_rebuild, workers, part_min)
    if len(parts) < 2:
        return None
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    processes = []
    try:
        for part in parts:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_walk_part, args=(part, theirs), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        walked = _gather(parts, pipes, progress)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    return _joined(parts, walked)


def parts_of(
    directory: Path, offered: Offered, only_rebuild: bool, workers: int, part_min: int
) -> list[Part]:
    """This parts a journal where states were kept, as evenly as they lie."""
    kept = {
        sequence: one
        for sequence, one in sorted(kept_digests(directory).items())
        if one.header.schema_version == STATE_VERSION
    }
    total = JournalReader(directory).last_sequence
    digests = {sequence: one.header.state_digest.hex() for sequence, one in kept.items()}
    cuts = [0]
    for place in range(1, workers):
        nearest = min(kept, key=lambda at: abs(at * workers - place * total), default=0)
        if nearest - cuts[-1] >= part_min and total - nearest >= part_min:
            cuts.append(nearest)
    parts = []
    for begun, last in zip(cuts, [*cuts[1:], 0], strict=True):
        parts.append(
            Part(
                directory=directory,
                start=kept[begun].path if begun else None,
                first=begun + 1,
                last=last,
                end_digest=digests[last] if last else "",
                digests={at: one for at, one in digests.items() if begun < at <= (last or at)},
                only_rebuild=only_rebuild,
                offered=offered,
            )
        )
    return parts


def _gather(
    parts: list[Part], pipes: list[Connection], progress: Progress | None
) -> list[Replayed | None]:
    """This hears all processes to their ends."""
    walked: list[Replayed | None] = [None] * len(parts)
    done = [0] * len(parts)
    open_pipes = {pipe: place for place, pipe in enumerate(pipes)}
    while open_pipes:
        for pipe in wait(list(open_pipes)):
            assert isinstance(pipe, Connection), f"{pipe} is no pipe"
            place = open_pipes[pipe]
            try:
                said = pipe.recv()
            except EOFError:
                del open_pipes[pipe]
                continue
            if isinstance(said, Replayed):
                walked[place] = said
            elif progress is not None:
                done[place] = said
                progress(sum(done))
    return walked


def _joined(parts: list[Part], walked: list[Replayed | None]) -> Replayed | None:
    """This is what the parts are together; None unless each ended where the next began."""
    whole = Replayed(parts=len(parts))
    for part, one in zip(parts, walked, strict=True):
        if one is None:
            return None
        whole.commands = one.commands
        whole.events += one.events
        whole.digest = one.digest
        whole.met.update(one.met)
        if one.difference is not None:
            # All before it was the same, so this is where one walk would have stopped.
            whole.difference = one.difference
            return whole
        if part.end_digest and one.digest != part.end_digest:
            return None
    return whole


def _walk_part(part: Part, pipe: Connection) -> None:
    """One process: it says how many commands it has walked, and at last what it found. After a
    fault it says nothing."""
    # Ctrl-C is for whoever started us, who ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told = part.first

    def progress(sequence: Sequence) -> None:
        nonlocal told
        if sequence - told >= PROGRESS_EVERY:
            told = sequence
            pipe.send(sequence - part.first + 1)

    try:
        pipe.send(walk(part, progress))
    except (JournalFault, ValueError):
        pass
    finally:
        pipe.close()


def walk(part: Part, progress: Progress | None = None) -> Replayed:
    """This walks one part. Raises the journal's faults, and `ValueError` for a state that is not
    what its header says."""
    ledger, chained = Ledger(), b""
    reader = JournalReader(part.directory)
    if part.start is not None:
        state = read_snapshot(reader.files, part.start, reader.identity.journal_id)
        ledger, chained = restored(state), state.header.chain_hash
    if part.only_rebuild:
        batches = _up_to(reader.batches(part.first, previous_hash=chained), part.last)
        return rebuild(batches, progress, ledger)[0]
    commands = _up_to(reader.command_batches(part.first, previous_hash=chained), part.last)
    return reexecute(commands, part.offered(), progress, part.digests, ledger)


def _up_to(batches: Iterator[AnyBatch], last: Sequence) -> Iterator[AnyBatch]:
    for batch in batches:
        yield batch
        if batch.first_sequence + len(batch.entries) - 1 == last:
            return
