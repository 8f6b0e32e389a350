"""Holds: what waits for people, is bound to one decision in one market, and is spent once."""

from typing import Any

import pytest

from interlock.kernel.step import Kernel
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.approvals import (
    ApprovalRecorded,
    ApproveDecision,
    DecisionHeld,
    DeclineDecision,
    HoldRefused,
    HoldReleased,
)
from interlock.messages.commands import ActivateRelease, AdvanceTime, Halt, SetLimit
from interlock.messages.decisions import Basket, OrderQuantity, TargetPosition, Terms
from interlock.messages.definitions import Answer, Bounds, Source
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import CommandRefused, DecisionJudged, Event, OrderCleared
from interlock.messages.reasons import (
    DIGEST_DIFFERS,
    HALTED,
    HOLD_DECLINED,
    HOLD_EXPIRED,
    HOLD_MOVED,
    HOLDS_FULL,
    NOT_A_PERSON,
    NOT_HELD,
    QUANTITY_ABOVE_ORDER_LIMIT,
    RELEASE_NOT_ACTIVE,
    SAME_PERSON,
)
from interlock.messages.terms import (
    BUY,
    HOLD,
    MARKETABLE_LIMIT,
    PERSON,
    REFUSE,
    REPORT_FILL,
    SELL,
    WARN,
)
from worlds import SECOND, World, armed, opening

LIFE = 20 * SECOND
HELD = Answer(HOLD, 1, LIFE, 50)
TWO = Answer(HOLD, 2, LIFE, 50)
SOFT = Answer(HOLD, 0, LIFE, 50)
LARGE: dict[str, Any] = {"quantity": 30, "valid_until_ns": 2**62}
TRADER = Source("tess", "main", PERSON, ("COIN", "GOLD"), ("orders",), 0)


def world_with(answer: Answer = HELD, **bounds: int) -> World:
    """A world in which more than 20 lots wait for people, and more than 100 are refused."""
    world = World(opening(bounds=Bounds(**bounds), sources=(TRADER,)))
    world.quote()
    world.say(SetLimit(armed("order_quantity", answer=answer, quantity_max=20), "risk"))
    return world


def held(world: World, **fields: Any) -> DecisionHeld:
    events = world.order(**{**LARGE, **fields})
    return next(event for event in events if isinstance(event, DecisionHeld))


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def test_a_decision_that_is_held_waits_and_makes_no_order() -> None:
    world = world_with()
    judged, waits = world.order(**LARGE)
    assert (judged.severity, judged.reason) == (HOLD, QUANTITY_ABOVE_ORDER_LIMIT)
    assert isinstance(waits, DecisionHeld)
    assert (waits.approvers, waits.move_bps) == (1, 50)
    assert waits.expires_ns == world.time_ns + LIFE
    [line] = waits.lines
    assert (line.instrument, line.venue, line.quantity, line.reference) == (
        "COIN", "alpha", 30, 20_000,
    )  # fmt: skip
    assert not world.ledger.orders.open
    assert len(world.ledger.waiting) == 0


def test_what_a_person_approves_passes_the_gate_again_and_leaves() -> None:
    world = world_with()
    decision = held(world).decision
    events = world.say(ApproveDecision(decision, "ann", "seen"))
    assert kinds(events) == [ApprovalRecorded, DecisionJudged, HoldReleased, OrderCleared]
    assert events[1].severity == WARN
    assert events[3].quantity == 30
    assert not world.ledger.holds.held


def test_an_approval_is_spent_once() -> None:
    world = world_with()
    decision = held(world).decision
    world.say(ApproveDecision(decision, "ann", "seen"))
    for by in ("ann", "bob"):
        (refused,) = world.say(ApproveDecision(decision, by, "again"))
        assert refused.reason == NOT_HELD
    assert len(world.ledger.orders.open) == 1


def test_two_approvers_are_two_people_and_neither_is_the_source() -> None:
    world = world_with(TWO)
    decision = held(world, source="tess").decision
    for by, reason in (("tess", SAME_PERSON), ("model", NOT_A_PERSON)):
        (refused,) = world.say(ApproveDecision(decision, by, "mine"))
        assert isinstance(refused, CommandRefused)
        assert refused.reason == reason
    (first,) = world.say(ApproveDecision(decision, "ann", "seen"))
    assert (first.by, first.missing) == ("ann", 1)
    (refused,) = world.say(ApproveDecision(decision, "ann", "twice"))
    assert refused.reason == SAME_PERSON
    events = world.say(ApproveDecision(decision, "bob", "seen too"))
    assert kinds(events)[-1] is OrderCleared


