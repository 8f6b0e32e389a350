"""What an exchange says about a change: reports to those who traded, the trade, the new market."""

from typing import final

from interlock.messages.commands import NoteTrade
from interlock.messages.terms import AUCTION, FILLED, MAKER, TAKER
from interlock.messages.units import Lots, Nanoseconds, Ticks
from interlock.simulation.book import ENDED, TRADED, Change
from interlock.simulation.clearing import Clearing
from interlock.simulation.fees import fee_of
from interlock.simulation.gateway import Gateway
from interlock.simulation.listing import Listing
from interlock.simulation.order import BACKGROUND, VenueOrder


@final
class Tape:
    """Charges, settles and reports trades, and publishes market data at most every
    `publish_interval_ns`.
    """

    def __init__(
        self,
        gateway: Gateway,
        clearing: Clearing | None,
        levels: int,
        publishes_trades: bool,
        publish_interval_ns: Nanoseconds,
    ) -> None:
        self.gateway: Gateway = gateway
        self.clearing: Clearing | None = clearing
        self.levels: int = levels
        self.publishes_trades: bool = publishes_trades
        self.publish_interval_ns: Nanoseconds = publish_interval_ns
        self.maker_fee_ppm: int = gateway.venue.maker_fee_ppm
        self.taker_fee_ppm: int = gateway.venue.taker_fee_ppm

    def tell(self, now_ns: Nanoseconds, listing: Listing, changes: list[Change]) -> None:
        """Say what happened in the book, in the order in which it happened."""
        for change in changes:
            if change.kind == TRADED:
                self._trade(now_ns, listing, change)
                continue
            order = change.maker
            if self.clearing is not None:
                self.clearing.release(order, change.quantity, self.taker_fee_ppm)
            if order.order == BACKGROUND:
                continue
            if change.kind == ENDED:
                self.gateway.cancelled(now_ns, order, change.reason, "")
            else:
                self.gateway.restated(now_ns, order, change.reason)

    def publish(self, now_ns: Nanoseconds, listing: Listing) -> bool:
        """Say what the market has become; false when it is too early to."""
        if self.levels == 0:
            listing.is_stale = False
            return True
        if now_ns < listing.publish_ns:
            return False
        news = listing.news(self.gateway.name, now_ns)
        if news is not None:
            listing.publish_ns = now_ns + self.publish_interval_ns
            self.gateway.say(now_ns, news)
        return True

    def _trade(self, now_ns: Nanoseconds, listing: Listing, change: Change) -> None:
        maker = change.maker
        taker = change.taker
        assert taker is not None, f"a trade of {change.quantity} has one side"
        price = change.price
        quantity = change.quantity
        is_auction = change.reason == AUCTION
        self._fill(now_ns, listing, maker, price, quantity, AUCTION if is_auction else MAKER)
        self._fill(now_ns, listing, taker, price, quantity, AUCTION if is_auction else TAKER)
        if self.publishes_trades:
            aggressor = 0 if is_auction else taker.side
            trade = NoteTrade(listing.symbol, self.gateway.name, price, quantity, aggressor, now_ns)
            self.gateway.say(now_ns, trade)

    def _fill(
        self,
        now_ns: Nanoseconds,
        listing: Listing,
        order: VenueOrder,
        price: Ticks,
        quantity: Lots,
        liquidity: int,
    ) -> None:
        if order.order == BACKGROUND and self.clearing is None:
            return
        ppm = self.maker_fee_ppm if liquidity == MAKER else self.taker_fee_ppm
        fee = fee_of(price, quantity, listing.minor_per_tick_lot, ppm)
        if self.clearing is not None:
            self.clearing.settle(order, price, quantity, fee, self.taker_fee_ppm)
        if order.order == BACKGROUND:
            return
        self.gateway.fill(now_ns, order, price, quantity, fee, liquidity)
        if order.status == FILLED:
            self.gateway.finish(order)
