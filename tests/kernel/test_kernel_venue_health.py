"""Venue health: what was measured or decided of a venue, and what the gate makes of it."""

import pytest

from interlock.kernel.venue_health import next_measured
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.commands import DefineSource, DefineVenue
from interlock.messages.decisions import CancelOrders, OrderQuantity, Terms
from interlock.messages.definitions import Source, Venue, VenueRate
from interlock.messages.events import (
    CancelRequested,
    CommandRefused,
    DecisionJudged,
    Event,
    OrderCleared,
    OrderUnknown,
)
from interlock.messages.reasons import (
    MALFORMED,
    NOT_A_PERSON,
    NOTHING_TO_DO,
    PERSON_DECIDED,
    UNKNOWN_VENUE,
)
from interlock.messages.terms import (
    AGENT,
    BUY,
    IOC,
    REPORT_ACCEPTED,
    REPORT_REJECTED,
    SELL,
    UNKNOWN,
    WORKING,
)
from interlock.messages.venue_reasons import (
    CAUGHT_BY_OUTAGE,
    NEVER_SENT,
    VENUE_ANSWERING,
    VENUE_BUDGET_USED,
    VENUE_BUSY,
    VENUE_CANCEL_ONLY,
    VENUE_DISCONNECTED,
    VENUE_DOWN,
    VENUE_FEED_GAP,
    VENUE_FROZEN,
    VENUE_MAINTENANCE,
    VENUE_NOT_ANSWERING,
    VENUE_PAUSED,
    VENUE_REJECTING,
    VENUE_SCHEDULED,
    VENUE_SLOW,
    VENUE_THROTTLED,
)
from interlock.messages.venues import (
    CANCEL_ONLY,
    DEGRADED,
    DOWN,
    HEALTHY,
    MAINTENANCE,
    REQUEST_SUBMIT,
    VENUE_STATES,
    WATCH,
    MoveVenue,
    NoteVenuePace,
    NoteVenueThrottle,
    VenueMoved,
    VenuePaced,
)
from worlds import SECOND, World

ASKED = Terms(price=10_000, venue="alpha")


def world() -> World:
    made = World()
    made.quote()
    made.quote(venue="beta")
    return made


def measured(made: World, state: int, reason: int = VENUE_NOT_ANSWERING) -> list[Event]:
    return made.say(MoveVenue("alpha", state, reason, WATCH, "measured"))


def ordered(made: World, state: int, by: str = "ann") -> list[Event]:
    return made.say(MoveVenue("alpha", state, PERSON_DECIDED, by, "their mail"))


def verdict(events: list[Event]) -> DecisionJudged:
    return next(event for event in events if isinstance(event, DecisionJudged))


def cleared(events: list[Event]) -> OrderCleared:
    return next(event for event in events if isinstance(event, OrderCleared))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (CANCEL_ONLY, VENUE_CANCEL_ONLY),
        (DOWN, VENUE_DOWN),
        (MAINTENANCE, VENUE_MAINTENANCE),
    ],
)
def test_a_venue_that_takes_no_orders_gets_none_and_says_why(state: int, reason: int) -> None:
    made = world()
    measured(made, state)
    assert verdict(made.order()).reason == reason
    measured(made, HEALTHY)


def test_a_degraded_venue_takes_orders() -> None:
    made = world()
    measured(made, DEGRADED, VENUE_SLOW)
    assert cleared(made.order()).venue == "alpha"


def test_cancels_go_to_a_venue_that_is_down() -> None:
    made = world()
    order = cleared(made.order()).order
    made.report(order, REPORT_ACCEPTED)
    measured(made, DOWN)
    asked = made.decide(CancelOrders())
    assert [event.order for event in asked if isinstance(event, CancelRequested)] == [order]


