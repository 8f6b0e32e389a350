"""The scorer: measures a session while it runs, and says what it found by commands.

It follows durable batches as the batch report does, by the same code; at fixed moments of the
session's own time it says what is new, by the front door (law 1). In market time everything before
such a moment has been handed on when it speaks, so the same session says the same.

What it has said it believes only when it comes back durable: a session that is taken up again shows
it the journal, and it goes on where it was.
"""

from typing import Final

from interlock.feedback.cost_model import CostModel
from interlock.feedback.outcomes import OrderOutcome
from interlock.feedback.quality import Quality
from interlock.feedback.shortfall import (
    fill_value_twice,
    realised_spread_twice,
    shortfall_of,
    sign_of,
)
from interlock.feedback.volumes import VolumeCurves
from interlock.feedback.windows import (
    NOTHING,
    Sample,
    Window,
    difference_ppm,
    estimate_of,
    interval_ppm,
)
from interlock.messages.commands import Command, DefineInstrument, NoteTrade
from interlock.messages.encoding import Entry
from interlock.messages.feedback import (
    CostModelFitted,
    Evidence,
    FeedbackRules,
    SourceScored,
    VenueScored,
    VolumeCurveLearned,
)
from interlock.messages.identity import order_sequence
from interlock.messages.terms import MAKER
from interlock.messages.units import PPM_ONE, Nanoseconds, Sequence

PPM_PER_BP: Final = 100
WORDS: Final = (VenueScored, SourceScored, VolumeCurveLearned, CostModelFitted)

_Costs = list[tuple[Sequence, int]]


class _SourceTally:
    """What one source's orders in one currency came to."""

    def __init__(self) -> None:
        self.window = Window()
        self.unsaid: _Costs = []
        """Costs of orders that settled, by the command at which they did, and were not said."""
        self.said: Sequence = 0
        self.newest: Sequence = 0
        self.ended = 0
        self.measured = 0


class _MarketTally:
    """What orders for one instrument at one venue came to."""

    def __init__(self) -> None:
        self.realised = Window()
        self.impact = Window()
        self.said: Sequence = 0
        self.newest: Sequence = 0


