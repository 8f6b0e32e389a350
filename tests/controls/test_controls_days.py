"""What a day adds up to, and what is meant: to the last lot, cent and message, on both sides of the
bound, with amends that add nothing.
"""

from typing import Any

import pytest

from controls.cases import armed, filled, quoted
from controls.test_controls_bounds import findings_on, verdict
from controls.two_accounts import order, trading
from interlock.messages.commands import SetLimit
from interlock.messages.decisions import Basket, OrderQuantity, ReplaceOrder, Terms
from interlock.messages.definitions import Limit
from interlock.messages.findings import findings_of
from interlock.messages.reasons import DAILY_LIMIT_NEAR, INTENT_MISSING, NONE
from interlock.messages.terms import ALLOW, BUY, REFUSE, REPORT_ACCEPTED, SELL, WARN
from worlds import World, limit

DAY = {"day_start_ms": 0}
FAR = 10**9
AT = Terms(price=10_000, venue="alpha")


def resting(world: World, quantity: int, price: int = 9_980) -> int:
    number = int(world.order(BUY, quantity, price)[-1].order)
    world.report(number, REPORT_ACCEPTED)
    return number


@pytest.mark.parametrize(
    ("scope", "seen"), [("firm", 18), ("instrument:COIN", 18), ("account:main", 14)]
)
def test_both_sides_of_all_that_works_in_a_scope_count_for_its_day(scope: str, seen: int) -> None:
    values = {"quantity_max": FAR, "warn_bps": 10_000, **DAY}
    world = trading(SetLimit(Limit("daily_quantity", scope, values, "COIN"), "risk"))
    order(world, "model", BUY, 8, price=9_900)
    order(world, "model", SELL, 5, price=10_100)
    order(world, "third", BUY, 4, price=9_900)
    events = order(world, "model", BUY, 1, price=9_900)
    assert findings_on(world, events, "daily_quantity") == [(ALLOW, seen, FAR)]


@pytest.mark.parametrize(
    ("control", "bound", "unit"),
    [("daily_quantity", "quantity_max", 1), ("daily_value", "value_max", 10_000)],
)
def test_a_day_warns_from_its_share_passes_at_its_bound_and_refuses_beyond(
    control: str, bound: str, unit: int
) -> None:
    most = 20 * unit
    for quantity, severity in ((9, ALLOW), (10, WARN), (20, WARN), (21, REFUSE)):
        world = quoted(armed(control, instrument="COIN", warn_bps=5_000, **{bound: most}, **DAY))
        events = world.order(BUY, quantity)
        assert findings_on(world, events, control) == [(severity, quantity * unit, most)]
        if severity == WARN:
            assert verdict(events).reason == DAILY_LIMIT_NEAR


def test_an_amend_to_less_passes_a_day_that_is_full() -> None:
    for control, bound, seen in (
        ("daily_quantity", {"quantity_max": 1}, 10),
        ("daily_value", {"value_max": 10_000}, 100_000),
    ):
        world = quoted(armed(control, instrument="COIN", warn_bps=10_000, **DAY,
                             **dict.fromkeys(bound, FAR)))  # fmt: skip
        number = resting(world, 10)
        world.say(armed(control, instrument="COIN", warn_bps=10_000, **bound, **DAY))
        events = world.decide(ReplaceOrder(number, 9, 9_980))
        assert findings_on(world, events, control) == [(WARN, seen, *bound.values())]
        assert verdict(events).severity == WARN
        events = world.decide(ReplaceOrder(number, 11, 9_980))
        assert findings_on(world, events, control)[0][0] == REFUSE


def test_a_day_that_may_bring_nothing_is_passed_by_a_cent() -> None:
    world = quoted(armed("daily_value", instrument="COIN", value_max=0, warn_bps=10_000, **DAY))
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    events = world.order(BUY, 1, 1)
    assert findings_on(world, events, "daily_value") == [(REFUSE, 1, 0)]


def test_messages_are_divided_by_the_trades_and_a_part_counts_as_one() -> None:
    world = quoted(armed("order_to_trade", ratio_max=2, messages_min=5, **DAY))
    filled(world, BUY, 1)
    filled(world, BUY, 1)
    seen = []
    for _ in range(5):
        seen += findings_on(world, world.order(), "order_to_trade")
    # Five messages are judged by nobody; the sixth is three to a trade.
    assert seen == [(ALLOW, 2, 2), (ALLOW, 2, 2), (ALLOW, 3, 2), (REFUSE, 3, 2), (REFUSE, 3, 2)]
    assert all(type(observed) is int for _, observed, _ in seen)


