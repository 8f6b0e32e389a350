"""Law 12: the sum of children never exceeds the parent; what leaves the router is matched to what
entered it.
"""

import pytest

from interlock.kernel.invariants import (
    CHILDREN_WITHIN_PARENT,
    NO_ORDER_BEYOND_THE_GATE,
    audit,
)
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.identity import place_of
from interlock.messages.terms import BUY, HOLD, SELL
from interlock.messages.works import SliceJudged
from laws.histories import history
from worlds import World

PRICE = 10_000


def quoted() -> World:
    world = World()
    world.quote()
    return world


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_every_order_is_a_line_of_a_verdict_that_lets_it_pass_and_no_larger(seed: int) -> None:
    world = history(seed, 1_000)
    verdicts: dict[int, DecisionJudged] = {}
    slices: dict[int, DecisionJudged] = {}
    orders = 0
    for entry in world.entries:
        for event in entry.events:
            if isinstance(event, DecisionJudged):
                verdicts[event.decision] = event
            elif isinstance(event, SliceJudged):
                slices[event.decision] = event.verdict
            elif isinstance(event, OrderCleared):
                orders += 1
                verdict, place = verdicts[event.decision], place_of(event.order) - 1
                if event.decision in slices:
                    # A child of a large order is the one line of its slice.
                    verdict, place = slices.pop(event.decision), 0
                line = verdict.lines[place]
                assert verdict.severity < HOLD
                assert (line.instrument, line.venue, line.side) == (
                    event.instrument, event.venue, event.side,
                )  # fmt: skip
                assert (line.quantity, line.price) == (event.quantity, event.price)
    assert orders > 10


def test_a_basket_becomes_as_many_orders_as_it_has_lines_in_their_order() -> None:
    world = quoted()
    terms = Terms(price=PRICE, venue="alpha")
    lines = tuple(OrderQuantity("COIN", side, lots, terms) for side, lots in
                  ((BUY, 3), (SELL, 5), (BUY, 7)))  # fmt: skip
    cleared = world.decide(Basket(lines))[1:]
    assert [(event.side, event.quantity) for event in cleared] == [(BUY, 3), (SELL, 5), (BUY, 7)]
    (parent,) = world.ledger.orders.parents.values()
    assert parent.allowed == parent.released == [3, 5, 7]


def cleared_event(world: World, decision: int, number: int, quantity: int) -> OrderCleared:
    """An order that the kernel never made."""
    return OrderCleared(number, decision, "main", "model", "r1", 1, "COIN", "alpha", BUY, 1, 1,
                        quantity, PRICE, 0, 0, False, False, 0, 0)  # fmt: skip


def test_an_order_beyond_the_gate_is_seen() -> None:
    world = quoted()
    world.ledger.apply(cleared_event(world, 9_999, 9_999 << 20 | 1, 5))
    assert NO_ORDER_BEYOND_THE_GATE in {breach.name for breach in audit(world.ledger)}


def test_a_child_beyond_its_parent_is_seen() -> None:
    world = quoted()
    order = world.order(BUY, 5)[-1]
    # The same line once more, under another number.
    twice = cleared_event(world, order.decision, order.order, 1)
    world.ledger.apply(twice)
    assert CHILDREN_WITHIN_PARENT in {breach.name for breach in audit(world.ledger)}
