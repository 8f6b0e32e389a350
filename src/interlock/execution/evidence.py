"""Evidence: what a venue's words, and their absence, say of how well it is.

Nothing here decides for the session: the watch says which state it would measure, by which reason,
and the kernel follows (`kernel/venue_health.py`). Times come in as arguments, so in market time the
same words lead to the same states.
"""

from typing import Final

from interlock.inputs.session_health import HealthSettings
from interlock.messages.commands import (
    Command,
    NoteFeedFault,
    NoteTrade,
    NoteVenueLink,
    ReportOrder,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.reasons import POST_ONLY_WOULD_TRADE
from interlock.messages.statements import ReportVenue
from interlock.messages.terms import (
    FEED_DUPLICATE,
    FEED_RECOVERED,
    REPORT_ACCEPTED,
    REPORT_FILL,
    REPORT_REJECTED,
)
from interlock.messages.units import PPM_ONE, Nanoseconds, OrderId
from interlock.messages.venue_reasons import (
    VENUE_ANSWERING,
    VENUE_DISCONNECTED,
    VENUE_FEED_GAP,
    VENUE_FROZEN,
    VENUE_NOT_ANSWERING,
    VENUE_REJECTING,
    VENUE_SCHEDULED,
    VENUE_SLOW,
    VENUE_THROTTLED,
)
from interlock.messages.venues import (
    CANCEL_ONLY,
    DEGRADED,
    DOWN,
    HEALTHY,
    MAINTENANCE,
    NoteVenueThrottle,
)

OUTSTANDING_MAX: Final = 4_096
"""Requests whose answers are timed; beyond that the oldest is timed no more."""
SAMPLES_MIN: Final = 10
"""Answers without which a latency says nothing."""
OUTCOMES: Final = 32
"""Orders whose acceptance or rejection is remembered."""
PULSE_MIN: Final = 20
"""Words of other markets without which one that stands still is only quiet."""
_OUTCOMES_MASK: Final = (1 << OUTCOMES) - 1


class MarketPulse:
    """How many words the markets of all venues have said: what one that stands still is held
    against."""

    def __init__(self) -> None:
        self.words = 0


class Evidence:
    """What is known of one venue."""

    def __init__(
        self, settings: HealthSettings, answer_ns: Nanoseconds, pulse: MarketPulse
    ) -> None:
        self.settings = settings
        self.answer_ns = settings.answer_ns or answer_ns
        self.pulse = pulse
        self.heard_ns: Nanoseconds = -1
        """When the venue last answered anything; -1 before it did."""
        self.is_linked = True
        self.silent = 0
        """Requests in a row that nobody answered in time."""
        self.latency_ns: Nanoseconds = 0
        self.newest_ns: Nanoseconds = 0
        """The newest latency; 0 once it was taken."""
        self.samples = 0
        self.is_slow = False
        self.throttled_until_ns: Nanoseconds = -1
        self._asked: dict[OrderId, Nanoseconds] = {}
        self._outcomes = 0
        self._outcomes_count = 0
        self._gaps: dict[str, None] = {}
        self._market_ns: Nanoseconds = -1
        self._own_words = 0
        self._others_then = 0

    # What leaves.

    def asked(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """Something left that the venue owes an answer to. A question is timed as the order is."""
        if order in self._asked:
            return
        if len(self._asked) >= OUTSTANDING_MAX:
            del self._asked[next(iter(self._asked))]
        self._asked[order] = time_ns

    @property
    def outstanding(self) -> int:
        """How many requests wait for an answer."""
        return len(self._asked)

    def forget_asked(self) -> None:
        """What was asked before an outage is not timed any more."""
        self._asked.clear()

    # What comes.

    def hear(self, time_ns: Nanoseconds, command: Command) -> None:
        """A word of the venue, or of our link to it."""
        if isinstance(command, UpdateQuote | UpdateLadder | NoteTrade):
            self.hear_market(time_ns)
        elif isinstance(command, ReportOrder):
            self._hear_report(time_ns, command)
        elif isinstance(command, ReportVenue):
            self._answered(time_ns)
        elif isinstance(command, NoteVenueThrottle):
            # It answers, if only to say that it does not want to.
            self._answered(time_ns)
            self._asked.pop(command.order, None)
        elif isinstance(command, NoteVenueLink):
            self.is_linked = command.is_connected
        elif isinstance(command, NoteFeedFault):
            if command.fault == FEED_RECOVERED:
                self._gaps.pop(command.instrument, None)
            elif command.fault != FEED_DUPLICATE:
                self._gaps[command.instrument] = None

    def hear_market(self, time_ns: Nanoseconds) -> None:
        """The venue's market moved."""
        self.pulse.words += 1
        self._own_words += 1
        self._market_ns = time_ns
        self._others_then = self.pulse.words - self._own_words

    def _answered(self, time_ns: Nanoseconds) -> None:
        self.heard_ns = time_ns
        self.silent = 0

    def _hear_report(self, time_ns: Nanoseconds, report: ReportOrder) -> None:
        self._answered(time_ns)
        asked_ns = self._asked.pop(report.order, -1)
        if asked_ns >= 0:
            sample = time_ns - asked_ns
            self.newest_ns = max(sample, 1)
            self.samples += 1
            if self.samples == 1:
                self.latency_ns = sample
            self.latency_ns += (sample - self.latency_ns) // 8
        if report.kind == REPORT_REJECTED and report.reason != POST_ONLY_WOULD_TRADE:
            self._note_outcome(1)
        elif report.kind in (REPORT_ACCEPTED, REPORT_FILL):
            self._note_outcome(0)

    def _note_outcome(self, outcome: int) -> None:
        self._outcomes = (self._outcomes << 1 | outcome) & _OUTCOMES_MASK
        self._outcomes_count = min(self._outcomes_count + 1, OUTCOMES)

    def forget_outcomes(self) -> None:
        """What was rejected has had its consequence: only what comes from now on counts."""
        self._outcomes = self._outcomes_count = 0

    # What it means.

    def next_time_ns(self) -> Nanoseconds:
        """When the oldest request will have gone unanswered for too long; -1 for none."""
        return next(iter(self._asked.values())) + self.answer_ns if self._asked else -1

    def wanted(self, time_ns: Nanoseconds) -> tuple[int, int]:
        """The state that the evidence speaks for, and the gravest reason."""
        while self._asked:
            order = next(iter(self._asked))
            if self._asked[order] + self.answer_ns > time_ns:
                break
            del self._asked[order]
            self.silent += 1
        if self._is_away(time_ns):
            return MAINTENANCE, VENUE_SCHEDULED
        if not self.is_linked:
            return DOWN, VENUE_DISCONNECTED
        if self.silent >= self.settings.silent_max:
            return DOWN, VENUE_NOT_ANSWERING
        if self._is_rejecting():
            return CANCEL_ONLY, VENUE_REJECTING
        if time_ns < self.throttled_until_ns:
            return DEGRADED, VENUE_THROTTLED
        if self._gaps:
            return DEGRADED, VENUE_FEED_GAP
        if self._is_slow():
            return DEGRADED, VENUE_SLOW
        if self._is_frozen(time_ns):
            return DEGRADED, VENUE_FROZEN
        return HEALTHY, VENUE_ANSWERING

    def _is_away(self, time_ns: Nanoseconds) -> bool:
        return any(start <= time_ns < end for start, end in self.settings.maintenance)

    def _is_rejecting(self) -> bool:
        if self._outcomes_count < self.settings.rejects_min:
            return False
        rejected = self._outcomes.bit_count()
        return rejected * PPM_ONE >= self.settings.rejects_ppm * self._outcomes_count

    def _is_slow(self) -> bool:
        slow_ns = self.settings.slow_ns
        if slow_ns == 0 or self.samples < SAMPLES_MIN:
            return False
        # It must become a quarter faster than slow before it counts as fast again.
        bound_ns = slow_ns - slow_ns // 4 if self.is_slow else slow_ns
        self.is_slow = self.latency_ns > bound_ns
        return self.is_slow

    def _is_frozen(self, time_ns: Nanoseconds) -> bool:
        frozen_ns = self.settings.frozen_ns
        if frozen_ns == 0 or self._market_ns < 0 or time_ns - self._market_ns < frozen_ns:
            return False
        others = self.pulse.words - self._own_words - self._others_then
        return others >= PULSE_MIN
