"""A venue's order book for one instrument: price first, then time.

Each side is a sorted list of keys (the price of a bid, minus the price of an ask), so that the best
level is always the last one and both sides share one piece of code; new levels mostly appear near
the touch, where insertion at the end of a list is cheap. Rejected: a heap (cancelled levels linger)
and a tree (slower than a list below thousands of levels). What happens is written into a list of
`Change`s, in order; the venue turns them into words.

Self-match prevention works on participants; those without a name are all different. FOK looks
before it trades: it takes everything or touches nothing.
"""

from bisect import bisect_left
from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.messages.reasons import IMMEDIATE_REMAINDER, NO_LIQUIDITY, SELF_MATCH
from interlock.messages.terms import AUCTION, BUY, CANCELLED, FOK, MAKER, SELL
from interlock.messages.units import Lots, Ticks
from interlock.simulation.order import ANONYMOUS, Level, VenueOrder

SELF_MATCH_ALLOWED: Final = 0
EXPIRE_MAKER: Final = 1
EXPIRE_TAKER: Final = 2
EXPIRE_BOTH: Final = 3
DECREMENT: Final = 4  # both lose the smaller quantity without a trade; what reaches 0 is cancelled
SELF_MATCH_MODES: Final = {
    SELF_MATCH_ALLOWED: "allowed",
    EXPIRE_MAKER: "expire_maker",
    EXPIRE_TAKER: "expire_taker",
    EXPIRE_BOTH: "expire_both",
    DECREMENT: "decrement",
}

TRADED: Final = 1
ENDED: Final = 2
REDUCED: Final = 3


@final
@mypyc_attr(acyclic=True)
class Change:
    """What happened: maker and taker `TRADED`, or the maker `ENDED` or was `REDUCED` by a quantity
    that will not trade.

    In a trade `reason` is the liquidity: `MAKER` as usual, or `AUCTION`, where the maker is the
    buyer.
    """

    def __init__(
        self,
        kind: int,
        maker: VenueOrder,
        taker: VenueOrder | None,
        price: Ticks,
        quantity: Lots,
        reason: int,
    ) -> None:
        self.kind: int = kind
        self.maker: VenueOrder = maker
        self.taker: VenueOrder | None = taker
        self.price: Ticks = price
        self.quantity: Lots = quantity
        self.reason: int = reason


@final
class BookSide:
    """One side of a book: its levels by key, best key last."""

    def __init__(self, side: int) -> None:
        self.side: int = side
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}
        self.best: Level | None = None

    def key_of(self, price: Ticks) -> int:
        return price if self.side == BUY else -price

    def rest(self, order: VenueOrder) -> None:
        """Queue the order at its price, opening the level if needed."""
        key = order.price if self.side == BUY else -order.price
        level = self.levels.get(key)
        if level is None:
            level = Level(order.price, key)
            self.levels[key] = level
            best = self.best
            if best is None or key > best.key:
                self.keys.append(key)
                self.best = level
            else:
                self.keys.insert(bisect_left(self.keys, key), key)
        level.join(order)

    def close_if_empty(self, level: Level) -> None:
        """Forget a level that nobody is left on."""
        if level.head is not None:
            return
        del self.levels[level.key]
        if level is self.best:
            self.keys.pop()
            self.best = self.levels[self.keys[-1]] if self.keys else None
        else:
            del self.keys[bisect_left(self.keys, level.key)]

    def withdraw(self, order: VenueOrder) -> None:
        """Take a resting order out."""
        level = order.level
        assert level is not None, f"order {order.order} does not rest"
        level.leave(order)
        self.close_if_empty(level)

    def resting(self) -> list[VenueOrder]:
        """This is every order on this side, by price then time."""
        found: list[VenueOrder] = []
        index = len(self.keys) - 1
        while index >= 0:
            order = self.levels[self.keys[index]].head
            while order is not None:
                found.append(order)
                order = order.next
            index -= 1
        return found

    def depth(self, count_max: int) -> tuple[tuple[Ticks, Lots], ...]:
        """This is the displayed price and quantity of the best levels, best first."""
        rows: list[tuple[int, int]] = []
        index = len(self.keys) - 1
        while index >= 0 and len(rows) < count_max:
            level = self.levels[self.keys[index]]
            rows.append((level.price, level.shown))
            index -= 1
        return tuple(rows)


