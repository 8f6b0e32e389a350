"""Deep verification: the record reproduces itself, or it is said where it does not."""

from pathlib import Path

from interlock.journal.deep import verify_deeply
from interlock.journal.files import Files
from interlock.journal.segments import segment_paths
from interlock.journal.snapshots import read_snapshot, snapshot_paths, write_snapshot
from interlock.journal.states import keep_state
from interlock.journal.writer import JournalWriter
from interlock.ledger.state import digest
from interlock.messages.encoding import Entry
from interlock.messages.events import HaltTripped
from journal.samples import JOURNAL_ID, flip
from worlds import World

FILES = Files()


def kept_session(directory: Path, *, forged: bool = False) -> World:
    world = World()
    world.quote()
    for number in range(8):
        world.order(quantity=number + 1)
    if forged:
        last = world.entries[-1]
        world.entries[-1] = Entry(
            last.time_ns, last.command, [*last.events, HaltTripped("firm", "nobody", False, "")]
        )
    with JournalWriter.create(directory, journal_id=JOURNAL_ID, code_version="test") as journal:
        journal.append(world.entries[:-4])
        journal.append(world.entries[-4:])
        keep_state(journal, world.ledger)
    return world


def test_a_whole_journal_meets_its_states_and_says_what_was_checked(tmp_path: Path) -> None:
    world = kept_session(tmp_path)
    stages: list[str] = []
    deep = verify_deeply(tmp_path, {}, progress=lambda stage, done: stages.append(stage))
    assert deep.is_whole
    found = deep.reproduced
    assert found is not None
    assert found.folded_digest == found.stepped_digest == digest(world.ledger)
    assert found.met == {world.sequence: True}
    assert any("1 states" in line for line in deep.checked)
    assert set(stages) == {"verifying the chain", "reproducing"}


def test_a_damaged_chain_is_not_reproduced(tmp_path: Path) -> None:
    kept_session(tmp_path)
    (segment,) = segment_paths(FILES, tmp_path)
    flip(segment, 9_000)
    deep = verify_deeply(tmp_path, {})
    assert not deep.is_whole
    assert deep.reproduced is None
    assert segment.name in deep.problems[0]


def test_an_event_that_stepping_does_not_give_is_named(tmp_path: Path) -> None:
    world = kept_session(tmp_path, forged=True)
    deep = verify_deeply(tmp_path, {})
    assert not deep.is_whole
    assert f"command {world.sequence}" in deep.problems[0]


def test_a_kept_state_that_is_another_is_named(tmp_path: Path) -> None:
    world = kept_session(tmp_path)
    (path,) = snapshot_paths(FILES, tmp_path)
    header = read_snapshot(FILES, path, JOURNAL_ID).header
    values = {name: getattr(header, name) for name in header.__slots__}
    path.unlink()
    write_snapshot(FILES, tmp_path, type(header)(**{**values, "state_digest": bytes(32)}), b"x")
    deep = verify_deeply(tmp_path, {})
    assert deep.problems == (f"the state kept at command {world.sequence} is another",)
