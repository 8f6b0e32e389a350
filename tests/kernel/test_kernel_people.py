"""What people say, held to account: who somebody else is, and what a lift and an approval cover."""

import pytest

from interlock.kernel.step import Kernel
from interlock.ledger.limits import TRIPPERS_MAX
from interlock.ledger.state import restore, state_of
from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DecisionHeld,
    HoldRefused,
    HoldReleased,
    ProposeLimitChange,
)
from interlock.messages.commands import (
    ActivateRelease,
    Halt,
    ProposeDecision,
    ServeQueue,
    SetLimit,
    SetReferenceRate,
)
from interlock.messages.decisions import OrderQuantity, Terms
from interlock.messages.definitions import Answer, Limit, Source
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import (
    CancelRequested,
    CommandRefused,
    DecisionJudged,
    Event,
    HaltLifted,
    HaltTripped,
)
from interlock.messages.reasons import (
    HALTED,
    HOLD_MOVED,
    LOSS_ABOVE_LIMIT,
    NOT_A_PERSON,
    NOT_HELD,
    NOT_RECONCILED,
    SAME_PERSON,
)
from interlock.messages.statements import ResolveOrder
from interlock.messages.terms import (
    BUY,
    CANCELLED,
    HOLD,
    PERSON,
    RELEASE_ACTIVE,
    REPORT_FILL,
    REPORT_SILENCE,
)
from worlds import SECOND, World, armed, limit, opening

ONE = Answer(HOLD, 1, 20 * SECOND, 50)
TWO = Answer(HOLD, 2, 20 * SECOND, 50)


def verdict(world: World, **fields: object) -> int:
    """The reason of the verdict on an order; 0 when it passed."""
    events = world.order(quantity=1, **fields)
    return next(event.reason for event in events if isinstance(event, DecisionJudged))


def refusals(events: list[Event]) -> list[int]:
    """The reasons of the words that were refused."""
    return [event.reason for event in events if isinstance(event, CommandRefused)]


def test_a_halt_of_a_release_stops_it_takes_back_what_works_and_is_lifted() -> None:
    world = World()
    world.quote()
    order = world.order()[-1].order
    events = world.say(Halt("release:r1", "ann", "stop"))
    assert [type(event) for event in events] == [HaltTripped, CancelRequested]
    assert events[1].order == order
    assert verdict(world) == HALTED
    assert world.lift("release:r1", "bob") == [HaltLifted("release:r1", "bob", "go")]
    assert verdict(world) == 0


def test_a_halt_of_another_release_stops_nothing() -> None:
    world = World()
    world.say(ActivateRelease("r2", 1, RELEASE_ACTIVE, "release"))
    world.quote()
    world.order()
    assert len(world.say(Halt("release:r2", "ann", "stop"))) == 1
    assert verdict(world) == 0


@pytest.mark.parametrize("by", ["ann", "Ann", "ANN"])
def test_case_makes_nobody_somebody_else(by: str) -> None:
    world = World()
    world.quote()
    world.say(Halt("firm", "ann", "stop"))
    assert refusals(world.lift("firm", by)) == [SAME_PERSON]
    world.lift("firm", "bob")
    world.say(SetLimit(armed("order_quantity", answer=TWO, quantity_max=20), "risk"))
    held = world.order(quantity=30, valid_until_ns=2**62)
    decision = next(event.decision for event in held if isinstance(event, DecisionHeld))
    assert refusals(world.say(ApproveDecision(decision, "Model", "mine"))) == [NOT_A_PERSON]
    world.say(ApproveDecision(decision, "ann", "agreed"))
    assert refusals(world.say(ApproveDecision(decision, by, "agreed"))) == [SAME_PERSON]
    looser = armed("position", long_max=301, short_max=300)
    world.say(ProposeLimitChange(looser, "ann", "more"))
    change = world.sequence
    assert refusals(world.say(ConfirmLimitChange(change, by, "agreed"))) == [SAME_PERSON]
    assert refusals(world.say(ConfirmLimitChange(change, "bob", "agreed"))) == []


def test_who_tripped_a_halt_beyond_those_remembered_does_not_lift_it() -> None:
    world = World()
    for number in range(TRIPPERS_MAX):
        world.say(Halt("firm", f"p{number}", "stop"))
    for by in ("ann", "ben"):
        world.say(Halt("firm", by, "stop"))
    world.kernel = Kernel(restore(decode_plain(encode(state_of(world.ledger)))), {})
    for by in ("ann", "Ann", "ben", "p0", "P63"):
        assert refusals(world.lift("firm", by)) == [SAME_PERSON]
    assert len(world.ledger.halts["firm"].trippers) == TRIPPERS_MAX + 1
    assert world.lift("firm", "cid") == [HaltLifted("firm", "cid", "go")]


