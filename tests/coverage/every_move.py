"""Every move of an order, through the kernel: whatever may be said of one, said in every situation
that saying it can lead to.

A situation is the status, how much is filled and by how many fills, how many requests to replace
are outstanding, and whether the venue has acknowledged the order; each is reached by the shortest
way that there was.
"""

from collections.abc import Iterator
from typing import Any

from interlock.coverage.counts import Counts
from interlock.coverage.observing import Observer
from interlock.ledger.orders import OrderRecord
from interlock.messages.decisions import CancelOrders, ReplaceOrder, Terms
from interlock.messages.events import OrderCleared
from interlock.messages.statements import AskVenue, OrderStated, ReportVenue
from interlock.messages.terms import (
    BUY,
    GTC,
    REPORT_BUST,
    REPORT_CANCELLED,
    REPORT_CORRECTION,
    REPORT_FILL,
    REPORT_KINDS,
    REPORT_REPLACED,
    REPORT_RESTATED,
    SELL,
)
from worlds import World, limit, opening

QUANTITY = 4
PRICE = 10_000

Word = tuple[str, dict[str, Any]]
"""`cancel`, `replace` or `report`, and what it says; `fill` is the place of a fill among its own.
"""
Situation = tuple[int, int, int, int, bool]

_OTHERS = tuple(
    kind
    for kind in REPORT_KINDS
    if kind not in (REPORT_FILL, REPORT_BUST, REPORT_CORRECTION, REPORT_REPLACED, REPORT_RESTATED)
)


def words() -> Iterator[Word]:
    """Everything that can be said of an order, in the numbers that make a difference."""
    yield "cancel", {}
    yield "state", {}
    for quantity in (QUANTITY - 1, QUANTITY + 2):
        yield "replace", {"quantity": quantity}
    for kind in _OTHERS:
        yield "report", {"kind": kind}
    for quantity in (1, QUANTITY - 1, QUANTITY, QUANTITY + 1):
        yield "report", {"kind": REPORT_FILL, "quantity": quantity}
        yield "report", {"kind": REPORT_RESTATED, "quantity": quantity}
        for revision in (0, 1, 2):
            fields = {"kind": REPORT_REPLACED, "quantity": quantity, "revision": revision}
            yield "report", fields
        for fill in (0, -1):
            fields = {"kind": REPORT_CORRECTION, "quantity": quantity, "fill": fill}
            yield "report", fields
    for fill in (0, -1):
        yield "report", {"kind": REPORT_BUST, "fill": fill}


class EveryMove:
    """A world in which one order after the other is led along a way and told one word more."""

    def __init__(self) -> None:
        required = ("market_data", "price_collar", "order_quantity", "order_value", "position")
        self.world = World(opening(limits=required))
        self.world.say(limit("position", long_max=10**9, short_max=10**9))
        self.world.quote(quantity=10**6)
        self.side = BUY
        self.executions = 0

    def order(self) -> int:
        """A new order; buys and sells by turns, so that cash and position stay where they are."""
        self.lift()
        self.side = SELL if self.side == BUY else BUY
        terms = Terms(price=PRICE, venue="alpha", time_in_force=GTC)
        cleared = self.world.order(self.side, QUANTITY, terms=terms)[-1]
        assert isinstance(cleared, OrderCleared), cleared
        return cleared.order

    def record(self, order: int) -> OrderRecord:
        found = self.world.ledger.orders.find(order)
        assert found is not None
        return found

    def say(self, order: int, word: Word) -> None:
        """One word about an order. A halt that it leads to is lifted for the next."""
        what, said = word
        if what == "cancel":
            self.world.decide(CancelOrders((order,)))
        elif what == "state":
            self.state(self.record(order))
        elif what == "replace":
            self.world.decide(ReplaceOrder(order, said["quantity"], PRICE))
        else:
            fields = {"price": PRICE, **said}
            fills = list(self.record(order).fills or ())
            place = fields.pop("fill", None)
            if place is not None:
                fields["reference"] = fills[place] if fills else "none"
            self.executions += 1
            fields["execution_id"] = f"x{self.executions}"
            self.world.report(order, fields.pop("kind"), **fields)
        self.lift()

    def state(self, order: OrderRecord) -> None:
        """The venue states more of it as filled than it states executions for."""
        question = self.world.ledger.sequence + 1
        self.world.say(AskVenue("alpha", "ann"))
        filled = order.filled + 1
        stated = OrderStated(
            order.order, "", "v", "main", order.instrument.symbol, order.side,
            max(order.quantity, filled), filled, order.price, order.revision,
        )  # fmt: skip
        self.world.say(ReportVenue("alpha", question, is_last=False, orders=(stated,)))

    def lift(self) -> None:
        for scope in list(self.world.ledger.halts):
            self.world.lift(scope, "ann")

    def end(self, order: int) -> None:
        """What is still open is taken back, so that nothing of it reaches the next."""
        if self.record(order).is_open():
            self.world.report(order, REPORT_CANCELLED)

    def situation(self, order: int) -> Situation:
        record = self.record(order)
        filled = min(record.filled, record.quantity) * 2 // record.quantity
        if record.filled not in (0, record.quantity):
            filled = 1 if record.filled < record.quantity else 3
        fills = sum(fill.quantity > 0 for fill in (record.fills or {}).values())
        asked = record.revision_asked - record.revision
        return record.status, filled, min(fills, 2), min(asked, 2), record.is_acknowledged

    def walk(self) -> None:
        """This says every word in every situation."""
        everything = tuple(words())
        ways: dict[Situation, tuple[Word, ...]] = {self.situation(self.order()): ()}
        left = list(ways)
        while left:
            way = ways[left.pop(0)]
            for word in everything:
                order = self.order()
                for step in (*way, word):
                    self.say(order, step)
                after = self.situation(order)
                self.end(order)
                if after not in ways:
                    ways[after] = (*way, word)
                    left.append(after)


def exercised() -> Counts:
    """What that walk exercises, as an observer of its entries counts it."""
    walk = EveryMove()
    walk.walk()
    counts = Counts()
    Observer(counts, "every move", is_strict=True)(1, walk.world.entries)
    return counts
