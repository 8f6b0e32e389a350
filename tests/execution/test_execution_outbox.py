"""The outbox: once, after the disk, and never in doubt for ever."""

from itertools import pairwise
from pathlib import Path

import pytest

from execution.doubles import SILENCE_NS, Station
from interlock.execution.outbox import QUERY_DOUBLINGS_MAX, QUESTIONS_MAX
from interlock.messages.commands import Command, Halt, ReportAction, ReportOrder
from interlock.messages.decisions import CancelOrders, NamedAction, ReplaceOrder
from interlock.messages.terms import (
    FILLED,
    PENDING_CANCEL,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_PENDING_NEW,
    REPORT_REJECTED,
    REPORT_REPLACED,
    REPORT_SILENCE,
    REPORT_STATUS,
    UNKNOWN,
    WORKING,
)
from worlds import SECOND, START


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "session")


def sent(station: Station) -> int:
    """An order that has left at START."""
    order = station.order()
    station.engine.keep()
    return order


def tell(station: Station, order: int, kind: int, time_ns: int, **fields: object) -> None:
    values: dict[str, object] = {"venue": "alpha", "order": order, "kind": kind, **fields}
    station.engine.take(time_ns, ReportOrder(**values))  # type: ignore[arg-type]
    station.engine.keep()


def status(station: Station, order: int) -> int:
    found = station.engine.kernel.ledger.orders.find(order)
    assert found is not None
    return found.status


def silences(said: list[tuple[int, Command]]) -> list[int]:
    return [
        time_ns
        for time_ns, command in said
        if isinstance(command, ReportOrder) and command.kind == REPORT_SILENCE
    ]


def queries(station: Station) -> list[int]:
    return [time_ns for what, time_ns, _ in station.venue.reached if what == "query"]


def test_nothing_leaves_before_its_batch_is_durable(station: Station) -> None:
    station.order()
    assert station.venue.reached == []
    station.engine.keep()
    assert station.trace == ["synced", "submit"]


def test_a_batch_that_is_being_written_has_not_left_yet(station: Station) -> None:
    station.order()
    station.engine.begin_keeping()
    assert station.venue.reached == []
    assert station.engine.effects_since_ns == START
    station.engine.finish_keeping()
    assert [what for what, _, _ in station.venue.reached] == ["submit"]
    assert station.engine.effects_since_ns == -1


def test_effects_leave_once_in_their_order_and_at_the_time_of_their_decision(
    station: Station,
) -> None:
    first = station.order(START + 5)
    second = station.order(START + 7)
    station.engine.keep()
    station.engine.keep()
    assert station.venue.reached == [
        ("submit", START + 5, first),
        ("submit", START + 7, second),
    ]
    assert station.outbox.sent == 2


def test_a_batch_handed_on_twice_is_our_own_mistake(station: Station) -> None:
    sent(station)
    with pytest.raises(AssertionError, match="was handed on"):
        station.outbox.hand_on(station.outbox.sent_sequence, [])


def test_an_effect_leaves_for_its_own_venue(station: Station) -> None:
    sent(station)
    assert station.other.reached == []


def test_silence_makes_the_order_unknown_and_the_venue_is_asked(station: Station) -> None:
    order = sent(station)
    assert station.elapse(START + SILENCE_NS - 1) == []
    said = station.elapse(START + SILENCE_NS)
    assert silences(said) == [START + SILENCE_NS]
    assert queries(station) == [START + SILENCE_NS]
    assert status(station, order) == UNKNOWN


def test_a_venue_is_not_asked_before_the_silence_is_durable(station: Station) -> None:
    order = sent(station)
    [(_, silence)] = station.outbox.due(START + SILENCE_NS)
    station.engine.take(START + SILENCE_NS, silence)
    assert station.outbox.due(START + 100 * SILENCE_NS) == []
    station.engine.begin_keeping()
    assert queries(station) == []
    assert station.engine.effects_since_ns == START + SILENCE_NS
    station.engine.finish_keeping()
    assert queries(station) == [START + SILENCE_NS]
    assert status(station, order) == UNKNOWN


