"""Loads: quality as a function of load, one figure a session, and its trend over sessions.

The load of an order is how many decisions arrived in the second before its release. A session's
orders are cut in two at a power of two near the middle of their loads, and the two halves are held
against each other: quality falls as load rises when shortfall is higher, or fewer orders are in
time, with 95 % confidence. Sessions are held against each other in the same way, the least loaded
against the most. Memory: a few sums for each doubling of the load.
"""

from math import hypot, sqrt
from typing import Final, NamedTuple

from interlock.feedback.estimates import Interval, RatioEstimate
from interlock.feedback.outcomes import OrderOutcome, Shortfall
from interlock.messages.units import NS_PER_SECOND, Nanoseconds

IN_TIME_NS: Final[Nanoseconds] = NS_PER_SECOND
"""An order is in time when its venue first spoke of it this soon after its decision was made."""
ORDERS_MIN: Final = 30
"""In each half; with fewer nothing is said."""
_NORMAL_95: Final = 1.959964


class _Rung:
    """The orders whose load has the same number of binary digits."""

    def __init__(self) -> None:
        self.orders = 0
        self.in_time = 0
        self.shortfall = RatioEstimate()


class Change(NamedTuple):
    """What the higher load has more than the lower."""

    shortfall: Interval
    """In basis points."""
    late: Interval
    """Share of orders that were not in time, in basis points."""

    @property
    def is_worse(self) -> bool:
        """Whether quality falls as load rises, with 95 % confidence."""
        is_known = self.shortfall.samples >= ORDERS_MIN
        return is_known and (self.shortfall.low > 0 or self.late.low > 0)


class LoadFigure:
    """One session in one currency."""

    def __init__(self, session: str, currency: str) -> None:
        self.session: Final = session
        self.currency: Final = currency
        self.orders = 0
        self.in_time = 0
        self.load_sum = 0
        self.load_most = 0
        self.shortfall = RatioEstimate()
        self._rungs: dict[int, _Rung] = {}

    def note(self, outcome: OrderOutcome, shortfall: Shortfall) -> None:
        """This adds one measured order."""
        load = outcome.decisions_last_second
        since_ns = outcome.answered_ns - outcome.decided_ns
        is_in_time = outcome.answered_ns >= 0 and since_ns <= IN_TIME_NS
        wanted = outcome.quantity * outcome.decision_mid_twice * outcome.minor_per_tick_lot
        self.orders += 1
        self.in_time += is_in_time
        self.load_sum += load
        self.load_most = max(self.load_most, load)
        self.shortfall.note(shortfall.total_twice, wanted)
        rung = self._rungs.setdefault(load.bit_length(), _Rung())
        rung.orders += 1
        rung.in_time += is_in_time
        rung.shortfall.note(shortfall.total_twice, wanted)

    @property
    def load_mean(self) -> float:
        """Decisions in the second before an order, on average over its orders."""
        return self.load_sum / self.orders if self.orders else 0.0

    def curve(self) -> list[tuple[str, Interval, Interval]]:
        """By doublings of the load, lowest first: its name, shortfall in basis points, and the
        share of orders that were not in time, in basis points."""
        return [
            (_rung_name(place), rung.shortfall.interval(), _late(rung))
            for place, rung in sorted(self._rungs.items())
        ]

    def change(self) -> Change | None:
        """The upper half of its loads against the lower; None where all loads are alike."""
        places = sorted(self._rungs)
        lower = 0
        for place in places[:-1]:
            lower += self._rungs[place].orders
            if 2 * lower >= self.orders:
                break
        else:
            place = places[-2] if len(places) > 1 else -1
        if place < 0:
            return None
        halves = (
            [self._rungs[one] for one in places if one <= place],
            [self._rungs[one] for one in places if one > place],
        )
        return _change_of(_together(halves[0]), _together(halves[1]))

    def against(self, other: "LoadFigure") -> Change:
        """This session, which has the higher load, against another."""
        return _change_of(other.whole(), self.whole())

    def whole(self) -> _Rung:
        return _together(list(self._rungs.values()))


class Loads:
    """Every session's figure."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str], LoadFigure] = {}
        """By session and currency, in the order in which they were read."""

    def note(self, session: str, outcome: OrderOutcome, shortfall: Shortfall) -> None:
        """This adds one measured order of a session."""
        place = (session, outcome.currency)
        figure = self.figures.get(place)
        if figure is None:
            figure = self.figures[place] = LoadFigure(*place)
        figure.note(outcome, shortfall)

    def trends(self) -> list[tuple[LoadFigure, LoadFigure, Change]]:
        """In each currency the least loaded session, the most loaded, and the change between."""
        found: list[tuple[LoadFigure, LoadFigure, Change]] = []
        for currency in sorted({figure.currency for figure in self.figures.values()}):
            figures = [one for one in self.figures.values() if one.currency == currency]
            least = min(figures, key=lambda one: one.load_mean)
            most = max(figures, key=lambda one: one.load_mean)
            if least is not most and least.load_mean < most.load_mean:
                found.append((least, most, most.against(least)))
        return found

    def alarms(self) -> list[str]:
        """Where quality falls as load rises, in words."""
        words = []
        for figure in self.figures.values():
            change = figure.change()
            if change is not None and change.is_worse:
                words.append(f"{figure.session}: {_words(change)}")
        for least, most, change in self.trends():
            if change.is_worse:
                words.append(f"from {least.session} to {most.session}: {_words(change)}")
        return words


def _rung_name(place: int) -> str:
    """The loads with so many binary digits."""
    low, high = (1 << place) >> 1, (1 << place) - 1
    return str(low) if low >= high else f"{low}-{high}"


def _together(rungs: list[_Rung]) -> _Rung:
    total = _Rung()
    for rung in rungs:
        total.orders += rung.orders
        total.in_time += rung.in_time
        total.shortfall.add(rung.shortfall)
    return total


def _change_of(lower: _Rung, higher: _Rung) -> Change:
    samples = min(lower.orders, higher.orders)
    return Change(
        _difference(lower.shortfall.interval(), higher.shortfall.interval(), samples),
        _difference(_late(lower), _late(higher), samples),
    )


def _late(rung: _Rung) -> Interval:
    """The share that was not in time, by the normal approximation with one late and one timely
    order added, so that a share of nothing is not taken for sure (Agresti and Coull 1998)."""
    share = (rung.orders - rung.in_time + 1) / (rung.orders + 2)
    reach = _NORMAL_95 * sqrt(share * (1 - share) / (rung.orders + 2)) * 10_000
    value = share * 10_000
    return Interval(value, value - reach, value + reach, rung.orders)


def _difference(lower: Interval, higher: Interval, samples: int) -> Interval:
    value = higher.value - lower.value
    reach = hypot(higher.high - higher.value, lower.high - lower.value)
    return Interval(value, value - reach, value + reach, samples)


def _words(change: Change) -> str:
    cost = f"shortfall changes by {_text(change.shortfall, 1)} bp"
    return f"with more load {cost} and late orders by {_text(change.late, 100)} %"


def _text(found: Interval, unit: int) -> str:
    return f"{found.value / unit:+.2f} ({found.low / unit:.2f}..{found.high / unit:.2f})"
