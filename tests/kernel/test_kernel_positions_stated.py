"""Reconciling: orders that we do not know, net positions, and the drop copy."""

from typing import Any

import pytest

from interlock.kernel.invariants import audit
from interlock.messages import differences as kinds
from interlock.messages.commands import LiftHalt
from interlock.messages.differences import (
    DifferenceFound,
    DifferenceSettled,
    OrderAdopted,
)
from interlock.messages.events import (
    CancelRequested,
    Event,
    HaltTripped,
    OrderUnknown,
)
from interlock.messages.identity import order_id
from interlock.messages.reasons import (
    NOT_AS_STATED,
    NOT_OURS,
)
from interlock.messages.statements import (
    CHANNEL_DROP_COPY,
    FillStated,
    PositionStated,
    ReportVenue,
)
from interlock.messages.terms import (
    ADOPT_UNKNOWN,
    CANCELLED,
    REPORT_CANCELLED,
    REPORT_FILL,
    UNKNOWN,
)
from kernel.stating import (
    PRICE,
    a_world,
    answer,
    as_it_is,
    fill,
    filled,
    foreign,
    found,
    only,
    working,
)
from worlds import World

# Orders that we do not know.


def test_an_order_that_we_do_not_know_is_taken_in_and_cancelled() -> None:
    world = a_world()
    events = answer(world, (foreign(),))
    number = order_id(world.sequence, 1)
    assert found(events) == [(kinds.ORDER_UNKNOWN_TO_US, kinds.CANCELLING)]
    adopted = only(events, OrderAdopted)[0]
    assert (adopted.order, adopted.venue_order_id, adopted.source) == (number, "F1", "model")
    asked = only(events, CancelRequested)
    assert asked == [CancelRequested(number, "alpha", world.sequence, NOT_OURS)]
    order = world.ledger.orders.find(number)
    assert order is not None
    assert order.position.open_sell == 7
    assert world.ledger.broken == {}
    assert audit(world.ledger) == []
    # It is tracked until it is gone.
    world.report(number, REPORT_CANCELLED)
    assert (order.status, order.position.open_sell) == (CANCELLED, 0)


def test_by_policy_an_order_that_we_do_not_know_is_adopted() -> None:
    world = a_world(ADOPT_UNKNOWN)
    events = answer(world, (foreign(),))
    assert found(events) == [(kinds.ORDER_UNKNOWN_TO_US, kinds.ADOPTED)]
    assert only(events, CancelRequested) == []
    number = order_id(world.sequence, 1)
    # The venue may still state it under its own name.
    assert found(answer(world, (foreign(),))) == []
    filled_before = world.ledger.accounts["main"].positions["COIN"].lots
    world.report(number, REPORT_FILL, execution_id="f1", quantity=7, price=PRICE + 9)
    assert world.ledger.accounts["main"].positions["COIN"].lots == filled_before - 7


def test_what_an_adopted_order_traded_before_is_asked_for() -> None:
    world = a_world(ADOPT_UNKNOWN)
    events = answer(world, (foreign(filled=2),), lots=-2)
    number = order_id(world.sequence, 1)
    assert only(events, OrderUnknown) == [OrderUnknown(number, NOT_AS_STATED)]
    assert not world.ledger.halts


