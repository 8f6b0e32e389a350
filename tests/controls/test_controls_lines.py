"""Lines of one decision count together: what each limit sees of the third line is what it would see
had the first two been orders.
"""

from typing import Any, NamedTuple

import pytest

from controls.cases import armed, quoted
from controls.test_controls_bounds import findings_on, verdict
from interlock.messages.commands import OpenSession
from interlock.messages.decisions import Basket, OrderQuantity, Terms
from interlock.messages.events import Event
from interlock.messages.flags import CURRENT, WHOLE_ASKS
from interlock.messages.reasons import NONE
from interlock.messages.terms import ALLOW, BUY, REFUSE, SELL
from worlds import World, opening

FAR = 987_654_321
LONG = 10**6
DAY = {"day_start_ms": 0, "warn_bps": 10_000}
# Bought and sold far from each other, so that none would trade with another.
BOUGHT = Terms(price=9_900, venue="alpha")
SOLD = Terms(price=10_100, venue="alpha")
LINES = (
    OrderQuantity("GOLD", BUY, 17, BOUGHT),
    OrderQuantity("COIN", BUY, 5, BOUGHT),
    OrderQuantity("COIN", SELL, 7, SOLD),
    OrderQuantity("COIN", BUY, 11, BOUGHT),
    OrderQuantity("COIN", SELL, 13, SOLD),
)


REQUIRED = ("market_data", "price_collar", "order_quantity", "order_value", "position")


class Row(NamedTuple):
    """What a limit sees of each line."""

    control: str
    seen: tuple[int, ...]
    parameters: dict[str, Any]
    scope: str = "firm"
    instrument: str = ""
    currency: str = ""


ROWS = (
    Row("daily_quantity", (5, 12, 23, 36), {"quantity_max": FAR, **DAY}, instrument="COIN"),
    Row("daily_quantity", (5, 12, 23, 36), {"quantity_max": FAR, **DAY}, "source:model", "COIN"),
    Row(
        "daily_value",
        (49_500, 120_700, 228_900, 361_300),
        {"value_max": FAR, **DAY},
        instrument="COIN",
    ),
    Row(
        "order_to_trade", (1, 2, 3, 4, 5), {"ratio_max": FAR, "messages_min": 0, "day_start_ms": 0}
    ),
    Row("message_rate", (1, 2, 3, 4, 5), {"count_max": FAR, "window_ms": LONG}),
    Row("open_orders", (1, 2, 3, 4, 5), {"count_max": FAR}),
    Row("position", (5, 7, 16, 20), {"long_max": FAR, "short_max": FAR}, instrument="COIN"),
    Row("position", (5, 7, 16, 20), {"long_max": FAR, "short_max": FAR}, "account:main", "COIN"),
    Row("position", (5, 7, 16, 20), {"long_max": FAR, "short_max": FAR}, "source:model", "COIN"),
    Row(
        "gross_exposure",
        (170_000, 220_000, 240_000, 330_000, 370_000),
        {"value_max": FAR},
        "account:main",
        currency="USD",
    ),
    Row(
        "net_exposure",
        (170_000, 220_000, 70_000, 330_000, 200_000),
        {"value_max": FAR},
        currency="USD",
    ),
    Row(
        "concentration",
        (10_000, 2_273, 2_917, 4_849, 5_406),
        {"floor": 0, "share_bps": FAR},
        currency="USD",
    ),
    Row(
        "cash",
        (99_831_683, 99_782_178, 100_000_000, 99_673_267, 100_000_000),
        {"minimum": -FAR},
        "account:main",
        currency="USD",
    ),
    Row(
        "order_quantity",
        (5, 7, 16, 20),
        {"quantity_max": FAR, "window_ms": 1_000},
        "source:model",
        "COIN",
    ),
    Row(
        "order_value",
        (49_500, 70_700, 158_400, 202_000),
        {"value_max": FAR, "window_ms": 1_000},
        "source:model",
        "COIN",
    ),
    Row(
        "volume_share",
        (5, 7, 16, 20),
        {"daily_volume": FAR, "share_bps": 10_000, "window_ms": 1_000},
        instrument="COIN",
    ),
    Row("short_sale", (0, 7, 0, 20), {"located": FAR, "uptick": 0}, "account:main", "COIN"),
    Row(
        "decision_value",
        (528_700, 528_700, 528_700, 528_700, 528_700),
        {"value_max": FAR},
        currency="USD",
    ),
    Row("decision_quantity", (36, 36, 36, 36), {"quantity_max": FAR}, instrument="COIN"),
    Row(
        "release_envelope",
        (1, 2, 3, 4, 5),
        {"orders_max": FAR, "instruments_max": 10, "venues_max": 10},
        "release:r1",
    ),
)


