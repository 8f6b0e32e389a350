"""Law 10: orders carry the release and epoch of the decision that made them; the gate refuses any
that is not active or canary.
"""

import pytest

from interlock.messages.commands import ActivateRelease, ProposeDecision, ServeQueue
from interlock.messages.decisions import Flatten, NamedAction, OrderQuantity, Terms
from interlock.messages.events import DecisionJudged, OrderCleared
from interlock.messages.reasons import RELEASE_NOT_ACTIVE
from interlock.messages.terms import (
    BUY,
    RELEASE_ACTIVE,
    RELEASE_CANARY,
    RELEASE_RETIRED,
)
from worlds import World

ACTION = OrderQuantity("COIN", BUY, 1, Terms(price=10_000, venue="alpha"))


def quoted() -> World:
    world = World()
    world.quote()
    return world


@pytest.mark.parametrize("state", [RELEASE_ACTIVE, RELEASE_CANARY])
def test_an_order_carries_the_release_and_epoch_of_its_decision(state: int) -> None:
    world = quoted()
    world.say(ActivateRelease("r2", 5, state, "release"))
    cleared = world.decide(ACTION, release="r2", epoch=5)[-1]
    assert isinstance(cleared, OrderCleared)
    assert (cleared.release, cleared.epoch) == ("r2", 5)
    record = world.ledger.orders.find(cleared.order)
    assert (record.release, record.epoch) == ("r2", 5)


@pytest.mark.parametrize(
    ("release", "epoch"), [("r1", 0), ("r1", 2), ("r2", 1), ("", 1), ("R1", 1)]
)
@pytest.mark.parametrize("action", [ACTION, NamedAction("notify", {})])
def test_another_release_or_epoch_is_refused(release: str, epoch: int, action: object) -> None:
    events = quoted().decide(action, release=release, epoch=epoch)
    assert [event.reason for event in events] == [RELEASE_NOT_ACTIVE]


def test_a_retired_release_is_refused_and_one_that_comes_back_is_not() -> None:
    world = quoted()
    world.say(ActivateRelease("r1", 1, RELEASE_RETIRED, "release"))
    assert world.decide(ACTION)[0].reason == RELEASE_NOT_ACTIVE
    world.say(ActivateRelease("r1", 2, RELEASE_ACTIVE, "release"))
    assert world.decide(ACTION)[0].reason == RELEASE_NOT_ACTIVE
    assert world.decide(ACTION, epoch=2)[0].reason == 0


def test_a_decision_that_waited_is_judged_by_the_release_that_holds_when_it_is_served() -> None:
    world = quoted()
    world.say(ProposeDecision(world.decision(ACTION)))
    world.say(ActivateRelease("r1", 2, RELEASE_ACTIVE, "release"))
    assert [event.reason for event in world.say(ServeQueue(9))] == [RELEASE_NOT_ACTIVE]


def test_a_flatten_of_a_retired_release_cancels_and_does_not_trade() -> None:
    world = quoted()
    world.decide(ACTION)
    world.say(ActivateRelease("r1", 1, RELEASE_RETIRED, "release"))
    events = world.say(ProposeDecision(world.decision(Flatten())))
    assert isinstance(events[0], DecisionJudged)
    assert events[0].reason == RELEASE_NOT_ACTIVE
    assert [type(event).__name__ for event in events[1:]] == ["CancelRequested"]
