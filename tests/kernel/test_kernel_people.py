"""What people say, held to account: who somebody else is, and what a lift and an approval cover."""

from interlock.messages.commands import SetReferenceRate
from interlock.messages.events import CommandRefused, Event
from interlock.messages.reasons import NOT_A_PERSON
from worlds import SECOND, World


def refusals(events: list[Event]) -> list[int]:
    """The reasons of the words that were refused."""
    return [event.reason for event in events if isinstance(event, CommandRefused)]


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
