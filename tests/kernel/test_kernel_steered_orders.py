"""Feedback: how evidence changes orders, and what raises an alarm."""

import pytest

from feedback.evidence_made import BUCKET, model, only, source, venue, volume, world
from interlock.messages.decisions import OrderQuantity, Terms
from interlock.messages.events import OrderCleared
from interlock.messages.feedback import BOUNDED, CoverageChanged
from interlock.messages.reasons_of_feedback import EVIDENCE_IMPLAUSIBLE
from interlock.messages.terms import BUY, IOC, LIMIT, MARKET
from kernel.test_kernel_steering import AT_MARKET, ignored, line_of, moved
from worlds import SECOND


def test_market_orders_are_bounded_where_their_impact_was_large() -> None:
    made = world(only(bounded_above_ppm=100))
    wanted = OrderQuantity("COIN", BUY, 5, AT_MARKET)
    (free,) = [event for event in made.decide(wanted) if isinstance(event, OrderCleared)]
    assert free.order_type == MARKET
    assert moved(made.say(venue(made, impact=(200, 150, 250))), BOUNDED) == (0, 1)
    (bound,) = [event for event in made.decide(wanted) if isinstance(event, OrderCleared)]
    # 2 bp of 100.10 are two ticks.
    assert (bound.order_type, bound.time_in_force, bound.price) == (LIMIT, IOC, 10_012)
    assert moved(made.say(venue(made, impact=(70, 30, 90))), BOUNDED) == (1, 1)
    assert moved(made.say(venue(made, impact=(10, -10, 30))), BOUNDED) == (1, 0)


def test_an_order_is_a_share_of_what_is_traded_at_this_time_of_day() -> None:
    made = world(only(participation_bps=1_000))
    bucket = made.time_ns % (86_400 * SECOND) // BUCKET
    made.say(volume(made, 120, bucket=bucket))
    assert line_of(made.order(quantity=50, price=9_990)).quantity == 12
    # It is learnt again: at most twice as much, or half.
    made.say(volume(made, 1_000, bucket=bucket))
    assert line_of(made.order(quantity=50, price=9_990)).quantity == 24
    # Of the next part nobody knows, and the one before is taken.
    made.time_ns += BUCKET
    made.quote()
    assert line_of(made.order(quantity=50, price=9_990)).quantity == 24
    made.time_ns += BUCKET
    made.quote()
    assert line_of(made.order(quantity=50, price=9_990)).quantity == 50


@pytest.mark.parametrize(
    ("lots", "bucket", "days"), [(-1, 1, 1), (5, -1, 1), (5, 288, 1), (5, 1, 0)]
)
def test_a_volume_that_cannot_be_is_not_believed(lots: int, bucket: int, days: int) -> None:
    made = world(only(participation_bps=1_000))
    assert ignored(made.say(volume(made, lots, bucket=bucket, days=days))) == [EVIDENCE_IMPLAUSIBLE]


def test_an_order_that_takes_is_as_large_as_its_expected_impact_may_be() -> None:
    made = world(only(impact_max_ppm=300))
    made.quote(quantity=160)
    made.quote(quantity=160, venue="beta")
    made.say(model(made, 600))
    # 600 ppm times the root of q over 160 is 300 at a quarter of it.
    taking = Terms(price=10_010, time_in_force=IOC)
    wanted = OrderQuantity("COIN", BUY, 90, taking)
    assert line_of(made.decide(wanted)).quantity == 40
    assert line_of(made.order(quantity=90, price=9_990)).quantity == 90
    assert ignored(made.say(model(made, 0))) == [EVIDENCE_IMPLAUSIBLE]
    # A model that says twice and more as much is believed up to twice.
    made.say(model(made, 4_000))
    assert line_of(made.decide(wanted)).quantity == 10


def test_an_alarm_stands_while_too_few_actions_are_measured() -> None:
    made = world(only(coverage_min_bps=9_000))
    assert made.say(source(made, ended=9, measured=0)) == []
    (alarm,) = made.say(source(made, ended=100, measured=89))
    assert isinstance(alarm, CoverageChanged)
    assert (alarm.is_low, alarm.measured, alarm.ended) == (True, 89, 100)
    assert made.say(source(made, ended=110, measured=90)) == []
    (over,) = made.say(source(made, ended=120, measured=110))
    assert isinstance(over, CoverageChanged)
    assert not over.is_low
    assert ignored(made.say(source(made, ended=120, measured=121))) == [EVIDENCE_IMPLAUSIBLE]
