"""Law 5: every control runs and every finding is kept; the verdict is the most severe."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.controls import rules
from interlock.messages.commands import SetLimit
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.definitions import Answer, Limit
from interlock.messages.events import DecisionJudged, Event, OrderCleared
from interlock.messages.findings import findings_of
from interlock.messages.reasons import (
    INSTRUMENT_RESTRICTED,
    NONE,
    PRICE_OUTSIDE_COLLAR,
    QUANTITY_ABOVE_ORDER_LIMIT,
    RELEASE_NOT_ACTIVE,
    SOURCE_NOT_AUTHORISED,
    USER_CONTROL,
    VALUE_ABOVE_ORDER_LIMIT,
)
from interlock.messages.terms import ALLOW, AMEND, BUY, HALT, HOLD, REFUSE, WARN
from worlds import World, limit

OF_THE_DECISION = (
    -rules.AUTHORISED_SOURCE, -rules.PLANNED, -rules.ADMISSION, -rules.ACTIVE_RELEASE,
    -rules.DUPLICATE, -rules.EXPIRY,
)  # fmt: skip
OF_A_LINE = (
    -rules.INSTRUMENT, -rules.ROUTE, -rules.PLANNED, -rules.PHASE, -rules.HALTS, -rules.REDUCING,
    -rules.LIMITS_PRESENT,
)  # fmt: skip


def verdict(events: list[Event]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def findings(judged: DecisionJudged) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Severity, observed and bound by line and control."""
    rows = findings_of(judged)
    found = {(row.line, row.limit): (row.severity, row.observed, row.bound) for row in rows}
    assert len(found) == len(rows), "a control was run twice"
    return found


class Says:
    """A user's control that says what it was made to."""

    def __init__(self, limit: Limit) -> None:
        self.severity, self.reason = limit.parameters["severity"], limit.parameters["reason"]

    def judge(self, proposal: Any, ledger: Any, finding: Any) -> None:
        finding.allow(3, 4)
        finding.severity, finding.reason = self.severity, self.reason


def test_a_pass_keeps_a_finding_for_every_rule_and_every_limit() -> None:
    world = World()
    world.quote()
    found = findings(verdict(world.order()))
    numbers = range(len(world.ledger.limits.limits))
    assert set(found) == {(-1, rule) for rule in OF_THE_DECISION} | {
        (0, control) for control in (*OF_A_LINE, *numbers)
    }
    assert {severity for severity, _, _ in found.values()} == {ALLOW}


def test_a_refusal_keeps_the_same_findings_as_a_pass() -> None:
    world = World()
    world.quote()
    passed = findings(verdict(world.order()))
    refused = findings(verdict(world.order(quantity=10**9, price=10**9, source="nobody")))
    assert set(refused) == set(passed)


def test_every_line_of_a_basket_has_findings_of_its_own() -> None:
    world = World()
    world.quote()
    world.quote(instrument="GOLD")
    terms = Terms(price=10_000, venue="alpha")
    lines = (OrderQuantity("COIN", BUY, 5, terms), OrderQuantity("GOLD", BUY, 500, terms))
    found = findings(verdict(world.decide(Basket(lines))))
    assert {line for line, _ in found} == {-1, 0, 1}
    assert [
        severity for (line, _), (severity, _, _) in found.items() if line == 0 and severity
    ] == []


def test_a_finding_says_what_was_observed_and_what_is_allowed() -> None:
    world = World()
    world.quote()
    number = [entry.control for entry in world.ledger.limits.limits].index("order_quantity")
    assert findings(verdict(world.order(quantity=7)))[0, number] == (ALLOW, 7, 100)
    assert findings(verdict(world.order(quantity=101)))[0, number] == (REFUSE, 101, 100)


PRECEDENCE = (
    (SOURCE_NOT_AUTHORISED, {"source": "nobody"}),
    (RELEASE_NOT_ACTIVE, {"epoch": 9}),
    (INSTRUMENT_RESTRICTED, {"restricted": True}),
    (PRICE_OUTSIDE_COLLAR, {"price": 11_000}),
    (QUANTITY_ABOVE_ORDER_LIMIT, {"quantity": 101}),
    (VALUE_ABOVE_ORDER_LIMIT, {"valued": True}),
)


@given(st.sets(st.integers(0, len(PRECEDENCE) - 1), min_size=1))
def test_of_several_refusals_the_reason_that_stands_first_is_given(wrong: set[int]) -> None:
    world = World()
    world.quote()
    fields: dict[str, Any] = {}
    for place in wrong:
        fields |= PRECEDENCE[place][1]
    if fields.pop("restricted", False):
        world.say(limit("restricted_list", instruments=("COIN",)))
    if fields.pop("valued", False):
        world.say(limit("order_value", value_max=1))
    judged = verdict(world.order(**fields))
    assert judged.reason == PRECEDENCE[min(wrong)][0]
    assert sum(severity == REFUSE for severity, _, _ in findings(judged).values()) >= len(wrong)


SEVERITIES = (ALLOW, WARN, AMEND, HOLD, REFUSE, HALT)


def says(name: str, parameters: dict[str, int | tuple[str, ...]]) -> Limit:
    """A limit of a user's control; one that holds says how."""
    if parameters["severity"] == HOLD:
        return Limit(name, "firm", parameters, answer=Answer(HOLD, 1, 60_000_000_000, 10))
    return Limit(name, "firm", parameters)


def test_a_control_that_holds_without_a_limit_that_says_how_refuses() -> None:
    world = World(user_controls={"says": Says})
    world.say(SetLimit(Limit("says", "firm", {"severity": HOLD, "reason": NONE}), "risk"))
    world.quote()
    assert verdict(world.order()).severity == REFUSE


@given(st.lists(st.sampled_from(SEVERITIES), max_size=5))
def test_the_verdict_is_the_most_severe_finding(severities: list[int]) -> None:
    world = World(user_controls={f"says{place}": Says for place in range(len(severities))})
    for place, severity in enumerate(severities):
        parameters = {"severity": severity, "reason": 700 + place if severity else NONE}
        world.say(SetLimit(says(f"says{place}", parameters), "risk"))
    world.quote()
    events = world.order()
    judged, worst = verdict(events), max(severities, default=ALLOW)
    assert judged.severity == worst
    if worst:
        assert judged.reason == 700 + severities.index(worst)
    assert any(isinstance(event, OrderCleared) for event in events) == (worst < HOLD)


@pytest.mark.parametrize("severity", [HOLD, REFUSE, HALT])
def test_what_is_held_or_refused_leads_to_no_order(severity: int) -> None:
    world = World(user_controls={"says": Says})
    world.say(SetLimit(says("says", {"severity": severity, "reason": NONE}), "risk"))
    world.quote()
    judged = verdict(world.order())
    assert (judged.severity, judged.reason) == (severity, USER_CONTROL)
    assert not world.ledger.orders.open
