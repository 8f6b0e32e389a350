"""What is said of what was seen: the figures of rules and controls, where they pass, refuse, or
find nothing to look at.
"""

from typing import Any

import pytest

from controls.cases import armed, filled, quoted
from controls.test_controls_bounds import findings_on, verdict
from controls.test_controls_catalogue import loosest
from interlock.controls import rules
from interlock.controls.catalogue import CATALOGUE, REQUIRED
from interlock.controls.control import ControlKind
from interlock.messages.commands import (
    AdvanceTime,
    Halt,
    NoteFeedFault,
    ProposeDecision,
    SetLimit,
    UpdateQuote,
)
from interlock.messages.decisions import OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Answer, Bounds, Limit, Source
from interlock.messages.events import Event, OrderCleared
from interlock.messages.findings import findings_of
from interlock.messages.reasons import MARK_MISSING, MARKET_MISSING, QUEUE_FULL
from interlock.messages.terms import (
    ALLOW,
    AMEND,
    BUY,
    CONTINUOUS,
    FEED_GAP,
    IOC,
    MARKET,
    REFUSE,
    REPORT_ACCEPTED,
    SELL,
)
from worlds import SECOND, World, limit, opening


def ruled(events: list[Event]) -> dict[str, tuple[int, int, int]]:
    """What each rule found of the only line, or of the whole."""
    return {
        rules.RULES[-found.limit][0]: (found.severity, found.observed, found.bound)
        for found in findings_of(verdict(events))
        if found.limit < 0
    }


def test_the_rules_say_what_they_saw_of_an_order_that_passes() -> None:
    found = ruled(quoted().order(BUY, 7))
    assert {name: seen[1:] for name, seen in found.items() if seen[0] == ALLOW} == {
        "authorised_source": (1, 1),
        "terms": (7, 7),
        "admission": (1, 100_000),
        "active_release": (1, 1),
        "duplicate_decision": found["duplicate_decision"][1:],
        "expired_decision": found["expired_decision"][1:],
        "instrument": (1, 1),
        "route": (1, 1),
        "session_phase": (CONTINUOUS, CONTINUOUS),
        "halts": (0, 0),
        "reduce_only": (0, 0),
        "limits_present": (len(REQUIRED), len(REQUIRED)),
    }


@pytest.mark.parametrize(
    ("rule", "fields", "seen"),
    [
        ("instrument", {"instrument": "NOPE"}, (0, 1)),
        ("route", {"terms": Terms(price=10_000, venue="moon")}, (0, 1)),
        ("route", {"instrument": "NOPE", "terms": Terms(price=10_000)}, (0, 1)),
        ("terms", {"quantity": -1}, (0, 0)),
    ],
)
def test_the_rules_say_what_they_saw_of_one_that_does_not(
    rule: str, fields: dict[str, Any], seen: tuple[int, int]
) -> None:
    assert ruled(quoted().order(**fields))[rule] == (REFUSE, *seen)


def test_limits_that_are_missing_are_counted() -> None:
    for kept in range(len(REQUIRED)):
        world = quoted(limits=REQUIRED[:kept])
        assert ruled(world.order())["limits_present"] == (REFUSE, kept, len(REQUIRED))


# What these look at is known of any order.
NEEDLESS = (
    "restricted_list",
    "order_kinds",
    "order_quantity",
    "price_band",
    "decision_quantity",
    "volume_share",
    "message_rate",
    "open_orders",
    "order_to_trade",
    "duplicate_order",
    "identical_orders",
    "repeated_execution",
    "reject_streak",
    "reject_rate",
    "market_maker_protection",
    "self_match",
)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_an_unknown_instrument_leaves_most_controls_nothing_to_look_at(kind: ControlKind) -> None:
    for scope in ("firm", "instrument:NOPE", "account:main", "source:model", "release:r1"):
        if scope.partition(":")[0] not in kind.scopes:
            continue
        world = World(opening(limits=()))
        world.quote()
        world.say(SetLimit(Limit(kind.name, scope, loosest(kind)), "risk"))
        (found,) = findings_on(world, world.order(instrument="NOPE"), kind.name)
        if kind.name == "universe":
            assert found == (REFUSE, 0, 1)
        elif kind.name in NEEDLESS and (kind.name, scope) != ("open_orders", "instrument:NOPE"):
            assert found[0] == ALLOW
        else:
            assert found == (REFUSE, 0, 0)


def test_lists_say_whether_it_stands_on_them() -> None:
    world = quoted(armed("universe", instruments=("COIN",)))
    world.say(limit("restricted_list", instruments=("GOLD",)))
    events = world.order()
    assert findings_on(world, events, "universe") == [(ALLOW, 1, 1)]
    passes = findings_on(world, events, "restricted_list")
    events = world.order(instrument="GOLD")
    assert findings_on(world, events, "universe") == [(REFUSE, 0, 1)]
    refuses = findings_on(world, events, "restricted_list")
    assert [found[0] for found in (*passes, *refuses)] == [ALLOW, REFUSE]


