"""States kept beside a journal: used after a replay met them, and never instead of the truth."""

from pathlib import Path

import pytest

from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.journal.replay import reexecute
from interlock.journal.snapshots import snapshot_paths
from interlock.journal.states import keep_state, kept_digests, load_ledger, vouch
from interlock.journal.writer import JournalWriter
from interlock.ledger.state import digest
from interlock.messages.terms import SELL
from worlds import World


def kept_world(directory: Path, *, states_at: tuple[int, ...]) -> World:
    """A session of some orders, kept in batches of three, with states kept after some of them."""
    world = World()
    journal = JournalWriter.create(directory, journal_id=bytes(16), code_version="test")
    done = 0

    def keep() -> None:
        nonlocal done
        while done < len(world.entries):
            journal.append(world.entries[done : done + 3])
            done += 3
        done = len(world.entries)

    world.quote()
    for number in range(6):
        world.order(quantity=number + 1)
        if number in states_at:
            keep()
            keep_state(journal, world.ledger)
    keep()
    journal.close()
    return world


def test_a_state_is_not_used_before_a_replay_has_met_it(tmp_path: Path) -> None:
    world = kept_world(tmp_path, states_at=(2,))

    loaded = load_ledger(tmp_path, world.sequence)

    assert loaded.from_snapshot == 0
    assert digest(loaded.ledger) == digest(world.ledger)


def test_a_state_that_was_met_saves_folding_what_is_before_it(tmp_path: Path) -> None:
    world = kept_world(tmp_path, states_at=(1, 3))
    kept = kept_digests(tmp_path)
    digests = {sequence: one.header.state_digest.hex() for sequence, one in kept.items()}

    result = reexecute(JournalReader(tmp_path).command_batches(), {}, None, digests)
    for sequence, is_met in result.met.items():
        assert is_met, f"the state at {sequence} was not met"
        vouch(kept[sequence])
    loaded = load_ledger(tmp_path, world.sequence)

    assert sorted(result.met) == sorted(kept)
    assert loaded.from_snapshot == max(kept)
    assert loaded.folded == world.sequence - max(kept)
    assert digest(loaded.ledger) == digest(world.ledger)


def test_a_damaged_state_is_passed_over_with_a_finding(tmp_path: Path) -> None:
    world = kept_world(tmp_path, states_at=(1, 3))
    for snapshot in kept_digests(tmp_path).values():
        vouch(snapshot)
    newest = snapshot_paths(Files(), tmp_path)[-1]
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.chmod(0o644)
    newest.write_bytes(data)

    loaded = load_ledger(tmp_path, world.sequence)

    assert 0 < loaded.from_snapshot < world.sequence
    assert any(newest.name in finding for finding in loaded.findings)
    assert digest(loaded.ledger) == digest(world.ledger)


def test_a_state_of_another_history_is_not_met(tmp_path: Path) -> None:
    kept_world(tmp_path, states_at=(3,))
    kept = kept_digests(tmp_path)
    digests = dict.fromkeys(kept, "0" * 64)

    result = reexecute(JournalReader(tmp_path).command_batches(), {}, None, digests)

    assert result.difference is None
    assert not any(result.met.values())


def test_a_state_is_kept_only_of_what_is_on_disk(tmp_path: Path) -> None:
    world = World()
    journal = JournalWriter.create(tmp_path, journal_id=bytes(16), code_version="test")
    journal.append(world.entries)
    world.quote()
    world.order(SELL, terms=None, quantity=1)

    with pytest.raises(AssertionError, match="the ledger is at"):
        keep_state(journal, world.ledger)
    journal.close()
