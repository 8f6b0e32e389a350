"""A venue that fills our orders against a recording, and adds no liquidity of its own.

The recording does not know us, so where an order of ours would have stood in the queue is a model.
It is this:
- Joining a displayed price, all the displayed quantity there is ahead of us. At a price where
  nothing is displayed nobody is ahead; at a price deeper than the recording shows the queue is
  unknown, and we get what is displayed ahead of us when the price first comes into sight.
- A trade at our price, by an aggressor of the other side, takes what is ahead first, then fills us;
  a trade at a worse price for its aggressor's counterpart than ours has gone through us and fills
  us at our price. One trade fills no more than its quantity. When the aggressor is unsaid, the
  recorded quote says (at or below the bid: a sale).
- Displayed quantity falling below what is ahead cuts what is ahead: cancels are taken to be behind
  us until they cannot be. What depth has cut, the trade that it showed does not cut again.
- Depth that appears on the other side at or through our price trades with us first, at our price.
  Its print fills nobody again: trades into that side give us nothing until that quantity passed.
- A taker walks displayed depth; the rest of an immediate order is cancelled. What we took of a
  price stays taken for as long as that price is displayed, so only growth beyond it adds and
  replayed depth is never used twice.
- Our own orders do not meet each other. A slice of an iceberg joins the queue anew. Requests that
  arrive at the moment of a recorded change meet the market before it.
"""

from typing import final

from interlock.messages.commands import Command, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.reasons import (
    IMMEDIATE_REMAINDER,
    INVALID_TERMS,
    NO_LIQUIDITY,
    NONE,
    PHASE_CLOSED,
    POST_ONLY_WOULD_TRADE,
    UNKNOWN_INSTRUMENT,
)
from interlock.messages.terms import (
    AUCTION,
    BUY,
    CLOSED,
    CLOSING_AUCTION,
    CONTINUOUS,
    DAY,
    FILLED,
    FOK,
    GTD,
    MAKER,
    OPENING_AUCTION,
    SELL,
    TAKER,
)
from interlock.messages.units import Lots, Minor, Nanoseconds, Ticks
from interlock.simulation.depth import UNKNOWN, Depth
from interlock.simulation.desk import Desk
from interlock.simulation.fees import fee_of
from interlock.simulation.gateway import FINISHED_ORDERS_MAX, Gateway
from interlock.simulation.order import VenueOrder, terms_fault
from interlock.simulation.phases import NEVER, entry_refusal, phase_change_after
from interlock.simulation.ratelimit import RateLimit


