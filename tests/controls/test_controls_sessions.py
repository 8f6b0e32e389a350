"""Phases of the day, status, and the market's state: what may be sent when."""

import pytest

from interlock.messages.commands import (
    AdvanceTime,
    NoteFeedFault,
    SetInstrumentStatus,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import Terms
from interlock.messages.definitions import Instrument, PhaseStart
from interlock.messages.events import DecisionJudged
from interlock.messages.reasons import (
    INSTRUMENT_SUSPENDED,
    MARKET_CROSSED,
    MARKET_FAULTED,
    NONE,
    PHASE_CLOSED,
)
from interlock.messages.terms import (
    CLOSED,
    CLOSING_AUCTION,
    CONTINUOUS,
    FEED_CROSSED,
    FEED_DUPLICATE,
    FEED_GAP,
    FEED_MALFORMED,
    FEED_OUT_OF_ORDER,
    FEED_RECOVERED,
    FOK,
    IOC,
    MARKET,
    MARKETABLE_LIMIT,
    OPENING_AUCTION,
    PRE_OPEN,
    SUSPENDED,
    TRADABLE,
)
from worlds import SECOND, START, World, limit, opening

HOUR = 3_600 * SECOND
DAY_NS = 24 * HOUR
ZONE = 5 * HOUR

RESTING = Terms(price=9_980, venue="alpha")
SENT = {
    "resting": RESTING,
    "immediate": Terms(price=10_010, venue="alpha", time_in_force=IOC),
    "all or nothing": Terms(price=10_010, venue="alpha", time_in_force=FOK),
    "market": Terms(MARKET, venue="alpha"),
    "marketable": Terms(MARKETABLE_LIMIT, protection=2, venue="alpha"),
}


def reason(world: World, terms: Terms = RESTING) -> int:
    verdict = world.order(quantity=1, terms=terms)[0]
    assert isinstance(verdict, DecisionJudged)
    return verdict.reason


def world_in(phase: int) -> World:
    instrument = Instrument("COIN", "USD", 2, 2, 1, 0, 1, phases=(PhaseStart(0, phase),))
    world = World(opening(instruments=(instrument,)))
    world.quote()
    return world


@pytest.mark.parametrize("what", SENT)
def test_everything_may_be_sent_in_continuous_trading(what: str) -> None:
    assert reason(world_in(CONTINUOUS), SENT[what]) == NONE


@pytest.mark.parametrize("phase", [PRE_OPEN, OPENING_AUCTION, CLOSING_AUCTION])
@pytest.mark.parametrize("what", SENT)
def test_only_what_can_rest_may_be_sent_before_and_in_an_auction(phase: int, what: str) -> None:
    expected = NONE if what == "resting" else PHASE_CLOSED
    assert reason(world_in(phase), SENT[what]) == expected


@pytest.mark.parametrize("what", SENT)
def test_nothing_may_be_sent_while_the_instrument_is_closed(what: str) -> None:
    assert reason(world_in(CLOSED), SENT[what]) == PHASE_CLOSED


def test_the_phase_is_that_of_the_exchanges_local_day_to_the_nanosecond() -> None:
    phases = (PhaseStart(9 * HOUR, CONTINUOUS), PhaseStart(17 * HOUR, CLOSED))
    instrument = Instrument("COIN", "USD", 2, 2, 1, 0, 1, utc_offset_ns=-ZONE, phases=phases)
    world = World(opening(instruments=(instrument,)))
    world.say(limit("market_data", age_ms=86_400_000))
    local = (world.time_ns - ZONE) % DAY_NS
    opens = world.time_ns + (9 * HOUR - local) % DAY_NS
    closes = opens + 8 * HOUR
    expected_at = {opens - 1: PHASE_CLOSED, opens: NONE, closes - 1: NONE, closes: PHASE_CLOSED}
    for moment, expected in expected_at.items():
        world.say(AdvanceTime(), after_ns=moment - world.time_ns)
        world.quote()
        assert reason(world) == expected
        assert (instrument.phase_at(moment) == CONTINUOUS) == (expected == NONE)


def test_a_crossed_market_stops_orders_in_continuous_trading_alone() -> None:
    for phase, expected in ((CONTINUOUS, MARKET_CROSSED), (PRE_OPEN, NONE)):
        world = world_in(phase)
        world.say(UpdateQuote("COIN", "alpha", 10_010, 5, 9_990, 5, START))
        assert reason(world) == expected


@pytest.mark.parametrize("fault", [FEED_GAP, FEED_OUT_OF_ORDER, FEED_MALFORMED])
def test_a_feed_that_broke_stops_orders_until_it_says_that_it_recovered(fault: int) -> None:
    world = world_in(CONTINUOUS)
    world.say(NoteFeedFault("COIN", "alpha", fault, 1, ""))
    world.quote()
    assert reason(world) == MARKET_FAULTED
    assert reason(world, Terms(price=9_980, venue="beta")) != MARKET_FAULTED
    world.say(NoteFeedFault("COIN", "alpha", FEED_RECOVERED, 1, ""))
    assert reason(world) == NONE


@pytest.mark.parametrize("fault", [FEED_DUPLICATE, FEED_CROSSED])
def test_what_a_feed_said_twice_or_crossed_shows_in_the_prices_or_not_at_all(fault: int) -> None:
    world = world_in(CONTINUOUS)
    world.say(NoteFeedFault("COIN", "alpha", fault, 1, ""))
    assert reason(world) == NONE


def test_a_suspended_instrument_is_not_traded_until_it_is_tradable() -> None:
    world = world_in(CONTINUOUS)
    world.say(SetInstrumentStatus("COIN", SUSPENDED, "exchange", "news"))
    assert reason(world) == INSTRUMENT_SUSPENDED
    world.say(SetInstrumentStatus("COIN", TRADABLE, "exchange", "news"))
    assert reason(world) == NONE


def test_a_quote_after_a_ladder_makes_the_old_depth_unbelievable() -> None:
    world = world_in(CONTINUOUS)
    levels = ((10_010, 5), (10_020, 50))
    world.say(UpdateLadder("COIN", "alpha", ((9_990, 5),), levels, START))
    market = world.ledger.instruments["COIN"].markets["alpha"]
    assert (market.bid, market.ask, market.displayed(1, 10_020)) == (9_990, 10_010, 55)
    world.quote(quantity=7)
    assert market.displayed(1, 10_020) == 7
    world.say(UpdateLadder("COIN", "alpha", (), (), START))
    assert (market.far_price(1), market.far_price(2), market.displayed(1, 10_020)) == (0, 0, 0)
