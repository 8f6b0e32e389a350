"""Arming: which limits are asked about a line, under which number, and what a user's own may do."""

from typing import Any

import pytest

from controls.cases import armed, quoted
from controls.test_controls_bounds import findings_on, verdict
from interlock.controls.control import (
    ANSWERS,
    Control,
    Finding,
    answer_name,
)
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import SetLimit
from interlock.messages.definitions import Answer, Instrument, Limit, PhaseStart
from interlock.messages.events import Event
from interlock.messages.findings import findings_of
from interlock.messages.reasons import CANNOT_BE_EVALUATED, NONE, USER_CONTROL
from interlock.messages.terms import (
    ALLOW,
    AMEND,
    BUY,
    CONTINUOUS,
    HALT,
    HOLD,
    PRE_OPEN,
    REFUSE,
    WARN,
)
from worlds import World, opening

MINE = "mine"


def own(control: Any) -> World:
    """A world with one control of a user's own."""
    world = World(opening(), {MINE: control})
    world.say(SetLimit(Limit(MINE, "firm", {"eight": 8}), "risk"))
    world.quote()
    return world


class Saying(Control):
    """Says eight and ten, where the ledger is handed to it."""

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        assert ledger.is_session_open
        finding.allow(self.whole("eight"), 10)


class Refusing(Control):
    """Refuses for no reason that the catalogue could have."""

    reason = NONE

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        finding.refuse(self.reason, 7, 9)


class RefusingBelow(Refusing):
    """Refuses for less than nothing."""

    reason = -1


def test_what_a_user_s_control_saw_is_kept_as_it_said_it() -> None:
    world = own(Saying)
    assert findings_on(world, world.order(), MINE) == [(ALLOW, 8, 10)]


@pytest.mark.parametrize("control", [Refusing, RefusingBelow])
def test_a_refusal_without_a_reason_is_given_one(control: type[Control]) -> None:
    world = own(control)
    events = world.order()
    assert findings_on(world, events, MINE) == [(REFUSE, 7, 9)]
    assert verdict(events).reason == USER_CONTROL


@pytest.mark.parametrize("field", ["replaces", "instrument", "position", "venue", "market"])
def test_a_control_that_takes_something_away_from_an_order_refuses_it(field: str) -> None:
    class Taking(Control):
        """Takes one thing away from what it judges, or gives it one."""

        def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
            finding.allow(1, 1)
            order = next(iter(ledger.orders.open.values()))
            setattr(proposal, field, order if field == "replaces" else None)

    taking = World(opening(), {MINE: Taking})
    taking.quote()
    taking.order(BUY, 1, 9_950)
    taking.say(SetLimit(Limit(MINE, "firm", {}), "risk"))
    events = taking.order()
    assert findings_on(taking, events, MINE) == [(REFUSE, 0, 0)]
    assert verdict(events).reason == CANNOT_BE_EVALUATED


def test_a_limit_that_cannot_be_made_refuses_under_its_own_number() -> None:
    world = quoted()
    broken = Limit("decision_quantity", "firm", {}, "COIN")
    world.say(SetLimit(broken, "risk"))
    number = next(
        place
        for place, entry in enumerate(world.ledger.limits.limits)
        if entry.control == broken.control
    )
    found = [one for one in findings_of(verdict(world.order())) if one.limit == number]
    assert [(one.severity, one.observed, one.bound) for one in found] == [(REFUSE, 0, 0)]
    assert found[0].reason == CANNOT_BE_EVALUATED


def test_limits_of_other_phases_are_passed_over_and_those_after_them_asked() -> None:
    phases = (PhaseStart(0, CONTINUOUS),)
    coin = Instrument("COIN", "USD", 2, 2, 1, 0, 1, phases=phases)
    world = World(opening(instruments=(coin,)))
    world.quote()
    for quantity, when in ((1, (PRE_OPEN,)), (5, (CONTINUOUS,)), (50, (CONTINUOUS, PRE_OPEN))):
        limit = Limit("order_quantity", "account:main", {"quantity_max": quantity}, "COIN",
                      phases=when)  # fmt: skip
        world.say(SetLimit(limit, "risk"))
    world.say(armed("decision_quantity", instrument="COIN", quantity_max=60))

    def bounds(events: list[Event], control: str) -> list[int]:
        return [bound for _, _, bound in findings_on(world, events, control)]

    events = world.order(BUY, 5)
    assert verdict(events).reason == NONE
    assert bounds(events, "order_quantity") == [100, 5, 50]
    assert bounds(events, "decision_quantity") == [60]
    assert verdict(world.order(BUY, 6)).severity == REFUSE


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (Answer(WARN), "warn"),
        (Answer(AMEND), "amend"),
        (Answer(HOLD, 0), "soft"),
        (Answer(HOLD, 1), "hold"),
        (Answer(HOLD, 2), "hold"),
        (Answer(REFUSE), "refuse"),
        (Answer(HALT), "halt"),
        (Answer(ALLOW), ""),
        (Answer(9), ""),
    ],
)
def test_an_answer_is_called_what_a_session_file_calls_it(answer: Answer, name: str) -> None:
    assert answer_name(answer) == name
    assert HOLD not in ANSWERS
