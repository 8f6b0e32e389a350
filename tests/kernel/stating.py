"""A venue that states what it has, and what we make of it."""

from typing import Any

from interlock.ledger.orders import OrderRecord
from interlock.messages.commands import DefineVenue
from interlock.messages.definitions import Venue
from interlock.messages.differences import (
    DifferenceFound,
    VenueQuestioned,
)
from interlock.messages.events import (
    Event,
    OrderCleared,
)
from interlock.messages.statements import (
    AskVenue,
    FillStated,
    OrderStated,
    PositionStated,
    ReportVenue,
)
from interlock.messages.terms import (
    BUY,
    REPORT_ACCEPTED,
    REPORT_FILL,
    SELL,
    WORKING,
)
from worlds import World, opening

PRICE = 10_000


def a_world(policy: int = 1) -> World:
    venues = {"alpha": Venue("alpha", ("COIN", "GOLD"), unknown_orders=policy)}
    commands = [
        DefineVenue(venues.get(said.venue.name, said.venue)) if isinstance(said, DefineVenue)
        else said
        for said in opening()
    ]  # fmt: skip
    world = World(commands)
    world.quote()
    return world


def working(world: World, quantity: int = 10) -> OrderRecord:
    """An order that the venue has acknowledged."""
    cleared = [said for said in world.order(BUY, quantity, PRICE) if isinstance(said, OrderCleared)]
    world.report(cleared[0].order, REPORT_ACCEPTED, venue_order_id="v1")
    order = world.ledger.orders.find(cleared[0].order)
    assert order is not None
    return order


def filled(world: World, order: OrderRecord, name: str, quantity: int) -> None:
    world.report(order.order, REPORT_FILL, execution_id=name, quantity=quantity, price=PRICE)


def as_it_is(order: OrderRecord, **changed: Any) -> OrderStated:
    values = {
        "order": order.order,
        "client_order_id": "",
        "venue_order_id": "v1",
        "account": "main",
        "instrument": order.instrument.symbol,
        "side": order.side,
        "quantity": order.quantity,
        "filled": order.filled,
        "price": order.price,
        "revision": order.revision,
        "status": WORKING,
    }
    return OrderStated(**{**values, **changed})


def fill(order: int, name: str, quantity: int, price: int = PRICE) -> FillStated:
    return FillStated(order, name, quantity, price, 3, 1, 7)


def ask(world: World) -> int:
    """Ask alpha for everything; the number of the question."""
    asked = world.say(AskVenue("alpha", "test"))[-1]
    assert isinstance(asked, VenueQuestioned)
    return asked.question


def answer(
    world: World,
    orders: tuple[OrderStated, ...] = (),
    fills: tuple[FillStated, ...] = (),
    lots: int | None = None,
    **fields: Any,
) -> list[Event]:
    """Ask, and answer on one page; the net position is ours unless said otherwise."""
    question = fields.pop("question", None) or ask(world)
    if lots is None:
        lots = position(world) + sum(one.quantity for one in fills if is_news(world, one))
    positions = fields.pop("positions", (PositionStated("main", "COIN", lots),))
    return world.say(
        ReportVenue("alpha", question, orders=orders, fills=fills, positions=positions,
                    venue_time_ns=world.time_ns, **fields)
    )  # fmt: skip


def is_news(world: World, one: FillStated) -> bool:
    order = world.ledger.orders.find(one.order)
    return order is not None and order.fill_of(one.execution_id) is None


def position(world: World) -> int:
    traded = world.ledger.accounts["main"].positions["COIN"].at_venues.get("alpha")
    return traded.lots if traded is not None else 0


def found(events: list[Event]) -> list[tuple[int, int]]:
    """What differed, and what followed."""
    return [(said.kind, said.resolution) for said in events if isinstance(said, DifferenceFound)]


def only(events: list[Event], kind: type[Event]) -> list[Any]:
    return [said for said in events if isinstance(said, kind)]


def foreign(**changed: Any) -> OrderStated:
    values = {
        "order": 0, "client_order_id": "by hand", "venue_order_id": "F1", "account": "main",
        "instrument": "COIN", "side": SELL, "quantity": 7, "filled": 0, "price": PRICE + 9,
        "revision": 0,
    }  # fmt: skip
    return OrderStated(**{**values, **changed})
