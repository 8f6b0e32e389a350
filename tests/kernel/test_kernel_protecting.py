"""What has happened stops what would follow from it, when it happens: losses and drawdowns by fills
and by prices, executions, rejects, and a changed limit; by halting or by letting only what reduces.
"""

from typing import Any

import pytest

from interlock.kernel.invariants import audit
from interlock.kernel.step import Kernel
from interlock.ledger.state import digest, restore, state_of
from interlock.messages.approvals import LimitChanged, ProposeLimitChange
from interlock.messages.commands import AdvanceTime, OpenSession, SetLimit
from interlock.messages.decisions import Terms
from interlock.messages.definitions import Answer, Limit
from interlock.messages.encoding import decode_plain, encode
from interlock.messages.events import CancelRequested, DecisionJudged, HaltTripped, OrderCleared
from interlock.messages.flags import ACTS_AT_ONCE, CURRENT
from interlock.messages.reasons import (
    HALT_CANCEL,
    HALTED,
    LOSS_ABOVE_LIMIT,
    NONE,
    PROTECTION_FROZEN,
    REDUCE_ONLY,
)
from interlock.messages.terms import (
    BUY,
    HALT,
    REFUSE,
    REPORT_ACCEPTED,
    REPORT_BUST,
    REPORT_FILL,
    REPORT_REJECTED,
    SELL,
)
from worlds import World, opening

PRICE = 10_000
ONLY_REDUCING = Answer(HALT, reduce_only=True)


def armed(control: str, scope: str, answer: Answer | None = None, **values: Any) -> Limit:
    currency = "USD" if "loss_max" in values or "value_max" in values else ""
    return Limit(control, scope, values, "", currency, "risk", "test", answer or Answer())


def quoted(*limits: Limit, flags: tuple[int, ...] = CURRENT) -> World:
    commands = opening()
    commands[0] = OpenSession("test", "session-1", 7, "test", flags, "")
    world = World(commands)
    for each in limits:
        world.say(SetLimit(each, "risk"))
    world.quote()
    world.quote(instrument="GOLD")
    return world


def filled(world: World, side: int, quantity: int, price: int = PRICE) -> list[Any]:
    order = world.order(side, quantity, price)[-1].order
    return world.report(
        order, REPORT_FILL, execution_id=f"e{order}", quantity=quantity, price=price
    )


def resting(world: World, price: int = 9_980, **fields: Any) -> int:
    order = world.order(BUY, 1, price, **fields)[-1].order
    world.report(order, REPORT_ACCEPTED)
    return int(order)


def trips(events: list[Any]) -> list[tuple[str, str, bool]]:
    return [
        (event.scope, event.by, event.reduce_only)
        for event in events
        if isinstance(event, HaltTripped)
    ]


