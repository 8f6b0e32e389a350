"""What a breach leads to: a warning, a smaller order, people, a refusal or a halt; and that
slicing, baskets and the order of controls lead around nothing.
"""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.sizes import SIZES_MAX
from interlock.messages.commands import AdvanceTime, DefineSource, SetLimit
from interlock.messages.decisions import Basket, Flatten, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Answer, Limit, Source
from interlock.messages.events import CancelRequested, DecisionJudged, OrderCleared
from interlock.messages.findings import objections_of
from interlock.messages.reasons import (
    CANNOT_BE_EVALUATED,
    DECISION_QUANTITY_ABOVE_LIMIT,
    DECISION_VALUE_ABOVE_LIMIT,
    INVALID_TERMS,
    LIMIT_MISSING,
    NONE,
    POSITION_ABOVE_LIMIT,
    QUANTITY_ABOVE_DISPLAYED,
    QUANTITY_ABOVE_ORDER_LIMIT,
    VALUE_ABOVE_ORDER_LIMIT,
)
from interlock.messages.terms import (
    ALLOW,
    AMEND,
    BUY,
    GTD,
    HALT,
    HOLD,
    IOC,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_FILL,
    SELL,
    WARN,
)
from worlds import SECOND, START, World, armed, limit

PRICE = 10_000
AT = Terms(price=PRICE, venue="alpha")
CUT = Answer(AMEND)


def quoted(*limits: Limit) -> World:
    world = World()
    for instrument in ("COIN", "GOLD"):
        world.quote(instrument=instrument)
    for each in limits:
        world.say(SetLimit(each, "risk"))
    return world


def verdict(events: list[Any]) -> DecisionJudged:
    return next(event for event in events if isinstance(event, DecisionJudged))


def cleared(events: list[Any]) -> list[int]:
    return [event.quantity for event in events if isinstance(event, OrderCleared)]


def test_a_warning_passes_and_stays_on_record() -> None:
    world = quoted(armed("order_quantity", answer=Answer(WARN), quantity_max=5))
    events = world.order(quantity=6)
    judged = verdict(events)
    assert (judged.severity, judged.reason) == (WARN, QUANTITY_ABOVE_ORDER_LIMIT)
    [found] = objections_of(judged)
    assert (found.severity, found.observed, found.bound) == (WARN, 6, 5)
    assert cleared(events) == [6]
    assert verdict(world.order(quantity=5)).severity == ALLOW


def test_a_breach_of_both_a_soft_and_a_hard_limit_is_refused() -> None:
    world = quoted(armed("order_quantity", answer=Answer(HOLD, 1, SECOND, 5), quantity_max=5))
    assert verdict(world.order(quantity=101)).severity == REFUSE


@pytest.mark.parametrize(
    ("control", "parameters", "allowed", "reason"),
    [
        ("order_quantity", {"quantity_max": 30}, 30, QUANTITY_ABOVE_ORDER_LIMIT),
        ("order_value", {"value_max": 399_999}, 39, VALUE_ABOVE_ORDER_LIMIT),
        ("position", {"long_max": 25, "short_max": 0}, 25, POSITION_ABOVE_LIMIT),
    ],
)
def test_an_order_is_cut_to_what_is_allowed_and_says_from_what(
    control: str, parameters: dict[str, int], allowed: int, reason: int
) -> None:
    world = quoted(armed(control, "source:model", answer=CUT, **parameters))
    events = world.order(quantity=50)
    judged = verdict(events)
    assert (judged.severity, judged.reason) == (AMEND, reason)
    [line] = judged.lines
    assert (line.asked, line.cut_from, line.quantity) == (50, 50, allowed)
    assert cleared(events) == [allowed]
    [found] = objections_of(judged)
    assert found.observed > found.bound


def test_an_order_that_fits_is_not_cut() -> None:
    world = quoted(armed("order_quantity", answer=CUT, quantity_max=30))
    judged = verdict(world.order(quantity=30))
    assert (judged.severity, judged.lines[0].cut_from) == (ALLOW, 0)


def test_an_order_is_cut_to_the_displayed_depth() -> None:
    world = quoted(armed("liquidity", answer=CUT, share_bps=5_000))
    world.quote(quantity=20)
    terms = Terms(price=10_010, venue="alpha", time_in_force=IOC)
    events = world.order(quantity=15, terms=terms)
    assert verdict(events).reason == QUANTITY_ABOVE_DISPLAYED
    assert cleared(events) == [10]