def lost(source: str) -> World:
    """A world in which a source has bought 50 at 100.00, and may lose 50.00 of it in a day."""
    tess = Source("tess", "main", PERSON, ("COIN", "GOLD"), ("orders",), 0)
    world = World(opening(sources=(tess,)))
    world.quote()
    parameters: dict[str, int | tuple[str, ...]] = {
        "loss_max": 5_000, "marked": 1, "day_start_ms": 0,
    }  # fmt: skip
    scope = f"source:{source}"
    world.say(SetLimit(Limit("daily_loss", scope, parameters, "", "USD", "risk", "test"), "risk"))
    order = world.order(quantity=50, price=10_010, source=source)[-1].order
    world.report(order, REPORT_FILL, execution_id="x", quantity=50, price=10_010)
    return world


def test_a_lift_renews_only_what_tripped_the_halt() -> None:
    world = lost("model")
    world.quote(9_920, 9_930)
    world.say(Halt("source:model", "ann", "pause"))
    world.lift("source:model", "bob")
    world.quote(9_850, 9_860)
    assert verdict(world, price=9_850) == LOSS_ABOVE_LIMIT
    world.lift("source:model", "bob")
    assert verdict(world, price=9_850) == 0


@pytest.mark.parametrize("by", ["tess", "Tess"])
def test_whose_loss_tripped_a_halt_does_not_lift_it(by: str) -> None:
    world = lost("tess")
    world.quote(9_700, 9_710)
    assert verdict(world, price=9_700, source="tess") == LOSS_ABOVE_LIMIT
    assert refusals(world.lift("source:tess", by)) == [SAME_PERSON]
    assert world.lift("source:tess", "bob") == [HaltLifted("source:tess", "bob", "go")]


def holding(control: str, **parameters: int) -> World:
    """A world in which what passes a limit waits for one person."""
    world = World()
    world.quote()
    world.say(limit(control, **dict.fromkeys(parameters, 10000)))
    world.say(SetLimit(armed(control, answer=ONE, **parameters), "risk"))
    return world


def held(world: World, quantity: int = 60) -> int:
    """The number of an order that waits."""
    events = world.order(quantity=quantity, price=9_800, valid_until_ns=2**62)
    return next(event.decision for event in events if isinstance(event, DecisionHeld))


def test_an_approval_is_for_no_more_than_its_approver_was_told() -> None:
    world = holding("position", long_max=50, short_max=50)
    first, second = held(world), held(world)
    events = world.say(ApproveDecision(first, "ann", "agreed"))
    assert [event for event in events if isinstance(event, HoldReleased)]
    events = world.say(ApproveDecision(second, "ann", "agreed"))
    (refused,) = [event for event in events if isinstance(event, HoldRefused)]
    assert refused.reason == HOLD_MOVED


def test_a_halt_of_a_held_decision_ends_it() -> None:
    world = holding("position", long_max=50, short_max=50)
    decision = held(world)
    events = world.say(Halt(f"decision:{decision}", "ann", "stop"))
    (refused,) = [event for event in events if isinstance(event, HoldRefused)]
    assert (refused.reason, refused.by) == (HALTED, "ann")
    assert refusals(world.say(ApproveDecision(decision, "bob", "agreed"))) == [NOT_HELD]


def test_a_halt_of_a_waiting_decision_refuses_it_and_no_other() -> None:
    world = World()
    world.quote()
    terms = Terms(price=10_000, venue="alpha")
    for _ in range(2):
        world.say(ProposeDecision(world.decision(OrderQuantity("COIN", BUY, 1, terms))))
    world.say(Halt(f"decision:{world.sequence}", "ann", "stop"))
    judged = [event for event in world.say(ServeQueue(2)) if isinstance(event, DecisionJudged)]
    assert [event.reason for event in judged] == [0, HALTED]


def test_a_halt_is_not_lifted_while_an_order_of_its_scope_is_unknown() -> None:
    world = World()
    world.quote()
    order = world.order(price=9_800)[-1].order
    world.report(order, REPORT_SILENCE)
    world.say(Halt("firm", "ann", "stop"))
    world.say(Halt("instrument:GOLD", "ann", "stop"))
    assert refusals(world.lift("firm", "bob")) == [NOT_RECONCILED]
    assert refusals(world.lift("instrument:GOLD", "bob")) == []
    for by in ("ann", "bob"):
        world.say(ResolveOrder(order, CANCELLED, by, "on the phone"))
    assert refusals(world.lift("firm", "bob")) == []


def test_a_source_that_is_no_person_says_no_rate() -> None:
    world = World()
    for by in ("model", "Model"):
        said = world.say(SetReferenceRate("EUR", "USD", 1, 1, by, SECOND))
        assert refusals(said) == [NOT_A_PERSON]
        assert world.ledger.rates.find("EUR", "USD") is None
    assert world.say(SetReferenceRate("EUR", "USD", 2, 1, "treasury", SECOND)) == []
    said = world.say(SetReferenceRate("EUR", "USD", 0, 1, "model", SECOND))
    assert refusals(said) == [NOT_A_PERSON]
    rate = world.ledger.rates.find("EUR", "USD")
    assert rate is not None
    assert rate.numerator == 2