def test_a_soft_block_is_confirmed_by_any_one_person_but_never_by_a_machine() -> None:
    world = world_with(SOFT)
    decision = held(world, source="tess").decision
    (refused,) = world.say(ApproveDecision(decision, "model", "go"))
    assert refused.reason == NOT_A_PERSON
    events = world.say(ApproveDecision(decision, "tess", "I mean it"))
    assert kinds(events)[-1] is OrderCleared


def test_a_confirmation_is_for_one_decision_alone() -> None:
    world = world_with(SOFT)
    first, second = held(world), held(world)
    world.say(ApproveDecision(first.decision, "ann", "this one"))
    assert list(world.ledger.holds.held) == [second.decision]
    assert held(world).decision in world.ledger.holds.held


def test_a_hard_block_is_neither_held_nor_confirmed() -> None:
    world = world_with(SOFT)
    events = world.order(quantity=101, valid_until_ns=2**62)
    [judged] = events
    assert judged.severity == REFUSE
    (refused,) = world.say(ApproveDecision(judged.decision, "ann", "please"))
    assert refused.reason == NOT_HELD


def test_an_approval_names_what_it_approves() -> None:
    world = world_with()
    waits = held(world)
    (refused,) = world.say(ApproveDecision(waits.decision, "ann", "", "00" + waits.digest))
    assert refused.reason == DIGEST_DIFFERS
    assert waits.digest != held(world).digest
    events = world.say(ApproveDecision(waits.decision, "ann", "", waits.digest[:12]))
    assert kinds(events)[-1] is OrderCleared


@pytest.mark.parametrize(
    ("bid", "ask", "passes"),
    [(10_040, 10_060, True), (10_040, 10_061, False), (9_940, 9_960, True), (9_940, 9_959, False)],
)
def test_the_market_may_move_so_far_and_no_further(bid: int, ask: int, passes: bool) -> None:
    # Bid and ask were 20,000 together; fifty basis points of it are a hundred.
    world = world_with()
    decision = held(world).decision
    world.quote(bid, ask)
    events = world.say(ApproveDecision(decision, "ann", "seen"))
    assert (kinds(events)[-1] is OrderCleared) == passes
    if not passes:
        assert isinstance(events[-1], HoldRefused)
        assert events[-1].reason == HOLD_MOVED


def test_an_old_quote_is_not_what_was_approved() -> None:
    world = world_with(Answer(HOLD, 1, LIFE, 50, age_ns=SECOND))
    decision = held(world).decision
    world.say(AdvanceTime(), SECOND + 1)
    events = world.say(ApproveDecision(decision, "ann", "seen"))
    assert events[-1].reason == HOLD_MOVED
    assert not world.ledger.orders.open


def test_a_plan_that_has_changed_is_not_what_was_approved() -> None:
    world = world_with()
    target = TargetPosition("COIN", 30, Terms(price=10_000, venue="alpha"))
    events = world.decide(target, valid_until_ns=2**62)
    waits = next(event for event in events if isinstance(event, DecisionHeld))
    bought = world.order(BUY, 5)[-1].order
    world.report(bought, REPORT_FILL, execution_id="x", quantity=5, price=10_000)
    assert world.say(ApproveDecision(waits.decision, "ann", "seen"))[-1].reason == HOLD_MOVED


def test_a_marketable_order_may_be_priced_anew_within_its_envelope() -> None:
    world = world_with()
    terms = Terms(order_type=MARKETABLE_LIMIT, venue="alpha")
    decision = held(world, terms=terms).decision
    world.quote(9_995, 10_015)
    events = world.say(ApproveDecision(decision, "ann", "seen"))
    assert events[-1].price == 10_015


@pytest.mark.parametrize(
    ("command", "reason"),
    [(Halt("firm", "ann", "stop"), HALTED), (ActivateRelease("r1", 2, 1, "x"), RELEASE_NOT_ACTIVE)],
)
def test_what_would_be_refused_by_now_is_refused(command: Any, reason: int) -> None:
    world = world_with()
    decision = held(world).decision
    world.say(command)
    events = world.say(ApproveDecision(decision, "bob", "seen"))
    assert kinds(events) == [ApprovalRecorded, DecisionJudged, HoldRefused]
    assert events[-1].reason == reason
    assert not world.ledger.holds.held


