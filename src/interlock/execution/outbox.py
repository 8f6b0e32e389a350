"""The outbox: effects leave here, after their batch is durable (law 2) and once (law 8).

It also keeps the time of every question: an order, cancel or replace that a venue has not answered
in its `silence_ns` is reported silent, which makes the order UNKNOWN, and the venue is asked what
became of it, less and less often and `QUESTIONS_MAX` times at most: after that a person must ask.
"""

from heapq import heappop, heappush

from interlock.execution.executors import Executor
from interlock.execution.port import VenuePort
from interlock.messages.commands import Command, ReportAction, ReportOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionCleared,
    CancelRequested,
    Event,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.terms import (
    REPORT_PENDING_CANCEL,
    REPORT_PENDING_NEW,
    REPORT_PENDING_REPLACE,
    REPORT_SILENCE,
)
from interlock.messages.units import Nanoseconds, OrderId, Sequence

# Between two questions about the same order the wait doubles, up to this many times.
QUERY_DOUBLINGS_MAX = 6
QUESTIONS_MAX = 16

# These say that the venue is at work, which is not an answer.
_STILL_PENDING = (REPORT_PENDING_NEW, REPORT_PENDING_CANCEL, REPORT_PENDING_REPLACE)


class Question:
    """Something that a venue owes an answer to."""

    __slots__ = ("asked", "due_ns", "venue")

    def __init__(self, venue: str, due_ns: Nanoseconds) -> None:
        self.venue = venue
        self.due_ns = due_ns
        self.asked = 0
        """How often the venue was asked what became of the order; 0 before the first silence."""


class Outbox:
    """Hands durable effects to venues and executors, and waits for their answers."""

    def __init__(
        self,
        venues: dict[str, VenuePort],
        silence_ns: dict[str, Nanoseconds],
        executors: dict[str, Executor],
    ) -> None:
        self.venues = venues
        self.executors = executors
        self.sent_sequence: Sequence = 0
        """Effects of commands up to here have left; none of them leaves again."""
        self.sent = 0
        self._silence_ns = silence_ns
        self._questions: dict[OrderId, Question] = {}
        self._timers: list[tuple[Nanoseconds, OrderId]] = []
        self._answers: list[tuple[Nanoseconds, Command]] = []

    def hand_on(self, first: Sequence, entries: list[Entry]) -> None:
        """This sends the effects of a durable batch."""
        assert first > self.sent_sequence, (
            f"batch {first} was handed on, up to {self.sent_sequence}"
        )
        for sequence, entry in enumerate(entries, first):
            for event in entry.events:
                self._send(entry.time_ns, event)
            self.sent_sequence = sequence

    def hear(self, report: ReportOrder) -> None:
        """This settles a question. Hearing an answer needs no disk: only what leaves does."""
        if report.kind != REPORT_SILENCE and report.kind not in _STILL_PENDING:
            self._questions.pop(report.order, None)

    def ask_about(self, time_ns: Nanoseconds, venue: str, order: OrderId) -> None:
        """This asks a venue about an order whose fate is not known, after a restart."""
        self._expect(time_ns, venue, order)

    def next_time_ns(self) -> Nanoseconds:
        """When the next silence is due, or an executor's answer waits; -1 when nothing is owed."""
        if self._answers:
            return self._answers[0][0]
        while self._timers:
            due_ns, order = self._timers[0]
            question = self._questions.get(order)
            if question is not None and question.due_ns == due_ns:
                return due_ns
            heappop(self._timers)
        return -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """This is what executors answered, and the silences up to a moment; the venues concerned
        are asked in the same breath.
        """
        said, self._answers = self._answers, []
        while True:
            next_ns = self.next_time_ns()
            if next_ns < 0 or next_ns > time_ns:
                return said
            _, order = heappop(self._timers)
            question = self._questions[order]
            if question.asked == 0:
                silence = ReportOrder(question.venue, order, REPORT_SILENCE)
                said.append((time_ns, silence))
            self.venues[question.venue].query(time_ns, order)
            question.asked += 1
            doublings = min(question.asked, QUERY_DOUBLINGS_MAX)
            question.due_ns = time_ns + (self._silence_ns[question.venue] << doublings)
            if question.asked < QUESTIONS_MAX:
                heappush(self._timers, (question.due_ns, order))

    def _send(self, time_ns: Nanoseconds, event: Event) -> None:
        if type(event) is OrderCleared:
            self.venues[event.venue].submit(time_ns, event)
            self._expect(time_ns, event.venue, event.order)
        elif type(event) is CancelRequested:
            self.venues[event.venue].cancel(time_ns, event)
            self._expect(time_ns, event.venue, event.order)
        elif type(event) is ReplaceRequested:
            self.venues[event.venue].replace(time_ns, event)
            self._expect(time_ns, event.venue, event.order)
        elif type(event) is ActionCleared:
            self._answers.append((time_ns, self._execute(time_ns, event)))
        else:
            return
        self.sent += 1

    def _execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        executor = self.executors.get(action.name)
        if executor is None:
            text = f"no executor is registered for {action.name}"
            return ReportAction(action.action, False, text)
        return executor.execute(time_ns, action)

    def _expect(self, time_ns: Nanoseconds, venue: str, order: OrderId) -> None:
        question = Question(venue, time_ns + self._silence_ns[venue])
        self._questions[order] = question
        heappush(self._timers, (question.due_ns, order))
