"""Law 8: silence is UNKNOWN. No order is ever sent twice; its id is derived from the journal."""

import pytest

from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    AdvanceTime,
    NoteTrade,
    ProposeDecision,
    ServeQueue,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import CancelOrders, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.differences import AbsenceNoted
from interlock.messages.events import (
    CancelRequested,
    OrderCleared,
    OrderRejected,
    OrderRestated,
    OrderUnknown,
    ReportIgnored,
)
from interlock.messages.identity import order_id
from interlock.messages.reasons import (
    ABSENCE_PROVEN,
    ABSENCE_UNPROVEN,
    IMPOSSIBLE_TRANSITION,
    VENUE_SILENT,
)
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    CLEARED,
    EXPIRED,
    FILLED,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REJECTED,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_REJECTED,
    REPORT_SILENCE,
    REPORT_STATUS,
    UNKNOWN,
    WORKING,
)
from laws.histories import history
from laws.stage import USER_CONTROLS
from worlds import SECOND, World

PRICE = 10_000


def placed() -> tuple[World, int]:
    world = World()
    world.quote()
    order = world.order(BUY, 10)[-1].order
    return world, order


def status(world: World, order: int) -> int:
    return world.ledger.orders.find(order).status


def silent() -> tuple[World, int]:
    world, order = placed()
    assert world.report(order, REPORT_SILENCE) == [OrderUnknown(order, VENUE_SILENT)]
    return world, order


def test_an_order_without_an_answer_is_unknown_and_stays_open() -> None:
    world, order = silent()
    assert status(world, order) == UNKNOWN
    assert order in world.ledger.orders.open
    assert world.ledger.venues["alpha"].unknown_orders == 1


@pytest.mark.parametrize("ask", ["cancel", "replace"])
@pytest.mark.parametrize("between", [None, REPORT_FILL, REPORT_PENDING_CANCEL])
def test_silence_about_a_request_is_unknown_whatever_crossed_it(
    ask: str, between: int | None
) -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    asked = CancelOrders((order,)) if ask == "cancel" else ReplaceOrder(order, 12, PRICE)
    world.decide(asked)
    if between == REPORT_FILL:
        # A fill that crosses the request on the wire does not answer it.
        world.report(order, REPORT_FILL, execution_id="e1", quantity=3, price=PRICE)
    elif between is not None:
        pending = REPORT_PENDING_CANCEL if ask == "cancel" else REPORT_PENDING_REPLACE
        world.report(order, pending)
    assert status(world, order) == (PENDING_CANCEL if ask == "cancel" else PENDING_REPLACE)
    world.report(order, REPORT_SILENCE)
    assert status(world, order) == UNKNOWN


def test_a_venue_at_work_on_an_order_still_owes_the_answer() -> None:
    world, order = placed()
    world.report(order, REPORT_PENDING_NEW)
    assert status(world, order) == CLEARED
    world.report(order, REPORT_SILENCE)
    assert status(world, order) == UNKNOWN
    world.report(order, REPORT_PENDING_NEW)
    assert status(world, order) == CLEARED


def test_silence_about_a_request_on_an_order_that_is_all_filled_is_no_loss() -> None:
    world, order = placed()
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_FILL, execution_id="e1", quantity=10, price=PRICE)
    world.report(order, REPORT_SILENCE)
    assert status(world, order) == FILLED


def test_a_timer_that_fires_after_the_answer_changes_nothing() -> None:
    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    ignored = ReportIgnored(order, REPORT_SILENCE, IMPOSSIBLE_TRANSITION)
    assert world.report(order, REPORT_SILENCE) == [ignored]
    assert status(world, order) == WORKING


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [(REPORT_ACCEPTED, WORKING), (REPORT_STATUS, WORKING), (REPORT_REJECTED, REJECTED),
     (REPORT_CANCELLED, CANCELLED), (REPORT_EXPIRED, EXPIRED),
     (REPORT_PENDING_CANCEL, PENDING_CANCEL)],
)  # fmt: skip
def test_what_the_venue_says_when_asked_resolves_the_unknown(kind: int, becomes: int) -> None:
    world, order = silent()
    world.report(order, kind)
    assert status(world, order) == becomes
    assert world.ledger.venues["alpha"].unknown_orders == 0


