"""Quality: everything that is measured of one or more sessions, from their entries alone."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from interlock.feedback.attribution import Attributions
from interlock.feedback.cost_model import CostModel
from interlock.feedback.follower import OutcomeFollower
from interlock.feedback.loads import Loads
from interlock.feedback.outcomes import DecisionOutcome, OrderOutcome
from interlock.feedback.scorecards import Scorecards
from interlock.feedback.shortfall import shortfall_of
from interlock.messages.encoding import Entry
from interlock.messages.identity import order_text
from interlock.messages.terms import BUY, LIMIT, MARKETABLE_LIMIT
from interlock.messages.units import BPS_ONE, Sequence, Ticks

NAMED_MAX: Final = 1_000
"""How many contradictions, and how many actions without an outcome, are kept by name; all are
counted."""

COVERAGE_WANTED_BPS: Final = 9_500
"""Below this share of actions with a measured outcome an alarm is due."""


class Owed(NamedTuple):
    """An action that has no measured outcome, and why."""

    session: str
    action: str
    source: str
    why: str


class Contradiction(NamedTuple):
    """An outcome that its order did not allow."""

    session: str
    order: str
    what: str


class Quality:
    """Measures sessions one after the other."""

    def __init__(
        self,
        on_order: Callable[[str, OrderOutcome], None] | None = None,
        on_decision: Callable[[str, DecisionOutcome], None] | None = None,
        on_settled: Callable[[OrderOutcome], None] | None = None,
    ) -> None:
        """`on_order` and `on_decision` are handed every outcome with its session's name, and
        `on_settled` an order as soon as its realised spread is known."""
        self.scorecards = Scorecards()
        self.attributions = Attributions()
        self.cost_model = CostModel()
        self.loads = Loads()
        self.actions = 0
        self.measured = 0
        self.owed: list[Owed] = []
        self.contradictions: list[Contradiction] = []
        self.contradictions_found = 0
        self.cut_short = 0
        self.restated = 0
        self.late_changes = 0
        self.closes: dict[str, Ticks] = {}
        self._on_order = on_order
        self._on_decision = on_decision
        self._on_settled = on_settled
        self._session = ""
        self._follower = OutcomeFollower(self._order, self._decision, on_settled)

    def begin(self, session: str) -> None:
        """A session begins. `__call__` then takes its batches, and `finish` ends it."""
        self._session = session
        self._follower = OutcomeFollower(self._order, self._decision, self._on_settled)

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        """This takes a durable batch; it is what the engine calls."""
        self._follower(first, entries)

    def add_all(self, entries: Iterable[tuple[Sequence, Entry]]) -> None:
        """This takes entries one by one."""
        for sequence, entry in entries:
            self._follower.add(sequence, entry)

    def finish(self) -> None:
        """The session is over: what it still owes is noted."""
        follower = self._follower
        follower.finish()
        for outcome in follower.open.values():
            self._order(outcome)
        for action, name in follower.actions.items():
            self.actions += 1
            self._owe(order_text(action), name, "nobody has said how the action ended")
        self.actions += follower.actions_finished
        self.measured += follower.actions_finished
        self.cut_short += follower.cut_short
        self.restated += follower.restated
        self.late_changes += follower.late_changes
        self.closes.update(follower.markets.last_prices())

    def alarms(self) -> list[str]:
        """What somebody should look at, in words: too little is measured, outcomes contradict what
        was asked, quality falls as load rises."""
        words = []
        if self.coverage_bps < COVERAGE_WANTED_BPS:
            wanted = COVERAGE_WANTED_BPS / 100
            words.append(f"{self.coverage_bps / 100:.2f} % is measured, less than {wanted:.0f} %")
        if self.contradictions_found:
            words.append(f"{self.contradictions_found:,} outcomes contradict what was asked")
        return words + self.loads.alarms()

    @property
    def coverage_bps(self) -> int:
        """The share of actions with a measured outcome; all of none is all."""
        return self.measured * BPS_ONE // self.actions if self.actions else BPS_ONE

    def _order(self, outcome: OrderOutcome) -> None:
        self.actions += 1
        why = outcome.unmeasured_because()
        if why:
            self._owe(order_text(outcome.order), outcome.source, why)
        else:
            self.measured += 1
            shortfall = shortfall_of(outcome)
            if outcome.fills:
                outcome.expected_cost_twice = self.cost_model.expect(outcome)
                self.cost_model.learn(outcome, shortfall)
            self.attributions.of(outcome).note_order(outcome, shortfall)
            self.loads.note(self._session, outcome, shortfall)
        for what in contradictions_of(outcome):
            self.contradictions_found += 1
            if len(self.contradictions) < NAMED_MAX:
                found = Contradiction(self._session, order_text(outcome.order), what)
                self.contradictions.append(found)
        instrument = self._follower.instruments[outcome.instrument]
        self.scorecards.note(outcome, instrument.utc_offset_ns)
        if self._on_order is not None:
            self._on_order(self._session, outcome)

    def _decision(self, outcome: DecisionOutcome) -> None:
        self.attributions.of(outcome).note_decision(outcome)
        if self._on_decision is not None:
            self._on_decision(self._session, outcome)

    def _owe(self, action: str, source: str, why: str) -> None:
        if len(self.owed) < NAMED_MAX:
            self.owed.append(Owed(self._session, action, source, why))


def contradictions_of(outcome: OrderOutcome) -> list[str]:
    """What an outcome did that its order did not allow, in words: filled more, later, or worse."""
    found: list[str] = []
    filled = outcome.filled
    if filled > outcome.quantity_most:
        found.append(f"filled {filled} lots of {outcome.quantity_most}")
    late = [fill for fill in outcome.fills if 0 <= outcome.ended_ns < fill.time_ns]
    if late:
        lots = sum(fill.quantity for fill in late)
        found.append(f"filled {lots} lots after it had been {outcome.ending}")
    if outcome.order_type in (LIMIT, MARKETABLE_LIMIT):
        for fill in outcome.fills:
            limit = outcome.price_worst
            if fill.price > limit if outcome.side == BUY else fill.price < limit:
                found.append(f"filled at {fill.price} ticks, its limit was {limit}")
    return found
