"""Law 4: what cannot be evaluated is refused. An instrument without limits cannot be traded."""

from typing import Any

import pytest

from interlock.controls.catalogue import CATALOGUE, REQUIRED
from interlock.messages.commands import (
    DefineAccount,
    DefineInstrument,
    DefineSource,
    ProposeDecision,
    ServeQueue,
    SetLimit,
    UpdateQuote,
)
from interlock.messages.decisions import OrderQuantity, TargetPosition, Terms
from interlock.messages.definitions import Account, Instrument, Limit, Source
from interlock.messages.events import DecisionJudged, Event
from interlock.messages.reasons import (
    CANNOT_BE_EVALUATED,
    INSTRUMENT_NOT_AUTHORISED,
    LIMIT_MISSING,
    MARK_MISSING,
    MARKET_MISSING,
    ROUTE_MISSING,
    SOURCE_NOT_AUTHORISED,
    UNKNOWN_INSTRUMENT,
    UNKNOWN_VENUE,
)
from interlock.messages.terms import ALLOW, BUY, MARKET, REFUSE
from worlds import LIMITS, SECOND, START, World, opening

BREAKS = {
    "raises": "raise RuntimeError",
    "says nothing": "pass",
    "says text": "finding.severity = 'fine'",
    "says a fraction": "finding.severity = 0.0",
    "says too much": "finding.severity = 99",
    "says too little": "finding.severity = -1",
}


