"""`interlock quality` on a real session: its parts add up, its files agree with it, and its page
needs nobody."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from interlock.cli import main
from interlock.feedback.grouping import DIMENSIONS
from interlock.feedback.measures import MEASURES
from interlock.journal.reader import JournalReader
from interlock.messages.events import OrderCleared, OrderFilled
from interlock.terminal.plots import Point, Series, curves, waterfall
from sessions.walks import document, short_demo

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quality")
    assert main(["run", str(short_demo(folder, 30)), "--out", str(folder / "s"), "--json"]) == 0
    return folder / "s"


def measured(session: Path, said: Said, *more: str) -> dict[str, Any]:
    said.readouterr()
    by = [part for name in DIMENSIONS if name != "all" for part in ("--by", name)]
    assert main(["quality", str(session), *more, "--json", *by]) == 0
    return document(said.readouterr().out)


def test_every_order_and_fill_of_the_journal_is_in_the_report(session: Path, capsys: Said) -> None:
    events = [event for _, entry in JournalReader(session).entries() for event in entry.events]
    report = measured(session, capsys)
    (group,) = report["groups"]["all"]
    assert group["orders"] == sum(isinstance(event, OrderCleared) for event in events) > 50
    assert group["fills"] == sum(isinstance(event, OrderFilled) for event in events) > 50
    assert sum(group["endings"].values()) == group["orders"]
    assert report["contradictions_found"] == 0


def test_the_parts_add_up_and_every_dimension_holds_the_whole(session: Path, capsys: Said) -> None:
    report = measured(session, capsys)
    (whole,) = report["groups"]["all"]
    parts = dict(whole["shortfall_minor"])
    assert parts.pop("total") == sum(parts.values())
    for dimension in DIMENSIONS:
        groups = report["groups"][dimension]
        assert sum(group["orders"] for group in groups) == whole["orders"], dimension
        total = sum(group["shortfall_minor"]["total"] for group in groups)
        assert total == whole["shortfall_minor"]["total"], dimension


def test_the_tables_say_what_the_report_says(session: Path, tmp_path: Path, capsys: Said) -> None:
    report = measured(session, capsys, "--parquet", str(tmp_path / "tables"))
    (whole,) = report["groups"]["all"]
    connection = duckdb.connect()
    found = connection.execute(
        'select count(*), sum(total_twice), sum(fees_twice), sum(filled), count(distinct "order")'
        f" from '{tmp_path}/tables/orders.parquet'"
    ).fetchone()
    assert found is not None
    assert found[0] == found[4] == whole["orders"]
    assert found[1] / 2 == whole["shortfall_minor"]["total"]
    assert found[2] / 2 == whole["shortfall_minor"]["fees"]
    fills = connection.execute(
        f"select count(*), sum(quantity) from '{tmp_path}/tables/fills.parquet'"
    ).fetchone()
    assert fills == (whole["fills"], found[3])
    lines = connection.execute(
        f"select count(*) from '{tmp_path}/tables/decisions.parquet'"
    ).fetchone()
    assert lines == (sum(release["lines"] for release in report["releases"]),)
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == [
        "decisions.parquet",
        "fills.parquet",
        "orders.parquet",
    ]


def test_two_sessions_are_measured_as_one(session: Path, capsys: Said) -> None:
    once = measured(session, capsys)
    twice = measured(session, capsys, str(session))
    assert twice["actions"] == 2 * once["actions"]
    total = once["groups"]["all"][0]["shortfall_minor"]["total"]
    assert twice["groups"]["all"][0]["shortfall_minor"]["total"] == 2 * total


def test_the_page_needs_no_network_and_defines_every_figure(
    session: Path, tmp_path: Path, capsys: Said
) -> None:
    file = tmp_path / "quality.html"
    assert main(["quality", str(session), "--html", str(file)]) == 0
    assert "Written: the report in" in capsys.readouterr().out
    text = file.read_text()
    assert not re.search(r"(src|href)=|https?://|<script|@import|url\(", text)
    assert text.count("<svg") > len(DIMENSIONS)
    for found in MEASURES:
        assert found.meaning.split(".")[0].replace("'", "&#x27;") in text, found.name


def test_people_read_where_the_money_went(session: Path, capsys: Said) -> None:
    assert main(["quality", str(session), "--by", "venue"]) == 0
    said = capsys.readouterr().out
    for word in ("delay", "opportunity", "total", "Markouts in bp", "By venue", "alpha", "beta"):
        assert word in said


def test_owed_lists_the_orders_that_still_work_when_it_ends(session: Path, capsys: Said) -> None:
    report = measured(session, capsys)
    owing = report["actions"] - report["measured"]
    capsys.readouterr()
    alarm = report["coverage_bps"] < 9_500
    assert main(["quality", str(session), "--owed", "--json"]) == int(alarm)
    owed = document(capsys.readouterr().out)
    assert owed["owed_found"] == owing == len(owed["owed"])
    assert main(["quality", str(session), "--owed"]) == int(alarm)
    assert "have a measured outcome" in capsys.readouterr().out


def test_a_dimension_that_there_is_not_is_named(session: Path, capsys: Said) -> None:
    with pytest.raises(SystemExit):
        main(["quality", str(session), "--by", "weather"])
    assert "was 'weather', must be one of all, source" in capsys.readouterr().err


def test_a_folder_without_a_session_is_said(tmp_path: Path, capsys: Said) -> None:
    assert main(["quality", str(tmp_path)]) == 3
    assert "no session is kept there" in capsys.readouterr().err


def test_hostile_names_do_not_become_markup() -> None:
    drawn = curves([Series("<b>x", [Point("<i>", 1.0, 0.5, 1.5)])], "bp")
    drawn += waterfall([("<u>", 1.0)], "bp")
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "<u>" not in drawn
