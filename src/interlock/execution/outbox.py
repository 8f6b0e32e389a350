"""The outbox: effects leave here, after their batch is durable (law 2) and once (law 8).

It also keeps the time of every question: an order, cancel or replace that a venue has not answered
in its `silence_ns` is reported silent, which makes the order UNKNOWN. Once that is durable, and not
before, the venue is asked what became of it, less and less often and `QUESTIONS_MAX` times at most:
after that a person must ask.
What counts as an answer is the ledger's to say; the engine passes it on.
"""

from collections import deque
from heapq import heappop, heappush

from msgspec import Struct

from interlock.execution.asking import RECONNECT, VenueAsker
from interlock.execution.background import BackgroundExecutor
from interlock.execution.executors import Executor
from interlock.execution.port import VenuePort
from interlock.ledger.folding import Leaving, leaving
from interlock.messages.commands import Command, NoteVenueLink, ReportAction, ReportOrder
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionCleared,
    CancelRequested,
    OrderCleared,
    OrderUnknown,
    ReplaceRequested,
)
from interlock.messages.terms import REPORT_SILENCE
from interlock.messages.units import Nanoseconds, OrderId, Sequence

# Between two questions about the same order the wait doubles, up to this many times.
QUERY_DOUBLINGS_MAX = 6
QUESTIONS_MAX = 16


class Question(Struct, gc=False):
    """Something that a venue owes an answer to."""

    venue: str
    due_ns: Nanoseconds
    is_reported: bool = False
    """Whether the present silence is in the journal already."""
    asked: int = 0
    """How often the venue was asked what became of the order."""
    doubted: Sequence = 0
    """The command that put the order in doubt: no question leaves before it is durable. 0 if none
    has."""
    is_blind: bool = False
    """Something may have been said that nobody heard: only a word that tells how the order stands
    settles it, and none before the venue was asked."""


