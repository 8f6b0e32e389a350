"""Law 1: whatever can change state enters by the front door as a command, is numbered and kept."""

from typing import get_args

import pytest

from interlock.kernel.invariants import audit
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, state_of
from interlock.messages.commands import (
    AdvanceTime,
    CloseSession,
    Command,
    ContinueCancels,
    ServeQueue,
)
from interlock.messages.encoding import Entry, decode_batch, encode_batch
from laws.histories import history
from laws.stage import USER_CONTROLS
from worlds import World

SEEDS = (1, 2, 3, 5, 8, 13, 21)
COMMANDS = 1_500


def folded(entries: list[Entry]) -> Ledger:
    """A ledger made of nothing but what was kept."""
    ledger = Ledger()
    for sequence, entry in enumerate(entries, start=1):
        ledger.apply_fact(sequence, entry.time_ns, entry.command)
        for event in entry.events:
            ledger.apply(event)
    return ledger


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_kept_is_enough_to_rebuild_everything(seed: int) -> None:
    world = history(seed, COMMANDS, closes=True)
    kept = decode_batch(encode_batch(world.entries))
    assert digest(folded(kept)) == digest(world.ledger)


def test_the_histories_say_every_command_there_is() -> None:
    said = {type(entry.command) for seed in SEEDS for entry in history(seed, COMMANDS).entries}
    # The engine says by itself what a record had no room for.
    assert said | {CloseSession, ContinueCancels} == set(get_args(Command))


def test_a_command_is_numbered_after_the_last_one() -> None:
    world = World()
    for sequence in (world.sequence, world.sequence + 2):
        with pytest.raises(AssertionError, match=f"command {sequence} does not follow"):
            world.kernel.step(sequence, world.time_ns, AdvanceTime())


def test_time_is_a_command_and_does_not_run_backwards() -> None:
    world = World()
    before = world.ledger.time_ns
    world.say(AdvanceTime(), after_ns=5)
    assert world.ledger.time_ns == before + 5
    with pytest.raises(AssertionError, match="lies before"):
        world.kernel.step(world.sequence + 1, before, AdvanceTime())


def test_looking_changes_nothing() -> None:
    world = history(4, 300)
    before = digest(world.ledger)
    ledger = world.ledger
    audit(ledger)
    state_of(ledger)
    for order in ledger.orders.known.values():
        order.worst_leaves(), order.leaves(), order.worst_price(), order.sum_of_fills()
    for account in ledger.accounts.values():
        account.gross_value("USD")
    for waiting in ledger.waiting.in_order():
        world.kernel.judge.planner.plan(waiting)
        world.kernel.gate.judge(world.kernel.judge.planner.plan(waiting))
    assert digest(ledger) == before


def test_the_queue_and_the_throttles_are_in_the_record_too() -> None:
    world = history(5, 500)
    ledger = folded(world.entries)
    live = world.ledger
    assert [w.sequence for w in ledger.waiting.in_order()] == [
        w.sequence for w in live.waiting.in_order()
    ]
    for number, window in live.limits.windows.items():
        assert ledger.limits.windows[number].times == window.times
    # Both go on alike, whoever steps them.
    other = Kernel(ledger, USER_CONTROLS)
    sequence, time_ns = world.sequence + 1, world.time_ns
    assert other.step(sequence, time_ns, ServeQueue(9)) == world.say(ServeQueue(9))
