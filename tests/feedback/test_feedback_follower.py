"""The follower on sessions of a small world: what it hands on, when, and that cutting the entries
into other batches changes nothing."""

import pytest

from interlock.feedback.follower import OutcomeFollower
from interlock.feedback.outcomes import DecisionOutcome, OrderOutcome
from interlock.feedback.quality import Quality, contradictions_of
from interlock.feedback.shortfall import shortfall_of
from interlock.messages.commands import AdvanceTime, DefineAccount, NoteTrade
from interlock.messages.decisions import NamedAction
from interlock.messages.definitions import Account, Instrument
from interlock.messages.encoding import Entry
from interlock.messages.identity import order_id
from interlock.messages.terms import (
    MAKER,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_FILL,
    TAKER,
)
from worlds import COIN, SECOND, World, opening

MS = 1_000_000


class Kept:
    """A follower that keeps what it is handed."""

    def __init__(self) -> None:
        self.orders: list[OrderOutcome] = []
        self.decisions: list[DecisionOutcome] = []
        self.follower = OutcomeFollower(self.orders.append, self.decisions.append)


def followed(entries: list[Entry], batch: int = 1_000_000) -> Kept:
    kept = Kept()
    for start in range(0, len(entries), batch):
        kept.follower(start + 1, entries[start : start + batch])
    kept.follower.finish()
    return kept


def filled_world() -> tuple[World, int]:
    """Decided at 100.00, cleared at 100.02, filled in two parts, and the market then rises."""
    world = World()
    world.quote(9_990, 10_010)
    decided_ns = world.time_ns
    world.time_ns += 3 * MS
    world.quote(9_992, 10_012)
    world.time_ns += MS
    world.order(quantity=10, price=10_020, decided_ns=decided_ns)
    order = order_id(world.sequence - 1, 1)
    world.time_ns += 2 * MS
    world.report(order, REPORT_ACCEPTED, venue_order_id="v1")
    world.say(NoteTrade("COIN", "alpha", 10_012, 4, 1, world.time_ns))
    fields = {"fee": 5, "liquidity": TAKER}
    world.report(order, REPORT_FILL, execution_id="a", quantity=4, price=10_012, **fields)
    world.time_ns += MS
    world.quote(9_996, 10_016)
    world.say(NoteTrade("COIN", "alpha", 10_016, 6, 1, world.time_ns))
    world.report(order, REPORT_FILL, execution_id="b", quantity=6, price=10_016, **fields)
    world.time_ns += 500 * MS
    world.quote(10_000, 10_020)
    world.time_ns += 2 * SECOND
    world.quote(10_010, 10_030)
    world.time_ns += 400 * SECOND
    world.say(AdvanceTime())
    return world, order


def test_an_order_is_handed_on_whole_after_its_last_horizon() -> None:
    world, number = filled_world()
    kept = Kept()
    kept.follower(1, world.entries[:-1])
    assert kept.orders == []
    kept.follower(len(world.entries), world.entries[-1:])
    (order,) = kept.orders
    assert (order.order, order.filled, order.ending) == (number, 10, "filled")
    assert (order.decision_mid_twice, order.arrival_mid_twice) == (20_000, 20_004)
    assert (order.release_mid_twice, order.displayed) == (20_004, 1_000)
    assert order.released_ns - order.decided_ns == 4 * MS
    assert order.answered_ns - order.released_ns == 2 * MS
    assert [made.mid_twice for made in order.fills] == [20_004, 20_012]
    # 100 ms after the fills nothing had moved but the quote between them; a second after, it had.
    assert order.fills[0].mids_later_twice == [20_012, 20_020, 20_040, 20_040, 20_040]
    assert (order.tape_volume, order.tape_value) == (10, 4 * 10_012 + 6 * 10_016)
    parts = shortfall_of(order)
    assert parts.delay_twice == 10 * 4
    assert parts.timing_twice == 6 * 8
    assert parts.spread_twice == 10 * 20
    assert (parts.impact_twice, parts.fees_twice, parts.opportunity_twice) == (0, 20, 0)


def test_a_decision_is_looked_at_again_at_each_horizon() -> None:
    world, _ = filled_world()
    (decision,) = followed(world.entries).decisions
    assert (decision.asked, decision.is_allowed, decision.mid_twice) == (10, True, 20_000)
    assert decision.mids_later_twice == [20_012, 20_020, 20_040, 20_040, 20_040]


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_following_live_and_reading_later_are_equal(batch: int) -> None:
    world, _ = filled_world()
    live, later = followed(world.entries, batch), followed(world.entries)
    assert live.orders == later.orders
    assert live.decisions == later.decisions


def test_a_session_that_ends_early_hands_on_what_it_has() -> None:
    world, number = filled_world()
    kept = followed(world.entries[:-3])
    (order,) = kept.orders
    assert order.order == number
    assert order.fills[0].mids_later_twice[2:] == [0, 0, 0]


