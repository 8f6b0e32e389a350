"""States taken beside a session: usable only when both ways of making them agree."""

from pathlib import Path

import pytest

from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.journal.snapshots import mark_usable, read_snapshot, snapshot_paths, write_snapshot
from interlock.journal.snapshotting import Taken, durable_sequence, take_snapshot
from interlock.journal.states import Loaded, keep_state, load_ledger, newest_usable
from interlock.journal.writer import JournalWriter
from interlock.ledger.state import digest
from interlock.messages.encoding import Entry
from interlock.messages.events import HaltTripped
from journal.samples import JOURNAL_ID, flip
from worlds import World

FILES = Files()


class Running:
    """A session of some orders whose journal is being written."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.world = World()
        self.journal = JournalWriter.create(directory, journal_id=JOURNAL_ID, code_version="test")
        self.world.quote()
        self.keep()

    def keep(self) -> None:
        self.journal.append(self.world.entries[self.journal.last_sequence :])

    def orders(self, count: int) -> None:
        for _ in range(count):
            self.world.order(quantity=1)
            self.keep()

    def take(self) -> Taken:
        return take_snapshot(self.directory, {}, code_version="test")

    def loaded(self) -> Loaded:
        loaded = load_ledger(self.directory, self.world.sequence)
        assert digest(loaded.ledger) == digest(self.world.ledger)
        return loaded


def test_a_state_is_taken_while_its_journal_is_written_and_is_usable_at_once(
    tmp_path: Path,
) -> None:
    session = Running(tmp_path)
    session.orders(5)
    first = session.take()
    assert first.is_usable
    assert (first.sequence, first.from_sequence) == (session.world.sequence, 0)
    assert first.digest == digest(session.world.ledger)
    session.orders(4)
    second = session.take()
    assert second.from_sequence == first.sequence
    assert second.commands == session.world.sequence - first.sequence
    session.orders(2)
    loaded = session.loaded()
    assert (loaded.from_snapshot, loaded.findings) == (second.sequence, [])
    assert newest_usable(tmp_path) == second.sequence
    session.journal.close()


def test_taking_a_state_where_nothing_has_come_since_makes_no_other(tmp_path: Path) -> None:
    session = Running(tmp_path)
    first = session.take()
    before = sorted(path.name for path in tmp_path.iterdir())
    assert session.take() == Taken(first.sequence, first.sequence, 0, name=first.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    session.journal.close()


def test_what_is_not_known_to_be_durable_is_in_no_state(tmp_path: Path) -> None:
    session = Running(tmp_path)
    durable = session.world.sequence
    session.world.order(quantity=1)
    session.journal.begin(session.world.entries[durable:])
    identity = JournalReader(tmp_path).identity
    assert durable_sequence(FILES, tmp_path, identity) == durable
    assert session.take().sequence == durable
    session.journal.wait()
    assert session.take().sequence == session.world.sequence
    session.journal.close()


def test_a_record_that_stepping_does_not_give_again_is_in_no_state(tmp_path: Path) -> None:
    session = Running(tmp_path)
    session.orders(1)
    good = session.take()
    session.world.order(quantity=1)
    last = session.world.entries[-1]
    session.world.entries[-1] = Entry(
        last.time_ns, last.command, [*last.events, HaltTripped("firm", "nobody", False, "")]
    )
    session.keep()
    taken = session.take()
    assert not taken.is_usable
    assert taken.difference is not None
    assert taken.difference.sequence == session.world.sequence
    assert newest_usable(tmp_path) == good.sequence
    session.journal.close()


def test_the_newest_good_one_of_the_states_that_are_kept_is_used(tmp_path: Path) -> None:
    session = Running(tmp_path)
    sequences = []
    for _ in range(5):
        session.orders(2)
        sequences.append(session.take().sequence)
    kept = snapshot_paths(FILES, tmp_path)
    assert len(kept) == 5
    # One after the other goes bad: an older one is used each time, and at last the whole journal.
    for number, path in enumerate(reversed(kept)):
        assert session.loaded().from_snapshot == sequences[-1 - number]
        flip(path, 300)
        assert any(path.name in finding for finding in session.loaded().findings)
    assert session.loaded().from_snapshot == 0
    session.journal.close()


@pytest.mark.parametrize("bad", ["state", "version", "history"])
def test_a_marked_state_that_is_not_this_journals_is_passed_over_for_an_older_one(
    tmp_path: Path, bad: str
) -> None:
    session = Running(tmp_path)
    session.orders(2)
    good = session.take()
    session.orders(2)
    newest = session.take()
    path = snapshot_paths(FILES, tmp_path)[-1]
    snapshot = read_snapshot(FILES, path, JOURNAL_ID)
    payload, changed = snapshot.payload, snapshot.header
    if bad == "version":
        assert payload[:3] == b"\xdc\x00" + payload[2:3]
        payload = payload[:3] + b"\x7f" + payload[4:]
    elif bad == "state":
        payload = payload.replace(b"session-1", b"session-2")
    else:
        changed = type(changed)(
            **{
                name: bytes(32) if name == "chain_hash" else getattr(changed, name)
                for name in changed.__slots__
            }
        )
    path.chmod(0o644)
    write_snapshot(FILES, tmp_path, changed, payload)
    mark_usable(FILES, read_snapshot(FILES, path, JOURNAL_ID))
    assert newest_usable(tmp_path) == newest.sequence
    loaded = session.loaded()
    assert loaded.from_snapshot == good.sequence
    assert newest.name in loaded.findings[0]
    session.journal.close()


def test_the_state_that_the_engine_kept_is_only_marked(tmp_path: Path) -> None:
    session = Running(tmp_path)
    session.orders(2)
    path = keep_state(session.journal, session.world.ledger)
    data = path.read_bytes()
    assert session.loaded().from_snapshot == 0
    taken = session.take()
    assert taken.name == path.name
    assert path.read_bytes() == data
    assert session.loaded().from_snapshot == session.world.sequence
    session.journal.close()
