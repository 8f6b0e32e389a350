"""Reports: what a venue says becomes what is so, or is ignored with a reason."""

from typing import Any

import pytest

from interlock.kernel.invariants import FILLED_WITHIN_ALLOWED, NO_EVENT_FOR_UNKNOWN_ORDER
from interlock.messages.commands import ReportOrder
from interlock.messages.decisions import CancelOrders, ReplaceOrder, Terms
from interlock.messages.events import (
    CancelRequested,
    FillBusted,
    FillCorrected,
    HaltTripped,
    InvariantBroken,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderUnknown,
    ReportIgnored,
    RequestPending,
    RequestRejected,
)
from interlock.messages.reasons import (
    DUPLICATE_EXECUTION,
    HALT_CANCEL,
    IMPOSSIBLE_TRANSITION,
    MALFORMED,
    NO_LIQUIDITY,
    POST_ONLY_WOULD_TRADE,
    UNKNOWN_EXECUTION,
    UNKNOWN_ORDER,
    VENUE_DECIDED,
    VENUE_REFUSED,
    VENUE_SILENT,
)
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    DONE_FOR_DAY,
    EXPIRED,
    FILLED,
    GTC,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REJECTED,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_DONE_FOR_DAY,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_KINDS,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_SILENCE,
    REPORT_STATUS,
    SELL,
    TAKER,
    UNKNOWN,
    WORKING,
)
from worlds import World

PRICE = 10_000


def placed(side: int = BUY, quantity: int = 10, **terms: Any) -> tuple[World, int]:
    world = World()
    world.quote()
    wanted = Terms(price=PRICE, venue="alpha", **terms)
    return world, world.order(side, quantity, terms=wanted)[-1].order


def fill(execution: str, quantity: int, price: int = PRICE, **fields: Any) -> dict[str, Any]:
    return {"execution_id": execution, "quantity": quantity, "price": price, **fields}


def record(world: World, order: int) -> Any:
    return world.ledger.orders.find(order)


def lots(world: World) -> int:
    return world.ledger.accounts["main"].positions["COIN"].lots


# --- taken at its word -------------------------------------------------------------------------


def test_each_kind_of_report_becomes_its_event() -> None:
    world, order = placed(time_in_force=GTC)
    said = world.report
    assert said(order, REPORT_PENDING_NEW) == [RequestPending(order, REPORT_PENDING_NEW)]
    assert said(order, REPORT_SILENCE) == [OrderUnknown(order, VENUE_SILENT)]
    assert said(order, REPORT_STATUS) == [OrderRestated(order, 10)]
    assert said(order, REPORT_DONE_FOR_DAY) == [OrderExpired(order, True)]
    assert said(order, REPORT_RESTATED, quantity=9) == [OrderRestated(order, 9)]
    world.decide(ReplaceOrder(order, 8, PRICE))
    pending = RequestPending(order, REPORT_PENDING_REPLACE)
    assert said(order, REPORT_PENDING_REPLACE) == [pending]
    replaced = {"revision": 1, "quantity": 8, "price": PRICE}
    assert said(order, REPORT_REPLACED, **replaced) == [OrderReplaced(order, 1, 8, PRICE)]
    world.decide(ReplaceOrder(order, 7, PRICE))
    assert said(order, REPORT_REPLACE_REJECTED, revision=2, reason=5, text="no") == [
        RequestRejected(order, REPORT_REPLACE_REJECTED, 5, "no", 2)
    ]
    world.decide(CancelOrders((order,)))
    assert said(order, REPORT_PENDING_CANCEL) == [RequestPending(order, REPORT_PENDING_CANCEL)]
    assert said(order, REPORT_CANCEL_REJECTED, text="late") == [
        RequestRejected(order, REPORT_CANCEL_REJECTED, 0, "late")
    ]
    assert said(order, REPORT_FILL, **fill("e", 3, fee=4, liquidity=TAKER)) == [
        OrderFilled(order, "e", 3, PRICE, 4, TAKER)
    ]
    assert said(order, REPORT_CORRECTION, **fill("f", 2, fee=1), reference="e") == [
        FillCorrected(order, "f", "e", 2, PRICE, 1)
    ]
    assert said(order, REPORT_BUST, reference="f") == [FillBusted(order, "f")]
    assert said(order, REPORT_EXPIRED) == [OrderExpired(order, False)]
    assert world.ledger.broken == {}


