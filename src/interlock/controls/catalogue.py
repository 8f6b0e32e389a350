"""The catalogue: every control that a session can arm, with its row, scopes and parameters.

To add one: write the class, and its line here. A user's own come from the entry point group
`interlock.controls` and are looked up under their own names.
"""

from typing import Final

from interlock.controls.control import (
    BPS,
    COUNT,
    MILLISECONDS,
    MONEY,
    QUANTITY,
    SYMBOLS,
    Control,
    ControlKind,
    Parameter,
)
from interlock.controls.exposure import CashLimit, GrossExposure, PositionLimit
from interlock.controls.flow import MessageRate, OpenOrders
from interlock.controls.markets import MarketData, PriceCollar
from interlock.controls.restrictions import RestrictedList
from interlock.controls.sizes import Liquidity, OrderQuantityLimit, OrderValueLimit
from interlock.messages.definitions import Limit

EVERYWHERE: Final = ("firm", "account", "source", "instrument", "venue")

CATALOGUE: Final = (
    ControlKind(
        "restricted_list",
        "C12",
        "orders in instruments on a list",
        "RTS 6 15(5); 15c3-5(c)(2)(ii)",
        ("firm", "account", "source"),
        (Parameter("instruments", SYMBOLS, "the instruments that may not be traded"),),
        "flag",
    ),
    ControlKind(
        "market_data",
        "C24",
        "orders on a market that is missing, stale, crossed or faulted",
        "FIA 2024 3.1; RTS 6 15(1)(a)",
        EVERYWHERE,
        (Parameter("age_ms", MILLISECONDS, "oldest quote to act on", 1, 86_400_000),),
        "ms",
        is_required=True,
    ),
    ControlKind(
        "price_collar",
        "C01",
        "prices too far from the market",
        "RTS 6 15(1)(a); 15c3-5(c)(1)(ii)",
        EVERYWHERE,
        (
            Parameter("bps", BPS, "how far beyond the reference a price may lie", 0, 10_000),
            Parameter("passive_bps", BPS, "the same on the waiting side", 0, 10_000, 5_000),
        ),
        "bps",
        is_required=True,
    ),
    ControlKind(
        "order_quantity",
        "C03",
        "one order of too large a quantity",
        "RTS 6 15(1)(c); FIA 2024",
        EVERYWHERE,
        (Parameter("quantity_max", QUANTITY, "largest quantity of one order", 1),),
        "quantity",
        is_required=True,
    ),
    ControlKind(
        "order_value",
        "C02",
        "one order of too large a value",
        "RTS 6 15(1)(b)",
        EVERYWHERE,
        (Parameter("value_max", MONEY, "largest value of one order", 1),),
        "money",
        is_required=True,
    ),
    ControlKind(
        "liquidity",
        "C03",
        "orders too large for what the market displays",
        "RTS 6 15(1)(c)",
        EVERYWHERE,
        (Parameter("share_bps", BPS, "largest share of the displayed depth", 1, 100_000),),
        "quantity",
    ),
    ControlKind(
        "position",
        "C09",
        "a position of an account that is too large, working and unknown orders counted; each "
        "account is held to it by itself, at every scope",
        "RTS 6 15(5), 17(4); FIA 2024",
        ("firm", "account", "source", "instrument"),
        (
            Parameter("long_max", QUANTITY, "longest position"),
            Parameter("short_max", QUANTITY, "shortest position, as a positive quantity"),
        ),
        "quantity",
        is_required=True,
    ),
    ControlKind(
        "gross_exposure",
        "C08",
        "too much exposure of an account in all positions of a currency together",
        "15c3-5(c)(1)(i); RTS 6 15(4)",
        ("firm", "account"),
        (Parameter("value_max", MONEY, "largest gross value", 1),),
        "money",
    ),
    ControlKind(
        "cash",
        "C08",
        "purchases that the account cannot pay for; fees of orders open already are not counted",
        "15c3-5(c)(1)(i)",
        ("firm", "account"),
        (Parameter("minimum", MONEY, "least free cash that must remain", -(10**18), default=0),),
        "money",
    ),
    ControlKind(
        "message_rate",
        "C05",
        "too many messages in a window; cancels and what reduces are counted, never blocked",
        "RTS 6 15(1)(d); FIA 2024",
        EVERYWHERE,
        (
            Parameter("count_max", COUNT, "messages in the window", 1, 1_000_000),
            Parameter("window_ms", MILLISECONDS, "length of the window", 1, 86_400_000),
        ),
        "count",
    ),
    ControlKind(
        "open_orders",
        "C39",
        "too many orders open at once",
        "exchange filters such as MAX_NUM_ORDERS",
        EVERYWHERE,
        (Parameter("count_max", COUNT, "orders open at once", 1, 1_000_000),),
        "count",
    ),
)

KINDS: Final = {kind.name: kind for kind in CATALOGUE}
REQUIRED: Final = tuple(kind.name for kind in CATALOGUE if kind.is_required)


def make_control(limit: Limit, number: int) -> Control | None:
    """This makes the control of a limit; None when the catalogue has no such control."""
    name = limit.control
    if name == "restricted_list":
        return RestrictedList(limit)
    if name == "market_data":
        return MarketData(limit)
    if name == "price_collar":
        return PriceCollar(limit)
    if name == "order_quantity":
        return OrderQuantityLimit(limit)
    if name == "order_value":
        return OrderValueLimit(limit)
    if name == "liquidity":
        return Liquidity(limit)
    if name == "position":
        return PositionLimit(limit)
    if name == "gross_exposure":
        return GrossExposure(limit)
    if name == "cash":
        return CashLimit(limit)
    if name == "message_rate":
        return MessageRate(limit, number)
    if name == "open_orders":
        return OpenOrders(limit)
    return None
