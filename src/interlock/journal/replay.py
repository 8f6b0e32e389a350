"""Replay: the same commands through the same code give the same events, byte for byte.

Two checks. *Re-execution* steps every command again and compares every event: what differs is
either a lack of determinism or a difference that a newer version makes. *Rebuilding* folds facts
and events, whatever version concluded them, and must arrive at the same ledger. `rejudge` asks a
third question: what other limits would have said of each decision, in the state that the journal
records for that moment.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from interlock.controls.gate import Gate
from interlock.decisions.planning import Planner
from interlock.decisions.routing import make_router
from interlock.journal.faults import InvariantsMissing, JournalForeign
from interlock.journal.reader import Batch, CommandBatch
from interlock.kernel.batch import step_all
from interlock.kernel.step import Kernel
from interlock.kernel.user_invariants import offered_name
from interlock.kernel.working import waiting_of
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest
from interlock.messages.approvals import LimitChanged
from interlock.messages.commands import Command, OpenSession, SetLimit
from interlock.messages.encoding import (
    Entry,
    are_same_events,
    decode_batch,
    encode,
    is_same_batch,
)
from interlock.messages.events import DecisionJudged, Event
from interlock.messages.flags import CATALOGUE, unknown_flags
from interlock.messages.units import Sequence
from interlock.messages.works import SliceJudged

Entries = Iterator[tuple[Sequence, Entry]]
Progress = Callable[[Sequence], None]

# A session that differs everywhere need not be listed to the end.
CHANGES_MAX = 100_000


@dataclass(frozen=True)
class Difference:
    """The first place where re-execution made something else than the journal has."""

    sequence: Sequence
    place: int
    """The event's place among its command's events, from 1."""
    command: Command
    expected: Event | None
    made: Event | None


@dataclass
class Replayed:
    """What a replay found."""

    commands: int = 0
    events: int = 0
    digest: str = ""
    difference: Difference | None = None
    met: dict[Sequence, bool] = field(default_factory=dict)
    """For each state kept on the way: whether it was met."""
    parts: int = 1
    """How many parts of the journal were walked side by side."""


@dataclass(frozen=True)
class Changed:
    """A decision on which other limits give another verdict."""

    decision: Sequence
    severity_before: int
    reason_before: int
    severity_after: int
    reason_after: int


@dataclass
class Rejudged:
    """What other limits would have said."""

    decisions: int = 0
    changed: list[Changed] = field(default_factory=list)
    changed_count: int = 0


def reexecute(
    batches: Iterable[CommandBatch],
    user_controls: dict[str, Any],
    progress: Progress | None = None,
    digests: dict[Sequence, str] | None = None,
    ledger: Ledger | None = None,
) -> Replayed:
    """This steps every command again and stops at the first event that differs.

    `digests` are those of states kept at the end of some batches; `met` says which were met. With
    a `ledger` it goes on from there.
    Raises `InvariantsMissing` when the session was run under invariants that are not offered.

    What was made is encoded batch by batch and compared with the bytes that are stored. Cost: that
    of the session without its disk, its venues and its followers, and the decoding.
    """
    ledger = Ledger() if ledger is None else ledger
    require_invariants(ledger.invariants, user_controls)
    kernel = Kernel(ledger, user_controls)
    result = Replayed()
    for batch in batches:
        for entry in batch.entries:
            if type(entry.command) is OpenSession:
                require_invariants(entry.command.invariants, user_controls)
        events = step_all(kernel, batch.first_sequence, batch.entries)
        sequence = batch.first_sequence + len(events) - 1
        result.events += sum(map(len, events))
        require_known_flags(kernel.ledger)
        result.commands = sequence
        if not are_same_events(batch.entries, events):
            # The bytes differ: what differs in them, if not only fields that were appended since?
            pairs = zip(batch.entries, events, strict=True)
            made = [Entry(entry.time_ns, entry.command, again) for entry, again in pairs]
            if not is_same_batch(batch.payload, made):
                result.difference = first_difference(batch, made)
                break
        if digests is not None and sequence in digests:
            result.met[sequence] = digest(kernel.ledger) == digests[sequence]
        if progress is not None:
            progress(sequence)
    result.digest = digest(kernel.ledger)
    return result


def require_invariants(names: tuple[str, ...], offered: dict[str, Any]) -> None:
    """This raises `InvariantsMissing` unless all that a session is run under is offered: what
    checked then must check again, or equal commands need not give equal events."""
    missing = [name for name in names if offered_name(name) not in offered]
    if missing:
        raise InvariantsMissing("the session", missing)


def rebuild(
    batches: Iterable[Batch], progress: Progress | None = None, ledger: Ledger | None = None
) -> tuple[Replayed, Ledger]:
    """This folds facts and events into a ledger, a new one or one that goes on, without the
    kernel."""
    ledger = Ledger() if ledger is None else ledger
    result = Replayed()
    for batch in batches:
        result.events += fold(ledger, batch.first_sequence, batch.entries)
        result.commands = ledger.sequence
        if progress is not None:
            progress(ledger.sequence)
    result.digest = digest(ledger)
    return result, ledger


def require_known_flags(ledger: Ledger) -> None:
    """This raises `JournalForeign` for a session that records a behaviour of a newer version: its
    commands cannot be stepped as they ran."""
    unknown = unknown_flags(ledger.flags)
    if unknown:
        raise JournalForeign(
            f"session {ledger.name}",
            f"its behaviour flag was {unknown[0]}, must be one of {sorted(CATALOGUE)}",
            "Go on with it, or step it again, with the version of Interlock that wrote it;"
            " `interlock replay --rebuild` reads it with any version",
        )


def rejudge(
    entries: Entries,
    limits: list[SetLimit],
    user_controls: dict[str, Any],
    progress: Progress | None = None,
) -> Rejudged:
    """This judges every decision again under other limits, each in the state of its own moment.

    The ledger follows the journal's events, so one changed verdict does not change the state of the
    next decision: the answer is what the other limits would have said then, not another history.
    The journal's own limits are left out and the others are there from the first.
    """
    ledger = Ledger()
    gate = Gate(ledger, user_controls)
    result = Rejudged()
    for other in limits:
        ledger.limits.put(other.limit)
    for sequence, entry in entries:
        if isinstance(entry.command, SetLimit):
            ledger.pass_over(sequence, entry.time_ns)
        else:
            ledger.apply_fact(sequence, entry.time_ns, entry.command)
        planner = Planner(ledger, make_router(ledger.routing))
        for event in entry.events:
            if isinstance(event, DecisionJudged):
                _judge_again(ledger, planner, gate, event, result)
            elif isinstance(event, SliceJudged):
                _judge_child_again(ledger, planner, gate, event, result)
            # The journal's own limits are left out, those that were changed later as well.
            if not isinstance(event, LimitChanged):
                ledger.apply(event)
        ledger.orders.touched.clear()
        if progress is not None:
            progress(sequence)
    return result


def _judge_again(
    ledger: Ledger, planner: Planner, gate: Gate, event: DecisionJudged, result: Rejudged
) -> None:
    waiting = ledger.proposed(event.decision)
    assert waiting is not None, f"decision {event.decision} was judged and had not arrived"
    result.decisions += 1
    gate.judge(planner.plan(waiting), ledger.holds.find(event.decision))
    _compare(gate, event, result)


def _judge_child_again(
    ledger: Ledger, planner: Planner, gate: Gate, event: SliceJudged, result: Rejudged
) -> None:
    """One child of a large order, as large as its schedule chose then."""
    work = ledger.works.active[event.decision]
    result.decisions += 1
    gate.judge(planner.plan_slice(work, waiting_of(work), event.chosen))
    _compare(gate, event.verdict, result)


def _compare(gate: Gate, event: DecisionJudged, result: Rejudged) -> None:
    """What the gate says now, beside what it said then."""
    if gate.severity == event.severity and gate.reason == event.reason:
        return
    result.changed_count += 1
    if len(result.changed) < CHANGES_MAX:
        result.changed.append(
            Changed(event.decision, event.severity, event.reason, gate.severity, gate.reason)
        )


def first_difference(batch: CommandBatch, made: list[Entry]) -> Difference:
    """This is where in a batch whose bytes differ the first difference is."""
    expected_entries = decode_batch(batch.payload)
    for place, (entry, again) in enumerate(zip(expected_entries, made, strict=True)):
        sequence = batch.first_sequence + place
        for number, (expected, actual) in enumerate(zip_longest(entry.events, again.events), 1):
            if expected != actual or encode(expected) != encode(actual):
                return Difference(sequence, number, entry.command, expected, actual)
    # Every event is the same and the bytes are not: the batch was written by another encoder.
    entry = expected_entries[0]
    return Difference(batch.first_sequence, 0, entry.command, None, None)