@pytest.mark.parametrize(
    ("kind", "reason", "event"),
    [
        (REPORT_CANCELLED, 0, OrderCancelled(0, VENUE_DECIDED)),
        (REPORT_CANCELLED, NO_LIQUIDITY, OrderCancelled(0, NO_LIQUIDITY)),
        (REPORT_REJECTED, 0, OrderRejected(0, VENUE_REFUSED, "sorry")),
        (REPORT_REJECTED, POST_ONLY_WOULD_TRADE, OrderRejected(0, POST_ONLY_WOULD_TRADE, "sorry")),
    ],
)
def test_a_reason_that_the_venue_gives_is_kept(kind: int, reason: int, event: Any) -> None:
    world, order = placed()
    (made,) = world.report(order, kind, reason=reason, text="sorry")
    assert type(made) is type(event)
    assert made.reason == event.reason


def test_an_acknowledgement_brings_the_venues_own_name() -> None:
    world, order = placed()
    accepted = world.report(order, REPORT_ACCEPTED, venue_order_id="v-1")
    assert accepted == [OrderAccepted(order, "v-1")]
    assert record(world, order).venue_order_id == "v-1"


def test_a_fill_moves_lots_cash_and_fees() -> None:
    world, order = placed(SELL)
    world.report(order, REPORT_FILL, **fill("e", 4, 10_005, fee=7))
    position = world.ledger.accounts["main"].positions["COIN"]
    assert (position.lots, position.fees) == (-4, 7)
    assert position.cash.balance == 100_000_000 + 4 * 10_005 - 7


# --- ignored, with a reason --------------------------------------------------------------------


def test_an_execution_that_is_told_twice_is_counted_once() -> None:
    world, order = placed()
    world.report(order, REPORT_FILL, **fill("e", 4))
    again = ReportIgnored(order, REPORT_FILL, DUPLICATE_EXECUTION)
    assert world.report(order, REPORT_FILL, **fill("e", 4)) == [again]
    # Nor after it was busted, nor when it comes as a correction.
    world.report(order, REPORT_BUST, reference="e")
    assert world.report(order, REPORT_FILL, **fill("e", 4)) == [again]
    world.report(order, REPORT_FILL, **fill("g", 4))
    corrected = world.report(order, REPORT_CORRECTION, **fill("e", 5), reference="g")
    assert corrected == [ReportIgnored(order, REPORT_CORRECTION, DUPLICATE_EXECUTION)]
    assert lots(world) == 4


def test_an_execution_id_is_the_orders_own() -> None:
    world, order = placed()
    other = world.order()[-1].order
    world.report(order, REPORT_FILL, **fill("e", 4))
    assert isinstance(world.report(other, REPORT_FILL, **fill("e", 4))[0], OrderFilled)


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_an_order_that_nobody_knows_is_noticed(kind: int) -> None:
    world, _ = placed()
    said = world.report(31_337, kind, **fill("e", 1))
    assert said[0] == ReportIgnored(31_337, kind, UNKNOWN_ORDER)
    if kind in (REPORT_FILL, REPORT_BUST, REPORT_CORRECTION):
        # It traded, and our books do not say so: nothing but reducing until someone looked.
        assert [getattr(event, "name", "") for event in said[1:]] == [
            NO_EVENT_FOR_UNKNOWN_ORDER,
            "",
        ]
        assert world.ledger.halts["firm"].reduce_only
    else:
        assert said[1:] == []


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_a_venue_speaks_for_its_own_orders_alone(kind: int) -> None:
    world, order = placed()
    said = world.say(ReportOrder("beta", order, kind, **fill("e", 1)))
    assert said == [ReportIgnored(order, kind, MALFORMED)]


HUGE = 1 << 61