class Outbox:
    """Hands durable effects to venues and executors, and waits for their answers."""

    def __init__(
        self,
        venues: dict[str, VenuePort],
        silence_ns: dict[str, Nanoseconds],
        executors: dict[str, Executor | BackgroundExecutor],
        asker: VenueAsker | None = None,
    ) -> None:
        self.venues = venues
        self.asker = asker if asker is not None else VenueAsker({})
        self.executors = executors
        self.sent_sequence: Sequence = 0
        """Effects of commands up to here have left; none of them leaves again."""
        self.sent = 0
        self._silence_ns = silence_ns
        self._questions: dict[OrderId, Question] = {}
        # A timer holds only while its order's question is due at that very moment. Most are set in
        # the order in which they come due: they stand in a line, and only the others in a heap.
        self._line: deque[tuple[Nanoseconds, OrderId]] = deque()
        self._timers: list[tuple[Nanoseconds, OrderId]] = []
        self._answers: list[tuple[Nanoseconds, Command]] = []

    def hand_on(self, first: Sequence, entries: list[Entry]) -> None:
        """This sends the effects of a durable batch."""
        assert first > self.sent_sequence, (
            f"batch {first} was handed on, up to {self.sent_sequence}"
        )
        venues, silence_ns = self.venues, self._silence_ns
        questions, line, asker = self._questions, self._line, self.asker
        for place, time_ns, event in leaving(entries):
            self.sent_sequence = first + place - 1
            if type(event) is OrderCleared:
                # The most frequent by far: as `_send` and `_expect` would do it.
                venue, order = event.venue, event.order
                venues[venue].submit(time_ns, event)
                self.sent += 1
                if venue not in asker.waiting:
                    asker.note_activity(venue, time_ns)
                if order in questions:
                    self._expect(time_ns, venue, order)
                    continue
                due_ns = time_ns + silence_ns[venue]
                questions[order] = Question(venue, due_ns)
                timer = (due_ns, order)
                if not line or line[-1] <= timer:
                    line.append(timer)
                else:
                    heappush(self._timers, timer)
            elif type(event) is OrderUnknown:
                self._ask_first(time_ns, event.order)
            elif type(event) is ReportOrder:
                self._ask_later(time_ns, event.order)
            elif type(event) is NoteVenueLink:
                asker.ask_at_once(event.venue, time_ns, RECONNECT)
            else:
                self._send(time_ns, event)
        self.sent_sequence = first + len(entries) - 1
        # Timers whose question is settled go here too, however seldom anybody asks what is due.
        self._first_timer()

    @property
    def timers(self) -> int:
        """How many timers stand: one per open question, and those behind them in line."""
        return len(self._line) + len(self._timers)

    # What the engine passes on when a report was taken. Hearing needs no disk: only what leaves
    # does.

    def settle(self, order: OrderId, *, is_told: bool = True) -> None:
        """The venue has answered all that it was asked about an order; `is_told` when the answer
        says how the order stands or ended."""
        question = self._questions.get(order)
        if question is None:
            return
        if question.is_blind and not (is_told and question.asked > 0):
            question.is_reported = True
            question.doubted = question.doubted or self.sent_sequence
            return
        del self._questions[order]

    def settle_all(self, orders: list[OrderId]) -> None:
        """The venues have answered all that they were asked about these; under a minus sign, by a
        word that does not tell how the order stands or ended."""
        questions = self._questions
        for marked in orders:
            order = abs(marked)
            question = questions.get(order)
            if question is None:
                continue
            if question.is_blind:
                self.settle(order, is_told=marked > 0)
            else:
                del questions[order]

    def still_owed(self, order: OrderId, asked_ns: Nanoseconds) -> None:
        """The venue has said something, but owes an answer to what it was asked at `asked_ns`."""
        question = self._questions.get(order)
        if question is None:
            return
        due_ns = asked_ns + self._silence_ns[question.venue]
        if question.is_reported or due_ns > question.due_ns:
            question.is_reported = False
            question.doubted = 0
            self._set_timer(order, question, max(due_ns, question.due_ns))

    def ask_about(
        self, time_ns: Nanoseconds, venue: str, order: OrderId, doubted: Sequence = 0
    ) -> None:
        """An order's fate is in doubt since this command, or since before this run (0).

        Where the reason is not a silence that we reported (its venue has contradicted itself, or
        we were away), the venue is asked from its usual silence on.
        """
        question = self._questions.get(order)
        if question is None:
            self._expect(time_ns, venue, order)
            question = self._questions[order]
            question.is_reported = True
        if question.doubted == 0:
            question.doubted = doubted or self.sent_sequence

    def catch(self, time_ns: Nanoseconds, venue: str, order: OrderId, doubted: Sequence) -> None:
        """An order is unknown since this command because its venue went down: that need not be
        reported again, and the venue is asked from its usual silence on."""
        self.ask_about(time_ns, venue, order, doubted)
        self._questions[order].is_reported = True

    def doubt(
        self, time_ns: Nanoseconds, venue: str, order: OrderId, doubted: Sequence = 0
    ) -> None:
        """As `ask_about`, where words about the order may have been lost (we were away, or the
        venue speaks as if it had said more): another word about it is no answer to that."""
        self.ask_about(time_ns, venue, order, doubted)
        self._questions[order].is_blind = True

    def next_time_ns(self) -> Nanoseconds:
        """When the next silence or question for everything is due, or an executor's answer waits;
        -1 when nothing is owed."""
        if self._answers:
            return self._answers[0][0]
        first = self._first_timer()
        asked_ns = self.asker.next_time_ns()
        if first is None or 0 <= asked_ns < first[0]:
            return asked_ns
        return first[0]

    def _first_timer(self) -> tuple[Nanoseconds, OrderId] | None:
        """The timer that comes due first, of those that hold. Those before it, which hold no more,
        are dropped."""
        line, timers, questions = self._line, self._timers, self._questions
        while line or timers:
            is_in_line = bool(line) and (not timers or line[0] <= timers[0])
            timer = line[0] if is_in_line else timers[0]
            question = questions.get(timer[1])
            if question is not None and question.due_ns == timer[0]:
                return timer
            if is_in_line:
                line.popleft()
            else:
                heappop(timers)
        return None

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """This is what executors answered, and the silences up to a moment. A silence is only said
        here: the first question leaves with its durable batch. Repeated ones leave here, because
        their reason is durable.
        """
        said, self._answers = self._answers, []
        for executor in self.executors.values():
            if isinstance(executor, BackgroundExecutor):
                said.extend((time_ns, report) for report in executor.finished())
        said.extend(self.asker.due(time_ns))
        while True:
            timer = self._first_timer()
            if timer is None or timer[0] > time_ns:
                return said
            # Set anew below, or never again: the timer itself holds no more and is dropped by that.
            order = timer[1]
            question = self._questions[order]
            if not question.is_reported:
                question.is_reported = True
                question.due_ns = -1
                said.append((time_ns, ReportOrder(question.venue, order, REPORT_SILENCE)))
            elif 0 < question.doubted <= self.sent_sequence:
                self._ask(time_ns, order, question)
            else:
                wait_ns = max(self._silence_ns[question.venue], 1)
                self._set_timer(order, question, time_ns + wait_ns)

    def last_words(self) -> list[Command]:
        """This waits for the actions that are still being carried out, and is how they ended."""
        said: list[Command] = [answer for _, answer in self._answers]
        self._answers = []
        for executor in self.executors.values():
            if isinstance(executor, BackgroundExecutor):
                said.extend(executor.close())
        return said

    def _ask_first(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """The silence that we reported is durable. An answer may have settled it meanwhile."""
        question = self._questions.get(order)
        if question is not None and question.is_reported and question.due_ns < 0:
            self._ask(time_ns, order, question)

    def _ask_later(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """A silence that the kernel ignored, since the order was in doubt before it, does not end
        the questions."""
        question = self._questions.get(order)
        if question is None or question.due_ns >= 0 or question.asked > 0:
            return
        self._set_timer(order, question, time_ns + self._silence_ns[question.venue])

    def _ask(self, time_ns: Nanoseconds, order: OrderId, question: Question) -> None:
        question.due_ns = -1
        if question.asked < QUESTIONS_MAX:
            self.venues[question.venue].query(time_ns, order)
            question.asked += 1
        if question.asked < QUESTIONS_MAX:
            doublings = min(question.asked, QUERY_DOUBLINGS_MAX)
            wait_ns = self._silence_ns[question.venue] << doublings
            self._set_timer(order, question, time_ns + wait_ns)

    def _send(self, time_ns: Nanoseconds, event: Leaving) -> None:
        if type(event) is CancelRequested:
            self.venues[event.venue].cancel(time_ns, event)
            self._expect(time_ns, event.venue, event.order)
        elif type(event) is ReplaceRequested:
            self.venues[event.venue].replace(time_ns, event)
            self._expect(time_ns, event.venue, event.order)
        elif type(event) is ActionCleared:
            self._execute(time_ns, event)
        elif type(event) is VenueQuestioned:
            self.venues[event.venue].state(time_ns, event)
        elif type(event) is OrderAdopted:
            self.venues[event.venue].adopt(time_ns, event)
        else:
            return
        self.sent += 1

    def _execute(self, time_ns: Nanoseconds, action: ActionCleared) -> None:
        executor = self.executors.get(action.name)
        if isinstance(executor, BackgroundExecutor):
            executor.begin(time_ns, action)
            return
        if executor is None:
            text = f"no executor is registered for {action.name}"
            report = ReportAction(action.action, False, text)
        else:
            report = executor.execute(time_ns, action)
        self._answers.append((time_ns, report))

    def _expect(self, time_ns: Nanoseconds, venue: str, order: OrderId) -> None:
        # A venue that is silent about one request is silent: a further one does not put it off.
        known = self._questions.get(order)
        if known is not None and known.due_ns >= 0:
            return
        due_ns = time_ns + self._silence_ns[venue]
        question = Question(venue, due_ns)
        if known is not None:
            question.is_reported, question.doubted = known.is_reported, known.doubted
            if known.is_blind:
                question.is_blind, question.asked = True, known.asked
        self._questions[order] = question
        self._put_timer((due_ns, order))

    def _set_timer(self, order: OrderId, question: Question, due_ns: Nanoseconds) -> None:
        question.due_ns = due_ns
        self._put_timer((due_ns, order))

    def _put_timer(self, timer: tuple[Nanoseconds, OrderId]) -> None:
        line = self._line
        if not line or line[-1] <= timer:
            line.append(timer)
        else:
            heappush(self._timers, timer)