def verdict(events: list[Event]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def refused(world: World, events: list[Event]) -> int:
    """The reason of a refusal after which nothing is open."""
    judged = verdict(events)
    assert judged.severity >= REFUSE, judged
    assert not world.ledger.orders.open
    return judged.reason


@pytest.mark.parametrize("name", REQUIRED)
def test_an_instrument_without_a_required_limit_cannot_be_traded(name: str) -> None:
    world = World(opening(limits=tuple(kind for kind in LIMITS if kind != name)))
    world.quote()
    assert refused(world, world.order()) == LIMIT_MISSING


def test_a_limit_of_another_instrument_is_none() -> None:
    world = World(opening(limits=tuple(kind for kind in LIMITS if kind != "position")))
    world.quote()
    of_gold = Limit("position", "firm", {"long_max": 9, "short_max": 9}, instrument="GOLD")
    world.say(SetLimit(of_gold, "risk"))
    assert refused(world, world.order()) == LIMIT_MISSING


def test_with_every_limit_there_an_order_passes() -> None:
    world = World(opening(limits=REQUIRED))
    world.quote()
    assert verdict(world.order()).severity == ALLOW


def test_a_session_without_any_limit_lets_nothing_through() -> None:
    world = World(opening(limits=()))
    world.quote()
    assert refused(world, world.order()) == LIMIT_MISSING


@pytest.mark.parametrize("kind", [kind.name for kind in CATALOGUE])
def test_a_limit_without_its_parameters_refuses(kind: str) -> None:
    world = World()
    world.quote()
    world.say(SetLimit(Limit(kind, "firm", {}), "risk"))
    world.say(SetLimit(Limit(kind, "account:main", {"colour": 3}), "risk"))
    assert refused(world, world.order()) == CANNOT_BE_EVALUATED


def test_a_limit_with_text_for_a_number_refuses() -> None:
    world = World()
    world.quote()
    world.say(SetLimit(Limit("order_quantity", "firm", {"quantity_max": ("9",)}), "risk"))
    assert refused(world, world.order()) == CANNOT_BE_EVALUATED


def test_a_control_that_this_build_does_not_know_refuses() -> None:
    world = World()
    world.quote()
    world.say(SetLimit(Limit("moon_phase", "firm", {"quarter": 1}), "risk"))
    assert refused(world, world.order()) == CANNOT_BE_EVALUATED


@pytest.mark.parametrize("how", BREAKS)
def test_a_user_control_that_cannot_say_refuses(how: str) -> None:
    scope: dict[str, Any] = {}
    body = f"def judge(self, proposal, ledger, finding):\n    {BREAKS[how]}"
    exec(body, scope)
    control = type("Breaks", (), {"judge": scope["judge"]})
    world = World(user_controls={"mine": lambda limit: control()})
    world.say(SetLimit(Limit("mine", "firm", {}), "risk"))
    world.quote()
    assert refused(world, world.order()) == CANNOT_BE_EVALUATED


def test_a_user_control_that_cannot_be_made_refuses() -> None:
    def broken(limit: Limit) -> object:
        raise ValueError(limit)

    world = World(user_controls={"mine": broken})
    world.say(SetLimit(Limit("mine", "firm", {}), "risk"))
    world.quote()
    assert refused(world, world.order()) == CANNOT_BE_EVALUATED


def test_without_any_price_nothing_passes() -> None:
    world = World()
    assert refused(world, world.order()) == MARKET_MISSING
    market = Terms(order_type=MARKET, venue="alpha")
    assert refused(world, world.order(terms=market)) == MARKET_MISSING


def test_a_market_order_needs_a_price_on_the_far_side() -> None:
    world = World()
    world.say(UpdateQuote("COIN", "alpha", 9_990, 5, 0, 0, START))
    world.quote(instrument="COIN", venue="beta")
    market = Terms(order_type=MARKET, venue="alpha")
    assert refused(world, world.order(terms=market)) == MARKET_MISSING


def test_gross_exposure_with_a_position_that_has_no_mark_refuses() -> None:
    world = world_with_position(("GOLD", 5, 50_000))
    world.quote()
    assert refused(world, world.order()) == MARK_MISSING
    world.quote(instrument="GOLD")
    assert verdict(world.order()).severity == ALLOW


def world_with_position(position: tuple[str, int, int]) -> World:
    """The usual world whose account begins with a position."""
    commands = [
        DefineAccount(Account("main", command.account.cash, (position,)))
        if isinstance(command, DefineAccount)
        else command
        for command in opening()
    ]
    return World(commands)


def test_an_unknown_source_instrument_or_venue_is_refused() -> None:
    world = World()
    world.quote()
    assert refused(world, world.order(source="nobody")) == SOURCE_NOT_AUTHORISED
    assert refused(world, world.order(instrument="LEAD")) == UNKNOWN_INSTRUMENT
    nowhere = Terms(price=10_000, venue="nowhere")
    assert refused(world, world.order(terms=nowhere)) == UNKNOWN_VENUE


def test_an_instrument_that_no_venue_trades_has_no_route() -> None:
    world = World()
    world.say(DefineInstrument(Instrument("IRON", "USD", 2, 2, 1, 0, 1)))
    world.say(DefineSource(Source("model", "main", instruments=("COIN", "IRON"))))
    action = OrderQuantity("IRON", BUY, 1, Terms(price=10_000))
    assert refused(world, world.decide(action)) == ROUTE_MISSING


def test_a_target_in_an_instrument_without_a_position_record_is_refused() -> None:
    world = World()
    world.say(DefineSource(Source("narrow", "main", instruments=("COIN",))))
    world.quote()
    target = TargetPosition("LEAD", 5, Terms(price=10_000))
    assert refused(world, world.decide(target)) == UNKNOWN_INSTRUMENT
    gold = TargetPosition("GOLD", 5, Terms(price=10_000))
    assert refused(world, world.decide(gold, source="narrow")) == INSTRUMENT_NOT_AUTHORISED


def test_numbers_too_large_for_any_order_are_refused_and_kept() -> None:
    world = World()
    world.quote()
    largest = (1 << 63) - 1
    judged = verdict(world.order(quantity=largest, price=largest))
    assert judged.severity == REFUSE
    assert all(-largest <= number <= largest for number in judged.figures)


def test_a_decision_whose_time_has_passed_is_refused_when_it_is_served() -> None:
    world = World()
    world.quote()
    action = OrderQuantity("COIN", BUY, 1, Terms(price=10_000, venue="alpha"))
    world.say(ProposeDecision(world.decision(action, valid_until_ns=world.time_ns)))
    assert verdict(world.say(ServeQueue(1), after_ns=0)).severity == ALLOW
    world.say(ProposeDecision(world.decision(action, valid_until_ns=world.time_ns + SECOND)))
    assert verdict(world.say(ServeQueue(1), after_ns=SECOND + 1)).severity == REFUSE