def test_nothing_is_left_to_cut_to() -> None:
    world = quoted(armed("position", answer=CUT, long_max=0, short_max=0))
    assert verdict(world.order(quantity=5)).severity == REFUSE


def test_a_basket_is_not_cut_for_what_was_asked_for_is_all_of_it() -> None:
    world = quoted(armed("order_quantity", answer=CUT, quantity_max=30))
    lines = tuple(OrderQuantity(symbol, BUY, 40, AT) for symbol in ("COIN", "GOLD"))
    assert verdict(world.decide(Basket(lines))).severity == REFUSE


def test_a_change_of_an_order_is_not_cut() -> None:
    world = quoted(armed("order_quantity", answer=CUT, quantity_max=30))
    order = world.order(quantity=10)[-1].order
    world.report(order, REPORT_ACCEPTED)
    assert verdict(world.decide(ReplaceOrder(order, 40, PRICE))).severity == REFUSE


def test_a_cut_order_shows_no_more_than_it_is() -> None:
    world = quoted(armed("order_quantity", answer=CUT, quantity_max=5))
    terms = Terms(price=PRICE, venue="alpha", display=8)
    [made] = [e for e in world.order(quantity=10, terms=terms) if isinstance(e, OrderCleared)]
    assert (made.quantity, made.display) == (5, 5)


def test_what_closes_is_cut_to_the_hard_limit_rather_than_not_at_all() -> None:
    world = quoted()
    for part in range(2):
        order = world.order(quantity=80)[-1].order
        world.report(order, REPORT_FILL, execution_id=f"{part}", quantity=80, price=PRICE)
    events = world.decide(Flatten("COIN", 5))
    assert (verdict(events).severity, cleared(events)) == (AMEND, [100])
    assert verdict(events).lines[0].cut_from == 160


def test_what_cannot_be_evaluated_is_refused_whatever_its_answer() -> None:
    for answer in (Answer(WARN), Answer(HOLD, 1, SECOND), Answer(HALT), CUT):
        world = quoted(Limit("price_collar", "firm", {"bps": 5}, answer=answer))
        judged = verdict(world.order())
        assert (judged.severity, judged.reason) == (REFUSE, CANNOT_BE_EVALUATED)


@pytest.mark.parametrize("answer", [Answer(WARN), CUT, Answer(HOLD, 1, SECOND, 5)])
def test_a_limit_that_does_not_refuse_is_no_limit_to_trade_under(answer: Answer) -> None:
    world = World()
    assert world.ledger.limits.limits
    bare = World([each.command for each in world.entries
                  if not (isinstance(each.command, SetLimit)
                          and each.command.limit.control == "order_quantity")])  # fmt: skip
    bare.quote()
    bare.say(SetLimit(armed("order_quantity", answer=answer), "risk"))
    assert verdict(bare.order()).reason == LIMIT_MISSING


# --- slices ------------------------------------------------------------------------------------


def sliced(**parameters: int) -> World:
    return quoted(armed("order_quantity", quantity_max=100, window_ms=1_000, **parameters))


@pytest.mark.parametrize("side", [BUY, SELL])
def test_orders_of_one_side_within_a_window_are_one_order(side: int) -> None:
    world = sliced()
    assert cleared(world.order(side, 60)) == [60]
    judged = verdict(world.order(side, 41))
    assert (judged.reason, objections_of(judged)[0].observed) == (QUANTITY_ABOVE_ORDER_LIMIT, 101)
    assert cleared(world.order(side, 40)) == [40]
    assert verdict(world.order(side, 1)).reason == QUANTITY_ABOVE_ORDER_LIMIT
    assert cleared(world.order(3 - side, 100)) == [100]


def test_the_window_ends_to_the_nanosecond() -> None:
    world = sliced()
    world.order(quantity=100)
    world.say(AdvanceTime(), SECOND - 1)
    assert verdict(world.order(quantity=1)).reason == QUANTITY_ABOVE_ORDER_LIMIT
    world.say(AdvanceTime(), 1)
    assert verdict(world.order(quantity=100)).reason == NONE


