"""Invariants of the user: asked after every step, heeded like our own, and never a crash."""

from typing import Any

import pytest

from interlock.journal.faults import InvariantsMissing
from interlock.journal.reader import JournalReader
from interlock.journal.replay import reexecute
from interlock.kernel.step import Kernel
from interlock.kernel.user_invariants import mistake_of
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.commands import AdvanceTime
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import CancelRequested, Event, HaltTripped, InvariantBroken
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_FILL
from monitoring.kept import keep
from worlds import World, opening


class SmallPositions:
    """No position is larger than five lots."""

    owner = "desk"
    response = "halt"

    def check(self, ledger: Any) -> list[tuple[str, str]]:
        return [
            (f"instrument:{symbol}", f"{symbol}: {position.lots} lots")
            for account in ledger.accounts.values()
            for symbol, position in account.positions.items()
            if abs(position.lots) > 5
        ]


class Alerting(SmallPositions):
    """The same, and it only says so."""

    response = "alert"


class OnlyReducing(SmallPositions):
    """The same, and what reduces may go on."""

    response = "reduce_only"


class EveryTenth(SmallPositions):
    """The same, asked every tenth command."""

    every = 10


class SmallFills:
    """No order is filled by more than three lots."""

    owner = "desk"
    response = "halt"
    scope = "account:main"

    def check_order(self, ledger: Any, order: Any) -> list[tuple[str, str]]:
        return [("venue:alpha", f"order {order.order}")] if order.filled > 3 else []


def offered(**kinds: Any) -> dict[str, Any]:
    """What a user offers, as a kernel takes it."""
    return {f"invariant:{name}": kind for name, kind in kinds.items()}


def armed(**kinds: Any) -> World:
    world = World(opening(invariants=tuple(kinds)), offered(**kinds))
    world.quote()
    return world


def buy(world: World, quantity: int) -> list[Event]:
    order = world.order(quantity=quantity)[-1].order
    fields = {"quantity": quantity, "price": 10_000, "execution_id": f"x{world.sequence}"}
    return world.report(order, REPORT_FILL, **fields)


def broken(events: list[Event]) -> list[InvariantBroken]:
    return [event for event in events if isinstance(event, InvariantBroken)]


def test_a_breach_stops_the_scope_that_it_names_and_nothing_else() -> None:
    world = armed(small=SmallPositions)
    working = world.order(quantity=1)[-1].order
    world.report(working, REPORT_ACCEPTED)
    assert broken(buy(world, 5)) == []
    events = buy(world, 1)
    assert broken(events) == [
        InvariantBroken("small", "desk", 3, "COIN: 6 lots", "instrument:COIN")
    ]
    (halt,) = [event for event in events if isinstance(event, HaltTripped)]
    assert (halt.scope, halt.by) == ("instrument:COIN", "invariant:small")
    assert [event.order for event in events if isinstance(event, CancelRequested)] == [working]


def test_a_breach_that_stands_is_said_once_and_again_when_the_halt_was_lifted() -> None:
    world = armed(small=SmallPositions)
    buy(world, 6)
    assert world.say(AdvanceTime()) == []
    lifted = world.lift("instrument:COIN", "ann")
    assert len(broken(lifted)) == 1
    assert world.ledger.broken == {"small": 2}


def test_a_breach_that_only_reduces_lets_what_reduces_through() -> None:
    world = armed(small=OnlyReducing)
    buy(world, 6)
    assert world.ledger.halts["instrument:COIN"].reduce_only


def test_an_alert_is_given_once_for_each_scope_and_stops_nothing() -> None:
    world = armed(small=Alerting)
    events = buy(world, 6)
    assert broken(events) == [
        InvariantBroken("small", "desk", 1, "COIN: 6 lots", "instrument:COIN")
    ]
    assert world.say(AdvanceTime()) == []
    assert world.ledger.halts == {}


def test_what_is_asked_of_orders_is_asked_of_those_that_the_step_touched() -> None:
    world = armed(fills=SmallFills)
    assert broken(buy(world, 3)) == []
    (breach,) = broken(buy(world, 4))
    assert (breach.scope, list(world.ledger.halts)) == ("venue:alpha", ["venue:alpha"])