def test_figures_are_whole_numbers() -> None:
    world = quoted(
        armed("spread", spread_bps=10_000),
        armed("volume_share", instrument="COIN", daily_volume=1_999, share_bps=101),
        armed("concentration", currency="USD", floor=0, share_bps=10_000),
    )
    world.quote(9_990, 10_011)
    events = world.order(BUY, 3)
    assert all(type(figure) is int for figure in verdict(events).figures)
    # 21 of 10,000 and a half are 20.99 basis points; a hundred-and-first of 19.99 lots is 20.
    assert findings_on(world, events, "spread") == [(ALLOW, 21, 10_000)]
    assert findings_on(world, events, "volume_share") == [(ALLOW, 3, 20)]


@pytest.mark.parametrize("window", [{}, {"window_ms": 1_000}])
def test_an_amend_is_held_to_a_share_of_the_volume_by_what_it_becomes(window: Any) -> None:
    def share(quantity: int) -> Any:
        return armed("volume_share", instrument="COIN", daily_volume=quantity, share_bps=10_000,
                     **window)  # fmt: skip

    world = quoted(share(100))
    number = resting(world, 10)
    world.say(share(5))
    events = world.decide(ReplaceOrder(number, 9, 9_980))
    assert findings_on(world, events, "volume_share") == [(ALLOW, 9, 5)]
    events = world.decide(ReplaceOrder(number, 12, 9_980))
    assert findings_on(world, events, "volume_share")[0][:2] == (REFUSE, 12)
    events = world.order(BUY, 6)
    assert findings_on(world, events, "volume_share")[0][0] == REFUSE


def meaning(text: str) -> dict[str, dict[str, str]]:
    return {"evidence": {"intended_value": text}}


@pytest.mark.parametrize(
    ("text", "severity", "bound"),
    [
        # Ten at 101.00 are 1,010.00, one percent more than a thousand.
        ("1000.00", ALLOW, 100_000),
        ("999.99", REFUSE, 99_999),
        ("1020.20", ALLOW, 102_020),
        ("1020.21", REFUSE, 102_021),
        ("2020.00", REFUSE, 202_000),
    ],
)
def test_what_is_meant_may_be_off_by_its_tolerance_either_way(
    text: str, severity: int, bound: int
) -> None:
    world = quoted(armed("intent", instrument="COIN", value_min=0, tolerance_bps=100))
    events = world.order(BUY, 10, 10_100, **meaning(text))
    assert findings_on(world, events, "intent") == [(severity, 101_000, bound)]


def test_what_is_meant_is_the_whole_of_a_basket() -> None:
    world = quoted(armed("intent", instrument="COIN", value_min=0, tolerance_bps=0))
    lines = (OrderQuantity("COIN", BUY, 1, AT), OrderQuantity("GOLD", BUY, 2, AT))
    events = world.decide(Basket(lines), **meaning("300.00"))
    assert findings_on(world, events, "intent") == [(ALLOW, 30_000, 30_000)]


def test_what_is_meant_must_be_said_of_a_cent_and_not_of_nothing() -> None:
    world = quoted(armed("intent", instrument="COIN", value_min=0, tolerance_bps=0))
    world.say(limit("price_collar", bps=10_000, passive_bps=10_000))
    events = world.order(BUY, 1, 1)
    assert findings_on(world, events, "intent") == [(REFUSE, 1, 0)]
    number = int(world.order(BUY, 5, 9_980, **meaning("499.00"))[-1].order)
    world.report(number, REPORT_ACCEPTED)
    events = world.decide(ReplaceOrder(number, 4, 9_980))
    assert findings_on(world, events, "intent") == [(ALLOW, 0, 0)]
    assert verdict(events).reason == NONE
    events = world.order(BUY, 1, **meaning("a hundred"))
    assert findings_on(world, events, "intent") == [(REFUSE, 0, 0)]
    assert INTENT_MISSING in [found.reason for found in findings_of(verdict(events))]


def test_a_loss_is_from_where_the_day_began_and_a_drawdown_from_its_best() -> None:
    for control, seen in (("daily_loss", 50), ("drawdown", 450)):
        world = quoted(armed(control, currency="USD", loss_max=FAR, marked=1, **DAY))
        filled(world, BUY, 10)
        world.quote(10_030, 10_050)
        world.quote(9_985, 10_005)
        assert findings_on(world, world.order(), control) == [(ALLOW, seen, FAR)]


def test_an_account_is_short_of_what_it_holds_itself() -> None:
    short = Limit("short_sale", "account:main", {"located": 9, "uptick": 0}, "COIN")
    world = trading(SetLimit(short, "risk"))
    order(world, "third", BUY, 30)
    order(world, "model", SELL, 5)
    events = order(world, "model", SELL, 2)
    assert findings_on(world, events, "short_sale") == [(ALLOW, 7, 9)]


def test_a_price_at_the_mid_is_held_to_the_side_that_trades() -> None:
    world = quoted()
    for side in (BUY, SELL):
        events = world.order(side, 1, 10_000)
        assert findings_on(world, events, "price_collar") == [(ALLOW, 0, 500)]
