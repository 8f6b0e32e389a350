"""Quote ladders: the wanted ladder in the fewest messages, against brute force."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.decisions import QuoteLadder, Terms
from interlock.messages.events import (
    CancelRequested,
    DecisionJudged,
    Event,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.reasons import INVALID_TERMS, NOTHING_TO_DO, OUT_OF_QUOTES, QUOTES_REFUSED
from interlock.messages.terms import (
    BUY,
    GTC,
    IOC,
    MARKET,
    PENDING_CANCEL,
    REPORT_ACCEPTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REPLACED,
    REPORT_SILENCE,
    SELL,
    WORKING,
)
from worlds import World, limit

TERMS = Terms(time_in_force=GTC, venue="alpha")
Levels = tuple[tuple[int, int], ...]
EFFECTS = (OrderCleared, CancelRequested, ReplaceRequested)


def quoted() -> World:
    world = World()
    world.say(limit("liquidity", share_bps=100_000))
    world.quote()
    return world


def want(world: World, bids: Levels, asks: Levels = (), terms: Terms = TERMS) -> list[Event]:
    return world.decide(QuoteLadder("COIN", bids, asks, terms))


def effects(events: list[Event]) -> list[Event]:
    verdict = events[0]
    assert isinstance(verdict, DecisionJudged)
    assert verdict.reason in (0, NOTHING_TO_DO), verdict
    return [event for event in events if isinstance(event, EFFECTS)]


def standing(world: World, side: int) -> list[tuple[int, int]]:
    return sorted(
        (order.price, order.leaves())
        for order in world.ledger.orders.open.values()
        if order.side == side
    )


def obey(world: World, events: list[Event]) -> None:
    """The venue does everything that was asked."""
    for event in events:
        if isinstance(event, OrderCleared):
            world.report(event.order, REPORT_ACCEPTED)
        elif isinstance(event, CancelRequested):
            world.report(event.order, REPORT_CANCELLED)
        elif isinstance(event, ReplaceRequested):
            world.report(event.order, REPORT_REPLACED, revision=event.revision,
                         quantity=event.quantity, price=event.price)  # fmt: skip


def place(world: World, side: int, levels: Levels) -> None:
    """Quotes of an earlier ladder stand there."""
    if levels:
        bids, asks = (levels, ()) if side == BUY else ((), levels)
        obey(world, effects(want(world, bids, asks)))


def fewest(there: list[tuple[int, int]], wanted: Levels) -> int:
    """The fewest messages from one side of a ladder to another, by trying everything."""
    best = len(there) + len(wanted)
    places: list[int | None] = [*range(len(there)), *[None] * len(wanted)]
    for chosen in set(permutations(places, len(wanted))):
        kept = [there[place] if place is not None else None for place in chosen]
        changed = sum(level != old for level, old in zip(wanted, kept, strict=True))
        cancelled = len(there) - sum(place is not None for place in chosen)
        best = min(best, changed + cancelled)
    return best


ladders = st.dictionaries(st.integers(9_985, 9_989), st.integers(1, 3), max_size=3).map(
    lambda wanted: tuple(sorted(wanted.items(), reverse=True))
)


@given(ladders, ladders)
def test_a_ladder_becomes_the_fewest_messages(there: Levels, wanted: Levels) -> None:
    world = quoted()
    place(world, BUY, there)
    made = effects(want(world, wanted))
    assert len(made) == fewest(list(there), wanted)
    obey(world, made)
    assert standing(world, BUY) == sorted(wanted)
    # What is wanted stands: asked for again, nothing is left to do.
    assert effects(want(world, wanted)) == []


@given(ladders, ladders, ladders, ladders)
def test_both_sides_are_brought_to_what_is_wanted(
    bids: Levels, asks: Levels, next_bids: Levels, next_asks: Levels
) -> None:
    world = quoted()
    mirrored = [
        tuple((20_000 - price, quantity) for price, quantity in side) for side in (asks, next_asks)
    ]
    for wanted_bids, wanted_asks in ((bids, mirrored[0]), (next_bids, mirrored[1])):
        obey(world, effects(want(world, wanted_bids, wanted_asks)))
        assert standing(world, BUY) == sorted(wanted_bids)
        assert standing(world, SELL) == sorted(wanted_asks)


def test_a_quote_of_which_some_has_traded_is_asked_for_what_is_left() -> None:
    world = quoted()
    (order,) = [event.order for event in effects(want(world, ((9_985, 5),)))]
    world.report(order, REPORT_FILL, execution_id="e", quantity=2, price=9_985)
    assert effects(want(world, ((9_985, 3),))) == []
    (request,) = effects(want(world, ((9_985, 5),)))
    assert (request.order, request.quantity, request.price) == (order, 7, 9_985)


def test_a_ladder_that_comes_again_before_the_answer_leads_to_nothing() -> None:
    world = quoted()
    ladder = ((9_985, 5), (9_984, 5))
    made = effects(want(world, ladder))
    assert len(made) == 2
    assert effects(want(world, ladder)) == []
    obey(world, made)
    changed = ((9_983, 5), (9_982, 4))
    assert len(effects(want(world, changed))) == 2
    assert effects(want(world, changed)) == []


def test_a_quote_that_nobody_answers_for_is_not_placed_twice_and_not_taken_for_gone() -> None:
    world = quoted()
    (made,) = effects(want(world, ((9_985, 5),)))
    world.report(made.order, REPORT_SILENCE)
    assert effects(want(world, ((9_985, 5),))) == []
    (other,) = effects(want(world, ((9_984, 5),)))
    assert isinstance(other, OrderCleared)
    assert world.ledger.accounts["main"].positions["COIN"].open_buy == 10


def test_a_quote_on_its_way_that_is_wanted_no_more_is_cancelled() -> None:
    world = quoted()
    (made,) = effects(want(world, ((9_985, 5),)))
    cancel, new = sorted(effects(want(world, ((9_984, 5),))), key=lambda event: event.order)
    assert isinstance(cancel, CancelRequested)
    assert (cancel.order, cancel.reason) == (made.order, OUT_OF_QUOTES)
    assert isinstance(new, OrderCleared)
    assert world.ledger.orders.find(made.order).status == PENDING_CANCEL


def test_an_empty_ladder_takes_every_quote_back() -> None:
    world = quoted()
    obey(world, effects(want(world, ((9_985, 5),), ((10_015, 5),))))
    made = effects(want(world, ()))
    assert [type(event) for event in made] == [CancelRequested, CancelRequested]


@pytest.mark.parametrize(("open_max", "passes"), [(2, True), (1, False)])
def test_an_amend_in_a_ladder_opens_nothing(open_max: int, passes: bool) -> None:
    world = quoted()
    obey(world, effects(want(world, ((9_985, 5),))))
    world.say(limit("open_orders", count_max=open_max))
    events = want(world, ((9_985, 6), (9_984, 1)))
    # What is refused still takes back the quote that it was to change.
    assert len(events) == (3 if passes else 2)


def test_a_refused_ladder_takes_back_what_it_no_longer_wants_and_leaves_the_rest() -> None:
    world = quoted()
    first, second, third = effects(want(world, ((9_985, 5), (9_984, 4), (9_983, 3))))
    for made in (first, second, third):
        world.report(made.order, REPORT_ACCEPTED)
    events = want(world, ((9_985, 500), (9_984, 4)))
    asked = [event for event in events if isinstance(event, CancelRequested)]
    assert [(event.order, event.reason) for event in asked] == [
        (third.order, QUOTES_REFUSED),
        (first.order, QUOTES_REFUSED),
    ]
    assert not [event for event in events if isinstance(event, ReplaceRequested)]
    assert world.ledger.orders.find(second.order).status == WORKING


def test_a_ladder_that_repeats_its_key_or_comes_late_takes_nothing_back() -> None:
    world = quoted()
    obey(world, effects(want(world, ((9_985, 5),))))
    ladder = QuoteLadder("COIN", ((9_984, 5),), (), Terms(venue="alpha"))
    late = world.decide(ladder, valid_until_ns=world.time_ns - 1)
    again = world.decide(ladder, key="k1")
    old = world.decide(ladder, epoch=7)
    for events in (late, again, old):
        assert not [event for event in events if isinstance(event, CancelRequested)]


def test_a_ladder_touches_only_its_own_source_instrument_and_venue() -> None:
    world = quoted()
    world.quote(venue="beta")
    world.quote(instrument="GOLD")
    world.order(BUY, 1, 9_980, instrument="GOLD")
    world.order(BUY, 1, terms=Terms(price=9_980, venue="beta"))
    assert effects(want(world, ())) == []


NO_LADDERS: dict[str, tuple[Levels, Levels, Terms]] = {
    "bids that rise": (((9_985, 1), (9_986, 1)), (), TERMS),
    "asks that fall": ((), ((10_016, 1), (10_015, 1)), TERMS),
    "a price twice": (((9_985, 1), (9_985, 1)), (), TERMS),
    "nothing at a price": (((9_985, 0),), (), TERMS),
    "less than nothing": ((), ((10_015, -1),), TERMS),
    "a price of nothing": (((0, 1),), (), TERMS),
    "sides that cross": (((10_000, 1),), ((10_000, 1),), TERMS),
    "market orders": (((9_985, 1),), (), Terms(MARKET, venue="alpha")),
}


@pytest.mark.parametrize("what", NO_LADDERS)
def test_what_is_no_ladder_is_refused(what: str) -> None:
    bids, asks, terms = NO_LADDERS[what]
    (verdict,) = want(quoted(), bids, asks, terms)
    assert verdict.reason == INVALID_TERMS


OTHER_TERMS = {
    "another time in force": Terms(price=9_985, venue="alpha"),
    "post-only": Terms(price=9_985, time_in_force=GTC, venue="alpha", post_only=True),
    "reduce-only": Terms(price=9_985, time_in_force=GTC, venue="alpha", reduce_only=True),
    "a display": Terms(price=9_985, time_in_force=GTC, venue="alpha", display=1),
    "a market order": Terms(MARKET, time_in_force=GTC, venue="alpha"),
}


@pytest.mark.parametrize("what", OTHER_TERMS)
def test_a_ladder_leaves_the_sources_orders_under_other_terms_alone(what: str) -> None:
    world = quoted()
    held = world.order(SELL, 9, 9_990)[-1].order
    world.report(held, REPORT_FILL, execution_id="h", quantity=9, price=9_990)
    order = world.order(BUY, 5, terms=OTHER_TERMS[what])[-1].order
    world.report(order, REPORT_ACCEPTED)
    assert effects(want(world, ())) == []
    (made,) = effects(want(world, ((9_985, 5),)))
    assert isinstance(made, OrderCleared)


def test_a_ladder_takes_no_immediate_order_for_a_quote() -> None:
    world = quoted()
    terms = Terms(price=9_985, time_in_force=IOC, venue="alpha")
    world.order(BUY, 5, terms=terms)
    assert effects(want(world, (), terms=terms)) == []