def test_kinds_of_order_are_told_by_a_flag() -> None:
    world = quoted(armed("order_kinds", market=0, immediate=0))
    assert findings_on(world, world.order(), "order_kinds") == [(ALLOW, 0, 0)]
    for terms in (
        Terms(MARKET, venue="alpha"),
        Terms(price=10_010, venue="alpha", time_in_force=IOC),
    ):
        events = world.order(terms=terms)
        assert findings_on(world, events, "order_kinds") == [(REFUSE, 1, 0)]
    # A kind that nobody knows is no kind that may pass.
    for terms in (Terms(9, 10_000, venue="alpha"), Terms(price=9_990, venue="alpha",
                                                         time_in_force=99)):  # fmt: skip
        assert findings_on(world, world.order(terms=terms), "order_kinds") == [(REFUSE, 0, 0)]


def test_a_market_is_missing_or_faulted_with_what_it_is() -> None:
    world = World()
    assert findings_on(world, world.order(), "market_data") == [(REFUSE, 0, 0)]
    world.quote()
    world.say(NoteFeedFault("COIN", "alpha", FEED_GAP, 3, ""))
    assert findings_on(world, world.order(), "market_data") == [(REFUSE, FEED_GAP, 0)]


@pytest.mark.parametrize(
    ("side", "terms", "seen"),
    [
        (BUY, Terms(price=9_950, venue="alpha"), (ALLOW, 9_950, 10_100)),
        (SELL, Terms(price=10_050, venue="alpha"), (ALLOW, 10_050, 9_900)),
        (BUY, Terms(MARKET, venue="alpha"), (ALLOW, 10_010, 10_100)),
        (SELL, Terms(MARKET, venue="alpha"), (ALLOW, 9_990, 9_900)),
        (BUY, Terms(price=9_899, venue="alpha"), (REFUSE, 9_899, 9_900)),
        (SELL, Terms(price=10_101, venue="alpha"), (REFUSE, 10_101, 10_100)),
    ],
)
def test_a_band_says_the_price_and_the_side_it_is_held_to(
    side: int, terms: Terms, seen: tuple[int, int, int]
) -> None:
    world = quoted(armed("price_band", instrument="COIN", low=9_900, high=10_100))
    events = world.order(side, 1, terms=terms)
    assert findings_on(world, events, "price_band") == [seen]


def test_a_band_may_begin_at_the_smallest_price() -> None:
    world = quoted(armed("price_band", instrument="COIN", low=1, high=10_100))
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    assert findings_on(world, world.order(BUY, 1, 1), "price_band") == [(ALLOW, 1, 10_100)]
    world.say(UpdateQuote("COIN", "alpha", 9_990, 5, 0, 0, world.time_ns))
    events = world.order(BUY, 1, terms=Terms(MARKET, venue="alpha"))
    assert findings_on(world, events, "price_band") == [(REFUSE, 0, 0)]


def test_what_is_priced_at_one_tick_has_a_value() -> None:
    world = quoted(armed("decision_value", currency="USD", value_max=3),
                   armed("intent", instrument="COIN", value_min=10, tolerance_bps=0))  # fmt: skip
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    world.say(limit("order_value", value_max=3))
    for quantity, severity in ((3, ALLOW), (4, REFUSE)):
        events = world.order(BUY, quantity, 1)
        for control in ("order_value", "decision_value"):
            assert findings_on(world, events, control) == [(severity, quantity, 3)]
        assert findings_on(world, events, "intent") == [(ALLOW, quantity, 10)]


@pytest.mark.parametrize(
    ("side", "price", "which"), [(BUY, 20_000, "bps"), (SELL, 20_000, "passive_bps")]
)
def test_the_smallest_part_of_a_basis_point_is_one(side: int, price: int, which: str) -> None:
    """19,999 of 20,001 half ticks are 9,999 basis points and a ten-thousandth."""
    for bound, severity in ((10_000, ALLOW), (9_999, REFUSE)):
        world = quoted()
        world.quote(9_990, 10_011)
        world.say(limit("price_collar", **{"bps": 10_000, "passive_bps": 10_000, which: bound}))
        events = world.order(side, 1, price)
        assert findings_on(world, events, "price_collar") == [(severity, 10_000, bound)]


