"""Recorded depth that can be consumed: what was displayed, less what we have taken of it since."""

from typing import Final, final

from interlock.messages.commands import UpdateLadder, UpdateQuote
from interlock.messages.terms import BUY, SELL
from interlock.messages.units import Lots, Ticks

UNKNOWN: Final = -1
"""The quantity at a price that lies deeper than the recording shows."""


@final
class DisplayedLevel:
    """One displayed price. What we took of it stays taken for as long as the price is displayed:
    only a quantity beyond what we took adds to it."""

    def __init__(self, price: Ticks, quantity: Lots) -> None:
        self.price: Ticks = price
        self.quantity: Lots = quantity
        self.taken: Lots = 0

    def left(self) -> Lots:
        """This is what is displayed and not taken by us."""
        return max(self.quantity - self.taken, 0)


@final
class DisplayedSide:
    """One side as last recorded, best first."""

    def __init__(self, side: int) -> None:
        self.side: int = side
        self.levels: list[DisplayedLevel] = []
        self.by_price: dict[Ticks, DisplayedLevel] = {}

    def is_better(self, price: Ticks, than: Ticks) -> bool:
        """True when a price on this side would trade before the other."""
        return price > than if self.side == BUY else price < than

    def show(self, rows: tuple[tuple[Ticks, Lots], ...]) -> None:
        """Take over what is displayed now; a price still displayed remembers what we took,
        whatever its quantity became in between.
        """
        levels: list[DisplayedLevel] = []
        by_price: dict[int, DisplayedLevel] = {}
        for price, quantity in rows:
            if quantity <= 0:
                continue
            level = self.by_price.get(price)
            if level is None:
                level = DisplayedLevel(price, quantity)
            level.quantity = quantity
            levels.append(level)
            by_price[price] = level
        self.levels = levels
        self.by_price = by_price

    def show_best(self, price: Ticks, quantity: Lots, keeps_deeper: bool) -> None:
        """Take over a new best level; deeper ones of an earlier ladder stay when `keeps_deeper`."""
        rows: list[tuple[int, int]] = [(price, quantity)]
        if keeps_deeper:
            for level in self.levels:
                if quantity <= 0 or self.is_better(price, level.price):
                    rows.append((level.price, level.quantity))
        if quantity <= 0:
            rows = []
        self.show(tuple(rows))

    def quantity_at(self, price: Ticks) -> Lots:
        """This is what is displayed at a price, `UNKNOWN` deeper than the last displayed level."""
        level = self.by_price.get(price)
        if level is not None:
            return level.quantity
        if not self.levels or self.is_better(self.levels[-1].price, price):
            return UNKNOWN
        return 0

    def best_price(self) -> Ticks:
        """This is the best displayed price; ask only when there is one."""
        return self.levels[0].price


@final
class Depth:
    """Both sides of one recorded market."""

    def __init__(self) -> None:
        self.bids: DisplayedSide = DisplayedSide(BUY)
        self.asks: DisplayedSide = DisplayedSide(SELL)
        self.has_ladder: bool = False

    def side_of(self, side: int) -> DisplayedSide:
        return self.bids if side == BUY else self.asks

    def opposite_of(self, side: int) -> DisplayedSide:
        return self.asks if side == BUY else self.bids

    def show_ladder(self, ladder: UpdateLadder) -> None:
        self.has_ladder = True
        self.bids.show(ladder.bids)
        self.asks.show(ladder.asks)

    def show_quote(self, quote: UpdateQuote) -> None:
        """Take over a new top; a quote says nothing about what is below, so a ladder stays."""
        self.bids.show_best(quote.bid, quote.bid_quantity, self.has_ladder)
        self.asks.show_best(quote.ask, quote.ask_quantity, self.has_ladder)