@final
class Book:
    """Both sides, and the last price that traded."""

    def __init__(self, self_match: int = SELF_MATCH_ALLOWED) -> None:
        assert self_match in SELF_MATCH_MODES, f"self_match was {self_match}, must be 0..4"
        self.self_match: int = self_match
        self.bids: BookSide = BookSide(BUY)
        self.asks: BookSide = BookSide(SELL)
        self.last_price: Ticks = 0
        self.has_traded: bool = False

    def side_of(self, side: int) -> BookSide:
        return self.bids if side == BUY else self.asks

    def is_crossed(self) -> bool:
        bid = self.bids.best
        ask = self.asks.best
        return bid is not None and ask is not None and bid.price >= ask.price

    def would_trade(self, order: VenueOrder) -> bool:
        """True when the order would take liquidity at once."""
        best = self.asks.best if order.side == BUY else self.bids.best
        if best is None:
            return False
        return order.is_market or best.key >= _bound(order)

    def submit(self, order: VenueOrder, changes: list[Change]) -> None:
        """Match the order, then rest or end what is left. Post-only is the caller's to check with
        `would_trade`.

        Costs well under a microsecond compiled for one fill; each further fill or level adds to it.
        """
        if order.time_in_force == FOK and self.fillable(order) < order.leaves:
            _end(order, IMMEDIATE_REMAINDER, changes)
            return
        self._take(order, changes)
        if order.leaves == 0:
            return
        if not order.is_immediate:
            self.rest(order)
            return
        nothing = order.is_market and order.filled == 0
        _end(order, NO_LIQUIDITY if nothing else IMMEDIATE_REMAINDER, changes)

    def rest(self, order: VenueOrder) -> None:
        """Queue the order without matching it: pre-open and auctions."""
        self.side_of(order.side).rest(order)

    def withdraw(self, order: VenueOrder) -> None:
        """Take a resting order out of the book."""
        self.side_of(order.side).withdraw(order)

    def amend(
        self, order: VenueOrder, quantity: Lots, price: Ticks, matching: bool, changes: list[Change]
    ) -> None:
        """Give a resting order a new total quantity, above what is filled, and a new price.

        Less quantity at the same price keeps its place; more, or another price, queues again at the
        end, and may trade when `matching`.
        """
        assert quantity > order.filled, f"amended to {quantity} with {order.filled} filled"
        leaves = quantity - order.filled
        level = order.level
        assert level is not None, f"order {order.order} does not rest"
        order.quantity = quantity
        if price == order.price and leaves <= order.leaves:
            if leaves < order.leaves:
                level.reduce(order, order.leaves - leaves)
            return
        # From here on the order has lost its place.
        self.withdraw(order)
        order.price = price
        order.leaves = leaves
        if matching:
            self.submit(order, changes)
        else:
            self.rest(order)

    def fillable(self, taker: VenueOrder) -> Lots:
        """This is how much of the order the book would fill now, hidden quantity and self-match
        prevention counted.
        """
        side = self.asks if taker.side == BUY else self.bids
        bound = _bound(taker)
        found = 0
        index = len(side.keys) - 1
        while index >= 0 and found < taker.leaves:
            key = side.keys[index]
            if key < bound and not taker.is_market:
                break
            level = side.levels[key]
            if self.self_match == SELF_MATCH_ALLOWED:
                found += level.total
            else:
                shown = 0
                total = 0
                maker = level.head
                while maker is not None:
                    if not is_same_participant(maker, taker):
                        shown += maker.shown
                        total += maker.leaves
                    elif self.self_match != EXPIRE_MAKER:
                        # It is met before anybody's next slice, and ends the taker.
                        return min(found + shown, taker.leaves)
                    maker = maker.next
                found += total
            index -= 1
        return min(found, taker.leaves)

    def _take(self, taker: VenueOrder, changes: list[Change]) -> None:
        side = self.asks if taker.side == BUY else self.bids
        bound = _bound(taker)
        while taker.leaves > 0:
            level = side.best
            if level is None or (level.key < bound and not taker.is_market):
                return
            maker = level.head
            assert maker is not None, f"level {level.price} is empty"
            if self.self_match != SELF_MATCH_ALLOWED and is_same_participant(maker, taker):
                self._prevent(taker, maker, changes)
                continue
            quantity = maker.shown if maker.shown < taker.leaves else taker.leaves
            level.trade(maker, quantity)
            taker.fill(quantity)
            changes.append(Change(TRADED, maker, taker, level.price, quantity, MAKER))
            self.last_price = level.price
            self.has_traded = True
            if level.head is None:
                side.close_if_empty(level)

    def _prevent(self, taker: VenueOrder, maker: VenueOrder, changes: list[Change]) -> None:
        # Each branch ends the maker or the taker, so the loop that calls this comes to an end.
        if self.self_match == DECREMENT:
            smaller = maker.leaves if maker.leaves < taker.leaves else taker.leaves
            self._decrement(maker, smaller, changes)
            self._decrement(taker, smaller, changes)
            return
        if self.self_match != EXPIRE_TAKER:
            self.withdraw(maker)
            _end(maker, SELF_MATCH, changes)
        if self.self_match != EXPIRE_MAKER:
            _end(taker, SELF_MATCH, changes)

    def _decrement(self, order: VenueOrder, quantity: Lots, changes: list[Change]) -> None:
        if quantity == order.leaves:
            if order.level is not None:
                self.withdraw(order)
            _end(order, SELF_MATCH, changes)
            return
        if order.level is not None:
            order.level.reduce(order, quantity)
        else:
            order.leaves -= quantity
        order.quantity -= quantity
        changes.append(Change(REDUCED, order, None, 0, quantity, SELF_MATCH))

    def cross_at(self, price: Ticks, changes: list[Change]) -> Lots:
        """Trade everything that both sides accept at one price, by price then time; this is the
        quantity traded.

        Orders of one participant may meet here: prevention works in continuous trading only, as at
        CME.
        """
        traded = 0
        while True:
            bids = self.bids.best
            asks = self.asks.best
            if bids is None or asks is None or bids.price < price or asks.price > price:
                return traded
            buyer = bids.head
            seller = asks.head
            assert buyer is not None, f"level {bids.price} is empty"
            assert seller is not None, f"level {asks.price} is empty"
            quantity = buyer.shown if buyer.shown < seller.shown else seller.shown
            bids.trade(buyer, quantity)
            asks.trade(seller, quantity)
            changes.append(Change(TRADED, buyer, seller, price, quantity, AUCTION))
            self.bids.close_if_empty(bids)
            self.asks.close_if_empty(asks)
            self.last_price = price
            self.has_traded = True
            traded += quantity


def is_same_participant(order: VenueOrder, other: VenueOrder) -> bool:
    """True when both orders are the same participant's; nobody knows who an order without a name
    is.
    """
    return order.participant == other.participant and order.participant != ANONYMOUS


def _bound(order: VenueOrder) -> int:
    # The lowest key of the other side that the order accepts.
    return -order.price if order.side == BUY else order.price


def _end(order: VenueOrder, reason: int, changes: list[Change]) -> None:
    changes.append(Change(ENDED, order, None, 0, order.leaves, reason))
    order.end(CANCELLED)
