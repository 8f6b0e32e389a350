"""Where a market's price has been: chasing is bounded over a window, and a jump is said, believed
by nobody for a while, and investigated by a person where the limit says so.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controls.cases import armed, quoted
from controls.cases_of_trails import chasing, jumping, moved
from interlock.kernel.step import Kernel
from interlock.ledger.instruments import MarketRecord
from interlock.ledger.state import digest, restore, state_of
from interlock.ledger.trails import PARTS, PriceTrail, market_key
from interlock.messages.alarms import MarketDoubted
from interlock.messages.commands import AdvanceTime, OpenSession, SetLimit, UpdateLadder
from interlock.messages.decisions import Terms
from interlock.messages.definitions import Answer, Limit
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import DecisionJudged, HaltTripped
from interlock.messages.reasons import (
    MARKET_DOUBTED,
    MARKET_MISSING,
    NONE,
    PRICE_MOVED_ABOVE_LIMIT,
)
from interlock.messages.terms import BUY, HALT, MARKET, REPORT_FILL, SELL, WARN
from interlock.messages.units import BPS_ONE
from worlds import SECOND, START, World, opening


def verdict(events: list[Any]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def reason(world: World, price: int, side: int = BUY, **fields: Any) -> int:
    return verdict(world.order(side, 1, price, **fields)).reason


# --- chasing -----------------------------------------------------------------------------------


def test_what_has_left_the_window_bounds_nothing_any_more() -> None:
    world = quoted(chasing())
    world.say(AdvanceTime(), 5 * SECOND)
    moved(world, 10_090)
    assert reason(world, 10_101) == PRICE_MOVED_ABOVE_LIMIT
    # A price counts for its window and at most a part of it longer.
    world.say(AdvanceTime(), 5 * SECOND + 10 * SECOND // PARTS + 1)
    moved(world, 10_090)
    assert reason(world, 10_101) == NONE


def test_a_window_without_a_price_is_held_to_the_market_as_it_stands() -> None:
    world = quoted(SetLimit(Limit("market_data", "firm", {"age_ms": 86_400_000}), "r"), chasing())
    world.say(AdvanceTime(), 60 * SECOND)
    assert reason(world, 10_101) == PRICE_MOVED_ABOVE_LIMIT
    assert reason(world, 10_100) == NONE


def test_each_market_has_a_trail_of_its_own() -> None:
    world = quoted(chasing())
    world.quote(10_080, 10_100, venue="beta")
    assert reason(world, 10_120, terms=Terms(price=10_120, venue="beta")) == NONE
    assert reason(world, 10_120) == PRICE_MOVED_ABOVE_LIMIT


def test_a_market_order_that_chases_is_judged_at_the_far_touch() -> None:
    world = quoted(chasing())
    market = Terms(MARKET, venue="alpha")
    assert verdict(world.order(BUY, 1, terms=market)).reason == NONE
    moved(world, 10_050, 10_091)
    assert verdict(world.order(BUY, 1, terms=market)).reason == PRICE_MOVED_ABOVE_LIMIT
    moved(world, 10_090)
    assert verdict(world.order(BUY, 1, terms=market)).reason == NONE


def test_a_market_of_one_side_cannot_be_chased_or_not() -> None:
    world = quoted(chasing())
    world.say(UpdateLadder("COIN", "alpha", ((9_990, 10),), (), START))
    judged = verdict(world.order(BUY, 1, 9_990))
    assert judged.reason == MARKET_MISSING


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 4_000), st.integers(9_000, 11_000)), min_size=1, max_size=60
    )
)
def test_a_trail_holds_every_price_of_its_window_and_few_more(
    steps: list[tuple[int, int]],
) -> None:
    """Against a list of everything that was heard."""
    limit = Limit("price_move", "firm", {"move_bps": 1, "window_ms": 10_000})
    trail, market, heard, time_ns = PriceTrail(limit, 0), MarketRecord("alpha"), [], START
    key = market_key("COIN", "alpha")
    for after_ms, mid in steps:
        time_ns += after_ms * 1_000_000
        market.bid, market.ask, market.bid_quantity, market.ask_quantity = mid - 1, mid + 1, 1, 1
        trail.hear("COIN", market, time_ns)
        heard.append((time_ns, 2 * mid))
        inside = [price for at, price in heard if at > time_ns - trail.window_ns]
        longer = [
            price for at, price in heard if at > time_ns - trail.window_ns - 2 * trail.part_ns
        ]
        assert min(longer) <= trail.lowest(key, time_ns, 2 * mid) <= min(inside)
        assert max(inside) <= trail.highest(key, time_ns, 2 * mid) <= max(longer)
        assert len(trail.parts[key]) <= PARTS + 2
        again = PriceTrail(limit, 0)
        again.take(*trail.kept())
        assert again.kept() == trail.kept()


# --- jumps -------------------------------------------------------------------------------------


def test_a_jump_is_said_when_it_happens_and_stands_for_its_time() -> None:
    world = quoted(jumping(jump_bps=100))
    events = world.quote(10_092, 10_112)
    number = len(world.ledger.limits.limits) - 1
    until = world.time_ns + SECOND
    assert events == [MarketDoubted(number, "COIN", "alpha", 102, 100, until)]
    assert reason(world, 10_100) == MARKET_DOUBTED
    world.say(AdvanceTime(), SECOND - 1)
    assert reason(world, 10_100) == MARKET_DOUBTED
    world.say(AdvanceTime(), 1)
    assert reason(world, 10_100) == NONE


def test_a_jump_up_and_one_down_are_the_same() -> None:
    for mid, expected in ((10_100, 0), (9_900, 0), (10_101, 1), (9_899, 1)):
        world = quoted(jumping(jump_bps=100))
        assert len(world.quote(mid - 10, mid + 10)) == expected


def test_a_jump_is_of_one_market_and_no_other() -> None:
    world = quoted(jumping(jump_bps=100))
    world.quote(venue="beta")
    world.quote(10_490, 10_510, venue="beta")
    beta = Terms(price=10_000, venue="beta")
    assert verdict(world.order(BUY, 1, terms=beta)).reason == MARKET_DOUBTED
    assert reason(world, 10_000) == NONE
    assert reason(world, 10_000, instrument="GOLD") == NONE


@pytest.mark.parametrize("scope", ["instrument:COIN", "venue:alpha"])
def test_a_limit_of_one_instrument_or_venue_looks_at_that_alone(scope: str) -> None:
    limit = jumping(jump_bps=100).limit
    world = quoted(SetLimit(Limit("market_jump", scope, limit.parameters), "risk"))
    world.quote(venue="beta")
    assert len(world.quote(10_490, 10_510)) == 1
    assert len(world.quote(10_490, 10_510, instrument="GOLD")) == (scope == "venue:alpha")
    assert len(world.quote(10_490, 10_510, venue="beta")) == (scope == "instrument:COIN")


def test_many_small_steps_leave_the_average_and_are_said() -> None:
    world = quoted(jumping(jump_bps=100, average_bps=150))
    said = []
    for step in range(1, 7):
        world.say(AdvanceTime(), SECOND)
        said.append(len(world.quote(9_990 + 50 * step, 10_010 + 50 * step)))
    # 10,000 and each of five steps of half a percent: the average lags behind.
    assert said == [0, 0, 0, 0, 0, 1]


def test_a_price_after_a_silence_longer_than_the_window_has_nothing_to_jump_from() -> None:
    world = quoted(jumping(jump_bps=100))
    world.say(AdvanceTime(), 11 * SECOND)
    assert world.quote(11_990, 12_010) == []


def test_a_crossed_or_one_sided_market_says_no_price() -> None:
    world = quoted(jumping(jump_bps=100))
    assert world.quote(12_000, 11_000) == []
    assert world.say(UpdateLadder("COIN", "alpha", ((15_000, 1),), (), START)) == []
    assert world.quote(10_000, 10_020) == []


def test_a_ladder_jumps_as_a_quote_does() -> None:
    world = quoted(jumping(jump_bps=100))
    events = world.say(UpdateLadder("COIN", "alpha", ((10_490, 5),), ((10_510, 5),), START))
    assert isinstance(events[0], MarketDoubted)


def test_a_doubt_without_a_time_halts_until_a_person_has_looked() -> None:
    limit = jumping(jump_bps=100, doubt_ms=0).limit
    world = quoted(SetLimit(Limit("market_jump", "instrument:COIN", limit.parameters), "risk"))
    events = world.quote(10_490, 10_510)
    assert isinstance(events[0], MarketDoubted)
    assert events[0].until_ns == -1
    assert isinstance(events[1], HaltTripped)
    assert events[1].scope == "instrument:COIN"
    world.say(AdvanceTime(), 1_000 * SECOND)
    world.quote(10_490, 10_510)
    assert reason(world, 10_500) != NONE
    world.lift("instrument:COIN", "ann")
    assert reason(world, 10_500) == NONE


def test_a_limit_that_halts_does_so_when_the_price_jumps() -> None:
    limit = jumping(jump_bps=100).limit
    halting = Limit("market_jump", "venue:alpha", limit.parameters, answer=Answer(HALT))
    world = quoted(SetLimit(halting, "risk"))
    assert [type(event) for event in world.quote(10_490, 10_510)] == [MarketDoubted, HaltTripped]


def test_a_limit_that_warns_lets_pass_and_says_so() -> None:
    limit = jumping(jump_bps=100).limit
    world = quoted(SetLimit(Limit("market_jump", "firm", limit.parameters, answer=Answer(WARN)),
                            "risk"))  # fmt: skip
    assert len(world.quote(10_140, 10_160)) == 1
    judged = verdict(world.order(BUY, 1, 10_150))
    assert (judged.severity, judged.reason) == (WARN, MARKET_DOUBTED)


def test_what_is_proven_to_reduce_passes_a_doubt() -> None:
    world = quoted(jumping(jump_bps=100))
    bought = world.order(BUY, 5)[-1].order
    world.report(bought, REPORT_FILL, execution_id="a", quantity=5, price=10_000)
    world.quote(10_290, 10_310)
    close = Terms(price=10_290, venue="alpha", reduce_only=True)
    assert verdict(world.order(SELL, 5, terms=close)).reason == NONE


def test_a_restart_forgets_neither_trail_nor_doubt() -> None:
    world = quoted(chasing(), jumping(jump_bps=100))
    moved(world, 10_050)
    world.quote(10_290, 10_310)
    kept = decode_plain(encode(state_of(world.ledger)))
    world.kernel = Kernel(restore(kept), {})
    assert digest(world.ledger) == digest(restore(kept))
    judged = verdict(world.order(BUY, 1, 10_300))
    assert judged.reason == MARKET_DOUBTED
    world.say(AdvanceTime(), SECOND)
    assert reason(world, 10_300) == PRICE_MOVED_ABOVE_LIMIT


def test_a_jump_is_heeded_also_in_a_session_that_began_before() -> None:
    commands = opening()
    commands[0] = OpenSession("test", "session-1", 7, "test", (), "")
    world = World(commands)
    world.say(jumping(jump_bps=100))
    world.quote()
    assert len(world.quote(10_490, 10_510)) == 1
    assert reason(world, 10_500) == MARKET_DOUBTED


def test_the_bound_of_a_jump_is_exact() -> None:
    for bps in (1, 33, 100, 9_999):
        for price, before in ((10_000 + bps, 10_000), (10_000 - bps, 10_000)):
            world = quoted(armed("market_jump", jump_bps=bps, average_bps=10_000,
                                 window_ms=1_000, doubt_ms=1))  # fmt: skip
            assert world.quote(price - 1, price + 1) == []
            away = abs(price - before) * BPS_ONE // before
            assert away == bps