def test_what_waits_for_an_answer_when_a_venue_goes_down_is_unknown_and_stays_reserved() -> None:
    made = world()
    waiting = cleared(made.order()).order
    working = cleared(made.order(quantity=5)).order
    elsewhere = cleared(made.order(terms=Terms(price=10_000, venue="beta"))).order
    made.report(working, REPORT_ACCEPTED)
    before = made.ledger.accounts["main"].positions["COIN"].open_buy
    events = measured(made, DOWN)
    caught = [event for event in events if isinstance(event, OrderUnknown)]
    assert [(event.order, event.reason) for event in caught] == [(waiting, CAUGHT_BY_OUTAGE)]
    orders = made.ledger.orders
    assert orders.known[waiting].status == UNKNOWN
    assert orders.known[working].status == WORKING
    assert orders.known[elsewhere].asked_ns != 0
    assert made.ledger.accounts["main"].positions["COIN"].open_buy == before
    assert measured(made, MAINTENANCE)[-1] != caught[0]


def test_what_is_measured_gets_worse_at_once_and_better_by_steps() -> None:
    assert [next_measured(before, DOWN) for before in VENUE_STATES if before < DOWN] == [DOWN] * 3
    made = world()
    measured(made, DOWN)
    states = []
    for _ in range(4):
        measured(made, HEALTHY, VENUE_ANSWERING)
        states.append(made.ledger.venues["alpha"].state)
    assert states == [CANCEL_ONLY, DEGRADED, HEALTHY, HEALTHY]


def test_what_is_away_as_announced_is_asked_before_it_is_believed() -> None:
    assert next_measured(MAINTENANCE, DOWN) == DOWN
    assert next_measured(MAINTENANCE, HEALTHY) == CANCEL_ONLY


def test_what_people_decided_holds_however_well_the_venue_answers() -> None:
    made = world()
    ordered(made, CANCEL_ONLY)
    measured(made, DEGRADED, VENUE_SLOW)
    measured(made, HEALTHY, VENUE_ANSWERING)
    assert verdict(made.order()).reason == VENUE_CANCEL_ONLY
    moved = ordered(made, HEALTHY, by="bob")[0]
    assert isinstance(moved, VenueMoved)
    assert (moved.state, moved.reason) == (HEALTHY, PERSON_DECIDED)
    assert cleared(made.order()).venue == "alpha"


def test_words_about_a_venue_that_cannot_be_followed_are_refused() -> None:
    made = world()
    made.say(DefineSource(Source("bot", "main", AGENT, ("COIN",))))
    said = [
        (MoveVenue("gamma", DOWN, PERSON_DECIDED, "ann", ""), UNKNOWN_VENUE),
        (MoveVenue("alpha", 9, PERSON_DECIDED, "ann", ""), MALFORMED),
        (MoveVenue("alpha", DOWN, 9_999, "ann", ""), MALFORMED),
        (MoveVenue("alpha", HEALTHY, PERSON_DECIDED, "bot", ""), NOT_A_PERSON),
        (MoveVenue("alpha", HEALTHY, PERSON_DECIDED, "ann", ""), NOTHING_TO_DO),
        (NoteVenuePace("gamma", 1, 0, 0), UNKNOWN_VENUE),
        (NoteVenuePace("alpha", -1, 0, 0), MALFORMED),
    ]
    for command, reason in said:
        (refused,) = made.say(command)
        assert isinstance(refused, CommandRefused)
        assert refused.reason == reason, command
    assert measured(made, HEALTHY) == []


def test_a_paused_venue_gets_no_new_order_until_its_wait_is_over() -> None:
    made = world()
    (paced,) = made.say(NoteVenuePace("alpha", 0, made.time_ns + SECOND, 0))
    assert isinstance(paced, VenuePaced)
    assert made.say(NoteVenuePace("alpha", 0, made.time_ns + SECOND, 0)) == []
    assert verdict(made.order()).reason == VENUE_PAUSED
    made.time_ns += SECOND
    made.quote()
    assert cleared(made.order()).venue == "alpha"


def test_no_more_orders_wait_for_an_answer_than_may() -> None:
    made = world()
    made.say(NoteVenuePace("alpha", 2, 0, 0))
    first = cleared(made.order()).order
    made.order()
    assert made.ledger.venues["alpha"].in_flight == 2
    assert verdict(made.order()).reason == VENUE_BUSY
    made.report(first, REPORT_ACCEPTED)
    assert cleared(made.order()).venue == "alpha"


