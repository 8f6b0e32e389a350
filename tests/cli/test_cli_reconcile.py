"""`interlock reconcile`: what was compared, what is open, and asking again where venues can be."""

import json
import subprocess
from pathlib import Path

import pytest

from interlock.assembly import assemble_live
from interlock.cli import main
from interlock.engines import Ground
from interlock.inputs.clock import ManualClock
from interlock.inputs.lines import Lines
from interlock.inputs.session_file import parse_session
from interlock.journal.faults import JournalLocked
from interlock.journal.writer import JournalWriter
from interlock.reconciliation import reconcile_session
from interlock.terminal.reconciliation import report_of
from sessions.walks import EXAMPLES, command, environment, ran, short_demo

Said = pytest.CaptureFixture[str]

LOST = """reconcile_s = 1

[[venues.faults]]
kind = "lost_fill"
ppm = 300_000

"""


def a_session(folder: Path, inserted: str = "reconcile_s = 1\n\n") -> Path:
    """A session of the demonstration, with something said of its first venue."""
    file = short_demo(folder, 8)
    head, mark, tail = file.read_text().partition("[[venues]]")
    body, _, rest = tail.partition("\n\n")
    file.write_text(f"{head}{mark}{body}\n{inserted}{rest}")
    assert main(["run", str(file), "--out", str(folder / "session"), "--json"]) == 0
    return folder / "session"


def test_a_session_whose_venues_agree_has_no_open_difference(tmp_path: Path, capsys: Said) -> None:
    kept = a_session(tmp_path)
    capsys.readouterr()
    assert main(["reconcile", str(kept)]) == 0
    said = capsys.readouterr().out
    assert "0 differences are open." in said
    assert "alpha (venue)" in said


def test_fills_that_were_lost_are_found_and_nothing_stays_open(
    tmp_path: Path, capsys: Said
) -> None:
    kept = a_session(tmp_path, LOST)
    capsys.readouterr()
    assert main(["reconcile", str(kept), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["found"]["FILL_MISSED"] > 0
    assert told["differences"] == []
    assert [venue["venue"] for venue in told["venues"]] == ["alpha", "beta"]
    assert main(["replay", str(kept), "--json"]) == 0


def test_a_drop_copy_is_a_third_side_that_agrees(tmp_path: Path, capsys: Said) -> None:
    kept = a_session(tmp_path, "reconcile_s = 1\ndrop_copy = true\n\n")
    capsys.readouterr()
    assert main(["reconcile", str(kept), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(told["venues"][0]["last"]) == ["drop_copy", "venue"]


def test_no_session_is_a_sentence(tmp_path: Path, capsys: Said) -> None:
    assert main(["reconcile", str(tmp_path)]) == 3
    assert "no session is kept there" in capsys.readouterr().err


def test_a_socket_that_nobody_listens_on_is_a_sentence(tmp_path: Path, capsys: Said) -> None:
    kept = a_session(tmp_path)
    capsys.readouterr()
    code = main(["reconcile", str(kept), "--socket", str(tmp_path / "none")])
    assert code in (3, 4)
    assert capsys.readouterr().err.startswith("interlock: ")


def a_live_session(folder: Path) -> tuple[Path, Ground]:
    """A live session that was closed, and the ground to open it on again."""
    file = parse_session(short_demo(folder, 8).read_text())
    ground = Ground(ManualClock(1_700_000_000_000_000_000))
    session = assemble_live(
        file,
        folder / "live",
        (),
        ground=ground,
        lines=Lines(standard_input=False, socket_path=None),
        control_names=str,
    )
    session.close("test")
    return folder / "live", ground


def test_a_session_that_does_not_run_is_opened_and_its_venues_are_asked(tmp_path: Path) -> None:
    kept, ground = a_live_session(tmp_path)
    before = report_of(kept)
    assert [venue.answered for venue in before.venues.values()] == [0, 0]
    code = reconcile_session(kept, socket_path=None, by="ann", as_json=True, ground=ground)
    assert code == 0
    after = report_of(kept)
    assert [venue.answered for venue in after.venues.values()] == [1, 1]


def test_a_session_that_runs_says_how_it_is_asked(tmp_path: Path, capsys: Said) -> None:
    kept, ground = a_live_session(tmp_path)
    writer = JournalWriter.open(kept, code_version="test")
    try:
        with pytest.raises(JournalLocked, match="--socket PATH"):
            reconcile_session(kept, socket_path=None, by="ann", as_json=True, ground=ground)
    finally:
        writer.close()
    capsys.readouterr()


def test_a_stopped_session_asks_its_exchange_in_the_other_process(
    tmp_path: Path, capsys: Said
) -> None:
    file = tmp_path / "two.toml"
    text = (EXAMPLES / "two-processes.toml").read_text()
    file.write_text(text.replace("unix:alpha.sock", f"unix:{tmp_path}/alpha.sock"))
    venue = command("venue", "serve", file, "--venue", "alpha", "--dir", tmp_path / "alpha")
    server = subprocess.Popen(
        venue, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline(), "the exchange said nothing"
        out = tmp_path / "session"
        assert ran("run", file, "--live", "--out", out).returncode == 0
        assert main(["reconcile", str(out), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["silent"], told["remark"]) == ([], "Every venue was asked now.")
        assert told["venues"][0]["answered"] >= 1
    finally:
        server.kill()
        server.communicate()
    # What did not answer was not compared, and a program must not take that for equal.
    assert main(["reconcile", str(out), "--wait", "1"]) == 4
    assert "NOT COMPARED NOW: alpha did not answer" in capsys.readouterr().out
    assert main(["reconcile", str(out), "--socket", str(tmp_path / "nobody.sock")]) == 3
    assert "nobody.sock: nobody listens there" in capsys.readouterr().err
