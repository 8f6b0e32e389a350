"""Cases: for each control the smallest order that earns its reason, and the largest that does not.

A case is a story: a world, and two orders of which the first passes and the second does not.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from interlock.messages.commands import (
    SetLimit,
)
from interlock.messages.definitions import Limit
from interlock.messages.events import Event
from interlock.messages.terms import (
    REPORT_FILL,
)
from worlds import World, opening

PRICE = 10_000
Said = Callable[[], list[Event]]


class Case(NamedTuple):
    """One boundary of one control."""

    control: str
    reason: int
    story: Callable[[], tuple[World, Said, Said]]
    name: str = ""


CASES: list[Case] = []


def case(control: str, reason: int) -> Callable[[Any], Any]:
    """This adds a story to the table under its own name."""

    def add(
        story: Callable[[], tuple[World, Said, Said]],
    ) -> Callable[[], tuple[World, Said, Said]]:
        CASES.append(Case(control, reason, story, story.__name__))
        return story

    return add


def armed(control: str, scope: str = "firm", instrument: str = "", currency: str = "",
          **values: Any) -> SetLimit:  # fmt: skip
    return SetLimit(Limit(control, scope, values, instrument, currency, "risk", "test"), "risk")


def quoted(*limits: SetLimit, **fields: Any) -> World:
    world = World(opening(**fields))
    for each in limits:
        world.say(each)
    world.quote()
    world.quote(instrument="GOLD")
    return world


def filled(world: World, side: int, quantity: int, price: int = PRICE, **fields: Any) -> int:
    number = world.order(side, quantity, price, **fields)[-1].order
    world.report(number, REPORT_FILL, execution_id="e", quantity=quantity, price=price)
    return int(number)


def orders(world: World, first: dict[str, Any], second: dict[str, Any]) -> tuple[World, Said, Said]:
    return world, lambda: world.order(**first), lambda: world.order(**second)
