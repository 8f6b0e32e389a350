"""Smart routing: what each venue gets of an order, and that it is never more than the order."""

from hypothesis import given
from hypothesis import strategies as st

from decisions.test_decisions_routing import world_of
from interlock.decisions.routing import FIRST, SMART
from interlock.messages.commands import NoteFeedFault, ReportOrder, UpdateLadder
from interlock.messages.decisions import OrderQuantity, TargetPosition, Terms
from interlock.messages.events import DecisionJudged, Event, OrderCleared
from interlock.messages.reasons import MARKET_MISSING
from interlock.messages.terms import (
    BUY,
    FEED_GAP,
    FOK,
    IOC,
    LIMIT,
    MARKET,
    MARKETABLE_LIMIT,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_SILENCE,
    SELL,
    UNKNOWN,
)
from interlock.messages.venue_reasons import VENUE_DOWN, VENUE_NOT_ANSWERING
from interlock.messages.venues import DOWN, WATCH, MoveVenue, NoteVenuePace, OrderRouted
from worlds import SECOND, World

TAKING = Terms(MARKETABLE_LIMIT, protection=20, time_in_force=IOC)
EQUAL = (9_990, 50, 10_010, 50)


def smart(alpha: tuple[int, int, int, int] = EQUAL, beta: tuple[int, int, int, int] = EQUAL,
          rule: str = SMART) -> World:  # fmt: skip
    return world_of(alpha, beta, rule)


def deep(world: World, venue: str, *asks: tuple[int, int]) -> None:
    bids = ((9_980, 50),)
    world.say(UpdateLadder("COIN", venue, bids, asks, world.time_ns))


def parts(events: list[Event]) -> dict[str, int]:
    """How much went to each venue."""
    found: dict[str, int] = {}
    for event in events:
        if isinstance(event, OrderCleared):
            found[event.venue] = found.get(event.venue, 0) + event.quantity
    return found


def routed(events: list[Event]) -> OrderRouted:
    (found,) = [event for event in events if isinstance(event, OrderRouted)]
    return found


def buy(world: World, quantity: int, terms: Terms = TAKING) -> list[Event]:
    return world.decide(OrderQuantity("COIN", BUY, quantity, terms))


def test_the_cheapest_displayed_lots_are_taken_first_with_fees() -> None:
    world = smart()
    # Alpha takes 100 ppm, which is one tick at this price: beta is cheaper at the same price.
    deep(world, "alpha", (10_000, 30), (10_004, 30))
    deep(world, "beta", (10_000, 10), (10_002, 10), (10_006, 50))
    assert parts(buy(world, 10)) == {"beta": 10}
    assert parts(buy(world, 40)) == {"alpha": 30, "beta": 10}
    assert parts(buy(world, 60)) == {"alpha": 40, "beta": 20}


def test_what_nobody_displays_goes_where_the_touch_is_cheapest() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 10, 10_000, 10))
    # The control of displayed depth counts each venue's own.
    assert parts(buy(world, 20)) == {"alpha": 10, "beta": 10}
    events = buy(world, 25)
    assert {one.venue: one.chosen for one in routed(events).venues} == {"alpha": 10, "beta": 15}


def test_what_was_known_and_chosen_is_an_event() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 10, 10_001, 30))
    world.say(NoteVenuePace("beta", 0, 0, 5_000_000))
    event = routed(buy(world, 20))
    assert (event.rule, event.instrument, event.side, event.quantity) == (SMART, "COIN", BUY, 20)
    # One tick more is what alpha's fee is: of equals the one that was defined first.
    assert [(one.venue, one.price, one.displayed, one.chosen) for one in event.venues] == [
        ("alpha", 10_000, 10, 10),
        ("beta", 10_001, 30, 10),
    ]
    assert event.venues[1].latency_ns == 5_000_000
    assert event.venues[0].fee_ppm == 100


def test_every_part_has_the_worst_price_of_the_whole() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 10, 10_010, 10))
    events = [event for event in buy(world, 20) if isinstance(event, OrderCleared)]
    assert {event.price for event in events} == {10_020}


def test_a_level_beyond_the_protection_is_not_counted_on() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 50, 10_021, 50))
    assert {one.venue: one.chosen for one in routed(buy(world, 10)).venues} == {
        "alpha": 10, "beta": 0,
    }  # fmt: skip


def test_a_venue_that_takes_no_orders_gets_none() -> None:
    world = smart()
    world.say(MoveVenue("beta", DOWN, VENUE_NOT_ANSWERING, WATCH, ""))
    assert parts(buy(world, 40)) == {"alpha": 40}
    world.say(MoveVenue("alpha", DOWN, VENUE_NOT_ANSWERING, WATCH, ""))
    events = buy(world, 40)
    assert parts(events) == {}
    assert next(e for e in events if isinstance(e, DecisionJudged)).reason == VENUE_DOWN


