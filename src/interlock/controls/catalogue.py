"""The catalogue: every control that a session can arm, with its row, scopes and parameters.

To add one: write the class, and its line here. A user's own come from the entry point group
`interlock.controls` and are looked up under their own names.
"""

from typing import Final

from interlock.controls.control import (
    BPS,
    COUNT,
    LOOSENS,
    MILLISECONDS,
    MONEY,
    QUANTITY,
    SIZE_ANSWERS,
    SOFT_ANSWERS,
    SYMBOLS,
    TIGHTENS,
    Control,
    ControlKind,
    Parameter,
)
from interlock.controls.exposure import CashLimit, GrossExposure, PositionLimit
from interlock.controls.flow import MessageRate, OpenOrders
from interlock.controls.markets import MarketData, PriceCollar
from interlock.controls.restrictions import RestrictedList
from interlock.controls.sizes import (
    DecisionQuantity,
    DecisionValue,
    Liquidity,
    OrderQuantityLimit,
    OrderValueLimit,
)
from interlock.messages.definitions import Limit

EVERYWHERE: Final = ("firm", "account", "source", "instrument", "venue")

CATALOGUE: Final = (
    ControlKind(
        "restricted_list",
        "C12",
        "orders in instruments on a list",
        "RTS 6 15(5); 15c3-5(c)(2)(ii)",
        ("firm", "account", "source"),
        (
            Parameter(
                "instruments",
                SYMBOLS,
                "the instruments that may not be traded",
                greater=TIGHTENS,
            ),
        ),
        "flag",
    ),
    ControlKind(
        "market_data",
        "C24",
        "orders on a market that is missing, stale, crossed or faulted",
        "FIA 2024 3.1; RTS 6 15(1)(a)",
        EVERYWHERE,
        (
            Parameter(
                "age_ms", MILLISECONDS, "oldest quote to act on", 1, 86_400_000, greater=LOOSENS
            ),
        ),
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
            Parameter(
                "bps",
                BPS,
                "how far beyond the reference a price may lie",
                0,
                10_000,
                greater=LOOSENS,
            ),
            Parameter(
                "passive_bps",
                BPS,
                "the same on the waiting side",
                0,
                10_000,
                5_000,
                greater=LOOSENS,
            ),
        ),
        "bps",
        is_required=True,
        answers=SOFT_ANSWERS,
    ),
    ControlKind(
        "order_quantity",
        "C03",
        "one order of too large a quantity",
        "RTS 6 15(1)(c); FIA 2024",
        EVERYWHERE,
        (
            Parameter(
                "quantity_max", QUANTITY, "largest quantity of one order", 1, greater=LOOSENS
            ),
            Parameter(
                "window_ms",
                MILLISECONDS,
                "orders on one side within so long count together, over all sources of the scope; "
                "0: each by itself",
                0,
                86_400_000,
                0,
                greater=TIGHTENS,
            ),
        ),
        "quantity",
        is_required=True,
        answers=SIZE_ANSWERS,
    ),
    ControlKind(
        "order_value",
        "C02",
        "one order of too large a value",
        "RTS 6 15(1)(b)",
        EVERYWHERE,
        (
            Parameter("value_max", MONEY, "largest value of one order", 1, greater=LOOSENS),
            Parameter(
                "window_ms",
                MILLISECONDS,
                "orders on one side within so long count together, over all sources of the scope; "
                "0: each by itself",
                0,
                86_400_000,
                0,
                greater=TIGHTENS,
            ),
        ),
        "money",
        is_required=True,
        answers=SIZE_ANSWERS,
    ),
    ControlKind(
        "decision_value",
        "C02",
        "one decision of too large a value in all its orders of a currency together: a basket is "
        "refused whole",
        "RTS 6 15(1)(b); FCA, Citigroup 2024",
        ("firm", "account", "source"),
        (
            Parameter(
                "value_max", MONEY, "largest value of all orders of a decision", 1, greater=LOOSENS
            ),
        ),
        "money",
        answers=SOFT_ANSWERS,
    ),
    ControlKind(
        "decision_quantity",
        "C03",
        "one decision of too large a quantity in all its orders of an instrument together",
        "RTS 6 15(1)(c)",
        EVERYWHERE,
        (
            Parameter(
                "quantity_max",
                QUANTITY,
                "largest quantity of all orders of a decision in one instrument",
                1,
                greater=LOOSENS,
            ),
        ),
        "quantity",
        answers=SOFT_ANSWERS,
    ),
    ControlKind(
        "liquidity",
        "C03",
        "orders too large for what the market displays",
        "RTS 6 15(1)(c)",
        EVERYWHERE,
        (
            Parameter(
                "share_bps",
                BPS,
                "largest share of the displayed depth",
                1,
                100_000,
                greater=LOOSENS,
            ),
        ),
        "quantity",
        answers=SIZE_ANSWERS,
    ),
    ControlKind(
        "position",
        "C09",
        "a position of an account that is too large, working and unknown orders counted; each "
        "account is held to it by itself, at every scope",
        "RTS 6 15(5), 17(4); FIA 2024",
        ("firm", "account", "source", "instrument"),
        (
            Parameter("long_max", QUANTITY, "longest position", greater=LOOSENS),
            Parameter(
                "short_max",
                QUANTITY,
                "shortest position, as a positive quantity",
                greater=LOOSENS,
            ),
        ),
        "quantity",
        is_required=True,
        answers=SIZE_ANSWERS,
    ),
    ControlKind(
        "gross_exposure",
        "C08",
        "too much exposure of an account in all positions of a currency together",
        "15c3-5(c)(1)(i); RTS 6 15(4)",
        ("firm", "account"),
        (Parameter("value_max", MONEY, "largest gross value", 1, greater=LOOSENS),),
        "money",
        answers=SOFT_ANSWERS,
    ),
    ControlKind(
        "cash",
        "C08",
        "purchases that the account cannot pay for; fees of orders open already are not counted",
        "15c3-5(c)(1)(i)",
        ("firm", "account"),
        (
            Parameter(
                "minimum",
                MONEY,
                "least free cash that must remain",
                -(10**18),
                default=0,
                greater=TIGHTENS,
            ),
        ),
        "money",
    ),
    ControlKind(
        "message_rate",
        "C05",
        "too many messages in a window; cancels and what reduces are counted, never blocked",
        "RTS 6 15(1)(d); FIA 2024",
        EVERYWHERE,
        (
            Parameter("count_max", COUNT, "messages in the window", 1, 1_000_000, greater=LOOSENS),
            Parameter(
                "window_ms", MILLISECONDS, "length of the window", 1, 86_400_000, greater=TIGHTENS
            ),
        ),
        "count",
    ),
    ControlKind(
        "open_orders",
        "C39",
        "too many orders open at once",
        "exchange filters such as MAX_NUM_ORDERS",
        EVERYWHERE,
        (Parameter("count_max", COUNT, "orders open at once", 1, 1_000_000, greater=LOOSENS),),
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
        return OrderQuantityLimit(limit, number)
    if name == "order_value":
        return OrderValueLimit(limit, number)
    if name == "decision_value":
        return DecisionValue(limit)
    if name == "decision_quantity":
        return DecisionQuantity(limit)
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
