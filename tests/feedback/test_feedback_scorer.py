"""The scorer: windows that forget exactly, curves, and a session that is taken up again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.evidence_made import RULES
from interlock.feedback.estimates import RatioEstimate
from interlock.feedback.following import Following
from interlock.feedback.scorer import Scorer
from interlock.feedback.volumes import VolumeCurves
from interlock.feedback.windows import (
    NOTHING,
    PPM_SAID_MAX,
    Estimate,
    Sample,
    Window,
    difference_ppm,
    interval_ppm,
)
from interlock.journal.files import Files
from interlock.messages.commands import AdvanceTime, NoteTrade
from interlock.messages.feedback import SourceScored, VenueScored, VolumeCurveLearned
from interlock.messages.identity import order_id
from interlock.messages.terms import BUY, MAKER, REPORT_FILL, SELL, TAKER
from monitoring.kept import keep
from worlds import COIN, SECOND, START, World

PARTS = st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 10**12)), max_size=40)


def window(parts: list[tuple[int, int]]) -> Window:
    made = Window()
    for place, (part, whole) in enumerate(parts):
        made.note(Sample(place + 1, place + 2, place * SECOND, part, whole))
    return made


@given(PARTS, st.integers(0, 40))
def test_a_window_forgets_exactly(parts: list[tuple[int, int]], gone: int) -> None:
    made = window(parts)
    made.expire(gone * SECOND)
    assert made.estimate() == window(parts[gone:]).estimate()
    assert made.sums()[:3] == window(parts[gone:]).sums()[:3]


@given(PARTS)
def test_its_interval_is_that_of_the_report(parts: list[tuple[int, int]]) -> None:
    estimate = RatioEstimate()
    for part, whole in parts:
        estimate.note(part, whole)
    found = window(parts).estimate()
    value, low, high = interval_ppm(found)
    wanted = estimate.interval()
    if not wanted.is_known:
        assert (low, high) == (-PPM_SAID_MAX, PPM_SAID_MAX)
        return
    tolerance = 2 + abs(wanted.high - wanted.low) * 100 / 10_000
    assert abs(value - wanted.value * 100) <= 1
    assert abs(low - wanted.low * 100) <= tolerance
    assert abs(high - wanted.high * 100) <= tolerance


def test_a_difference_is_as_uncertain_as_both_together() -> None:
    # Standard errors of 3 and 4 ppm make one of 5; Student's t for 9 degrees is 2.2622.
    one, other = Estimate(120, 9_000_000, 20), Estimate(20, 16_000_000, 10)
    assert difference_ppm(one, other) == (100, 88, 112)
    assert difference_ppm(one, NOTHING) == (120, -PPM_SAID_MAX, PPM_SAID_MAX)


def traded(world: World, order: int, side: int, price: int, liquidity: int, name: str) -> None:
    world.order(side=side, quantity=order, price=price)
    number = order_id(world.sequence - 1, 1)
    world.time_ns += SECOND // 10
    fields = {"quantity": order, "price": price, "liquidity": liquidity, "fee": 3}
    world.report(number, REPORT_FILL, execution_id=name, **fields)


def busy() -> World:
    world = World()
    world.quote()
    traded(world, 10, BUY, 10_010, TAKER, "a")
    traded(world, 4, SELL, 9_990, TAKER, "b")
    traded(world, 5, BUY, 9_990, MAKER, "c")
    world.quote(9_980, 10_000, venue="alpha")
    world.time_ns += 11 * SECOND
    world.quote(9_970, 9_990)
    return world


def scored(world: World) -> tuple[list[VenueScored], list[SourceScored]]:
    scorer = Scorer(RULES, START)
    scorer(1, world.entries)
    commands = [command for _, command in scorer.due(scorer.next_time_ns())]
    return (
        [command for command in commands if isinstance(command, VenueScored)],
        [command for command in commands if isinstance(command, SourceScored)],
    )


def test_a_score_says_what_it_stands_on() -> None:
    world = busy()
    (venue,), (source,) = scored(world)
    assert (venue.instrument, venue.venue) == ("COIN", "alpha")
    assert (venue.evidence.samples, venue.others, venue.taken) == (3, 0, 2)
    assert venue.evidence.first < venue.evidence.last <= world.sequence
    assert venue.impact_ppm == 0
    # Ten bought at 100.10 and four sold at 99.90 were paid a tick tenfold beyond the mid, five
    # bought at 99.90 earned it; fees are nine. All in half minor units, at a mid of 100.00.
    assert source.new_cost == 2 * (10 * 10 + 4 * 10 - 5 * 10 + 9)
    assert source.cost_ppm == source.new_cost * 1_000_000 // (19 * 20_000)
    assert (source.since, source.ended, source.measured) == (0, 3, 3)


def test_nothing_new_is_nothing_to_say() -> None:
    world = busy()
    scorer = Scorer(RULES, START)
    scorer(1, world.entries)
    said = scorer.due(scorer.next_time_ns())
    assert scorer.next_time_ns() == -1
    for _, command in said:
        world.say(command)
    world.say(AdvanceTime(), after_ns=60 * SECOND)
    scorer(world.sequence - len(said), world.entries[-len(said) - 1 :])
    assert scorer.next_time_ns() == -1
    assert scorer.due(world.time_ns + 100 * SECOND) == []


@pytest.mark.parametrize("kept", [5, 16, 25])
def test_a_follower_of_a_session_that_is_taken_up_has_read_what_was_before(
    kept: int, tmp_path: Path
) -> None:
    world = busy()
    whole = Scorer(RULES, START)
    whole(1, world.entries)
    directory = keep(tmp_path, world.entries)
    again = Scorer(RULES, START)
    following = Following(again, directory, Files())
    following(kept + 1, world.entries[kept:])
    due = whole.next_time_ns()
    assert again.next_time_ns() == due
    assert again.due(due) == whole.due(due)


def curve(
    trades: list[tuple[int, int]], until_s: int, start_s: int = 0
) -> list[VolumeCurveLearned]:
    """What is learnt of trades in buckets of a minute; seconds are those since a midnight."""
    midnight = START - START % (86_400 * SECOND)
    curves = VolumeCurves(60 * SECOND, midnight + start_s * SECOND)
    curves.define(COIN)
    for place, (second, lots) in enumerate(trades, 1):
        time_ns = midnight + second * SECOND
        curves.trade(place, time_ns, NoteTrade("COIN", "alpha", 1, lots, BUY, time_ns))
    curves.pass_time(midnight + until_s * SECOND)
    found = curves.learned()
    return [command for command in found if isinstance(command, VolumeCurveLearned)]


def test_a_part_of_the_day_is_learnt_when_it_is_over_and_as_the_mean_of_its_days() -> None:
    assert curve([(10, 5), (59, 6)], 59) == []
    (one,) = curve([(10, 5), (59, 6)], 60)
    assert (one.bucket, one.lots, one.days, one.evidence.samples) == (0, 11, 1, 2)
    assert (one.evidence.first, one.evidence.last) == (1, 2)
    (two,) = curve([(10, 5), (59, 6), (86_400, 4)], 2 * 86_400)
    assert (two.bucket, two.lots, two.days) == (0, 7, 2)


def test_a_part_of_the_day_that_was_not_seen_from_its_start_is_not_learnt() -> None:
    assert [one.bucket for one in curve([(40, 5), (70, 6)], 300, start_s=30)] == [1]