@pytest.mark.parametrize(
    "fields",
    [fill("", 1), fill("e", 0), fill("e", -1), fill("e", 1, 0), fill("e", 1, -5), fill("e", HUGE),
     fill("e", 1, HUGE), fill("e", 1, fee=HUGE), fill("e", 1, fee=-HUGE)],
)  # fmt: skip
def test_an_execution_that_cannot_be_one_is_ignored(fields: dict[str, Any]) -> None:
    world, order = placed()
    said = world.report(order, REPORT_FILL, **fields)
    assert said == [ReportIgnored(order, REPORT_FILL, MALFORMED)]
    assert lots(world) == 0


@pytest.mark.parametrize(
    "fields",
    [fill("", 0), fill("", 5, 0), fill("", -5), fill("", 5, -1), fill("", HUGE), fill("", 5, HUGE)],
)
def test_a_replacement_that_cannot_be_one_is_ignored(fields: dict[str, Any]) -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 5, PRICE))
    said = world.report(order, REPORT_REPLACED, revision=1, **fields)
    assert said == [ReportIgnored(order, REPORT_REPLACED, MALFORMED)]
    assert record(world, order).status == PENDING_REPLACE


@pytest.mark.parametrize("quantity", [-1, HUGE])
def test_a_restatement_that_cannot_be_one_is_ignored(quantity: int) -> None:
    world, order = placed()
    said = world.report(order, REPORT_RESTATED, quantity=quantity)
    assert said == [ReportIgnored(order, REPORT_RESTATED, MALFORMED)]


def test_a_kind_that_this_version_does_not_know_is_ignored() -> None:
    world, order = placed()
    assert world.report(order, 99) == [ReportIgnored(order, 99, MALFORMED)]


@pytest.mark.parametrize("kind", [REPORT_BUST, REPORT_CORRECTION])
@pytest.mark.parametrize("reference", ["", "never", "e"])
def test_what_was_never_counted_cannot_be_taken_back(kind: int, reference: str) -> None:
    world, order = placed()
    world.report(order, REPORT_FILL, **fill("e", 4))
    world.report(order, REPORT_BUST, reference="e")
    said = world.report(order, kind, **fill("b", 1), reference=reference)
    assert said == [ReportIgnored(order, kind, UNKNOWN_EXECUTION)]


def test_a_replacement_of_an_older_revision_is_ignored() -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 5, PRICE))
    replaced = {"revision": 1, "quantity": 5, "price": PRICE}
    world.report(order, REPORT_REPLACED, **replaced)
    said = world.report(order, REPORT_REPLACED, **replaced)
    assert said == [ReportIgnored(order, REPORT_REPLACED, IMPOSSIBLE_TRANSITION)]


@pytest.mark.parametrize("kind", [REPORT_PENDING_REPLACE, REPORT_REPLACE_REJECTED])
def test_an_answer_to_a_replacement_that_nobody_asked_for_is_ignored(kind: int) -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    world.decide(CancelOrders((order,)))
    said = world.report(order, kind, revision=1)
    assert said == [ReportIgnored(order, kind, IMPOSSIBLE_TRANSITION)]


# --- late, early, too much ---------------------------------------------------------------------

ENDS = {
    CANCELLED: REPORT_CANCELLED,
    EXPIRED: REPORT_EXPIRED,
    DONE_FOR_DAY: REPORT_DONE_FOR_DAY,
    REJECTED: REPORT_REJECTED,
}


@pytest.mark.parametrize("ended", ENDS)
def test_a_fill_after_the_end_is_counted(ended: int) -> None:
    world, order = placed()
    world.report(order, ENDS[ended])
    assert record(world, order).status == ended
    assert isinstance(world.report(order, REPORT_FILL, **fill("e", 4))[0], OrderFilled)
    assert lots(world) == 4
    # A venue that trades what it had rejected has contradicted itself: who knows what comes next.
    becomes = UNKNOWN if ended == REJECTED else ended
    assert record(world, order).status == becomes
    assert record(world, order).reserved == (6 if ended == REJECTED else 0)
    world.report(order, REPORT_FILL, **fill("f", 6))
    assert record(world, order).status == FILLED
    assert (lots(world), record(world, order).reserved) == (10, 0)
    assert world.ledger.broken == {}


