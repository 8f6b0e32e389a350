"""Limits that are armed while the session runs: which scopes and names there are, that every limit
which covers an order binds it, and that the tightest does.
"""

from typing import Any

import pytest

from controls.two_accounts import order, trading, verdict
from interlock.controls.catalogue import CATALOGUE
from interlock.ledger.state import digest
from interlock.messages.approvals import (
    ConfirmLimitChange,
    LimitChanged,
    LimitChangeProposed,
    ProposeLimitChange,
)
from interlock.messages.definitions import Answer, Limit
from interlock.messages.events import CommandRefused
from interlock.messages.findings import objections_of
from interlock.messages.reasons import (
    MALFORMED,
    MESSAGE_RATE_ABOVE_LIMIT,
    NONE,
    QUANTITY_ABOVE_ORDER_LIMIT,
    UNKNOWN_LIMIT,
)
from interlock.messages.terms import BUY, HALT, WARN
from worlds import World

SCOPES = ("firm", "account:main", "source:model", "instrument:COIN", "venue:alpha")
ELSEWHERE = {
    "account:main": ("third", "COIN"),
    "source:model": ("other", "COIN"),
    "instrument:COIN": ("model", "GOLD"),
}


def proposed(world: World, limit: Limit, by: str = "ann") -> list[Any]:
    return world.say(ProposeLimitChange(limit, by, "because"))


def sized(scope: str, quantity_max: int, instrument: str = "COIN") -> Limit:
    return Limit("order_quantity", scope, {"quantity_max": quantity_max}, instrument)


def seen(world: World, quantity: int, source: str = "model", symbol: str = "COIN") -> list[int]:
    """The bounds that an order is beyond, or none."""
    judged = verdict(order(world, source, BUY, quantity, symbol))
    assert judged.reason in (NONE, QUANTITY_ABOVE_ORDER_LIMIT)
    return [found.bound for found in objections_of(judged)]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_limit_that_is_armed_for_a_scope_binds_there_and_nowhere_else(scope: str) -> None:
    world = trading()
    assert seen(world, 50) == []
    (changed,) = proposed(world, sized(scope, 40))
    assert isinstance(changed, LimitChanged)
    assert changed.before is None
    assert seen(world, 41) == [40]
    assert seen(world, 40) == []
    if scope in ELSEWHERE:
        source, symbol = ELSEWHERE[scope]
        assert seen(world, 41, source, symbol) == []


def test_every_limit_that_covers_an_order_is_asked_and_the_tightest_binds() -> None:
    world = trading()
    for bound, scope in zip((60, 50, 40, 30, 20), SCOPES, strict=True):
        proposed(world, sized(scope, bound))
    assert seen(world, 61) == [60, 50, 40, 30, 20]
    assert seen(world, 21) == [20]
    assert seen(world, 20) == []
    # A narrower limit that is wider than what holds above it loosens nothing.
    world = trading()
    proposed(world, sized("firm", 20))
    proposed(world, sized("source:model", 90))
    assert seen(world, 21) == [20]


def test_the_order_in_which_limits_are_armed_changes_no_verdict() -> None:
    found = set()
    for scopes in (SCOPES, tuple(reversed(SCOPES))):
        world = trading()
        for scope in scopes:
            proposed(world, sized(scope, 20 + 10 * SCOPES.index(scope)))
        judged = verdict(order(world, "model", BUY, 45))
        bounds = sorted(one.bound for one in objections_of(judged))
        found.add((judged.severity, judged.reason, tuple(bounds)))
    assert len(found) == 1


@pytest.mark.parametrize(
    "scope",
    ["account:nobody", "source:", "instrument:LEAD", "venue:gamma", "desk:one", "release:none",
     "", "Firm", "firm:", "decision:1"],
)  # fmt: skip
def test_a_scope_that_is_not_there_is_refused_and_changes_nothing(scope: str) -> None:
    world = trading()
    before = len(world.ledger.limits.limits)
    (said,) = proposed(world, sized(scope, 40))
    assert isinstance(said, CommandRefused)
    assert said.reason in (UNKNOWN_LIMIT, MALFORMED)
    assert len(world.ledger.limits.limits) == before


