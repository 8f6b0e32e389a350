"""Invariants: each is seen when it is broken, and answered as its row says."""

from collections.abc import Callable

import pytest

from interlock.kernel import invariants
from interlock.kernel.invariants import AUDIT_EVERY, INVARIANTS, audit
from interlock.kernel.user_invariants import RESPONSES
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import AdvanceTime
from interlock.messages.decisions import WorkOrder
from interlock.messages.events import HaltTripped, InvariantBroken, OrderCancelled
from interlock.messages.terms import BUY, REPORT_ACCEPTED, REPORT_FILL, SELL, TWAP
from worlds import SECOND, World

PRICE = 10_000


def busy() -> World:
    """A world with a filled order, one that works on each side, and a position."""
    world = World()
    world.quote()
    order = world.order(BUY, 5)[-1].order
    world.report(order, REPORT_FILL, execution_id="e", quantity=3, price=PRICE, fee=1)
    world.report(world.order(SELL, 4)[-1].order, REPORT_ACCEPTED)
    world.decide(
        WorkOrder(
            "COIN", BUY, 50, TWAP, world.time_ns + 600 * SECOND, world.time_ns + 300 * SECOND
        ),
        valid_until_ns=world.time_ns + 600 * SECOND,
    )
    return world


def first(ledger: Ledger) -> object:
    return next(iter(ledger.orders.open.values()))


def change(path: str, step: int) -> Callable[[Ledger], None]:
    """A hand that reaches into the ledger, as no code of ours does."""

    def reach(ledger: Ledger) -> None:
        places = {
            "order": first(ledger),
            "position": ledger.accounts["main"].positions["COIN"],
            "cash": ledger.accounts["main"].cash["USD"],
            "own": ledger.sources["model"].own.positions["COIN"],
            "own_cash": ledger.sources["model"].own.cash["USD"],
            "firm": ledger.currencies["USD"],
            "instrument": ledger.instruments["COIN"],
        }
        owner, _, name = path.partition(".")
        thing = places[owner]
        setattr(thing, name, getattr(thing, name) + step)

    return reach


def release_too_much(ledger: Ledger) -> None:
    next(iter(ledger.orders.parents.values())).count(0, 1)


def open_too_much(ledger: Ledger) -> None:
    next(iter(ledger.works.active.values())).open += 1


def lose_the_verdict(ledger: Ledger) -> None:
    for parent in list(ledger.orders.parents):
        del ledger.orders.parents[parent]
    for order in ledger.orders.open.values():
        order.parent = None


BREAKS = {
    invariants.FILLS_EQUAL_FILLED: change("order.filled", 1),
    invariants.FILLED_WITHIN_ALLOWED: change("order.quantity_allowed", -3),
    invariants.POSITION_EQUALS_FILLS: change("position.lots", 1),
    invariants.CASH_CONSERVED: change("cash.balance", 1),
    invariants.RESERVED_IS_WORST_CASE: change("cash.reserved", 1),
    invariants.RESERVATION_RELEASED: change("order.status", 5),
    invariants.CHILDREN_WITHIN_PARENT: release_too_much,
    invariants.FILL_WITHIN_LIMIT: change("order.price_allowed", -1),
    invariants.SCOPES_ADD_UP: change("instrument.lots", 1),
    invariants.NO_ORDER_BEYOND_THE_GATE: lose_the_verdict,
    invariants.WORKS_ADD_UP: open_too_much,
}


def test_a_sound_ledger_has_nothing_to_say() -> None:
    world = busy()
    assert audit(world.ledger) == []
    assert world.ledger.broken == {}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_invariant_is_seen(name: str) -> None:
    world = busy()
    BREAKS[name](world.ledger)
    assert name in {breach.name for breach in audit(world.ledger)}


@pytest.mark.parametrize(
    ("path", "step"),
    [("position.bought", 1), ("position.sold_value", 1), ("position.realised", 1),
     ("position.cost", 1), ("position.fees", 1), ("position.open_buy", 1),
     ("position.open_sell", -9), ("order.reserved", 1), ("cash.opening", -1),
     ("own.lots", 1), ("own.bought", 1), ("own.open_sell", 1), ("own_cash.balance", 1),
     ("own_cash.reserved", 1), ("own_cash.gross", 1), ("cash.gross", 1), ("cash.realised", 1),
     ("cash.long_value", 1), ("cash.short_value", 1), ("cash.unrealised", 1),
     ("cash.unmarked", 1), ("firm.balance", 1), ("firm.reserved", 1), ("firm.gross", 1),
     ("instrument.open_buy", 1), ("instrument.open_sell", -1)],
)  # fmt: skip
def test_no_number_of_the_books_can_be_moved_unseen(path: str, step: int) -> None:
    world = busy()
    change(path, step)(world.ledger)
    assert audit(world.ledger) != []


def test_every_invariant_has_an_owner_a_response_and_a_test_that_breaks_it() -> None:
    assert set(BREAKS) | {invariants.NO_EVENT_FOR_UNKNOWN_ORDER} == set(INVARIANTS)
    for owner, response, text in INVARIANTS.values():
        assert owner
        assert response in RESPONSES
        assert text


def test_a_breach_that_a_step_touches_is_answered_in_that_step() -> None:
    world = busy()
    order = first(world.ledger)
    order.filled += 1
    events = world.report(order.order, REPORT_FILL, execution_id="f", quantity=1, price=PRICE)
    broken = [event for event in events if isinstance(event, InvariantBroken)]
    assert invariants.FILLS_EQUAL_FILLED in {event.name for event in broken}
    assert [event.scope for event in events if isinstance(event, HaltTripped)] == [
        "instrument:COIN"
    ]


def test_the_whole_ledger_is_audited_now_and_then_whatever_the_steps_touch() -> None:
    world = busy()
    while world.sequence % AUDIT_EVERY < AUDIT_EVERY - 2:
        world.say(AdvanceTime())
    world.ledger.accounts["main"].cash["USD"].balance += 1
    # Nothing touches the account, so that only the audit of everything can see it.
    assert world.say(AdvanceTime()) == []
    assert world.sequence % AUDIT_EVERY == AUDIT_EVERY - 1
    events = world.say(AdvanceTime())
    assert isinstance(events[0], InvariantBroken)
    assert (events[0].name, events[0].scope) == (invariants.CASH_CONSERVED, "account:main")
    assert "account:main" in world.ledger.halts


@pytest.mark.parametrize("name", [invariants.CHILDREN_WITHIN_PARENT,
                                  invariants.NO_ORDER_BEYOND_THE_GATE])  # fmt: skip
def test_what_a_source_was_given_too_much_of_stops_that_source_alone(name: str) -> None:
    world = busy()
    order = first(world.ledger)
    BREAKS[name](world.ledger)
    world.report(order.order, REPORT_FILL, execution_id="f", quantity=1, price=PRICE)
    assert list(world.ledger.halts) == ["source:model"]


def test_an_event_for_an_order_that_nobody_knows_leaves_only_reducing() -> None:
    world = busy()
    world.ledger.apply(OrderCancelled(31_337, 620))
    broken, tripped = world.say(AdvanceTime())
    assert (broken.name, tripped.reduce_only) == (invariants.NO_EVENT_FOR_UNKNOWN_ORDER, True)
    assert world.ledger.halts["firm"].reduce_only


def test_an_event_that_cannot_happen_is_our_own_mistake() -> None:
    world = busy()
    order = first(world.ledger).order
    world.ledger.apply(OrderCancelled(order, 620))
    with pytest.raises(AssertionError, match="cannot cancel in status 8"):
        world.ledger.apply(OrderCancelled(order, 620))
