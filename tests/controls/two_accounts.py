"""A session of two accounts, three sources and two currencies, with limits that never bind."""

from typing import Any

from interlock.messages.commands import (
    ActivateRelease,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    OpenSession,
    SetLimit,
)
from interlock.messages.definitions import Account, Bounds, Instrument, Limit, Source, Venue
from interlock.messages.events import DecisionJudged, Event, OrderCleared
from interlock.messages.flags import CURRENT
from interlock.messages.terms import (
    RELEASE_ACTIVE,
    REPORT_FILL,
)
from worlds import World

COIN = Instrument("COIN", "USD", 2, 2, 1, 0, 1)
GOLD = Instrument("GOLD", "USD", 2, 2, 1, 0, 1, multiplier=3)
EURO = Instrument("EURO", "EUR", 3, 2, 1, 0, 1)
SYMBOLS = ("COIN", "GOLD", "EURO")
PRICE = 10_000
OPEN = {"long_max": 10**6, "short_max": 10**6}
WIDE: dict[str, dict[str, Any]] = {
    "market_data": {"age_ms": 86_400_000},
    "price_collar": {"bps": 10_000, "passive_bps": 10_000},
    "order_quantity": {"quantity_max": 10**6},
    "order_value": {"value_max": 10**12},
    "position": OPEN,
}


def armed(control: str, scope: str, currency: str = "", **parameters: Any) -> SetLimit:
    return SetLimit(Limit(control, scope, parameters, "", currency, "risk", "test"), "risk")


def beginning(*limits: SetLimit) -> list[Command]:
    cash = (("USD", 2, 10**8), ("EUR", 3, 10**8))
    return [
        OpenSession("test", "session-1", 7, "test", CURRENT, "", Bounds()),
        *(DefineInstrument(made) for made in (COIN, GOLD, EURO)),
        DefineVenue(Venue("alpha", SYMBOLS)),
        DefineAccount(Account("main", cash, (("GOLD", 4, 120_000),))),
        DefineAccount(Account("second", cash)),
        DefineSource(Source("model", "main", instruments=SYMBOLS)),
        DefineSource(Source("other", "main", instruments=SYMBOLS)),
        DefineSource(Source("third", "second", instruments=SYMBOLS)),
        ActivateRelease("r1", 1, RELEASE_ACTIVE, "release"),
        *(armed(name, "firm", **values) for name, values in WIDE.items()),
        *limits,
    ]


def trading(*limits: SetLimit) -> World:
    world = World(beginning(*limits))
    for symbol in SYMBOLS:
        world.quote(instrument=symbol)
    return world


def verdict(events: list[Event]) -> DecisionJudged:
    (found,) = [event for event in events if isinstance(event, DecisionJudged)]
    return found


def order(
    world: World, source: str, side: int, quantity: int, symbol: str = "COIN", price: int = PRICE
) -> list[Event]:
    return world.order(side, quantity, price, instrument=symbol, source=source)


def filled(world: World, source: str, side: int, quantity: int, symbol: str = "COIN") -> None:
    made = order(world, source, side, quantity, symbol)[-1]
    assert isinstance(made, OrderCleared), made
    world.report(made.order, REPORT_FILL, execution_id="e", quantity=quantity, price=PRICE)
