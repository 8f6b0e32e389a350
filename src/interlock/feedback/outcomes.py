"""Outcomes: what became of one order and of one decision, in whole numbers.

Money is in *half* minor units of the instrument's currency wherever its name ends in `_twice`,
because a mid lies between two ticks: nothing is rounded before it is printed. A cost is positive
when it hurt, whichever side the order was on; a markout is positive when the market moved our way.
"""

from typing import Final

from msgspec import Struct, field

from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks

MS: Final = 1_000_000
HORIZONS: Final = (100 * MS, 1_000 * MS, 10_000 * MS, 60_000 * MS, 300_000 * MS)
"""How long after a fill, and after a decision, the market is looked at again, in nanoseconds."""
HORIZON_NAMES: Final = ("100ms", "1s", "10s", "1min", "5min")
PARTICIPATION_PERCENT: Final = 20
"""The share of the market's volume that the participation-weighted benchmark supposes."""
REALISED_AT: Final = 2
"""The horizon of the realised spread: ten seconds."""


class Shortfall(Struct):
    """Perold's implementation shortfall of one order, split; the parts add up to `total_twice`
    exactly.

    Perold, The implementation shortfall: paper versus reality, Journal of Portfolio Management
    14(3), 1988; the split follows Wagner and Edwards, Best execution, Financial Analysts Journal
    49(1), 1993, with the cost of trading cut at the touch.
    """

    delay_twice: int = 0
    """From the decision's mid to the mid when the order was released, on what was filled."""
    timing_twice: int = 0
    """From the mid at release to the mid just before each fill."""
    spread_twice: int = 0
    """From that mid to the touch that the fill took, or gave: negative where we earned it."""
    impact_twice: int = 0
    """From the touch to the price: what taking more than the touch cost; negative is improvement.
    """
    fees_twice: int = 0
    opportunity_twice: int = 0
    """On what was not filled: from the decision's mid to the mid when the order ended."""

    @property
    def total_twice(self) -> int:
        return (
            self.delay_twice
            + self.timing_twice
            + self.spread_twice
            + self.impact_twice
            + self.fees_twice
            + self.opportunity_twice
        )

    @property
    def executed_twice(self) -> int:
        """What trading cost from the release on: timing, spread and impact."""
        return self.timing_twice + self.spread_twice + self.impact_twice


PARTS: Final = ("delay", "timing", "spread", "impact", "fees", "opportunity")


class FillOutcome(Struct):
    """One execution, and the market before and after it."""

    execution_id: str
    time_ns: Nanoseconds
    quantity: Lots
    price: Ticks
    fee: Minor
    liquidity: int
    mid_twice: int = 0
    """Just before we learnt of it; 0 where there was none."""
    far_touch: Ticks = 0
    """The best price that we could have taken; 0 where there was none."""
    mids_later_twice: list[int] = field(default_factory=lambda: [0] * len(HORIZONS))
    """At each horizon; 0 where there was no mid, or the session had ended."""


class OrderOutcome(Struct):
    """One order from its decision to its end."""

    order: OrderId
    decision: Sequence
    source: str
    release: str
    epoch: int
    instrument: str
    venue: str
    side: int
    order_type: int
    time_in_force: int
    post_only: bool
    quantity: Lots
    price: Ticks
    minor_per_tick_lot: Minor
    currency: str
    currency_digits: int
    decided_ns: Nanoseconds
    arrived_ns: Nanoseconds
    released_ns: Nanoseconds
    decision_mid_twice: int
    arrival_mid_twice: int
    release_mid_twice: int
    release_far: Ticks
    """The touch on the other side when it was released; 0 where there was none."""
    displayed: Lots
    """What the far touch displayed when it was released."""
    queued: Lots
    """What stood at the near touch when it was released at or behind it: the queue it joined."""
    decisions_last_second: int
    """The load at its release."""
    quantity_most: Lots
    price_worst: Ticks
    """The most and the worst that we ever allowed it, replaces included."""
    answered_ns: Nanoseconds = -1
    ended_ns: Nanoseconds = -1
    ending: str = ""
    """How it ended: filled, cancelled, rejected, expired; empty while it works."""
    end_mid_twice: int = 0
    fills: list[FillOutcome] = field(default_factory=list)
    released_volume: Lots = 0
    """What had traded in the instrument before its release."""
    tape_volume: Lots = 0
    tape_value: int = 0
    mid_time: int = 0
    mid_ns: Nanoseconds = 0
    """The tape's and the mid's running sums at release; at the end, what passed in between."""
    paced_volume: Lots = 0
    paced_value: int = 0
    """The first trades from its release on of which what it filled is `PARTICIPATION_PERCENT`."""
    expected_cost_twice: int = 0
    """By the cost model fitted on the orders before it; 0 while there is none."""

    @property
    def filled(self) -> Lots:
        return sum(fill.quantity for fill in self.fills)

    @property
    def value(self) -> Minor:
        """What was traded, in minor units."""
        ticks = sum(fill.price * fill.quantity for fill in self.fills)
        return ticks * self.minor_per_tick_lot

    @property
    def is_measured(self) -> bool:
        """Whether a cost can be stated: there were mids at the decision, at release, at every fill
        and, if something was left, at the end."""
        return self.unmeasured_because() == ""

    def unmeasured_because(self) -> str:
        """Why no cost can be stated; empty when it can."""
        if not self.ending:
            return "it has not ended"
        if not self.decision_mid_twice:
            return "there was no two-sided market when it was decided"
        if not self.release_mid_twice:
            return "there was no two-sided market when it was released"
        if any(not fill.mid_twice for fill in self.fills):
            return "there was no two-sided market when it was filled"
        if self.filled < self.quantity and not self.end_mid_twice:
            return "there was no two-sided market when it ended"
        return ""


class DecisionOutcome(Struct):
    """One line of one decision: what it wanted, and what the market did after."""

    decision: Sequence
    line: int
    source: str
    release: str
    epoch: int
    instrument: str
    venue: str
    side: int
    asked: Lots
    is_allowed: bool
    minor_per_tick_lot: Minor
    currency: str
    currency_digits: int
    decided_ns: Nanoseconds
    mid_twice: int
    mids_later_twice: list[int] = field(default_factory=lambda: [0] * len(HORIZONS))
