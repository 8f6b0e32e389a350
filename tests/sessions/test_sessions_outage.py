"""An outage under load, from its beginning to where nothing is left of it, with nobody's help."""

from pathlib import Path

import pytest

from interlock.cli import main
from interlock.journal.reader import JournalReader
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared, OrderFilled, OrderUnknown
from interlock.messages.terms import UNKNOWN
from interlock.messages.venues import DOWN, HEALTHY, VenueMoved
from interlock.sessions import run_recorded
from sessions.outages import END_S, OUTAGE_S, outage_text

NS = 10**9
RECOVERED_S = 12
"""Within this time after the venue is back, goodput is what it is without an outage."""

WAYS = ('kind = "disconnect"', 'kind = "submit_down"', 'kind = "slow", delay_ms = 3_000')


def ran(folder: Path, fault: str) -> list[Entry]:
    session = folder / "session.toml"
    session.write_text(outage_text(fault), encoding="utf-8")
    kept = folder / "kept"
    assert run_recorded(session, (), kept, snapshot_every=None, as_json=True) == 0
    assert main(["replay", str(kept), "--json"]) == 0
    return [entry for _, entry in JournalReader(kept).entries()]


def filled_after(entries: list[Entry], seconds: int) -> int:
    """Lots that traded of the steady source's orders, from a moment on."""
    start_ns = entries[0].time_ns
    steady: dict[int, None] = {}
    lots = 0
    for entry in entries:
        for event in entry.events:
            if isinstance(event, OrderCleared) and event.source == "momentum":
                steady[event.order] = None
            elif isinstance(event, OrderFilled) and event.order in steady:
                lots += event.quantity * (entry.time_ns - start_ns >= seconds * NS)
    return lots


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    return ran(tmp_path_factory.mktemp("calm"), "")


@pytest.mark.parametrize("fault", WAYS)
def test_goodput_is_back_within_the_stated_time_with_nobodys_help(
    fault: str, calm: list[Entry], tmp_path: Path
) -> None:
    entries = ran(tmp_path, fault)
    begin, end = OUTAGE_S
    settled = end + RECOVERED_S
    assert settled + 10 <= END_S
    usual = filled_after(calm, settled)
    assert usual > 200
    assert filled_after(entries, settled) * 100 >= usual * 95
    start_ns = entries[0].time_ns
    moves = [
        (entry.time_ns - start_ns, event.state)
        for entry in entries
        for event in entry.events
        if isinstance(event, VenueMoved) and event.venue == "alpha"
    ]
    down_ns = next(when for when, state in moves if state == DOWN)
    assert begin * NS <= down_ns < (begin + 2) * NS
    assert moves[-1][1] == HEALTHY
    # Nothing is sent to a venue that is down, and what it caught has an end by now.
    unknown = {
        event.order
        for entry in entries
        for event in entry.events
        if isinstance(event, OrderUnknown)
    }
    assert all(not _is_unknown_at_the_end(entries, order) for order in unknown)


def _is_unknown_at_the_end(entries: list[Entry], order: int) -> bool:
    last = UNKNOWN
    for entry in entries:
        for event in entry.events:
            if getattr(event, "order", 0) == order:
                last = UNKNOWN if isinstance(event, OrderUnknown) else 0
    return last == UNKNOWN
