"""Limits in a running session: tighter at once, looser by two people, always on record."""

from typing import Any

import pytest

from interlock.controls.catalogue import CATALOGUE
from interlock.controls.control import LOOSENS, NEITHER, TIGHTENS
from interlock.kernel.limiting import CHANGES_MAX
from interlock.kernel.tightening import is_complete, is_tighter
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest
from interlock.messages.approvals import (
    ConfirmLimitChange,
    DeclineLimitChange,
    LimitChanged,
    LimitChangeProposed,
    LimitChangeRefused,
    ProposeLimitChange,
)
from interlock.messages.definitions import Answer, Limit
from interlock.messages.events import CommandRefused, DecisionJudged
from interlock.messages.reasons import (
    CHANGE_DECLINED,
    HOLDS_FULL,
    NONE,
    NOT_A_PERSON,
    NOTHING_TO_DO,
    QUANTITY_ABOVE_ORDER_LIMIT,
    SAME_PERSON,
    UNKNOWN_LIMIT,
)
from interlock.messages.terms import AMEND, HALT, HOLD, WARN
from worlds import World, armed


def quoted() -> World:
    world = World()
    world.quote()
    return world


def propose(world: World, by: str = "ann", **parameters: Any) -> list[Any]:
    return world.say(ProposeLimitChange(armed("order_quantity", **parameters), by, "because"))


def verdict(world: World, quantity: int) -> int:
    events = world.order(quantity=quantity)
    return next(event.reason for event in events if isinstance(event, DecisionJudged))


def test_a_tighter_limit_holds_from_the_command_that_set_it() -> None:
    world = quoted()
    assert verdict(world, 60) == NONE
    (changed,) = propose(world, quantity_max=50)
    assert isinstance(changed, LimitChanged)
    assert (changed.by, changed.confirmed_by, changed.text) == ("ann", "", "because")
    assert changed.before is not None
    assert changed.before.parameters["quantity_max"] == 100
    assert changed.limit.parameters["quantity_max"] == 50
    assert (changed.limit.owner, changed.limit.reason) == ("risk", "test")
    assert verdict(world, 51) == QUANTITY_ABOVE_ORDER_LIMIT
    assert verdict(world, 50) == NONE


def test_a_looser_limit_waits_for_a_second_person() -> None:
    world = quoted()
    (proposed,) = propose(world, quantity_max=200)
    assert isinstance(proposed, LimitChangeProposed)
    change = world.sequence
    assert verdict(world, 101) == QUANTITY_ABOVE_ORDER_LIMIT
    (refused,) = world.say(ConfirmLimitChange(change, "ann", "mine"))
    assert refused.reason == SAME_PERSON
    (refused,) = world.say(ConfirmLimitChange(change, "model", "go"))
    assert refused.reason == NOT_A_PERSON
    (changed,) = world.say(ConfirmLimitChange(change, "bob", "seen"))
    assert (changed.by, changed.confirmed_by, changed.change) == ("ann", "bob", change)
    assert verdict(world, 101) == NONE
    assert not world.ledger.limits.changes


def test_a_model_may_tighten_and_never_loosen() -> None:
    world = quoted()
    (refused,) = propose(world, by="model", quantity_max=200)
    assert refused.reason == NOT_A_PERSON
    assert isinstance(propose(world, by="model", quantity_max=20)[0], LimitChanged)


def test_a_change_that_is_declined_is_gone() -> None:
    world = quoted()
    propose(world, quantity_max=200)
    change = world.sequence
    (declined,) = world.say(DeclineLimitChange(change, "ann", "a mistake"))
    assert isinstance(declined, LimitChangeRefused)
    assert declined.reason == CHANGE_DECLINED
    assert not world.ledger.limits.changes


def test_what_is_so_already_is_no_change() -> None:
    (refused,) = propose(quoted(), quantity_max=100)
    assert refused.reason == NOTHING_TO_DO


def test_no_more_changes_wait_than_may() -> None:
    world = quoted()
    for more in range(CHANGES_MAX):
        propose(world, quantity_max=101 + more)
    (refused,) = propose(world, quantity_max=500)
    assert refused.reason == HOLDS_FULL
    assert len(world.ledger.limits.changes) == CHANGES_MAX


@pytest.mark.parametrize(
    "limit",
    [
        Limit("moon_phase", "firm", {}),
        Limit("order_quantity", "firm", {"quantity_max": 0}),
        Limit("order_quantity", "firm", {"quantity_max": 5, "other": 1}),
        Limit("order_quantity", "account:nobody", {"quantity_max": 5}, "COIN"),
        Limit("order_quantity", "source:model", {"quantity_max": 5}, "LEAD"),
        Limit("order_quantity", "source:model", {"quantity_max": 5}),
        Limit("order_quantity", "planet:earth", {"quantity_max": 5}, "COIN"),
        Limit("order_value", "source:model", {"value_max": 5}),
        Limit("market_data", "firm", {"age_ms": 5}, answer=Answer(HOLD, 1, 5, 5)),
        Limit("position", "source:model", {"long_max": 5}, "COIN"),
    ],
    ids=str,
)
def test_what_is_no_limit_of_this_session_is_refused_and_changes_nothing(limit: Limit) -> None:
    world = quoted()
    before = world.ledger.limits.version
    (refused,) = world.say(ProposeLimitChange(limit, "ann", ""))
    assert refused.reason == UNKNOWN_LIMIT
    assert world.ledger.limits.version == before


