"""The state of a ledger: canonical, complete, and enough to go on from."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.kernel.invariants import audit
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.alarms import CancelsDeferred
from interlock.messages.approvals import ApproveDecision, ProposeLimitChange
from interlock.messages.commands import (
    AdvanceTime,
    Halt,
    ProposeDecision,
    SetLimit,
    SetReferenceRate,
)
from interlock.messages.decisions import CancelOrders, NamedAction, ReplaceOrder, WorkOrder
from interlock.messages.definitions import Answer, Limit
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.reasons import HALT_CANCEL
from interlock.messages.state import STATE_VERSION, LedgerState
from interlock.messages.terms import (
    BUY,
    HOLD,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_FILL,
    REPORT_SILENCE,
    SELL,
    TWAP,
)
from interlock.messages.works import SetVolumeCurve
from laws.histories import history
from worlds import SECOND, World, armed, limit


def again(ledger: Ledger) -> Ledger:
    """The ledger put away as bytes and taken out."""
    return restore(decode_plain(encode(state_of(ledger))))


def busy_world() -> World:
    """A world with something of everything."""
    world = World()
    world.quote()
    filled = world.order(BUY, 5)[-1].order
    world.report(filled, REPORT_FILL, execution_id="e1", quantity=5, price=10_000, fee=3)
    amended = world.order(BUY, 5)[-1].order
    world.report(amended, REPORT_ACCEPTED, venue_order_id="v1")
    world.decide(ReplaceOrder(amended, 8, 9_999))
    world.report(world.order(SELL, 2)[-1].order, REPORT_SILENCE)
    world.say(SetLimit(Limit("reject_streak", "firm", {"count_max": 9}), "risk"))
    world.say(SetReferenceRate("EUR", "USD", 217, 200, "treasury", SECOND))
    world.decide(NamedAction("notify", {"to": "ann"}))
    world.say(Halt("instrument:GOLD", "ann", "stop", reduce_only=True))
    world.say(Halt("instrument:GOLD", "bob", "stop"))
    world.say(limit("order_value", window_ms=60_000))
    world.order(BUY, 1)
    answer = Answer(HOLD, 2, 60 * SECOND, 10)
    world.say(SetLimit(armed("order_quantity", answer=answer, quantity_max=20), "risk"))
    held = world.order(BUY, 25, valid_until_ns=world.time_ns + 90 * SECOND)[0].decision
    world.say(ApproveDecision(held, "ann", "one of two"))
    world.say(ProposeLimitChange(armed("order_quantity", quantity_max=500), "ann", "more"))
    world.say(limit("message_rate", "venue:alpha", window_ms=60_000, cancels_max=10))
    world.decide(CancelOrders((amended,)))
    world.conclude(CancelsDeferred("source:model", "", "", HALT_CANCEL, world.sequence))
    world.say(ProposeDecision(world.decision(NamedAction("notify", {}), priority=3)))
    world.say(SetVolumeCurve("COIN", 0, SECOND, (1, 2), "risk"))
    until_ns = world.time_ns + 60 * SECOND
    large = WorkOrder("COIN", BUY, 20, TWAP, until_ns, interval_ns=SECOND, venue="alpha")
    world.decide(large, valid_until_ns=until_ns)
    world.say(AdvanceTime(), SECOND)
    world.say(ProposeDecision(world.decision(NamedAction("notify", {}), priority=3)))
    return world


def test_a_new_ledger_has_a_state() -> None:
    assert digest(again(Ledger())) == digest(Ledger())


def test_a_ledger_with_something_of_everything_comes_back_whole() -> None:
    world = busy_world()
    state = state_of(world.ledger)
    for field in state.__struct_fields__:
        assert getattr(state, field) not in ([], 0, "", False) or field == "broken", field
    assert state_of(again(world.ledger)) == state
    assert state_of(restore(state)) == state


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 300))
def test_any_ledger_comes_back_whole_and_sound(seed: int, count: int) -> None:
    ledger = history(seed, count).ledger
    restored = again(ledger)
    assert digest(restored) == digest(ledger)
    assert [breach.text for breach in audit(restored)] == [breach.text for breach in audit(ledger)]


def test_references_between_records_are_found_again() -> None:
    ledger = again(busy_world().ledger)
    account, source = ledger.accounts["main"], ledger.sources["model"]
    assert source.account is account
    for order in ledger.orders.known.values():
        assert order.source is source
        assert order.position is account.positions[order.instrument.symbol]
        assert order.position.cash is account.cash["USD"]
        assert order.instrument is ledger.instruments[order.instrument.symbol]
        assert order.venue is ledger.venues["alpha"]
    for number, order in ledger.orders.open.items():
        assert order is ledger.orders.known[number]


def test_a_restored_kernel_asks_its_orders_back_in_the_same_order() -> None:
    world = World()
    world.quote()
    first, second = (world.order(BUY, 1)[-1].order for _ in range(2))
    fill = {"execution_id": "e", "quantity": 1, "price": 10_000}
    world.report(first, REPORT_FILL, **fill)
    world.report(first, REPORT_BUST, reference="e", execution_id="b")
    # The older order was opened again: it stands behind the younger one now.
    assert list(world.ledger.orders.open) == [second, first]
    other = Kernel(again(world.ledger), {})
    wish = ProposeDecision(world.decision(CancelOrders()))
    made = other.step(world.sequence + 1, world.time_ns, wish)
    assert made == world.say(wish)
    assert [event.order for event in made[1:]] == [second, first]


def test_equal_histories_have_equal_bytes_and_a_difference_shows() -> None:
    one, other = busy_world(), busy_world()
    assert digest(one.ledger) == digest(other.ledger)
    other.quote(bid=9_989)
    one.quote()
    assert digest(one.ledger) != digest(other.ledger)


def test_a_state_of_another_version_is_not_taken() -> None:
    plain = decode_plain(encode(state_of(busy_world().ledger)))
    assert isinstance(plain, list)
    plain[0] = STATE_VERSION + 1
    with pytest.raises(ValueError, match=f"was {STATE_VERSION + 1}, must be {STATE_VERSION}"):
        restore(plain)


@pytest.mark.parametrize("nonsense", [None, [], 3, "state", {}, b""])
def test_what_is_no_state_is_not_taken(nonsense: object) -> None:
    with pytest.raises(ValueError, match="version of the state"):
        restore(nonsense)


def test_a_damaged_state_is_not_taken() -> None:
    plain = decode_plain(encode(state_of(busy_world().ledger)))
    assert isinstance(plain, list)
    plain[1] = "many"
    with pytest.raises(msgspec.ValidationError):
        restore(plain)


def test_a_state_is_what_it_says_it_is() -> None:
    world = busy_world()
    state = state_of(world.ledger)
    assert isinstance(state, LedgerState)
    assert (state.sequence, state.time_ns) == (world.sequence, world.time_ns)
    assert [venue.definition.name for venue in state.venues] == ["alpha", "beta"]
    assert state.halts[0].trippers == ["ann", "bob"]
    assert sum(order.reserved for order in state.orders) == 8 + 2 + 1
    assert world.ledger.time_ns % SECOND == 0
