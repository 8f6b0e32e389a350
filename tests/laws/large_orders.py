"""What can be said of large orders, sense and nonsense; `draw` is a way of choosing."""

from typing import Any

from interlock.messages.commands import Command
from interlock.messages.decisions import WorkOrder
from interlock.messages.terms import (
    CLOSE,
    ICEBERG,
    POV,
    REST,
    SHORTFALL,
    TAKE,
    TWAP,
    VWAP,
)
from interlock.messages.works import ChangeWork, SetVolumeCurve
from laws.stage import PEOPLE
from worlds import SECOND, World


def large_order(draw: Any, world: World, symbol: str, price: int) -> WorkOrder:
    """One that is worked over time, by any schedule; now and then nonsense."""
    algorithm = draw.pick((TWAP, TWAP, VWAP, POV, SHORTFALL, ICEBERG, CLOSE, 9))
    return WorkOrder(
        instrument=symbol,
        side=draw.pick((1, 2)),
        quantity=draw.number(0, 60),
        algorithm=algorithm,
        ends_ns=world.time_ns + draw.pick((60, 20, 5, 0)) * SECOND,
        starts_ns=draw.pick((0, 0, world.time_ns + SECOND)),
        interval_ns=draw.pick((SECOND, SECOND // 4, 1)),
        style=draw.pick((TAKE, REST)),
        price=draw.pick((0, price)) if algorithm != ICEBERG else price,
        protection=draw.number(0, 9),
        participation_ppm=draw.pick((0, 500_000)) if algorithm != POV else 500_000,
        slice_max=draw.pick((0, 4)) if algorithm != ICEBERG else 3,
        catch_up=draw.number(1, 4),
        half_life_ns=10 * SECOND,
        reduce_only=draw.number(0, 6) == 6,
        venue=draw.pick(("", "alpha", "nowhere")),
    )


def word_on_large_order(draw: Any, world: World) -> Command:
    """What people and sources may say of one, and of how volume is spread."""
    if draw.number(0, 2) == 0:
        return SetVolumeCurve("COIN", 0, 3_600 * SECOND, tuple(range(24)), "risk")
    number = draw.pick((*world.ledger.works.active, 5))
    return ChangeWork(number, draw.number(1, 4), draw.pick((*PEOPLE, "model")), "drawn")
