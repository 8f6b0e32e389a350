"""Feedback: what evidence moves, by how much, and what it does not move."""

import pytest

from feedback.evidence_made import RULES, SIZES, evidence, model, only, source, venue, volume, world
from interlock.ledger.feedback import BY_BUDGET
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.commands import LiftHalt
from interlock.messages.decisions import Flatten, OrderQuantity, Terms
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import (
    CommandRefused,
    DecisionJudged,
    Event,
    HaltTripped,
    Line,
    OrderCleared,
)
from interlock.messages.feedback import (
    BUDGET,
    SIZE,
    THROTTLE,
    WEIGHT,
    Evidence,
    FeedbackIgnored,
    FeedbackSteered,
    SetFeedback,
)
from interlock.messages.identity import order_id
from interlock.messages.reasons import NOT_A_PERSON, REDUCE_ONLY
from interlock.messages.reasons_of_feedback import (
    EVIDENCE_IMPLAUSIBLE,
    EVIDENCE_STALE,
    EVIDENCE_THIN,
    FEEDBACK_FROZEN,
    FEEDBACK_OFF,
)
from interlock.messages.terms import BUY, IOC, MARKET, REPORT_FILL, SELL
from interlock.messages.units import BPS_ONE
from worlds import SECOND, World

WORSE = (300, 200, 400)
ALIKE = (30, 20, 40)
BETTER = (0, -100, 100)
COSTLY = (300, 200, 400)
HERE = "COIN@alpha"
OURS = "model USD"
AT_MARKET = Terms(order_type=MARKET, time_in_force=IOC)


def moved(events: list[Event], rule: int) -> tuple[int, int] | None:
    """From what to what a rule moved."""
    for event in events:
        if isinstance(event, FeedbackSteered) and event.rule == rule:
            return event.before, event.after
    return None


def ignored(events: list[Event]) -> list[int]:
    return [event.reason for event in events if isinstance(event, FeedbackIgnored)]


def line_of(events: list[Event]) -> Line:
    (judged,) = [event for event in events if isinstance(event, DecisionJudged)]
    return judged.lines[0]


WEIGHTS = only(weight_step_bps=1_000)
BUDGETS = only(budgets=RULES.budgets)


def test_a_venue_that_is_worse_loses_weight_by_one_step_and_to_the_least_at_most() -> None:
    made = world(WEIGHTS)
    steps = [moved(made.say(venue(made, WORSE)), WEIGHT) for _ in range(4)]
    assert steps == [(10_000, 9_000), (9_000, 8_000), (8_000, 7_500), (7_500, 7_500)]


def test_between_the_thresholds_a_weight_stands_and_beyond_the_other_it_comes_back() -> None:
    made = world(WEIGHTS)
    made.say(venue(made, WORSE))
    assert moved(made.say(venue(made, ALIKE)), WEIGHT) == (9_000, 9_000)
    assert moved(made.say(venue(made, BETTER)), WEIGHT) == (9_000, BPS_ONE)
    assert made.say(venue(made, BETTER)) == []


def test_a_weight_says_its_evidence() -> None:
    made = world(WEIGHTS)
    stands_on = evidence(made, 1_204)
    (event,) = made.say(venue(made, (310, 220, 400), found=stands_on))
    assert isinstance(event, FeedbackSteered)
    assert (event.observed, event.low, event.high) == (310, 220, 400)
    assert event.evidence == stands_on
    found = made.ledger.feedback.find(WEIGHT, HERE)
    assert found is not None
    assert found.sequence == made.sequence


def test_a_venue_without_its_weight_must_be_better_in_price() -> None:
    made = world(WEIGHTS)
    wanted = OrderQuantity("COIN", BUY, 5, Terms(price=10_010))
    before = line_of(made.decide(wanted))
    assert (before.venue, before.route) == ("alpha", "best_price")
    for _ in range(3):
        made.say(venue(made, WORSE))
    after = line_of(made.decide(wanted))
    assert (after.venue, after.route) == ("beta", "best_price, weighed")
    # A quarter of the weight is gone and the reach is 10 bp: 2.5 bp of 100.08 are three ticks.
    made.quote(9_986, 10_006)
    assert line_of(made.decide(wanted)).venue == "alpha"
    made.quote(9_988, 10_008)
    assert line_of(made.decide(wanted)).venue == "beta"
    sold = OrderQuantity("COIN", SELL, 5, Terms(price=9_980))
    made.quote(9_992, 10_012)
    assert line_of(made.decide(sold)).venue == "beta"
    made.quote(9_994, 10_014)
    assert line_of(made.decide(sold)).venue == "alpha"


def test_who_names_a_venue_goes_there() -> None:
    made = world(WEIGHTS)
    for _ in range(3):
        made.say(venue(made, WORSE))
    asked = OrderQuantity("COIN", BUY, 5, Terms(price=10_010, venue="alpha"))
    assert line_of(made.decide(asked)).route == "asked"


