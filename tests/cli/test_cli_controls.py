"""`interlock controls`: the catalogue, what is armed, what is no limit, what was triggered."""

import json
from pathlib import Path

import pytest

from interlock.cli import main
from interlock.controls.catalogue import CATALOGUE
from interlock.controls.rows import ROWS
from interlock.controls.rules import RULES

ROOT = Path(__file__).parents[2]
EVERY = ROOT / "examples" / "every-control.toml"
LATER = "2026-01-06"


def shorter(text: str) -> str:
    return text.replace("duration_s = 120", "duration_s = 30")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short session under every control, in which people are asked about every order."""
    folder = tmp_path_factory.mktemp("controls")
    path = folder / "session.toml"
    text = EVERY.read_text().replace('quantity_max = "5.00"', 'quantity_max = "0.01"')
    path.write_text(shorter(text))
    assert main(["run", str(path), "--out", str(folder / "session"), "--json"]) == 0
    return folder / "session"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    capsys.readouterr()
    main(["controls", *arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def test_the_catalogue_is_printed_from_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    rows = said(capsys)
    assert isinstance(rows, list)
    assert [row["control"] for row in rows if not row["is_rule"]] == [k.name for k in CATALOGUE]
    assert len([row for row in rows if row["is_rule"]]) == len(RULES)
    assert main(["controls"]) == 0
    text = capsys.readouterr().out
    for kind in CATALOGUE:
        assert f"{kind.name} {kind.row}" in text, kind.name


def test_every_row_is_answered_by_the_session_that_arms_every_control(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = said(capsys, "--coverage", str(EVERY))
    assert isinstance(rows, list)
    assert [row["row"] for row in rows] == list(ROWS)
    # What it trades is open all day: there are no phases to have sizes for.
    assert [row["row"] for row in rows if not row["armed"]] == ["C04"]


def test_what_a_session_does_not_arm_is_said_with_what_could(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = said(capsys, "--coverage", str(ROOT / "examples" / "binance-spot.toml"))
    assert isinstance(rows, list)
    bare = {row["row"]: row["could"] for row in rows if not row["armed"]}
    assert bare["C22"] == ["self_match", "source_conflict"]
    assert "C03" not in bare
    assert main(["controls", "--coverage", str(EVERY)]) == 0
    assert f"{len(ROWS) - 1} of {len(ROWS)} rows are answered" in capsys.readouterr().out


def test_a_session_without_anything_to_look_at_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["controls", "lint", str(EVERY), "--today", LATER]) == 0
    assert capsys.readouterr().out == "nothing to look at\n"


def test_reviews_that_are_missing_or_too_long_ago_are_found(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "session.toml"
    path.write_text(EVERY.read_text().replace('reviewed = "2026-01-05"\n', "", 1))
    assert main(["controls", "lint", str(path), "--today", LATER]) == 1
    assert "review: restricted_list on source:momentum: does not say" in capsys.readouterr().out
    found = said(capsys, "lint", str(EVERY), "--today", "2026-02-05", "--within", "30")
    assert isinstance(found, dict)
    assert {one["kind"] for one in found["findings"]} == {"review"}
    assert "31 days ago, at most 30" in found["findings"][0]["text"]


def test_limits_that_were_never_near_and_controls_that_never_spoke_are_found(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, session = tmp_path / "session.toml", tmp_path / "session"
    loose = EVERY.read_text().replace('quantity_max = "20.00"', 'quantity_max = "9000.00"')
    path.write_text(shorter(loose))
    assert main(["run", str(path), "--out", str(session), "--json"]) == 0
    found = said(capsys, "lint", str(path), str(session), "--today", LATER)
    assert isinstance(found, dict)
    kinds = {(one["kind"], one["where"].split(" ")[0]) for one in found["findings"]}
    assert {("loose", "order_quantity"), ("volume", "order_quantity")} <= kinds
    assert ("silent", "market_data") in kinds


def test_the_report_counts_by_control_source_and_release(
    capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    told = said(capsys, "report", str(kept))
    assert isinstance(told, dict)
    rows = {row["control"]: row for row in told["rows"]}
    assert set(rows) >= {kind.name for kind in CATALOGUE}
    held = rows["order_quantity"]
    assert (held["source"], held["release"]) == ("momentum", "spring")
    assert held["held"] > 0
    assert held["overridden"] == 0
    assert told["decisions"] > 0
    assert main(["controls", "report", str(kept)]) == 0
    assert "never spoke" in capsys.readouterr().out


def test_the_report_is_one_page_that_needs_nothing_beside_it(
    capsys: pytest.CaptureFixture[str], kept: Path
) -> None:
    capsys.readouterr()
    assert main(["controls", "report", str(kept), "--html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "<td>order_quantity</td>" in page
    for outside in ("http:", "https:", "src=", "<script", "@import"):
        assert outside not in page


def test_a_journal_that_is_not_there_is_said_to_be_missing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["controls", "report", str(tmp_path)]) == 3
    assert "no session is kept there" in capsys.readouterr().err
    assert main(["controls", "--coverage", str(tmp_path / "no.toml")]) == 3
    with pytest.raises(SystemExit):
        main(["controls", "lint", str(EVERY), "--today", "yesterday"])
    assert "must be a day" in capsys.readouterr().err
