"""How the reasons of limits are earned: most by the cases of their controls."""

from collections.abc import Callable
from typing import Any

from controls import cases_of_flow, cases_of_orders, cases_of_risk, cases_of_trails
from controls.cases import CASES, armed, quoted
from interlock.ledger.counters import ENTRIES_MAX
from interlock.messages import load_reasons, reasons
from interlock.messages.terms import BUY

TABLES = (cases_of_flow, cases_of_orders, cases_of_risk, cases_of_trails)


def full_counter() -> Any:
    world = quoted()
    world.say(armed("duplicate_order", window_ms=1_000))
    repeats: Any = world.ledger.orders.counters.counters[len(world.ledger.limits.limits) - 1]
    for number in range(ENTRIES_MAX):
        repeats.note_order("COIN", "alpha", BUY, number, 1, world.time_ns)
    return world.order()


def near_its_limit() -> Any:
    world = quoted()
    world.say(armed("daily_quantity", instrument="COIN", quantity_max=10, warn_bps=7_000,
                    day_start_ms=0))  # fmt: skip
    world.order(quantity=6)
    return world.order(quantity=1)


def of_case(code: int) -> Callable[[], Any]:
    """The first case that earns a reason."""

    def said() -> Any:
        _, largest, smallest = next(one for one in CASES if one.reason == code).story()
        largest()
        return smallest()

    return said


OF_LIMITS: dict[int, Callable[[], Any]] = {
    reasons.COUNTER_FULL: full_counter,
    reasons.DAILY_LIMIT_NEAR: near_its_limit,
    **{
        code: of_case(code)
        for code in (
            reasons.INSTRUMENT_OUTSIDE_UNIVERSE,
            reasons.ORDER_KIND_NOT_ALLOWED,
            reasons.SHORT_SALE_NOT_LOCATED,
            reasons.PRICE_OUTSIDE_BAND,
            reasons.INTENT_MISSING,
            reasons.SPREAD_ABOVE_LIMIT,
            reasons.VOLATILITY_ABOVE_LIMIT,
            reasons.PROTECTION_FROZEN,
            reasons.WOULD_MATCH_OURSELVES,
            reasons.QUANTITY_ABOVE_VOLUME_SHARE,
            reasons.INTENT_DIFFERS,
            reasons.NET_EXPOSURE_ABOVE_LIMIT,
            reasons.CONCENTRATION_ABOVE_LIMIT,
            reasons.DAILY_QUANTITY_ABOVE_LIMIT,
            reasons.DAILY_VALUE_ABOVE_LIMIT,
            reasons.LOSS_ABOVE_LIMIT,
            reasons.DRAWDOWN_ABOVE_LIMIT,
            reasons.RELEASE_OUTSIDE_ENVELOPE,
            reasons.ORDER_TO_TRADE_ABOVE_LIMIT,
            reasons.DUPLICATE_ORDER,
            reasons.IDENTICAL_ORDERS_ABOVE_LIMIT,
            reasons.REPEATED_EXECUTIONS_ABOVE_LIMIT,
            reasons.REJECTS_ABOVE_LIMIT,
            reasons.MARKET_DOUBTED,
            reasons.PRICE_MOVED_ABOVE_LIMIT,
            load_reasons.SOURCES_DISAGREE,
        )
    },
}
