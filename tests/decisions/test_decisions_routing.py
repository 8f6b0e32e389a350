"""Routing: which venue an order goes to, rule by rule."""

import pytest

from interlock.decisions.routing import BEST_PRICE, FIRST, ROUTERS, make_router
from interlock.messages.commands import NoteFeedFault, OpenSession, UpdateQuote
from interlock.messages.decisions import Terms
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.flags import CURRENT
from interlock.messages.reasons import MARKET_FAULTED, UNKNOWN_VENUE
from interlock.messages.terms import BUY, FEED_GAP, FEED_RECOVERED, MARKETABLE_LIMIT, SELL
from worlds import World, opening

ANYWHERE = Terms(price=10_000)
TAKING = Terms(MARKETABLE_LIMIT)


def world_of(alpha: tuple[int, int, int, int], beta: tuple[int, int, int, int],
             rule: str = BEST_PRICE) -> World:  # fmt: skip
    commands = [
        OpenSession("test", "session-1", 7, "test", CURRENT, "", routing=rule)
        if isinstance(command, OpenSession)
        else command
        for command in opening()
    ]
    world = World(commands)
    for venue, quote in (("alpha", alpha), ("beta", beta)):
        world.say(UpdateQuote("COIN", venue, *quote, world.time_ns))
    return world


def route(world: World, side: int = BUY, terms: Terms = ANYWHERE) -> tuple[str, str]:
    """Where an order went, and by which rule."""
    events = world.order(side, 1, terms=terms)
    verdict, cleared = events[0], events[-1]
    assert isinstance(verdict, DecisionJudged)
    assert isinstance(cleared, OrderCleared), verdict
    assert verdict.lines[0].venue == cleared.venue
    return cleared.venue, verdict.lines[0].route


@pytest.mark.parametrize("terms", [ANYWHERE, TAKING])
@pytest.mark.parametrize(
    ("alpha", "beta", "buy", "sell"),
    [
        ((9_990, 5, 10_010, 5), (9_991, 5, 10_011, 5), "alpha", "beta"),
        ((9_990, 5, 10_010, 5), (9_989, 5, 10_009, 5), "beta", "alpha"),
        # At one price the larger quantity, and of equal ones the venue defined first.
        ((9_990, 5, 10_010, 5), (9_990, 6, 10_010, 6), "beta", "beta"),
        ((9_990, 5, 10_010, 5), (9_990, 5, 10_010, 5), "alpha", "alpha"),
        # Where nothing stands nothing can be taken.
        ((9_990, 5, 10_000, 0), (9_900, 5, 10_300, 5), "beta", "alpha"),
    ],
)
def test_the_best_far_price_is_gone_to(
    alpha: tuple[int, int, int, int], beta: tuple[int, int, int, int], buy: str, sell: str,
    terms: Terms,
) -> None:  # fmt: skip
    assert route(world_of(alpha, beta), BUY, terms) == (buy, BEST_PRICE)
    assert route(world_of(alpha, beta), SELL, terms) == (sell, BEST_PRICE)


def test_a_market_that_is_faulted_is_gone_around_until_it_recovers() -> None:
    world = world_of((9_990, 5, 10_010, 5), (9_990, 5, 10_020, 5))
    world.say(NoteFeedFault("COIN", "alpha", FEED_GAP, 1, ""))
    assert route(world)[0] == "beta"
    world.say(NoteFeedFault("COIN", "alpha", FEED_RECOVERED, 1, ""))
    assert route(world)[0] == "alpha"


def test_a_rule_of_the_first_venue_looks_at_no_price() -> None:
    world = world_of((9_990, 5, 10_010, 5), (9_990, 5, 10_000, 5), FIRST)
    assert route(world) == ("alpha", FIRST)


def test_a_venue_that_is_asked_for_is_gone_to() -> None:
    world = world_of((9_990, 5, 10_000, 5), (9_990, 5, 10_010, 5))
    assert route(world, terms=Terms(price=10_000, venue="beta")) == ("beta", "asked")


@pytest.mark.parametrize("rule", ROUTERS)
def test_a_router_chooses_and_the_controls_judge(rule: str) -> None:
    world = world_of((9_990, 5, 10_010, 5), (9_990, 5, 10_010, 5), rule)
    for venue in ("alpha", "beta"):
        world.say(NoteFeedFault("COIN", venue, FEED_GAP, 1, ""))
    assert world.order(terms=ANYWHERE)[0].reason == MARKET_FAULTED
    asked = Terms(price=10_000, venue="nowhere")
    assert world.order(terms=asked)[0].reason == UNKNOWN_VENUE


def test_a_rule_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ValueError, match="was 'luck', must be one of best_price, first"):
        make_router("luck")
