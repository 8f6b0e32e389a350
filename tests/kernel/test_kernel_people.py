"""What people say, held to account: who somebody else is, and what a lift and an approval cover."""

from interlock.messages.commands import ActivateRelease, Halt, SetReferenceRate
from interlock.messages.events import (
    CancelRequested,
    CommandRefused,
    DecisionJudged,
    Event,
    HaltLifted,
    HaltTripped,
)
from interlock.messages.reasons import HALTED, NOT_A_PERSON
from interlock.messages.terms import RELEASE_ACTIVE
from worlds import SECOND, World


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