def test_fills_that_the_venue_repeats_when_asked_are_counted_once() -> None:
    world, order = placed()
    fill = {"execution_id": "e1", "quantity": 4, "price": PRICE}
    world.report(order, REPORT_FILL, **fill)
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_SILENCE)
    world.report(order, REPORT_FILL, **fill)
    assert isinstance(world.report(order, REPORT_STATUS)[0], OrderRestated)
    record = world.ledger.orders.find(order)
    assert (record.status, record.filled) == (PARTIALLY_FILLED, 4)


def test_only_an_order_that_was_never_acknowledged_can_be_proven_absent() -> None:
    world, order = placed()
    ignored = ReportIgnored(order, REPORT_ABSENT, IMPOSSIBLE_TRANSITION)
    # Nobody has asked yet.
    assert world.report(order, REPORT_ABSENT) == [ignored]
    world.report(order, REPORT_SILENCE)
    # Too early: it may still be on its way.
    assert world.report(order, REPORT_ABSENT) == [
        ReportIgnored(order, REPORT_ABSENT, ABSENCE_UNPROVEN)
    ]
    world.say(AdvanceTime(), after_ns=2 * SECOND)
    assert world.report(order, REPORT_ABSENT) == [AbsenceNoted(order, 1)]
    assert status(world, order) == UNKNOWN
    assert world.report(order, REPORT_ABSENT) == [OrderRejected(order, ABSENCE_PROVEN, "")]

    world, order = placed()
    world.report(order, REPORT_ACCEPTED)
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_SILENCE)
    world.say(AdvanceTime(), after_ns=2 * SECOND)
    # The venue had it and has it no more: it may have traded it. Its denials alone prove nothing.
    for count in (1, 2, 3):
        assert world.report(order, REPORT_ABSENT) == [AbsenceNoted(order, count)]
    assert status(world, order) == UNKNOWN


def test_denials_before_an_answer_do_not_count_after_it() -> None:
    world, order = silent()
    world.say(AdvanceTime(), after_ns=2 * SECOND)
    assert world.report(order, REPORT_ABSENT) == [AbsenceNoted(order, 1)]
    world.report(order, REPORT_PENDING_NEW)
    world.report(order, REPORT_SILENCE)
    assert world.report(order, REPORT_ABSENT) == [AbsenceNoted(order, 1)]


def test_a_venue_that_will_not_cancel_what_it_never_acknowledged_has_not_said_that_it_has_it() -> (
    None
):
    world, order = placed()
    world.decide(CancelOrders((order,)))
    world.report(order, REPORT_CANCEL_REJECTED)
    assert status(world, order) == UNKNOWN


def test_nothing_is_sent_again_for_an_order_that_is_unknown() -> None:
    world, order = silent()
    sent = len(effects(world))
    world.report(order, REPORT_SILENCE)
    world.say(ServeQueue(9))
    world.report(order, REPORT_STATUS)
    assert len(effects(world)) == sent


def effects(world: World) -> list[object]:
    kinds = (OrderCleared, CancelRequested)
    return [event for entry in world.entries for event in entry.events if isinstance(event, kinds)]


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_an_order_is_named_by_its_command_and_its_place_and_cleared_once(seed: int) -> None:
    world = history(seed, 500)
    cleared = [event for event in effects(world) if isinstance(event, OrderCleared)]
    assert cleared
    assert len({event.order for event in cleared}) == len(cleared)
    for event in cleared:
        place = event.order & 0xFFFFF
        released = world.entries[(event.order >> 20) - 1].command
        if isinstance(released, ProposeDecision):
            assert event.order == order_id(event.decision, place)
        else:
            # A child of a large order is named by the fact that released it.
            assert isinstance(released, UpdateQuote | UpdateLadder | NoteTrade | AdvanceTime)
            assert event in world.entries[(event.order >> 20) - 1].events
        proposed = world.entries[event.decision - 1].command
        assert isinstance(proposed, ProposeDecision)
        assert proposed.decision.source == event.source
    # Executed again, the same orders have the same names: a resend is recognisable.
    kernel = Kernel(Ledger(), USER_CONTROLS)
    again = [
        event
        for sequence, entry in enumerate(world.entries, start=1)
        for event in kernel.step(sequence, entry.time_ns, entry.command)
        if isinstance(event, OrderCleared)
    ]
    assert again == cleared


def test_a_decision_is_judged_once_however_often_the_queue_is_served() -> None:
    world = World()
    world.quote()
    action = OrderQuantity("COIN", BUY, 1, Terms(price=PRICE, venue="alpha"))
    world.say(ProposeDecision(world.decision(action)))
    assert len(world.say(ServeQueue(9))) == 2
    assert world.say(ServeQueue(9)) == []
