"""The envelope of a hold: what the rule says of the plan and the market that were approved, at the
release.
"""

from typing import Any

import pytest

from interlock.controls.rules import HOLDING
from interlock.messages.approvals import ApproveDecision, DecisionHeld
from interlock.messages.commands import AdvanceTime, SetLimit, UpdateQuote
from interlock.messages.decisions import Basket, OrderQuantity, QuoteLadder, Terms
from interlock.messages.definitions import Answer
from interlock.messages.events import DecisionJudged, Event, OrderCleared
from interlock.messages.findings import findings_of
from interlock.messages.terms import (
    ALLOW,
    BUY,
    HOLD,
    MARKETABLE_LIMIT,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_CANCELLED,
)
from worlds import SECOND, World, armed, opening

LIFE = 60 * SECOND
MOVE_BPS = 50
AT = Terms(price=10_000, venue="alpha")


def world_with(age_ns: int = 0) -> World:
    """More than 20 lots wait for one person, in a market that may move by half a percent."""
    world = World(opening())
    for instrument in ("COIN", "GOLD"):
        for venue in ("alpha", "beta"):
            world.quote(instrument=instrument, venue=venue)
    answer = Answer(HOLD, 1, LIFE, MOVE_BPS, age_ns)
    world.say(SetLimit(armed("order_quantity", answer=answer, quantity_max=20), "risk"))
    return world


def held(world: World, action: Any) -> int:
    events = world.decide(action, valid_until_ns=2**62)
    return next(event for event in events if isinstance(event, DecisionHeld)).decision


def released(world: World, decision: int) -> tuple[int, int, int]:
    """What the rule found when a person approved it."""
    events: list[Event] = world.say(ApproveDecision(decision, "ann", "seen"))
    (judged,) = [event for event in events if isinstance(event, DecisionJudged)]
    (found,) = [one for one in findings_of(judged) if one.limit == -HOLDING]
    assert (found.severity == ALLOW) == any(isinstance(one, OrderCleared) for one in events)
    return found.severity, found.observed, found.bound


def test_the_same_plan_in_the_same_market_has_moved_by_nothing() -> None:
    world = world_with()
    decision = held(world, OrderQuantity("COIN", BUY, 30, AT))
    assert released(world, decision) == (ALLOW, 0, MOVE_BPS)


@pytest.mark.parametrize(
    ("bid", "ask", "seen"),
    [
        # A part of a basis point counts as one.
        (9_991, 10_010, (ALLOW, 1, MOVE_BPS)),
        (9_989, 10_010, (ALLOW, 1, MOVE_BPS)),
        (10_040, 10_060, (ALLOW, 50, MOVE_BPS)),
        (9_940, 9_960, (ALLOW, 50, MOVE_BPS)),
        (10_040, 10_061, (REFUSE, 51, MOVE_BPS)),
        (9_940, 9_959, (REFUSE, 51, MOVE_BPS)),
    ],
)
def test_a_market_has_moved_by_so_much_up_or_down(
    bid: int, ask: int, seen: tuple[int, int, int]
) -> None:
    world = world_with()
    decision = held(world, OrderQuantity("COIN", BUY, 30, AT))
    world.quote(bid, ask)
    assert released(world, decision) == seen


def test_of_several_lines_the_farthest_move_counts() -> None:
    for moves, farthest in (((10, 30), 30), ((30, 10), 30), ((-30, 10), 30)):
        world = world_with()
        lines = [OrderQuantity(symbol, BUY, 30, AT) for symbol in ("COIN", "GOLD")]
        decision = held(world, Basket(tuple(lines)))
        for symbol, bps in zip(("COIN", "GOLD"), moves, strict=True):
            world.quote(9_990 + bps, 10_010 + bps, instrument=symbol)
        assert released(world, decision) == (ALLOW, farthest, MOVE_BPS)


def test_a_quote_is_as_old_as_it_may_be_and_a_nanosecond_more() -> None:
    for after_ns, seen in ((SECOND, (ALLOW, 0)), (SECOND + 1, (REFUSE, -1))):
        world = world_with(age_ns=SECOND)
        decision = held(world, OrderQuantity("COIN", BUY, 30, AT))
        world.say(AdvanceTime(), after_ns)
        assert released(world, decision) == (*seen, MOVE_BPS)
    for age_ns, seen in ((1, (REFUSE, -1)), (0, (ALLOW, 0))):
        world = world_with(age_ns=age_ns)
        decision = held(world, OrderQuantity("COIN", BUY, 30, AT))
        world.say(AdvanceTime(), 2)
        assert released(world, decision) == (*seen, MOVE_BPS)


def test_a_plan_with_another_number_of_orders_is_another_plan() -> None:
    """A ladder of which one quote stands already is one order less than was asked about."""
    world = world_with()
    terms = Terms(venue="alpha")
    standing = world.decide(QuoteLadder("COIN", ((9_980, 5),), (), terms))
    number = next(event.order for event in standing if isinstance(event, OrderCleared))
    world.report(number, REPORT_ACCEPTED)
    decision = held(world, QuoteLadder("COIN", ((9_980, 5), (9_970, 30)), (), terms))
    world.report(number, REPORT_CANCELLED)
    assert released(world, decision) == (REFUSE, -1, MOVE_BPS)


def test_a_market_with_one_side_is_held_to_its_mark() -> None:
    world = world_with()
    decision = held(world, OrderQuantity("COIN", BUY, 30, AT))
    mark = world.ledger.instruments["COIN"].mark
    world.say(UpdateQuote("COIN", "alpha", 0, 0, 10_010, 1_000, world.time_ns))
    severity, observed, _ = released(world, decision)
    now = world.ledger.instruments["COIN"].mark
    assert (severity, observed) == (ALLOW, -(-abs(now - mark) * 10_000 // mark))


def test_a_marketable_order_that_would_go_elsewhere_is_another_order() -> None:
    """The better price is at another venue by now."""
    world = world_with()
    terms = Terms(order_type=MARKETABLE_LIMIT)
    decision = held(world, OrderQuantity("COIN", BUY, 30, terms))
    world.quote(9_990, 10_020, venue="alpha")
    world.quote(9_990, 10_005, venue="beta")
    assert released(world, decision) == (REFUSE, -1, MOVE_BPS)
    world = world_with()
    decision = held(world, OrderQuantity("COIN", BUY, 30, terms))
    world.quote(9_992, 10_008, venue="alpha")
    world.quote(9_990, 10_030, venue="beta")
    assert released(world, decision) == (ALLOW, 0, MOVE_BPS)
