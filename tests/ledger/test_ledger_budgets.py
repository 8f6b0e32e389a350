"""Budgets: no window of a published rate ever sees more than it, wherever it begins."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.budgets import Bucket, Budget
from interlock.messages.definitions import VenueRate

SECOND = 1_000_000_000
RATE = VenueRate("orders", 100, 10 * SECOND, 1, 1, 4, 10)


@given(st.lists(st.integers(0, 2 * SECOND), min_size=1, max_size=400), st.integers(1, 7))
def test_no_window_sees_more_than_the_venue_publishes(waits: list[int], weight: int) -> None:
    bucket = Bucket(RATE)
    now, sent = 0, []
    for wait in waits:
        now += wait
        while bucket.room(now, weight, bucket.reserve) > 0:
            bucket.spend(now, weight)
            sent.append(now)
    for start in sent:
        inside = [when for when in sent if start <= when < start + RATE.window_ns]
        assert len(inside) * weight <= RATE.weight_max


def test_a_wait_is_exactly_as_long_as_it_must_be() -> None:
    bucket = Bucket(RATE)
    for _ in range(50):
        bucket.spend(0, 1)
    wait = bucket.waits_ns(0, 4)
    assert bucket.room(wait, 4, bucket.reserve) == 1
    assert bucket.room(wait - 1, 4, bucket.reserve) == 0


def test_cancels_go_on_when_nothing_is_left_and_their_debt_is_bounded() -> None:
    bucket = Bucket(RATE)
    for _ in range(1_000):
        bucket.spend(0, 1)
    assert bucket.level == -bucket.capacity


def test_the_tightest_of_several_rates_holds() -> None:
    slow = VenueRate("day", 20, 100 * SECOND, 1, 0, 0, 1)
    budget = Budget((RATE, slow))
    assert budget.orders_left(0) == 9
    budget.note_order(0)
    budget.note_cancel(0)
    assert budget.orders_left(0) == 8
    assert budget.query_wait_ns(0) == 0
    assert Budget((VenueRate("queries", 10, SECOND, 0),)).orders_left(0) == -1
