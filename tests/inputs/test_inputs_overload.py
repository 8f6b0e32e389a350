"""More than can be done in time: goodput, waits, fairness and recovery, in simulated time."""

import pytest

from inputs.crowds import CAPACITY, DEADLINE_NS, Crowd
from interlock.messages.units import NS_PER_MS

SECONDS = 3.0


def goodput(times: float) -> tuple[float, Crowd]:
    crowd = Crowd()
    crowd.run(1.0, {"second": times * CAPACITY})
    return crowd.run(SECONDS, {"second": times * CAPACITY}), crowd


def test_goodput_at_ten_times_capacity_is_95_percent_of_its_peak() -> None:
    found = {times: goodput(times)[0] for times in (0.8, 1.0, 2.0, 5.0, 10.0)}
    assert found[10.0] >= 0.95 * max(found.values()), found


@pytest.mark.parametrize("times", [1.5, 2.0, 5.0, 10.0, 20.0])
def test_what_is_taken_is_taken_in_time(times: float) -> None:
    _, crowd = goodput(times)
    assert crowd.wait_p99_ns() <= DEADLINE_NS
    assert crowd.refused > 0


def test_below_capacity_nothing_is_refused() -> None:
    for times in (0.5, 0.8):
        _, crowd = goodput(times)
        assert crowd.refused == 0


def test_goodput_is_back_within_ten_seconds_after_a_burst_with_nobodys_help() -> None:
    crowd = Crowd()
    usual = crowd.run(SECONDS, {"second": 0.8 * CAPACITY})
    crowd.run(SECONDS, {"second": 20 * CAPACITY})
    crowd.run(10.0, {"second": 0.8 * CAPACITY})
    before = crowd.refused
    assert crowd.run(SECONDS, {"second": 0.8 * CAPACITY}) >= 0.95 * usual
    assert crowd.refused == before
    assert crowd.intake.cut.is_open


def test_a_source_that_floods_keeps_others_from_nothing() -> None:
    crowd = Crowd()
    quiet = 0.1 * CAPACITY
    crowd.run(2.0, {"second": 10 * CAPACITY, "third": quiet})
    crowd.taken["third"] = 0
    crowd.run(SECONDS, {"second": 10 * CAPACITY, "third": quiet})
    served = crowd.taken["third"] / (SECONDS * quiet)
    share = (crowd.taken["second"] + crowd.taken["third"]) / crowd.taken["second"]
    # Both give up the same share of what they say, and the cut leaves the quiet one its own.
    assert served > 0.05
    assert share > 1.0


def test_cancels_are_never_refused_and_do_not_wait_behind_others() -> None:
    crowd = Crowd()
    crowd.run(SECONDS, {"second": 10 * CAPACITY}, cancels=200)
    note = crowd.intake.note(crowd.now_ns, is_last=True)
    assert note is not None
    assert {lane for lane, *_ in note.shed} == {2}
    # No longer than the turn that was going on when they came.
    assert crowd.cancel_wait_max_ns() < 64 * NS_PER_MS


def test_an_hour_at_ten_times_capacity_keeps_no_more_than_its_bounds() -> None:
    # In steps of a minute, each as crowded as the next: what is kept does not grow.
    crowd = Crowd(lane_lines=128)
    kept = []
    for _ in range(60):
        crowd.now_ns += 59 * 1_000_000_000
        crowd.run(1.0, {"second": 10 * CAPACITY})
        kept.append(crowd.waiting_most)
    assert max(kept) <= 3 * 128
    assert kept[-1] == kept[1]
