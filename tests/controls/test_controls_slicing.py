"""Hard blocks cannot be sliced around: what is displayed, what a decision is worth, and whose
window an order counts in.
"""

from typing import Any

import pytest

from interlock.kernel.step import Kernel
from interlock.ledger.state import restore, state_of
from interlock.messages.commands import AdvanceTime, DefineSource, SetLimit, UpdateLadder
from interlock.messages.decisions import Basket, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Answer, Limit, Source
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.findings import objections_of
from interlock.messages.reasons import (
    DECISION_QUANTITY_ABOVE_LIMIT,
    DECISION_VALUE_ABOVE_LIMIT,
    NONE,
    QUANTITY_ABOVE_DISPLAYED,
    VALUE_ABOVE_ORDER_LIMIT,
)
from interlock.messages.terms import AMEND, BUY, IOC, MARKET, REPORT_ACCEPTED, REPORT_FILL, SELL
from worlds import SECOND, World, limit

PRICE = 10_000
SECOND_MS = 1_000


def quoted(*limits: Limit) -> World:
    world = World()
    for each in limits:
        world.say(SetLimit(each, "risk"))
    world.say(limit("order_quantity", quantity_max=10_000))
    world.say(limit("order_value", value_max=10**9))
    world.say(limit("position", long_max=10**6, short_max=10**6))
    for instrument in ("COIN", "GOLD"):
        for venue in ("alpha", "beta"):
            world.quote(quantity=100, instrument=instrument, venue=venue)
    return world


def displayed(scope: str = "firm", answer: Answer | None = None) -> Limit:
    """No more than what is displayed within a second."""
    parameters: dict[str, Any] = {"share_bps": 10_000, "window_ms": SECOND_MS}
    return Limit("liquidity", scope, parameters, "", "", "risk", "test", answer or Answer())


def taking(side: int, venue: str = "alpha") -> Terms:
    return Terms(price=10_010 if side == BUY else 9_990, venue=venue, time_in_force=IOC)


def verdict(events: list[Any]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def cleared(events: list[Any]) -> list[int]:
    return [event.quantity for event in events if isinstance(event, OrderCleared)]


@pytest.mark.parametrize("side", [BUY, SELL])
def test_what_is_displayed_is_not_taken_in_slices(side: int) -> None:
    world = quoted(displayed())
    assert cleared(world.order(side, 60, terms=taking(side))) == [60]
    judged = verdict(world.order(side, 41, terms=taking(side)))
    assert judged.reason == QUANTITY_ABOVE_DISPLAYED
    said = {found.observed: found.bound for found in objections_of(judged)}
    assert said == {101: 100}
    assert cleared(world.order(side, 40, terms=taking(side))) == [40]
    assert verdict(world.order(side, 1, terms=taking(side))).reason == QUANTITY_ABOVE_DISPLAYED


def test_without_a_window_each_order_is_held_to_what_is_displayed_by_itself() -> None:
    world = quoted(limit("liquidity", share_bps=10_000).limit)
    assert cleared(world.order(BUY, 100, terms=taking(BUY))) == [100]
    assert cleared(world.order(BUY, 100, terms=taking(BUY))) == [100]


def test_the_window_over_what_is_displayed_ends_to_the_nanosecond() -> None:
    world = quoted(displayed())
    world.order(BUY, 100, terms=taking(BUY))
    world.say(AdvanceTime(), SECOND - 1)
    assert verdict(world.order(BUY, 1, terms=taking(BUY))).reason == QUANTITY_ABOVE_DISPLAYED
    world.say(AdvanceTime(), 1)
    assert verdict(world.order(BUY, 100, terms=taking(BUY))).reason == NONE


def test_the_other_side_another_venue_and_another_instrument_display_for_themselves() -> None:
    world = quoted(displayed())
    world.order(BUY, 100, terms=taking(BUY))
    assert cleared(world.order(SELL, 100, terms=taking(SELL))) == [100]
    assert cleared(world.order(BUY, 100, terms=taking(BUY, "beta"))) == [100]
    assert cleared(world.order(BUY, 100, instrument="GOLD", terms=taking(BUY))) == [100]
    assert verdict(world.order(BUY, 1, terms=taking(BUY, "beta"))).reason != NONE


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("firm", QUANTITY_ABOVE_DISPLAYED), ("venue:alpha", QUANTITY_ABOVE_DISPLAYED),
     ("account:main", QUANTITY_ABOVE_DISPLAYED), ("source:model", NONE)],
)  # fmt: skip
def test_sources_are_judged_together_where_the_limit_is_not_a_sources(
    scope: str, expected: int
) -> None:
    world = quoted(displayed(scope))
    world.say(DefineSource(Source("other", "main", instruments=("COIN",))))
    world.order(BUY, 60, terms=taking(BUY))
    assert verdict(world.order(BUY, 60, source="other", terms=taking(BUY))).reason == expected


