"""The FIX order state change matrices, with a crash and a restart after every record: crossing
cancels and chains of replacements come out as they would without.
"""

from pathlib import Path
from random import Random

import pytest

from interlock.journal.options import JournalOptions
from interlock.journal.states import load_ledger
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.state import digest
from interlock.messages.commands import Command
from interlock.messages.events import Event
from interlock.testing.files import MemoryFiles
from interlock.testing.points import Loss
from ledger.matrices import SCENARIOS, BuySide, paths_of, scenario_of
from worlds import World

DIRECTORY = Path("/session")


class RestartingWorld(World):
    """A world whose kernel lives for one command: then its entry is kept, the machine dies, and the
    next kernel begins with what the journal gives."""

    def __init__(self, commands: list[Command]) -> None:
        self.files = MemoryFiles()
        self.options = JournalOptions(
            segment_bytes=65_536,
            chunk_bytes=16_384,
            background=False,
            salts=lambda: 7,
            files=self.files,
        )
        self.chance = Random(11)
        self.restarts = 0
        JournalWriter.create(
            DIRECTORY, journal_id=bytes(16), code_version="test", options=self.options
        ).close()
        super().__init__(commands)

    def say(self, command: Command, after_ns: int = 0) -> list[Event]:
        if self.entries:
            self.restart()
        return super().say(command, after_ns)

    def restart(self) -> None:
        writer = JournalWriter.open(DIRECTORY, code_version="test", options=self.options)
        writer.append([self.entries[-1]])
        before = digest(self.ledger)
        self.files.crash(self.chance.choice(tuple(Loss)), self.chance)
        ledger = load_ledger(DIRECTORY, self.sequence, files=self.files).ledger
        assert digest(ledger) == before
        self.kernel = Kernel(ledger, {})
        self.restarts += 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_order_lives_as_the_matrices_say_with_a_crash_after_every_record(
    scenario: str, data_folder: Path
) -> None:
    for path in paths_of(scenario_of(data_folder, scenario)):
        buy_side = BuySide(scenario, RestartingWorld)
        buy_side.walk(path)
        world = buy_side.world
        assert isinstance(world, RestartingWorld)
        assert world.restarts == world.sequence - 1
        assert world.ledger.broken == {}, path
