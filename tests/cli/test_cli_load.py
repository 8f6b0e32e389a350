"""`interlock load`: a session of its own, or one that runs, under load."""

import json
from pathlib import Path

from sessions.live import LiveProcess, session_file
from sessions.walks import ran

SHORT = ("--seconds", "0.2", "--times", "0.5", "2")


def test_a_session_of_its_own_is_run_and_every_decision_accounted_for(tmp_path: Path) -> None:
    page = tmp_path / "load.html"
    made = ran("load", session_file(tmp_path), *SHORT, "--html", page, "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["capacity_per_s"] > 0
    assert [step["load"] for step in told["steps"]] == ["0.5x", "2x"]
    for step in told["steps"]:
        refused = sum(step["refused"].values())
        assert step["taken"] + refused + step["unanswered"] == step["offered"] > 0
    assert "Goodput" in page.read_text()


def test_a_running_session_is_loaded_over_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "door"
    with LiveProcess(tmp_path, "--socket", path) as process:
        process.listening()
        file = session_file(tmp_path)
        made = ran("load", file, "--socket", path, "--rate", "100", "--seconds", "0.2")
        assert made.returncode == 0, made.stderr
        assert b"goodput" in made.stdout, made.stdout
        assert process.process.poll() is None


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    made = ran("load", tmp_path / "none.toml")
    assert made.returncode == 3
    assert b"no such session file" in made.stderr
    made = ran("load", session_file(tmp_path), "--socket", tmp_path / "nobody")
    assert made.returncode == 3
    made = ran("load", session_file(tmp_path), "--fan-out", "101")
    assert made.returncode == 2
