"""Each control at its boundary: the largest order that does not earn its reason, and the smallest
that does; and the same after a restart between the two.
"""

import pytest

from controls import cases_of_flow, cases_of_orders, cases_of_risk, cases_of_trails
from controls.cases import CASES, Case
from interlock.controls.catalogue import CATALOGUE
from interlock.controls.rules import HALTS
from interlock.kernel.invariants import audit
from interlock.kernel.step import Kernel
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import DecisionJudged, Event
from interlock.messages.findings import objections_of
from interlock.messages.reasons import DAILY_LIMIT_NEAR, NONE
from interlock.messages.terms import HOLD

# To import a table is to add it.
TABLES = (cases_of_flow, cases_of_orders, cases_of_risk, cases_of_trails)

each = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.control}: {case.name}")


def verdict(events: list[Event]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def test_every_control_of_the_catalogue_has_its_cases() -> None:
    assert len(TABLES) == 4
    assert {case.control for case in CASES} == {kind.name for kind in CATALOGUE}


def check(case: Case, restarts: bool) -> None:
    world, largest, smallest = case.story()
    passed = verdict(largest())
    assert passed.severity < HOLD, (passed.reason, passed)
    assert passed.reason in (NONE, DAILY_LIMIT_NEAR), passed
    if restarts:
        kept = decode_plain(encode(state_of(world.ledger)))
        world.kernel = Kernel(restore(kept), {})
        assert digest(world.ledger) == digest(restore(kept))
    refused = verdict(smallest())
    assert refused.severity >= HOLD
    named = {found.limit for found in objections_of(refused) if found.severity >= HOLD}
    # What stops its scope when it happens has halted it before the order came.
    named -= {-HALTS}
    armed = world.ledger.limits.limits
    assert refused.reason == case.reason, refused
    assert {armed[number].control for number in named} == {case.control}
    assert audit(world.ledger) == []


@each
def test_a_control_passes_at_its_boundary_and_not_beyond(case: Case) -> None:
    check(case, restarts=False)


@each
def test_a_restart_between_two_orders_changes_neither(case: Case) -> None:
    check(case, restarts=True)
