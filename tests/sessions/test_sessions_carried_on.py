"""A session in market time that was cut short, anywhere and in any way, is carried on by the same
command, and comes to what it would have come to.
"""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from house.checkout import ROOT
from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.journal.verify import verify
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import CloseSession, Command, OpenSession, ReportAction
from interlock.sessions import run_demo
from sessions.live import LIVE
from sessions.walks import PACKAGE_PARENT, command, digest_of, entries_of, environment, short_demo

SECONDS = 30
ENVIRONMENT = environment(PYTHONPATH=f"{PACKAGE_PARENT}:{ROOT / 'tests'}")
NOTIFYING = (
    ('model = "careless"', 'model = "sessions.notifier:Notifier"'),
    ("interval_ms = 1_500, quantity = 40", "interval_ms = 4_000"),
)
HEADER = "time_ns,kind,instrument,venue,bid,bid_quantity,ask,ask_quantity\n"
START = 1_767_625_200_000_000_000


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session that was never cut short, and beside it the file that it was made from."""
    folder = tmp_path_factory.mktemp("straight")
    file = short_demo(folder, SECONDS, *NOTIFYING)
    assert main(["run", str(file), "--out", str(folder / "session"), "--json"]) == 0
    return folder


def cut_to(session: Path, out: Path, sequence: int) -> None:
    """A journal that has the same batches up to that command, and no more."""
    with JournalWriter.create(out, journal_id=bytes(16), code_version="test") as writer:
        for batch in JournalReader(session).batches():
            if batch.last_sequence > sequence:
                break
            writer.append(batch.entries)
    notices = session / "notices.jsonl"
    if notices.exists():
        (out / notices.name).write_bytes(notices.read_bytes())


@pytest.mark.parametrize("sequence", [0, 5_000, 1_000_000])
def test_a_run_that_was_cut_short_is_carried_on_to_the_same_journal(
    sequence: int, straight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut_to(straight / "session", tmp_path / "session", sequence)
    kept = JournalReader(tmp_path / "session").last_sequence
    code = main(["run", str(straight / "short.toml"), "--out", str(tmp_path / "session"), "--json"])
    assert code == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["commands"] > 0
    if 0 < kept < 1_000_000 and sequence < 1_000_000:
        assert f"holds {kept:,} commands of this session" in captured.err
    assert digest_of(tmp_path / "session") == digest_of(straight / "session")
    assert verify(tmp_path / "session").is_whole


def test_its_notices_are_written_once(straight: Path, tmp_path: Path) -> None:
    told = (straight / "session" / "notices.jsonl").read_bytes()
    assert told.count(b"\n") > 1
    answers = [
        sequence
        for sequence, entry in JournalReader(straight / "session").entries()
        if isinstance(entry.command, ReportAction)
    ]
    # Once an action was carried out and its answer not kept, and once with a line half written.
    for sequence, notices in ((answers[1] - 1, told), (answers[0] - 1, told[:40])):
        out = tmp_path / f"cut-{sequence}"
        cut_to(straight / "session", out, sequence)
        (out / "notices.jsonl").write_bytes(notices)
        assert main(["run", str(straight / "short.toml"), "--out", str(out), "--json"]) == 0
        assert (out / "notices.jsonl").read_bytes() == told
        assert digest_of(out) == digest_of(straight / "session")


def kept_in(out: Path) -> int:
    """How many commands a journal has that may not be there yet."""
    return JournalReader(out).last_sequence if (out / "JOURNAL").exists() else 0


def stopped(run: list[str], out: Path, number: signal.Signals) -> None:
    """One process that runs until its journal has grown, and is stopped by a signal."""
    wanted = kept_in(out) + 300
    process = subprocess.Popen(run, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while kept_in(out) < wanted and process.poll() is None:
        pass
    process.send_signal(number)
    process.communicate(timeout=120)


def test_a_process_that_is_killed_again_and_again_is_carried_on_by_the_same_command(
    straight: Path, tmp_path: Path
) -> None:
    out = tmp_path / "session"
    run = command("run", straight / "short.toml", "--out", out, "--json")
    for _ in range(2):
        stopped(run, out, signal.SIGKILL)
    done = subprocess.run(run, env=ENVIRONMENT, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert verify(out).is_whole
    assert digest_of(out) == digest_of(straight / "session")


def test_an_interrupted_run_is_carried_on_and_its_journal_says_that_it_was_interrupted(
    tmp_path: Path,
) -> None:
    out = tmp_path / "session"
    # The market lasts for a week: each run is interrupted.
    run = command("run", short_demo(tmp_path, 604_800), "--out", out, "--json")
    kept: list[list[Command]] = []
    for _ in range(3):
        stopped(run, out, signal.SIGINT)
        kept.append([entry.command for entry in entries_of(out)])
    words = [one for one in kept[-1] if isinstance(one, OpenSession | CloseSession)]
    assert [type(word) for word in words] == [OpenSession, CloseSession] * 3
    assert all(word.text == "interrupted" for word in words if isinstance(word, CloseSession))
    assert kept[1][: len(kept[0])] == kept[0]
    assert kept[2][: len(kept[1])] == kept[1]
    assert len(kept[0]) < len(kept[1]) < len(kept[2])
    assert main(["replay", str(out)]) == 0


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main([*map(str, arguments)]) == 4
    return " ".join(capsys.readouterr().err.split())


def test_another_session_file_is_refused_with_the_command_that_differs(
    straight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "session"
    cut_to(straight / "session", out, 5_000)
    before = digest_of(out)
    other = short_demo(tmp_path, SECONDS + 1, *NOTIFYING)
    said = refused(capsys, "run", other, "--out", out)
    assert "command 1 differs: the session file is another one" in said
    # Refused, and as it was: the right file carries it on.
    assert digest_of(out) == before
    assert main(["run", str(straight / "short.toml"), "--out", str(out), "--json"]) == 0
    assert digest_of(out) == digest_of(straight / "session")


def quote_row(time_ns: int, bid: int) -> str:
    return f"{START + time_ns},quote,COIN,alpha,{bid}.00,5,{bid + 1}.00,5\n"


def test_other_data_is_refused_with_the_command_that_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recorded.toml"
    file.write_text(re.sub(r"(?s)\[actions.*", "", LIVE).replace(', "notify"', ""))
    data, out, cut = tmp_path / "market.csv", tmp_path / "session", tmp_path / "cut"
    rows = [HEADER, quote_row(1, 99), quote_row(2, 98), quote_row(3, 97)]
    data.write_text("".join(rows))
    assert main(["run", str(file), "--data", str(data), "--out", str(out), "--json"]) == 0
    last = JournalReader(out).last_sequence
    capsys.readouterr()
    for changed, told in (
        ([*rows[:2], quote_row(2, 96), rows[3]], "was UpdateQuote .* the data, or what decides on"),
        (rows[:2], "is not made again: the data ends before"),
    ):
        if not cut.exists():
            cut_to(out, cut, last - 1)
        data.write_text("".join(changed))
        said = refused(capsys, "run", file, "--data", data, "--out", cut)
        assert re.search(rf"command {last - 2}", said)
        assert re.search(told, said)


def test_a_session_in_market_time_is_not_carried_on_by_the_wall_clock(
    straight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "session"
    cut_to(straight / "session", out, 5_000)
    socket = tmp_path / "door"
    said = refused(capsys, "run", straight / "short.toml", "--out", out, "--socket", socket)
    assert "runs in market time" in said
    assert not socket.exists()


def test_a_demonstration_that_is_complete_prints_its_account_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = short_demo(tmp_path, 5)
    out = tmp_path / "session"
    assert run_demo(out, as_json=True, path=file) == 0
    first = json.loads(capsys.readouterr().out)
    assert run_demo(out, as_json=True, path=file) == 0
    captured = capsys.readouterr()
    assert "already complete" in captured.err
    assert json.loads(captured.out) == first
