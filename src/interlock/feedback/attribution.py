"""Attribution: what a source's decisions were worth, apart from what executing them cost.

The worth of a line is what its whole quantity would have gained had it traded at once at the mid of
its decision, by how far the mid had moved at each horizon. It knows nothing of execution, so a good
model with bad execution and a bad model with good execution look different, and decisions that the
controls refused have a worth too. Against it stands the shortfall of the orders they became.
"""

from typing import Final

from interlock.feedback.estimates import Interval, RatioEstimate
from interlock.feedback.outcomes import HORIZONS, DecisionOutcome, OrderOutcome, Shortfall
from interlock.feedback.shortfall import worth_twice
from interlock.messages.units import NS_PER_MS

JUDGED_AT: Final = 3
"""The horizon at which worth is held against cost: one minute."""

GOOD: Final = "worth more than it costs"
COSTLY: Final = "good decisions, execution costs more than they are worth"
POOR: Final = "decisions lose before execution"
UNDECIDED: Final = "too few or too unlike to say"


class Attribution:
    """One source's release in one currency."""

    def __init__(self, currency: str, currency_digits: int) -> None:
        self.currency: Final = currency
        self.currency_digits: Final = currency_digits
        self.lines = 0
        self.refused_lines = 0
        self.worth = tuple(RatioEstimate() for _ in HORIZONS)
        """Of every line that the controls allowed."""
        self.refused_worth = tuple(RatioEstimate() for _ in HORIZONS)
        self.cost = RatioEstimate()
        """Shortfall of its orders over what was ordered."""
        self.delay = RatioEstimate()
        """What a millisecond between decision and release cost: part in money times nanoseconds in
        a millisecond, whole in money times nanoseconds."""

    def note_decision(self, outcome: DecisionOutcome) -> None:
        """This adds one line of a decision."""
        self.lines += 1
        self.refused_lines += not outcome.is_allowed
        value_twice = outcome.asked * outcome.mid_twice * outcome.minor_per_tick_lot
        estimates = self.worth if outcome.is_allowed else self.refused_worth
        for horizon, estimate in enumerate(estimates):
            worth = worth_twice(outcome, horizon)
            if worth is not None and value_twice > 0:
                estimate.note(worth, value_twice)

    def note_order(self, outcome: OrderOutcome, shortfall: Shortfall) -> None:
        """This adds one measured order."""
        wanted_twice = outcome.quantity * outcome.decision_mid_twice * outcome.minor_per_tick_lot
        self.cost.note(shortfall.total_twice, wanted_twice)
        waited_ns = outcome.released_ns - outcome.decided_ns
        if waited_ns > 0 and outcome.filled > 0:
            filled_twice = outcome.filled * outcome.decision_mid_twice * outcome.minor_per_tick_lot
            self.delay.note(shortfall.delay_twice * NS_PER_MS, filled_twice * waited_ns)

    def net_bps(self) -> float:
        """Worth at `JUDGED_AT` less cost, in basis points."""
        return self.worth[JUDGED_AT].bps() - self.cost.bps()

    def judgement(self) -> str:
        """What can be said with 95 % confidence, in words; undecided where intervals overlap."""
        worth, cost = self.worth[JUDGED_AT].interval(), self.cost.interval()
        if not worth.is_known or not cost.is_known:
            return UNDECIDED
        if worth.high < 0:
            return POOR
        if worth.low > cost.high:
            return GOOD
        return COSTLY if _is_costly(worth, cost) else UNDECIDED


def _is_costly(worth: Interval, cost: Interval) -> bool:
    return worth.low > 0 and cost.low > worth.high


class Attributions:
    """Every source's releases."""

    def __init__(self) -> None:
        self.releases: dict[tuple[str, str, str], Attribution] = {}
        """By source, release and currency."""

    def of(self, outcome: DecisionOutcome | OrderOutcome) -> Attribution:
        """The one that an outcome belongs to."""
        place = (outcome.source, outcome.release, outcome.currency)
        found = self.releases.get(place)
        if found is None:
            found = Attribution(outcome.currency, outcome.currency_digits)
            self.releases[place] = found
        return found
