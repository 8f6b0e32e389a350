"""Law 7: exposure counts positions plus working plus unknown orders at their worst case; it is
reserved before sending and released only on a terminal report from the venue.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.messages.commands import AdvanceTime, Halt, ProposeDecision
from interlock.messages.decisions import CancelOrders, ReplaceOrder, Terms
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    OPEN_ORDERS_ABOVE_LIMIT,
    POSITION_ABOVE_LIMIT,
    VENUE_SILENT,
)
from interlock.messages.terms import (
    BUY,
    CLEARED,
    GTC,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_DONE_FOR_DAY,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_SILENCE,
    REPORT_STATUS,
    SELL,
    UNKNOWN,
)
from worlds import SECOND, World, limit

PRICE = 10_000


def placed(quantity: int = 10, side: int = BUY, **terms: int) -> tuple[World, int]:
    world = World()
    world.quote()
    made = world.order(side, quantity, terms=Terms(price=PRICE, venue="alpha", **terms))[-1]
    assert isinstance(made, OrderCleared)
    return world, made.order


def reserved(world: World) -> tuple[int, int, int]:
    """Lots open to buy and to sell, and cash reserved."""
    position = world.ledger.accounts["main"].positions["COIN"]
    return position.open_buy, position.open_sell, position.cash.reserved


def test_an_order_is_reserved_in_the_step_that_clears_it() -> None:
    world, _ = placed(10)
    assert reserved(world) == (10, 0, 10 * PRICE)
    world, _ = placed(10, SELL)
    assert reserved(world) == (0, 10, 0)


@pytest.mark.parametrize(
    "kind",
    [REPORT_PENDING_NEW, REPORT_ACCEPTED, REPORT_SILENCE, REPORT_STATUS, REPORT_RESTATED,
     REPORT_PENDING_CANCEL, REPORT_CANCEL_REJECTED, REPORT_REPLACE_REJECTED, REPORT_ABSENT],
)  # fmt: skip
def test_what_does_not_end_an_order_releases_nothing(kind: int) -> None:
    world, order = placed(10)
    world.report(order, kind)
    assert reserved(world) == (10, 0, 10 * PRICE)


@pytest.mark.parametrize(
    "kind", [REPORT_CANCELLED, REPORT_REJECTED, REPORT_EXPIRED, REPORT_DONE_FOR_DAY]
)
def test_what_ends_an_order_releases_the_rest_of_it(kind: int) -> None:
    world, order = placed(10)
    world.report(order, REPORT_FILL, execution_id="e1", quantity=4, price=PRICE)
    assert reserved(world) == (6, 0, 6 * PRICE)
    world.report(order, kind)
    assert reserved(world) == (0, 0, 0)


def test_what_comes_back_tomorrow_stays_reserved_over_night() -> None:
    world, order = placed(10, time_in_force=GTC)
    world.report(order, REPORT_DONE_FOR_DAY)
    assert reserved(world) == (10, 0, 10 * PRICE)


def test_asking_to_cancel_releases_nothing_and_silence_about_it_neither() -> None:
    world, order = placed(10)
    world.report(order, REPORT_ACCEPTED)
    world.say(ProposeDecision(world.decision(CancelOrders((order,)))))
    assert world.ledger.orders.find(order).status == PENDING_CANCEL
    assert reserved(world) == (10, 0, 10 * PRICE)
    world.report(order, REPORT_SILENCE)
    assert world.ledger.orders.find(order).status == UNKNOWN
    assert reserved(world) == (10, 0, 10 * PRICE)
    # Only the venue's word releases it, and a halt is not the venue's word.
    world.say(Halt("firm", "ann", "stop"))
    world.say(AdvanceTime(), after_ns=86_400 * SECOND)
    assert reserved(world) == (10, 0, 10 * PRICE)
    world.report(order, REPORT_CANCELLED)
    assert reserved(world) == (0, 0, 0)


@pytest.mark.parametrize("fate", [REPORT_REPLACED, REPORT_REPLACE_REJECTED])
@pytest.mark.parametrize(
    ("quantity", "price"), [(15, 9_980), (6, 10_020), (15, 10_020), (6, 9_980)]
)
def test_the_worse_of_old_and_new_is_reserved_while_a_replacement_is_asked_for(
    quantity: int, price: int, fate: int
) -> None:
    world, order = placed(10)
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, quantity, price))
    assert world.ledger.orders.find(order).status == PENDING_REPLACE
    worst_lots, worst_price = max(10, quantity), max(PRICE, price)
    assert reserved(world) == (worst_lots, 0, worst_lots * worst_price)
    world.report(order, fate, revision=1, quantity=quantity, price=price)
    lots, at = (quantity, price) if fate == REPORT_REPLACED else (10, PRICE)
    assert reserved(world) == (lots, 0, lots * at)


def test_the_worst_of_two_replacements_in_flight_stays_reserved_until_both_are_answered() -> None:
    world, order = placed(10)
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 20, PRICE))
    world.decide(ReplaceOrder(order, 5, PRICE))
    assert reserved(world)[0] == 20
    world.report(order, REPORT_REPLACE_REJECTED, revision=1)
    assert reserved(world)[0] == 20
    assert world.ledger.orders.find(order).status == PENDING_REPLACE
    world.report(order, REPORT_REPLACED, revision=2, quantity=5, price=PRICE)
    assert reserved(world) == (5, 0, 5 * PRICE)


def test_a_replacement_that_was_lost_and_denied_after_a_fill_is_released() -> None:
    world, order = placed(10)
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 20, PRICE))
    world.report(order, REPORT_SILENCE)
    world.report(order, REPORT_FILL, execution_id="e1", quantity=3, price=PRICE)
    assert reserved(world)[0] == 17
    world.report(order, REPORT_REPLACE_REJECTED, revision=1)
    assert reserved(world)[0] == 7


def test_a_denied_cancel_leaves_an_older_replacement_outstanding() -> None:
    world, order = placed(10)
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 20, PRICE))
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_CANCEL_REJECTED)
    assert world.ledger.orders.find(order).status == PENDING_REPLACE
    assert reserved(world)[0] == 20
    world.report(order, REPORT_REPLACE_REJECTED, revision=1)
    assert reserved(world)[0] == 10


def test_a_venue_that_changes_an_order_unasked_does_not_hide_our_next_request() -> None:
    world, order = placed(10)
    world.report(order, REPORT_ACCEPTED)
    world.report(order, REPORT_REPLACED, revision=3, quantity=8, price=PRICE)
    world.decide(ReplaceOrder(order, 20, PRICE))
    assert world.ledger.orders.find(order).revision_asked == 4
    assert reserved(world)[0] == 20


@pytest.mark.parametrize("kind", [0, REPORT_ACCEPTED, REPORT_SILENCE, REPORT_PENDING_NEW])
def test_what_works_or_is_unknown_counts_against_every_limit(kind: int) -> None:
    world, order = placed(100)
    world.say(limit("position", long_max=105, short_max=105))
    if kind:
        world.report(order, kind)
    refused = [event for event in world.order(BUY, 6) if isinstance(event, DecisionJudged)]
    assert [event.reason for event in refused] == [POSITION_ABOVE_LIMIT]
    assert [event for event in world.order(BUY, 5) if isinstance(event, OrderCleared)]
    world.say(limit("open_orders", count_max=2))
    refused = [event for event in world.order(SELL, 1) if isinstance(event, DecisionJudged)]
    assert [event.reason for event in refused] == [OPEN_ORDERS_ABOVE_LIMIT]
    world.say(limit("open_orders", count_max=9))
    free = world.ledger.accounts["main"].cash["USD"].free()
    world.say(limit("cash", minimum=free))
    world.say(limit("position"))
    refused = [event for event in world.order(BUY, 1) if isinstance(event, DecisionJudged)]
    assert [event.reason for event in refused] == [CASH_BELOW_MINIMUM]


steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "amend", "cancel", "fill", "part", "answer", "silence"]),
        st.integers(0, 9),
        st.integers(1, 12),
    ),
    max_size=50,
)


@settings(max_examples=60)
@given(steps)
def test_no_order_of_fills_takes_a_position_past_its_limit(
    story: list[tuple[str, int, int]],
) -> None:
    world = World()
    world.say(limit("position", long_max=20, short_max=15))
    world.quote()
    position = world.ledger.accounts["main"].positions["COIN"]
    for count, (what, pick, quantity) in enumerate(story):
        orders = list(world.ledger.orders.open.values())
        if what in ("buy", "sell"):
            world.order(BUY if what == "buy" else SELL, quantity)
        elif orders:
            obey(world, orders[pick % len(orders)], what, quantity, f"e{count}")
        assert -15 <= position.worst_short() <= position.lots <= position.worst_long() <= 20
    assert world.ledger.broken == {}


def obey(world: World, order: Any, what: str, quantity: int, execution: str) -> None:
    """A venue that does what it is asked, late or not at all, and never more."""
    number, leaves = order.order, order.leaves()
    if what == "amend":
        world.decide(ReplaceOrder(number, order.filled + quantity, PRICE))
    elif what == "cancel":
        world.decide(CancelOrders((number,)))
    elif what in ("fill", "part") and leaves > 0:
        traded = leaves if what == "fill" else 1
        world.report(number, REPORT_FILL, execution_id=execution, quantity=traded, price=PRICE)
    elif what == "silence":
        world.report(number, REPORT_SILENCE)
    elif what == "answer":
        if order.is_replacing():
            world.report(
                number,
                REPORT_REPLACED,
                revision=order.revision_asked,
                quantity=order.asked_quantity,
                price=PRICE,
            )
        elif order.status == PENDING_CANCEL:
            world.report(number, REPORT_CANCELLED)
        elif order.status == CLEARED:
            world.report(number, REPORT_ACCEPTED)


def test_silence_says_that_the_venue_was_silent() -> None:
    world, order = placed(10)
    (event,) = world.report(order, REPORT_SILENCE)
    assert event.reason == VENUE_SILENT
