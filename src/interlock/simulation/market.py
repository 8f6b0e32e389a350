"""A seeded market: other people's orders, flowing into one or several exchanges.

Each instrument has one fundamental price that all its venues follow. Its return per step is normal
with a GARCH(1,1) variance in whole numbers, so that large moves follow large moves; activity rises
with volatility. Around it, per venue and at exponential times (Cont, Stoikov, Talreja 2010): limit
orders whose distance from the fair price is geometric, cancels, and market orders whose sign
persists (the long memory of order flow, Lillo and Farmer 2004). A venue's view of the fair price
carries its own slowly changing noise. Quotes that the fair price has left behind are taken by
informed orders, which is what keeps the venues together.

Everything comes from the seed: equal seeds and equal calls give equal markets.
"""

from math import isqrt
from typing import Final, final

from interlock.messages.terms import BUY, CLOSED, CONTINUOUS, GTC, IOC, LIMIT, MARKET, SELL
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Lots, Nanoseconds, Ticks
from interlock.simulation.chance import NORMAL_ONE, Chance
from interlock.simulation.exchange import Exchange
from interlock.simulation.listing import Listing
from interlock.simulation.order import ANONYMOUS, BACKGROUND, VenueOrder

_FINE: Final = 1024  # the fundamental price moves in 1/1024 of a tick
_PPB: Final = 1_000_000_000
_STEP_NS: Final = 100 * NS_PER_MS

# GARCH(1,1) in thousandths: today's variance is 10 of the mean, 70 of the last squared return, 920
# of yesterday's.
_GARCH_MEAN: Final = 7
_GARCH_RETURN: Final = 90
_GARCH_MEMORY: Final = 903
_VARIANCE_TIMES_MAX: Final = 30

_ORDERS_PER_SIDE_MAX: Final = 120
_ORDERS_PER_SIDE_MIN: Final = 12
_ORDERS_PER_SIDE_OPENING: Final = 30
_ORDERS_USUAL: Final = 100  # both sides
_CANCEL_PERCENT: Final = 36
_MARKET_PERCENT: Final = 6
_IMPROVE_PPM: Final = 250_000  # this many limit orders join the best price that is safe


@final
class Profile:
    """How one instrument trades."""

    def __init__(
        self,
        symbol: str,
        price: Ticks,
        *,
        half_spread: Ticks = 1,
        depth_ticks: int = 5,
        quantity: Lots = 20,
        events_per_second: int = 40,
        volatility_ppm: int = 100,
    ) -> None:
        if price <= 4 * half_spread or half_spread < 1 or quantity < 1 or events_per_second < 1:
            raise ValueError(
                f"{symbol}: price was {price}, half_spread {half_spread}, quantity {quantity}, "
                f"events_per_second {events_per_second}; must be above 0, the price by far"
            )
        self.symbol: str = symbol
        self.price: Ticks = price
        self.half_spread: Ticks = half_spread
        self.depth_ticks: int = depth_ticks
        """Mean distance of limit orders behind the touch."""
        self.quantity: Lots = quantity
        """Mean order quantity."""
        self.events_per_second: int = events_per_second
        """At one venue, in a calm market."""
        self.volatility_ppm: int = volatility_ppm
        """Standard deviation of the return over one second, in a calm market."""