def test_busts_and_corrections_change_the_outcome() -> None:
    world = World()
    world.quote()
    world.order(quantity=10, price=10_020)
    number = order_id(world.sequence - 1, 1)
    world.report(number, REPORT_FILL, execution_id="a", quantity=4, price=10_010)
    world.report(number, REPORT_FILL, execution_id="b", quantity=3, price=10_010)
    world.report(number, REPORT_BUST, execution_id="x", reference="a")
    world.report(
        number, REPORT_CORRECTION, execution_id="c", reference="b", quantity=2, price=10_015
    )
    world.report(number, REPORT_CANCELLED)
    (order,) = followed(world.entries).orders
    assert [(made.execution_id, made.quantity, made.price) for made in order.fills] == [
        ("c", 2, 10_015)
    ]
    assert (order.ending, order.filled) == ("cancelled", 2)


def restated(bust_after_ns: int) -> Quality:
    """A session whose only fill is taken back that long after its order had ended."""
    world = World()
    world.quote()
    world.order(quantity=10, price=10_020)
    number = order_id(world.sequence - 1, 1)
    world.report(number, REPORT_FILL, execution_id="a", quantity=10, price=10_020)
    world.time_ns += bust_after_ns
    world.quote()
    world.report(number, REPORT_BUST, execution_id="x", reference="a")
    quality = Quality()
    quality.begin("here")
    quality.add_all(enumerate(world.entries, start=1))
    quality.finish()
    return quality


def test_a_late_bust_restates_the_cost_and_is_said() -> None:
    in_time, too_late = restated(SECOND), restated(301 * SECOND)
    ((_, group),) = in_time.scorecards.of("all")
    assert (group.total_twice, group.filled_lots) == (0, 0)
    assert (in_time.restated, in_time.late_changes) == (1, 0)
    # After its last horizon an outcome has been handed on: what is not in it is counted.
    ((_, group),) = too_late.scorecards.of("all")
    assert group.filled_lots == 10
    assert (too_late.restated, too_late.late_changes) == (0, 1)


def test_money_of_different_currencies_is_never_added() -> None:
    euro = Instrument("RAIL", "EUR", 3, 2, 1, 0, 1)
    commands = opening(instruments=(COIN, euro))
    account = Account("main", (("USD", 2, 10**8), ("EUR", 3, 10**9)))
    world = World(
        [DefineAccount(account) if isinstance(one, DefineAccount) else one for one in commands]
    )
    for symbol, name in (("COIN", "a"), ("RAIL", "b")):
        world.quote(instrument=symbol)
        world.order(instrument=symbol, quantity=10, price=10_010)
        number = order_id(world.sequence - 1, 1)
        world.report(number, REPORT_FILL, execution_id=name, quantity=10, price=10_010, fee=7)
    quality = Quality()
    quality.begin("here")
    quality.add_all(enumerate(world.entries, start=1))
    quality.finish()
    groups = {group.currency: group for _, group in quality.scorecards.of("all")}
    # A tick on a lot is a cent, or ten thousandths of a euro: ten lots ten ticks beyond the mid.
    assert {name: group.total_twice for name, group in groups.items()} == {
        "USD": 2 * (100 + 7),
        "EUR": 2 * (1_000 + 7),
    }
    assert {currency for _, _, currency in quality.attributions.releases} == {"USD", "EUR"}
    assert sorted(currency for _, currency in quality.loads.figures) == ["EUR", "USD"]


def test_a_fill_after_the_end_is_counted_and_is_a_contradiction() -> None:
    world = World()
    world.quote()
    world.order(quantity=10, price=10_020)
    number = order_id(world.sequence - 1, 1)
    world.report(number, REPORT_CANCELLED)
    world.time_ns += MS
    world.report(number, REPORT_FILL, execution_id="late", quantity=4, price=10_030)
    (order,) = followed(world.entries).orders
    assert contradictions_of(order) == [
        "filled 4 lots after it had been cancelled",
        "filled at 10030 ticks, its limit was 10020",
    ]


def test_an_order_that_joins_the_touch_knows_the_queue_before_it() -> None:
    world = World()
    world.quote(9_990, 10_010, quantity=70)
    world.order(quantity=5, price=9_990)
    number = order_id(world.sequence - 1, 1)
    world.report(number, REPORT_FILL, execution_id="a", quantity=5, price=9_990, liquidity=MAKER)
    (order,) = followed(world.entries).orders
    assert (order.queued, order.release_far) == (70, 10_010)


def test_what_has_no_outcome_is_owed_one_and_says_why() -> None:
    world = World()
    world.quote()
    world.order(quantity=5, price=9_980)
    world.decide(NamedAction("notify", {"text": "hello"}))
    quality = Quality()
    quality.begin("here")
    quality.add_all(enumerate(world.entries, start=1))
    quality.finish()
    assert (quality.actions, quality.measured, quality.coverage_bps) == (2, 0, 0)
    assert [owed.why for owed in quality.owed] == [
        "it has not ended",
        "nobody has said how the action ended",
    ]


def test_a_refused_decision_has_a_worth_and_no_order() -> None:
    world = World()
    world.quote()
    world.order(quantity=90_000, price=10_010)
    world.time_ns += SECOND // 2
    world.quote(10_000, 10_020)
    world.time_ns += 400 * SECOND
    world.say(AdvanceTime())
    kept = followed(world.entries)
    (decision,) = kept.decisions
    assert kept.orders == []
    assert (decision.is_allowed, decision.asked) == (False, 90_000)
    assert decision.mids_later_twice == [20_000, 20_020, 20_020, 20_020, 20_020]
