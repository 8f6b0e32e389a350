"""Large orders in whole sessions: worked in a generated market, told by `why`, replayed, carried on
after being cut short, and spoken of in a live one.
"""

import json
import re
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.messages.events import OrderCleared, OrderFilled
from interlock.messages.identity import order_text
from interlock.messages.terms import ALGORITHMS
from interlock.messages.works import SliceJudged, WorkEnded, WorkStarted
from sessions.live import QUOTE, LiveProcess, decision
from sessions.walks import EXAMPLES, digest_of, entries_of

SECONDS = 240


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's session, cut to four minutes of market, and beside it its file."""
    folder = tmp_path_factory.mktemp("works")
    text = (EXAMPLES / "large-order.toml").read_text()
    text = re.sub(r"duration_s = [0-9_]+", f"duration_s = {SECONDS}", text)
    text = re.sub(r"lasts_s = [0-9_]+", "lasts_s = 200", text)
    (folder / "short.toml").write_text(text)
    arguments = ["run", str(folder / "short.toml"), "--out", str(folder / "session"), "--json"]
    assert main(arguments) == 0
    return folder / "session"


def test_each_algorithm_of_the_example_is_worked_to_its_end(session: Path) -> None:
    started: dict[int, WorkStarted] = {}
    ended: dict[int, WorkEnded] = {}
    children: dict[int, int] = {}
    parent_of: dict[int, int] = {}
    filled: dict[int, int] = {}
    for entry in entries_of(session):
        for event in entry.events:
            if isinstance(event, WorkStarted):
                started[event.decision] = event
            elif isinstance(event, WorkEnded):
                ended[event.decision] = event
            elif isinstance(event, OrderCleared):
                children[event.decision] = children.get(event.decision, 0) + 1
                parent_of[event.order] = event.decision
            elif isinstance(event, OrderFilled):
                parent = parent_of[event.order]
                filled[parent] = filled.get(parent, 0) + event.quantity
    kinds = {ALGORITHMS[event.plan.algorithm] for event in started.values()}
    assert kinds == {"pov", "shortfall", "iceberg"}
    assert set(ended) == set(started)
    for number, event in started.items():
        assert children[number] > 5
        assert 0 < filled[number] <= event.plan.quantity


def test_its_replay_is_the_same_to_the_byte(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(session), "--json"]) == 0
    capsys.readouterr()


def test_why_tells_the_schedule_and_each_child(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cleared = [
        event
        for entry in entries_of(session)
        for event in entry.events
        if isinstance(event, OrderCleared)
    ]
    child = cleared[len(cleared) // 2]
    assert main(["why", str(session), str(child.decision), "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    slices = story["work"]["slices"]
    assert [part["slice"] for part in slices] == list(range(1, len(slices) + 1))
    assert order_text(child.order) in [part["order"] for part in slices]
    assert story["work"]["ended"] is not None

    assert main(["why", str(session), order_text(child.order), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["subject"]["decision"] == child.decision
    asked = [part for part in told["work"]["slices"] if part["verdict"] is not None]
    assert [part["order"] for part in asked] == [order_text(child.order)]
    assert len(asked[0]["verdict"]["findings"]) > 15

    assert main(["why", str(session), order_text(child.order)]) == 0
    printed = capsys.readouterr().out
    assert "Schedule" in printed
    assert f"Order {order_text(child.order)}" in printed


def test_other_readers_know_large_orders(session: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["account"], ["quality"], ["journal", "verify"], ["incidents"]):
        assert main([*arguments, str(session), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)
    assert main(["journal", "show", str(session)]) == 0
    assert "slice 1 of work" in capsys.readouterr().out


def cut_to(session: Path, out: Path, sequence: int) -> None:
    """A journal that has the same batches up to that command, and no more."""
    with JournalWriter.create(out, journal_id=bytes(16), code_version="test") as writer:
        for batch in JournalReader(session).batches():
            if batch.last_sequence > sequence:
                break
            writer.append(batch.entries)


def test_a_session_that_was_cut_short_works_on_to_the_same_journal(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slices = [
        sequence
        for sequence, entry in JournalReader(session).entries()
        if any(isinstance(event, SliceJudged) for event in entry.events)
    ]
    cut_to(session, tmp_path / "session", slices[len(slices) // 2])
    file = session.parent / "short.toml"
    assert main(["run", str(file), "--out", str(tmp_path / "session"), "--json"]) == 0
    capsys.readouterr()
    assert digest_of(tmp_path / "session") == digest_of(session)


def test_a_live_session_works_a_large_order_by_the_clock_and_after_a_restart(
    tmp_path: Path,
) -> None:
    order = {
        "kind": "work", "instrument": "COIN", "side": "buy", "quantity": "50",
        "algorithm": "twap", "ends": "2045-01-01T00:00:00Z", "interval_ms": 86_400_000,
    }  # fmt: skip
    with LiveProcess(tmp_path) as process:
        told = process.ask(QUOTE, decision("big", action=order, valid_until="2045-01-02T00:00:00Z"))
        assert told[1]["verdict"] == "allow"
        number = told[1]["decision"]
        word = {"decision": number, "do": "pause", "by": "anna"}
        assert process.ask({"work": word})[0]["is"] == "paused"
        assert "error" in process.ask({"work": word})[0]
        process.end()
    with LiveProcess(tmp_path) as process:
        word = {"decision": number, "do": "cancel", "by": "anna", "text": "the client called"}
        answer = process.ask({"work": word})[0]
        assert (answer["work"], answer["is"]) == (number, "ended")
        process.end()


def test_other_limits_are_held_against_every_child(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = session.parent / "short.toml"
    assert main(["replay", str(session), "--with", str(same), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    children = sum(
        isinstance(event, SliceJudged) for entry in entries_of(session) for event in entry.events
    )
    assert told["decisions"] == 3 + children
    tighter = tmp_path / "tighter.toml"
    tighter.write_text(same.read_text().replace("bps = 300\n", "bps = 1\n"))
    main(["replay", str(session), "--with", str(tighter), "--json"])
    changed = json.loads(capsys.readouterr().out)
    assert changed["changed"] > 10