def test_a_limit_more_takes_effect_at_once_unless_nothing_could_be_traded_without_it() -> None:
    world = quoted()
    more = armed("open_orders", "source:model", count_max=3)
    assert isinstance(world.say(ProposeLimitChange(more, "ann", ""))[0], LimitChanged)
    required = Limit("order_value", "source:model", {"value_max": 5}, "", "USD")
    # By itself it might be what lets an instrument be traded; beside one that covers it, never.
    assert not is_tighter(required, None)
    assert isinstance(world.say(ProposeLimitChange(required, "ann", ""))[0], LimitChanged)
    soft = armed("order_quantity", "source:model", "COIN", Answer(HOLD, 1, 5, 5))
    assert isinstance(world.say(ProposeLimitChange(soft, "ann", ""))[0], LimitChanged)


def test_what_is_left_unsaid_stays_as_it_is() -> None:
    world = quoted()
    partly = Limit("position", "firm", {"short_max": 20})
    (changed,) = world.say(ProposeLimitChange(partly, "ann", ""))
    assert changed.limit.parameters == {"long_max": 300, "short_max": 20}


def test_a_change_is_folded_like_any_event() -> None:
    world = quoted()
    propose(world, quantity_max=200)
    world.say(ConfirmLimitChange(world.sequence, "bob", "seen"))
    propose(world, quantity_max=150)
    ledger = Ledger()
    for sequence, entry in enumerate(world.entries, start=1):
        ledger.apply_fact(sequence, entry.time_ns, entry.command)
        for event in entry.events:
            ledger.apply(event)
    assert digest(ledger) == digest(world.ledger)


PARAMETERS = [(kind, parameter) for kind in CATALOGUE for parameter in kind.parameters]


@pytest.mark.parametrize(
    ("kind", "parameter"), PARAMETERS, ids=[f"{kind.name}.{each.name}" for kind, each in PARAMETERS]
)
def test_every_parameter_says_what_a_greater_value_does(kind: Any, parameter: Any) -> None:
    assert parameter.greater in (LOOSENS, TIGHTENS, NEITHER)
    if parameter.unit in ("currency", "word"):
        assert parameter.greater == NEITHER
        return
    values: dict[str, Any] = {
        each.name: ("A",) if each.unit == "symbols" else min(max(each.low, 5), each.high - 1)
        for each in kind.parameters
        if each.unit not in ("currency", "word")
    }
    values |= {each.name: each.words[:1] for each in kind.parameters if each.words}
    before = Limit(kind.name, kind.scopes[0], values, "COIN")
    assert is_complete(before)
    assert is_tighter(before, before)
    more: Any = ("A", "B") if parameter.unit == "symbols" else values[parameter.name] + 1
    after = Limit(kind.name, kind.scopes[0], {**values, parameter.name: more}, "COIN")
    assert is_tighter(after, before) == (parameter.greater == TIGHTENS)
    assert is_tighter(before, after) == (parameter.greater == LOOSENS)


@pytest.mark.parametrize("answer", [Answer(WARN), Answer(AMEND), Answer(HALT), Answer(HOLD, 1, 5)])
def test_what_a_breach_leads_to_is_not_changed_by_one_person(answer: Answer) -> None:
    before = armed("order_quantity")
    assert not is_tighter(armed("order_quantity", answer=answer), before)


def test_a_narrower_limit_under_one_that_covers_it_is_armed_at_once() -> None:
    world = quoted()
    narrow = Limit("order_quantity", "source:model", {"quantity_max": 5}, "COIN", "", "risk", "few")
    (changed,) = world.say(ProposeLimitChange(narrow, "ann", "careful"))
    assert isinstance(changed, LimitChanged)
    assert verdict(world, 6) == QUANTITY_ABOVE_ORDER_LIMIT
    assert verdict(world, 5) == NONE
    # What stands narrower covers nothing wider.
    wide = Limit("order_quantity", "account:main", {"quantity_max": 5}, "COIN", "", "risk", "few")
    assert isinstance(world.say(ProposeLimitChange(wide, "ann", ""))[0], LimitChanged)


def test_a_hold_that_stood_nowhere_says_how_long_it_holds() -> None:
    world = quoted()
    for hold_ns, kind in ((0, CommandRefused), (1, LimitChanged)):
        answer = Answer(HOLD, 1, hold_ns, 10)
        limit = armed("order_quantity", "firm", "COIN", answer, quantity_max=5)
        (event,) = world.say(ProposeLimitChange(limit, "ann", "ask me"))
        assert isinstance(event, kind)
