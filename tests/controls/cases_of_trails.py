"""Cases of where a market's price has been."""

from typing import Any

from controls.cases import armed, case, orders, quoted
from interlock.messages import reasons
from interlock.messages.commands import SetLimit
from interlock.messages.events import Event
from interlock.messages.terms import BUY, SELL
from worlds import World


def chasing(**values: int) -> SetLimit:
    return armed("price_move", **{"move_bps": 100, "window_ms": 10_000, **values})


def jumping(**values: int) -> SetLimit:
    loose = {"jump_bps": 10_000, "average_bps": 10_000, "window_ms": 10_000, "doubt_ms": 1_000}
    return armed("market_jump", **{**loose, **values})


def moved(world: World, *mids: int) -> None:
    for mid in mids:
        world.quote(mid - 10, mid + 10)


@case("price_move", reasons.PRICE_MOVED_ABOVE_LIMIT)
def a_purchase_that_chases_a_rising_market() -> Any:
    world = quoted(chasing())
    moved(world, 10_050, 10_090)
    # Each step is small; from the lowest of the window, 10,000, one part in a hundred is allowed.
    return orders(world, {"side": BUY, "price": 10_100}, {"side": BUY, "price": 10_101})


@case("price_move", reasons.PRICE_MOVED_ABOVE_LIMIT)
def a_sale_that_chases_a_falling_market() -> Any:
    world = quoted(chasing())
    moved(world, 9_950, 9_910)
    return orders(world, {"side": SELL, "price": 9_900}, {"side": SELL, "price": 9_899})


@case("market_jump", reasons.MARKET_DOUBTED)
def a_price_as_far_from_the_one_before_as_may_be_and_one_beyond() -> Any:
    world = quoted(jumping(jump_bps=100))
    moved(world, 10_100)

    def beyond() -> list[Event]:
        moved(world, 10_202)
        return world.order(price=10_200)

    return world, lambda: world.order(price=10_100), beyond


@case("market_jump", reasons.MARKET_DOUBTED)
def a_price_as_far_from_the_average_as_may_be_and_one_beyond() -> Any:
    world = quoted(jumping(average_bps=100))
    moved(world, 10_100)

    def beyond() -> list[Event]:
        # The one part that there is ended at 10,100, of which a hundredth is 101.
        moved(world, 10_202)
        return world.order(price=10_200)

    return world, lambda: world.order(price=10_100), beyond