def test_what_is_asked_now_and_then_is_asked_at_its_commands() -> None:
    world = armed(small=EveryTenth)
    events = buy(world, 6)
    while not events:
        events = world.say(AdvanceTime())
    events = events if broken(events) else world.say(AdvanceTime())
    while not broken(events):
        assert world.sequence % 10 != 0
        events = world.say(AdvanceTime())
    assert world.sequence % 10 == 0


def answering(answer: Any) -> Any:
    class Odd:
        owner = "desk"
        response = "halt"
        scope = "source:model"

        def check(self, ledger: Any) -> Any:
            return answer(ledger)

    return Odd


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (lambda ledger: 1 // 0, "could not be checked: ZeroDivisionError"),
        (lambda ledger: ledger.nothing, "could not be checked: AttributeError"),
        (lambda ledger: None, "could not be checked: TypeError"),
        (lambda ledger: "firm", "could not be checked: TypeError"),
        (lambda ledger: [("firm",)], "could not be checked: ValueError"),
        (lambda ledger: [(1, 2)], "could not be checked: TypeError"),
        (lambda ledger: [("instrument:NOWHERE", "why")], "why"),
        (lambda ledger: [("", "why" * 1_000)], ("why" * 1_000)[:1_000]),
    ],
)
def test_what_cannot_be_checked_is_a_breach_of_its_own_scope(answer: Any, text: str) -> None:
    world = World([], offered(odd=answering(answer)))
    found = []
    for command in opening(invariants=("odd",)):
        found += broken(world.say(command))
    # Until the source is defined it is the firm that is stopped.
    assert [breach.scope for breach in found] == ["firm", "source:model"]
    assert {breach.text for breach in found} == {text}


def test_one_that_cannot_be_made_is_a_breach_and_no_crash() -> None:
    class Unmade(SmallPositions):
        def __init__(self) -> None:
            raise RuntimeError("no")

    world = World(opening(invariants=("unmade",)), user_controls=offered(unmade=Unmade))
    assert world.ledger.broken == {"unmade": 1}
    assert list(world.ledger.halts) == ["firm"]


def test_only_what_the_session_names_is_armed() -> None:
    world = World(opening(), user_controls=offered(small=SmallPositions))
    world.quote()
    assert broken(buy(world, 6)) == []


def test_a_restored_ledger_is_run_under_the_same_invariants() -> None:
    world = armed(small=SmallPositions)
    ledger = restore(decode_plain(encode(state_of(world.ledger))))
    assert digest(ledger) == digest(world.ledger)
    world.kernel = Kernel(ledger, offered(small=SmallPositions))
    assert len(broken(buy(world, 6))) == 1
    with pytest.raises(AssertionError, match="invariant small is armed and not offered"):
        Kernel(ledger, {})


def test_replay_checks_again_and_refuses_without_what_checked(tmp_path: Any) -> None:
    world = armed(small=SmallPositions, fills=SmallFills)
    buy(world, 6)
    reader = JournalReader(keep(tmp_path, world.entries))
    kinds = offered(small=SmallPositions, fills=SmallFills)
    done = reexecute(reader.command_batches(), kinds)
    assert done.difference is None
    assert done.digest == digest(world.ledger)
    with pytest.raises(InvariantsMissing, match="under the user's invariants fills, which are not"):
        reexecute(reader.command_batches(), offered(small=SmallPositions))


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"owner": ""}, "owner was '', must be who answers for it"),
        ({"owner": None}, "owner was None, must be who"),
        ({"response": "shout"}, "response was 'shout', must be one of alert, reduce_only, halt"),
        ({"scope": 7}, "scope was 7, must be text"),
        ({"every": 0}, "every was 0, must be a number of commands from 1"),
        ({"every": True}, "every was True, must be a number"),
    ],
)
def test_a_class_that_is_no_invariant_is_told_what_it_lacks(
    changes: dict[str, Any], mistake: str
) -> None:
    assert mistake_of(type("Wrong", (SmallPositions,), changes)).startswith(mistake)
    assert mistake_of(SmallPositions) == ""


def test_a_class_without_a_check_is_told_so() -> None:
    kind = type("Idle", (), {"owner": "desk", "response": "halt"})
    assert mistake_of(kind) == "has neither check(ledger) nor check_order(ledger, order)"
