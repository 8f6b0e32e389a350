"""Scorecards: outcomes added up by source, release, venue, size and so on, each with intervals.

Memory depends on the number of groups and not of orders: sums, histograms and the few worst orders
by name, so that an outlier is shown and never dropped. Money of different currencies is never
added: a group is one key in one currency.
"""

from heapq import heappush, heappushpop
from typing import Final

from interlock.feedback import shortfall as arithmetic
from interlock.feedback.estimates import RatioEstimate
from interlock.feedback.grouping import DIMENSIONS, keys_of
from interlock.feedback.outcomes import HORIZONS, PARTS, OrderOutcome, Shortfall
from interlock.messages.units import OrderId
from interlock.monitoring.histogram import Histogram

WORST_KEPT: Final = 5
GROUPS_MAX: Final = 20_000
"""Keys of all dimensions together; orders of further keys are counted in `Scorecards.ungrouped`."""


class Group:
    """The orders of one key in one currency."""

    def __init__(self, currency: str, currency_digits: int) -> None:
        self.currency: Final = currency
        self.currency_digits: Final = currency_digits
        self.orders = 0
        self.filled_orders = 0
        self.fills = 0
        self.endings: dict[str, int] = {}
        self.unmeasured: dict[str, int] = {}
        """Orders whose cost cannot be stated, by why."""
        self.ordered_lots = 0
        self.filled_lots = 0
        self.value_twice = 0
        self.ordered_value_twice = 0
        self.parts_twice: dict[str, int] = dict.fromkeys(PARTS, 0)
        self.total_twice = 0
        self.shortfall = RatioEstimate()
        """Total shortfall over what was ordered, valued at the decision's mid."""
        self.executed = RatioEstimate()
        """Timing, spread and impact over what was traded."""
        self.effective = RatioEstimate()
        self.realised = RatioEstimate()
        self.improvement = RatioEstimate()
        self.markouts = tuple(RatioEstimate() for _ in HORIZONS)
        self.adverse_fills = 0
        """Fills that gave liquidity and had lost a second later."""
        self.given_fills = 0
        self.vwap = RatioEstimate()
        self.twap = RatioEstimate()
        self.paced = RatioEstimate()
        self.surprise = RatioEstimate()
        """What executing cost beyond what the cost model expected."""
        self.traded_twice: dict[str, tuple[int, int, int]] = {}
        """By instrument: signed ticks times lots, signed lots, minor units of a tick on a lot."""
        self.answer = Histogram()
        self.first_fill = Histogram()
        self.full_fill = Histogram()
        self.queued_lots = 0
        self.worst: list[tuple[int, OrderId]] = []
        """Shortfall and id of the most costly orders, the least of them first."""

    def note(self, outcome: OrderOutcome) -> None:
        """This adds one order."""
        filled = outcome.filled
        self.orders += 1
        self.filled_orders += filled > 0
        self.ordered_lots += outcome.quantity
        self.filled_lots += filled
        self.queued_lots += outcome.queued
        ending = outcome.ending or "open"
        self.endings[ending] = self.endings.get(ending, 0) + 1
        if outcome.answered_ns >= 0:
            self.answer.note(outcome.answered_ns - outcome.released_ns)
        if outcome.fills:
            self.first_fill.note(outcome.fills[0].time_ns - outcome.released_ns)
            if filled >= outcome.quantity:
                self.full_fill.note(outcome.fills[-1].time_ns - outcome.released_ns)
        why = outcome.unmeasured_because()
        if why:
            self.unmeasured[why] = self.unmeasured.get(why, 0) + 1
        else:
            self._measure(outcome, arithmetic.shortfall_of(outcome))
        for place in range(len(outcome.fills)):
            self._fill(outcome, place)
        if filled > 0:
            self._benchmarks(outcome, filled)

    def _measure(self, outcome: OrderOutcome, shortfall: Shortfall) -> None:
        wanted_twice = outcome.quantity * outcome.decision_mid_twice * outcome.minor_per_tick_lot
        self.ordered_value_twice += wanted_twice
        for part in PARTS:
            self.parts_twice[part] += getattr(shortfall, f"{part}_twice")
        total = shortfall.total_twice
        self.total_twice += total
        self.shortfall.note(total, wanted_twice)
        value_twice = 2 * outcome.value
        if value_twice > 0:
            self.executed.note(shortfall.executed_twice, value_twice)
            if outcome.expected_cost_twice:
                surprise = shortfall.executed_twice - outcome.expected_cost_twice
                self.surprise.note(surprise, value_twice)
        worst = (total, outcome.order)
        if len(self.worst) < WORST_KEPT:
            heappush(self.worst, worst)
        else:
            heappushpop(self.worst, worst)

    def _fill(self, outcome: OrderOutcome, place: int) -> None:
        fill = outcome.fills[place]
        value = arithmetic.fill_value_twice(outcome, fill)
        self.fills += 1
        self.value_twice += value
        if fill.mid_twice:
            self.effective.note(arithmetic.effective_spread_twice(outcome, fill), value)
        realised = arithmetic.realised_spread_twice(outcome, fill)
        if realised is not None:
            self.realised.note(realised, value)
        improvement = arithmetic.improvement_twice(outcome, fill)
        if improvement is not None:
            self.improvement.note(improvement, value)
        for horizon, estimate in enumerate(self.markouts):
            markout = arithmetic.markout_twice(outcome, fill, horizon)
            if markout is not None:
                estimate.note(markout, value)
                if horizon == 1 and improvement is None:
                    self.given_fills += 1
                    self.adverse_fills += markout < 0

    def _benchmarks(self, outcome: OrderOutcome, filled: int) -> None:
        value_twice = 2 * outcome.value
        against = arithmetic.against_price_twice(outcome, outcome.tape_value, outcome.tape_volume)
        if against is not None:
            self.vwap.note(against, value_twice)
        against = arithmetic.against_price_twice(outcome, outcome.paced_value, outcome.paced_volume)
        if against is not None:
            self.paced.note(against, value_twice)
        if outcome.mid_ns > 0:
            # Half of twice the mid times time, over time: the factor of two moves to the divisor.
            against = arithmetic.against_price_twice(outcome, outcome.mid_time, 2 * outcome.mid_ns)
            assert against is not None, f"order {outcome.order} filled {filled}"
            self.twap.note(against, value_twice)
        sign = arithmetic.sign_of(outcome.side)
        ticks = sum(fill.price * fill.quantity for fill in outcome.fills)
        before = self.traded_twice.get(outcome.instrument, (0, 0, 0))
        self.traded_twice[outcome.instrument] = (
            before[0] + sign * ticks,
            before[1] + sign * filled,
            outcome.minor_per_tick_lot,
        )

    def against_close_twice(self, closes: dict[str, int]) -> int:
        """What was traded cost this much more than at each instrument's last trade."""
        total = 0
        for instrument, (ticks, lots, factor) in self.traded_twice.items():
            close = closes.get(instrument)
            if close is not None:
                total += 2 * factor * (ticks - lots * close)
        return total


class Scorecards:
    """Every group of every dimension."""

    def __init__(self) -> None:
        self.groups: dict[tuple[str, str, str], Group] = {}
        """By dimension, key and currency."""
        self.ungrouped = 0

    def note(self, outcome: OrderOutcome, utc_offset_ns: int = 0) -> None:
        """This adds one order to each of its groups."""
        for dimension, key in keys_of(outcome, utc_offset_ns):
            place = (dimension, key, outcome.currency)
            group = self.groups.get(place)
            if group is None:
                if len(self.groups) >= GROUPS_MAX:
                    self.ungrouped += 1
                    continue
                group = Group(outcome.currency, outcome.currency_digits)
                self.groups[place] = group
            group.note(outcome)

    def of(self, dimension: str) -> list[tuple[str, Group]]:
        """The groups of one dimension, by key and currency. Raises `ValueError` for another."""
        if dimension not in DIMENSIONS:
            known = ", ".join(DIMENSIONS)
            raise ValueError(f"was {dimension!r}, must be one of {known}")
        found = [(place, group) for place, group in self.groups.items() if place[0] == dimension]
        return [(place[1], group) for place, group in sorted(found, key=lambda row: row[0])]
