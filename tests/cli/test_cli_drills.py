"""`interlock drills`: failures of the past, with the controls that answer them and without."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.review.drill import Result
from interlock.review.drills import DRILLS
from interlock.terminal.drills import print_drills


def test_a_drill_is_run_and_said_with_both_harms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drills", "d15", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stages"], told["passed"]) == (4, 4)
    (drill,) = told["drills"]
    assert drill["drill"] == "D15"
    first = drill["stages"][0]
    assert first["control"] == "intent"
    assert (first["harm_with"], first["harm_without"]) == ("0.00", "299,990.00")
    assert first["passed"] is True
    assert main(["drills", "D15"]) == 0
    text = capsys.readouterr().out
    assert "intent C02" in text
    assert "4 of 4 passed." in text


def test_the_facts_are_told_with_their_source_and_nothing_is_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["drills", "--facts"]) == 0
    text = capsys.readouterr().out
    assert all(drill.title in text for drill in DRILLS.values())
    assert "34-70694" in text
    assert main(["drills", "D1", "--facts", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["scale"].startswith("1:1,000")


def test_sessions_that_are_kept_can_be_asked_why_and_stepped_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "drills"
    assert main(["drills", "D7", "--out", str(out)]) == 0
    assert "Kept under" in capsys.readouterr().out
    kept = sorted(path.name for path in out.iterdir())
    assert kept == [
        "D7-with-daily_quantity",
        "D7-with-order_quantity",
        "D7-with-volume_share",
        "D7-without-any",
    ]
    assert main(["replay", str(out / "D7-with-volume_share")]) == 0
    assert main(["why", str(out / "D7-without-any"), "13-1"]) == 0
    capsys.readouterr()
    assert main(["drills", "D7", "--out", str(out)]) == 4
    assert "is there already; give --out another" in capsys.readouterr().err


def test_what_is_no_drill_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["drills", "D99"])
    assert ended.value.code == 2
    assert "must be one of D1, D2, D3" in capsys.readouterr().err


def test_a_drill_that_does_not_pass_is_said_and_ends_with_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    drill = DRILLS["D15"]
    stage = replace(drill.stages[0], harm_max=-1)
    failed = Result(drill, stage, 0, drill.harm_min, True)
    assert print_drills([(drill, [failed])], None, as_json=False) == 1
    text = capsys.readouterr().out
    assert "NO" in text
    assert "0 of 1 passed." in text
