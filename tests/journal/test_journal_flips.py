"""Flipped bits and cut files of a closed journal: noticed with their place, or without any effect.

`INTERLOCK_FLIPS` and `INTERLOCK_CUTS` say how many; `make soak` has 10,000 and 1,000.
"""

import os
import re
from functools import cache
from pathlib import Path
from random import Random

import pytest

from interlock.journal.faults import JournalFault
from interlock.journal.files import Files
from interlock.journal.reader import JournalReader
from interlock.journal.snapshotting import take_snapshot
from interlock.journal.states import keep_state, load_ledger
from interlock.journal.verify import verify
from interlock.journal.writer import JournalWriter
from interlock.ledger.state import digest
from journal.samples import JOURNAL_ID, small
from worlds import World

FLIPS = int(os.environ.get("INTERLOCK_FLIPS", "250"))
CUTS = int(os.environ.get("INTERLOCK_CUTS", "60"))
SEED = int(os.environ.get("INTERLOCK_SEED", "4"))

# What may be changed without being noticed: the epoch is in every frame too, and the mark of a
# state only says that it may be used.
WITHOUT_EFFECT = re.compile(r"^(LOCK|snap-.*\.ok)$")


def closed_session(directory: Path) -> str:
    """A session over several segments, with states, closed in order; the digest of its state."""
    world = World()
    world.quote()
    writer = JournalWriter.create(
        directory, journal_id=JOURNAL_ID, code_version="test", options=small()
    )
    for number in range(30):
        world.order(quantity=number % 9 + 1)
        writer.append(world.entries[writer.last_sequence :])
        if number in (9, 19):
            assert take_snapshot(directory, {}, code_version="test").is_usable
    keep_state(writer, world.ledger)
    writer.close()
    return digest(world.ledger)


class Patient:
    """A closed journal, the bytes it should have, and what it holds."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.digest = closed_session(directory)
        self.bytes = {path.name: path.read_bytes() for path in sorted(directory.iterdir())}
        self.last_sequence = JournalReader(directory).last_sequence
        self.sizes = {name: len(data) for name, data in self.bytes.items()}

    def pick(self, chance: Random) -> tuple[str, int]:
        """A file and a byte of it, each byte of the journal as likely as any other."""
        at = chance.randrange(sum(self.sizes.values()))
        for name, size in self.sizes.items():
            if at < size:
                return name, at
            at -= size
        raise AssertionError(f"byte {at} is beyond the journal")

    def write(self, name: str, data: bytes) -> None:
        path = self.directory / name
        path.chmod(0o644)
        path.write_bytes(data)

    def mend(self, name: str) -> None:
        self.write(name, self.bytes[name])
        if name.endswith(".jrn") and name != max(n for n in self.bytes if n.endswith(".jrn")):
            (self.directory / name).chmod(0o444)

    def is_noticed(self, name: str) -> bool:
        """Whether verification names the file or says where the chain breaks."""
        try:
            report = verify(self.directory)
        except JournalFault as fault:
            return name in str(fault)
        said = " ".join((report.problem, *report.findings))
        return name in said or "at byte" in report.problem

    def state(self) -> str:
        """What whoever opens it would go on from; empty when that is refused."""
        try:
            loaded = load_ledger(self.directory, self.last_sequence)
        except JournalFault:
            return ""
        return digest(loaded.ledger)

    def require_noticed_or_harmless(self, name: str, what: str) -> None:
        found = self.state()
        assert found in ("", self.digest), f"{what} gives another state without a word"
        is_noticed = self.is_noticed(name)
        if not is_noticed:
            harmless = WITHOUT_EFFECT.match(name) or name.endswith(".idx")
            assert harmless, f"{what} was not noticed"
            assert found == self.digest, f"{what} was not noticed and has an effect"


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return Patient(tmp_path_factory.mktemp("closed"))


@cache
def parts(count: int, workers: int = 8) -> tuple[tuple[int, int], ...]:
    """So many tries, in parts that several workers may take."""
    return tuple((part, count // workers + (part < count % workers)) for part in range(workers))


@pytest.mark.parametrize(("part", "count"), parts(FLIPS))
def test_a_flipped_bit_of_a_closed_journal_is_noticed_or_harmless(
    patient: Patient, part: int, count: int
) -> None:
    chance = Random(SEED * 1_000 + part)
    for _ in range(count):
        name, at = patient.pick(chance)
        bit = chance.randrange(8)
        data = bytearray(patient.bytes[name])
        data[at] ^= 1 << bit
        patient.write(name, bytes(data))
        patient.require_noticed_or_harmless(name, f"bit {bit} of byte {at} of {name}")
        patient.mend(name)
    assert patient.state() == patient.digest


@pytest.mark.parametrize(("part", "count"), parts(CUTS))
def test_a_closed_journal_that_was_cut_is_noticed_or_harmless(
    patient: Patient, part: int, count: int
) -> None:
    chance = Random(SEED * 2_000 + part)
    for _ in range(count):
        name, at = patient.pick(chance)
        patient.write(name, patient.bytes[name][:at])
        patient.require_noticed_or_harmless(name, f"{name} cut to {at} bytes")
        patient.mend(name)
    assert patient.state() == patient.digest


def test_a_closed_journal_cut_at_any_frame_with_its_index_and_states_is_noticed(
    patient: Patient,
) -> None:
    last = max(name for name in patient.bytes if name.endswith(".jrn"))
    index = last.replace(".jrn", ".idx")
    reader = JournalReader(patient.directory)
    ends = []
    offset = 8_192
    for batch in reader.batches(int(last[4:24])):
        ends.append(offset)
        offset += batch.stored_bytes
    states = [name for name in patient.bytes if name.startswith("snap-")]
    for frames, end in enumerate(ends):
        patient.write(last, patient.bytes[last][:end])
        patient.write(index, patient.bytes[index][: 40 * frames])
        for name in states:
            (patient.directory / name).unlink(missing_ok=True)
        with pytest.raises(JournalFault, match="HEAD knows"):
            JournalWriter.open(patient.directory, code_version="test", options=small())
        assert "HEAD knows" in verify(patient.directory).problem
    for name in (last, index, *states):
        (patient.directory / name).touch()
        patient.mend(name)
    assert Files().names(patient.directory) == sorted(patient.bytes)
