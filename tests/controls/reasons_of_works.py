"""How the reasons of large orders are earned."""

from collections.abc import Callable
from typing import Any

from interlock.kernel.working import REFUSED_MAX
from interlock.ledger.work_table import WORKS_MAX
from interlock.messages import work_reasons
from interlock.messages.decisions import ReplaceOrder
from interlock.messages.events import OrderCleared
from interlock.messages.terms import CANCEL, PAUSE, REST, VWAP
from interlock.messages.works import ChangeWork
from kernel.working import MINUTE, WorkWorld, children, working
from worlds import limit


def begun(**fields: Any) -> WorkWorld:
    world = working()
    world.begin(**fields)
    return world


def too_many() -> Any:
    world = working()
    for _ in range(WORKS_MAX):
        world.begin(quantity=1, starts_ns=world.time_ns + 5 * MINUTE)
    return world.begin()


def done() -> Any:
    world = begun(quantity=1, lasts_ns=MINUTE)
    (child,) = children(world.quote())
    return world.fill(child.order)


def refused_often() -> Any:
    world = begun(lasts_ns=60 * MINUTE, catch_up=100)
    world.say(limit("price_collar", bps=1))
    for _ in range(REFUSED_MAX - 1):
        world.minute()
    return world.minute()


def resting() -> tuple[WorkWorld, OrderCleared]:
    world = begun(style=REST)
    (child,) = children(world.quote())
    world.accept(child.order)
    return world, child


def changed_by_hand() -> Any:
    world, child = resting()
    return world.decide(ReplaceOrder(child.order, 90, 9_990))


def repriced() -> Any:
    world, _ = resting()
    world.quote(9_995, 10_010)
    return world.minute(bid=9_995)


def behind() -> Any:
    world = begun(price=10_000)
    for _ in range(3):
        world.minute()
    return world.minute(bid=9_980, ask=10_000)


OF_WORKS: dict[int, Callable[[], Any]] = {
    work_reasons.WORK_TIMES: lambda: working().begin(lasts_ns=0),
    work_reasons.CURVE_MISSING: lambda: working().begin(algorithm=VWAP),
    work_reasons.TOO_MANY_WORKS: too_many,
    work_reasons.UNKNOWN_WORK: lambda: working().say(ChangeWork(5, PAUSE, "ann", "")),
    work_reasons.WORK_DONE: done,
    work_reasons.WORK_TIME_OVER: lambda: begun().passes(11 * MINUTE),
    work_reasons.WORK_PAUSED: lambda: begun().told(PAUSE),
    work_reasons.SLICES_REFUSED: refused_often,
    work_reasons.BEYOND_PRICE_LIMIT: lambda: begun(price=10_000).quote(),
    work_reasons.CHILD_OF_WORK: changed_by_hand,
    work_reasons.WORK_CANCELLED: lambda: begun().told(CANCEL),
    work_reasons.REPRICED: repriced,
    work_reasons.CATCH_UP_BOUND: behind,
    work_reasons.PARTICIPATION_BOUND: lambda: begun(participation_ppm=1).quote(),
    work_reasons.SLICE_BOUND: lambda: begun(slice_max=4).quote(),
}
