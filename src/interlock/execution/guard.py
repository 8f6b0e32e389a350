"""The guard of one venue: it stands before the venue's port, and keeps us from harming it or being
harmed by it.

    orders      leave at once or never: one that may not leave any more is said to be NEVER_SENT
    cancels     always leave; unanswered ones are sent again within the budget of retries
    questions   wait for the published rate, for the venue's own wait, and for an outage to end

What it measures becomes `MoveVenue` and `NoteVenuePace`, by the front door; whether an order is
cleared is the gate's to say, from the ledger. In market time it is a function of what it is told.
"""

from typing import Final

from interlock.execution.evidence import Evidence, MarketPulse
from interlock.execution.failover import decided_again, is_failed_over
from interlock.execution.pace import Pace
from interlock.execution.port import VenuePort
from interlock.execution.recovery import Recovery
from interlock.execution.requests import Pending
from interlock.execution.retries import RetryBudget
from interlock.inputs.session_health import HealthSettings
from interlock.ledger.budgets import Budget
from interlock.messages.commands import Command, NoteVenueLink, ReportOrder, ServeQueue
from interlock.messages.definitions import Venue
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.statements import AskVenue
from interlock.messages.terms import (
    REPORT_CANCEL_REJECTED,
    REPORT_FILL,
    REPORT_PENDING_CANCEL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
)
from interlock.messages.units import NS_PER_SECOND, Nanoseconds, OrderId
from interlock.messages.venue_reasons import NEVER_SENT, VENUE_THROTTLED
from interlock.messages.venues import (
    DEGRADED,
    DOWN,
    REQUEST_CANCEL,
    REQUEST_QUERY,
    REQUEST_SUBMIT,
    VENUE_STATES,
    WATCH,
    MoveVenue,
    NoteVenuePace,
    NoteVenueThrottle,
)

DEGRADED_IN_FLIGHT: Final = 8
"""Orders that may wait for the answer of a degraded venue that has no limit of its own."""
BACKOFF_NS: Final = NS_PER_SECOND
"""How long we wait when a venue throttles us and does not say for how long."""
BACKOFF_MAX_NS: Final = 60 * NS_PER_SECOND

# Words about an order that leave its cancel unanswered.
_NO_ANSWER: Final = (REPORT_FILL, REPORT_PENDING_CANCEL)