def seen_of(world: World, events: list[Event], control: str) -> tuple[int, ...]:
    """What the wide limit observed, line by line; the opening's own of the same name aside."""
    found = findings_on(world, events, control)
    return tuple(observed for _, observed, bound in found if abs(bound) == FAR)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.control} {row.scope}")
def test_each_line_is_seen_with_those_before_it(row: Row) -> None:
    world = quoted(limits=REQUIRED)
    world.say(armed(row.control, row.scope, row.instrument, row.currency, **row.parameters))
    events = world.decide(Basket(LINES))
    assert verdict(events).reason == NONE
    assert seen_of(world, events, row.control) == row.seen


def test_lines_that_trade_at_once_take_together() -> None:
    world = quoted(limits=REQUIRED)
    world.say(armed("liquidity", share_bps=10_000))
    at_ask = Terms(price=10_010, venue="alpha")
    at_bid = Terms(price=9_990, venue="alpha")
    lines = (
        OrderQuantity("COIN", BUY, 400, at_ask),
        OrderQuantity("GOLD", BUY, 50, at_ask),
        OrderQuantity("COIN", BUY, 600, at_ask),
    )
    world.say(armed("order_quantity", quantity_max=1_000))
    world.say(armed("order_value", value_max=10**9))
    world.say(armed("position", long_max=10_000, short_max=10_000))
    events = world.decide(Basket(lines))
    seen = [(400, 1_000), (50, 1_000), (1_000, 1_000)]
    assert [found[1:] for found in findings_on(world, events, "liquidity")] == seen
    more = (*lines, OrderQuantity("GOLD", SELL, 1_001, at_bid))
    events = world.decide(Basket(more))
    last = findings_on(world, events, "liquidity")[-1]
    assert last == (REFUSE, 1_001, 1_000)


def test_another_instrument_or_venue_of_the_same_basket_is_one_more() -> None:
    terms = Terms(price=9_900, venue="alpha")
    elsewhere = Terms(price=9_900, venue="beta")
    for limits, line, seen in (
        ({"instruments_max": 1, "venues_max": 9}, OrderQuantity("GOLD", BUY, 1, terms), 2),
        ({"instruments_max": 9, "venues_max": 1}, OrderQuantity("COIN", BUY, 2, elsewhere), 2),
    ):
        world = quoted(limits=REQUIRED)
        world.quote(venue="beta")
        world.say(armed("release_envelope", "release:r1", orders_max=9, **limits))
        events = world.decide(Basket((OrderQuantity("COIN", BUY, 1, terms), line)))
        found = findings_on(world, events, "release_envelope")
        assert found == [(ALLOW, 1, 9), (REFUSE, seen, 1)]


def test_the_same_line_again_is_a_repetition() -> None:
    """One left before, two more of the same decision: the third is seen with both."""
    world = quoted(limits=REQUIRED)
    world.say(armed("identical_orders", count_max=3, window_ms=LONG))
    terms = Terms(price=9_900, venue="alpha")
    same = OrderQuantity("COIN", BUY, 1, terms)
    world.decide(same)
    events = world.decide(Basket((same, same)))
    assert findings_on(world, events, "identical_orders") == [(ALLOW, 2, 3), (ALLOW, 3, 3)]


def test_before_lines_were_not_netted_a_sale_made_room_for_a_purchase() -> None:
    """Journals that lack the flag are judged as they ran."""
    before = tuple(flag for flag in CURRENT if flag != WHOLE_ASKS)
    seen = {}
    for flags in (CURRENT, before):
        first, *rest = opening(limits=REQUIRED)
        assert isinstance(first, OpenSession)
        world = World([OpenSession("test", "session-1", 7, "test", flags, ""), *rest])
        world.say(armed("net_exposure", currency="USD", value_max=FAR))
        world.quote()
        world.quote(instrument="GOLD")
        terms = Terms(price=10_000, venue="alpha")
        lines = [
            OrderQuantity("GOLD", SELL, 30, terms),
            OrderQuantity("COIN", BUY, 10, terms),
            OrderQuantity("COIN", SELL, 4, Terms(price=10_010, venue="alpha")),
        ]
        seen[flags] = seen_of(world, world.decide(Basket(tuple(lines))), "net_exposure")
    assert seen[CURRENT] == (300_000, 100_000, 340_000)
    assert seen[before] == (300_000, -200_000, 340_000)
