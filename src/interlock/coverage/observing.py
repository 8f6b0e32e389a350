"""Observing: the machines' moves, the reasons and the controls' outcomes of one journal.

An observer is a follower with a ledger of its own, into which it folds facts and events: what it
counts is a function of the journal alone, and nothing in the kernel knows of it. Cost: that of
folding, and a look before and after each entry.
"""

from collections.abc import Iterable
from typing import Final

from interlock.coverage.approval_moves import approval_move
from interlock.coverage.counts import Counts
from interlock.coverage.fact_moves import standing
from interlock.coverage.machines import EDGES, ORDER, REFUSED, Edge
from interlock.coverage.order_moves import HAPPENING_OF, happening_of
from interlock.coverage.verdicts import outcomes
from interlock.coverage.work_moves import work_move
from interlock.ledger import life
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    Command,
    DefineInstrument,
    Halt,
    LiftHalt,
    NoteShed,
    NoteVenueLink,
    ProposeDecision,
    ReportAction,
    ReportOrder,
)
from interlock.messages.decisions import CancelOrders, ReplaceOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionCleared,
    ActionFinished,
    CommandRefused,
    DecisionJudged,
    Event,
    HaltLifted,
    HaltTripped,
    InvariantBroken,
    ReportIgnored,
)
from interlock.messages.reasons import (
    IMPOSSIBLE_TRANSITION,
    ORDER_NOT_WORKING,
    SAME_PERSON,
    UNKNOWN_EXECUTION,
    reason_name,
)
from interlock.messages.terms import HOLD, ORDER_STATUSES, PHASES, SEVERITIES, name_of
from interlock.messages.units import NS_PER_SECOND, Sequence
from interlock.messages.venues import VENUE_STATES, VenueMoved
from interlock.messages.works import SliceJudged

# Last moves of orders that are remembered for pairs; the oldest are let go.
ORDERS_REMEMBERED_MAX: Final = 100_000


class UndeclaredMove(AssertionError):  # noqa: N818 - it is named for what it says
    """A machine moved where its table has no edge: the table or the code is wrong."""


