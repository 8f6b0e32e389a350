"""The guard: health from evidence, an outage to its end, and what may move."""

import itertools

import pytest

from execution.guarding import SETTINGS, Watched
from interlock.execution.evidence import PULSE_MIN
from interlock.execution.recovery import PROBES_MAX
from interlock.inputs.session_health import HealthSettings
from interlock.messages.commands import (
    NoteFeedFault,
    NoteVenueLink,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    UpdateQuote,
)
from interlock.messages.reasons import VENUE_REFUSED
from interlock.messages.statements import AskVenue
from interlock.messages.terms import (
    FEED_GAP,
    FEED_RECOVERED,
    REPORT_ACCEPTED,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_STATUS,
)
from interlock.messages.venue_reasons import (
    NEVER_SENT,
    VENUE_ANSWERING,
    VENUE_DISCONNECTED,
    VENUE_FEED_GAP,
    VENUE_FROZEN,
    VENUE_NOT_ANSWERING,
    VENUE_REJECTING,
    VENUE_SCHEDULED,
    VENUE_SLOW,
)
from interlock.messages.venues import CANCEL_ONLY, DEGRADED, DOWN, HEALTHY, MAINTENANCE
from worlds import SECOND, START

QUOTE = UpdateQuote("COIN", "alpha", 99, 1, 101, 1, START)


def silenced() -> Watched:
    """Three orders that nobody answered."""
    watched = Watched()
    for number in (1, 2, 3):
        watched.submit(number)
    watched.look(SECOND)
    return watched


def test_as_many_silences_in_a_row_as_are_allowed_and_the_venue_is_down() -> None:
    watched = Watched()
    watched.submit(1)
    watched.submit(2)
    watched.look(2 * SECOND)
    assert watched.states == []
    watched.submit(3)
    watched.look(SECOND)
    assert watched.states == [(DOWN, VENUE_NOT_ANSWERING)]


def test_one_answer_begins_the_count_of_silences_anew() -> None:
    watched = Watched()
    for number in range(1, 20, 3):
        for each in (number, number + 1):
            watched.submit(each)
        watched.look(2 * SECOND)
        watched.submit(number + 2)
        watched.report(number + 2, REPORT_ACCEPTED)
    assert watched.states == []


def test_it_is_probed_by_one_question_at_a_time_less_and_less_often_and_never_by_an_order() -> None:
    watched = silenced()
    sent = len(watched.venue.reached)
    watched.look(60 * SECOND)
    probes = [when for what, when, _ in watched.venue.reached[sent:] if what == "query"]
    assert len(watched.venue.reached) == sent + len(probes)
    waits = [later - when for when, later in itertools.pairwise(probes)]
    assert waits == sorted(waits)
    assert waits[0] == 2 * SECOND
    assert waits[-1] == SETTINGS.probe_max_ns


def test_in_market_time_probes_end_so_that_a_session_can() -> None:
    watched = silenced()
    watched.look(3_600 * SECOND)
    assert len(watched.reached("query")) == PROBES_MAX
    assert watched.guard.next_time_ns() == -1


def test_against_the_wall_clock_probes_go_on() -> None:
    watched = Watched(is_continuous=True)
    for number in (1, 2, 3):
        watched.submit(number)
    watched.look(7_200 * SECOND)
    assert len(watched.reached("query")) > 2 * PROBES_MAX


def test_an_answered_probe_leads_back_by_steps_with_a_wait_before_each() -> None:
    watched = silenced()
    watched.look(SECOND)
    watched.report(1, REPORT_STATUS)
    assert watched.states[-1] == (CANCEL_ONLY, VENUE_ANSWERING)
    for state in (DEGRADED, HEALTHY):
        watched.look(SETTINGS.settle_ns)
        # Nobody sent anything meanwhile: it is asked before it is believed.
        watched.report(watched.reached("query")[-1], REPORT_STATUS)
        assert watched.states[-1] == (state, VENUE_ANSWERING)


