"""Histories in which people are asked, and those of what stands beside them: each the smallest that
earns its reason.
"""

from collections.abc import Callable
from typing import Any

from interlock.messages import reasons
from interlock.messages.approvals import (
    ApproveDecision,
    ConfirmLimitChange,
    DeclineDecision,
    DeclineLimitChange,
    ProposeLimitChange,
)
from interlock.messages.commands import AdvanceTime, Halt, LiftHalt, SetLimit
from interlock.messages.decisions import Basket, OrderQuantity, QuoteLadder, Terms
from interlock.messages.definitions import Answer, Bounds, Limit
from interlock.messages.events import CancelRequested, DecisionJudged
from interlock.messages.terms import BUY, HOLD, REPORT_ACCEPTED, REPORT_FILL, SELL
from worlds import SECOND, World, armed, limit, opening

AT_LIMIT = Terms(price=10_000, venue="alpha")


def quoted(**bounds: int) -> World:
    world = World(opening(bounds=Bounds(**bounds)))
    world.quote()
    return world


def held(world: World) -> int:
    """A decision that waits for one approval of another person."""
    world.say(SetLimit(waits(), "risk"))
    judged = next(event for event in world.order() if isinstance(event, DecisionJudged))
    return judged.decision


def waits() -> Limit:
    return armed("order_quantity", answer=Answer(HOLD, 1, 5 * SECOND, 10), quantity_max=1)


def holds_full() -> Any:
    world = quoted(held_max=1)
    held(world)
    return world.order()


def said_of_held(make: Any, after_ns: int = 0) -> Callable[[], Any]:
    def said() -> Any:
        world = quoted()
        return world.say(make(held(world)), after_ns)

    return said


def moved_hold() -> Any:
    world = quoted()
    decision = held(world)
    world.quote(bid=10_001, ask=10_050)
    return world.say(ApproveDecision(decision, "ann", "yes"))[2:]


def looser(**parameters: int) -> Any:
    return ProposeLimitChange(armed("order_quantity", **parameters), "ann", "why")


def waiting_change(world: World) -> int:
    world.say(looser(quantity_max=101))
    return world.sequence


def said_of_change(make: Any, after_ns: int = 0) -> Callable[[], Any]:
    def said() -> Any:
        world = quoted()
        return world.say(make(waiting_change(world)), after_ns)

    return said


def overtaken() -> Any:
    world = quoted()
    change = waiting_change(world)
    world.say(looser(quantity_max=90))
    return world.say(ConfirmLimitChange(change, "bob", "yes"))


def lifted_with(*limits: Limit, trip: int = 0) -> Callable[[], Any]:
    def said() -> Any:
        world = quoted()
        world.say(Halt("firm", "ann", "stop"))
        return world.say(LiftHalt("firm", "bob", "go", trip or world.sequence, limits))

    return said


def shrunk() -> Any:
    """A reduce-only order whose position went away beneath it."""
    world = quoted()
    bought = world.order(BUY, 10)[-1].order
    world.report(bought, REPORT_FILL, execution_id="a", quantity=10, price=10_000)
    terms = Terms(price=10_000, venue="alpha", reduce_only=True)
    world.report(world.order(SELL, 10, terms=terms)[-1].order, REPORT_ACCEPTED)
    other = world.order(SELL, 10)[-1].order
    return world.report(other, REPORT_FILL, execution_id="b", quantity=10, price=10_000)


def quotes_refused() -> Any:
    world = quoted()
    terms = Terms(venue="alpha")
    world.decide(QuoteLadder("COIN", ((9_990, 1),), (), terms))
    events = world.decide(QuoteLadder("COIN", ((9_991, 101),), (), terms))
    return [event for event in events if not isinstance(event, DecisionJudged)]


def basket(control: str, **parameters: int) -> Callable[[], Any]:
    def said() -> Any:
        world = quoted()
        world.say(limit(control, **parameters))
        return world.decide(Basket((OrderQuantity("COIN", BUY, 1, AT_LIMIT),) * 2))

    return said


ASKED: dict[int, Callable[[], Any]] = {
    reasons.DECISION_VALUE_ABOVE_LIMIT: basket("decision_value", value_max=19_999),
    reasons.DECISION_QUANTITY_ABOVE_LIMIT: basket("decision_quantity", quantity_max=1),
    reasons.HOLDS_FULL: holds_full,
    reasons.NOT_HELD: lambda: quoted().say(ApproveDecision(1, "ann", "")),
    reasons.UNKNOWN_LIMIT: lambda: quoted().say(
        ProposeLimitChange(Limit("moon_phase", "firm", {}), "ann", "")
    ),
    reasons.UNKNOWN_CHANGE: lambda: quoted().say(ConfirmLimitChange(1, "ann", "")),
    reasons.NOT_A_PERSON: said_of_held(lambda held: ApproveDecision(held, "model", "")),
    reasons.TRIP_NOT_NAMED: lifted_with(trip=1),
    reasons.POSITION_SHRANK: lambda: [
        event for event in shrunk() if isinstance(event, CancelRequested)
    ],
    reasons.QUOTES_REFUSED: quotes_refused,
    reasons.HOLD_EXPIRED: said_of_held(lambda held: AdvanceTime(), 5 * SECOND + 1),
    reasons.HOLD_DECLINED: said_of_held(lambda held: DeclineDecision(held, "ann", "no")),
    reasons.HOLD_MOVED: moved_hold,
    reasons.DIGEST_DIFFERS: said_of_held(lambda held: ApproveDecision(held, "ann", "", "zz")),
    reasons.CHANGE_EXPIRED: said_of_change(
        lambda change: ConfirmLimitChange(change, "bob", ""), 3_601 * SECOND
    ),
    reasons.CHANGE_DECLINED: said_of_change(lambda change: DeclineLimitChange(change, "bob", "")),
    reasons.CHANGE_OVERTAKEN: overtaken,
    reasons.LIMIT_LOOSER: lifted_with(armed("order_quantity", quantity_max=101)),
}