def test_a_weight_whose_evidence_is_stale_counts_no_more() -> None:
    made = world(WEIGHTS)
    for _ in range(3):
        made.say(venue(made, WORSE))
    made.time_ns += WEIGHTS.stale_ns + 1
    made.quote()
    made.quote(venue="beta")
    wanted = OrderQuantity("COIN", BUY, 5, Terms(price=10_010))
    assert line_of(made.decide(wanted)).venue == "alpha"
    # And the next evidence begins from the whole of it.
    assert moved(made.say(venue(made, WORSE)), WEIGHT) == (10_000, 9_000)


def poisoned(made: World) -> dict[str, tuple[object, int]]:
    """Evidence that must move nothing, and why."""
    last, time_ns = made.sequence, made.time_ns
    return {
        "thin": (venue(made, WORSE, samples=9), EVIDENCE_THIN),
        "alone": (venue(made, WORSE, others=9), EVIDENCE_THIN),
        "beyond belief": (venue(made, (300, 200, 5_001)), EVIDENCE_IMPLAUSIBLE),
        "inside out": (venue(made, (300, 400, 200)), EVIDENCE_IMPLAUSIBLE),
        "of nowhere": (venue(made, WORSE, name="gamma"), EVIDENCE_IMPLAUSIBLE),
        "of the future": (
            venue(made, WORSE, found=Evidence(100, 1, last + 9, time_ns, time_ns)),
            EVIDENCE_IMPLAUSIBLE,
        ),
        "of later": (
            venue(made, WORSE, found=Evidence(100, 1, last, time_ns, time_ns + SECOND)),
            EVIDENCE_IMPLAUSIBLE,
        ),
        "backwards": (
            venue(made, WORSE, found=Evidence(100, last, 1, time_ns, time_ns)),
            EVIDENCE_IMPLAUSIBLE,
        ),
        "old": (
            venue(made, WORSE, found=Evidence(100, 1, last, 0, time_ns - 61 * SECOND)),
            EVIDENCE_STALE,
        ),
    }


@pytest.mark.parametrize("case", list(poisoned(world(WEIGHTS))))
def test_poisoned_or_thin_evidence_moves_nothing(case: str) -> None:
    made = world(WEIGHTS)
    command, reason = poisoned(made)[case]
    before = state_of(made.ledger).feedback
    events = made.say(command)  # type: ignore[arg-type]
    assert ignored(events) == [reason]
    assert state_of(made.ledger).feedback == before


def test_the_same_evidence_twice_moves_once() -> None:
    made = world(WEIGHTS)
    scored = venue(made, WORSE)
    made.say(scored)
    assert ignored(made.say(scored)) == [EVIDENCE_STALE]


def test_without_rules_evidence_moves_nothing() -> None:
    made = World()
    made.quote()
    for scored in (venue(made, WORSE), source(made, COSTLY), volume(made, 5, bucket=1)):
        assert ignored(made.say(scored)) == [FEEDBACK_OFF]
    assert ignored(made.say(model(made, 100))) == [FEEDBACK_OFF]
    assert state_of(made.ledger).feedback is None


def test_a_person_freezes_what_stands_and_lets_it_go_on() -> None:
    made = world(WEIGHTS)
    made.say(venue(made, WORSE))
    made.say(SetFeedback("anna", "the feed looks wrong", True))
    assert ignored(made.say(venue(made, WORSE))) == [FEEDBACK_FROZEN]
    assert made.ledger.feedback.value(WEIGHT, HERE, made.time_ns) == 9_000
    made.say(SetFeedback("anna", "mended", False))
    assert moved(made.say(venue(made, WORSE)), WEIGHT) == (9_000, 8_000)


def test_a_model_freezes_nothing() -> None:
    made = world(WEIGHTS)
    (refused,) = made.say(SetFeedback("model", "let me", True))
    assert isinstance(refused, CommandRefused)
    assert refused.reason == NOT_A_PERSON
    assert not made.ledger.feedback.is_frozen


def test_a_source_that_costs_too_much_is_sized_down_and_what_closes_is_not() -> None:
    made = world(SIZES)
    made.order(side=SELL, quantity=20, price=9_990)
    sold = order_id(made.sequence - 1, 1)
    made.report(sold, REPORT_FILL, execution_id="a", quantity=20, price=9_990)
    for _ in range(3):
        made.say(source(made, COSTLY))
    assert made.ledger.feedback.value(SIZE, OURS, made.time_ns) == 5_000
    smaller = line_of(made.order(side=SELL, quantity=15, price=9_990))
    assert (smaller.asked, smaller.quantity, smaller.capped) == (15, 7, True)
    closing = line_of(made.order(quantity=15, price=10_010))
    assert (closing.quantity, closing.capped) == (15, False)
    one = line_of(made.order(side=SELL, quantity=1, price=9_990))
    assert (one.quantity, one.capped) == (1, False)
    flat = line_of(made.decide(Flatten("COIN", 10)))
    assert flat.quantity == flat.asked