def test_a_firm_limit_counts_all_sources_and_a_sources_its_own() -> None:
    for scope, expected in (("firm", QUANTITY_ABOVE_ORDER_LIMIT), ("source:model", NONE)):
        world = quoted(armed("order_quantity", scope, quantity_max=90, window_ms=1_000))
        world.say(DefineSource(Source("other", "main", instruments=("COIN",))))
        world.order(quantity=60)
        assert verdict(world.order(quantity=60, source="other")).reason == expected


def test_another_instrument_has_a_window_of_its_own_where_its_limit_has() -> None:
    world = quoted(
        *(armed("order_quantity", "firm", symbol, window_ms=1_000) for symbol in ("COIN", "GOLD"))
    )
    world.order(quantity=100)
    assert verdict(world.order(quantity=100, instrument="GOLD")).reason == NONE
    assert verdict(world.order(quantity=1)).reason == QUANTITY_ABOVE_ORDER_LIMIT


def test_values_within_a_window_add_up_and_a_sale_counts_at_the_touch() -> None:
    world = quoted(armed("order_value", value_max=1_000_000, window_ms=1_000))
    assert cleared(world.order(SELL, 60, 9_980)) == [60]
    # Sixty at the bid of 9,990 are 599,400.
    assert verdict(world.order(SELL, 41, 9_990)).reason == VALUE_ABOVE_ORDER_LIMIT
    assert verdict(world.order(SELL, 40, 9_990)).reason == NONE


def test_what_a_change_adds_counts_and_what_it_takes_away_does_not() -> None:
    world = sliced()
    order = world.order(quantity=50)[-1].order
    world.report(order, REPORT_ACCEPTED)
    assert verdict(world.decide(ReplaceOrder(order, 101, PRICE))).reason == (
        QUANTITY_ABOVE_ORDER_LIMIT
    )
    assert verdict(world.decide(ReplaceOrder(order, 90, PRICE))).reason == NONE
    assert verdict(world.order(quantity=11)).reason == QUANTITY_ABOVE_ORDER_LIMIT
    assert verdict(world.order(quantity=10)).reason == NONE


def test_lines_of_a_basket_are_counted_with_the_window() -> None:
    world = sliced()
    lines = tuple(OrderQuantity("COIN", BUY, 40, AT) for _ in range(3))
    assert verdict(world.decide(Basket(lines))).reason == QUANTITY_ABOVE_ORDER_LIMIT
    assert verdict(world.decide(Basket(lines[:2]))).reason == NONE


def test_a_slice_is_cut_to_what_is_left_of_the_window() -> None:
    world = quoted(armed("order_quantity", answer=CUT, quantity_max=30, window_ms=1_000))
    assert cleared(world.order(quantity=20)) == [20]
    assert cleared(world.order(quantity=20)) == [10]
    assert verdict(world.order(quantity=1)).severity == REFUSE


def test_a_window_holds_no_more_than_its_bound_and_forgets_nothing_too_early() -> None:
    world = quoted(
        armed("order_quantity", quantity_max=100, window_ms=3_600_000),
        armed("order_quantity", "source:model", quantity_max=10**9, window_ms=3_600_000),
        armed("message_rate", count_max=1_000_000),
        armed("open_orders", count_max=1_000_000),
    )
    [firm, wide] = world.ledger.limits.sizes.values()
    key = wide.key(BUY, "COIN", "alpha")
    for number in range(SIZES_MAX + 10):
        wide.note(key, START + number, 1)
    assert len(wide.row(key).times) == SIZES_MAX
    assert wide.sum_at(BUY, "COIN", "alpha", START + 2_000) == SIZES_MAX + 10
    # The oldest that became one have the time of the latest among them.
    assert wide.sum_at(BUY, "COIN", "alpha", START + 3_600 * SECOND + 9) == SIZES_MAX + 10
    assert firm.sum_at(BUY, "COIN", "alpha", START) == 0


# --- baskets -----------------------------------------------------------------------------------


