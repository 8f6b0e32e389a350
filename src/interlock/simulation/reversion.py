"""A model that expects prices to come back to their slow average."""

from typing import Final, final

from interlock.messages.decisions import (
    Decision,
    OrderQuantity,
    QuoteLadder,
    TargetPosition,
    Terms,
)
from interlock.messages.definitions import Instrument
from interlock.messages.terms import BUY, DAY, IOC, LIMIT, MARKETABLE_LIMIT, SELL
from interlock.messages.units import Lots, Nanoseconds, Ticks
from interlock.simulation.model import AVERAGE_ONE, Model, View

TARGETS: Final = 0
ORDERS: Final = 1
QUOTES: Final = 2

PARAMETERS: Final = {
    "fast_shift": 1,
    "slow_shift": 7,  # the slow average forgets half in about 88 market changes
    "style": TARGETS,  # 0 target positions, 1 limit orders, 2 a two-sided ladder of quotes
    "entry_millitick": 1_500,  # distance from the average that is worth a position
    "exit_millitick": 300,  # distance at which the position is given up
    "half_spread": 2,  # quotes: ticks from the average to the first quote
    "levels": 2,  # quotes: how many on each side, one tick apart
}


@final
class MeanReversionModel(Model):
    """Decides against the distance of the price from its slow average.

    Style 0 decides `TargetPosition`, style 1 a passive `OrderQuantity` at the near touch, style 2 a
    `QuoteLadder` around the average whenever that has moved by a tick.
    """

    def __init__(
        self,
        source: str,
        release: str,
        epoch: int,
        instruments: dict[str, Instrument],
        venues: list[str],
        parameters: dict[str, int],
        seed: int,
    ) -> None:
        super().__init__(source, release, epoch, instruments, venues, parameters, seed, PARAMETERS)
        self.style: int = self.parameters["style"]
        if self.style > QUOTES:
            raise ValueError(f"$.parameters.style: was {self.style}, must be 0..{QUOTES}")
        self.quantity: Lots = self.parameters["quantity"]
        self.entry: int = self.parameters["entry_millitick"] * AVERAGE_ONE // 500
        self.exit: int = self.parameters["exit_millitick"] * AVERAGE_ONE // 500
        self.half_spread: Ticks = self.parameters["half_spread"]
        self.levels: int = self.parameters["levels"]
        self.protection: Ticks = self.parameters["protection"]

    def decide(self, time_ns: Nanoseconds, view: View) -> list[Decision]:
        """This is at most one decision."""
        if self.style == QUOTES:
            return self._quotes(time_ns, view)
        away = (view.bid + view.ask) * AVERAGE_ONE - view.slow
        if self.style == ORDERS:
            return self._order(time_ns, view, away)
        target = view.last_target
        if away > self.entry:
            target = -self.quantity
        elif away < -self.entry:
            target = self.quantity
        elif -self.exit < away < self.exit:
            target = 0
        if target == view.last_target:
            return []
        view.last_target = target
        terms = Terms(order_type=MARKETABLE_LIMIT, time_in_force=IOC, protection=self.protection)
        action = TargetPosition(view.symbol, target, terms)
        text = "far from the average" if target else "back at the average"
        return [self.decision(time_ns, action, view.evidence(), text)]

    def _order(self, time_ns: Nanoseconds, view: View, away: int) -> list[Decision]:
        if -self.entry <= away <= self.entry:
            return []
        side = SELL if away > 0 else BUY
        price = view.ask if side == SELL else view.bid
        terms = Terms(order_type=LIMIT, price=price, time_in_force=DAY)
        action = OrderQuantity(view.symbol, side, self.quantity, terms)
        return [self.decision(time_ns, action, view.evidence(), "far from the average")]

    def _quotes(self, time_ns: Nanoseconds, view: View) -> list[Decision]:
        # The average counts half ticks; quotes keep clear of the other side's touch.
        middle = view.slow // (2 * AVERAGE_ONE)
        first_bid = min(middle - self.half_spread, view.ask - 1)
        if first_bid == view.last_bid:
            return []
        view.last_bid = first_bid
        first_ask = max(middle + self.half_spread, view.bid + 1, first_bid + 1)
        bids = tuple([(first_bid - level, self.quantity) for level in range(self.levels)])
        asks = tuple([(first_ask + level, self.quantity) for level in range(self.levels)])
        venue = self.venues[0] if self.venues else ""
        terms = Terms(order_type=LIMIT, time_in_force=DAY, post_only=True, venue=venue)
        action = QuoteLadder(view.symbol, bids, asks, terms)
        return [self.decision(time_ns, action, view.evidence(), "the average has moved")]
