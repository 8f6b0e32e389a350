"""`interlock venue serve`, and a session that runs against it, as a user starts them."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from house.checkout import ROOT
from interlock.cli import main
from sessions.walks import command, environment, ran

FILE = ROOT / "examples" / "two-processes.toml"


def serving(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    whole = command(
        "venue", "serve", FILE, "--venue", "alpha", "--dir", folder / "venue", *arguments
    )
    return subprocess.Popen(
        whole,
        env=environment(),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_it_says_where_it_listens_and_goes_on_where_its_record_ends(tmp_path: Path) -> None:
    for _ in range(2):
        process = serving(tmp_path, "--port", "0", "--json")
        assert process.stdout is not None
        told: dict[str, Any] = {}
        text = b""
        while not told:
            text += process.stdout.readline()
            told = json.loads(text) if text.count(b"{") == text.count(b"}") else {}
        assert told["venue"] == "alpha"
        assert told["address"].startswith("127.0.0.1:")
        assert not told["address"].endswith(":0")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, b"")


def test_a_second_server_on_one_record_is_refused(tmp_path: Path) -> None:
    first = serving(tmp_path, "--port", "0")
    assert first.stderr is not None
    assert b"Serving alpha" in first.stderr.readline()
    second = ran(
        "venue", "serve", FILE, "--venue", "alpha", "--dir", tmp_path / "venue", "--port", "0"
    )
    first.kill()
    first.communicate()
    assert second.returncode == 4
    assert b"another process holds this record" in second.stderr


def test_the_socket_that_a_killed_server_left_behind_is_taken_over(tmp_path: Path) -> None:
    for _ in range(2):
        process = serving(tmp_path)
        assert process.stderr is not None
        assert b"Serving alpha on unix:alpha.sock" in process.stderr.readline()
        process.kill()
        process.communicate()
    assert (tmp_path / "alpha.sock").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--venue", "gamma"], 3, "venue gamma is not in the file, must be one of alpha"),
        (["--venue", "alpha", "--faults", "missing.toml"], 3, "missing.toml"),
    ],
)
def test_what_cannot_be_served_says_why(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    folder = str(tmp_path / "venue")
    assert main(["venue", "serve", str(FILE), "--dir", folder, *arguments]) == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "venue").exists()


def test_mistakes_in_a_script_of_faults_are_printed_with_their_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[faults]]\nkind = "slow"\n')
    whole = ["venue", "serve", str(FILE), "--venue", "alpha", "--dir", str(tmp_path / "v")]
    assert main([*whole, "--faults", str(script)]) == 1
    told = capsys.readouterr()
    assert "faults.toml:2" in told.out + told.err
    assert "slow: needs a delay" in told.out + told.err


def test_a_recorded_venue_is_not_hosted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(ROOT / "examples" / "binance-spot.toml")
    name = next(
        line.split('"')[1]
        for line in Path(file).read_text().partition("[[venues]]")[2].splitlines()
        if line.startswith("name")
    )
    whole = ["venue", "serve", file, "--venue", name, "--dir", str(tmp_path / "v")]
    assert main([*whole, "--port", "0"]) == 3
    assert "is of kind recorded, must be exchange or remote" in capsys.readouterr().err


def test_a_venue_without_an_address_must_be_given_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = str(ROOT / "src" / "interlock" / "examples" / "demo.toml")
    whole = ["venue", "serve", demo, "--venue", "beta", "--dir", str(tmp_path / "v")]
    assert main(whole) == 2
    assert "name --socket or --port" in capsys.readouterr().err


def test_a_session_in_market_time_does_not_trade_at_a_remote_venue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(FILE), "--out", str(tmp_path / "s")]) == 4
    assert "venue alpha: is a process of its own" in capsys.readouterr().err
    assert not (tmp_path / "s" / "JOURNAL").exists()