def rated(reserve: int = 2, orders: int = 8) -> World:
    made = World()
    rate = VenueRate("orders", orders, 10 * SECOND, 1, 1, 0, reserve)
    made.say(DefineVenue(Venue("gamma", ("COIN",), rates=(rate,))))
    made.quote(venue="gamma")
    return made


GAMMA = Terms(price=10_000, venue="gamma")


def test_orders_leave_what_is_reserved_for_cancels() -> None:
    made = rated()
    orders = [cleared(made.order(terms=GAMMA)).order for _ in range(2)]
    assert verdict(made.order(terms=GAMMA)).reason == VENUE_BUDGET_USED
    for order in orders:
        made.report(order, REPORT_ACCEPTED, venue="gamma")
    asked = made.decide(CancelOrders())
    assert len([event for event in asked if isinstance(event, CancelRequested)]) == 2
    bucket = made.ledger.venues["gamma"].budget.buckets[0]
    assert bucket.level_at(made.time_ns) == 0


def test_what_only_reduces_is_not_counted_against_the_rate() -> None:
    made = rated(reserve=3)
    order = cleared(made.order(terms=GAMMA)).order
    made.report(order, 4, venue="gamma", execution_id="x1", quantity=10, price=10_000)
    assert verdict(made.order(terms=GAMMA)).reason == VENUE_BUDGET_USED
    reducing = Terms(price=9_990, venue="gamma", reduce_only=True, time_in_force=IOC)
    assert cleared(made.order(SELL, 10, terms=reducing)).venue == "gamma"


def test_a_rate_comes_back_with_time() -> None:
    made = rated()
    for _ in range(2):
        made.order(terms=GAMMA)
    assert verdict(made.order(terms=GAMMA)).reason == VENUE_BUDGET_USED
    made.time_ns += 3 * SECOND
    made.quote(venue="gamma")
    assert cleared(made.order(terms=GAMMA)).venue == "gamma"


def test_best_price_goes_to_another_venue_when_the_best_takes_no_orders() -> None:
    made = world()
    made.quote(9_995, 10_005)
    anywhere = OrderQuantity("COIN", BUY, 10, Terms(price=10_010))
    assert cleared(made.decide(anywhere)).venue == "alpha"
    measured(made, DOWN)
    assert cleared(made.decide(anywhere)).venue == "beta"
    made.say(MoveVenue("beta", DOWN, VENUE_DISCONNECTED, WATCH, ""))
    assert verdict(made.decide(anywhere)).reason == VENUE_DOWN


def test_every_reason_can_be_measured_and_kept() -> None:
    made = world()
    reasons = (
        VENUE_DISCONNECTED, VENUE_NOT_ANSWERING, VENUE_REJECTING, VENUE_THROTTLED, VENUE_SLOW,
        VENUE_FEED_GAP, VENUE_FROZEN, VENUE_SCHEDULED,
    )  # fmt: skip
    for reason in reasons:
        measured(made, DEGRADED, reason)
        assert made.ledger.venues["alpha"].reason == reason
        measured(made, HEALTHY, VENUE_ANSWERING)


def test_an_order_that_never_left_is_rejected_by_that_reason() -> None:
    made = world()
    order = cleared(made.order()).order
    rejected = made.report(order, REPORT_REJECTED, reason=NEVER_SENT, text="alpha is down")[0]
    assert getattr(rejected, "reason", 0) == NEVER_SENT


def test_a_ledger_out_of_its_state_is_as_well_as_it_was() -> None:
    made = rated()
    made.order(terms=GAMMA)
    made.say(NoteVenueThrottle("gamma", REQUEST_SUBMIT, 1, SECOND, "429"))
    made.say(NoteVenuePace("gamma", 3, made.time_ns + SECOND, 7))
    made.say(MoveVenue("gamma", DOWN, VENUE_DISCONNECTED, WATCH, ""))
    made.say(MoveVenue("gamma", CANCEL_ONLY, PERSON_DECIDED, "ann", ""))
    again = restore(state_of(made.ledger))
    assert digest(again) == digest(made.ledger)
    record = again.venues["gamma"]
    assert (record.state, record.ordered, record.in_flight_max) == (DOWN, CANCEL_ONLY, 3)
    assert isinstance(again, Ledger)