def test_an_answer_before_the_silence_is_durable_spares_the_question(station: Station) -> None:
    order = sent(station)
    [(_, silence)] = station.outbox.due(START + SILENCE_NS)
    station.engine.take(START + SILENCE_NS, silence)
    tell(station, order, REPORT_ACCEPTED, START + SILENCE_NS + 1)
    assert station.elapse(START + 100 * SILENCE_NS) == []
    assert queries(station) == []


def test_a_doubt_of_another_reason_is_not_asked_about_before_it_is_durable(
    station: Station,
) -> None:
    order = sent(station)
    station.outbox.settle(order)
    station.engine.take(START + 1, ReportOrder("alpha", order, REPORT_SILENCE))
    assert station.outbox.due(START + 1 + SILENCE_NS) == []
    assert queries(station) == []
    station.engine.keep()
    assert station.outbox.due(START + 1 + 2 * SILENCE_NS) == []
    assert queries(station) == [START + 1 + 2 * SILENCE_NS]


def test_the_venue_is_asked_less_and_less_often_and_not_for_ever(station: Station) -> None:
    sent(station)
    said = station.elapse(START + 100_000 * SECOND)
    asked = queries(station)
    assert len(asked) == QUESTIONS_MAX
    waits = [after - before for before, after in pairwise(asked)]
    doubled = [SILENCE_NS << min(n, QUERY_DOUBLINGS_MAX) for n in range(1, QUESTIONS_MAX)]
    assert waits == doubled
    assert len(silences(said)) == 1
    assert station.outbox.next_time_ns() == -1
    assert [what for what, _, _ in station.venue.reached].count("submit") == 1


@pytest.mark.parametrize("kind", [REPORT_ACCEPTED, REPORT_CANCELLED, REPORT_REJECTED])
def test_an_answer_in_time_stops_the_timer(station: Station, kind: int) -> None:
    order = sent(station)
    tell(station, order, kind, START + 1)
    assert station.elapse(START + 100 * SECOND) == []
    assert queries(station) == []


def test_an_answer_to_a_question_stops_the_questions(station: Station) -> None:
    order = sent(station)
    station.elapse(START + SILENCE_NS)
    tell(station, order, REPORT_STATUS, START + SILENCE_NS + 1, quantity=10)
    assert status(station, order) == WORKING
    assert station.elapse(START + 100_000 * SECOND) == []
    assert len(queries(station)) == 1


def test_a_venue_that_is_still_at_work_has_not_answered(station: Station) -> None:
    order = sent(station)
    tell(station, order, REPORT_PENDING_NEW, START + 1)
    assert silences(station.elapse(START + SILENCE_NS)) == [START + SILENCE_NS]


def test_a_venue_that_is_at_work_when_asked_and_then_silent_is_silent_again(
    station: Station,
) -> None:
    order = sent(station)
    station.elapse(START + SILENCE_NS)
    tell(station, order, REPORT_PENDING_NEW, START + SILENCE_NS + 1)
    assert status(station, order) != UNKNOWN
    said = station.elapse(START + 100 * SILENCE_NS)
    assert len(silences(said)) == 1
    assert status(station, order) == UNKNOWN
    station.elapse(START + 100_000 * SECOND)
    assert len(queries(station)) == QUESTIONS_MAX


def working(station: Station) -> int:
    order = sent(station)
    tell(station, order, REPORT_ACCEPTED, START + 1)
    return order


def test_a_fill_that_crosses_a_cancel_is_no_answer_to_it(station: Station) -> None:
    order = working(station)
    station.decide(CancelOrders((order,)), START + 10)
    station.engine.keep()
    tell(station, order, REPORT_FILL, START + 20, execution_id="x1", quantity=3, price=9_980)
    assert status(station, order) == PENDING_CANCEL
    assert silences(station.elapse(START + SILENCE_NS + 10)) == [START + SILENCE_NS + 10]
    assert status(station, order) == UNKNOWN


def test_a_late_acceptance_is_no_answer_to_the_cancel_that_followed(station: Station) -> None:
    order = sent(station)
    station.decide(CancelOrders((order,)), START + 10)
    station.engine.keep()
    tell(station, order, REPORT_ACCEPTED, START + 20)
    assert silences(station.elapse(START + SILENCE_NS + 10)) == [START + SILENCE_NS + 10]