@final
class RecordedMarket:
    """One instrument: its recorded depth, and our orders resting in it, by price then time."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument: Instrument = instrument
        self.minor_per_tick_lot: Minor = instrument.minor_per_tick_lot
        self.depth: Depth = Depth()
        self.buys: list[VenueOrder] = []
        self.sells: list[VenueOrder] = []
        self.phase: int = CLOSED
        # What crossing depth gave our orders of a side, and no trade has shown yet.
        self.given_buys: Lots = 0
        self.given_sells: Lots = 0
        self.phase_change_ns: Nanoseconds = NEVER

    def enter_phase(self, time_ns: Nanoseconds) -> None:
        self.phase = self.instrument.phase_at(time_ns)
        self.phase_change_ns = phase_change_after(self.instrument, time_ns)

    def orders_of(self, side: int) -> list[VenueOrder]:
        return self.buys if side == BUY else self.sells

    def give(self, side: int, quantity: Lots) -> None:
        """Depth that crossed has filled an order of this side; the print is still to come."""
        if side == BUY:
            self.given_buys += quantity
        else:
            self.given_sells += quantity

    def less_given(self, side: int, quantity: Lots) -> Lots:
        """This is what is left of a trade after what its depth has given already."""
        seen = min(quantity, self.given_buys if side == BUY else self.given_sells)
        self.give(side, -seen)
        return quantity - seen

    def join(self, order: VenueOrder) -> None:
        """Rest an order behind what is displayed at its price and our own earlier orders there."""
        self.queue(order)
        orders = self.orders_of(order.side)
        side = self.depth.side_of(order.side)
        index = len(orders)
        while index > 0 and side.is_better(order.price, orders[index - 1].price):
            index -= 1
        orders.insert(index, order)

    def queue(self, order: VenueOrder) -> None:
        """Show the next slice, last in the queue at its price."""
        order.show()
        order.ahead = self.depth.side_of(order.side).quantity_at(order.price)
        order.cut = 0

    def requeue(self, side: int) -> None:
        """Learn from a new depth who may still be ahead of our orders."""
        displayed = self.depth.side_of(side)
        for order in self.orders_of(side):
            quantity = displayed.quantity_at(order.price)
            order.cut = 0
            if quantity == UNKNOWN:
                continue
            if order.ahead == UNKNOWN:
                order.ahead = quantity
            elif quantity < order.ahead:
                order.cut = order.ahead - quantity
                order.ahead = quantity

    def available(self, order: VenueOrder) -> Lots:
        """This is how much displayed depth the order would take now, up to what is left."""
        found = 0
        for level in self.depth.opposite_of(order.side).levels:
            if found >= order.leaves or not _accepts(order, level.price):
                break
            found += level.left()
        return min(found, order.leaves)


@final
class RecordedVenue(Desk):
    """Satisfies the venue port; `observe` is how the recording reaches it."""

    def __init__(
        self,
        venue: Venue,
        instruments: list[Instrument],
        *,
        latency_out_ns: Nanoseconds = 0,
        latency_in_ns: Nanoseconds = 0,
        accepts_immediate: bool = True,
        rate: RateLimit | None = None,
        finished_orders_max: int = FINISHED_ORDERS_MAX,
    ) -> None:
        gateway = Gateway(venue, latency_out_ns, latency_in_ns, rate, finished_orders_max)
        super().__init__(gateway, accepts_immediate)
        self.maker_fee_ppm: int = venue.maker_fee_ppm
        self.taker_fee_ppm: int = venue.taker_fee_ppm
        self.markets: dict[str, RecordedMarket] = {}
        for instrument in instruments:
            self.markets[instrument.symbol] = RecordedMarket(instrument)

    def next_time_ns(self) -> Nanoseconds:
        """This is when the venue next has something to do or say by itself, -1 if never."""
        next_ns = min(self.gateway.word_ns(), self.gateway.arrival_ns())
        for market in self.markets.values():
            if market.buys or market.sells:
                next_ns = min(next_ns, market.phase_change_ns, _first_expiry_ns(market))
        return -1 if next_ns == NEVER else next_ns

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        """Let the recorded market change; other venues' data and other commands mean nothing."""
        if isinstance(command, UpdateQuote):
            market = self._market(time_ns, command.venue, command.instrument)
            if market is not None:
                market.depth.show_quote(command)
                self._meet_depth(market)
        elif isinstance(command, UpdateLadder):
            market = self._market(time_ns, command.venue, command.instrument)
            if market is not None:
                market.depth.show_ladder(command)
                self._meet_depth(market)
        elif isinstance(command, NoteTrade):
            market = self._market(time_ns, command.venue, command.instrument)
            if market is not None:
                self._meet_trade(market, command)

    def _market(self, time_ns: Nanoseconds, venue: str, instrument: str) -> RecordedMarket | None:
        if venue != self.name:
            return None
        market = self.markets.get(instrument)
        if market is not None:
            self.advance(time_ns)
        return market

    # The market moves.

    def _meet_depth(self, market: RecordedMarket) -> None:
        market.requeue(BUY)
        market.requeue(SELL)
        if market.phase != CONTINUOUS:
            return
        for side in (BUY, SELL):
            for order in list(market.orders_of(side)):
                for level in market.depth.opposite_of(side).levels:
                    if order.leaves == 0 or not _accepts(order, level.price):
                        break
                    quantity = min(level.left(), order.leaves)
                    if quantity > 0:
                        level.taken += quantity
                        market.give(side, quantity)
                        self._fill_resting(market, order, quantity)

    def _meet_trade(self, market: RecordedMarket, trade: NoteTrade) -> None:
        if market.phase not in (CONTINUOUS, OPENING_AUCTION, CLOSING_AUCTION):
            # Nothing of ours trades then; the print is somebody's report of another trade.
            return
        aggressor = trade.aggressor
        if aggressor == 0:
            depth = market.depth
            if depth.bids.levels and trade.price <= depth.bids.best_price():
                aggressor = SELL
            elif depth.asks.levels and trade.price >= depth.asks.best_price():
                aggressor = BUY
        left = trade.quantity
        if aggressor != BUY:
            left = self._meet_side(market, BUY, trade.price, left, aggressor == SELL)
        if aggressor != SELL:
            self._meet_side(market, SELL, trade.price, left, aggressor == BUY)

    def _meet_side(
        self, market: RecordedMarket, side: int, price: Ticks, left: Lots, at_price: bool
    ) -> Lots:
        # What is left of the trade after those ahead of us and we have had our part of it.
        left = market.less_given(side, left)
        displayed = market.depth.side_of(side)
        consumed = 0
        for order in list(market.orders_of(side)):
            if displayed.is_better(order.price, price):
                quantity = min(left, order.leaves)
                if quantity > 0:
                    self._fill_resting(market, order, quantity)
                    left -= quantity
                continue
            if order.price != price or not at_price or order.ahead == UNKNOWN:
                continue
            # What the trade has consumed so far was ahead of this order too.
            seen = min(order.cut, consumed)
            order.cut -= seen
            order.ahead = max(order.ahead - (consumed - seen), 0)
            while left > 0 and order.leaves > 0:
                seen = min(left, order.cut)
                order.cut -= seen
                left -= seen
                first = min(left, order.ahead)
                order.ahead -= first
                left -= first
                consumed += seen + first
                quantity = min(left, order.shown)
                if quantity > 0:
                    self._fill_resting(market, order, quantity)
                    left -= quantity
        return left

    # Orders.

    def refusal(self, now_ns: Nanoseconds, order: VenueOrder) -> int:
        """This is why an order may not enter now, or NONE."""
        market = self.markets.get(order.instrument)
        if market is None:
            return UNKNOWN_INSTRUMENT
        if terms_fault(order) or (order.time_in_force == GTD and order.expire_ns <= now_ns):
            return INVALID_TERMS
        reason = entry_refusal(market.instrument.status, market.phase, order.is_immediate)
        if reason == NONE and order.post_only and self._would_take(market, order):
            return POST_ONLY_WOULD_TRADE
        return reason

    def enter(self, now_ns: Nanoseconds, order: VenueOrder) -> None:
        """Take what is displayed, then rest or end what is left."""
        market = self.markets[order.instrument]
        if order.time_in_force == FOK and market.available(order) < order.leaves:
            self.gateway.cancelled(now_ns, order, IMMEDIATE_REMAINDER, "")
            return
        if market.phase == CONTINUOUS:
            self._take(now_ns, market, order)
        if order.leaves == 0:
            return
        if not order.is_immediate:
            market.join(order)
            if order.time_in_force == GTD:
                self.timer_ns = min(self.timer_ns, order.expire_ns)
            return
        nothing = order.is_market and order.filled == 0
        self.gateway.cancelled(now_ns, order, NO_LIQUIDITY if nothing else IMMEDIATE_REMAINDER, "")

    def leave(self, now_ns: Nanoseconds, order: VenueOrder) -> None:
        """Take a resting order out."""
        self.markets[order.instrument].orders_of(order.side).remove(order)

    def amend_refusal(
        self, now_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks
    ) -> int:
        """This is why an open order may not be changed to this, or NONE."""
        market = self.markets[order.instrument]
        if market.phase == CLOSED:
            return PHASE_CLOSED
        old_quantity = order.quantity
        old_price = order.price
        order.quantity = quantity
        order.price = price
        is_faulty = terms_fault(order) != ""
        is_taking = self._would_take(market, order)
        order.quantity = old_quantity
        order.price = old_price
        if is_faulty:
            return INVALID_TERMS
        return POST_ONLY_WOULD_TRADE if order.post_only and is_taking else NONE

    def amend(self, now_ns: Nanoseconds, order: VenueOrder, quantity: Lots, price: Ticks) -> None:
        """Less quantity at the same price keeps its place; anything else enters anew."""
        leaves = quantity - order.filled
        order.quantity = quantity
        if price == order.price and leaves <= order.leaves:
            order.leaves = leaves
            order.shown = min(order.shown, leaves)
            return
        self.leave(now_ns, order)
        order.price = price
        order.leaves = leaves
        self.enter(now_ns, order)

    def keep_time(self, now_ns: Nanoseconds) -> None:
        """Change phases; expire GTD orders at their time and DAY orders at the close."""
        is_first = self.timer_ns == 0
        timer_ns = NEVER
        for market in self.markets.values():
            before = market.phase
            if is_first or market.phase_change_ns <= now_ns:
                market.enter_phase(now_ns)
            closes = market.phase == CLOSED and before != CLOSED
            for order in market.buys + market.sells:
                if closes and order.time_in_force == DAY:
                    self.leave(now_ns, order)
                    self.gateway.expired(now_ns, order, "the session has closed")
                elif order.time_in_force == GTD and order.expire_ns <= now_ns:
                    self.leave(now_ns, order)
                    self.gateway.expired(now_ns, order, "its date has come")
            timer_ns = min(timer_ns, market.phase_change_ns, _first_expiry_ns(market))
        self.timer_ns = timer_ns

    def _would_take(self, market: RecordedMarket, order: VenueOrder) -> bool:
        levels = market.depth.opposite_of(order.side).levels
        return market.phase == CONTINUOUS and bool(levels) and _accepts(order, levels[0].price)

    def _take(self, now_ns: Nanoseconds, market: RecordedMarket, order: VenueOrder) -> None:
        for level in market.depth.opposite_of(order.side).levels:
            if order.leaves == 0 or not _accepts(order, level.price):
                return
            quantity = min(level.left(), order.leaves)
            if quantity > 0:
                level.taken += quantity
                order.fill(quantity)
                self._report(now_ns, market, order, level.price, quantity, TAKER)

    def _fill_resting(self, market: RecordedMarket, order: VenueOrder, quantity: Lots) -> None:
        order.fill(quantity)
        order.shown = max(order.shown - quantity, 0)
        if order.leaves == 0:
            market.orders_of(order.side).remove(order)
        elif order.shown == 0:
            market.queue(order)
        liquidity = MAKER if market.phase == CONTINUOUS else AUCTION
        self._report(self.now_ns, market, order, order.price, quantity, liquidity)

    def _report(
        self,
        now_ns: Nanoseconds,
        market: RecordedMarket,
        order: VenueOrder,
        price: Ticks,
        quantity: Lots,
        liquidity: int,
    ) -> None:
        ppm = self.maker_fee_ppm if liquidity == MAKER else self.taker_fee_ppm
        fee = fee_of(price, quantity, market.minor_per_tick_lot, ppm)
        self.gateway.fill(now_ns, order, price, quantity, fee, liquidity)
        if order.status == FILLED:
            self.gateway.finish(order)


def _accepts(order: VenueOrder, price: Ticks) -> bool:
    if order.is_market:
        return True
    return price <= order.price if order.side == BUY else price >= order.price


def _first_expiry_ns(market: RecordedMarket) -> Nanoseconds:
    first_ns = NEVER
    for order in market.buys + market.sells:
        if order.time_in_force == GTD:
            first_ns = min(first_ns, order.expire_ns)
    return first_ns