class Observer:
    """Follows one journal from its first entry and counts what it exercises.

    A strict one raises `UndeclaredMove` at a move that no table has; else it is counted apart.
    """

    def __init__(self, counts: Counts, where: str, *, is_strict: bool = False) -> None:
        self.counts = counts
        self.where = where
        self.is_strict = is_strict
        self.ledger = Ledger()
        self.moves: list[str] = []
        """The orders' moves of the entry that was followed last, as cells."""
        self._last_moves: dict[int, str] = {}
        self._phases: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._second = -1

    def __call__(self, first: Sequence, entries: Iterable[Entry]) -> None:
        for sequence, entry in enumerate(entries, first):
            self.follow(sequence, entry)

    def follow(self, sequence: Sequence, entry: Entry) -> None:
        """This folds one entry and counts what it moved."""
        ledger, command = self.ledger, entry.command
        self.moves = []
        before = standing(ledger, command)
        ledger.apply_fact(sequence, entry.time_ns, command)
        if before is not None:
            after = standing(ledger, command)
            assert after is not None, f"{command} moves {before} and then nothing"
            self._move(before[0], before[2], before[1], after[2])
        elif isinstance(command, ProposeDecision):
            self._move("decision", "new", "propose", "waiting")
        elif isinstance(command, NoteShed):
            for _, _, reason, _ in command.shed:
                self._note(f"reason: {reason_name(reason)}")
        elif isinstance(command, NoteVenueLink):
            known = self._links.get(command.venue, "unsaid")
            self._links[command.venue] = "connected" if command.is_connected else "broken"
            word = "connect" if command.is_connected else "break"
            self._move("link", known, word, self._links[command.venue])
        if entry.time_ns // NS_PER_SECOND != self._second or type(command) is DefineInstrument:
            self._second = entry.time_ns // NS_PER_SECOND
            self._look_at_phases()
        for event in entry.events:
            self._event(command, event)

    # --- what moved --------------------------------------------------------------------------

    def _move(self, machine: str, before: str, happening: str, after: str) -> None:
        cell = f"{machine}: {before} -{happening}-> {after}"
        if cell not in EDGES:
            self._undeclared(cell)
        else:
            self._note(cell)
        if machine == ORDER:
            self.moves.append(cell)

    def _undeclared(self, cell: str) -> None:
        where = self._place()
        if self.is_strict:
            raise UndeclaredMove(f"{where}: {cell} is in no table of interlock/ledger")
        self.counts.note_undeclared(cell, where)

    def _note(self, cell: str) -> None:
        hits = self.counts.cells.get(cell)
        if hits is not None:
            hits.count += 1
        else:
            self.counts.note(cell, self._place())

    def _place(self) -> str:
        return f"{self.where}, command {self.ledger.sequence}"

    def _look_at_phases(self) -> None:
        for record in self.ledger.instruments.values():
            if len(record.phases) == 0:
                continue
            phase = name_of(PHASES, record.phase_at(self.ledger.time_ns))
            before = self._phases.get(record.symbol, phase)
            self._phases[record.symbol] = phase
            if phase != before:
                self._move("phase", before, "time", phase)

    # --- events ------------------------------------------------------------------------------

    def _event(self, command: Command, event: Event) -> None:
        number = getattr(event, "order", None)
        if isinstance(event, ReportIgnored):
            self._ignored(command, event)
        elif number is not None:
            self._order_event(number, event)
        else:
            self._other_event(command, event)
        reason = getattr(event, "reason", None)
        if reason is not None:
            self._note(f"reason: {reason_name(reason)}")

    def _order_event(self, number: int, event: Event) -> None:
        orders = self.ledger.orders
        order, touched = orders.find(number), len(orders.touched)
        if order is None:
            self.ledger.apply(event)
            if orders.find(number) is None and len(orders.touched) > touched:
                self._undeclared(f"order: new -{type(event).__name__}->")
            return
        before, happening = order.status, happening_of(event, order)
        doubts = order.venue.unknown_orders
        self.ledger.apply(event)
        if happening == 0:
            if len(orders.touched) > touched:
                self._undeclared(f"order: {ORDER_STATUSES[before]} -{type(event).__name__}->")
            return
        after = ORDER_STATUSES[order.status]
        self._move(ORDER, ORDER_STATUSES[before], life.HAPPENINGS[happening], after)
        self._pair(number, self.moves[-1])
        self._doubt(doubts, order.venue.unknown_orders)

    def _pair(self, number: int, move: str) -> None:
        last = self._last_moves.pop(number, None)
        if last is not None:
            self.counts.note_pair(last, move)
        elif len(self._last_moves) >= ORDERS_REMEMBERED_MAX:
            del self._last_moves[next(iter(self._last_moves))]
        self._last_moves[number] = move

    def _doubt(self, before: int, after: int) -> None:
        if before != after:
            self._move(
                "venue",
                "in_doubt" if before > 0 else "answering",
                "order_unknown" if after > before else "order_known",
                "in_doubt" if after > 0 else "answering",
            )

    def _ignored(self, command: Command, event: ReportIgnored) -> None:
        """A report that the table has no cell for is counted as refused there."""
        order = self.ledger.orders.find(event.order)
        if type(command) is ReportAction:
            self._move("action", "unknown", "report", "unknown")
        elif order is not None and event.reason in (IMPOSSIBLE_TRANSITION, UNKNOWN_EXECUTION):
            assert isinstance(command, ReportOrder), f"{command} cannot be ignored as a report"
            self._refused(order.status, HAPPENING_OF.get(event.kind, 0))
        self.ledger.apply(event)

    def _refused(self, status: int, happening: int) -> None:
        if happening != 0 and not life.is_possible(status, happening):
            edge = Edge(ORDER, ORDER_STATUSES[status], life.HAPPENINGS[happening], REFUSED)
            self._note(edge.cell)

    def _other_event(self, command: Command, event: Event) -> None:
        ledger = self.ledger
        move = approval_move(ledger, command, event) or work_move(ledger, command, event)
        if move is not None:
            self._move(*move)
            if isinstance(event, SliceJudged):
                self._note_outcomes(event.verdict)
        elif isinstance(event, DecisionJudged):
            self._judged(event)
        elif isinstance(event, HaltTripped | HaltLifted):
            before = self._halt(event.scope)
            word = "lift"
            if isinstance(event, HaltTripped):
                word = "trip_reduce_only" if event.reduce_only else "trip"
            ledger.apply(event)
            self._move("halt", before, word, self._halt(event.scope))
            return
        elif isinstance(event, CommandRefused):
            if isinstance(command, Halt):
                self._move("halt", "none", "trip_nowhere", "none")
            elif isinstance(command, LiftHalt):
                state = self._halt(command.scope)
                word = "lift_by_tripper" if event.reason == SAME_PERSON else "lift_refused"
                word = "lift" if state == "none" else word
                self._move("halt", state, word, state)
        elif isinstance(event, ActionCleared):
            self._move("action", "new", "clear", "cleared")
        elif isinstance(event, ActionFinished):
            self._move("action", "cleared", "succeed" if event.succeeded else "fail", "ended")
        elif isinstance(event, InvariantBroken):
            self._note(f"invariant: {event.name}")
        elif isinstance(event, VenueMoved):
            self._venue_moved(event)
        ledger.apply(event)

    def _venue_moved(self, event: VenueMoved) -> None:
        before = self.ledger.venues[event.venue].state
        word = "stay" if event.state == before else "improve"
        word = "worsen" if event.state > before else word
        self._move("health", VENUE_STATES[before], word, VENUE_STATES[event.state])

    def _halt(self, scope: str) -> str:
        halt = self.ledger.halts.get(scope)
        if halt is None:
            return "none"
        return "reduce_only" if halt.reduce_only else "stopped"

    def _note_outcomes(self, verdict: DecisionJudged) -> None:
        for control, outcome in outcomes(self.ledger, verdict):
            self._note(f"control: {control} {outcome}")

    def _judged(self, event: DecisionJudged) -> None:
        after = "passed" if event.severity < HOLD else "refused"
        if event.severity == HOLD:
            after = "held"
        self._move("decision", "waiting", name_of(SEVERITIES, event.severity), after)
        self._note_outcomes(event)
        waiting = self.ledger.waiting.find(event.decision)
        if event.reason != ORDER_NOT_WORKING or waiting is None:
            return
        action = waiting.decision.action
        numbers: tuple[int, ...] = ()
        happening = life.ASK_CANCEL
        if isinstance(action, CancelOrders):
            numbers = action.orders
        elif isinstance(action, ReplaceOrder):
            numbers, happening = (action.order,), life.ASK_REPLACE
        for number in numbers:
            order = self.ledger.orders.find(number)
            if order is not None:
                self._refused(order.status, happening)


def moves_of(entries: Iterable[Entry]) -> list[tuple[str, ...]]:
    """This is, for each entry of a journal from its first, the moves of orders that it makes."""
    observer, found = Observer(Counts(), "a run"), []
    for sequence, entry in enumerate(entries, 1):
        observer.follow(sequence, entry)
        found.append(tuple(observer.moves))
    return found