def test_the_fill_that_completes_an_order_ends_the_wait_for_its_cancel_in_the_end(
    station: Station,
) -> None:
    order = working(station)
    station.decide(CancelOrders((order,)), START + 10)
    station.engine.keep()
    tell(station, order, REPORT_FILL, START + 20, execution_id="x1", quantity=10, price=9_980)
    station.elapse(START + 100_000 * SECOND)
    assert status(station, order) == FILLED
    assert len(queries(station)) <= 1


def test_a_refused_cancel_is_an_answer(station: Station) -> None:
    order = working(station)
    station.decide(CancelOrders((order,)), START + 10)
    station.engine.keep()
    tell(station, order, REPORT_CANCEL_REJECTED, START + 20)
    assert station.elapse(START + 100 * SECOND) == []


def test_a_word_of_another_venue_is_no_answer(station: Station) -> None:
    order = sent(station)
    station.engine.take(START + 1, ReportOrder("beta", order, REPORT_ACCEPTED))
    assert len(silences(station.elapse(START + SILENCE_NS))) == 1


def test_asking_for_a_change_again_and_again_does_not_put_off_the_silence(
    station: Station,
) -> None:
    order = working(station)
    for n in range(1, 4):
        change = ReplaceOrder(order, 10 + n, 9_980)
        station.decide(change, START + 10 + n * SILENCE_NS // 4)
        station.engine.keep()
    first = START + 10 + SILENCE_NS // 4
    assert silences(station.elapse(first + SILENCE_NS)) == [first + SILENCE_NS]


def test_the_newest_change_has_its_own_time_once_the_older_is_answered(station: Station) -> None:
    order = working(station)
    station.decide(ReplaceOrder(order, 11, 9_980), START + 10)
    station.decide(ReplaceOrder(order, 12, 9_980), START + SECOND)
    station.engine.keep()
    tell(station, order, REPORT_REPLACED, START + SECOND, revision=1, quantity=11, price=9_980)
    assert silences(station.elapse(START + SILENCE_NS + 10)) == []
    assert silences(station.elapse(START + SILENCE_NS + SECOND)) == [START + SILENCE_NS + SECOND]


def test_a_halts_cancels_leave_like_any_other(station: Station) -> None:
    order = working(station)
    station.engine.take(START + 5, Halt("firm", "anna", "stop"))
    assert ("cancel", START + 5, order) not in station.venue.reached
    station.engine.keep()
    assert ("cancel", START + 5, order) in station.venue.reached


class Counting:
    """An executor that counts."""

    def __init__(self) -> None:
        self.done = 0

    def execute(self, time_ns: int, action: object) -> ReportAction:
        self.done += 1
        return ReportAction(action.action, True, "done")  # type: ignore[attr-defined]


def test_an_action_is_carried_out_once_after_the_disk_and_its_answer_is_a_command(
    tmp_path: Path,
) -> None:
    counting = Counting()
    station = Station(tmp_path / "session", executors={"notify": counting})
    station.decide(NamedAction("notify", {"to": "desk"}))
    assert counting.done == 0
    station.engine.keep()
    assert counting.done == 1
    said = station.elapse(START)
    assert [type(command) for _, command in said] == [ReportAction]
    assert station.outbox.next_time_ns() == -1
    assert station.engine.kernel.ledger.actions == {}


def test_an_action_without_an_executor_fails_and_says_so(station: Station) -> None:
    station.decide(NamedAction("notify", {"to": "desk"}))
    station.engine.keep()
    [(_, report)] = station.elapse(START)
    assert isinstance(report, ReportAction)
    assert not report.succeeded
    assert "no executor" in report.text


def test_timers_of_settled_questions_do_not_pile_up(station: Station) -> None:
    """However many orders were answered, and though nobody asked what is due."""
    for number in range(200):
        order = station.order(START + number)
        station.engine.keep()
        tell(station, order, REPORT_REJECTED, START + number)
    station.order(START + 200)
    station.engine.keep()
    assert station.engine.outbox.timers == 1
