"""The queue: priority, arrival, expiry in market time; named actions; the close."""

import pytest

from interlock.messages.commands import (
    AdvanceTime,
    CloseSession,
    DefineSource,
    ProposeDecision,
    ReportAction,
    ServeQueue,
)
from interlock.messages.decisions import NamedAction, OrderQuantity, Terms
from interlock.messages.definitions import Source
from interlock.messages.events import (
    ActionCleared,
    ActionFinished,
    DecisionJudged,
    OrderFilled,
    ReportIgnored,
)
from interlock.messages.identity import order_id
from interlock.messages.reasons import (
    ACTION_NOT_AUTHORISED,
    DECISION_EXPIRED,
    DUPLICATE_DECISION,
    NONE,
    SESSION_CLOSED,
    UNKNOWN_ORDER,
)
from interlock.messages.terms import (
    BUY,
    CHATTER,
    EXIT,
    NEW_RISK,
    REPORT_FILL,
    RISK_REDUCING,
)
from worlds import SECOND, World, opening

ACTION = OrderQuantity("COIN", BUY, 1, Terms(price=10_000, venue="alpha"))
NOTIFY = NamedAction("notify", {"to": "ann"})


def quoted() -> World:
    world = World(opening(sources=(Source("modest", "main", instruments=("COIN",)),)))
    world.quote()
    return world


def propose(world: World, **fields: object) -> int:
    """The decision's number."""
    assert world.say(ProposeDecision(world.decision(ACTION, **fields))) == []
    return world.sequence


def served(world: World, count: int = 99) -> list[int]:
    return [event.decision for event in world.say(ServeQueue(count))
            if isinstance(event, DecisionJudged)]  # fmt: skip


def test_the_most_urgent_is_judged_first_and_then_who_came_first() -> None:
    world = quoted()
    priorities = [CHATTER, NEW_RISK, RISK_REDUCING, NEW_RISK, EXIT, RISK_REDUCING]
    numbers = [propose(world, priority=priority) for priority in priorities]
    places = sorted(range(6), key=lambda place: (priorities[place], place))
    assert served(world) == [numbers[place] for place in places]


def test_a_source_cannot_claim_to_be_more_urgent_than_it_may_be() -> None:
    world = quoted()
    claims = propose(world, source="modest", priority=RISK_REDUCING)
    nobody = propose(world, source="nobody", priority=RISK_REDUCING)
    ordinary = propose(world, priority=NEW_RISK)
    last = propose(world, priority=CHATTER)
    assert served(world) == [claims, ordinary, nobody, last]


def test_serving_takes_as_many_as_it_is_told() -> None:
    world = quoted()
    numbers = [propose(world) for _ in range(4)]
    assert served(world, 0) == []
    assert served(world, 3) == numbers[:3]
    assert served(world, 3) == numbers[3:]
    assert served(world, 3) == []


def test_what_expires_while_it_waits_is_refused_when_it_is_served() -> None:
    world = quoted()
    propose(world, valid_until_ns=world.time_ns + SECOND)
    propose(world, valid_until_ns=world.time_ns + SECOND + 1)
    world.say(AdvanceTime(), after_ns=SECOND + 1)
    events = world.say(ServeQueue(9))
    reasons = [event.reason for event in events if isinstance(event, DecisionJudged)]
    assert reasons == [DECISION_EXPIRED, NONE]


def test_what_is_judged_earlier_counts_for_what_is_judged_later() -> None:
    world = quoted()
    propose(world, key="same", priority=CHATTER)
    propose(world, key="same", priority=RISK_REDUCING)
    events = world.say(ServeQueue(9))
    # The second under a key is the duplicate, also when it is the more urgent one.
    reasons = [event.reason for event in events if isinstance(event, DecisionJudged)]
    assert reasons == [DUPLICATE_DECISION, NONE]


def test_after_the_close_decisions_are_refused_and_reports_are_taken() -> None:
    world = quoted()
    order = world.decide(ACTION)[-1].order
    propose(world)
    world.say(CloseSession("ann", "end"))
    (judged,) = world.say(ServeQueue(9))
    assert judged.reason == SESSION_CLOSED
    said = world.report(order, REPORT_FILL, execution_id="e", quantity=1, price=10_000)
    assert isinstance(said[0], OrderFilled)


def test_a_named_action_is_cleared_under_a_number_of_its_own_and_ends_once() -> None:
    world = quoted()
    judged, cleared = world.decide(NOTIFY)
    number = order_id(judged.decision, 1)
    assert cleared == ActionCleared(number, judged.decision, "notify", {"to": "ann"})
    assert world.ledger.actions == {number: "notify"}
    assert world.say(ReportAction(number, True, "sent")) == [ActionFinished(number, True, "sent")]
    assert world.ledger.actions == {}
    again = world.say(ReportAction(number, True, "sent"))
    assert again == [ReportIgnored(number, 0, UNKNOWN_ORDER)]


@pytest.mark.parametrize(
    ("actions", "asked", "reason"),
    [(("orders",), NOTIFY, ACTION_NOT_AUTHORISED), (("notify",), NOTIFY, NONE),
     (("notify",), ACTION, ACTION_NOT_AUTHORISED), ((), ACTION, ACTION_NOT_AUTHORISED)],
)  # fmt: skip
def test_a_source_asks_for_what_it_was_granted(
    actions: tuple[str, ...], asked: object, reason: int
) -> None:
    world = quoted()
    world.say(DefineSource(Source("modest", "main", instruments=("COIN",), actions=actions)))
    assert world.decide(asked, source="modest")[0].reason == reason


def test_a_source_that_is_granted_something_else_keeps_its_orders_and_its_keys() -> None:
    world = quoted()
    order = world.decide(ACTION, source="modest", key="k")[-1].order
    world.say(DefineSource(Source("modest", "main", instruments=("COIN", "GOLD"))))
    assert world.decide(ACTION, source="modest", key="k")[0].reason == DUPLICATE_DECISION
    source = world.ledger.sources["modest"]
    assert source.open_orders == 1
    assert world.ledger.orders.find(order).source is source
    with pytest.raises(AssertionError, match="no account 'other'"):
        world.say(DefineSource(Source("modest", "other")))
