"""Schedules are pure functions of the plan, the moment, what is done and what the market traded."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.decisions.schedules import flow, lay_out, next_slice, place_of
from interlock.ledger.works import WorkRecord
from interlock.messages.decisions import WorkOrder
from interlock.messages.terms import BUY, CLOSE, ICEBERG, POV, SHORTFALL, TWAP, VWAP
from interlock.messages.works import SetVolumeCurve, WorkStarted

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND


def work(
    algorithm: int = TWAP, *, curve: SetVolumeCurve | None = None, **fields: Any
) -> WorkRecord:
    values = {
        "instrument": "COIN", "side": BUY, "quantity": 100, "algorithm": algorithm,
        "ends_ns": 10 * MINUTE, "interval_ns": MINUTE, **fields,
    }  # fmt: skip
    order = WorkOrder(**values)
    return WorkRecord(
        WorkStarted(412, "model", "k1", "r1", 1, 2, order, order.starts_ns, curve, 0, 0)
    )


def curve(*volumes: int, start_ns: int = 0, bucket_ns: int = MINUTE) -> SetVolumeCurve:
    return SetVolumeCurve("COIN", start_ns, bucket_ns, volumes, "risk")


PLANS = st.builds(
    work,
    st.sampled_from([TWAP, VWAP, SHORTFALL, CLOSE]),
    quantity=st.integers(1, 10**9),
    ends_ns=st.integers(1, 30 * MINUTE),
    interval_ns=st.integers(5 * SECOND, 10 * MINUTE),
    half_life_ns=st.integers(SECOND, 60 * MINUTE),
    curve=st.lists(st.integers(1, 10**6), min_size=1, max_size=40).map(
        lambda volumes: curve(*volumes)
    ),
)


@given(PLANS)
def test_a_schedule_never_falls_and_ends_with_all_of_it(plan: WorkRecord) -> None:
    due = lay_out(plan, 0)
    assert due == sorted(due)
    assert due[-1] == plan.quantity
    assert due[0] >= 0


@given(st.integers(1, 10**9), st.integers(1, 600), st.integers(1, 100))
def test_twap_is_what_the_clock_says_exactly(quantity: int, lasts_s: int, every_s: int) -> None:
    plan = work(quantity=quantity, ends_ns=lasts_s * SECOND, interval_ns=every_s * SECOND)
    for place, due in enumerate(lay_out(plan, 0), 1):
        share = min(Fraction(place * every_s, lasts_s), Fraction(1))
        assert due == int(quantity * share)


def test_vwap_is_the_curves_share_exactly() -> None:
    plan = work(VWAP, curve=curve(10, 20, 30, 40), quantity=1_000, ends_ns=4 * MINUTE)
    assert lay_out(plan, 0) == [100, 300, 600, 1_000]
    half = work(VWAP, curve=curve(10, 20, 30, 40), quantity=1_000, ends_ns=4 * MINUTE,
                interval_ns=MINUTE // 2)  # fmt: skip
    assert lay_out(half, 0) == [50, 100, 200, 300, 450, 600, 800, 1_000]


def test_a_flat_curve_is_twap() -> None:
    flat = work(VWAP, curve=curve(*[7] * 10), quantity=12_345)
    assert lay_out(flat, 0) == lay_out(work(TWAP, quantity=12_345), 0)


def test_a_curve_is_read_in_the_local_day_and_over_midnight() -> None:
    evening = curve(5, 1, start_ns=DAY - 2 * MINUTE)
    assert flow(evening, 0, DAY - 2 * MINUTE, DAY) == 6 * MINUTE
    assert flow(evening, 0, DAY - 3 * MINUTE, 2 * DAY - MINUTE) == 11 * MINUTE
    # An hour to the west the same local evening is an hour later.
    hour = 60 * MINUTE
    assert flow(evening, -hour, DAY - 2 * MINUTE + hour, DAY + hour) == 6 * MINUTE
    assert flow(evening, -hour, DAY - 2 * MINUTE, DAY) == 0


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.data())
def test_what_flows_adds_up(volumes: list[int], data: st.DataObject) -> None:
    drawn = curve(*volumes, start_ns=7 * MINUTE)
    moments = st.integers(0, 3 * DAY)
    first, second, third = sorted(data.draw(moments) for _ in range(3))
    whole = flow(drawn, 0, first, third)
    assert whole == flow(drawn, 0, first, second) + flow(drawn, 0, second, third)


def test_close_is_shortfall_run_backwards() -> None:
    fast = lay_out(work(SHORTFALL, half_life_ns=3 * MINUTE, quantity=10_000), 0)
    late = lay_out(work(CLOSE, half_life_ns=3 * MINUTE, quantity=10_000), 0)
    trades = [after - before for before, after in zip([0, *fast], fast, strict=False)]
    backwards = [after - before for before, after in zip([0, *late], late, strict=False)]
    assert backwards == trades[::-1]
    assert trades == sorted(trades, reverse=True)


def test_a_long_half_life_is_twap_and_a_short_one_is_at_once() -> None:
    slow = lay_out(work(SHORTFALL, half_life_ns=DAY, quantity=1_000), 0)
    assert slow == lay_out(work(TWAP, quantity=1_000), 0)
    fast = lay_out(work(SHORTFALL, half_life_ns=1, quantity=1_000), 0)
    assert fast == [1_000] * 10


@pytest.mark.parametrize("algorithm", [POV, ICEBERG])
def test_what_follows_the_market_is_not_laid_out(algorithm: int) -> None:
    assert lay_out(work(algorithm), 0) == []


def test_after_its_end_the_last_interval_lasts() -> None:
    assert place_of(work(), 99 * MINUTE) == 9


STANDING = {
    "filled": st.integers(0, 10**6),
    "open": st.integers(0, 10**6),
    "volume": st.integers(0, 10**8),
    "before": st.integers(0, 10**8),
    "share": st.integers(0, 1_000_000),
    "slice_max": st.integers(0, 10**5),
    "catch_up": st.integers(1, 20),
    "hurried": st.booleans(),
    "time_ns": st.integers(0, 12 * MINUTE),
    "algorithm": st.sampled_from([TWAP, POV, SHORTFALL, CLOSE, ICEBERG]),
}


@given(st.fixed_dictionaries(STANDING))
def test_no_slice_passes_a_limit_whatever_was_done(drawn: dict[str, Any]) -> None:
    quantity = 10**6
    share = max(drawn["share"], 1) if drawn["algorithm"] == POV else drawn["share"]
    slice_max = max(drawn["slice_max"], 1)
    plan = work(drawn["algorithm"], quantity=quantity, participation_ppm=share,
                slice_max=slice_max, catch_up=drawn["catch_up"], half_life_ns=MINUTE,
                price=100)  # fmt: skip
    plan.filled = drawn["filled"]
    plan.open = min(drawn["open"], quantity - plan.filled)
    plan.volume_before, plan.volume = sorted((drawn["before"], drawn["volume"]))
    plan.is_hurried = drawn["hurried"]
    due = lay_out(plan, 0)
    found = next_slice(plan, due, drawn["time_ns"])
    asked = found.quantity
    assert asked >= 0
    assert plan.committed() + asked <= quantity  # law 12
    assert asked <= slice_max
    if share:
        allowed = plan.volume * share // 1_000_000
        assert asked == 0 or plan.committed() + asked <= allowed
    assert asked == 0 or plan.committed() + asked <= found.due
    if due and not plan.is_hurried:
        place = place_of(plan, drawn["time_ns"])
        planned = due[place] - (due[place - 1] if place else 0)
        average = -(-quantity // len(due))
        assert asked <= drawn["catch_up"] * max(planned, average)
    if asked < min(found.due, quantity) - plan.committed():
        assert found.bounded_by != 0