class VenueGuard:
    """The venue port with a guard before it."""

    def __init__(
        self,
        port: VenuePort,
        venue: Venue,
        settings: HealthSettings,
        pulse: MarketPulse,
        *,
        seed: int,
        is_continuous: bool = False,
    ) -> None:
        self.name = venue.name
        self.port = port
        self.settings = settings
        self.evidence = Evidence(settings, venue.silence_ns, pulse)
        self.recovery = Recovery(settings, venue.silence_ns, is_continuous=is_continuous)
        self.pace = Pace(venue.in_flight_max)
        self.retries = RetryBudget(seed)
        self.pending = Pending(self.retries, self.evidence.answer_ns)
        self.budget = Budget(venue.rates)
        self.sent = 0
        """Messages that left for the venue."""
        self.never_sent = 0
        self._said: list[tuple[Nanoseconds, Command]] = []
        self._paused_until_ns: Nanoseconds = 0
        self._is_throttled = False
        self._backoffs = 0
        self._last_order: OrderId = 0
        self._told = (venue.in_flight_max, 0)
        self._told_ns: Nanoseconds = 0

    def resume(self, time_ns: Nanoseconds, state: int) -> None:
        """A session is taken up in which the venue was measured to be in this state."""
        if state:
            self.recovery.resume(time_ns, state)

    # What leaves.

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        if not self._takes_orders(time_ns, is_reducing=order.reduce_only):
            self._never_sent(time_ns, order.order, REPORT_REJECTED, 0)
            if self.settings.fails_over and not is_failed_over(order.order, self._said):
                lives_ns = self.evidence.answer_ns
                self._said.append((time_ns, decided_again(time_ns, order, lives_ns)))
                self._said.append((time_ns, ServeQueue(1)))
            return
        self._leaves(time_ns, order.order)
        self.budget.note_order(time_ns)
        self._last_order = order.order
        self.port.submit(time_ns, order)

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        if not self._takes_orders(time_ns, is_reducing=False):
            self._never_sent(time_ns, request.order, REPORT_REPLACE_REJECTED, request.revision)
            return
        self._leaves(time_ns, request.order)
        self.budget.note_order(time_ns)
        self.port.replace(time_ns, request)

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        """A cancel always leaves (law 6)."""
        self._leaves(time_ns, request.order)
        self.budget.note_cancel(time_ns)
        self.pending.note_cancel(time_ns, request)
        self.port.cancel(time_ns, request)

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """A question leaves at once where it may; else it waits, once for each order."""
        is_first = order not in self.pending.asked
        wait_ns = self._question_wait_ns(time_ns)
        is_allowed = wait_ns == 0 and (is_first or self.retries.take(time_ns))
        if self.recovery.state >= DOWN or not is_allowed:
            self.pending.hold_query(time_ns, order, wait_ns)
            return
        if is_first:
            self.retries.sent_first()
        self._ask(time_ns, order)

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        self.sent += 1
        self.budget.note_query(time_ns)
        self.port.state(time_ns, asked)

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        self.port.adopt(time_ns, adopted)

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        if getattr(command, "venue", "") == self.name:
            self.evidence.hear(time_ns, command)
        self.port.observe(time_ns, command)

    def _takes_orders(self, time_ns: Nanoseconds, *, is_reducing: bool) -> bool:
        if self.recovery.state > DEGRADED:
            return False
        return is_reducing or time_ns >= self._paused_until_ns

    def _leaves(self, time_ns: Nanoseconds, order: OrderId) -> None:
        self.sent += 1
        self.retries.sent_first()
        self.evidence.asked(time_ns, order)

    def _ask(self, time_ns: Nanoseconds, order: OrderId) -> None:
        self.sent += 1
        self.pending.note_query(order)
        self.budget.note_query(time_ns)
        self.evidence.asked(time_ns, order)
        self.port.query(time_ns, order)

    def _never_sent(self, time_ns: Nanoseconds, order: OrderId, kind: int, revision: int) -> None:
        self.never_sent += 1
        text = f"{self.name} is {VENUE_STATES[self.recovery.state]}"
        if time_ns < self._paused_until_ns:
            text = f"{self.name} has asked us to wait"
        report = ReportOrder(
            venue=self.name,
            order=order,
            kind=kind,
            revision=revision,
            reason=NEVER_SENT,
            text=text,
            venue_time_ns=time_ns,
        )
        self._said.append((time_ns, report))

    # What comes.

    def next_time_ns(self) -> Nanoseconds:
        if self._said:
            return self._said[0][0]
        moments = (
            self.port.next_time_ns(),
            self.evidence.next_time_ns(),
            self.recovery.next_time_ns() if self.evidence.is_linked else -1,
            self._throttle_ends_ns(),
            self.pending.next_time_ns() if self._can_retry() else -1,
        )
        return min((moment for moment in moments if moment >= 0), default=-1)

    def _throttle_ends_ns(self) -> Nanoseconds:
        """When the venue may be taken for well again that throttled us; -1 when it has not."""
        return self._paused_until_ns if self._is_throttled else -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        heard: list[tuple[Nanoseconds, Command]] = []
        for word_ns, command in self.port.due(time_ns):
            heard.append((word_ns, command))
            self._hear(time_ns, command)
        self._turn(time_ns)
        heard += self._said
        self._said = []
        return heard

    def _hear(self, time_ns: Nanoseconds, command: Command) -> None:
        evidence = self.evidence
        evidence.hear(time_ns, command)
        if isinstance(command, ReportOrder):
            self.pending.settle(command.order, ends_cancel=command.kind not in _NO_ANSWER)
            self._backoffs = 0 if command.kind != REPORT_REJECTED else self._backoffs
            if command.reason == VENUE_THROTTLED and time_ns >= self._paused_until_ns:
                # A venue that says no more of it than that: it does not say for how long.
                self._throttled(
                    time_ns,
                    NoteVenueThrottle(self.name, REQUEST_SUBMIT, command.order, 0, command.text),
                )
            if evidence.newest_ns:
                self.pace.answered(time_ns, evidence.newest_ns, evidence.outstanding + 1)
                evidence.newest_ns = 0
        elif isinstance(command, NoteVenueThrottle):
            self._throttled(time_ns, command)
        elif isinstance(command, NoteVenueLink) and command.is_connected:
            self.recovery.link_is_back(time_ns)

    def _throttled(self, time_ns: Nanoseconds, word: NoteVenueThrottle) -> None:
        """The venue has too many requests: but for cancels it is left alone while it says so."""
        wait_ns = word.retry_after_ns
        if wait_ns == 0:
            wait_ns = min(BACKOFF_NS << min(self._backoffs, 10), BACKOFF_MAX_NS)
        if time_ns >= self._paused_until_ns:
            self.pace.throttled()
            self._backoffs += 1
        self._paused_until_ns = max(self._paused_until_ns, time_ns + wait_ns)
        self.evidence.throttled_until_ns = self._paused_until_ns
        self._is_throttled = True
        left_ns = self._paused_until_ns - time_ns
        if word.request == REQUEST_QUERY:
            self.pending.hold_query(time_ns, word.order, left_ns)
        elif word.request == REQUEST_CANCEL:
            waiting = self.pending.cancels.get(word.order)
            if waiting is not None:
                waiting.due_ns = time_ns + self.retries.wait_ns(waiting.attempts, left_ns)
            else:
                self._give_up_cancel(time_ns, word)

    def _give_up_cancel(self, time_ns: Nanoseconds, word: NoteVenueThrottle) -> None:
        """It was sent as often as it may be: whoever wants the order back hears that it works."""
        report = ReportOrder(
            venue=self.name,
            order=word.order,
            kind=REPORT_CANCEL_REJECTED,
            reason=VENUE_THROTTLED,
            text=word.text,
            venue_time_ns=time_ns,
        )
        self._said.append((time_ns, report))

    # What follows.

    def _turn(self, time_ns: Nanoseconds) -> None:
        if self._is_throttled and time_ns >= self._paused_until_ns:
            self._is_throttled = False
        wanted, reason = self.evidence.wanted(time_ns)
        moved = self.recovery.look(time_ns, wanted, reason, self.evidence.heard_ns)
        if moved is not None:
            self._move(time_ns, *moved)
        if self.evidence.is_linked and self.recovery.wants_probe(time_ns):
            self._probe(time_ns)
        if self._can_retry():
            self._send_again(time_ns)
        self._tell_pace(time_ns)

    def _move(self, time_ns: Nanoseconds, state: int, reason: int) -> None:
        if state >= DOWN:
            self.evidence.forget_asked()
        elif reason != VENUE_THROTTLED:
            self.evidence.forget_outcomes()
        text = f"latency {self.evidence.latency_ns // 1_000_000} ms, {self.evidence.silent} silent"
        self._said.append((time_ns, MoveVenue(self.name, state, reason, WATCH, text)))

    def _probe(self, time_ns: Nanoseconds) -> None:
        """One question, about an order that waits to be asked about where there is one."""
        order = next(iter(self.pending.queries), self._last_order)
        if order > 0:
            self._ask(time_ns, order)
        else:
            self._said.append((time_ns, AskVenue(self.name, WATCH)))

    def _can_retry(self) -> bool:
        """While a venue is down nothing is sent again but the one question that probes."""
        return self.evidence.is_linked and self.recovery.state < DOWN

    def _send_again(self, time_ns: Nanoseconds) -> None:
        pending = self.pending
        if time_ns < self._paused_until_ns:
            pending.put_off(time_ns, self._paused_until_ns)
        for waiting in pending.due_cancels(time_ns):
            self.sent += 1
            self.budget.note_cancel(time_ns)
            self.port.cancel(time_ns, waiting.request)
        for order, held in list(pending.queries.items()):
            if held.due_ns > time_ns:
                continue
            wait_ns = self._question_wait_ns(time_ns)
            if wait_ns == 0 and (held.attempts == 0 or self.retries.take(time_ns)):
                if held.attempts == 0:
                    self.retries.sent_first()
                self._ask(time_ns, order)
            else:
                held.due_ns = time_ns + self.retries.wait_ns(held.attempts, wait_ns)

    def _question_wait_ns(self, time_ns: Nanoseconds) -> Nanoseconds:
        paused_ns = max(self._paused_until_ns - time_ns, 0)
        return max(paused_ns, self.budget.query_wait_ns(time_ns))

    def _tell_pace(self, time_ns: Nanoseconds) -> None:
        limit = self.pace.limit
        if self.recovery.state == DEGRADED:
            limit = max(limit // 4, 1) if limit else DEGRADED_IN_FLIGHT
        told = (limit, self._paused_until_ns)
        if told == self._told:
            return
        is_urgent = told[1] != self._told[1] or limit < self._told[0] or self._told[0] == 0
        if not is_urgent and time_ns - self._told_ns < NS_PER_SECOND:
            return
        self._told, self._told_ns = told, time_ns
        latency_ns = self.evidence.latency_ns
        self._said.append(
            (time_ns, NoteVenuePace(self.name, limit, self._paused_until_ns, latency_ns))
        )
