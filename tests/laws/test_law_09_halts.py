"""Law 9: halts latch, are scoped, survive a restart, and are lifted by someone other than whoever
tripped them.
"""

import pytest

from interlock.kernel.invariants import FILLED_WITHIN_ALLOWED
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import restore, state_of
from interlock.messages.commands import (
    ActivateRelease,
    AdvanceTime,
    Halt,
    LiftHalt,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
)
from interlock.messages.decisions import (
    Basket,
    Flatten,
    NamedAction,
    OrderQuantity,
    ReplaceOrder,
    Terms,
)
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import (
    CancelRequested,
    CommandRefused,
    DecisionJudged,
    HaltLifted,
    HaltTripped,
    OrderCleared,
)
from interlock.messages.reasons import HALTED, MALFORMED, NOTHING_TO_DO, REDUCE_ONLY, SAME_PERSON
from interlock.messages.terms import BUY, RELEASE_ACTIVE, REPORT_ACCEPTED, REPORT_FILL, SELL
from worlds import SECOND, World, limit

COVERING = ("firm", "account:main", "source:model", "instrument:COIN", "venue:alpha")
PRICE = 10_000
REDUCING = Terms(price=PRICE, venue="alpha", reduce_only=True)


def quoted() -> World:
    world = World()
    for instrument in ("COIN", "GOLD"):
        for venue in ("alpha", "beta"):
            world.quote(instrument=instrument, venue=venue)
    return world


def reason(world: World, side: int = BUY, quantity: int = 1, **fields: object) -> int:
    """The reason of the verdict on an order; 0 when it passed."""
    verdict = [event for event in world.order(side, quantity, **fields)
               if isinstance(event, DecisionJudged)]  # fmt: skip
    return verdict[0].reason


def hold(world: World, lots: int) -> None:
    """This brings the account to a position."""
    side = BUY if lots > 0 else SELL
    order = world.order(side, abs(lots))[-1].order
    world.report(order, REPORT_FILL, execution_id="h", quantity=abs(lots), price=PRICE)


@pytest.mark.parametrize("scope", COVERING)
def test_a_halt_stops_its_scope_and_takes_back_what_works_there(scope: str) -> None:
    world = quoted()
    order = world.order()[-1].order
    events = world.say(Halt(scope, "ann", "stop"))
    assert events == [
        HaltTripped(scope, "ann", False, "stop"),
        CancelRequested(order, "alpha", world.sequence, 622),
    ]
    assert reason(world) == HALTED


@pytest.mark.parametrize(
    ("scope", "fields"),
    [("instrument:GOLD", {}), ("venue:beta", {}), ("instrument:COIN", {"instrument": "GOLD"}),
     ("venue:beta", {"instrument": "GOLD"})],
)  # fmt: skip
def test_a_halt_stops_nothing_beside_its_scope(scope: str, fields: dict[str, object]) -> None:
    world = quoted()
    world.order(**fields)
    events = world.say(Halt(scope, "ann", "stop"))
    assert not [event for event in events if isinstance(event, CancelRequested)]
    assert reason(world, **fields) == 0


@pytest.mark.parametrize("scope", COVERING)
def test_a_halt_latches_until_it_is_lifted(scope: str) -> None:
    world = quoted()
    world.say(Halt(scope, "ann", "stop"))
    world.say(AdvanceTime(), after_ns=30 * 86_400 * SECOND)
    world.quote()
    world.say(ActivateRelease("r1", 1, RELEASE_ACTIVE, "release"))
    world.say(limit("order_quantity", quantity_max=50))
    assert reason(world) == HALTED
    assert world.lift(scope, "bob") == [HaltLifted(scope, "bob", "go")]
    assert reason(world) == 0


def test_a_halt_survives_a_restart_from_a_snapshot_and_from_the_record() -> None:
    world = quoted()
    world.say(Halt("instrument:COIN", "ann", "stop"))
    world.say(Halt("instrument:COIN", "bob", "stop too"))
    world.kernel = Kernel(restore(decode_plain(encode(state_of(world.ledger)))), {})
    assert reason(world) == HALTED
    ledger = Ledger()
    for sequence, entry in enumerate(world.entries, start=1):
        ledger.apply_fact(sequence, entry.time_ns, entry.command)
        for event in entry.events:
            ledger.apply(event)
    world.kernel = Kernel(ledger, {})
    assert reason(world) == HALTED
    for person in ("ann", "bob"):
        (refused,) = world.lift("instrument:COIN", person)
        assert refused.reason == SAME_PERSON
    assert isinstance(world.lift("instrument:COIN", "cid")[0], HaltLifted)