def test_what_rests_takes_nothing_and_is_not_counted() -> None:
    world = quoted(displayed())
    resting = Terms(price=9_980, venue="alpha")
    quiet = Terms(price=10_000, venue="alpha", post_only=True)
    assert cleared(world.order(BUY, 90, terms=resting)) == [90]
    assert cleared(world.order(BUY, 90, terms=quiet)) == [90]
    assert cleared(world.order(BUY, 100, terms=taking(BUY))) == [100]


def test_a_change_that_crosses_takes_with_all_that_is_left_of_it() -> None:
    world = quoted(displayed())
    order = world.order(BUY, 60, terms=Terms(price=9_980, venue="alpha"))[-1].order
    world.report(order, REPORT_ACCEPTED)
    world.report(order, REPORT_FILL, execution_id="a", quantity=10, price=9_980)
    assert verdict(world.decide(ReplaceOrder(order, 60, 10_010))).reason == NONE
    assert verdict(world.order(BUY, 51, terms=taking(BUY))).reason == QUANTITY_ABOVE_DISPLAYED
    assert verdict(world.order(BUY, 50, terms=taking(BUY))).reason == NONE


def test_a_change_that_stays_behind_takes_nothing() -> None:
    world = quoted(displayed())
    order = world.order(BUY, 60, terms=Terms(price=9_980, venue="alpha"))[-1].order
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 70, 9_985))
    assert verdict(world.order(BUY, 100, terms=taking(BUY))).reason == NONE


def test_market_orders_are_slices_like_any_other() -> None:
    world = quoted(displayed())
    levels = ((10_010, 50), (10_020, 50))
    world.say(UpdateLadder("COIN", "alpha", ((9_990, 100),), levels, world.time_ns))
    market = Terms(MARKET, venue="alpha")
    assert verdict(world.order(BUY, 60, terms=market)).reason == NONE
    assert verdict(world.order(BUY, 41, terms=market)).reason == QUANTITY_ABOVE_DISPLAYED


def test_lines_of_a_basket_count_with_what_was_taken_before_it() -> None:
    world = quoted(displayed())
    world.order(BUY, 30, terms=taking(BUY))
    lines = tuple(OrderQuantity("COIN", BUY, 36, taking(BUY)) for _ in range(2))
    assert verdict(world.decide(Basket(lines))).reason == QUANTITY_ABOVE_DISPLAYED
    assert verdict(world.decide(Basket(lines[:1]))).reason == NONE


def test_a_slice_is_cut_to_what_is_left_of_what_is_displayed() -> None:
    world = quoted(displayed(answer=Answer(AMEND)), limit("liquidity").limit)
    assert cleared(world.order(BUY, 70, terms=taking(BUY))) == [70]
    assert cleared(world.order(BUY, 70, terms=taking(BUY))) == [30]


def test_a_restart_forgets_no_slice() -> None:
    world = quoted(displayed(), decisions("decision_quantity", "COIN", quantity_max=150))
    world.order(BUY, 100, terms=taking(BUY))
    world.kernel = Kernel(restore(decode_plain(encode(state_of(world.ledger)))), {})
    assert verdict(world.order(BUY, 1, terms=taking(BUY))).reason == QUANTITY_ABOVE_DISPLAYED
    reason = verdict(world.order(SELL, 51, terms=taking(SELL))).reason
    assert reason == DECISION_QUANTITY_ABOVE_LIMIT


