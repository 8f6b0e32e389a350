"""Law 3: same commands, same bytes, compiled or not, on any machine, under any hash seed."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.encoding import decode_plain, encode, encode_batch
from laws.histories import anything, history
from laws.stage import USER_CONTROLS, history_world
from laws.vocabulary import Chance

SEED = 2_024
COMMANDS = 1_500

# Of one random session, made by this version: its entries' bytes and its ledger's state. Another
# build, machine or hash seed must meet them. A change of behaviour, of the messages, of the state
# or of the vocabulary makes new ones: write them down when the change is meant.
ENTRIES_DIGEST = "59c5f8427baaaabb1726580cbd774ffb14dd82fd9300e1745e9bc78db6deed04"
STATE_DIGEST = "2baf14a7aa4660c64e3be9b51d50ab54bcffed7d25f0a5412a8f5c3d3f495b95"

TOLD = """
from hashlib import sha256
from interlock.ledger.state import digest
from interlock.messages.encoding import encode_batch
from laws.histories import history

world = history(%d, %d)
print(sha256(encode_batch(world.entries)).hexdigest(), digest(world.ledger))
"""


def test_a_session_makes_the_bytes_that_were_written_down() -> None:
    world = history(SEED, COMMANDS)
    made = (sha256(encode_batch(world.entries)).hexdigest(), digest(world.ledger))
    assert made == (ENTRIES_DIGEST, STATE_DIGEST), (
        "the recorded session has other bytes: if that is meant, write down the new digests"
    )


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_a_session_makes_the_same_bytes_under_any_hash_seed(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", TOLD % (SEED, COMMANDS)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [ENTRIES_DIGEST, STATE_DIGEST]


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_same_commands_make_the_same_events_again(seed: int) -> None:
    world = history(seed, 600)
    kernel = Kernel(Ledger(), USER_CONTROLS)
    for sequence, entry in enumerate(world.entries, start=1):
        made = kernel.step(sequence, entry.time_ns, entry.command)
        assert encode(made) == encode(entry.events), f"command {sequence}: {entry.command}"
    assert digest(kernel.ledger) == digest(world.ledger)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(0, 250), st.integers(1, 150))
def test_a_restored_ledger_goes_on_as_the_first_would_have(
    seed: int, before: int, after: int
) -> None:
    draw, world = Chance(seed), history_world()
    for _ in range(before):
        after_ns, command = anything(draw, world)
        world.say(command, after_ns)
    other = Kernel(restore(decode_plain(encode(state_of(world.ledger)))), USER_CONTROLS)
    for _ in range(after):
        after_ns, command = anything(draw, world)
        events = world.say(command, after_ns)
        made = other.step(world.sequence, world.time_ns, command)
        assert encode(made) == encode(events), f"command {world.sequence}: {command}"
    assert digest(other.ledger) == digest(world.ledger)


def test_a_digest_sees_every_change_of_state() -> None:
    world = history_world()
    draw, seen = Chance(9), {digest(world.ledger)}
    for _ in range(200):
        after_ns, command = anything(draw, world)
        world.say(command, after_ns)
        seen.add(digest(world.ledger))
    # The number of the command alone makes each state another one.
    assert len(seen) == 201
