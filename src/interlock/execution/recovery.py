"""Recovery: the breaker of one venue. It opens at once, is closed again by steps, and asks with a
question and never with an order whether the venue is back.

One question is out at a time and is given up after a while, so a half-open breaker never stays so
(resilience4j's worst complaint). Who falls again soon after it rose waits longer for each step.
"""

from typing import Final

from interlock.inputs.session_health import HealthSettings
from interlock.messages.units import Nanoseconds
from interlock.messages.venue_reasons import VENUE_ANSWERING
from interlock.messages.venues import CANCEL_ONLY, DOWN, HEALTHY, MAINTENANCE

PROBES_MAX: Final = 64
"""Questions of one outage in market time, where a session ends when nothing more happens. Against
the wall clock they go on, at their longest interval."""
DOUBLINGS_MAX: Final = 3
"""How often the wait for a better state doubles for who keeps falling."""


class Recovery:
    """Which state the watch says that the venue is in, and when it is asked."""

    def __init__(
        self, settings: HealthSettings, answer_ns: Nanoseconds, *, is_continuous: bool
    ) -> None:
        self.settings = settings
        self.answer_ns = settings.answer_ns or answer_ns
        self.is_continuous = is_continuous
        self.state = HEALTHY
        self.falls = 0
        """Falls without a long time in good health between them."""
        self.probes = 0
        self.probe_due_ns: Nanoseconds = -1
        self._probe_wait_ns: Nanoseconds = 0
        self._probed_ns: Nanoseconds = -1
        self._moved_ns: Nanoseconds = 0
        self._bad_ns: Nanoseconds = 0
        self._is_bad = False

    @property
    def settle_ns(self) -> Nanoseconds:
        """How long it must answer well before it is a step better."""
        return self.settings.settle_ns << min(max(self.falls - 1, 0), DOUBLINGS_MAX)

    def next_time_ns(self) -> Nanoseconds:
        """When it is to be looked at again; -1 when nothing is due by itself."""
        if self.state == HEALTHY or self.state >= DOWN:
            return self.probe_due_ns
        if self._is_bad or not self.can_probe():
            # A word, or the end of what was complained of, changes that; no time does.
            return -1
        return max(self._bad_ns + self.settle_ns, self._probed_ns + self.answer_ns)

    def resume(self, time_ns: Nanoseconds, state: int) -> None:
        """A session is taken up whose venue was in this state: it is asked before it is better."""
        self.state = state
        self._moved_ns = self._bad_ns = time_ns
        if state >= DOWN:
            self._probe_wait_ns = self.settings.probe_ns
            self.probe_due_ns = time_ns

    def look(
        self, time_ns: Nanoseconds, wanted: int, reason: int, heard_ns: Nanoseconds
    ) -> tuple[int, int] | None:
        """The state that it moves to now, and why; None when it stays."""
        self._is_bad = wanted >= self.state
        if wanted > self.state:
            self._fall(time_ns, wanted)
            return wanted, reason
        if self.state == HEALTHY:
            return None
        if wanted == self.state:
            self._bad_ns = time_ns
            return None
        return self._rise(time_ns, wanted, heard_ns)

    def _fall(self, time_ns: Nanoseconds, wanted: int) -> None:
        is_again = time_ns - self._moved_ns < 10 * self.settle_ns
        if self.state == HEALTHY or wanted >= DOWN > self.state:
            self.falls = self.falls + 1 if is_again else 1
        self._moved_ns = self._bad_ns = time_ns
        self.state = wanted
        if wanted >= DOWN:
            self.probes = 0
            self._probe_wait_ns = self.settings.probe_ns
            # While it is away as announced nobody asks.
            is_away = wanted == MAINTENANCE
            self.probe_due_ns = -1 if is_away else time_ns + self._probe_wait_ns

    def _rise(
        self, time_ns: Nanoseconds, wanted: int, heard_ns: Nanoseconds
    ) -> tuple[int, int] | None:
        if self.state == MAINTENANCE and wanted == DOWN:
            return self._step(time_ns, DOWN)
        if self.state >= DOWN:
            if self.state == MAINTENANCE and self.probes == 0 and self.probe_due_ns < 0:
                self.probe_due_ns = time_ns
            # The outage is over when a question that left after it began was answered.
            if self.probes == 0 or heard_ns <= self._moved_ns:
                return None
            return self._step(time_ns, CANCEL_ONLY)
        if time_ns < self._bad_ns + self.settle_ns:
            return None
        if heard_ns <= self._moved_ns:
            # It may be well or nobody has asked: ask before believing it.
            if self._probed_ns + self.answer_ns <= time_ns and self.can_probe():
                self.probe_due_ns = time_ns
            return None
        return self._step(time_ns, self.state - 1)

    def _step(self, time_ns: Nanoseconds, state: int) -> tuple[int, int]:
        self.state = state
        self._moved_ns = self._bad_ns = time_ns
        self._is_bad = False
        self.probes = 0
        self.probe_due_ns = time_ns if state >= DOWN else -1
        return state, VENUE_ANSWERING

    def can_probe(self) -> bool:
        """Whether another question may be asked in this outage."""
        return self.is_continuous or self.probes < PROBES_MAX

    def link_is_back(self, time_ns: Nanoseconds) -> None:
        """The connection stands again: it is asked now."""
        if self.state >= DOWN:
            self._probe_wait_ns = self.settings.probe_ns
            self.probe_due_ns = time_ns

    def wants_probe(self, time_ns: Nanoseconds) -> bool:
        """Whether a question is to leave now; the next one waits twice as long."""
        if not 0 <= self.probe_due_ns <= time_ns:
            return False
        if not self.can_probe():
            self.probe_due_ns = -1
            return False
        self.probes += 1
        self._probed_ns = time_ns
        self.probe_due_ns = -1
        if self.state >= DOWN:
            self._probe_wait_ns = min(self._probe_wait_ns * 2, self.settings.probe_max_ns)
            self.probe_due_ns = time_ns + max(self._probe_wait_ns, self.answer_ns)
        return True
