"""The cost model: what an order of this size should cost here, fitted on the team's own fills.

    cost in bp  =  a * half spread in bp  +  b * square root of (quantity / displayed)

The first term is the price of crossing, the second the square-root law of impact (Almgren, Thum,
Hauptmann and Li, Direct estimation of equity market impact, Risk 18(7), 2005; Bouchaud, Farmer and
Lillo, How markets slowly digest changes in supply and demand, 2009) with the touch's displayed
quantity as the measure of what is large, because a journal knows that for every market and daily
volume for few. Fitted by least squares, weighted by nothing, on orders that took liquidity.

Each order is held against the model of the orders *before* it, so that the error is one of
prediction. Binary floating point, outside the walk.
"""

from math import sqrt
from typing import Final

from interlock.feedback.outcomes import OrderOutcome, Shortfall
from interlock.messages.terms import MAKER
from interlock.messages.units import BPS_ONE

ORDERS_MIN: Final = 30
"""With fewer orders there is no model."""


class CostModel:
    """Learns from one order after the other. Memory is constant."""

    def __init__(self) -> None:
        self.orders = 0
        self._spread_spread = 0.0
        self._spread_root = 0.0
        self._root_root = 0.0
        self._spread_cost = 0.0
        self._root_cost = 0.0
        self._predicted = 0
        self._error = 0.0
        self._error_error = 0.0

    def coefficients(self) -> tuple[float, float] | None:
        """This is (a, b); None with too few orders, or where size and spread cannot be told
        apart."""
        determinant = self._spread_spread * self._root_root - self._spread_root**2
        scale = self._spread_spread * self._root_root
        if self.orders < ORDERS_MIN or determinant <= 1e-9 * scale:
            return None
        spread = self._spread_cost * self._root_root - self._root_cost * self._spread_root
        root = self._root_cost * self._spread_spread - self._spread_cost * self._spread_root
        return spread / determinant, root / determinant

    def expect(self, outcome: OrderOutcome) -> int:
        """What the order should cost from its release on, in half minor units of what it traded;
        0 where there is no model or it does not apply."""
        found = self.coefficients()
        features = _features(outcome)
        if found is None or features is None:
            return 0
        bps = found[0] * features[0] + found[1] * features[1]
        return round(bps * 2 * outcome.value / BPS_ONE)

    def learn(self, outcome: OrderOutcome, shortfall: Shortfall) -> None:
        """This takes one measured order, after `expect` was asked about it."""
        features = _features(outcome)
        if features is None:
            return
        spread, root = features
        cost = shortfall.executed_twice * BPS_ONE / (2 * outcome.value)
        if outcome.expected_cost_twice:
            error = cost - outcome.expected_cost_twice * BPS_ONE / (2 * outcome.value)
            self._predicted += 1
            self._error += error
            self._error_error += error * error
        self.orders += 1
        self._spread_spread += spread * spread
        self._spread_root += spread * root
        self._root_root += root * root
        self._spread_cost += spread * cost
        self._root_cost += root * cost

    @property
    def predicted(self) -> int:
        """How many orders were held against a model of those before them."""
        return self._predicted

    def bias_bps(self) -> float:
        """By how much orders cost more than the model said, on average."""
        return self._error / self._predicted if self._predicted else 0.0

    def error_bps(self) -> float:
        """The root mean square of the prediction's error."""
        return sqrt(self._error_error / self._predicted) if self._predicted else 0.0


def _features(outcome: OrderOutcome) -> tuple[float, float] | None:
    """Half the spread in basis points, and the root of the size: of an order that took liquidity
    and met a two-sided market."""
    if not outcome.fills or any(fill.liquidity == MAKER for fill in outcome.fills):
        return None
    if not outcome.release_mid_twice or outcome.displayed <= 0 or outcome.release_far <= 0:
        return None
    half_spread = abs(2 * outcome.release_far - outcome.release_mid_twice)
    spread = half_spread * BPS_ONE / outcome.release_mid_twice
    return spread, sqrt(outcome.quantity / outcome.displayed)
