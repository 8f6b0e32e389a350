"""A book written to be obviously right: one list of orders, searched from end to end every time.

It knows nothing of the real one: no levels, no keys, no linked queues.
"""

from dataclasses import dataclass

BUY, SELL = 1, 2
ALLOW, EXPIRE_MAKER, EXPIRE_TAKER, EXPIRE_BOTH, DECREMENT = range(5)


@dataclass
class Naive:
    number: int
    who: str
    side: int
    left: int
    price: int
    display: int
    seen: int = 0
    """What of it is displayed."""
    place: int = 0
    """When its displayed part joined the queue."""

    def show(self, place: int) -> None:
        self.seen = min(self.display, self.left) if self.display else self.left
        self.place = place


class NaiveBook:
    def __init__(self, mode: int = ALLOW) -> None:
        self.mode = mode
        self.orders: list[Naive] = []
        self.clock = 0
        self.log: list[tuple[str, int, int, int, int]] = []

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def best_against(self, taker: Naive, is_market: bool) -> Naive | None:
        """The order that the taker meets next: best price, then the earliest displayed."""
        found = None
        for order in self.orders:
            if order.side == taker.side:
                continue
            if not is_market:
                if taker.side == BUY and order.price > taker.price:
                    continue
                if taker.side == SELL and order.price < taker.price:
                    continue
            if found is None or rank(order) < rank(found):
                found = order
        return found

    def fillable(self, taker: Naive, is_market: bool) -> int:
        """By trying it on a copy."""
        trial = NaiveBook(self.mode)
        trial.orders = [Naive(**vars(order)) for order in self.orders]
        trial.clock = self.clock
        copy = Naive(**vars(taker))
        trial.match(copy, is_market)
        return sum(row[4] for row in trial.log if row[0] == "trade")

    def submit(self, taker: Naive, kind: str) -> None:
        is_market = kind == "market"
        if kind == "post_only" and self.best_against(taker, False) is not None:
            self.log.append(("refused", taker.number, 0, 0, 0))
            return
        if kind == "fok" and self.fillable(taker, False) < taker.left:
            self.log.append(("ended", taker.number, 0, 0, taker.left))
            return
        self.match(taker, is_market)
        if taker.left == 0:
            return
        if kind in ("ioc", "fok", "market"):
            self.log.append(("ended", taker.number, 0, 0, taker.left))
            return
        taker.show(self.tick())
        self.orders.append(taker)

    def match(self, taker: Naive, is_market: bool) -> None:
        while taker.left > 0:
            maker = self.best_against(taker, is_market)
            if maker is None:
                return
            if maker.who == taker.who and self.mode != ALLOW:
                self.prevent(taker, maker)
                continue
            lots = min(maker.seen, taker.left)
            self.log.append(("trade", maker.number, taker.number, maker.price, lots))
            taker.left -= lots
            maker.left -= lots
            maker.seen -= lots
            if maker.left == 0:
                self.orders.remove(maker)
            elif maker.seen == 0:
                maker.show(self.tick())

    def prevent(self, taker: Naive, maker: Naive) -> None:
        lots = min(taker.left, maker.left)
        if self.mode == DECREMENT:
            for order in (maker, taker):
                if order.left == lots:
                    self.end(order)
                else:
                    order.left -= lots
                    order.seen = min(order.seen, order.left)
                    self.log.append(("reduced", order.number, 0, 0, lots))
            return
        if self.mode in (EXPIRE_MAKER, EXPIRE_BOTH):
            self.end(maker)
        if self.mode in (EXPIRE_TAKER, EXPIRE_BOTH):
            self.end(taker)

    def end(self, order: Naive) -> None:
        self.log.append(("ended", order.number, 0, 0, order.left))
        order.left = 0
        if order in self.orders:
            self.orders.remove(order)

    def find(self, number: int) -> Naive | None:
        return next((order for order in self.orders if order.number == number), None)

    def cancel(self, number: int) -> None:
        order = self.find(number)
        if order is not None:
            self.orders.remove(order)

    def amend(self, number: int, left: int, price: int) -> None:
        order = self.find(number)
        if order is None:
            return
        if price == order.price and left <= order.left:
            order.left = left
            order.seen = min(order.seen, left)
            return
        self.orders.remove(order)
        order.left, order.price = left, price
        self.submit(order, "limit")

    def depth(self, side: int) -> list[tuple[int, int]]:
        prices = sorted({o.price for o in self.orders if o.side == side}, reverse=side == BUY)
        return [
            (p, sum(o.seen for o in self.orders if o.side == side and o.price == p)) for p in prices
        ]


def rank(order: Naive) -> tuple[int, int]:
    return (order.price if order.side == SELL else -order.price, order.place)
