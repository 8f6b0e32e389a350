"""Journals of earlier versions rebuild to their state and are stepped again as they ran."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock.journal.deep import verify_deeply
from interlock.journal.faults import JournalForeign
from interlock.journal.reader import JournalReader
from interlock.journal.replay import rebuild, reexecute
from interlock.journal.states import load_ledger
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest
from interlock.messages.commands import CloseSession, OpenSession
from interlock.messages.encoding import Entry, decode_command, decode_plain, encode
from interlock.messages.flags import BOUNDED_MOVES, CATALOGUE, CURRENT
from interlock.messages.state import STATE_VERSION
from journals.record import HERE, unpack

KEPT: dict[str, dict[str, Any]] = tomllib.loads((HERE / "journals.toml").read_text())
OLDEST = "before-head"
UNBOUNDED = "unbounded"


def test_every_kept_journal_is_described() -> None:
    assert sorted(KEPT) == sorted(path.name[: -len(".journal")] for path in HERE.glob("*.journal"))


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_journal_of_an_earlier_version_rebuilds_to_its_state(name: str, tmp_path: Path) -> None:
    directory = unpack(name, tmp_path)
    result, ledger = rebuild(JournalReader(directory).batches())
    said = KEPT[name]
    assert result.commands == said["entries"]
    assert ledger.flags == tuple(said["flags"])
    assert result.digest == said["states"].get(str(STATE_VERSION)), (
        "if the form of the state has changed and the state is meant, write down what"
        " `python tests/journals/record.py --digests` says"
    )


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_journal_of_an_earlier_version_is_stepped_again_as_it_ran(
    name: str, tmp_path: Path
) -> None:
    directory = unpack(name, tmp_path)
    result = reexecute(JournalReader(directory).command_batches(), {})
    assert result.difference is None
    assert result.digest == KEPT[name]["states"][str(STATE_VERSION)]
    deep = verify_deeply(directory, {})
    assert deep.is_whole
    assert deep.report.last_hash == KEPT[name]["chain"]


@pytest.mark.parametrize("name", sorted(KEPT))
def test_a_session_of_an_earlier_version_goes_on(name: str, tmp_path: Path) -> None:
    directory = unpack(name, tmp_path)
    with JournalWriter.open(directory, code_version="now") as writer:
        loaded = load_ledger(directory, writer.durable_sequence)
        kernel = Kernel(loaded.ledger, {})
        command = CloseSession("operator", "again")
        sequence = loaded.ledger.sequence + 1
        time_ns = loaded.ledger.time_ns
        writer.append([Entry(time_ns, command, kernel.step(sequence, time_ns, command))])
    assert verify_deeply(directory, {}).is_whole


def test_a_state_of_an_older_form_is_passed_over_for_the_journal(tmp_path: Path) -> None:
    directory = unpack(OLDEST, tmp_path)
    (snapshot,) = directory.glob("snap-*.snap")
    mark = snapshot.read_bytes()[-32:].hex()
    snapshot.with_suffix(".ok").write_text(f"{mark}\n")
    loaded = load_ledger(directory, KEPT[OLDEST]["entries"])
    assert loaded.from_snapshot == 0
    assert "the version of the state was 2" in loaded.findings[0]
    assert digest(loaded.ledger) == KEPT[OLDEST]["states"][str(STATE_VERSION)]


def test_without_its_flag_a_journal_is_stepped_by_the_old_behaviour(tmp_path: Path) -> None:
    directory = unpack(UNBOUNDED, tmp_path)
    kernels = {flags: Kernel(Ledger(), {}) for flags in ((), (BOUNDED_MOVES,))}
    same = dict.fromkeys(kernels, 0)
    for sequence, entry in JournalReader(directory).entries():
        for flags, kernel in kernels.items():
            command = entry.command
            if isinstance(command, OpenSession):
                command = msgspec.structs.replace(command, flags=flags)
            made = kernel.step(sequence, entry.time_ns, command)
            same[flags] += made == entry.events
    assert same[()] == KEPT[UNBOUNDED]["entries"]
    assert same[(BOUNDED_MOVES,)] < KEPT[UNBOUNDED]["entries"]


def test_a_flag_of_a_newer_version_is_refused_and_still_rebuilds(tmp_path: Path) -> None:
    unknown = max(CATALOGUE) + 1
    opening = OpenSession("newer", "s", 1, "9.9", (*CURRENT, unknown), "")
    with JournalWriter.create(tmp_path, journal_id=bytes(16), code_version="9.9") as writer:
        writer.append([Entry(1, opening, [])])
    with pytest.raises(JournalForeign, match=f"behaviour flag was {unknown}"):
        reexecute(JournalReader(tmp_path).command_batches(), {})
    with pytest.raises(JournalForeign, match="with the version of Interlock that wrote it"):
        load_ledger(tmp_path, 1)
    assert rebuild(JournalReader(tmp_path).batches())[0].commands == 1


def test_a_field_that_a_record_does_not_have_yet_takes_its_default() -> None:
    whole = OpenSession("early", "s", 1, "0.1", (), "")
    fields = decode_plain(encode(whole))
    assert isinstance(fields, list)
    optional = sum(value is not msgspec.NODEFAULT for value in _defaults(OpenSession))
    assert optional == 3
    for missing in range(1, optional + 1):
        assert decode_command(encode(fields[:-missing])) == whole
    with pytest.raises(msgspec.ValidationError):
        decode_command(encode(fields[: -optional - 1]))


def test_a_field_that_a_newer_version_appended_is_left_alone() -> None:
    whole = CloseSession("operator", "end")
    fields = decode_plain(encode(whole))
    assert isinstance(fields, list)
    assert decode_command(encode([*fields, "of a newer version"])) == whole


def _defaults(kind: type[msgspec.Struct]) -> list[object]:
    found: list[object] = []
    for field in msgspec.structs.fields(kind):
        is_made = field.default_factory is not msgspec.NODEFAULT
        found.append(field.default_factory if is_made else field.default)
    return found
