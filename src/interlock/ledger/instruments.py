"""Instruments with their markets, and what we remember of prices."""

from math import isqrt
from typing import Any, Final, final

from interlock.messages.definitions import Instrument
from interlock.messages.terms import BUY, CLOSED, CONTINUOUS
from interlock.messages.units import (
    NS_PER_DAY,
    NS_PER_SECOND,
    PPM_ONE,
    Lots,
    Minor,
    Nanoseconds,
    Sequence,
    Ticks,
)

VOLATILITY_SAMPLE_NS: Final = NS_PER_SECOND
# A move of more than this between two samples is taken as this much: the price doubled.
MOVE_PPM_MAX: Final = PPM_ONE
# Weight of a new sample: 1/32, a half-life of about 22 samples.
_VOLATILITY_DECAY: Final = 32


@final
class MarketRecord:
    """One instrument at one venue: the touch, the ladder, the last trade, and whether to believe
    it.
    """

    def __init__(self, venue: str) -> None:
        self.venue: Final = venue
        self.bid: Ticks = 0
        self.bid_quantity: Lots = 0
        self.ask: Ticks = 0
        self.ask_quantity: Lots = 0
        self.bids: tuple[tuple[int, int], ...] = ()
        self.asks: tuple[tuple[int, int], ...] = ()
        self.time_ns: Nanoseconds = -1
        """When the quote last changed, by our time; -1 before there was any."""
        self.venue_time_ns: Nanoseconds = 0
        self.sequence: Sequence = 0
        self.fault = 0
        self.last_price: Ticks = 0
        self.last_quantity: Lots = 0
        self.last_time_ns: Nanoseconds = -1

    def is_two_sided(self) -> bool:
        return self.bid_quantity > 0 and self.ask_quantity > 0

    def is_crossed(self) -> bool:
        return self.is_two_sided() and self.bid >= self.ask

    def far_price(self, side: int) -> Ticks:
        """The price that an order on this side would take; 0 when nothing stands there."""
        if side == BUY:
            return self.ask if self.ask_quantity > 0 else 0
        return self.bid if self.bid_quantity > 0 else 0

    def far_quantity(self, side: int) -> Lots:
        return self.ask_quantity if side == BUY else self.bid_quantity

    def displayed(self, side: int, price: Ticks) -> Lots:
        """The quantity displayed on the far side up to a limit price, as deep as we see."""
        levels = self.asks if side == BUY else self.bids
        if len(levels) == 0:
            far = self.far_price(side)
            if far == 0 or (price < far if side == BUY else price > far):
                return 0
            return self.far_quantity(side)
        total = 0
        for level_price, level_quantity in levels:
            if level_price > price if side == BUY else level_price < price:
                break
            total += level_quantity
        return total


@final
class InstrumentRecord:
    """What can be traded, its markets by venue, and a mark that positions are valued at."""

    def __init__(self, definition: Instrument) -> None:
        self.definition: Instrument = definition
        self.symbol: Final[str] = definition.symbol
        self.currency: str = definition.currency
        self.minor_per_tick_lot: Minor = definition.minor_per_tick_lot
        self.settlement: int = definition.settlement
        self.status: int = definition.status
        self.utc_offset_ns: Nanoseconds = definition.utc_offset_ns
        self.phase_starts: list[int] = [phase.start_ns for phase in definition.phases]
        self.phases: list[int] = [phase.phase for phase in definition.phases]
        self.markets: Final[dict[str, MarketRecord]] = {}
        self.mark: Ticks = 0
        self.volume: Lots = 0
        """What we have heard of trades in it, at all its venues, since the session began."""
        self.open_orders = 0
        self.lots: Lots = 0
        """What all accounts hold together, and what of their orders is open: sums of what the
        positions say, kept nowhere else."""
        self.open_buy: Lots = 0
        self.open_sell: Lots = 0
        self.holders: Final[list[Any]] = []
        """The positions in it, by account and by source, that were ever anything but flat."""
        self.variance_ppm2 = 0
        """Exponentially weighted variance of the mark's return over one second, in ppm squared."""
        self.sampled_mark: Ticks = 0
        self.sampled_ns: Nanoseconds = -1

    def phase_at(self, time_ns: Nanoseconds) -> int:
        if len(self.phases) == 0:
            return CONTINUOUS
        of_day = (time_ns + self.utc_offset_ns) % NS_PER_DAY
        phase = CLOSED
        for index in range(len(self.phases)):
            if self.phase_starts[index] <= of_day:
                phase = self.phases[index]
        return phase

    def value(self, price: Ticks, quantity: Lots) -> Minor:
        return price * quantity * self.minor_per_tick_lot

    def volatility_ppm(self) -> int:
        """One standard deviation of the mark's return over one second, in parts per million."""
        return isqrt(self.variance_ppm2)

    def mark_to(self, market: MarketRecord, time_ns: Nanoseconds, has_bounded_moves: bool) -> None:
        """This takes a believable market's mid as the mark; half a tick rounds down."""
        if not market.is_two_sided() or market.bid >= market.ask:
            return
        self.mark = (market.bid + market.ask) // 2
        if self.sampled_ns < 0:
            self.sampled_mark, self.sampled_ns = self.mark, time_ns
            return
        elapsed = time_ns - self.sampled_ns
        if elapsed < VOLATILITY_SAMPLE_NS or self.sampled_mark == 0:
            return
        move_ppm = (self.mark - self.sampled_mark) * PPM_ONE // self.sampled_mark
        # A placeholder quote can be a million times off: that is no volatility, and its square
        # would not fit what a state can hold.
        if has_bounded_moves:
            move_ppm = max(-MOVE_PPM_MAX, min(move_ppm, MOVE_PPM_MAX))
        sample = move_ppm * move_ppm * NS_PER_SECOND // elapsed
        self.variance_ppm2 += (sample - self.variance_ppm2) // _VOLATILITY_DECAY
        self.sampled_mark, self.sampled_ns = self.mark, time_ns