def test_whoever_tripped_a_halt_does_not_lift_it_nor_after_someone_tripped_it_again() -> None:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    for second in (None, "bob"):
        if second:
            world.say(Halt("firm", second, "stop"))
        (refused,) = world.lift("firm", "ann")
        assert isinstance(refused, CommandRefused)
        assert refused.reason == SAME_PERSON
    assert reason(world) == HALTED


@pytest.mark.parametrize("again", ["ann", "bob"])
def test_tripping_a_halt_again_never_makes_it_weaker(again: str) -> None:
    world = quoted()
    hold(world, 10)
    world.say(Halt("firm", "ann", "stop"))
    world.say(Halt("firm", again, "only reduce", reduce_only=True))
    assert reason(world, SELL) == HALTED
    world.lift("firm", "cid")
    world.say(Halt("firm", "ann", "only reduce", reduce_only=True))
    assert reason(world, SELL) == 0
    world.say(Halt("firm", again, "stop"))
    assert reason(world, SELL) == HALTED


@pytest.mark.parametrize(
    "scope",
    ["firm:", "firm:main", "", "colour:red", "account:nobody", "source:", "instrument:LEAD",
     "venue:nowhere", "FIRM"],
)  # fmt: skip
def test_a_halt_of_what_does_not_exist_is_refused_so_that_nobody_believes_in_it(scope: str) -> None:
    world = quoted()
    (refused,) = world.say(Halt(scope, "ann", "stop"))
    assert isinstance(refused, CommandRefused)
    assert refused.reason == MALFORMED
    assert world.ledger.halts == {}


def test_lifting_what_does_not_stand_is_refused() -> None:
    world = quoted()
    (refused,) = world.say(LiftHalt("firm", "ann", "go"))
    assert refused.reason == NOTHING_TO_DO


def test_lifting_one_halt_leaves_the_others() -> None:
    world = quoted()
    world.say(Halt("firm", "ann", "stop"))
    world.say(Halt("instrument:COIN", "ann", "stop"))
    world.lift("firm", "bob")
    assert reason(world) == HALTED
    assert reason(world, instrument="GOLD") == 0


@pytest.mark.parametrize("scope", COVERING)
@pytest.mark.parametrize("lots", [10, -10])
def test_a_reduce_only_halt_lets_a_position_shrink_to_flat_and_not_past_it(
    scope: str, lots: int
) -> None:
    world = quoted()
    hold(world, lots)
    out, more = (SELL, BUY) if lots > 0 else (BUY, SELL)
    world.say(Halt(scope, "ann", "only reduce", reduce_only=True))
    assert reason(world, more) == REDUCE_ONLY
    assert reason(world, out, 11) == REDUCE_ONLY
    assert reason(world, out, 6) == 0
    # What works already may trade: together they may not pass flat.
    assert reason(world, out, 5) == REDUCE_ONLY
    assert reason(world, out, 4) == 0
    assert reason(world, out, 1) == REDUCE_ONLY


@pytest.mark.parametrize(("second", "passes"), [(4, True), (5, False)])
def test_the_lines_of_a_basket_reduce_together_and_not_each_for_itself(
    second: int, passes: bool
) -> None:
    world = quoted()
    hold(world, 10)
    terms = Terms(price=PRICE, venue="alpha")
    lines = tuple(OrderQuantity("COIN", SELL, lots, terms) for lots in (6, second))
    reducing = tuple(OrderQuantity("COIN", SELL, line.quantity, REDUCING) for line in lines)
    assert (world.decide(Basket(reducing))[0].reason == REDUCE_ONLY) != passes
    world.say(Halt("firm", "ann", "only reduce", reduce_only=True))
    if not passes:
        assert world.decide(Basket(lines))[0].reason == REDUCE_ONLY


def amended(world: World, order: int, quantity: int, price: int) -> int:
    verdict = world.decide(ReplaceOrder(order, quantity, price))[0]
    assert isinstance(verdict, DecisionJudged)
    return verdict.reason


def test_under_a_reduce_only_halt_an_amend_takes_back_or_only_reduces() -> None:
    world = quoted()
    order = world.order(BUY, 10)[-1].order
    world.report(order, REPORT_ACCEPTED)
    world.say(Halt("firm", "ann", "only reduce", cancel_working=False, reduce_only=True))
    # It would buy into a new position: dearer is sooner, and more is more.
    assert amended(world, order, 10, PRICE + 1) == REDUCE_ONLY
    assert amended(world, order, 11, PRICE) == REDUCE_ONLY
    assert amended(world, order, 9, PRICE) == 0


