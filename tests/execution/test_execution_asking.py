"""When venues are asked for everything: at the start, on a reconnect, and as long as it matters."""

from interlock.execution.asking import RECONNECT, START, TIMER, VenueAsker
from interlock.messages.statements import AskVenue

MINUTE = 60_000_000_000


def said(asker: VenueAsker, time_ns: int) -> list[tuple[str, str]]:
    asked = [command for _, command in asker.due(time_ns)]
    return [(word.venue, word.by) for word in asked if isinstance(word, AskVenue)]


def test_in_market_time_a_venue_is_asked_after_orders_were_sent_and_then_left_alone() -> None:
    asker = VenueAsker({"alpha": MINUTE, "beta": MINUTE})
    assert asker.next_time_ns() == -1
    asker.note_activity("alpha", 5)
    assert asker.next_time_ns() == MINUTE + 5
    assert said(asker, MINUTE) == []
    assert said(asker, MINUTE + 5) == [("alpha", TIMER)]
    assert asker.next_time_ns() == -1


def test_questions_are_an_interval_apart_however_much_is_sent() -> None:
    asker = VenueAsker({"alpha": MINUTE})
    asker.note_activity("alpha", 0)
    said(asker, MINUTE)
    asker.note_activity("alpha", MINUTE + 1)
    assert asker.next_time_ns() == 2 * MINUTE + 1


def test_against_the_wall_clock_each_is_asked_at_the_start_and_for_ever() -> None:
    asker = VenueAsker({"alpha": MINUTE, "beta": 0}, is_continuous=True, start_ns=7)
    assert said(asker, 7) == [("alpha", START), ("beta", START)]
    assert asker.next_time_ns() == 7 + MINUTE
    assert said(asker, 7 + MINUTE) == [("alpha", TIMER)]


def test_a_venue_that_is_back_is_asked_at_once_whatever_its_interval() -> None:
    asker = VenueAsker({"alpha": 0})
    asker.note_activity("alpha", 3)
    assert asker.next_time_ns() == -1
    asker.ask_at_once("alpha", 4, RECONNECT)
    assert said(asker, 4) == [("alpha", RECONNECT)]
