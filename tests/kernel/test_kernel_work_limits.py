"""Schedules in the kernel: price, participation, size, catching up, and how children meet the
market.
"""

from interlock.messages.commands import AdvanceTime
from interlock.messages.events import CancelRequested
from interlock.messages.reasons import (
    MARKET_MISSING,
    REDUCE_ONLY,
)
from interlock.messages.terms import (
    BUY,
    ICEBERG,
    POV,
    REST,
    SELL,
    VWAP,
)
from interlock.messages.work_reasons import (
    BEYOND_PRICE_LIMIT,
    CATCH_UP_BOUND,
    PARTICIPATION_BOUND,
    REPRICED,
    SLICE_BOUND,
)
from interlock.messages.works import (
    SetVolumeCurve,
    SliceJudged,
    SliceWithheld,
    WorkStarted,
)
from kernel.working import MINUTE, WorkWorld, children, only, some, working
from worlds import SECOND


def test_the_limit_price_is_never_passed() -> None:
    world = working()
    world.begin(price=10_020, protection=50)
    assert children(world.quote())[0].price == 10_020
    events = world.minute(bid=10_010, ask=10_021)
    withheld = only(events, SliceWithheld)
    assert (withheld.reason, children(events)) == (BEYOND_PRICE_LIMIT, [])
    # It is said once.
    assert some(world.minute(bid=10_010, ask=10_021), SliceWithheld) == []
    assert len(children(world.minute())) == 1


def test_a_sale_has_a_limit_price_as_well() -> None:
    world = working()
    world.begin(side=SELL, price=9_990, protection=50)
    assert children(world.quote())[0].price == 9_990
    assert only(world.minute(bid=9_980, ask=9_990), SliceWithheld).reason == BEYOND_PRICE_LIMIT


def test_without_a_market_nothing_is_asked_for() -> None:
    world = WorkWorld()
    world.begin()
    assert only(world.say(AdvanceTime()), SliceWithheld).reason == MARKET_MISSING


def test_what_is_behind_is_caught_up_within_its_bound() -> None:
    world = working()
    world.begin(catch_up=3)
    world.passes(6 * MINUTE)  # quoted after the look: nothing could leave for six minutes
    judged = only(world.minute(), SliceJudged)
    assert (judged.due, judged.chosen, judged.reason) == (80, 30, CATCH_UP_BOUND)


def test_a_child_is_no_larger_than_the_order_says() -> None:
    world = working()
    world.begin(slice_max=4)
    judged = only(world.quote(), SliceJudged)
    assert (judged.chosen, judged.reason) == (4, SLICE_BOUND)


def test_a_share_of_the_volume_is_never_passed() -> None:
    world = working()
    world.begin(participation_ppm=100_000)
    assert only(world.quote(), SliceWithheld).reason == PARTICIPATION_BOUND
    world.trades(59)
    world.time_ns += MINUTE
    judged = only(world.quote(), SliceJudged)
    assert (judged.chosen, judged.reason) == (5, PARTICIPATION_BOUND)


def test_pov_follows_the_volume_and_not_the_clock() -> None:
    world = working()
    world.begin(algorithm=POV, participation_ppm=100_000)
    assert children(world.minute()) == []
    world.trades(200)
    (child,) = children(world.minute())
    assert child.quantity == 20
    world.fill(child.order)
    assert children(world.minute()) == []


def test_vwap_follows_its_curve_as_it_was_when_it_began() -> None:
    world = working()
    day_ns = world.time_ns % (86_400 * SECOND)
    world.say(SetVolumeCurve("COIN", day_ns, MINUTE, (60, 10, 10, 20), "risk"))
    started = only(world.begin(algorithm=VWAP, lasts_ns=4 * MINUTE), WorkStarted)
    assert started.curve.volumes == (60, 10, 10, 20)
    world.say(SetVolumeCurve("COIN", day_ns, MINUTE, (1, 1, 1, 1), "risk"))
    sizes = []
    events = world.quote()
    for _ in range(4):
        (child,) = children(events)
        sizes.append(child.quantity)
        world.fill(child.order)
        events = world.minute()
    assert sizes == [60, 10, 10, 20]


def test_an_iceberg_shows_its_next_part_when_the_one_before_is_gone() -> None:
    world = working()
    world.begin(algorithm=ICEBERG, price=9_995, slice_max=8, interval_ns=SECOND)
    (child,) = children(world.quote())
    assert (child.quantity, child.price, child.time_in_force) == (8, 9_995, 1)
    world.accept(child.order)
    assert children(world.passes(2 * SECOND)) == []
    world.fill(child.order)
    (next_child,) = children(world.passes(2 * SECOND))
    assert next_child.quantity == 8


def test_what_rests_follows_its_side_of_the_market() -> None:
    world = working()
    world.begin(style=REST, price=9_994)
    (child,) = children(world.quote())
    assert (child.price, child.post_only) == (9_990, True)
    world.accept(child.order)
    world.time_ns += 55 * SECOND
    world.quote(9_996, 10_010)
    asked = only(world.passes(5 * SECOND, bid=9_996), CancelRequested)
    assert (asked.order, asked.reason) == (child.order, REPRICED)
    world.cancelled(child.order)
    # What it gave back is due again, and never above the limit.
    (again,) = [made for made in children(world.minute(bid=9_996)) if made.quantity]
    assert again.price == 9_994


def test_what_rests_where_the_market_is_stays() -> None:
    world = working()
    world.begin(style=REST)
    world.accept(children(world.quote())[0].order)
    events = world.minute()
    assert some(events, CancelRequested) == []
    assert len(children(events)) == 1


def test_a_work_that_only_reduces_never_passes_flat() -> None:
    world = working()
    order = world.order(BUY, 30)[-1]
    world.fill(order.order)
    world.begin(side=SELL, quantity=30, reduce_only=True, catch_up=100)
    (child,) = children(world.quote())
    assert child.reduce_only
    world.fill(child.order)
    # Somebody else sells nearly all of it meanwhile.
    other = world.order(SELL, 26)[-1]
    world.fill(other.order)
    (child,) = children(world.minute())
    world.fill(child.order)
    assert only(world.minute(), SliceWithheld).reason == REDUCE_ONLY
    assert world.ledger.accounts["main"].positions["COIN"].lots == 0
