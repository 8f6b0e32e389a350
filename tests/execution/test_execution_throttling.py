"""Throttling: what a venue asks for is done, and a storm makes no storm of messages."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from execution.guarding import SETTINGS, Watched
from interlock.execution.pace import Pace
from interlock.execution.retries import (
    ATTEMPTS_MAX,
    PER_SECOND,
    RETRIES_SAVED_MAX,
    RetryBudget,
)
from interlock.inputs.session_health import HealthSettings
from interlock.messages.commands import ReportOrder
from interlock.messages.definitions import VenueRate
from interlock.messages.reasons import VENUE_REFUSED
from interlock.messages.terms import (
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_REJECTED,
    REPORT_STATUS,
)
from interlock.messages.venue_reasons import NEVER_SENT, VENUE_THROTTLED
from interlock.messages.venues import (
    DEGRADED,
    REQUEST_CANCEL,
    REQUEST_QUERY,
    REQUEST_SUBMIT,
    NoteVenueThrottle,
)
from worlds import SECOND, START


def throttle(request: int, order: int, retry_after_ns: int = 0) -> NoteVenueThrottle:
    return NoteVenueThrottle("alpha", request, order, retry_after_ns, "429")


def test_a_throttled_order_is_not_sent_again() -> None:
    watched = Watched(in_flight_max=8)
    watched.submit(1)
    refusal = ReportOrder("alpha", 1, REPORT_REJECTED, reason=VENUE_THROTTLED)
    watched.hear(throttle(REQUEST_SUBMIT, 1, SECOND), refusal)
    watched.look(600 * SECOND)
    assert watched.reached("submit") == [1]


def test_retry_after_is_honoured_by_everything_but_cancels() -> None:
    watched = Watched(in_flight_max=8)
    watched.submit(1)
    watched.hear(throttle(REQUEST_SUBMIT, 1, 3 * SECOND))
    assert watched.paces[-1].paused_until_ns == START + 3 * SECOND
    assert watched.states == [(DEGRADED, VENUE_THROTTLED)]
    watched.submit(2)
    watched.submit(3, reduce_only=True)
    watched.guard.query(watched.time_ns, 1)
    watched.cancel(1)
    watched.look(2 * SECOND)
    assert watched.reached("submit") == [1, 3]
    assert watched.reached("query") == []
    assert watched.reached("cancel") == [1]
    assert any(isinstance(one, ReportOrder) and one.reason == NEVER_SENT for one in watched.said)
    watched.look(2 * SECOND)
    assert watched.reached("query") == [1]


def test_a_venue_that_does_not_say_for_how_long_is_left_alone_for_longer_each_time() -> None:
    watched = Watched()
    waits = []
    for number in range(1, 5):
        watched.submit(number)
        watched.hear(throttle(REQUEST_SUBMIT, number))
        waits.append((watched.paces[-1].paused_until_ns - watched.time_ns) // SECOND)
        watched.look((waits[-1] + 1) * SECOND)
    assert waits == [1, 2, 4, 8]


def test_a_rejection_for_being_one_too_many_is_heeded_without_a_word_of_its_own() -> None:
    watched = Watched(in_flight_max=8)
    watched.submit(1)
    watched.report(1, REPORT_REJECTED, VENUE_THROTTLED)
    assert watched.paces[-1].paused_until_ns == START + SECOND


def test_a_throttled_cancel_goes_again_after_the_wait_at_most_three_times_in_all() -> None:
    watched = Watched()
    watched.cancel(1)
    for _ in range(6):
        watched.hear(throttle(REQUEST_CANCEL, 1, SECOND))
        watched.look(60 * SECOND)
    moments = [when for what, when, _ in watched.venue.reached if what == "cancel"]
    assert len(moments) == ATTEMPTS_MAX
    assert all(later - when > SECOND for when, later in pairwise(moments))
    given_up = [one for one in watched.said if isinstance(one, ReportOrder) and one.order == 1]
    assert given_up
    assert given_up[0].kind == REPORT_CANCEL_REJECTED


def test_a_silent_cancel_goes_again_and_an_answered_one_does_not() -> None:
    watched = Watched()
    watched.cancel(1)
    watched.cancel(2)
    watched.report(2, REPORT_CANCELLED)
    watched.look(60 * SECOND)
    assert watched.reached("cancel").count(1) == ATTEMPTS_MAX
    assert watched.reached("cancel").count(2) == 1


def test_a_question_that_the_venue_would_not_take_is_put_again_later() -> None:
    watched = Watched()
    watched.guard.query(START, 1)
    watched.hear(throttle(REQUEST_QUERY, 1, 2 * SECOND))
    watched.look(SECOND)
    assert watched.reached("query") == [1]
    watched.look(5 * SECOND)
    assert watched.reached("query") == [1, 1]


def test_questions_wait_for_the_published_rate() -> None:
    rate = VenueRate("requests", 16, 10 * SECOND, 1, 1, 4, 0)
    watched = Watched(rates=(rate,))
    for number in range(1, 6):
        watched.guard.query(START, number)
    assert watched.reached("query") == [1, 2]
    for number in range(1, 6):
        watched.report(number, REPORT_STATUS)
    for number in range(6, 9):
        watched.guard.query(START, number)
    watched.look(60 * SECOND)
    moments = [when for what, when, _ in watched.venue.reached if what == "query"]
    for start in moments:
        assert sum(start <= when < start + 10 * SECOND for when in moments) <= 4


@given(st.lists(st.sampled_from(["ok", "reject", "throttle", "silent"]), min_size=1, max_size=120))
def test_no_storm_raises_the_messages_sent_for_each_decision_above_the_budget(
    storm: list[str],
) -> None:
    watched = Watched(HealthSettings(answer_ns=SECOND // 2, fails_over=False), in_flight_max=16)
    for number, answer in enumerate(storm, 1):
        watched.submit(number)
        watched.guard.query(watched.time_ns, number)
        if answer == "ok":
            watched.report(number, REPORT_ACCEPTED)
        elif answer == "reject":
            watched.report(number, REPORT_REJECTED, VENUE_REFUSED)
        elif answer == "throttle":
            watched.hear(throttle(REQUEST_SUBMIT, number, SECOND // 10))
            watched.guard.query(watched.time_ns, number)
        watched.look(SECOND // 10)
    elapsed_s = (watched.time_ns - START) // SECOND
    first = len(set(watched.reached("submit"))) + len(set(watched.reached("query")))
    again = len(watched.venue.reached) - first
    probes = 1 + elapsed_s
    allowed = RETRIES_SAVED_MAX + first // 10 + PER_SECOND * (elapsed_s + 1) + probes
    assert again <= allowed
    assert len(watched.reached("submit")) == len(set(watched.reached("submit")))


def test_the_budget_is_a_tenth_of_what_is_sent_and_one_a_second() -> None:
    budget = RetryBudget(1)
    assert sum(budget.take(START) for _ in range(100)) == RETRIES_SAVED_MAX
    for _ in range(50):
        budget.sent_first()
    assert sum(budget.take(START) for _ in range(100)) == 5
    assert sum(budget.take(START + 3 * SECOND) for _ in range(100)) == 3
    assert budget.denied > 0


def test_jitter_is_full_and_its_bound_doubles() -> None:
    budget = RetryBudget(3)
    first = [budget.wait_ns(0) for _ in range(200)]
    later = [budget.wait_ns(4) for _ in range(200)]
    assert min(first) < SECOND // 50
    assert max(first) <= SECOND // 10
    assert max(later) > 4 * max(first)
    assert budget.wait_ns(0, SECOND) > SECOND


def test_the_pace_falls_to_one_and_comes_back() -> None:
    pace = Pace(16)
    for _ in range(10):
        pace.throttled()
    assert pace.limit == 1
    now = START
    for _ in range(400):
        now += SECOND // 10
        pace.answered(now, 1_000_000, pace.limit)
    assert pace.limit == 16


def test_the_pace_falls_when_answers_slow_down_and_not_when_few_are_asked() -> None:
    busy, idle, now = Pace(64), Pace(64), START
    for step in range(600):
        now += SECOND // 10
        latency = 1_000_000 if step < 100 else 20_000_000
        busy.answered(now, latency, busy.limit)
        idle.answered(now, latency, 1)
    assert busy.limit < 16
    assert idle.limit == 64
    assert Pace(0).limit == 0


def test_a_degraded_venue_is_asked_less_at_once() -> None:
    watched = Watched(SETTINGS, in_flight_max=32)
    watched.submit(1)
    watched.hear(throttle(REQUEST_SUBMIT, 1, SECOND))
    assert watched.paces[-1].in_flight_max == 4
