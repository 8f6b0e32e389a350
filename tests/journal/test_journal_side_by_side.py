"""A journal replayed in parts side by side: what one walk would have said, or nothing."""

from itertools import pairwise
from pathlib import Path

import pytest

from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.journal.replay import Replayed, rebuild, reexecute
from interlock.journal.segments import segment_paths
from interlock.journal.side_by_side import Part, parts_of, replay_side_by_side, walk
from interlock.journal.snapshots import (
    prune_snapshots,
    read_snapshot,
    sequence_named,
    snapshot_paths,
    write_snapshot,
)
from interlock.journal.states import keep_state, kept_digests
from interlock.journal.writer import JournalWriter
from interlock.messages.encoding import Entry
from interlock.messages.events import HaltTripped
from journal.samples import JOURNAL_ID, flip
from worlds import World

FILES = Files()
TURNS = 4


def no_controls() -> dict[str, object]:
    return {}


def kept_session(directory: Path, *, forged_turn: int = -1) -> World:
    """A session in turns, with a state kept after each; one may have an event that nobody made."""
    world, written = World(), 0
    with JournalWriter.create(directory, journal_id=JOURNAL_ID, code_version="test") as journal:
        for turn in range(TURNS):
            world.quote()
            for number in range(6):
                world.order(quantity=number + 1)
            if turn == forged_turn:
                last = world.entries[-1]
                forged = HaltTripped("firm", "nobody", False, "")
                world.entries[-1] = Entry(last.time_ns, last.command, [*last.events, forged])
            while written < len(world.entries):
                journal.append(world.entries[written : written + 5])
                written += 5
            written = len(world.entries)
            keep_state(journal, world.ledger)
    return world


def replayed(directory: Path, *, workers: int = 3, only_rebuild: bool = False) -> Replayed | None:
    return replay_side_by_side(
        directory, no_controls, only_rebuild=only_rebuild, workers=workers, part_min=1
    )


def in_one(directory: Path) -> Replayed:
    kept = kept_digests(directory)
    digests = {number: one.header.state_digest.hex() for number, one in kept.items()}
    return reexecute(JournalReader(directory).command_batches(), {}, digests=digests)


def parts(directory: Path, workers: int) -> list[Part]:
    return parts_of(directory, no_controls, False, workers, 1)


@pytest.mark.parametrize("workers", [2, 3])
def test_parts_say_what_one_walk_says(tmp_path: Path, workers: int) -> None:
    kept_session(tmp_path)
    whole = in_one(tmp_path)
    found = replayed(tmp_path, workers=workers)
    assert found is not None
    assert found.parts == workers
    found.parts = 1
    assert found == whole


def test_rebuilding_in_parts_ends_in_the_same_state(tmp_path: Path) -> None:
    kept_session(tmp_path)
    whole, _ = rebuild(JournalReader(tmp_path).batches())
    found = replayed(tmp_path, only_rebuild=True)
    assert found is not None
    assert (found.commands, found.events, found.digest) == (
        whole.commands,
        whole.events,
        whole.digest,
    )


def test_parts_cover_every_command_once_whatever_the_number_of_workers(tmp_path: Path) -> None:
    world = kept_session(tmp_path)
    for workers in range(1, 9):
        found = parts(tmp_path, workers)
        assert 1 <= len(found) <= max(workers, 1)
        assert found[0].first == 1
        assert found[-1].last == 0
        for before, after in pairwise(found):
            assert after.first == before.last + 1
        assert sum(walk(part).events for part in found) == sum(
            len(entry.events) for entry in world.entries
        )


@pytest.mark.parametrize("turn", [0, 2])
def test_the_first_difference_is_the_one_that_one_walk_finds(tmp_path: Path, turn: int) -> None:
    kept_session(tmp_path, forged_turn=turn)
    whole = in_one(tmp_path)
    assert whole.difference is not None
    found = replayed(tmp_path)
    assert found is None or found.difference == whole.difference


def test_a_state_that_is_another_leaves_it_to_one_walk(tmp_path: Path) -> None:
    kept_session(tmp_path)
    path = snapshot_paths(FILES, tmp_path)[0]
    state = read_snapshot(FILES, path, JOURNAL_ID)
    values = {name: getattr(state.header, name) for name in state.header.__slots__}
    other = type(state.header)(**{**values, "state_digest": bytes(32)})
    path.unlink()
    write_snapshot(FILES, tmp_path, other, state.payload)
    assert any(part.end_digest == "00" * 32 for part in parts(tmp_path, 4))
    assert replayed(tmp_path, workers=4) is None


def test_a_damaged_journal_leaves_it_to_one_walk(tmp_path: Path) -> None:
    kept_session(tmp_path)
    flip(segment_paths(FILES, tmp_path)[0], 9_000)
    assert replayed(tmp_path) is None


def test_a_journal_without_states_on_its_way_is_not_parted(tmp_path: Path) -> None:
    world = World()
    world.quote()
    with JournalWriter.create(tmp_path, journal_id=JOURNAL_ID, code_version="test") as journal:
        journal.append(world.entries)
        keep_state(journal, world.ledger)
    assert replayed(tmp_path) is None


def test_states_that_are_kept_for_long_lie_spread_over_the_journal(tmp_path: Path) -> None:
    kept_session(tmp_path)
    state = read_snapshot(FILES, snapshot_paths(FILES, tmp_path)[0], JOURNAL_ID)
    values = {name: getattr(state.header, name) for name in state.header.__slots__}
    for path in snapshot_paths(FILES, tmp_path):
        path.unlink()
    for sequence in range(100, 10_001, 100):
        header = type(state.header)(**{**values, "sequence": sequence})
        write_snapshot(FILES, tmp_path, header, state.payload)
        prune_snapshots(FILES, tmp_path)
    left = [sequence_named(path) for path in snapshot_paths(FILES, tmp_path)]
    assert left[-3:] == [9_800, 9_900, 10_000]
    assert len(left) == 10
    gaps = [after - before for before, after in zip([0, *left], left[:-2], strict=False)]
    assert max(gaps) <= 2_500, gaps