def decisions(control: str, instrument: str = "", scope: str = "firm", **parameters: Any) -> Limit:
    values = {"window_ms": SECOND_MS, **parameters}
    currency = "" if instrument else "USD"
    return Limit(control, scope, values, instrument, currency, "risk", "test")


def test_the_value_of_a_decision_is_not_sliced_into_decisions() -> None:
    world = quoted(decisions("decision_value", value_max=1_000_000))
    assert verdict(world.order(BUY, 60)).reason == NONE
    # Neither by instruments nor by sides: a basket is whole, and so is one in slices.
    judged = verdict(world.order(SELL, 41, instrument="GOLD"))
    assert judged.reason == DECISION_VALUE_ABOVE_LIMIT
    assert objections_of(judged)[0].observed == 1_010_000
    assert verdict(world.order(SELL, 40, instrument="GOLD")).reason == NONE
    world.say(AdvanceTime(), SECOND)
    assert verdict(world.order(BUY, 100)).reason == NONE


def test_the_quantity_of_a_decision_is_not_sliced_into_decisions() -> None:
    world = quoted(decisions("decision_quantity", "COIN", quantity_max=100))
    assert verdict(world.order(BUY, 60)).reason == NONE
    assert verdict(world.order(SELL, 41)).reason == DECISION_QUANTITY_ABOVE_LIMIT
    assert verdict(world.order(SELL, 101, instrument="GOLD")).reason == NONE
    assert verdict(world.order(SELL, 40)).reason == NONE


def test_decisions_of_two_sources_count_together_where_the_limit_is_the_firms() -> None:
    for scope, expected in (("firm", DECISION_VALUE_ABOVE_LIMIT), ("source:model", NONE)):
        world = quoted(decisions("decision_value", "", scope, value_max=1_000_000))
        world.say(DefineSource(Source("other", "main", instruments=("COIN",))))
        world.order(BUY, 60)
        assert verdict(world.order(BUY, 60, source="other")).reason == expected


def test_a_value_limit_over_a_currency_has_a_window_for_each_instrument() -> None:
    parameters: dict[str, Any] = {"value_max": 1_000_000, "window_ms": SECOND_MS}
    world = quoted()
    world.say(SetLimit(Limit("order_value", "account:main", parameters, "", "USD"), "risk"))
    assert verdict(world.order(BUY, 60)).reason == NONE
    assert verdict(world.order(BUY, 100, instrument="GOLD")).reason == NONE
    assert verdict(world.order(BUY, 41)).reason == VALUE_ABOVE_ORDER_LIMIT
    assert verdict(world.order(BUY, 40)).reason == NONE


def test_what_is_proven_to_reduce_is_held_to_no_window() -> None:
    """A window is a throttle, and none stops what takes risk away (law 6)."""
    world = quoted(displayed(), decisions("decision_value", value_max=1_000_000))
    bought = world.order(BUY, 100)[-1].order
    world.report(bought, REPORT_FILL, execution_id="a", quantity=100, price=PRICE)
    close = Terms(price=9_990, venue="alpha", time_in_force=IOC, reduce_only=True)
    assert verdict(world.order(SELL, 60, terms=close)).reason == NONE
    assert verdict(world.order(SELL, 40, terms=close)).reason == NONE


def test_what_reduces_is_still_bounded_one_by_one() -> None:
    world = quoted(displayed())
    world.say(AdvanceTime(), SECOND)
    for name in ("a", "b"):
        bought = world.order(BUY, 100, terms=taking(BUY))[-1].order
        world.report(bought, REPORT_FILL, execution_id=name, quantity=100, price=PRICE)
        world.say(AdvanceTime(), SECOND)
    close = Terms(price=9_990, venue="alpha", time_in_force=IOC, reduce_only=True)
    assert verdict(world.order(SELL, 101, terms=close)).reason == QUANTITY_ABOVE_DISPLAYED
    assert verdict(world.order(SELL, 100, terms=close)).reason == NONE