def test_who_falls_again_soon_waits_longer_for_each_step() -> None:
    watched = Watched()
    waits = []
    for fall in range(5):
        for number in range(10):
            watched.submit(fall * 100 + number + 1)
        watched.look(SECOND)
        watched.look(SECOND)
        watched.report(1, REPORT_STATUS)
        waits.append(watched.guard.recovery.settle_ns // SECOND)
        for _ in range(3):
            watched.look(watched.guard.recovery.settle_ns)
            watched.report(1, REPORT_STATUS)
        assert watched.guard.recovery.state == HEALTHY
    assert waits == [5, 10, 20, 40, 40]


def test_a_broken_link_is_an_outage_at_once_and_nothing_is_asked_before_it_stands() -> None:
    watched = Watched()
    watched.submit(1)
    watched.hear(NoteVenueLink("alpha", False, "cut"))
    assert watched.states == [(DOWN, VENUE_DISCONNECTED)]
    watched.look(60 * SECOND)
    assert watched.reached("query") == []
    watched.hear(NoteVenueLink("alpha", True, "again"))
    assert watched.reached("query") == [1]


def test_without_an_order_to_ask_about_it_is_asked_for_all_that_it_has() -> None:
    watched = Watched()
    watched.hear(NoteVenueLink("alpha", False, "cut"))
    said = watched.hear(NoteVenueLink("alpha", True, "again"))
    assert AskVenue("alpha", "watch") in said


def test_what_never_left_is_said_to_be_so_and_decided_about_again_once() -> None:
    watched = silenced()
    watched.submit(4)
    said = watched.look()
    assert watched.reached("submit") == [1, 2, 3]
    reports = [one for one in said if isinstance(one, ReportOrder)]
    assert [(one.order, one.kind, one.reason) for one in reports] == [
        (4, REPORT_REJECTED, NEVER_SENT)
    ]
    decisions = [one.decision for one in said if isinstance(one, ProposeDecision)]
    assert [one.key for one in decisions] == ["failover-0-4"]
    assert decisions[0].action.terms.venue == ""  # type: ignore[union-attr]
    assert ServeQueue(1) in said


def test_failover_can_be_left_to_the_source() -> None:
    watched = Watched(HealthSettings(answer_ns=SECOND, fails_over=False))
    watched.hear(NoteVenueLink("alpha", False, "cut"))
    watched.submit(4)
    assert not any(isinstance(one, ProposeDecision) for one in watched.look())


def test_an_order_that_may_be_at_the_venue_is_never_sent_again_nor_decided_about_again() -> None:
    watched = silenced()
    watched.look(600 * SECOND)
    assert watched.reached("submit") == [1, 2, 3]
    assert not any(isinstance(one, ProposeDecision) for one in watched.said)


def test_a_change_that_never_left_leaves_the_order_as_it_is() -> None:
    watched = silenced()
    watched.replace(1)
    said = watched.look()
    reports = [one for one in said if isinstance(one, ReportOrder)]
    assert [(one.kind, one.reason) for one in reports] == [(REPORT_REPLACE_REJECTED, NEVER_SENT)]
    assert watched.reached("replace") == []


def test_cancels_leave_whatever_the_venue_is() -> None:
    watched = silenced()
    watched.cancel(1)
    assert watched.reached("cancel") == [1]


def test_questions_about_single_orders_wait_for_the_end_of_an_outage() -> None:
    watched = silenced()
    for number in (1, 2, 3):
        watched.guard.query(watched.time_ns, number)
    watched.look(20 * SECOND)
    probes = len(watched.reached("query"))
    assert probes < 6
    watched.report(1, REPORT_STATUS)
    watched.look(10 * SECOND)
    assert {2, 3} <= set(watched.reached("query"))


def test_rejections_of_most_orders_make_it_cancel_only_and_a_few_do_not() -> None:
    watched = Watched()
    for number in range(1, 10):
        watched.submit(number)
        watched.report(number, REPORT_REJECTED, VENUE_REFUSED)
    assert watched.states == []
    watched.submit(10)
    watched.report(10, REPORT_REJECTED, VENUE_REFUSED)
    assert watched.states == [(CANCEL_ONLY, VENUE_REJECTING)]


def test_slow_answers_degrade_it_until_they_are_clearly_faster() -> None:
    watched = Watched(HealthSettings(answer_ns=SECOND, slow_ns=SECOND // 10, settle_ns=SECOND))
    for number in range(1, 30):
        watched.submit(number)
        watched.look(SECOND // 5)
        watched.report(number, REPORT_ACCEPTED)
    assert watched.states == [(DEGRADED, VENUE_SLOW)]
    for number in range(30, 90):
        watched.submit(number)
        watched.look(SECOND // 20)
        watched.report(number, REPORT_ACCEPTED)
    assert watched.states[-1] == (HEALTHY, VENUE_ANSWERING)


def test_a_gap_in_its_feed_degrades_it_until_the_feed_recovers() -> None:
    watched = Watched()
    watched.hear(NoteFeedFault("COIN", "alpha", FEED_GAP, 1, ""))
    assert watched.states == [(DEGRADED, VENUE_FEED_GAP)]
    watched.hear(NoteFeedFault("COIN", "alpha", FEED_RECOVERED, 1, ""))
    watched.submit(1)
    watched.report(1, REPORT_ACCEPTED)
    watched.look(SETTINGS.settle_ns)
    watched.report(1, REPORT_STATUS)
    assert watched.states[-1] == (HEALTHY, VENUE_ANSWERING)


@pytest.mark.parametrize("others", [0, PULSE_MIN])
def test_a_market_that_stands_still_is_frozen_only_while_others_move(others: int) -> None:
    watched = Watched(HealthSettings(answer_ns=SECOND, frozen_ns=SECOND))
    watched.hear(QUOTE)
    watched.pulse.words += others
    watched.look(2 * SECOND)
    assert watched.states == ([(DEGRADED, VENUE_FROZEN)] if others else [])


def test_recorded_markets_are_heard_as_they_pass() -> None:
    watched = Watched(HealthSettings(answer_ns=SECOND, frozen_ns=SECOND))
    watched.guard.observe(START, QUOTE)
    watched.pulse.words += PULSE_MIN
    watched.look(2 * SECOND)
    assert watched.states == [(DEGRADED, VENUE_FROZEN)]


def test_a_venue_that_is_away_as_announced_is_asked_before_it_is_believed_to_be_back() -> None:
    window = ((START + 10 * SECOND, START + 20 * SECOND),)
    watched = Watched(HealthSettings(answer_ns=SECOND, maintenance=window))
    watched.submit(1)
    watched.report(1, REPORT_ACCEPTED)
    watched.look(12 * SECOND)
    assert watched.states == [(MAINTENANCE, VENUE_SCHEDULED)]
    watched.look(5 * SECOND)
    assert watched.reached("query") == []
    watched.look(5 * SECOND)
    assert watched.reached("query") == [1]
    watched.report(1, REPORT_STATUS)
    assert watched.states[-1] == (CANCEL_ONLY, VENUE_ANSWERING)


def test_a_session_that_is_taken_up_asks_a_venue_that_was_down_before_it_is_better() -> None:
    watched = Watched()
    watched.guard.resume(START, DOWN)
    watched.look(SECOND)
    watched.hear(ReportOrder("alpha", 1, REPORT_STATUS))
    assert watched.states == [(CANCEL_ONLY, VENUE_ANSWERING)]
    assert AskVenue("alpha", "watch") in watched.said