def verdict(events: list[Any]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


LOSS = {"loss_max": 1_000, "marked": 1, "day_start_ms": 0}
SCOPES = ("firm", "account:main", "source:model")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_price_that_brings_a_loss_halts_its_scope_and_takes_back_what_works(scope: str) -> None:
    world = quoted(armed("daily_loss", scope, **LOSS))
    filled(world, BUY, 100)
    order = resting(world)
    # A hundred lots ten ticks lower are the loss that may be; a tick more is beyond it.
    assert world.quote(9_980, 10_000) == []
    events = world.quote(9_979, 9_999)
    assert trips(events) == [(scope, "control:daily_loss", False)]
    assert events[0].text.endswith("was breached by 1100, allowed 1000: test")
    assert [(event.order, event.reason) for event in events[1:]] == [(order, HALT_CANCEL)]
    assert audit(world.ledger) == []
    # The price goes on falling: what is stopped is not stopped again.
    assert world.quote(9_900, 9_920) == []
    assert verdict(world.order()).reason in (HALTED, LOSS_ABOVE_LIMIT)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_fill_that_realises_a_loss_halts_its_scope(side: int) -> None:
    world = quoted(armed("daily_loss", "source:model", **{**LOSS, "marked": 0}))
    filled(world, side, 100)
    worse = PRICE - 20 if side == BUY else PRICE + 20
    assert trips(filled(world, 3 - side, 50, worse)) == []
    events = filled(world, 3 - side, 1, worse)
    assert trips(events) == [("source:model", "control:daily_loss", False)]
    assert events[-1].source == "model"


def test_the_fall_from_the_best_of_the_day_halts_where_the_day_is_in_profit() -> None:
    world = quoted(
        armed("daily_loss", "account:main", **LOSS), armed("drawdown", "account:main", **LOSS)
    )
    filled(world, BUY, 100)
    assert world.quote(10_090, 10_110) == []
    assert world.quote(10_080, 10_100) == []
    assert trips(world.quote(10_079, 10_099)) == [("account:main", "control:drawdown", False)]


def test_a_loss_may_leave_a_scope_to_reduce() -> None:
    world = quoted(armed("daily_loss", "account:main", ONLY_REDUCING, **LOSS))
    filled(world, BUY, 100)
    adding = resting(world)
    closing = Terms(price=10_500, venue="alpha", reduce_only=True)
    order = world.order(SELL, 10, terms=closing)[-1].order
    world.report(order, REPORT_ACCEPTED)
    events = world.quote(9_970, 9_990)
    assert trips(events) == [("account:main", "control:daily_loss", True)]
    # What may only reduce is left to work.
    assert [event.order for event in events if isinstance(event, CancelRequested)] == [adding]
    # What is not reduce-only by its terms may reduce as well, and not flip.
    assert verdict(world.order(BUY, 1)).reason in (REDUCE_ONLY, LOSS_ABOVE_LIMIT)
    assert world.ledger.halts["account:main"].reduce_only
    reduced = world.order(SELL, 90, terms=Terms(price=9_970, venue="alpha", reduce_only=True))
    assert isinstance(reduced[-1], OrderCleared)
    flipped = world.order(SELL, 1, terms=Terms(price=9_970, venue="alpha", reduce_only=True))
    assert verdict(flipped).severity >= REFUSE


def test_a_harder_halt_is_not_made_weaker_by_a_loss_that_only_lets_reduce() -> None:
    world = quoted(
        armed("daily_loss", "account:main", **LOSS),
        armed("drawdown", "account:main", ONLY_REDUCING, **LOSS),
    )
    filled(world, BUY, 100)
    assert len(trips(world.quote(9_970, 9_990))) == 2
    assert not world.ledger.halts["account:main"].reduce_only


def test_a_limit_that_is_tightened_below_the_loss_of_the_day_acts_at_once() -> None:
    world = quoted(armed("daily_loss", "account:main", **{**LOSS, "loss_max": 10_000}))
    filled(world, BUY, 100)
    assert world.quote(9_970, 9_990) == []
    tighter = armed("daily_loss", "account:main", **LOSS)
    events = world.say(ProposeLimitChange(tighter, "ann", "too much"))
    assert isinstance(events[0], LimitChanged)
    assert trips(events) == [("account:main", "control:daily_loss", False)]


def test_a_taken_back_trade_that_leaves_a_loss_halts() -> None:
    world = quoted(armed("daily_loss", "account:main", **{**LOSS, "marked": 0}))
    filled(world, BUY, 60)
    order = world.order(SELL, 60, 10_040)[-1].order
    world.report(order, REPORT_FILL, execution_id="a", quantity=60, price=10_040)
    other = world.order(BUY, 60, 10_060)[-1].order
    world.report(other, REPORT_FILL, execution_id="b", quantity=60, price=10_060)
    assert world.ledger.halts == {}
    events = world.report(order, REPORT_BUST, reference="a")
    assert audit(world.ledger) == []
    assert len(trips(events)) <= 1


def test_the_reject_too_many_in_a_row_halts_with_what_works() -> None:
    world = quoted(armed("reject_streak", "venue:alpha", count_max=2))
    order = resting(world)
    for _ in range(2):
        refused = world.order()[-1].order
        assert trips(world.report(refused, REPORT_REJECTED)) == []
    refused = world.order()[-1].order
    events = world.report(refused, REPORT_REJECTED)
    assert trips(events) == [("venue:alpha", "control:reject_streak", False)]
    assert [event.order for event in events if isinstance(event, CancelRequested)] == [order]


@pytest.mark.parametrize(("answer", "expected"), [(Answer(HALT), 1), (Answer(), 0)])
def test_rejects_in_a_window_pause_or_halt_as_their_limit_says(
    answer: Answer, expected: int
) -> None:
    world = quoted(armed("reject_rate", "source:model", answer, count_max=1, window_ms=1_000))
    refused = [world.order()[-1].order for _ in range(2)]
    assert trips(world.report(refused[0], REPORT_REJECTED)) == []
    assert len(trips(world.report(refused[1], REPORT_REJECTED))) == expected
    assert verdict(world.order()).severity >= REFUSE
    world.say(AdvanceTime(), 1_000_000_000)
    assert (verdict(world.order()).reason == NONE) == (expected == 0)


def test_the_execution_too_many_halts() -> None:
    world = quoted(armed("repeated_execution", "release:r1", count_max=2, window_ms=1_000))
    filled(world, BUY, 1)
    assert trips(filled(world, SELL, 1)) == []
    assert trips(filled(world, BUY, 1)) == [("release:r1", "control:repeated_execution", False)]


def test_whoever_lifts_it_begins_a_new_count() -> None:
    world = quoted(armed("daily_loss", "account:main", **LOSS))
    filled(world, BUY, 100)
    world.quote(9_970, 9_990)
    world.lift("account:main", "bob")
    assert world.ledger.halts == {}
    assert world.quote(9_960, 9_980) == []
    assert trips(world.quote(9_959, 9_979)) == [("account:main", "control:daily_loss", False)]


def test_a_protection_freezes_once_and_takes_quotes_back_once() -> None:
    values = {"window_ms": 1_000, "frozen_ms": 500, "quantity_max": 10, "delta_max": 10**6,
              "value_max": 10**9}  # fmt: skip
    limit = Limit("market_maker_protection", "account:main", values, "COIN", "", "risk", "test")
    world = quoted(limit)
    order = resting(world)
    orders = [world.order(BUY, 6)[-1].order for _ in range(3)]
    taken = [
        world.report(number, REPORT_FILL, execution_id=f"e{number}", quantity=6, price=PRICE)
        for number in orders
    ]
    asked = [
        [(event.order, event.reason) for event in events if isinstance(event, CancelRequested)]
        for events in taken
    ]
    assert asked == [[], [(order, PROTECTION_FROZEN), (orders[2], PROTECTION_FROZEN)], []]


def test_a_restart_forgets_no_loss() -> None:
    world = quoted(armed("daily_loss", "firm", **LOSS))
    filled(world, BUY, 100)
    world.quote(9_980, 10_000)
    kept = decode_plain(encode(state_of(world.ledger)))
    world.kernel = Kernel(restore(kept), {})
    assert digest(world.ledger) == digest(restore(kept))
    assert len(trips(world.quote(9_979, 9_999))) == 1


def test_a_session_that_began_before_acts_when_the_next_order_comes() -> None:
    flags = tuple(flag for flag in CURRENT if flag != ACTS_AT_ONCE)
    world = quoted(
        armed("daily_loss", "firm", **LOSS),
        armed("reject_streak", "venue:alpha", count_max=0),
        flags=flags,
    )
    filled(world, BUY, 100)
    assert world.quote(9_900, 9_920) == []
    assert trips(world.order()) == [("firm", "control:daily_loss", False)]
