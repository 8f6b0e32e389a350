"""Distrust: what a venue says wrongly, late or never leaves us safe, and leaves a trace."""

from typing import Any

import pytest

from interlock.kernel.invariants import FILL_WITHIN_LIMIT, NO_EVENT_FOR_UNKNOWN_ORDER
from interlock.kernel.stopping import HALT_CANCELS_MAX
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest
from interlock.messages.commands import AdvanceTime, Halt
from interlock.messages.decisions import ReplaceOrder, Terms
from interlock.messages.differences import AbsenceNoted
from interlock.messages.events import CancelRequested, OrderReplaced, OrderUnknown, ReportIgnored
from interlock.messages.reasons import HALT_CANCEL, MALFORMED, UNKNOWN_ORDER
from interlock.messages.terms import (
    BUY,
    MARKET,
    PENDING_CANCEL,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_FILL,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_SILENCE,
    REPORT_STATUS,
    SELL,
    UNKNOWN,
    WORKING,
)
from worlds import SECOND, World

PRICE = 10_000


def placed(side: int = BUY, **terms: Any) -> tuple[World, int]:
    world = World()
    world.quote()
    wanted = Terms(**{"price": PRICE, "venue": "alpha", **terms})
    order = world.order(side, 10, terms=wanted)[-1].order
    world.report(order, REPORT_ACCEPTED)
    return world, order


def record(world: World, order: int) -> Any:
    return world.ledger.orders.find(order)


def test_reports_without_end_leave_a_state_that_can_be_written() -> None:
    world, order = placed()
    said = []
    for number in range(20):
        sizes = {"quantity": 10**14, "price": PRICE, "fee": 10**17}
        said += world.report(order, REPORT_FILL, execution_id=f"e{number}", **sizes)
        assert digest(world.ledger)
    assert ReportIgnored(order, REPORT_FILL, MALFORMED) in said
    for number in range(20):
        world.report(order, REPORT_BUST, reference=f"e{number}")
        assert digest(world.ledger)


def test_a_trade_of_an_order_that_we_do_not_know_leaves_only_reducing() -> None:
    world, _ = placed()
    world.report(31_337, REPORT_FILL, execution_id="late", quantity=1, price=PRICE)
    assert world.ledger.broken == {NO_EVENT_FOR_UNKNOWN_ORDER: 1}
    assert world.ledger.halts["firm"].reduce_only
    folded = Ledger()
    for number, entry in enumerate(world.entries, 1):
        folded.apply_fact(number, entry.time_ns, entry.command)
        for event in entry.events:
            folded.apply(event)
    assert digest(folded) == digest(world.ledger)


def test_a_rejection_that_names_no_request_settles_only_the_oldest() -> None:
    world, order = placed()
    world.decide(ReplaceOrder(order, 100, PRICE))
    world.decide(ReplaceOrder(order, 20, PRICE))
    world.report(order, REPORT_REPLACE_REJECTED)
    assert record(world, order).reserved == 100
    # It was the other one that the venue meant.
    said = world.report(order, REPORT_REPLACED, revision=1, quantity=100, price=PRICE)
    assert said == [OrderReplaced(order, 1, 100, PRICE)]
    world.report(order, REPORT_REPLACE_REJECTED)
    assert record(world, order).reserved == 100


def test_an_older_answer_that_says_more_is_believed_and_one_that_says_less_is_not() -> None:
    world, order = placed()
    world.decide(ReplaceOrder(order, 30, PRICE))
    world.decide(ReplaceOrder(order, 20, PRICE))
    world.report(order, REPORT_REPLACED, revision=2, quantity=20, price=PRICE)
    world.report(order, REPORT_REPLACED, revision=1, quantity=15, price=PRICE)
    assert record(world, order).reserved == 20
    world.report(order, REPORT_REPLACED, revision=1, quantity=30, price=PRICE)
    assert (record(world, order).reserved, record(world, order).revision) == (30, 2)


def test_a_working_order_that_the_venue_does_not_find_is_unknown_and_stays_reserved() -> None:
    world, order = placed()
    world.say(AdvanceTime(), after_ns=2 * SECOND)
    assert world.report(order, REPORT_ABSENT) == [
        OrderUnknown(order, UNKNOWN_ORDER),
        AbsenceNoted(order, 1),
    ]
    assert (record(world, order).status, record(world, order).reserved) == (UNKNOWN, 10)
    assert world.report(order, REPORT_ABSENT) == [AbsenceNoted(order, 2)]
    assert (record(world, order).status, record(world, order).reserved) == (UNKNOWN, 10)


def test_a_halt_asks_again_for_an_order_that_comes_back_but_not_without_end() -> None:
    world, order = placed()
    world.say(Halt("firm", "operator", "enough"))
    world.report(order, REPORT_SILENCE)
    said = world.report(order, REPORT_STATUS)
    assert isinstance(said[-1], CancelRequested)
    assert said[-1].reason == HALT_CANCEL
    for _ in range(3, HALT_CANCELS_MAX + 1):
        world.report(order, REPORT_CANCEL_REJECTED)
        assert record(world, order).status == PENDING_CANCEL
    world.report(order, REPORT_CANCEL_REJECTED)
    assert record(world, order).status == WORKING


@pytest.mark.parametrize(("side", "price"), [(BUY, 99_900), (SELL, 100)])
def test_a_fill_worse_than_the_limit_halts_the_instrument(side: int, price: int) -> None:
    world, order = placed(side)
    world.report(order, REPORT_FILL, execution_id="e", quantity=1, price=price)
    assert world.ledger.broken == {FILL_WITHIN_LIMIT: 1}
    assert list(world.ledger.halts) == ["instrument:COIN"]


def test_a_replacement_worse_than_asked_halts_the_instrument() -> None:
    world, order = placed()
    world.decide(ReplaceOrder(order, 10, PRICE + 1))
    world.report(order, REPORT_REPLACED, revision=1, quantity=10, price=PRICE + 2)
    assert world.ledger.broken == {FILL_WITHIN_LIMIT: 1}


def test_a_market_order_has_no_limit_to_be_filled_beyond() -> None:
    world, order = placed(price=0, order_type=MARKET)
    world.report(order, REPORT_FILL, execution_id="e", quantity=1, price=99_900)
    assert world.ledger.broken == {}
