"""Live: the same walk against the wall clock. Decisions and operators' words come from outside as
lines, are taken with everything else that waits, and are answered when the batch that holds them is
durable.

    {"line": 1, "decision": 412, "key": "m-17", "verdict": "allow", "reason": "NONE",
     "refusals": [], "orders": ["413-1"]}
    {"line": 2, "sequence": 414, "error": "$.action.price: was 1, must be decimal text"}
    {"line": 3, "sequence": 415, "halted": "firm", "cancels_requested": 1}
    {"line": 4, "to": 90, "taken": false, "reason": "CUT_BY_PRIORITY", "retry_after_ms": 140}

`line` counts the lines of the connection that were not blank. Decisions are answered in the order
in which they were judged, which is by priority, so `line` or `key` says which one it was. One that
is held is answered twice: that it waits for people, with the digest that they approve, and what
became of it. What is more than can be done in time is refused at once (`intake`): lines that follow
each other in one answer, from `line` to `to`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import Any, NamedTuple, Protocol

from interlock.inputs.answers import not_taken, refused_answer, word_answer
from interlock.inputs.clock import Clock
from interlock.inputs.conflation import newest
from interlock.inputs.decisions import DecisionDefaults
from interlock.inputs.intake import Intake
from interlock.inputs.lanes import WaitingLine
from interlock.inputs.lines import Connection
from interlock.inputs.refusals import InputRefused
from interlock.inputs.scheduler import SERVE_MAX, Dated, Decider, Market, Observer, Talker
from interlock.inputs.shortage import NO_LIFT_SENTENCE, NO_ROOM_SENTENCE, is_worth_the_room
from interlock.inputs.words import decode_line
from interlock.messages.approvals import DecisionHeld, HoldRefused
from interlock.messages.commands import (
    Command,
    LiftHalt,
    NoteRefusedInput,
    NoteTrade,
    ProposeDecision,
    ServeQueue,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import Decision
from interlock.messages.definitions import Instrument
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionCleared,
    CancelRequested,
    DecisionJudged,
    Event,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.findings import objections_of
from interlock.messages.identity import order_text
from interlock.messages.reasons import DECISION_EXPIRED, reason_name
from interlock.messages.terms import HOLD, SEVERITIES, name_of
from interlock.messages.units import NS_PER_SECOND, Nanoseconds, Sequence

# However quiet it is, the loop looks up this often.
WAIT_SECONDS_MAX = 0.2
# A moment that does not come.
NEVER: Nanoseconds = 2**63 - 1


class LiveTaker(Protocol):
    """What the live door feeds: the engine."""

    @property
    def sequence(self) -> Sequence: ...

    @property
    def has_open(self) -> bool: ...

    @property
    def is_full(self) -> bool: ...

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]: ...

    def begin_keeping(self) -> None: ...

    def keep(self) -> None: ...

    @property
    def is_short_of_room(self) -> bool: ...

    @property
    def is_out_of_room(self) -> bool: ...

    def regain_room(self) -> bool: ...


class Door(Protocol):
    """Where lines come from and answers go: `Lines`, or a script."""

    @property
    def is_over(self) -> bool: ...

    def watch(self, descriptor: int) -> None: ...

    def wait(self, seconds: float) -> list[tuple[Connection, bytes]]: ...

    def hand_out(self) -> None: ...

    def close(self) -> None: ...


class _Owed(NamedTuple):
    """An answer that is owed: to whom, to which of its lines, about which decision."""

    connection: Connection
    line: int
    key: str


class LiveSession:
    """Runs one session against the wall clock until its input ends or `stop` is called."""

    def __init__(
        self,
        engine: LiveTaker,
        clock: Clock,
        lines: Door,
        intake: Intake,
        instruments: dict[str, Instrument],
        defaults: DecisionDefaults,
        *,
        recording: Iterable[Dated] = (),
        market: Market | None = None,
        venues: Iterable[Talker] = (),
        observers: Iterable[Observer] = (),
        timers: Iterable[Talker] = (),
        models: Iterable[tuple[Decider, Nanoseconds]] = (),
        control_names: Callable[[int], str] = str,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.lines = lines
        self.intake = intake
        self.instruments = instruments
        self.defaults = defaults
        self.answered = 0
        self._recording: Iterator[Dated] = iter(recording)
        self._next: Dated | None = next(self._recording, None)
        # A recording is moved so that its first item is now.
        self._shift_ns = clock.now_ns() - self._next[0] if self._next is not None else 0
        self._market = market
        self._venues = tuple(venues)
        self._observers = tuple(observers)
        self._timers = tuple(timers)
        self._models = tuple(models)
        self._control_names = control_names
        self._decisions: list[tuple[Nanoseconds, int, Decision]] = []
        self._decided = 0
        self._owed: dict[Sequence, _Owed] = {}
        self._stopped = False

    def stop(self) -> None:
        """This ends the session after the present turn."""
        self._stopped = True

    def run(self) -> None:
        """This takes turns: everything that waits, then one batch, then the answers."""
        while not self._stopped:
            came = self.lines.wait(0.0 if self.intake.is_waiting else self._patience())
            begun_ns = self.clock.now_ns()
            self._turn(begun_ns, came)
            self.lines.hand_out()
            self.intake.worked(self.clock.now_ns() - begun_ns)
            is_over = self.lines.is_over and not self.intake.is_waiting
            if is_over or self.engine.is_out_of_room:
                break
        self._note_shed(self.clock.now_ns(), is_last=True)
        self.engine.keep()
        self.lines.hand_out()

    def follow(self, first: Sequence, entries: list[Entry]) -> None:
        """This answers what is durable now; the engine calls it."""
        for sequence, entry in enumerate(entries, first):
            owed = self._owed.get(sequence)
            if owed is not None and not isinstance(entry.command, ProposeDecision):
                del self._owed[sequence]
                self._answer(owed, word_answer(sequence, entry))
            for event in entry.events:
                if isinstance(event, DecisionJudged):
                    # Of one that is held there is more to say when it no longer is.
                    find = self._owed.get if event.severity == HOLD else self._owed.pop
                    asked = find(event.decision, None)
                    if asked is not None:
                        self._answer(asked, self._verdict(event, asked.key, entry.events))
                elif isinstance(event, HoldRefused):
                    asked = self._owed.pop(event.decision, None)
                    if asked is not None:
                        self._answer(asked, refused_answer(event, asked.key))

    def _patience(self) -> float:
        """Seconds until something is due by itself."""
        due_ns = self._next_due_ns()
        if self._decisions:
            due_ns = min(due_ns, self._decisions[0][0])
        wait = max(due_ns - self.clock.now_ns(), 0) / NS_PER_SECOND
        return min(wait, WAIT_SECONDS_MAX)

    def _next_due_ns(self) -> Nanoseconds:
        """When a venue, the market, a recording or a timer next has something to say."""
        due = [talker.next_time_ns() for talker in (*self._venues, *self._timers)]
        if self._market is not None:
            due.append(self._market.next_time_ns())
        if self._next is not None:
            due.append(self._next[0] + self._shift_ns)
        return min((moment for moment in due if moment >= 0), default=NEVER)

    def _turn(self, now_ns: Nanoseconds, came: list[tuple[Connection, bytes]]) -> None:
        self._take_market(now_ns)
        arrived = 0
        for connection, text in came:
            self.intake.offer(now_ns, connection, text)
        for line in self.intake.serve(now_ns):
            arrived += self._take_line(now_ns, line)
        self._answer_refused()
        self._note_shed(now_ns)
        while self._decisions and self._decisions[0][0] <= now_ns:
            self._take(now_ns, ProposeDecision(heappop(self._decisions)[2]))
            arrived += 1
        while arrived > 0:
            self._take(now_ns, ServeQueue(SERVE_MAX))
            arrived -= SERVE_MAX
        if self.engine.has_open:
            self.engine.keep()

    def _take_market(self, now_ns: Nanoseconds) -> None:
        late_ns = now_ns - self._next_due_ns()
        said: list[Dated] = []
        while self._next is not None and self._next[0] + self._shift_ns <= now_ns:
            command = self._next[1]
            self._next = next(self._recording, None)
            for observer in self._observers:
                observer.observe(now_ns, command)
            said.append((now_ns, command))
        if self._market is not None and 0 <= self._market.next_time_ns() <= now_ns:
            self._market.advance(now_ns)
        for talker in (*self._venues, *self._timers):
            said += talker.due(now_ns)
        if late_ns > self.intake.late_ns:
            heard = len(said)
            said = newest(said)
            self.intake.overtaken(heard - len(said))
        for _, command in said:
            self._take(now_ns, command)

    def _answer_refused(self) -> None:
        """This tells whoever said a line that it is not taken, why, and when to try again; lines
        that follow each other in one answer."""
        refused, self.intake.refused = self.intake.refused, []
        retry_ms = self.intake.retry_ms() if refused else 0
        for lines in refused:
            answer = not_taken(lines.reason, retry_ms)
            count = lines.last - lines.first + 1
            if count > 1:
                answer = {"to": lines.last, **answer}
            self._answer(_Owed(lines.connection, lines.first, ""), answer, count)

    def _note_shed(self, now_ns: Nanoseconds, *, is_last: bool = False) -> None:
        note = self.intake.note(now_ns, is_last=is_last)
        if note is not None:
            self._take(now_ns, note)

    def _take_line(self, now_ns: Nanoseconds, line: WaitingLine) -> int:
        """One line from outside; 1 when it is a decision that now waits."""
        connection = line.connection
        command: Command
        try:
            command = decode_line(line.text, self.instruments, self.defaults)
        except InputRefused as refused:
            digest = hashlib.sha256(line.text).hexdigest()
            command = NoteRefusedInput(connection.name, digest, str(refused)[:1_000])
        key = ""
        if isinstance(command, ProposeDecision):
            key = command.decision.key
            if line.came_ns <= command.decision.valid_until_ns < now_ns:
                self.intake.expired(line, DECISION_EXPIRED)
                owed = _Owed(connection, line.number, key)
                self._answer(owed, not_taken(DECISION_EXPIRED, 0))
                return 0
        if not self._has_room(line, command):
            return 0
        self._owed[self.engine.sequence + 1] = _Owed(connection, line.number, key)
        for observer in self._observers:
            observer.observe(now_ns, command)
        self._take(now_ns, command)
        return 1 if isinstance(command, ProposeDecision) else 0

    def _has_room(self, line: WaitingLine, command: Command) -> bool:
        """Whether the disk has room for a line; if not, whoever sent it is told."""
        if not self.engine.is_short_of_room:
            return True
        if isinstance(command, LiftHalt):
            sentence = "" if self.engine.regain_room() else NO_LIFT_SENTENCE
        else:
            sentence = "" if is_worth_the_room(command) else NO_ROOM_SENTENCE
        if sentence:
            self._answer(_Owed(line.connection, line.number, ""), {"error": sentence})
        return not sentence

    def _take(self, now_ns: Nanoseconds, command: Command) -> None:
        if self.engine.is_short_of_room and not is_worth_the_room(command):
            return
        self.engine.take(now_ns, command)
        if self.engine.is_full:
            self.engine.begin_keeping()
        if not isinstance(command, UpdateQuote | UpdateLadder | NoteTrade):
            return
        for model, latency_ns in self._models:
            for decision in model.observe(now_ns, command):
                self._decided += 1
                heappush(self._decisions, (now_ns + latency_ns, self._decided, decision))

    def _answer(self, owed: _Owed, answer: dict[str, Any], answered: int = 1) -> None:
        told = json.dumps({"line": owed.line, **answer}, separators=(",", ":"))
        if answered == 1:
            owed.connection.answer(told.encode())
        else:
            owed.connection.answer(told.encode(), answered)
        self.answered += answered

    def _verdict(self, event: DecisionJudged, key: str, events: list[Event]) -> dict[str, Any]:
        """One verdict as one line: what stopped it with observed and bound, or what it became."""
        answer: dict[str, Any] = {
            "decision": event.decision,
            "key": key,
            "verdict": name_of(SEVERITIES, event.severity),
            "reason": reason_name(event.reason),
        }
        answer["refusals"] = [
            {
                "control": self._control_names(found.limit),
                "line": found.line,
                "observed": found.observed,
                "bound": found.bound,
            }
            for found in objections_of(event)
            if found.severity >= HOLD
        ]
        answer["orders"] = [
            order_text(made.order)
            for made in events
            if isinstance(made, OrderCleared) and made.decision == event.decision
        ]
        for name, kind in (("cancels", CancelRequested), ("replaces", ReplaceRequested)):
            asked = [
                order_text(made.order)
                for made in events
                if isinstance(made, kind) and made.decision == event.decision
            ]
            if asked:
                answer[name] = asked
        for made in events:
            if isinstance(made, DecisionHeld) and made.decision == event.decision:
                answer["hold"] = {
                    "digest": made.digest,
                    "approvers": made.approvers,
                    "expires_ns": made.expires_ns,
                }
            if isinstance(made, ActionCleared) and made.decision == event.decision:
                answer["action"] = order_text(made.action)
        return answer
