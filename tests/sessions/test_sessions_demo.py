"""A short demonstration from end to end: run, account, replay, rebuild, other limits, a tampered
journal."""

from pathlib import Path

import pytest

from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared
from interlock.monitoring.account import Account
from interlock.terminal.account import account_json
from sessions.walks import digest_of, document, entries_of, ran, short_demo

SECONDS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def run(folder: Path) -> dict[str, object]:
    """The account that the run itself printed."""
    file = short_demo(folder, SECONDS)
    done = ran("run", file, "--out", folder / "session", "--json")
    assert done.returncode == 0, done.stderr
    return document(done.stdout)


@pytest.fixture
def session(run: dict[str, object], folder: Path) -> Path:
    assert run["session"] == str(folder / "session")
    return folder / "session"


def told(
    capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, dict[str, object]]:
    code = main([*map(str, arguments), "--json"])
    return code, document(capsys.readouterr().out)


def test_every_stage_was_walked(run: dict[str, object]) -> None:
    sources = run["sources"]
    assert isinstance(sources, dict)
    assert set(sources) == {"momentum", "reversion", "careless"}
    assert all(source["decisions"] > 0 for source in sources.values())
    assert sources["careless"]["verdicts"]["refuse"] > 0
    orders = run["orders"]
    assert isinstance(orders, dict)
    assert orders["cleared"] >= orders["accepted"] > 0
    assert orders["filled, whole or part"] > 0
    assert run["invariants_broken"] == []


def test_the_account_made_while_it_ran_equals_the_one_made_from_its_journal(
    run: dict[str, object], session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, again = told(capsys, "account", session)
    assert code == 0
    assert {"session": str(session), **again} == run


def test_the_account_agrees_with_the_ledger(run: dict[str, object], session: Path) -> None:
    account = Account()
    cleared = 0
    for sequence, entry in JournalReader(session).entries():
        account.add(sequence, entry)
        cleared += sum(isinstance(event, OrderCleared) for event in entry.events)
    assert account_json(account)["orders"] == run["orders"]
    assert account.orders["cleared"] == cleared


def test_the_same_commands_give_the_same_events(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, result = told(capsys, "replay", session)
    assert (code, result["same"]) == (0, True)
    assert result["commands"] == len(entries_of(session))


def test_folding_the_events_arrives_at_the_same_state(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, stepped = told(capsys, "replay", session)
    code, folded = told(capsys, "replay", session, "--rebuild")
    assert code == 0
    assert folded["digest"] == stepped["digest"]


def test_the_same_limits_would_change_nothing(
    session: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, result = told(capsys, "replay", session, "--with", folder / "short.toml")
    assert code == 0
    assert result["changed"] == 0
    assert result["changes"] == []
    assert isinstance(result["decisions"], int)
    assert result["decisions"] > 0


def test_tighter_limits_list_what_would_change_from_what_to_what(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tighter = short_demo(tmp_path, SECONDS, ('value_max = "10000.00"', 'value_max = "100.00"'))
    code, result = told(capsys, "replay", session, "--with", tighter)
    assert code == 1
    changes = result["changes"]
    assert isinstance(changes, list)
    assert len(changes) == result["changed"] > 0
    reasons = {change["to"]["reason"] for change in changes}
    assert "VALUE_ABOVE_ORDER_LIMIT" in reasons
    assert {change["from"]["verdict"] for change in changes} <= {"allow", "refuse"}
    judged = {change["decision"] for change in changes}
    assert len(judged) == len(changes)


def test_limits_in_other_units_are_not_compared(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finer = (('lot = "0.01"', 'lot = "0.001"'), ("digits = 4", "digits = 5"))
    other = short_demo(tmp_path, SECONDS, *finer)
    assert main(["replay", str(session), "--with", str(other)]) == 3
    assert "defines COIN in another tick, lot" in capsys.readouterr().err


def tampered(session: Path, copy: Path) -> tuple[int, int]:
    """A copy of a session with one event rewritten under a valid chain: its command, and how much
    was cleared."""
    changed = (0, 0)
    reader = JournalReader(session)
    with JournalWriter.create(copy, journal_id=b"0123456789abcdef", code_version="test") as writer:
        for batch in reader.batches():
            entries = list(batch.entries)
            for place, entry in enumerate(entries):
                for number, event in enumerate(entry.events):
                    if isinstance(event, OrderCleared) and not changed[0]:
                        fields = [getattr(event, name) for name in event.__struct_fields__]
                        fields[event.__struct_fields__.index("quantity")] += 1
                        events = list(entry.events)
                        events[number] = OrderCleared(*fields)
                        entries[place] = Entry(entry.time_ns, entry.command, events)
                        changed = (batch.first_sequence + place, event.quantity)
            writer.append(entries)
    return changed


def test_an_event_that_was_rewritten_is_found_and_named(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sequence, quantity = tampered(session, tmp_path / "copy")
    assert main(["journal", "verify", str(tmp_path / "copy")]) == 0
    capsys.readouterr()
    code, result = told(capsys, "replay", tmp_path / "copy")
    assert code == 1
    difference = result["difference"]
    assert isinstance(difference, dict)
    assert difference["sequence"] == sequence
    assert difference["expected"]["kind"] == difference["made"]["kind"] == "OrderCleared"
    assert difference["expected"]["quantity"] == quantity + 1
    assert difference["made"]["quantity"] == quantity
    assert main(["replay", str(tmp_path / "copy")]) == 1
    said = capsys.readouterr().out
    assert f"Different at command {sequence}" in said
    assert f"quantity={quantity + 1}" in said
    assert "command   ServeQueue" in said


def test_the_demonstration_shows_replay_and_what_to_try(tmp_path: Path) -> None:
    first = tmp_path / "session"
    done = ran("run", short_demo(tmp_path, 5), "--out", first, COLUMNS="80")
    assert done.returncode == 0
    said = done.stdout.decode()
    for title in ("Decisions", "Verdicts by control", "Orders", "Trading", "Time per stage"):
        assert title in said
    assert max(len(line) for line in said.splitlines() if "Kept in" not in line) <= 80
    assert done.stderr == b""


def test_two_hash_seeds_make_the_same_journal(tmp_path: Path) -> None:
    file = short_demo(tmp_path, 15)
    digests = set()
    for seed in ("1", "2"):
        done = ran("run", file, "--out", tmp_path / seed, "--json", PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        digests.add(digest_of(tmp_path / seed))
    assert len(digests) == 1
