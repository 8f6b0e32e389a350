"""A crash at every point in the turn of every move of an order: after the restart everything is as
it would be without, and nothing was sent twice.

What left before the crash, left; what the journal has and did not leave is never sent again, which
is to everybody outside as if it had been lost on its way: so a run without crash in which just that
was lost is what the outcome must equal, to the status, the share and the cent.
"""

from functools import cache

import pytest

from crashes.stage import Crash, Stage
from crashes.ways import Edge, Way, edge_text, every_edge, every_way
from interlock.coverage.recorder import note_crash
from interlock.ledger import life
from interlock.messages.terms import ORDER_STATUSES
from interlock.testing.outcomes import Outcome
from interlock.testing.points import LOSSES, POINTS, CrashPoint, Loss

# Calls that a snapshot and a change of segment make.
SNAPSHOT_CALLS = 4
ROLL_CALLS = 15

# What the table has and quantities rule out: nothing traded leaves an order partially filled or
# filled, and something traded does not leave it working.
RULED_OUT = {
    "cleared": {
        "fill": ("working",),
        "replace": ("partially_filled", "filled"),
        "restate": ("partially_filled", "filled"),
    },
    "working": {
        "fill": ("working",),
        "replace": ("partially_filled", "filled"),
        "deny_replace": ("partially_filled", "filled"),
        "restate": ("partially_filled", "filled"),
        # A venue's denial of what it had counts only later than anything could still arrive.
        "silence": ("unknown",),
    },
    "partially_filled": {
        "silence": ("unknown",),
        "fill": ("working",),
        "replace": ("working",),
        "deny_replace": ("working", "filled"),
        "bust": ("filled",),
        "correct": ("working",),
        "restate": ("working",),
    },
    # Who is acknowledged by a fill alone is filled to that.
    "pending_cancel": {"deny_cancel": ("working",)},
    "unknown": {"fill": ("working",)},
    # The gate lets nobody replace what is filled; only a venue's story has it.
    "filled": {
        "ask_replace": ("pending_replace",),
        "replace": ("working",),
        "correct": ("working",),
    },
}


@cache
def ways() -> dict[Edge, Way]:
    return every_way()


def ruled_out(edge: Edge) -> bool:
    status, happening, after = edge
    row = RULED_OUT.get(ORDER_STATUSES[status], {})
    return ORDER_STATUSES[after] in row.get(life.HAPPENINGS[happening], ())


EDGES = [edge for edge in every_edge() if not ruled_out(edge)]


def crashes(number: int) -> list[Crash]:
    """Every point with every loss that makes a difference there. Which of the calls of a snapshot,
    a change of segment or a recovery it hits goes round with the moves."""
    loss = Loss.TORN if number % 2 else Loss.FULL
    found = [Crash(CrashPoint.P1, each) for each in LOSSES]
    found += [Crash(point) for point in POINTS[:6] if point is not CrashPoint.P1]
    found.append(Crash(CrashPoint.P6, loss, 1 + number % SNAPSHOT_CALLS))
    found.append(Crash(CrashPoint.P7, loss, 1 + number % ROLL_CALLS))
    calls = Stage(ways()[EDGES[number]]).recovery_calls(loss)
    found.append(Crash(CrashPoint.P8, loss, 1 + number % calls))
    return found


def test_every_move_of_the_table_is_tried_or_ruled_out_by_its_quantities() -> None:
    assert set(EDGES) == set(ways())
    assert {crash.point for crash in crashes(0)} == set(POINTS)


@pytest.mark.parametrize("number", range(len(EDGES)), ids=[edge_text(edge) for edge in EDGES])
def test_a_crash_anywhere_in_a_move_leaves_what_the_run_without_it_leaves(number: int) -> None:
    edge = EDGES[number]
    way = ways()[edge]
    without: dict[int, Outcome] = {}
    for crash in crashes(number):
        left, outcome = Stage(way).crashed(crash)
        if left not in without:
            without[left] = Stage(way).played(left)
        differences = outcome.differences(without[left])
        assert not differences, f"{edge_text(edge)}, crash at {crash}: {differences}"
        note_crash(crash.point.name, (edge_text(edge),))