def test_a_paused_busy_or_faulted_venue_gets_none() -> None:
    world = smart()
    world.say(NoteVenuePace("beta", 0, world.time_ns + SECOND, 0))
    assert parts(buy(world, 10)) == {"alpha": 10}
    world.say(NoteVenuePace("beta", 1, 0, 0))
    assert parts(buy(world, 10)) == {"beta": 10}
    assert parts(buy(world, 10)) == {"alpha": 10}
    world.say(NoteVenuePace("beta", 0, 0, 0))
    world.say(NoteFeedFault("COIN", "beta", FEED_GAP, 1, ""))
    assert parts(buy(world, 10)) == {"alpha": 10}


def test_a_venue_where_orders_miss_costs_more() -> None:
    world = smart()
    assert parts(buy(world, 10)) == {"beta": 10}
    for _ in range(3):
        (order,) = [event for event in buy(world, 10) if isinstance(event, OrderCleared)]
        if order.venue == "beta":
            world.say(ReportOrder("beta", order.order, REPORT_CANCELLED))
    assert parts(buy(world, 10)) == {"alpha": 10}


def test_a_degraded_venue_costs_a_spread_more() -> None:
    world = smart()
    world.say(MoveVenue("beta", 1, VENUE_NOT_ANSWERING, WATCH, ""))
    assert parts(buy(world, 10)) == {"alpha": 10}


def test_all_or_nothing_is_never_split() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 10, 10_000, 10))
    terms = Terms(MARKETABLE_LIMIT, protection=20, time_in_force=FOK)
    assert len(routed(buy(world, 10, terms)).venues) == 2
    assert len(parts(buy(world, 10, terms))) == 1


def test_what_rests_goes_to_one_venue_where_the_queue_is_shorter() -> None:
    world = smart((9_990, 500, 10_010, 50), (9_990, 5, 10_010, 50))
    assert parts(buy(world, 20, Terms(LIMIT, price=9_990))) == {"beta": 20}
    world = smart((9_990, 5, 10_010, 50), (9_990, 500, 10_010, 50))
    assert parts(buy(world, 20, Terms(LIMIT, price=9_990, post_only=True))) == {"alpha": 20}


def test_a_market_order_is_split_and_reserved_venue_by_venue() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 10, 10_000, 10))
    events = [event for event in buy(world, 20, Terms(MARKET)) if isinstance(event, OrderCleared)]
    assert [event.price for event in events] == [10_500, 10_500]


def test_without_any_market_it_is_refused_as_before() -> None:
    world = smart((9_990, 0, 10_000, 0), (9_990, 0, 10_000, 0))
    events = buy(world, 10)
    assert next(e for e in events if isinstance(e, DecisionJudged)).reason == MARKET_MISSING


def test_another_rule_splits_nothing() -> None:
    events = buy(smart(rule=FIRST), 60)
    assert not any(isinstance(event, OrderRouted) for event in events)


def test_while_parts_are_unknown_a_target_asks_for_no_more() -> None:
    world = smart((9_990, 10, 10_000, 10), (9_990, 10, 10_000, 10))
    wanted = TargetPosition("COIN", 20, TAKING)
    orders = [event for event in world.decide(wanted) if isinstance(event, OrderCleared)]
    assert len(orders) == 2
    for order in orders:
        world.say(ReportOrder(order.venue, order.order, REPORT_SILENCE))
        assert world.ledger.orders.known[order.order].status == UNKNOWN
    assert parts(world.decide(wanted)) == {}
    first = orders[0]
    fill = ReportOrder(
        first.venue, first.order, REPORT_FILL, execution_id="x1", quantity=4, price=10_000
    )
    world.say(fill)
    assert parts(world.decide(wanted)) == {}
    world.say(ReportOrder(first.venue, first.order, REPORT_CANCELLED))
    assert sum(parts(world.decide(wanted)).values()) == 6


LEVELS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 40)),
    min_size=1,
    max_size=4,
    unique_by=lambda a: a[0],
)


@given(
    asks=st.tuples(LEVELS, LEVELS),
    quantity=st.integers(1, 100),
    side=st.sampled_from((BUY, SELL)),
    kind=st.sampled_from((MARKETABLE_LIMIT, MARKET, LIMIT)),
)
def test_the_parts_are_together_exactly_the_order(
    asks: tuple[list[tuple[int, int]], list[tuple[int, int]]], quantity: int, side: int, kind: int
) -> None:
    world = smart()
    for venue, levels in zip(("alpha", "beta"), asks, strict=True):
        up = tuple((10_000 + away, lots) for away, lots in sorted(levels))
        down = tuple((9_999 - away, lots) for away, lots in sorted(levels))
        world.say(UpdateLadder("COIN", venue, down, up, world.time_ns))
    price = 10_000 if kind == LIMIT else 0
    terms = Terms(kind, price=price, time_in_force=IOC)
    events = world.decide(OrderQuantity("COIN", side, quantity, terms))
    verdict = next(event for event in events if isinstance(event, DecisionJudged))
    assert sum(line.quantity for line in verdict.lines) == quantity
    assert sum(one.chosen for one in routed(events).venues) == quantity
    assert sum(parts(events).values()) in (0, quantity)