def test_people_are_asked_again_about_what_they_were_not_asked_about() -> None:
    world = world_with()
    decision = held(world).decision
    world.say(SetLimit(armed("order_value", answer=HELD, value_max=200_000), "risk"))
    events = world.say(ApproveDecision(decision, "ann", "seen"))
    assert events[-1].reason == HOLD_MOVED


def test_a_limit_that_was_tightened_meanwhile_is_not_what_was_approved() -> None:
    world = world_with()
    decision = held(world).decision
    world.say(SetLimit(armed("order_quantity", answer=HELD, quantity_max=10), "risk"))
    assert world.say(ApproveDecision(decision, "ann", "seen"))[-1].reason == HOLD_MOVED


def test_a_hold_ends_when_its_time_has_come_and_not_before() -> None:
    world = world_with()
    decision = held(world).decision
    assert world.say(AdvanceTime(), LIFE) == []
    (ended,) = world.say(AdvanceTime(), 1)
    assert (ended.decision, ended.reason) == (decision, HOLD_EXPIRED)
    (refused,) = world.say(ApproveDecision(decision, "ann", "late"))
    assert refused.reason == NOT_HELD


def test_a_hold_does_not_outlive_its_decision() -> None:
    world = world_with()
    waits = held(world, valid_until_ns=world.time_ns + SECOND)
    assert waits.expires_ns == world.time_ns + SECOND


def test_of_several_limits_the_strictest_envelope_holds() -> None:
    world = world_with(Answer(HOLD, 1, 9 * SECOND, 40, age_ns=3 * SECOND))
    second = Answer(HOLD, 2, 12 * SECOND, 30)
    world.say(SetLimit(armed("order_value", answer=second, value_max=200_000), "risk"))
    waits = held(world)
    assert (waits.approvers, waits.move_bps, waits.age_ns) == (2, 30, 3 * SECOND)
    assert waits.expires_ns == world.time_ns + 9 * SECOND
    assert len(waits.objections) == 6


def test_anybody_may_decline_the_source_included() -> None:
    for by in ("ann", "model"):
        world = world_with()
        decision = held(world).decision
        (ended,) = world.say(DeclineDecision(decision, by, "no"))
        assert (ended.reason, ended.by) == (HOLD_DECLINED, by)
        (refused,) = world.say(DeclineDecision(decision, by, "no"))
        assert refused.reason == NOT_HELD


def test_no_more_wait_than_may() -> None:
    world = world_with(held_max=2)
    held(world)
    decision = held(world).decision
    [judged] = world.order(**LARGE)
    assert (judged.severity, judged.reason) == (REFUSE, HOLDS_FULL)
    world.say(DeclineDecision(decision, "ann", "no"))
    assert held(world)


def test_a_basket_is_held_whole_and_released_whole() -> None:
    world = world_with()
    world.quote(instrument="GOLD")
    at = Terms(price=10_000, venue="alpha")
    basket = Basket((OrderQuantity("COIN", BUY, 30, at), OrderQuantity("GOLD", SELL, 5, at)))
    events = world.decide(basket, valid_until_ns=2**62)
    waits = next(event for event in events if isinstance(event, DecisionHeld))
    assert not world.ledger.orders.open
    events = world.say(ApproveDecision(waits.decision, "ann", "seen"))
    assert kinds(events)[-2:] == [OrderCleared, OrderCleared]


def test_what_reduces_waits_for_nobody() -> None:
    world = world_with()
    world.say(ApproveDecision(held(world).decision, "ann", "seen"))
    [order] = world.ledger.orders.open
    world.report(order, REPORT_FILL, execution_id="x", quantity=30, price=10_000)
    terms = Terms(price=10_000, venue="alpha", reduce_only=True)
    events = world.order(SELL, 30, terms=terms)
    assert events[0].severity == WARN
    assert kinds(events)[-1] is OrderCleared


def test_a_hold_survives_a_restart_with_its_approvals() -> None:
    world = world_with(TWO)
    decision = held(world).decision
    world.say(ApproveDecision(decision, "ann", "seen"))
    before = digest(world.ledger)
    world.kernel = Kernel(restore(decode_plain(encode(state_of(world.ledger)))), {})
    assert digest(world.ledger) == before
    (refused,) = world.say(ApproveDecision(decision, "ann", "again"))
    assert refused.reason == SAME_PERSON
    assert kinds(world.say(ApproveDecision(decision, "bob", "seen")))[-1] is OrderCleared