def test_a_market_with_one_side_has_no_spread_and_one_never_seen_no_volatility() -> None:
    world = World(
        [*opening(), armed("spread", spread_bps=10_000), armed("volatility", ppm_max=1_000_000)]
    )
    events = world.order()
    assert findings_on(world, events, "volatility") == [(REFUSE, 0, 0)]
    assert MARK_MISSING in reasons_of(events)
    world.say(UpdateQuote("COIN", "alpha", 9_990, 5, 0, 0, world.time_ns))
    events = world.order()
    assert findings_on(world, events, "spread") == [(REFUSE, 0, 0)]
    assert MARKET_MISSING in reasons_of(events)


def reasons_of(events: list[Event]) -> list[int]:
    return [found.reason for found in findings_of(verdict(events))]


def test_an_amend_to_less_passes_a_market_that_moves() -> None:
    world = quoted(armed("volatility", ppm_max=1))
    number = world.order(BUY, 5, 9_980)[-1].order
    world.report(number, REPORT_ACCEPTED)
    world.say(AdvanceTime(), after_ns=SECOND)
    world.quote(10_490, 10_510)
    world.quote(9_990, 10_010)
    events = world.decide(ReplaceOrder(number, 4, 9_980))
    (found,) = findings_on(world, events, "volatility")
    assert (found[0], found[2]) == (ALLOW, 1)
    events = world.decide(ReplaceOrder(number, 6, 9_980))
    assert findings_on(world, events, "volatility")[0][0] == REFUSE


@pytest.mark.parametrize(("side", "cut"), [(BUY, 5), (SELL, 3)])
def test_a_position_is_cut_to_the_bound_of_its_own_side(side: int, cut: int) -> None:
    world = quoted()
    cutting = Limit("position", "account:main", {"long_max": 5, "short_max": 3}, "COIN",
                    answer=Answer(AMEND))  # fmt: skip
    world.say(SetLimit(cutting, "risk"))
    made = [event for event in world.order(side, 10) if isinstance(event, OrderCleared)]
    assert [event.quantity for event in made] == [cut]
    assert [event for event in world.order(side, 10) if isinstance(event, OrderCleared)] == []


def test_a_value_is_cut_to_what_is_left_of_its_window() -> None:
    world = quoted()
    cutting = Limit("order_value", "account:main", {"value_max": 100_000, "window_ms": 1_000},
                    "COIN", answer=Answer(AMEND))  # fmt: skip
    world.say(SetLimit(cutting, "risk"))
    sizes = []
    for quantity in (3, 10, 1):
        events = world.order(BUY, quantity)
        sizes.append([event.quantity for event in events if isinstance(event, OrderCleared)])
    assert sizes == [[3], [7], []]
    sold = [event for event in world.order(SELL, 20) if isinstance(event, OrderCleared)]
    assert [event.quantity for event in sold] == [10]


def test_the_whole_of_a_window_is_cut_to_its_last_cent() -> None:
    world = quoted()
    cutting = Limit("order_value", "account:main", {"value_max": 30_001, "window_ms": 1_000},
                    "COIN", answer=Answer(AMEND))  # fmt: skip
    world.say(SetLimit(cutting, "risk"))
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    for quantity, price, made in ((3, 10_000, 3), (5, 1, 1), (1, 1, 0)):
        events = world.order(BUY, quantity, price)
        cleared = [event.quantity for event in events if isinstance(event, OrderCleared)]
        assert cleared == ([made] if made else [])


def test_a_decision_that_no_queue_takes_is_judged_by_the_admission_alone() -> None:
    world = World(opening(bounds=Bounds(waiting_max=1)))
    world.quote()
    for _ in range(2):
        order = OrderQuantity("COIN", BUY, 1, Terms(price=10_000, venue="alpha"))
        events = world.say(ProposeDecision(world.decision(order)))
    assert verdict(events).controls == ((-rules.ADMISSION,),)
    assert verdict(events).reason == QUEUE_FULL


def test_halts_that_stand_are_counted_and_the_last_lot_may_still_go() -> None:
    world = quoted()
    filled(world, BUY, 1)
    scopes = ("firm", "account:main", "source:model", "instrument:COIN", "release:r1")
    for standing, scope in enumerate(scopes, start=1):
        world.say(Halt(scope, "ann", "stop"))
        assert ruled(world.order())["halts"] == (REFUSE, standing, 0)
    last = Terms(price=9_990, venue="alpha", reduce_only=True)
    found = ruled(world.order(SELL, 1, terms=last))
    assert found["halts"] == (ALLOW, len(scopes), len(scopes))
    assert found["reduce_only"] == (ALLOW, 1, 1)


def test_an_instrument_that_is_not_the_source_s_to_trade_is_told_from_an_unknown_one() -> None:
    narrow = Source("narrow", "main", instruments=("COIN",))
    world = quoted(sources=(narrow,))
    found = ruled(world.order(instrument="GOLD", source="narrow"))
    assert found["instrument"] == (REFUSE, 0, 1)