def test_a_source_that_has_become_cheap_is_sized_up_again() -> None:
    made = world(SIZES)
    made.say(source(made, COSTLY))
    made.say(source(made, COSTLY))
    assert moved(made.say(source(made, (60, 30, 90))), SIZE) == (6_000, 6_000)
    assert moved(made.say(source(made, (10, -30, 50))), SIZE) == (6_000, 8_000)


def test_a_source_is_throttled_and_then_may_only_reduce_when_its_budget_is_spent() -> None:
    made = world(BUDGETS)
    made.order(side=BUY, quantity=10, price=10_010)
    bought = order_id(made.sequence - 1, 1)
    made.report(bought, REPORT_FILL, execution_id="a", quantity=10, price=10_010)
    made.order(side=BUY, quantity=3, price=9_980)
    # In half minor units the budget is 2,000: half of it throttles.
    counted = made.sequence
    events = made.say(source(made, new_cost=999))
    assert (moved(events, BUDGET), moved(events, THROTTLE)) == ((0, 999), None)
    events = made.say(source(made, new_cost=1, since=counted))
    assert (moved(events, BUDGET), moved(events, THROTTLE)) == ((999, 1_000), (10_000, 4_000))
    assert line_of(made.order(quantity=10, price=9_990)).quantity == 4
    counted = made.sequence
    events = made.say(source(made, new_cost=1_000, since=counted))
    (halt,) = [event for event in events if isinstance(event, HaltTripped)]
    assert (halt.scope, halt.by, halt.reduce_only) == ("source:model", BY_BUDGET, True)
    assert "CancelRequested" in [type(event).__name__ for event in events]
    (judged, *_) = [
        event for event in made.order(quantity=1, price=9_990) if isinstance(event, DecisionJudged)
    ]
    assert judged.reason == REDUCE_ONLY
    reducing = made.order(side=SELL, quantity=10, price=9_990)
    assert any(isinstance(event, OrderCleared) for event in reducing)
    # It is tripped once, and a person who lifts it gives the source a new budget.
    counted = made.sequence
    events = made.say(source(made, new_cost=5, since=counted))
    assert not any(isinstance(event, HaltTripped) for event in events)
    trip = made.ledger.halts["source:model"].last_sequence
    made.say(LiftHalt("source:model", "ben", "spoke to them", trip))
    feedback = made.ledger.feedback
    assert feedback.value(BUDGET, OURS, made.time_ns) == 0
    assert feedback.value(THROTTLE, OURS, made.time_ns) == BPS_ONE


def test_a_throttle_is_released_well_below_where_it_began() -> None:
    made = world(BUDGETS)
    costs = [1_000, -150, -51]
    found = []
    for cost in costs:
        record = made.ledger.feedback.find(BUDGET, OURS)
        events = made.say(source(made, new_cost=cost, since=record.last if record else 0))
        found.append(moved(events, THROTTLE))
    assert found == [(10_000, 4_000), None, (4_000, 10_000)]


def test_costs_are_counted_once() -> None:
    made = world(BUDGETS)
    scored = source(made, new_cost=400)
    made.say(scored)
    assert ignored(made.say(scored)) == [EVIDENCE_STALE]
    # What overlaps with what was counted is not believed either.
    assert ignored(made.say(source(made, new_cost=400, since=1))) == [EVIDENCE_STALE]
    found = made.ledger.feedback.find(BUDGET, OURS)
    assert found is not None
    assert found.value == 400


def test_what_is_spent_while_frozen_counts_and_throttles_nothing() -> None:
    made = world(BUDGETS)
    made.say(SetFeedback("anna", "", True))
    events = made.say(source(made, new_cost=9_000))
    assert [type(event) for event in events] == [FeedbackSteered]
    assert moved(events, BUDGET) == (0, 9_000)


def steered() -> World:
    """A world in which every rule has moved."""
    made = world()
    made.say(venue(made, WORSE, (200, 150, 250)))
    made.say(source(made, COSTLY, new_cost=1_500, ended=100, measured=10))
    made.say(volume(made, 400, bucket=7))
    made.say(model(made, 600))
    made.order(quantity=50, price=10_010)
    made.say(SetFeedback("anna", "stay", True))
    return made


def test_what_feedback_made_is_rebuilt_from_events_and_restored_from_a_state() -> None:
    made = steered()
    folded = Ledger()
    fold(folded, 1, made.entries)
    assert digest(folded) == digest(made.ledger)
    restored = restore(decode_plain(encode(state_of(made.ledger))))
    assert digest(restored) == digest(made.ledger)
    assert restored.feedback.poorly_covered == {"model": True}
    assert restored.feedback.is_frozen
