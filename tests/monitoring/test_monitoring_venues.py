"""Venues and runbooks: what a reader of the journal sees, and that every way to fail has a page."""

from pathlib import Path

import pytest

from house.checkout import ROOT
from interlock.cli import main
from interlock.messages import venue_reasons
from interlock.messages.reasons import REASONS
from interlock.monitoring.failure_classes import BY_NAME, CLASSES, class_of
from interlock.monitoring.runbooks import page_name
from interlock.monitoring.venues import venue_views
from interlock.sessions import run_recorded
from sessions.walks import document


def test_every_class_has_a_detector_an_action_moves_a_runbook_and_a_drill() -> None:
    assert len(BY_NAME) == len(CLASSES)
    for found in CLASSES:
        assert found.what
        assert found.detector
        assert found.automatic
        assert found.moves
        assert found.never
        assert (ROOT / found.drill).is_file(), found.drill
        assert all(code in REASONS for code in found.reasons)
        page = (ROOT / "docs" / "runbooks" / page_name(found)).read_text(encoding="utf-8")
        assert all(move in page for move in found.moves)


def test_every_reason_of_venues_but_that_all_is_well_stands_in_a_class() -> None:
    codes = [code for code, _, _ in venue_reasons.VENUE_MEANINGS]
    orphans = [code for code in codes if class_of(code) is None]
    assert orphans == [venue_reasons.VENUE_ANSWERING]


def test_runbooks_are_listed_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbook"]) == 0
    assert "DISCONNECT" in capsys.readouterr().out
    assert main(["runbook", "disconnect"]) == 0
    assert "**Never** sending an order again" in capsys.readouterr().out
    assert main(["runbook", "THROTTLE", "--json"]) == 0
    assert '"VENUE_PAUSED"' in capsys.readouterr().out
    assert main(["runbook", "--json"]) == 0
    assert main(["runbook", "sunspots"]) == 3


def outage(path: Path) -> Path:
    """The demonstration with a disconnect and a throttling venue."""
    text = (ROOT / "src" / "interlock" / "examples" / "demo.toml").read_text(encoding="utf-8")
    guarded = """publish_interval_us = 10_000
in_flight_max = 64
health = { slow_ms = 50, frozen_ms = 2_000, settle_ms = 1_000, answer_ms = 500 }
rates = [{ name = "orders", weight_max = 300, window_s = 10 }]
faults = [
    { kind = "disconnect", from_ms = 5_000, for_ms = 5_000 },
    { kind = "throttle", from_ms = 18_000, for_ms = 3_000, delay_ms = 500, count_max = 20 },
]

"""
    text = text.replace("publish_interval_us = 10_000\n\n", guarded, 1)
    session = path / "outage.toml"
    session.write_text(text.replace("duration_s = 1_800", "duration_s = 30"), encoding="utf-8")
    return session


def test_an_outage_is_seen_from_its_beginning_to_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    assert run_recorded(outage(tmp_path), (), kept, snapshot_every=None, as_json=True) == 0
    assert document(capsys.readouterr().out)["venue_moves"]
    alpha = next(view for view in venue_views(kept) if view.venue == "alpha")
    assert [move.state for move in alpha.moves] == [
        "down", "cancel_only", "degraded", "healthy", "degraded", "healthy",
    ]  # fmt: skip
    assert alpha.state == "healthy"
    assert alpha.moves[0].runbook == "DISCONNECT"
    assert alpha.throttles > 0
    # It took no orders while it was away and until it had settled, and no longer.
    assert 5 * 10**9 < alpha.down_ns < 7 * 10**9
    assert main(["venues", str(kept)]) == 0
    assert "interlock runbook DISCONNECT" in capsys.readouterr().out
    assert main(["account", str(kept)]) == 0
    assert "Venue: alpha down: VENUE_DISCONNECTED by watch" in capsys.readouterr().out
    assert main(["replay", str(kept)]) == 0