class Scorer:
    """Follows a session (`__call__`) and speaks in it (`next_time_ns`, `due`)."""

    def __init__(self, rules: FeedbackRules, start_ns: Nanoseconds) -> None:
        self.rules: Final = rules
        self.quality: Final = Quality(on_settled=self._settle)
        self.quality.begin("")
        self.cost_model: Final = CostModel()
        """As that of the report, and learns from an order as soon as it has settled."""
        self._sequence: Sequence = 0
        self._time_ns = start_ns
        self._next_ns = self._after(start_ns)
        self._has_news = False
        self._markets: dict[tuple[str, str], _MarketTally] = {}
        self._sources: dict[tuple[str, str], _SourceTally] = {}
        self._curves: Final = VolumeCurves(rules.bucket_ns, start_ns)
        # What the cost model had learnt when it was said last.
        self._model_said = 0
        self._model_first: Sequence = 0
        self._model_from_ns: Nanoseconds = 0

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        """This takes a durable batch; it is what the engine calls."""
        for sequence, entry in enumerate(entries, first):
            self._sequence, self._time_ns = sequence, entry.time_ns
            command = entry.command
            if isinstance(command, NoteTrade):
                self._curves.trade(sequence, entry.time_ns, command)
            elif isinstance(command, DefineInstrument):
                self._curves.define(command.instrument)
            elif isinstance(command, WORDS):
                self._hear(command)
            if self._curves.pass_time(entry.time_ns):
                self._has_news = True
            self.quality(sequence, [entry])
        if self._has_news and self._next_ns <= self._time_ns:
            self._next_ns = self._after(self._time_ns)

    def next_time_ns(self) -> Nanoseconds:
        """When it has something to say; -1 while nothing is new."""
        return self._next_ns if self._has_news else -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """What it has to say by a moment."""
        if not self._has_news or time_ns < self._next_ns:
            return []
        self._next_ns = self._after(time_ns)
        self._has_news = False
        said: list[Command] = [*self._venues(time_ns), *self._sources_scored(time_ns)]
        said += self._curves.learned()
        said += self._model()
        return [(time_ns, command) for command in said]

    def _after(self, time_ns: Nanoseconds) -> Nanoseconds:
        interval_ns = self.rules.interval_ns
        return (time_ns // interval_ns + 1) * interval_ns

    # --- what is heard -----------------------------------------------------------------------

    def _settle(self, outcome: OrderOutcome) -> None:
        """An order has ended, and its realised spread is known."""
        self._has_news = True
        made = order_sequence(outcome.order)
        if self._model_first == 0:
            self._model_first, self._model_from_ns = made, outcome.released_ns
        self._note_market(outcome, made)
        place = (outcome.source, outcome.currency)
        source = self._sources.get(place)
        if source is None:
            source = self._sources[place] = _SourceTally()
        source.newest = self._sequence
        source.ended += 1
        if not outcome.is_measured:
            return
        source.measured += 1
        shortfall = shortfall_of(outcome)
        if outcome.fills:
            outcome.expected_cost_twice = self.cost_model.expect(outcome)
            self.cost_model.learn(outcome, shortfall)
        total = shortfall.total_twice
        wanted = outcome.quantity * outcome.decision_mid_twice * outcome.minor_per_tick_lot
        source.unsaid.append((self._sequence, total))
        source.window.note(Sample(made, self._sequence, self._time_ns, total, wanted))

    def _note_market(self, outcome: OrderOutcome, made: Sequence) -> None:
        """An order is one sample, however many fills it had: those of one order are alike."""
        realised = whole = beyond = taken = 0
        for fill in outcome.fills:
            value = fill_value_twice(outcome, fill)
            later = realised_spread_twice(outcome, fill)
            if later is not None:
                realised += later
                whole += value
            if fill.liquidity != MAKER and fill.far_touch:
                factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
                beyond += 2 * factor * fill.quantity * (fill.price - fill.far_touch)
                taken += value
        if whole <= 0 and taken <= 0:
            return
        place = (outcome.instrument, outcome.venue)
        market = self._markets.get(place)
        if market is None:
            market = self._markets[place] = _MarketTally()
        market.newest = self._sequence
        if whole > 0:
            market.realised.note(Sample(made, self._sequence, self._time_ns, realised, whole))
        if taken > 0:
            market.impact.note(Sample(made, self._sequence, self._time_ns, beyond, taken))

    def _hear(self, command: Command) -> None:
        """Our own word has come back durable."""
        if isinstance(command, VenueScored):
            market = self._markets.get((command.instrument, command.venue))
            if market is not None:
                market.said = command.evidence.last
        elif isinstance(command, SourceScored):
            source = self._sources.get((command.source, command.currency))
            if source is not None:
                last = command.evidence.last
                source.said = last
                source.unsaid = [cost for cost in source.unsaid if cost[0] > last]
        elif isinstance(command, VolumeCurveLearned):
            self._curves.heard(command)
        elif isinstance(command, CostModelFitted):
            self._model_said = command.evidence.samples

    # --- what is said ------------------------------------------------------------------------

    def _venues(self, time_ns: Nanoseconds) -> list[Command]:
        for market in self._markets.values():
            market.realised.expire(time_ns - self.rules.window_ns)
            market.impact.expire(time_ns - self.rules.window_ns)
        said: list[Command] = []
        for (instrument, venue), market in self._markets.items():
            if market.newest <= market.said:
                continue
            others = tuple(
                other.realised
                for (traded, where), other in self._markets.items()
                if traded == instrument and where != venue
            )
            elsewhere = estimate_of(others)
            worse = difference_ppm(market.realised.estimate(), elsewhere)
            taken = market.impact.estimate()
            impact = interval_ppm(taken)
            evidence = _both(market.realised.evidence(), market.impact.evidence())
            if evidence.samples == 0:
                continue
            # What was settled last may have left no trace in either window, and has been looked at.
            evidence = _until(evidence, market.newest)
            said.append(
                VenueScored(
                    instrument, venue, evidence, elsewhere.samples, *worse, taken.samples, *impact
                )
            )
        return said

    def _sources_scored(self, time_ns: Nanoseconds) -> list[Command]:
        said: list[Command] = []
        for (name, currency), source in self._sources.items():
            source.window.expire(time_ns - self.rules.window_ns)
            if source.newest <= source.said:
                continue
            found = source.window.estimate() if source.window.samples else NOTHING
            evidence = _until(source.window.evidence(), source.newest)
            if evidence.samples == 0:
                evidence = Evidence(0, source.newest, source.newest, time_ns, time_ns)
            new_cost = sum(cost for _, cost in source.unsaid)
            said.append(
                SourceScored(
                    name,
                    currency,
                    evidence,
                    *interval_ppm(found),
                    source.said,
                    new_cost,
                    source.ended,
                    source.measured,
                )
            )
        return said

    def _model(self) -> list[Command]:
        model = self.cost_model
        found = model.coefficients()
        if found is None or model.orders <= self._model_said:
            return []
        evidence = Evidence(
            model.orders, self._model_first, self._sequence, self._model_from_ns, self._time_ns
        )
        return [
            CostModelFitted(
                round(found[0] * PPM_ONE),
                round(found[1] * PPM_PER_BP),
                round(model.error_bps() * PPM_PER_BP),
                round(model.bias_bps() * PPM_PER_BP),
                evidence,
            )
        ]


def _both(one: Evidence, other: Evidence) -> Evidence:
    """The range of both; the samples are those of the first."""
    if other.samples == 0:
        return one
    if one.samples == 0:
        return Evidence(0, other.first, other.last, other.from_ns, other.to_ns)
    return Evidence(
        one.samples,
        min(one.first, other.first),
        max(one.last, other.last),
        min(one.from_ns, other.from_ns),
        max(one.to_ns, other.to_ns),
    )


def _until(evidence: Evidence, last: Sequence) -> Evidence:
    """The same, looked at until a later command."""
    return Evidence(
        evidence.samples,
        evidence.first,
        max(evidence.last, last),
        evidence.from_ns,
        evidence.to_ns,
    )
