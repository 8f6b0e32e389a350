"""Reconciling: each class of difference earned by the smallest statement, and its rule kept."""

from typing import Any

import pytest

from interlock.messages import differences as kinds
from interlock.messages.commands import AdvanceTime
from interlock.messages.decisions import CancelOrders, ReplaceOrder
from interlock.messages.differences import (
    DifferenceSettled,
    OrderAdopted,
    VenueQuestioned,
    VenueReconciled,
    VenueUnanswered,
)
from interlock.messages.events import (
    CommandRefused,
    Event,
    HaltTripped,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderUnknown,
)
from interlock.messages.reasons import (
    NOT_AS_STATED,
    UNKNOWN_VENUE,
)
from interlock.messages.statements import (
    AskVenue,
    ReportVenue,
)
from interlock.messages.terms import (
    CANCELLED,
    EXPIRED,
    FILLED,
    PARTIALLY_FILLED,
    REJECTED,
    REPORT_CANCELLED,
    REPORT_REJECTED,
    REPORT_SILENCE,
    SELL,
    UNKNOWN,
    WORKING,
)
from kernel.stating import (
    PRICE,
    a_world,
    answer,
    as_it_is,
    ask,
    fill,
    filled,
    foreign,
    found,
    only,
    working,
)
from worlds import SECOND

# What is equal.


def test_a_statement_that_says_what_we_know_finds_nothing() -> None:
    world = a_world()
    order = working(world)
    filled(world, order, "e1", 4)
    events = answer(
        world, (as_it_is(order, status=PARTIALLY_FILLED),), (fill(order.order, "e1", 4),)
    )
    question = world.sequence - 1
    assert events == [VenueReconciled("alpha", 1, question, 1, 1, 1, 0, 0, 0, True)]
    assert world.ledger.venues["alpha"].reconciliation.since_ns == world.time_ns


def test_the_next_question_asks_for_what_happened_since_the_last_whole_answer() -> None:
    world = a_world()
    assert world.say(AskVenue("alpha", "ann"))[-1] == VenueQuestioned("alpha", world.sequence, 0)
    answer(world, question=world.sequence)
    moment = world.time_ns
    world.say(AdvanceTime(), after_ns=SECOND)
    asked = world.say(AskVenue("alpha", "ann"))
    assert asked == [VenueQuestioned("alpha", world.sequence, moment)]


def test_a_venue_that_does_not_exist_cannot_be_asked() -> None:
    refused = a_world().say(AskVenue("nowhere", "ann"))
    assert isinstance(refused[0], CommandRefused)
    assert refused[0].reason == UNKNOWN_VENUE


def test_a_question_without_an_answer_is_noticed_when_the_next_is_asked() -> None:
    world = a_world()
    first = ask(world)
    events = world.say(AskVenue("alpha", "timer"))
    assert events[0] == VenueUnanswered("alpha", first)
    assert isinstance(events[1], VenueQuestioned)


# Executions.


def test_a_missed_fill_is_taken_under_the_venues_own_id_and_only_once() -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, filled=4),), (fill(order.order, "e7", 4),))
    assert found(events) == [(kinds.FILL_MISSED, kinds.TAKEN)]
    assert only(events, OrderFilled) == [OrderFilled(order.order, "e7", 4, PRICE, 3, 1)]
    assert (order.filled, order.status) == (4, PARTIALLY_FILLED)
    # Its own report comes late: it is known already.
    filled(world, order, "e7", 4)
    assert order.filled == 4
    assert found(answer(world, (as_it_is(order),), (fill(order.order, "e7", 4),))) == []


def test_a_fill_told_without_being_asked_is_taken_too() -> None:
    world = a_world()
    order = working(world)
    events = world.say(ReportVenue("alpha", 0, fills=(fill(order.order, "e7", 4),)))
    assert found(events) == [(kinds.FILL_MISSED, kinds.TAKEN)]
    assert order.filled == 4
    assert only(events, VenueReconciled) == []


def test_a_fill_of_an_order_that_had_ended_here_is_taken() -> None:
    world = a_world()
    order = working(world)
    world.report(order.order, REPORT_CANCELLED)
    answer(world, (), (fill(order.order, "e7", 4),))
    assert (order.filled, order.status) == (4, CANCELLED)
    assert world.ledger.accounts["main"].positions["COIN"].lots == 4


def test_an_execution_with_other_numbers_halts_the_instrument_and_stays_found() -> None:
    world = a_world()
    order = working(world)
    filled(world, order, "e1", 4)
    events = answer(world, (as_it_is(order),), (fill(order.order, "e1", 5),))
    assert found(events) == [(kinds.FILL_DIFFERS, kinds.HALTED)]
    assert only(events, HaltTripped)[0].scope == "instrument:COIN"
    again = answer(world, (), (fill(order.order, "e1", 5),))
    assert (kinds.FILL_DIFFERS, kinds.STANDING) in found(again)
    assert only(again, HaltTripped) == []


def test_more_fills_here_than_there_halt_the_instrument() -> None:
    world = a_world()
    order = working(world)
    filled(world, order, "e1", 4)
    events = answer(world, (as_it_is(order, filled=1),))
    assert found(events) == [(kinds.FILL_UNKNOWN_TO_VENUE, kinds.HALTED)]
    assert list(world.ledger.halts) == ["instrument:COIN"]
    settled = answer(world, (as_it_is(order),))
    assert isinstance(settled[0], DifferenceSettled)


def test_a_filled_quantity_without_its_executions_is_asked_about() -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, filled=3),), lots=3)
    assert found(events) == [(kinds.FILL_WITHOUT_ID, kinds.ASKED)]
    assert only(events, OrderUnknown) == [OrderUnknown(order.order, NOT_AS_STATED)]
    assert (order.status, order.reserved) == (UNKNOWN, 10)