def test_a_basket_is_judged_whole_in_value_and_none_of_it_leaves() -> None:
    world = quoted(limit("decision_value", value_max=1_000_000).limit)
    half = tuple(OrderQuantity(symbol, BUY, 50, AT) for symbol in ("COIN", "GOLD"))
    assert verdict(world.decide(Basket(half))).reason == NONE
    more = (half[0], OrderQuantity("GOLD", SELL, 51, AT))
    events = world.decide(Basket(more))
    judged = verdict(events)
    assert judged.reason == DECISION_VALUE_ABOVE_LIMIT
    assert cleared(events) == []
    # Every line says so, and what the whole was.
    said = [(each.line, each.observed) for each in objections_of(judged)]
    assert said == [(0, 1_010_000), (1, 1_010_000)]


def test_a_basket_is_judged_whole_in_quantity() -> None:
    world = quoted(limit("decision_quantity", instrument="COIN", quantity_max=50).limit)
    lines = (OrderQuantity("COIN", BUY, 20, AT), OrderQuantity("GOLD", BUY, 90, AT),
             OrderQuantity("COIN", SELL, 30, AT))  # fmt: skip
    assert verdict(world.decide(Basket(lines))).reason == NONE
    more = (*lines[:2], OrderQuantity("COIN", SELL, 31, AT))
    assert verdict(world.decide(Basket(more))).reason == DECISION_QUANTITY_ABOVE_LIMIT


# --- terms -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (Terms(price=PRICE, venue="alpha", time_in_force=GTD, expire_ns=START), INVALID_TERMS),
        (Terms(price=PRICE, venue="alpha", time_in_force=GTD, expire_ns=START + 1), NONE),
        (Terms(price=PRICE, venue="alpha", display=11), INVALID_TERMS),
        (Terms(price=PRICE, venue="alpha", display=10), NONE),
    ],
)
def test_terms_that_contradict_each_other_are_refused(terms: Terms, expected: int) -> None:
    assert verdict(quoted().order(quantity=10, terms=terms)).reason == expected


# --- the order of controls ---------------------------------------------------------------------

ANSWERS = (Answer(), Answer(WARN), CUT, Answer(HOLD, 1, SECOND, 5), Answer(HALT))
SOME = st.lists(
    st.tuples(
        st.sampled_from(("order_quantity", "order_value", "position")),
        st.sampled_from(("firm", "source:model", "account:main")),
        st.sampled_from(ANSWERS),
        st.integers(1, 60),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: (each[0], each[1], each[2].severity),
)


def made(control: str, scope: str, answer: Answer, size: int) -> Limit:
    if control == "order_quantity":
        return armed(control, scope, answer=answer, quantity_max=size)
    if control == "order_value":
        return armed(control, scope, answer=answer, value_max=size * PRICE)
    return armed(control, scope, answer=answer, long_max=size, short_max=size)


@given(SOME, st.integers(1, 110))
def test_the_order_of_controls_never_changes_the_verdict(
    chosen: list[tuple[str, str, Answer, int]], quantity: int
) -> None:
    told = set()
    for order in permutations(chosen):
        world = quoted(*(made(*each) for each in order))
        events = world.order(quantity=quantity)
        judged = verdict(events)
        found = sorted(
            (world.ledger.limits.limits[each.limit].control, each.severity, each.observed)
            for each in objections_of(judged)
            if each.limit >= 0
        )
        halts = tuple(sorted(world.ledger.halts))
        told.add((judged.severity, judged.reason, tuple(cleared(events)), tuple(found), halts))
    assert len(told) == 1, told


# --- controls of a user's own ------------------------------------------------------------------


class Meddler:
    """A user's control that changes what it judges."""

    def __init__(self, limit: Limit) -> None:
        self.what = limit.parameters["what"]

    def judge(self, proposal: Any, ledger: Any, finding: Any) -> None:
        finding.allow(1, 1)
        if self.what == 1:
            proposal.quantity = 1
        elif self.what == 2:
            proposal.price += 1
        elif self.what == 3:
            proposal.venue = ledger.venues["beta"]
        elif self.what == 4:
            proposal.market = None
        elif self.what == 5:
            proposal.added = 0


@pytest.mark.parametrize("what", [0, 1, 2, 3, 4, 5])
def test_a_control_that_changes_what_it_judges_refuses(what: int) -> None:
    world = World(user_controls={"meddler": Meddler})
    world.quote()
    world.say(SetLimit(Limit("meddler", "firm", {"what": what}), "risk"))
    events = world.order()
    assert verdict(events).reason == (CANNOT_BE_EVALUATED if what else NONE)
    assert not [event for event in events if isinstance(event, CancelRequested)]