@pytest.mark.parametrize(
    "changed",
    [
        {"account": "nobody"}, {"instrument": "LEAD"}, {"side": 9}, {"quantity": 0},
        {"quantity": 1 << 61}, {"price": 0}, {"venue_order_id": ""}, {"filled": 8},
        {"client_order_id": "x" * 101},
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_taken_in_halts_the_venue(changed: dict[str, Any]) -> None:
    world = a_world()
    events = answer(world, (foreign(**changed),))
    assert (kinds.ORDER_UNKNOWN_TO_US, kinds.HALTED) in found(events)
    assert list(world.ledger.halts) == ["venue:alpha"]
    assert not world.ledger.orders.open
    again = answer(world, (foreign(**changed),))
    assert (kinds.ORDER_UNKNOWN_TO_US, kinds.STANDING) in found(again)


def test_an_order_with_a_number_that_the_journal_has_not_reached_halts_the_venue() -> None:
    world = a_world()
    events = answer(world, (foreign(order=order_id(world.sequence + 500, 1)),))
    assert found(events) == [(kinds.ORDER_BEYOND_JOURNAL, kinds.HALTED)]
    assert list(world.ledger.halts) == ["venue:alpha"]


def test_an_order_of_ours_that_was_forgotten_and_is_open_there_is_taken_in_again() -> None:
    world = a_world()
    events = answer(world, (foreign(order=order_id(3, 1)),))
    assert only(events, OrderAdopted)[0].order == order_id(3, 1)


def test_an_order_that_we_do_not_know_and_that_has_ended_is_no_exposure() -> None:
    assert found(answer(a_world(), (foreign(status=CANCELLED),))) == []


# Net positions.


def test_a_net_position_that_differs_twice_halts_the_account() -> None:
    world = a_world()
    first = answer(world, lots=3)
    assert found(first) == [(kinds.POSITION_DIFFERS, kinds.ASKED)]
    assert not world.ledger.halts
    second = answer(world, lots=3)
    assert found(second) == [(kinds.POSITION_DIFFERS, kinds.HALTED)]
    assert list(world.ledger.halts) == ["account:main"]
    third = answer(world, lots=3)
    assert found(third) == [(kinds.POSITION_DIFFERS, kinds.STANDING)]
    world.say(LiftHalt("account:main", "ann", "a trade by hand, booked elsewhere"))
    assert only(answer(world, lots=3), HaltTripped) == []
    settled = answer(world, lots=0)
    assert only(settled, DifferenceSettled)[0].instrument == "COIN"


def test_a_net_position_that_differs_once_was_on_its_way() -> None:
    world = a_world()
    answer(world, lots=3)
    answer(world, lots=0)
    assert found(answer(world, lots=3)) == [(kinds.POSITION_DIFFERS, kinds.ASKED)]
    assert not world.ledger.halts


def test_a_position_of_an_account_that_is_not_ours_halts_the_venue() -> None:
    world = a_world()
    events = answer(world, positions=(PositionStated("nobody", "COIN", 2),))
    assert found(events) == [(kinds.POSITION_DIFFERS, kinds.HALTED)]
    assert list(world.ledger.halts) == ["venue:alpha"]


# The drop copy.


def copied(world: World, lots: int, fills: tuple[FillStated, ...] = ()) -> list[Event]:
    """The drop copy's answer to the question that the venue has answered."""
    question = world.ledger.venues["alpha"].reconciliation.question
    positions = (PositionStated("main", "COIN", lots),)
    return world.say(
        ReportVenue("alpha", question, CHANNEL_DROP_COPY, fills=fills, positions=positions)
    )


@pytest.mark.parametrize(
    ("venue", "copy", "who"),
    [(0, 5, "the drop copy differs"), (5, 5, "we differ"), (4, 5, "all three differ")],
)
def test_of_three_it_is_said_which_one_differs(venue: int, copy: int, who: str) -> None:
    world = a_world()
    answer(world, lots=venue)
    events = copied(world, copy)
    assert found(events) == [(kinds.DROP_COPY_DIFFERS, kinds.ASKED)]
    assert who in only(events, DifferenceFound)[0].text
    answer(world, lots=venue)
    resolutions = (kinds.HALTED, kinds.STANDING)
    assert found(copied(world, copy))[0] in [(kinds.DROP_COPY_DIFFERS, one) for one in resolutions]
    assert "account:main" in world.ledger.halts


def test_a_drop_copy_that_agrees_finds_nothing() -> None:
    world = a_world()
    order = working(world)
    filled(world, order, "e1", 4)
    answer(world, (as_it_is(order),))
    assert found(copied(world, 4, (fill(order.order, "e1", 4),))) == []


def test_an_execution_that_only_the_drop_copy_has_is_asked_about_and_then_halts() -> None:
    world = a_world()
    order = working(world)
    answer(world, (as_it_is(order),))
    events = copied(world, 0, (fill(order.order, "e9", 4),))
    assert found(events) == [(kinds.DROP_COPY_DIFFERS, kinds.ASKED)]
    assert order.status == UNKNOWN
    answer(world, (as_it_is(order),))
    answer(world, (as_it_is(order),))
    again = copied(world, 0, (fill(order.order, "e9", 4),))
    assert (kinds.DROP_COPY_DIFFERS, kinds.ASKED) in found(again) or world.ledger.halts


def test_an_execution_with_other_numbers_in_the_drop_copy_halts_the_account() -> None:
    world = a_world()
    order = working(world)
    filled(world, order, "e1", 4)
    answer(world, (as_it_is(order),))
    events = copied(world, 4, (fill(order.order, "e1", 4, PRICE + 1),))
    assert found(events) == [(kinds.DROP_COPY_DIFFERS, kinds.HALTED)]
    assert list(world.ledger.halts) == ["account:main"]