def test_under_a_reduce_only_halt_an_order_that_reduces_may_be_amended_up_to_flat() -> None:
    world = quoted()
    hold(world, 10)
    order = world.order(SELL, 6)[-1].order
    world.report(order, REPORT_ACCEPTED)
    world.say(Halt("firm", "ann", "only reduce", cancel_working=False, reduce_only=True))
    assert amended(world, order, 11, PRICE) == REDUCE_ONLY
    assert amended(world, order, 10, PRICE - 1) == 0


def test_a_reduce_only_halt_beside_a_full_one_lets_nothing_through() -> None:
    world = quoted()
    hold(world, 10)
    world.say(Halt("venue:alpha", "ann", "only reduce", reduce_only=True))
    world.say(Halt("firm", "ann", "stop"))
    assert reason(world, SELL) == HALTED


def test_a_halt_may_leave_what_works() -> None:
    world = quoted()
    world.order()
    events = world.say(Halt("firm", "ann", "stop", cancel_working=False))
    assert events == [HaltTripped("firm", "ann", False, "stop", cancels=False)]


def test_a_halt_stops_named_actions_of_its_source() -> None:
    world = quoted()
    world.say(Halt("source:model", "ann", "stop"))
    judged = world.decide(NamedAction("notify", {}))[0]
    assert judged.reason == HALTED


def test_an_invariant_trips_a_halt_beside_the_one_that_stands_and_must_be_lifted_too() -> None:
    world = quoted()
    order = world.order(BUY, 10)[-1].order
    other = world.order(BUY, 10)[-1].order
    world.say(Halt("instrument:COIN", "ann", "look", cancel_working=False, reduce_only=True))
    overfill = ReportOrder("alpha", order, REPORT_FILL, execution_id="e", quantity=11, price=PRICE)
    events = world.say(overfill)
    assert [event.order for event in events if isinstance(event, CancelRequested)] == [other]
    halt = world.ledger.halts["instrument:COIN"]
    assert not halt.reduce_only
    assert halt.trippers == ["ann", f"invariant:{FILLED_WITHIN_ALLOWED}"]
    assert world.ledger.broken == {FILLED_WITHIN_ALLOWED: 1}


def test_a_decision_that_waited_is_judged_under_the_halt_that_came_meanwhile() -> None:
    world = quoted()
    action = OrderQuantity("COIN", BUY, 1, Terms(price=PRICE, venue="alpha"))
    world.say(ProposeDecision(world.decision(action)))
    world.say(Halt("firm", "ann", "stop"))
    events = world.say(ServeQueue(9))
    assert [event.reason for event in events] == [HALTED]
    assert not [event for event in events if isinstance(event, OrderCleared)]


@pytest.mark.parametrize("scope", COVERING)
@pytest.mark.parametrize("lots", [10, -10])
def test_a_halt_lets_a_reduce_only_order_reduce_unless_it_is_the_venues(
    scope: str, lots: int
) -> None:
    world = quoted()
    hold(world, lots)
    out, more = (SELL, BUY) if lots > 0 else (BUY, SELL)
    world.say(Halt(scope, "ann", "stop"))
    assert reason(world, out) == HALTED
    assert reason(world, more, terms=REDUCING) == HALTED
    assert reason(world, out, 11, terms=REDUCING) == HALTED
    is_venue = scope.startswith("venue:")
    assert reason(world, out, 6, terms=REDUCING) == (HALTED if is_venue else 0)
    # What works already may trade: together they may not pass flat.
    assert reason(world, out, 5, terms=REDUCING) == HALTED


def test_a_halt_of_a_venue_does_not_stop_reducing_elsewhere() -> None:
    world = quoted()
    hold(world, 10)
    world.say(Halt("venue:alpha", "ann", "stop"))
    elsewhere = Terms(price=PRICE, venue="beta", reduce_only=True)
    assert reason(world, SELL, 10, terms=elsewhere) == 0


def test_a_flatten_closes_under_a_halt() -> None:
    world = quoted()
    hold(world, 10)
    world.say(Halt("firm", "ann", "stop"))
    verdict, cleared = world.say(ProposeDecision(world.decision(Flatten("COIN"))))
    assert isinstance(verdict, DecisionJudged)
    assert verdict.reason == 0
    assert isinstance(cleared, OrderCleared)
    assert (cleared.side, cleared.quantity, cleared.reduce_only) == (SELL, 10, True)


@pytest.mark.parametrize("first", ["ann", "invariant:fills"])
def test_nothing_passes_a_halt_that_an_invariant_tripped_alone_or_beside_someone(
    first: str,
) -> None:
    world = quoted()
    hold(world, 10)
    world.say(Halt("instrument:COIN", first, "stop"))
    world.say(Halt("instrument:COIN", "invariant:fills", "books"))
    assert reason(world, SELL, terms=REDUCING) == HALTED
