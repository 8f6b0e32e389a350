"""What is proven to reduce: every control that stops new risk lets it through, and says what it saw
all the same (law 6).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from controls.cases import armed, filled, quoted
from controls.test_controls_bounds import findings_on, verdict
from interlock.ledger.recents import ENTRIES_MAX, Repeats
from interlock.messages.commands import AdvanceTime, DefineAccount, SetLimit, UpdateQuote
from interlock.messages.decisions import ReplaceOrder, Terms
from interlock.messages.definitions import Account
from interlock.messages.events import Event
from interlock.messages.findings import objections_of
from interlock.messages.reasons import COUNTER_FULL, MARK_MISSING
from interlock.messages.terms import (
    ALLOW,
    BUY,
    HOLD,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_REJECTED,
    SELL,
)
from worlds import SECOND, World, opening

LESS = Terms(price=9_970, venue="alpha", reduce_only=True)
LONG = 10**6
DAY = {"day_start_ms": 0}
WIDE = {"quantity_max": 10**9, "delta_max": 10**9, "value_max": 10**15}


def nothing(world: World) -> None:
    """Nothing happens besides."""


def moved(world: World) -> None:
    """The price jumps."""
    world.say(AdvanceTime(), after_ns=SECOND)
    world.quote(10_490, 10_510)
    world.quote(9_990, 10_010)


def fell(world: World) -> None:
    """What is held is worth a hundred cents less, and what is sold as much as before."""
    world.quote(9_980, 10_000)


def traded(world: World) -> None:
    """A lot is bought and one is sold."""
    filled(world, BUY, 1)
    filled(world, SELL, 1)


def rejected(world: World) -> None:
    """The venue refuses two orders."""
    for _ in range(2):
        world.report(world.order(BUY, 2)[-1].order, REPORT_REJECTED)


class Tight(NamedTuple):
    """A limit that nothing new passes, and what it sees of a sale of two of the ten that are held
    beside thirty sold of another, while a lot to sell works."""

    control: str
    observed: int
    parameters: dict[str, Any]
    scope: str = "firm"
    instrument: str = ""
    currency: str = ""
    happens: Callable[[World], None] = nothing
    bound: int = 1
    is_last: bool = False
    """Armed only when the lot to sell works already."""
    side: int = BUY
    """Of the new order."""


TIGHT = (
    Tight("spread", 20, {"spread_bps": 1}, is_last=True),
    Tight("volatility", 8_838, {"ppm_max": 1}, happens=moved),
    Tight("gross_exposure", 400_000, {"value_max": 1}),
    Tight("gross_exposure", 400_000, {"value_max": 1}, "source:model", currency="USD"),
    Tight("net_exposure", 230_000, {"value_max": 1}, currency="USD", is_last=True, side=SELL),
    Tight("concentration", 0, {"floor": 0, "share_bps": 1}, currency="USD"),
    Tight("message_rate", 4, {"count_max": 3, "window_ms": LONG}, bound=3),
    Tight("open_orders", 2, {"count_max": 1}),
    Tight("order_to_trade", 2, {"ratio_max": 1, "messages_min": 0, **DAY}),
    Tight("release_envelope", 2,
          {"orders_max": 1, "instruments_max": 9, "venues_max": 9}, "release:r1"),
    Tight("daily_loss", 100, {"loss_max": 1, "marked": 1, **DAY}, currency="USD", happens=fell),
    Tight("drawdown", 100, {"loss_max": 1, "marked": 1, **DAY}, currency="USD", happens=fell),
    Tight("repeated_execution", 2, {"count_max": 1, "window_ms": LONG}, happens=traded),
    Tight("reject_rate", 2, {"count_max": 1, "window_ms": LONG}, happens=rejected),
    Tight("reject_streak", 2, {"count_max": 1}, happens=rejected),
    Tight("market_maker_protection", 1,
          {**WIDE, "window_ms": LONG, "frozen_ms": 0, "quantity_max": 1}, "account:main", "COIN",
          happens=traded, bound=0),
)  # fmt: skip


@pytest.mark.parametrize("tight", TIGHT, ids=lambda tight: f"{tight.control} {tight.scope}")
def test_what_reduces_passes_a_limit_that_nothing_new_does(tight: Tight) -> None:
    world = quoted()
    filled(world, BUY, 10)
    filled(world, SELL, 30, instrument="GOLD")
    limit = armed(tight.control, tight.scope, tight.instrument, tight.currency,
                  **tight.parameters)  # fmt: skip
    if not tight.is_last:
        world.say(limit)
    world.report(world.order(SELL, 1, 10_100)[-1].order, REPORT_ACCEPTED)
    if tight.is_last:
        world.say(limit)
    tight.happens(world)
    events = world.order(SELL, 2, terms=LESS)
    assert findings_on(world, events, tight.control)[-1] == (ALLOW, tight.observed, tight.bound)
    assert verdict(events).severity < HOLD
    limits = world.ledger.limits.limits
    symbol = "COIN" if tight.side == BUY else "GOLD"
    found = objections_of(verdict(world.order(tight.side, 1, instrument=symbol)))
    stopping = {limits[one.limit].control for one in found if one.limit >= 0}
    assert tight.control in stopping


def test_the_same_order_again_and_again_passes_while_it_reduces() -> None:
    """Identical orders halt, duplicates are refused; neither stops what takes risk away."""
    for control, values, seen in (
        ("duplicate_order", {"window_ms": LONG}, (2, 0)),
        ("identical_orders", {"count_max": 1, "window_ms": LONG}, (3, 1)),
    ):
        world = quoted(armed(control, **values))
        filled(world, BUY, 10)
        for _ in range(3):
            events = world.order(SELL, 2, terms=LESS)
            assert verdict(events).severity < HOLD, control
        assert findings_on(world, events, control) == [(ALLOW, *seen)]


def test_a_counter_that_is_full_stops_what_is_new_and_not_what_reduces() -> None:
    world = quoted(armed("duplicate_order", window_ms=LONG))
    filled(world, BUY, 10)
    counters = world.ledger.orders.counters.counters
    (counter,) = [one for one in counters.values() if isinstance(one, Repeats)]
    for number in range(ENTRIES_MAX):
        counter.note_order("GOLD", "beta", BUY, number, 1, world.time_ns)
    events = world.order(SELL, 2, terms=LESS)
    assert findings_on(world, events, "duplicate_order") == [(ALLOW, 0, 0)]
    assert verdict(world.order(BUY, 1)).reason == COUNTER_FULL


def test_an_amend_repeats_nothing() -> None:
    for control, values, bound in (
        ("duplicate_order", {"window_ms": LONG}, 0),
        ("identical_orders", {"count_max": 1, "window_ms": LONG}, 1),
    ):
        world = quoted(armed(control, **values))
        number = world.order(BUY, 2, 9_980)[-1].order
        world.report(number, REPORT_ACCEPTED)
        events = world.decide(ReplaceOrder(number, 3, 9_980))
        assert findings_on(world, events, control) == [(ALLOW, 0, bound)]


def holding(*limits: SetLimit) -> World:
    """Ten are held, and four of another that nobody has quoted."""
    commands = opening()
    place = next(n for n, one in enumerate(commands) if isinstance(one, DefineAccount))
    held = (("COIN", 10, 100_000), ("GOLD", 4, 40_000))
    commands[place] = DefineAccount(Account("main", (("USD", 2, 10**8),), held))
    world = World([*commands, *limits])
    world.quote()
    return world


@pytest.mark.parametrize("control", ["daily_loss", "drawdown"])
def test_a_loss_that_is_not_known_stops_what_is_new_and_not_what_reduces(control: str) -> None:
    world = holding(armed(control, currency="USD", loss_max=7, marked=1, **DAY))
    events = world.order(SELL, 2, terms=LESS)
    assert findings_on(world, events, control) == [(ALLOW, 0, 7)]
    events = world.order(BUY, 1)
    assert findings_on(world, events, control) == [(REFUSE, 0, 0)]
    assert said_by(world, events, control) == MARK_MISSING


def said_by(world: World, events: list[Event], control: str) -> int:
    """The one reason that a control objects for."""
    limits = world.ledger.limits.limits
    (reason,) = {
        one.reason
        for one in objections_of(verdict(events))
        if one.limit >= 0 and limits[one.limit].control == control
    }
    return int(reason)


@pytest.mark.parametrize("control", ["net_exposure", "concentration", "gross_exposure"])
def test_a_sum_with_a_position_that_has_no_mark_stops_what_is_new(control: str) -> None:
    values = {"concentration": {"floor": 0, "share_bps": 10_000}}.get(control, {"value_max": 10**9})
    world = holding(armed(control, currency="USD", **values))
    events = world.order(BUY, 1)
    assert said_by(world, events, control) == MARK_MISSING
    world.quote(instrument="GOLD")
    assert verdict(world.order(BUY, 1)).severity < HOLD


def test_an_instrument_without_a_mark_cannot_be_valued() -> None:
    """The market shows one side: there is a price to trade at, and none to value a position by."""
    limits = {
        "net_exposure": armed("net_exposure", currency="USD", value_max=10**9),
        "concentration": armed("concentration", currency="USD", floor=0, share_bps=10_000),
        "gross_exposure": armed("gross_exposure", currency="USD", value_max=10**9),
        "daily_value": armed("daily_value", instrument="COIN", value_max=10**9, **DAY,
                             warn_bps=10_000),
    }  # fmt: skip
    for control, limit in limits.items():
        world = World([*opening(), limit])
        world.say(UpdateQuote("COIN", "alpha", 0, 0, 10_010, 5, world.time_ns))
        assert world.ledger.instruments["COIN"].mark == 0
        events = world.order(BUY, 1)
        assert said_by(world, events, control) == MARK_MISSING
        assert findings_on(world, events, control)[-1] == (REFUSE, 0, 0)


def test_sums_that_have_no_value_refuse_nothing_that_reduces() -> None:
    """A position without a mark stands beside: the sum is told as nothing."""
    world = holding(armed("gross_exposure", currency="USD", value_max=7))
    events = world.order(SELL, 2, terms=LESS)
    assert findings_on(world, events, "gross_exposure")[-1] == (ALLOW, 0, 7)
