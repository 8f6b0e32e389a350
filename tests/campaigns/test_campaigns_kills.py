"""The short form of the campaign that `make soak` runs: real processes, really killed."""

import json
import subprocess
import sys
from typing import Any

import pytest

from house.checkout import ROOT
from sessions.walks import environment

SCRIPT = ROOT / "bench" / "campaigns" / "kills.py"


def figures_of(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.parametrize(
    ("engine", "venue", "more"),
    [(5, 2, ()), (1, 1, ("--fault-seed", "5", "--cancels"))],
    ids=["a faultless venue", "a venue with faults"],
)
def test_kills_of_engine_and_venue_lose_nothing_and_double_nothing(
    engine: int, venue: int, more: tuple[str, ...]
) -> None:
    figures = figures_of("--engine", str(engine), "--venue", str(venue), "--seed", "11", *more)
    assert figures["wrong"] == []
    assert (figures["engine_kills"], figures["venue_kills"]) == (engine, venue)
    assert figures["decisions_acknowledged"] > 20
    assert figures["executions"] == figures["executions_of_ours"] > 0
