"""Ways: for every move of an order, the shortest way to it: what was said before, and the word that
makes the move.

Found by saying every word in every situation, through the kernel. A situation is the status, how
much is filled and by how many fills, how many requests to replace are outstanding, and whether the
venue has acknowledged the order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from interlock.ledger import life
from interlock.ledger.orders import OrderRecord
from interlock.messages.decisions import CancelOrders, ReplaceOrder, Terms
from interlock.messages.events import (
    CancelRequested,
    Event,
    FillBusted,
    FillCorrected,
    OrderAccepted,
    OrderCancelled,
    OrderCleared,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderUnknown,
    ReplaceRequested,
    RequestPending,
    RequestRejected,
)
from interlock.messages.terms import (
    BUY,
    GTC,
    ORDER_STATUSES,
    REPORT_BUST,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_FILL,
    REPORT_KINDS,
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_SILENCE,
    SELL,
    UNKNOWN,
)
from worlds import World, limit, opening

QUANTITY = 4
PRICE = 10_000

Edge = tuple[int, int, int]
"""Status, happening, next status."""
Situation = tuple[int, int, int, int, bool, bool]

_NUMBERED = (REPORT_FILL, REPORT_BUST, REPORT_CORRECTION, REPORT_REPLACED, REPORT_RESTATED)
_PLAIN = tuple(kind for kind in REPORT_KINDS if kind not in _NUMBERED)

_SIMPLE: dict[type, int] = {
    OrderAccepted: life.ACCEPT,
    OrderRejected: life.REJECT,
    OrderFilled: life.FILL,
    OrderCancelled: life.CANCEL,
    CancelRequested: life.ASK_CANCEL,
    ReplaceRequested: life.ASK_REPLACE,
    OrderReplaced: life.REPLACE,
    OrderUnknown: life.SILENCE,
    OrderRestated: life.RESTATE,
    FillBusted: life.BUST,
    FillCorrected: life.CORRECT,
}
_PENDING = {
    REPORT_PENDING_NEW: life.PEND,
    REPORT_PENDING_CANCEL: life.PEND_CANCEL,
}


@dataclass(frozen=True)
class Word:
    """`cancel`, `replace` or `report`, and what it says. `fill` is the place of the fill that it is
    about, among those that there were."""

    what: str
    kind: int = 0
    quantity: int = 0
    revision: int = 0
    fill: int = 0


@dataclass(frozen=True)
class Way:
    """What is said of a new order, and then the word that makes the move."""

    before: tuple[Word, ...]
    word: Word


def words() -> Iterator[Word]:
    """Everything that can be said of an order, in the numbers that make a difference."""
    yield Word("cancel")
    yield Word("replace", quantity=QUANTITY + 2)
    yield Word("replace", quantity=QUANTITY - 1)
    for kind in _PLAIN:
        yield Word("report", kind)
    for quantity in (1, QUANTITY - 1, QUANTITY, QUANTITY + 1):
        yield Word("report", REPORT_FILL, quantity)
        yield Word("report", REPORT_RESTATED, quantity)
        for revision in (1, 2):
            yield Word("report", REPORT_REPLACED, quantity, revision)
        for fill in (0, -1):
            yield Word("report", REPORT_CORRECTION, quantity, fill=fill)
    for fill in (0, -1):
        yield Word("report", REPORT_BUST, fill=fill)


def happening_of(event: Event, order: OrderRecord) -> int:
    """What an event makes happen to its order, which stands as before it; 0 when nothing does."""
    if isinstance(event, OrderExpired):
        return life.END_DAY if event.done_for_day else life.EXPIRE
    if isinstance(event, RequestPending):
        return _PENDING.get(event.kind, life.PEND_REPLACE)
    if isinstance(event, RequestRejected):
        if event.kind != REPORT_CANCEL_REJECTED:
            return life.DENY_REPLACE
        is_known = order.is_acknowledged or order.status == UNKNOWN
        return life.DENY_CANCEL if is_known else life.SILENCE
    return _SIMPLE.get(type(event), 0)


class _Walk:
    """A world in which one order after the other is led along a way and told one word more."""

    def __init__(self) -> None:
        required = ("market_data", "price_collar", "order_quantity", "order_value", "position")
        self.world = World(opening(limits=required))
        self.world.say(limit("position", long_max=10**9, short_max=10**9))
        self.world.quote(quantity=10**6)
        self.ways: dict[Edge, Way] = {}
        self._side = BUY
        self._executions = 0

    def order(self) -> OrderRecord:
        self._lift()
        self._side = SELL if self._side == BUY else BUY
        terms = Terms(price=PRICE, venue="alpha", time_in_force=GTC)
        cleared = self.world.order(self._side, QUANTITY, terms=terms)[-1]
        assert isinstance(cleared, OrderCleared), cleared
        found = self.world.ledger.orders.find(cleared.order)
        assert found is not None
        return found

    def say(self, order: OrderRecord, word: Word) -> list[Event]:
        number = order.order
        if word.what == "cancel":
            made = self.world.decide(CancelOrders((number,)))
        elif word.what == "replace":
            made = self.world.decide(ReplaceOrder(number, word.quantity, PRICE))
        else:
            fields: dict[str, Any] = {"price": PRICE}
            fills = list(order.fills or ())
            if word.kind in (REPORT_BUST, REPORT_CORRECTION):
                fields["reference"] = fills[word.fill] if fills else "none"
            self._executions += 1
            fields |= {"execution_id": f"x{self._executions}", "quantity": word.quantity}
            made = self.world.report(number, word.kind, revision=word.revision, **fields)
        self._lift()
        return [event for event in made if getattr(event, "order", 0) == number]

    def _lift(self) -> None:
        for scope in list(self.world.ledger.halts):
            self.world.lift(scope, "ann", "go on")

    def end(self, order: OrderRecord) -> None:
        if order.is_open():
            self.world.report(order.order, REPORT_CANCELLED)

    def walk(self) -> None:
        everything = tuple(words())
        first = self.order()
        ways: dict[Situation, tuple[Word, ...]] = {situation(first): ()}
        self.end(first)
        left = list(ways)
        while left:
            way = ways[left.pop(0)]
            for word in everything:
                order = self.order()
                for step in way:
                    self.say(order, step)
                before = order.status
                standing = (order.is_acknowledged, order.status)
                made = self.say(order, word)
                if len(made) == 1:
                    happening = _happening(made[0], order, standing)
                    if happening:
                        edge = (before, happening, order.status)
                        self.ways.setdefault(edge, Way(way, word))
                after = situation(order)
                self.end(order)
                if after not in ways:
                    ways[after] = (*way, word)
                    left.append(after)


def _happening(event: Event, order: OrderRecord, standing: tuple[bool, int]) -> int:
    if isinstance(event, RequestRejected) and event.kind == REPORT_CANCEL_REJECTED:
        return life.DENY_CANCEL if standing[0] or standing[1] == UNKNOWN else life.SILENCE
    return happening_of(event, order)


def situation(order: OrderRecord) -> Situation:
    filled = 0 if order.filled == 0 else 2
    if order.filled not in (0, order.quantity):
        filled = 1 if order.filled < order.quantity else 3
    fills = sum(fill.quantity > 0 for fill in (order.fills or {}).values())
    asked = order.revision_asked - order.revision
    # What a request asks for beyond what stands may still trade, and silence knows it.
    is_for_more = asked > 0 and order.asked_quantity > order.quantity
    return order.status, filled, min(fills, 2), min(asked, 2), order.is_acknowledged, is_for_more


def every_way() -> dict[Edge, Way]:
    """The shortest way to each move that words can make."""
    walk = _Walk()
    walk.walk()
    return walk.ways


def edge_text(edge: Edge) -> str:
    """`order: working -fill-> filled`"""
    status, happening, after = edge
    word = life.HAPPENINGS[happening]
    return f"order: {ORDER_STATUSES[status]} -{word}-> {ORDER_STATUSES[after]}"


def every_edge() -> tuple[Edge, ...]:
    """Each cell of the life table, with every status that its quantities can lead to."""
    found: dict[Edge, None] = {}
    for status in ORDER_STATUSES:
        for happening in life.HAPPENINGS:
            if happening == life.DOUBT:
                # What a statement leads to: no word about one order does.
                continue
            if not life.is_possible(status, happening):
                continue
            for filled in range(QUANTITY + 2):
                for outstanding in (False, True):
                    after = life.next_status(status, happening, filled, QUANTITY, outstanding)
                    found[(status, happening, after)] = None
    return tuple(found)


SILENT = Word("report", REPORT_SILENCE)