@final
class Fundamental:
    """The price that an instrument is worth, and how much it moves."""

    def __init__(self, profile: Profile, chance: Chance, start_ns: Nanoseconds) -> None:
        self.chance: Chance = chance
        self.price_fine: int = profile.price * _FINE
        self.floor_fine: int = 4 * profile.half_spread * _FINE
        # Of a step, in parts per thousand million: a tenth of a second has 1/sqrt(10) of the
        # deviation.
        deviation_ppb = max(profile.volatility_ppm * 316, 1)
        self.variance_mean: int = deviation_ppb * deviation_ppb
        self.variance: int = self.variance_mean
        self.step_ns: Nanoseconds = start_ns

    def advance(self, time_ns: Nanoseconds) -> None:
        """Take every step up to a time; a long pause counts as one hour of steps at most."""
        if time_ns - self.step_ns > 3_600 * NS_PER_SECOND:
            self.step_ns = time_ns - 3_600 * NS_PER_SECOND
        while self.step_ns + _STEP_NS <= time_ns:
            self.step_ns += _STEP_NS
            return_ppb = self.chance.normal() * isqrt(self.variance) // NORMAL_ONE
            moved = self.price_fine + self.price_fine * return_ppb // _PPB
            self.price_fine = max(moved, self.floor_fine)
            variance = (
                _GARCH_MEAN * self.variance_mean
                + _GARCH_RETURN * return_ppb * return_ppb
                + _GARCH_MEMORY * self.variance
            ) // 1_000
            self.variance = min(variance, _VARIANCE_TIMES_MAX * self.variance_mean)

    def activity(self) -> int:
        """This is how busy the market is, in percent of a calm one: 50..400 with volatility."""
        return min(max(100 * isqrt(self.variance) // isqrt(self.variance_mean), 50), 400)


@final
class OrderFlow:
    """The orders of others in one instrument at one venue."""

    def __init__(
        self,
        exchange: Exchange,
        listing: Listing,
        profile: Profile,
        fundamental: Fundamental,
        chance: Chance,
        start_ns: Nanoseconds,
    ) -> None:
        self.exchange: Exchange = exchange
        self.listing: Listing = listing
        self.profile: Profile = profile
        self.fundamental: Fundamental = fundamental
        self.chance: Chance = chance
        self.next_ns: Nanoseconds = start_ns
        self.noise_fine: int = 0
        self.events: int = 0
        self.last_side: int = BUY
        self.bids: list[VenueOrder] = []
        self.asks: list[VenueOrder] = []

    def act(self) -> None:
        """Do one thing, and choose when to do the next."""
        now_ns = self.next_ns
        self.fundamental.advance(now_ns)
        mean_ns = (
            NS_PER_SECOND * 100 // (self.profile.events_per_second * self.fundamental.activity())
        )
        self.next_ns = now_ns + self.chance.waiting(mean_ns)
        if self.listing.phase == CLOSED:
            # Nobody comes before the doors open.
            self.exchange.advance(now_ns)
            if self.listing.phase == CLOSED:
                self.next_ns = max(self.next_ns, self.listing.phase_change_ns)
                return
        # The venue's noise forgets itself slowly, and is worth about half a tick.
        self.events += 1
        if self.events % 64 == 1:
            self.bids = _resting(self.bids)
            self.asks = _resting(self.asks)
        self.noise_fine += self.chance.between(-64, 64) - self.noise_fine // 128
        fair_fine = self.fundamental.price_fine + self.noise_fine
        if self.events == 1:
            for _ in range(_ORDERS_PER_SIDE_OPENING):
                self._place_limit(now_ns, BUY, fair_fine)
                self._place_limit(now_ns, SELL, fair_fine)
        if self._trade_on_knowledge(now_ns, fair_fine):
            return
        thin = min(len(self.bids), len(self.asks)) < _ORDERS_PER_SIDE_MIN
        # The more orders rest, the more are cancelled: the book finds its own depth.
        resting = len(self.bids) + len(self.asks)
        cancel_percent = min(_CANCEL_PERCENT * resting // _ORDERS_USUAL, 2 * _CANCEL_PERCENT)
        draw = 100 if thin else self.chance.below(100)
        if draw >= cancel_percent + _MARKET_PERCENT:
            side = BUY if len(self.bids) < len(self.asks) else SELL
            if not thin:
                side = BUY if self.chance.happens(500_000) else SELL
            self._place_limit(now_ns, side, fair_fine)
        elif draw >= _MARKET_PERCENT:
            self._cancel(now_ns, BUY if self.chance.happens(500_000) else SELL, fair_fine)
        elif self.listing.phase == CONTINUOUS:
            if self.chance.happens(350_000):
                self.last_side = BUY + SELL - self.last_side
            self._place(now_ns, self.last_side, MARKET, IOC, 0)

    def _trade_on_knowledge(self, now_ns: Nanoseconds, fair_fine: int) -> bool:
        # A quote half a tick on the wrong side of the fair price is taken before anybody else acts.
        if self.listing.phase != CONTINUOUS:
            return False
        best_bid = self.listing.book.bids.best
        best_ask = self.listing.book.asks.best
        if best_ask is not None and best_ask.price * _FINE + _FINE // 2 < fair_fine:
            self._place(now_ns, BUY, LIMIT, IOC, fair_fine // _FINE)
            return True
        if best_bid is not None and best_bid.price * _FINE - _FINE // 2 > fair_fine:
            self._place(now_ns, SELL, LIMIT, IOC, -(-fair_fine // _FINE))
            return True
        return False

    def _place_limit(self, now_ns: Nanoseconds, side: int, fair_fine: int) -> None:
        orders = self.bids if side == BUY else self.asks
        if len(orders) >= _ORDERS_PER_SIDE_MAX:
            self._cancel(now_ns, side, fair_fine)
            return
        behind = self.chance.geometric(self.profile.depth_ticks)
        if self.chance.happens(_IMPROVE_PPM):
            behind = 0
        half_fine = self.profile.half_spread * _FINE // 2
        if side == BUY:
            price = (fair_fine - half_fine) // _FINE - behind
        else:
            price = -((-fair_fine - half_fine) // _FINE) + behind
        if price < 1:
            return
        order = self._place(now_ns, side, LIMIT, GTC, price)
        if order.level is not None:
            orders.append(order)

    def _place(
        self, now_ns: Nanoseconds, side: int, order_type: int, time_in_force: int, price: Ticks
    ) -> VenueOrder:
        quantity = 1 + self.chance.geometric(self.profile.quantity - 1)
        order = VenueOrder(BACKGROUND, ANONYMOUS, side, quantity, price, order_type, time_in_force)
        self.exchange.place(now_ns, self.profile.symbol, order)
        return order

    def _cancel(self, now_ns: Nanoseconds, side: int, fair_fine: int) -> None:
        orders = self.bids if side == BUY else self.asks
        if not orders:
            return
        # Of two orders drawn the one farther from the fair price goes: nobody keeps what cannot
        # trade.
        index = self.chance.below(len(orders))
        other = self.chance.below(len(orders))
        if abs(orders[other].price * _FINE - fair_fine) > abs(
            orders[index].price * _FINE - fair_fine
        ):
            index = other
        order = orders[index]
        orders[index] = orders[len(orders) - 1]
        orders.pop()
        if order.level is not None:
            self.exchange.withdraw(now_ns, order)


@final
class MarketGenerator:
    """Keeps several venues busy. One event costs a few microseconds compiled."""

    def __init__(
        self, seed: int, exchanges: list[Exchange], profiles: list[Profile], start_ns: Nanoseconds
    ) -> None:
        """Prepare an order flow for every exchange that lists a profile's instrument.

        Each fills its book at its first event, at `start_ns`.
        """
        seeds = Chance(seed)
        self.events: int = 0
        self.flows: list[OrderFlow] = []
        self.fundamentals: dict[str, Fundamental] = {}
        for profile in profiles:
            fundamental = Fundamental(profile, Chance(_seed(seeds)), start_ns)
            self.fundamentals[profile.symbol] = fundamental
            for exchange in exchanges:
                listing = exchange.listings.get(profile.symbol)
                if listing is not None:
                    chance = Chance(_seed(seeds))
                    flow = OrderFlow(exchange, listing, profile, fundamental, chance, start_ns)
                    self.flows.append(flow)

    def next_time_ns(self) -> Nanoseconds:
        """This is when somebody next does something, -1 when there is no market at all."""
        next_ns = -1
        for flow in self.flows:
            if next_ns < 0 or flow.next_ns < next_ns:
                next_ns = flow.next_ns
        return next_ns

    def advance(self, time_ns: Nanoseconds) -> None:
        """Let everybody act up to and including a time, in time order.

        The venues' words about it are in their `due`.
        """
        while True:
            first: OrderFlow | None = None
            for flow in self.flows:
                if flow.next_ns <= time_ns and (first is None or flow.next_ns < first.next_ns):
                    first = flow
            if first is None:
                return
            first.act()
            self.events += 1


def _resting(orders: list[VenueOrder]) -> list[VenueOrder]:
    return [order for order in orders if order.level is not None]


def _seed(seeds: Chance) -> int:
    return (seeds.word() << 32) | seeds.word()
