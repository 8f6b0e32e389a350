"""Reconciling: statements that cannot be, and ways out of UNKNOWN."""

from typing import Any

import pytest

from interlock.ledger.orders import OrderRecord
from interlock.messages import differences as kinds
from interlock.messages.commands import AdvanceTime
from interlock.messages.decisions import CancelOrders
from interlock.messages.differences import (
    AbsenceNoted,
    OrderResolved,
    ResolutionProposed,
    VenueReconciled,
)
from interlock.messages.events import (
    CommandRefused,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
)
from interlock.messages.reasons import (
    ABSENCE_PROVEN,
    MALFORMED,
    NOTHING_TO_DO,
    PERSON_DECIDED,
    SAME_PERSON,
    UNKNOWN_ORDER,
)
from interlock.messages.statements import (
    STATED_ROWS_MAX,
    AskVenue,
    PositionStated,
    ReportVenue,
    ResolveOrder,
)
from interlock.messages.terms import (
    CANCELLED,
    EXPIRED,
    FILLED,
    REJECTED,
    REPORT_ABSENT,
    REPORT_SILENCE,
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
    found,
    only,
    working,
)
from worlds import SECOND, World

# Statements that cannot be.


def test_pages_out_of_turn_conclude_nothing_from_what_is_missing() -> None:
    world = a_world()
    order = working(world)
    question = ask(world)
    events = answer(world, question=question, page=2)
    assert found(events) == [(kinds.STATEMENT_MISSING, kinds.IGNORED)]
    assert only(events, VenueReconciled) == []
    assert order.status == WORKING
    # The first page comes after all: but the answer is not whole any more.
    late = answer(world, question=question, page=1)
    assert order.status == WORKING
    assert only(late, VenueReconciled)[0].is_whole is False
    assert world.ledger.venues["alpha"].reconciliation.since_ns == 0


def test_an_answer_in_pages_is_compared_at_its_end() -> None:
    world = a_world()
    order, other = working(world), working(world)
    question = ask(world)
    first = world.say(ReportVenue("alpha", question, page=1, is_last=False,
                                  orders=(as_it_is(order),)))  # fmt: skip
    assert first == []
    events = answer(world, (as_it_is(other),), question=question, page=2)
    assert only(events, VenueReconciled)[0].orders == 2
    assert found(events) == []


def test_an_answer_that_nobody_asked_for_is_ignored() -> None:
    world = a_world()
    order = working(world)
    ask(world)
    events = answer(world, question=3)
    assert found(events) == [(kinds.STATEMENT_MISSING, kinds.IGNORED)]
    assert order.status == WORKING


def test_an_answer_after_the_last_page_is_ignored() -> None:
    world = a_world()
    question = ask(world)
    answer(world, question=question)
    events = answer(world, question=question, page=2)
    assert found(events) == [(kinds.STATEMENT_MISSING, kinds.IGNORED)]


@pytest.mark.parametrize(
    "page",
    [
        ReportVenue("nowhere", 1),
        ReportVenue("alpha", 1, channel=9),
        ReportVenue("alpha", 1, fills=tuple(fill(1, f"e{n}", 1) for n in range(501))),
    ],
    ids=["venue", "channel", "rows"],
)
def test_a_page_that_cannot_be_read_changes_nothing(page: ReportVenue) -> None:
    assert STATED_ROWS_MAX == 500
    world = a_world()
    working(world)
    events = world.say(page)
    assert found(events) == [(kinds.STATEMENT_MALFORMED, kinds.IGNORED)]


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": 0}, {"quantity": -5}, {"quantity": 1 << 63}, {"filled": -1}, {"price": -1},
        {"status": 99}, {"revision": -1}, {"filled": 11}, {"quantity": 1 << 61},
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_changes_nothing(changed: dict[str, Any]) -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, **changed),))
    assert found(events) == [(kinds.STATEMENT_MALFORMED, kinds.IGNORED)]
    assert (order.status, order.quantity, order.filled) == (WORKING, 10, 0)
    assert only(events, VenueReconciled)[0].is_whole is False


@pytest.mark.parametrize(
    "row",
    [(0, PRICE), (-3, PRICE), (1 << 61, PRICE), (3, 0), (3, -1)],
)
def test_an_execution_that_cannot_be_changes_nothing(row: tuple[int, int]) -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order),), (fill(order.order, "e1", *row),), lots=0)
    assert found(events) == [(kinds.STATEMENT_MALFORMED, kinds.IGNORED)]
    assert order.filled == 0


def test_an_order_that_stands_there_twice_is_compared_once() -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order), as_it_is(order, quantity=3)))
    assert found(events) == [(kinds.STATEMENT_CONTRADICTS_ITSELF, kinds.IGNORED)]
    assert order.quantity == 10


def test_a_position_that_stands_there_twice_concludes_nothing() -> None:
    world = a_world()
    twice = (PositionStated("main", "COIN", 1), PositionStated("main", "COIN", 2))
    events = answer(world, positions=twice)
    assert found(events) == [(kinds.STATEMENT_CONTRADICTS_ITSELF, kinds.IGNORED)]