# Orders.


@pytest.mark.parametrize(
    ("status", "concluded"),
    [(CANCELLED, OrderCancelled), (EXPIRED, OrderExpired), (REJECTED, OrderRejected)],
)
def test_an_order_that_has_ended_there_ends_here(status: int, concluded: type[Event]) -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, status=status),))
    assert found(events) == [(kinds.ORDER_STATUS_DIFFERS, kinds.TAKEN)]
    assert len(only(events, concluded)) == 1
    assert (order.status, order.reserved) == (status, 0)


def test_an_order_that_was_made_as_small_as_it_is_filled_has_ended_as_filled() -> None:
    world = a_world()
    order = working(world)
    filled(world, order, "e1", 4)
    events = answer(world, (as_it_is(order, quantity=4, status=FILLED),))
    assert found(events) == [(kinds.ORDER_STATUS_DIFFERS, kinds.TAKEN)]
    assert order.status == FILLED


def test_an_order_in_doubt_that_is_open_there_works_again() -> None:
    world = a_world()
    order = working(world)
    world.decide(CancelOrders((order.order,)))
    world.report(order.order, REPORT_SILENCE)
    assert order.status == UNKNOWN
    events = answer(world, (as_it_is(order),))
    assert only(events, OrderRestated) == [OrderRestated(order.order, 10)]
    assert order.status == WORKING


@pytest.mark.parametrize("end", [REPORT_CANCELLED, REPORT_REJECTED])
def test_an_order_that_ended_here_and_is_open_there_is_in_doubt_with_its_exposure(end: int) -> None:
    world = a_world()
    order = working(world)
    world.report(order.order, end)
    assert order.reserved == 0
    events = answer(world, (as_it_is(order),))
    assert found(events) == [(kinds.ORDER_STATUS_DIFFERS, kinds.ASKED)]
    assert (order.status, order.reserved) == (UNKNOWN, 10)


def test_a_quantity_that_is_another_there_is_believed() -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, quantity=6),))
    assert found(events) == [(kinds.QUANTITY_DIFFERS, kinds.TAKEN)]
    assert (order.quantity, order.reserved) == (6, 6)


def test_a_quantity_beyond_what_the_gate_allowed_is_reserved_and_halts() -> None:
    world = a_world()
    order = working(world)
    answer(world, (as_it_is(order, quantity=60),))
    assert (order.quantity, order.reserved) == (60, 60)
    assert world.ledger.broken == {"filled_within_allowed": 1}


def test_a_price_that_is_another_there_is_believed() -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, price=PRICE - 5),))
    assert found(events) == [(kinds.PRICE_DIFFERS, kinds.TAKEN)]
    assert only(events, OrderReplaced) == [OrderReplaced(order.order, 0, 10, PRICE - 5)]


def test_a_replace_whose_answer_was_lost_is_made_up_for() -> None:
    world = a_world()
    order = working(world)
    world.decide(ReplaceOrder(order.order, 12, PRICE))
    world.report(order.order, REPORT_SILENCE)
    events = answer(world, (as_it_is(order, quantity=12, revision=1),))
    assert (order.quantity, order.revision, order.status) == (12, 1, WORKING)
    assert found(events) == [(kinds.QUANTITY_DIFFERS, kinds.TAKEN)]


def test_an_order_that_the_venue_does_not_state_is_in_doubt_and_reserved() -> None:
    world = a_world()
    order = working(world)
    events = answer(world)
    assert found(events) == [(kinds.ORDER_UNKNOWN_TO_VENUE, kinds.ASKED)]
    assert (order.status, order.reserved) == (UNKNOWN, 10)


@pytest.mark.parametrize("changed", [{"side": SELL}, {"account": "other"}, {"instrument": "GOLD"}])
def test_another_order_under_our_number_halts_the_venue(changed: dict[str, Any]) -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, **changed),))
    assert found(events) == [(kinds.ORDER_IS_ANOTHER, kinds.HALTED)]
    assert list(world.ledger.halts) == ["venue:alpha"]
    assert order.status == WORKING


# What is in flight.


def test_an_order_that_was_sent_after_the_question_is_left_alone() -> None:
    world = a_world()
    question = ask(world)
    order = working(world)
    events = answer(world, question=question, lots=0)
    assert found(events) == []
    assert only(events, VenueReconciled)[0].in_flight == 1
    assert order.status == WORKING


def test_an_order_that_is_being_cancelled_is_left_alone() -> None:
    world = a_world()
    order = working(world)
    world.decide(CancelOrders((order.order,)))
    assert found(answer(world)) == []


def test_a_fill_heard_after_the_question_is_no_difference_of_position() -> None:
    world = a_world()
    order = working(world)
    question = ask(world)
    filled(world, order, "e1", 4)
    events = answer(world, (as_it_is(order, filled=0),), question=question, lots=0)
    assert found(events) == []


def test_fills_of_an_order_in_flight_are_taken_all_the_same() -> None:
    world = a_world()
    order = working(world)
    world.decide(CancelOrders((order.order,)))
    events = answer(world, (), (fill(order.order, "e1", 4),))
    assert found(events) == [(kinds.FILL_MISSED, kinds.TAKEN)]


# The same on every run.


def test_the_same_statements_conclude_the_same_events() -> None:
    def run() -> list[Event]:
        world = a_world()
        order = working(world)
        first = answer(world, (as_it_is(order, filled=4), foreign()), (fill(order.order, "e7", 4),))
        return first + answer(world, lots=9)

    assert run() == run()
    assert any(isinstance(said, OrderAdopted) for said in run())
