"""Cancels have a reserve of their own: they are counted, are never blocked, and take no room from
orders until the reserve is used up.
"""

from typing import Any

from interlock.kernel.step import Kernel
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.approvals import LimitChangeProposed, ProposeLimitChange
from interlock.messages.commands import AdvanceTime, SetLimit
from interlock.messages.decisions import CancelOrders, QuoteLadder, Terms
from interlock.messages.definitions import Limit
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import CancelRequested, DecisionJudged
from interlock.messages.findings import objections_of
from interlock.messages.reasons import MESSAGE_RATE_ABOVE_LIMIT, NONE
from worlds import SECOND, World, limit


def rate(count_max: int, cancels_max: int, scope: str = "firm") -> Limit:
    values: dict[str, Any] = {
        "count_max": count_max,
        "window_ms": 1_000,
        "cancels_max": cancels_max,
    }
    return Limit("message_rate", scope, values, "", "", "risk", "test")


def quoted(count_max: int, cancels_max: int) -> World:
    world = World()
    world.say(SetLimit(rate(count_max, cancels_max), "risk"))
    world.quote()
    return world


def verdict(events: list[Any]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def ordered(world: World) -> int:
    return verdict(world.order(quantity=1)).reason


def taken_back(world: World, count: int) -> int:
    """So many cancels, each of the oldest order that works; how many were asked for."""
    asked = 0
    for number in [number for number, order in world.ledger.orders.open.items()
                   if order.asked_quantity == 0][:count]:  # fmt: skip
        events = world.decide(CancelOrders((number,)))
        asked += sum(isinstance(event, CancelRequested) for event in events)
    return asked


def test_without_a_reserve_cancels_take_the_room_of_orders() -> None:
    world = quoted(4, 0)
    assert [ordered(world) for _ in range(2)] == [NONE] * 2
    assert taken_back(world, 2) == 2
    assert ordered(world) == MESSAGE_RATE_ABOVE_LIMIT


def test_within_their_reserve_cancels_take_no_room_from_orders() -> None:
    world = quoted(4, 2)
    assert [ordered(world) for _ in range(3)] == [NONE] * 3
    assert taken_back(world, 2) == 2
    assert ordered(world) == NONE
    judged = verdict(world.order(quantity=1))
    said = {found.observed: found.bound for found in objections_of(judged)}
    assert (judged.reason, said) == (MESSAGE_RATE_ABOVE_LIMIT, {5: 4})


def test_cancels_beyond_their_reserve_count_with_the_rest_and_leave_all_the_same() -> None:
    world = quoted(4, 1)
    assert [ordered(world) for _ in range(3)] == [NONE] * 3
    # One within the reserve, two beyond it: three orders and two cancels are above four.
    assert taken_back(world, 3) == 3
    assert ordered(world) == MESSAGE_RATE_ABOVE_LIMIT


def test_the_reserve_is_whole_again_when_the_window_has_passed() -> None:
    world = quoted(2, 2)
    assert [ordered(world) for _ in range(2)] == [NONE] * 2
    assert taken_back(world, 2) == 2
    assert ordered(world) == MESSAGE_RATE_ABOVE_LIMIT
    world.say(AdvanceTime(), SECOND)
    assert [ordered(world) for _ in range(3)] == [NONE, NONE, MESSAGE_RATE_ABOVE_LIMIT]


def test_cancels_that_leave_before_the_orders_of_a_decision_are_of_the_reserve() -> None:
    for reserve, expected in ((4, NONE), (0, MESSAGE_RATE_ABOVE_LIMIT)):
        world = World()
        world.quote()
        terms = Terms(venue="alpha")
        world.decide(QuoteLadder("COIN", tuple((9_990 - n, 1) for n in range(4)), (), terms))
        world.say(SetLimit(rate(2, reserve), "risk"))
        world.say(AdvanceTime(), SECOND)
        world.quote()
        asks = tuple((10_020 + n, 1) for n in range(2))
        # Four quotes are taken back, and two are new.
        judged = verdict(world.decide(QuoteLadder("COIN", (), asks, terms)))
        assert judged.reason == expected


def test_a_restart_forgets_no_cancel() -> None:
    world = quoted(3, 1)
    ordered(world)
    ordered(world)
    taken_back(world, 2)
    kept = decode_plain(encode(state_of(world.ledger)))
    world.kernel = Kernel(restore(kept), {})
    assert digest(world.ledger) == digest(restore(kept))
    assert ordered(world) == MESSAGE_RATE_ABOVE_LIMIT


def test_a_smaller_reserve_goes_on_with_what_was_counted_and_a_larger_one_needs_two() -> None:
    world = quoted(3, 2)
    ordered(world)
    ordered(world)
    taken_back(world, 2)
    events = world.say(ProposeLimitChange(rate(3, 3), "ann", "more room"))
    assert isinstance(events[0], LimitChangeProposed)
    world.say(ProposeLimitChange(rate(3, 1), "ann", "less room"))
    assert ordered(world) == MESSAGE_RATE_ABOVE_LIMIT
    world.say(ProposeLimitChange(rate(3, 0), "ann", "none"))
    assert world.ledger.limits.cancels == {}


def test_the_reserve_of_a_scope_counts_its_own_cancels_alone() -> None:
    world = World()
    world.say(SetLimit(rate(4, 1, "instrument:COIN"), "risk"))
    world.say(limit("message_rate", count_max=1_000, window_ms=1_000))
    for symbol in ("COIN", "GOLD"):
        world.quote(instrument=symbol)
    for _ in range(3):
        assert verdict(world.order(quantity=1, instrument="GOLD")).reason == NONE
    assert taken_back(world, 3) == 3
    assert [ordered(world) for _ in range(4)] == [NONE] * 4
    assert ordered(world) == MESSAGE_RATE_ABOVE_LIMIT