def test_an_order_stated_as_filled_with_less_than_its_quantity_contradicts_itself() -> None:
    world = a_world()
    order = working(world)
    events = answer(world, (as_it_is(order, status=FILLED),))
    assert found(events) == [(kinds.STATEMENT_CONTRADICTS_ITSELF, kinds.IGNORED)]
    assert order.status == WORKING


def test_an_order_that_was_sent_elsewhere_is_not_this_venues_to_state() -> None:
    world = a_world()
    order = working(world)
    question = world.say(AskVenue("beta", "test"))[-1].question
    events = world.say(ReportVenue("beta", question, orders=(as_it_is(order, status=CANCELLED),)))
    assert found(events) == [(kinds.STATEMENT_CONTRADICTS_ITSELF, kinds.IGNORED)]
    assert order.status == WORKING


# A way out of UNKNOWN.


def denied(world: World, order: OrderRecord) -> None:
    """An acknowledged order that its venue denies twice."""
    world.say(AdvanceTime(), after_ns=3 * SECOND)
    world.report(order.order, REPORT_ABSENT)
    world.report(order.order, REPORT_ABSENT)
    assert order.status == UNKNOWN


def test_an_order_that_is_gone_ends_when_the_net_position_proves_that_it_did_not_trade() -> None:
    world = a_world()
    order = working(world)
    denied(world, order)
    events = answer(world)
    assert found(events) == [(kinds.ORDER_GONE, kinds.TAKEN)]
    assert only(events, OrderCancelled) == [OrderCancelled(order.order, ABSENCE_PROVEN)]
    assert order.reserved == 0


def test_an_order_that_is_gone_and_may_have_traded_stays_unknown() -> None:
    world = a_world()
    order = working(world)
    denied(world, order)
    answer(world, lots=2)
    assert (order.status, order.reserved) == (UNKNOWN, 10)


def test_an_order_denied_once_does_not_end() -> None:
    world = a_world()
    order = working(world)
    world.say(AdvanceTime(), after_ns=3 * SECOND)
    assert AbsenceNoted(order.order, 1) in world.report(order.order, REPORT_ABSENT)
    answer(world)
    assert order.status == UNKNOWN


def in_doubt() -> tuple[World, OrderRecord]:
    world = a_world()
    order = working(world)
    world.decide(CancelOrders((order.order,)))
    world.report(order.order, REPORT_SILENCE)
    assert order.status == UNKNOWN
    return world, order


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (REJECTED, lambda number: OrderRejected(number, PERSON_DECIDED, "on the phone")),
        (CANCELLED, lambda number: OrderCancelled(number, PERSON_DECIDED)),
        (EXPIRED, lambda number: OrderExpired(number, False)),
    ],
)
def test_two_people_can_say_what_became_of_an_order(status: int, event: Any) -> None:
    world, order = in_doubt()
    number = order.order
    said = world.say(ResolveOrder(number, status, "ann", "on the phone"))
    assert said == [ResolutionProposed(number, status, "ann", "on the phone")]
    assert order.reserved == 10
    again = world.say(ResolveOrder(number, status, "ann", "on the phone"))
    assert again[0].reason == SAME_PERSON
    agreed = world.say(ResolveOrder(number, status, "bob", "on the phone"))
    assert agreed == [
        OrderResolved(number, status, "ann", "bob", "on the phone"),
        event(number),
    ]
    assert (order.status, order.reserved) == (status, 0)


def test_two_people_who_say_different_things_resolve_nothing() -> None:
    world, order = in_doubt()
    world.say(ResolveOrder(order.order, CANCELLED, "ann", "mail"))
    said = world.say(ResolveOrder(order.order, EXPIRED, "bob", "mail"))
    assert said == [ResolutionProposed(order.order, EXPIRED, "bob", "mail")]
    assert order.status == UNKNOWN


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"order": 77}, UNKNOWN_ORDER),
        ({"order": -1}, UNKNOWN_ORDER),
        ({"status": FILLED}, MALFORMED),
        ({"status": 99}, MALFORMED),
        ({"evidence": ""}, MALFORMED),
    ],
)
def test_a_word_about_an_order_that_cannot_be_followed_says_why(
    changed: dict[str, Any], reason: int
) -> None:
    world, order = in_doubt()
    values = {"order": order.order, "status": CANCELLED, "by": "ann", "evidence": "mail"}
    refused = world.say(ResolveOrder(**{**values, **changed}))
    assert isinstance(refused[0], CommandRefused)
    assert refused[0].reason == reason


def test_only_what_nobody_can_tell_is_for_people_to_say() -> None:
    world = a_world()
    order = working(world)
    refused = world.say(ResolveOrder(order.order, CANCELLED, "ann", "mail"))
    assert refused[0].reason == NOTHING_TO_DO


def test_an_order_that_has_traded_was_there() -> None:
    world, order = in_doubt()
    filled(world, order, "e1", 4)
    world.report(order.order, REPORT_SILENCE)
    world.decide(CancelOrders((order.order,)))
    world.report(order.order, REPORT_SILENCE)
    assert order.status == UNKNOWN
    refused = world.say(ResolveOrder(order.order, REJECTED, "ann", "mail"))
    assert refused[0].reason == MALFORMED
