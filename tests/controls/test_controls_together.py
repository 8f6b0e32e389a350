"""Lines of one decision are judged together: each with what the lines before it would take."""

import pytest

from interlock.messages.commands import AdvanceTime
from interlock.messages.decisions import Basket, OrderQuantity, QuoteLadder, Terms
from interlock.messages.events import DecisionJudged, Event
from interlock.messages.findings import findings_of
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    MESSAGE_RATE_ABOVE_LIMIT,
    NONE,
    QUANTITY_ABOVE_DISPLAYED,
)
from interlock.messages.terms import BUY, REPORT_ACCEPTED, SELL
from worlds import SECOND, World, limit

PRICE = 10_000


def quoted() -> World:
    world = World()
    world.quote()
    return world


def verdict(events: list[Event]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def finding_of(world: World, events: list[Event], control: str) -> tuple[int, int]:
    """Observed and bound of a control on the last line."""
    armed = [entry.control for entry in world.ledger.limits.limits]
    found = [
        (found.observed, found.bound)
        for found in findings_of(verdict(events))
        if found.limit >= 0 and armed[found.limit] == control
    ]
    return found[-1]


@pytest.mark.parametrize(("first", "second", "passes"), [(6, 4, True), (6, 5, False)])
def test_the_lines_of_a_basket_take_the_same_liquidity_together(
    first: int, second: int, passes: bool
) -> None:
    world = quoted()
    world.quote(quantity=10)
    taking, resting = Terms(price=10_010, venue="alpha"), Terms(price=9_000, venue="alpha")
    lines = (
        OrderQuantity("COIN", BUY, first, taking),
        OrderQuantity("COIN", BUY, 9, resting),
        OrderQuantity("COIN", SELL, 9, Terms(price=9_990, venue="alpha")),
        OrderQuantity("COIN", BUY, second, taking),
    )
    events = world.decide(Basket(lines))
    assert verdict(events).reason == (NONE if passes else QUANTITY_ABOVE_DISPLAYED)
    assert finding_of(world, events, "liquidity") == (first + second, 10)


def test_the_fees_of_the_lines_before_are_counted_in_the_cash() -> None:
    line = OrderQuantity("COIN", BUY, 10, Terms(price=PRICE, venue="alpha"))
    left = 100_000_000 - 2 * (100_000 + 11)
    for minimum, expected in ((left, NONE), (left + 1, CASH_BELOW_MINIMUM)):
        world = quoted()
        world.say(limit("cash", minimum=minimum))
        assert verdict(world.decide(Basket((line, line)))).reason == expected


@pytest.mark.parametrize(("count_max", "expected"), [(4, NONE), (3, MESSAGE_RATE_ABOVE_LIMIT)])
def test_the_cancels_and_replaces_of_a_ladder_count_as_messages(
    count_max: int, expected: int
) -> None:
    world = quoted()
    terms = Terms(venue="alpha")
    asks = ((10_015, 5), (10_016, 5))
    for event in world.decide(QuoteLadder("COIN", ((9_985, 5),), asks, terms))[1:]:
        world.report(event.order, REPORT_ACCEPTED)
    world.say(limit("message_rate", count_max=count_max))
    world.say(AdvanceTime(), after_ns=2 * SECOND)
    # Two cancels, a replace and a new order.
    changed = world.decide(QuoteLadder("COIN", ((9_985, 6), (9_984, 1)), (), terms))
    assert verdict(changed).reason == expected
    # Refused, the two are taken back all the same, and what was to be replaced with them.
    assert len(changed) == (5 if expected == NONE else 4)
