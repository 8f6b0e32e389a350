"""Builders for the tests of the simulation: an instrument, orders as they leave, and a trader."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from interlock.messages.commands import Command, NoteTrade, ReportOrder
from interlock.messages.definitions import Instrument, PhaseStart, Venue
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.terms import DAY, GTC, LIMIT, REPORT_FILL
from interlock.simulation.desk import Desk
from interlock.simulation.exchange import Exchange
from interlock.simulation.order import ANONYMOUS, BACKGROUND, VenueOrder

SYMBOL = "COIN"
VENUE = Venue("venue", (SYMBOL,), maker_fee_ppm=-100, taker_fee_ppm=250)
COIN = Instrument(SYMBOL, "USD", 2, 2, 1, 0, 1)

AnyVenue = TypeVar("AnyVenue", bound=Desk)

HOUR = 3_600_000_000_000
PRE_OPEN_NS = 8 * HOUR
CONTINUOUS_NS = 9 * HOUR
CLOSE_NS = 17 * HOUR


def phased(*phases: tuple[int, int]) -> Instrument:
    """The instrument with phases, as (start in hours of the day, phase)."""
    starts = tuple(PhaseStart(hour * HOUR, phase) for hour, phase in phases)
    return Instrument(SYMBOL, "USD", 2, 2, 1, 0, 1, phases=starts)


def cleared(
    order: int,
    side: int,
    quantity: int,
    price: int,
    *,
    account: str = "us",
    order_type: int = LIMIT,
    time_in_force: int = DAY,
    display: int = 0,
    post_only: bool = False,
    expire_ns: int = 0,
    instrument: str = SYMBOL,
) -> OrderCleared:
    return OrderCleared(
        order=order,
        decision=order,
        account=account,
        source="model",
        release="r1",
        epoch=1,
        instrument=instrument,
        venue=VENUE.name,
        side=side,
        order_type=order_type,
        time_in_force=time_in_force,
        quantity=quantity,
        price=price,
        display=display,
        expire_ns=expire_ns,
        post_only=post_only,
        reduce_only=False,
        arrival_bid=0,
        arrival_ask=0,
    )


class Trader(Generic[AnyVenue]):
    """Talks to a venue at a time of its own and keeps what it hears."""

    def __init__(self, venue: AnyVenue, time_ns: int = CONTINUOUS_NS) -> None:
        self.venue = venue
        self.time_ns = time_ns
        self.heard: list[tuple[int, Command]] = []
        self.venue.due(time_ns)

    def listen(self, time_ns: int | None = None) -> list[Command]:
        """What the venue says up to now, or up to a later time."""
        if time_ns is not None:
            self.time_ns = time_ns
        words = self.venue.due(self.time_ns)
        self.heard += words
        return [command for _, command in words]

    def submit(self, *orders: OrderCleared) -> list[Command]:
        for order in orders:
            self.venue.submit(self.time_ns, order)
        return self.listen()

    def cancel(self, order: int) -> list[Command]:
        self.venue.cancel(self.time_ns, CancelRequested(order, VENUE.name, 1, 0))
        return self.listen()

    def replace(self, order: int, quantity: int, price: int, revision: int = 1) -> list[Command]:
        request = ReplaceRequested(order, VENUE.name, 1, revision, quantity, price)
        self.venue.replace(self.time_ns, request)
        return self.listen()

    def query(self, order: int) -> list[Command]:
        self.venue.query(self.time_ns, order)
        return self.listen()

    def reports(self, order: int | None = None) -> list[ReportOrder]:
        """Every report heard, or those about one order."""
        return [
            command
            for _, command in self.heard
            if isinstance(command, ReportOrder) and order in (None, command.order)
        ]


def others(exchange: Exchange, time_ns: int, side: int, quantity: int, price: int) -> VenueOrder:
    """Somebody else's resting order."""
    order = VenueOrder(BACKGROUND, ANONYMOUS, side, quantity, price, LIMIT, GTC)
    exchange.place(time_ns, SYMBOL, order)
    return order


def kinds(words: Sequence[Command]) -> list[int]:
    """The kinds of the reports among these words."""
    return [word.kind for word in words if isinstance(word, ReportOrder)]


def fills(words: Sequence[Command], order: int | None = None) -> list[tuple[int, int]]:
    """(price, quantity) of the fills among these words."""
    return [
        (word.price, word.quantity)
        for word in words
        if isinstance(word, ReportOrder)
        and word.kind == REPORT_FILL
        and order in (None, word.order)
    ]


def trades(words: Sequence[Command]) -> list[tuple[int, int, int]]:
    """(price, quantity, aggressor) of the public trades among these words."""
    return [
        (word.price, word.quantity, word.aggressor) for word in words if isinstance(word, NoteTrade)
    ]