@pytest.mark.parametrize(
    "limit",
    [
        Limit("order_quantities", "firm", {"quantity_max": 1}, "COIN"),
        Limit("order_quantity", "firm", {"quantity": 1}, "COIN"),
        Limit("order_quantity", "firm", {"quantity_max": 0}, "COIN"),
        Limit("order_quantity", "firm", {"quantity_max": 1, "other": 1}, "COIN"),
        Limit("order_quantity", "firm", {"quantity_max": 1}, "LEAD"),
        Limit("daily_loss", "instrument:COIN", {"loss_max": 1}, "", "USD"),
        Limit("self_match", "firm", {"mode": ("decline_both",)}),
        Limit("market_jump", "firm", {"jump_bps": 1, "average_bps": 1, "window_ms": 1}),
    ],
    ids=lambda limit: f"{limit.control} {limit.scope} {limit.parameters} {limit.instrument}",
)
def test_what_the_catalogue_does_not_have_is_refused(limit: Limit) -> None:
    world = trading()
    before = digest(world.ledger)
    (said,) = proposed(world, limit)
    assert isinstance(said, CommandRefused)
    assert said.reason == UNKNOWN_LIMIT
    assert world.ledger.limits.version == trading().ledger.limits.version
    assert digest(world.ledger) != before  # the command is numbered all the same


def test_a_limit_of_a_release_is_armed_for_it_alone() -> None:
    world = trading()
    parameters = {"orders_max": 1, "instruments_max": 9, "venues_max": 9}
    (said,) = proposed(world, Limit("release_envelope", "release:r1", parameters))
    assert isinstance(said, LimitChanged)
    assert verdict(order(world, "model", BUY, 1)).reason == NONE
    assert verdict(order(world, "third", BUY, 1)).reason != NONE


def test_a_soft_limit_stands_beside_the_hard_one_of_its_scope() -> None:
    world = trading()
    proposed(world, sized("firm", 40))
    softer = Limit("order_quantity", "firm", {"quantity_max": 20}, "COIN", answer=Answer(WARN))
    (said,) = proposed(world, softer)
    assert isinstance(said, LimitChanged)
    warned = verdict(order(world, "model", BUY, 30))
    assert (warned.severity, warned.reason) == (WARN, QUANTITY_ABOVE_ORDER_LIMIT)
    assert seen(world, 41) == [40, 20]


def test_a_counter_begins_when_its_limit_is_armed() -> None:
    world = trading()
    for _ in range(3):
        order(world, "model", BUY, 1)
    rate = Limit("message_rate", "source:model", {"count_max": 2, "window_ms": 60_000})
    proposed(world, rate)
    reasons = [verdict(order(world, "model", BUY, 1)).reason for _ in range(3)]
    assert reasons == [NONE, NONE, MESSAGE_RATE_ABOVE_LIMIT]


def test_what_a_halting_limit_leads_to_is_not_made_weaker_by_one_person() -> None:
    world = trading()
    loss = {"loss_max": 10, "marked": 1, "day_start_ms": 0}
    halting = Limit("daily_loss", "firm", loss, "", "USD", answer=Answer(HALT))
    proposed(world, halting)
    weaker = Limit("daily_loss", "firm", loss, "", "USD",
                   answer=Answer(HALT, reduce_only=True))  # fmt: skip
    (said,) = proposed(world, weaker)
    assert isinstance(said, LimitChangeProposed)
    (changed,) = world.say(ConfirmLimitChange(world.sequence, "bob", "yes"))
    assert isinstance(changed, LimitChanged)
    assert world.ledger.limits.limits[-1].answer.reduce_only


def test_a_looser_limit_of_a_narrow_scope_needs_two_as_a_wide_one_does() -> None:
    for scope in SCOPES:
        world = trading()
        proposed(world, sized(scope, 40))
        (said,) = proposed(world, sized(scope, 41))
        assert isinstance(said, LimitChangeProposed), scope
        assert seen(world, 41) == [40]
        world.say(ConfirmLimitChange(world.sequence - 2, "bob", "yes"))
        assert seen(world, 41) == []


def test_every_control_of_the_catalogue_can_be_armed_live() -> None:
    """With a value for each parameter in the middle of what it may be."""
    world = trading()
    for kind in CATALOGUE:
        values: dict[str, Any] = {}
        units = {parameter.unit for parameter in kind.parameters}
        for parameter in kind.parameters:
            if parameter.unit == "symbols":
                values[parameter.name] = ("GOLD",)
            elif parameter.unit == "word":
                values[parameter.name] = (parameter.words[0],)
            elif parameter.unit != "currency":
                values[parameter.name] = max(parameter.low, min(parameter.high, 7))
        named = {"release": "release:r1", "account": "account:main", "source": "source:model"}
        scope = named.get(kind.scopes[0], kind.scopes[0])
        instrument = "COIN" if units & {"quantity", "ticks"} else ""
        currency = "USD" if "money" in units and not instrument else ""
        said = proposed(world, Limit(kind.name, scope, values, instrument, currency))
        is_taken = isinstance(said[0], LimitChanged | LimitChangeProposed)
        assert is_taken, (kind.name, said)
