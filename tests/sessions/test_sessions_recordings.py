"""Real recordings from end to end: the IBM day and the Binance capture, run, replayed, rebuilt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.messages.commands import CloseSession, OpenSession, ReportOrder
from interlock.messages.events import DecisionJudged, InvariantBroken, OrderCleared
from interlock.messages.terms import REFUSE, REPORT_FILL
from sessions.walks import EXAMPLES, document, ran

Kept = tuple[Path, dict[str, object]]


def run(session: str, recordings: list[Path], out: Path) -> Kept:
    missing = [path for path in recordings if not path.exists()]
    assert not missing, f"{missing} are not in the data folder"
    done = ran("run", EXAMPLES / session, "--data", *recordings, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return out, document(done.stdout)


@pytest.fixture(scope="module")
def ibm(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = data_folder / "us-equity"
    recordings = [folder / f"ibm-20131007-{kind}.zip" for kind in ("quote", "trade")]
    return run("us-equity.toml", recordings, tmp_path_factory.mktemp("ibm") / "session")


@pytest.fixture(scope="module")
def binance(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    recordings = [data_folder / "binance" / "spot-btcusdt-20240808.gz"]
    return run("binance-spot.toml", recordings, tmp_path_factory.mktemp("spot") / "session")


@pytest.fixture(params=["ibm", "binance"])
def kept(request: pytest.FixtureRequest) -> Kept:
    found: Kept = request.getfixturevalue(request.param)
    return found


def replayed(
    session: Path, capsys: pytest.CaptureFixture[str], *how: str
) -> Callable[[str], object]:
    code = main(["replay", str(session), *how, "--json"])
    assert code == 0
    return document(capsys.readouterr().out).__getitem__


def test_the_session_replays_to_the_byte_and_rebuilds_to_the_same_state(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    session, account = kept
    stepped = replayed(session, capsys)
    assert stepped("same") is True
    assert stepped("commands") == account["commands"]
    assert stepped("events") == account["events"]
    folded = replayed(session, capsys, "--rebuild")
    assert folded("digest") == stepped("digest")


def test_the_account_from_the_journal_equals_the_one_of_the_run(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    session, account = kept
    assert main(["account", str(session), "--json"]) == 0
    again = document(capsys.readouterr().out)
    assert {"session": str(session), **again} == account


def test_decisions_were_made_refused_cleared_and_filled(kept: Kept) -> None:
    session, account = kept
    judged = refused = cleared = fills = 0
    for _, entry in JournalReader(session).entries():
        fills += isinstance(entry.command, ReportOrder) and entry.command.kind == REPORT_FILL
        for event in entry.events:
            assert not isinstance(event, InvariantBroken), event
            if isinstance(event, DecisionJudged):
                judged += 1
                refused += event.severity >= REFUSE
            cleared += isinstance(event, OrderCleared)
    assert judged > 100
    assert 0 < refused < judged
    assert cleared > 50
    assert fills > 50
    assert account["invariants_broken"] == []


def test_time_does_not_go_back_and_the_session_is_opened_and_closed(kept: Kept) -> None:
    session, _ = kept
    first = last = None
    time_ns = 0
    for _, entry in JournalReader(session).entries():
        assert entry.time_ns >= time_ns
        time_ns = entry.time_ns
        first, last = first or entry.command, entry.command
    assert isinstance(first, OpenSession)
    assert isinstance(last, CloseSession)


def test_the_same_limits_would_have_changed_no_decision_of_the_day(
    ibm: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    session, _ = ibm
    same = replayed(session, capsys, "--with", str(EXAMPLES / "us-equity.toml"))
    assert same("changed") == 0


def test_why_tells_the_story_of_a_decision_that_was_refused_and_of_one_that_was_not(
    ibm: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    session, _ = ibm
    told: set[bool] = set()
    for _, entry in JournalReader(session).entries():
        for event in entry.events:
            if isinstance(event, DecisionJudged) and (event.severity >= REFUSE) not in told:
                told.add(event.severity >= REFUSE)
                assert main(["why", str(session), str(event.decision)]) == 0
                assert capsys.readouterr().out
    assert told == {True, False}