@pytest.mark.parametrize("ended", ENDS)
def test_a_bust_and_a_correction_after_the_end_are_booked(ended: int) -> None:
    world, order = placed()
    world.report(order, REPORT_FILL, **fill("e", 4))
    world.report(order, REPORT_FILL, **fill("f", 3))
    world.report(order, ENDS[ended])
    world.report(order, REPORT_BUST, reference="e")
    world.report(order, REPORT_CORRECTION, **fill("g", 2), reference="f")
    assert (lots(world), record(world, order).status) == (2, ended)


def test_a_bust_opens_a_filled_order_again_and_reserves_for_it() -> None:
    world, order = placed()
    world.report(order, REPORT_FILL, **fill("e", 4))
    world.report(order, REPORT_FILL, **fill("f", 6))
    assert record(world, order).status == FILLED
    world.report(order, REPORT_BUST, reference="f")
    assert (record(world, order).status, record(world, order).reserved) == (PARTIALLY_FILLED, 6)
    world.report(order, REPORT_BUST, reference="e")
    assert (record(world, order).status, record(world, order).reserved) == (WORKING, 10)
    assert lots(world) == 0


def test_what_comes_alive_after_a_rejection_is_unknown() -> None:
    for kind in (REPORT_ACCEPTED, REPORT_RESTATED):
        world, order = placed()
        world.report(order, REPORT_REJECTED)
        world.report(order, kind)
        assert (record(world, order).status, record(world, order).reserved) == (UNKNOWN, 10)


def test_a_fill_before_the_acknowledgement_is_counted() -> None:
    world, order = placed()
    world.report(order, REPORT_FILL, **fill("e", 4))
    assert (record(world, order).status, lots(world)) == (PARTIALLY_FILLED, 4)


def test_a_fill_while_a_cancel_is_asked_for_leaves_it_pending() -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_FILL, **fill("e", 10))
    assert (record(world, order).status, record(world, order).reserved) == (PENDING_CANCEL, 0)
    world.report(order, REPORT_CANCEL_REJECTED)
    assert record(world, order).status == FILLED


def test_an_overfill_is_counted_and_stops_its_instrument() -> None:
    world, order = placed()
    other = world.order(BUY, 3)[-1].order
    events = world.report(order, REPORT_FILL, **fill("e", 11))
    filled, broken, tripped, cancel = events
    assert filled == OrderFilled(order, "e", 11, PRICE, 0, 0)
    assert isinstance(broken, InvariantBroken)
    assert broken.name == FILLED_WITHIN_ALLOWED
    assert "filled 11" in broken.text
    assert isinstance(tripped, HaltTripped)
    assert (tripped.scope, tripped.by) == ("instrument:COIN", f"invariant:{FILLED_WITHIN_ALLOWED}")
    assert cancel == CancelRequested(other, "alpha", world.sequence, HALT_CANCEL)
    assert (lots(world), record(world, order).status) == (11, FILLED)
    # Said once: what stands stopped is not stopped again.
    assert len(world.report(order, REPORT_FILL, **fill("f", 1))) == 1
    assert world.ledger.broken == {FILLED_WITHIN_ALLOWED: 1}


@pytest.mark.parametrize("kind", [REPORT_RESTATED, REPORT_REPLACED])
def test_a_venue_that_makes_an_order_larger_than_the_gate_let_it_be_is_stopped(kind: int) -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    events = world.report(order, kind, revision=1, quantity=25, price=PRICE)
    # Its word is taken, and counts at its worst; and nothing more is sent there.
    assert record(world, order).reserved == 25
    assert [type(event) for event in events[1:]] == [InvariantBroken, HaltTripped, CancelRequested]


def test_an_overfill_within_what_an_amend_allowed_is_none() -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 12, PRICE))
    world.report(order, REPORT_FILL, **fill("e", 12))
    assert world.ledger.broken == {}
