"""What can be said of everything at once: questions to venues, their statements, people's words."""

from typing import Any

from interlock.messages.commands import Command
from interlock.messages.statements import (
    CHANNEL_DROP_COPY,
    CHANNEL_VENUE,
    AskVenue,
    FillStated,
    OrderStated,
    PositionStated,
    ReportVenue,
    ResolveOrder,
)
from interlock.messages.terms import CANCELLED, EXPIRED, FILLED, ORDER_STATUSES, REJECTED, WORKING
from laws.stage import ACCOUNTS, MID, PEOPLE, SYMBOLS, VENUES
from worlds import World


def statement(draw: Any, world: World) -> Command:
    """A question, a page that answers it, or a person's word on an order in doubt."""
    kind = draw.number(0, 9)
    venue = draw.pick((*VENUES, *VENUES, *VENUES, "nowhere"))
    if kind <= 2:
        return AskVenue(venue, draw.pick(("timer", *PEOPLE)), "")
    if kind == 3:
        numbers = tuple(world.ledger.orders.open)
        status = draw.pick((REJECTED, CANCELLED, EXPIRED, FILLED))
        return ResolveOrder(draw.pick((*numbers, 5)), status, draw.pick(PEOPLE), "called them")
    return page(draw, world, venue)


def page(draw: Any, world: World, venue: str) -> ReportVenue:
    asked = getattr(world.ledger.venues.get(venue), "question", 0)
    question = draw.pick((asked,) * 9 + (0, world.sequence))
    mostly_one = (1,) * 9
    orders = [
        order_stated(draw, world, number)
        for number in tuple(world.ledger.orders.open)
        if draw.number(0, 5) > 0
    ]
    if draw.number(0, 9) == 0:
        world.keys += 1
        orders.append(foreign(draw, world.keys))
    if orders and draw.number(0, 19) == 0:
        orders.append(orders[0])
    fills = []
    known = tuple(world.ledger.orders.known)
    for _ in range(draw.number(0, 2)):
        world.keys += 1
        number, quantity = draw.pick((*known, *known, 0, 3)), draw.pick((1, 1, 2, 0, -1, 1 << 61))
        fills.append(FillStated(number, draw.pick((f"x{world.keys}", "")), quantity, MID, 0, 1))
    positions = [position(draw, world, venue) for _ in range(draw.number(0, 2))]
    return ReportVenue(
        venue,
        question,
        draw.pick((CHANNEL_VENUE,) * 6 + (CHANNEL_DROP_COPY, 9)),
        draw.pick((*mostly_one, 2, 0)),
        draw.number(0, 3) > 0,
        tuple(orders),
        tuple(fills),
        tuple(positions),
        world.time_ns,
    )


def order_stated(draw: Any, world: World, number: int) -> OrderStated:
    order = world.ledger.orders.open[number]
    quantity = draw.pick((order.quantity,) * 9 + (order.quantity + 1, 1, 0, 1 << 61))
    return OrderStated(
        number,
        "",
        f"v{number}",
        order.position.account.name,
        draw.pick((order.instrument.symbol,) * 19 + ("GOLD",)),
        order.side,
        quantity,
        draw.pick((order.filled,) * 9 + (order.filled + 1, 0)),
        draw.pick((order.price,) * 9 + (order.price - 1, 0)),
        order.revision,
        draw.pick((WORKING,) * 6 + (CANCELLED, *ORDER_STATUSES, 77)),
    )


def foreign(draw: Any, number: int) -> OrderStated:
    """An order that nobody here sent."""
    return OrderStated(
        draw.pick((0, 0, 0, 1 << 60, 7)),
        "hand",
        f"F{number}",
        draw.pick((*ACCOUNTS, *ACCOUNTS, "nobody")),
        draw.pick((*SYMBOLS, "NOTHING")),
        draw.number(1, 2),
        draw.pick((1, 2, 3, 0)),
        draw.pick((0, 0, 1)),
        MID,
        0,
    )


def position(draw: Any, world: World, venue: str) -> PositionStated:
    account, symbol = draw.pick((*ACCOUNTS, "nobody")), draw.pick(SYMBOLS)
    return PositionStated(account, symbol, draw.pick((0, 1, -1, 5, 1 << 62)))
