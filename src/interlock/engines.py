"""Engines: made for a new session, or taken up where a kept one's journal ends.

A market-time session is named after its file and its data, so that running it again makes the same
commands: one that was cut short is gone through again, compared with its journal, and goes on after
it. A live session is named by chance; its ledger is folded from its journal, and what its venues
owe is asked for.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from interlock import __version__
from interlock.engine import Engine, Follower, Stages
from interlock.execution.asking import VenueAsker
from interlock.execution.background import BackgroundExecutor
from interlock.execution.executors import Executor, FileExecutor, WebhookExecutor
from interlock.execution.outbox import Outbox
from interlock.execution.recalling import NOT_KNOWN, RecallingExecutor
from interlock.execution.reminding import remind_venues
from interlock.inputs.clock import Clock, WallClock
from interlock.inputs.session_file import SessionFile
from interlock.inputs.session_parts import WEBHOOK
from interlock.journal.advice import advised
from interlock.journal.bounds import RESERVE_BYTES
from interlock.journal.collecting import collect_seldom
from interlock.journal.faults import (
    JournalCorrupt,
    JournalFault,
    SessionChanged,
    SessionInMarketTime,
)
from interlock.journal.files import Files
from interlock.journal.identity import holds_journal
from interlock.journal.options import DEFAULT_OPTIONS, JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.repair import note_repair, unnoted_repairs
from interlock.journal.replay import require_invariants
from interlock.journal.retracing import RetracingWriter
from interlock.journal.states import load_ledger
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.kernel.user_invariants import offered_name
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.messages.commands import (
    CloseSession,
    NoteRefusedInput,
    OpenSession,
    ReportAction,
    ReportOrder,
)
from interlock.messages.terms import REPORT_SILENCE
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.offers import armed_names, first_invariants, opening_under, user_invariants
from interlock.parts import Parts, parts_of

ENDED_ASKED_MAX = 64
"""Ended orders that a venue is asked about when a live session is taken up."""
ENDED_ASKED_NS = 60 * NS_PER_SECOND
"""Only those that ended within this time before the journal's last entry."""

CONTROLS_GROUP = "interlock.controls"


def user_controls() -> dict[str, Any]:
    """This is every control that an installed package offers, by name, and every invariant, as
    `invariant:NAME`. Raises `InvariantUnusable`."""
    controls = {point.name: point.load() for point in entry_points(group=CONTROLS_GROUP)}
    return {**controls, **{offered_name(name): kind for name, kind in user_invariants().items()}}


@dataclass(frozen=True)
class Ground:
    """What a session stands on, passed in so that a test can pass another."""

    clock: Clock
    journal: JournalOptions = DEFAULT_OPTIONS
    """The disk, and how the journal uses it."""
    random_bytes: Callable[[int], bytes] = os.urandom
    """Where the names of journals and live sessions come from."""
    parts: Callable[[SessionFile, Sequence[Path], Nanoseconds], Parts] = parts_of
    """Who makes the venues, the market and the models. Venues of a live session that are the same
    ones after a restart are what real venues are."""
    controls: Callable[[], dict[str, Any]] = user_controls
    """Who finds the controls of the user."""
    engine: type[Engine] = Engine
    """The engine, or one that looks at more after each step."""


def session_name(file: SessionFile, data: Sequence[Path]) -> str:
    """This is what a market-time session is called: after its file and the names of its data."""
    mark = hashlib.sha256(file.text.encode())
    for path in data:
        mark.update(path.name.encode())
    return mark.hexdigest()[:20]


def _created(directory: Path, ground: Ground) -> JournalWriter:
    return JournalWriter.create(
        directory,
        journal_id=ground.random_bytes(16),
        code_version=__version__,
        created_ns=ground.clock.now_ns(),
        options=ground.journal,
    )


def _with_reserve(ground: Ground) -> Ground:
    """A live session holds room for when the disk is full: it has orders to take back. One in
    market time just ends, and is carried on when there is room."""
    if ground.journal.reserve_bytes > 0:
        return ground
    size = min(RESERVE_BYTES, ground.journal.segment_bytes)
    return replace(ground, journal=replace(ground.journal, reserve_bytes=size))


def market_engine(
    file: SessionFile,
    directory: Path,
    parts: Parts,
    session_id: str,
    ground: Ground,
    followers: tuple[Follower, ...],
) -> Engine:
    """A session in market time, new or made again: its journal, and the commands that open it."""
    journal: JournalWriter
    offered = ground.controls()
    invariants = armed_names(offered)
    executors = executors_of(file, directory, ground, is_live=False)
    if holds_journal(ground.journal.files, directory):
        journal = kept = RetracingWriter.open(
            directory, code_version=__version__, options=ground.journal
        )
        reader = JournalReader(directory, files=ground.journal.files)
        # It is made again under what it was run under, whatever else is installed by now.
        invariants = first_invariants(reader, invariants)
        kept.retrace(reader.command_batches())
        last = kept.recovered.last_sequence
        executors = {
            name: RecallingExecutor(
                executor, kept.kept_answer, last, recognises=isinstance(executor, FileExecutor)
            )
            for name, executor in executors.items()
            if not isinstance(executor, BackgroundExecutor)
        }
    else:
        journal = _created(directory, ground)
    try:
        collect_seldom()
        require_invariants(invariants, offered)
        kernel = Kernel(Ledger(), offered)
        engine = ground.engine(
            kernel, journal, outbox_of(file, parts, executors), followers, Stages(ground.clock)
        )
        for command in opening_under(file, session_id, invariants):
            engine.take(parts.start_ns, command)
        engine.keep()
    except JournalFault:
        journal.close()
        raise
    return engine


def repeating_words(
    engine: Engine, file: SessionFile, session_id: str
) -> Callable[[Nanoseconds], None]:
    """This is called between two instants. Where an operator interrupted an earlier run, its
    journal says so: then so do we, at the same place, and open the session again."""
    journal, ledger = engine.journal, engine.kernel.ledger

    def repeat(time_ns: Nanoseconds) -> None:
        if not isinstance(journal, RetracingWriter):
            return
        while (kept := journal.kept_command(engine.sequence + 1)) is not None:
            if not isinstance(kept.command, OpenSession | CloseSession):
                return
            engine.take(kept.time_ns, kept.command)
        if not ledger.is_session_open:
            engine.take(time_ns, opening_under(file, session_id, ledger.invariants)[0])

    return repeat


def live_engine(
    file: SessionFile,
    directory: Path,
    parts: Parts,
    session_id: str,
    ground: Ground,
    followers: tuple[Follower, ...],
) -> Engine:
    """A new live session."""
    # What may be refused is made first, so that a session that cannot start leaves nothing behind.
    offered = ground.controls()
    kernel = Kernel(Ledger(), offered)
    ground = _with_reserve(ground)
    journal = _created(directory, ground)
    now_ns = ground.clock.now_ns()
    executors = executors_of(file, directory, ground, is_live=True)
    outbox = outbox_of(file, parts, executors, now_ns)
    collect_seldom()
    engine = ground.engine(kernel, journal, outbox, followers, Stages(ground.clock))
    for command in opening_under(file, session_id, armed_names(offered)):
        engine.take(now_ns, command)
    engine.keep()
    return engine


def resumed_engine(
    file: SessionFile,
    directory: Path,
    data: Sequence[Path],
    parts: Parts,
    ground: Ground,
    followers: tuple[Follower, ...],
) -> Engine:
    """A session that was kept, taken up where its disk left it.

    What was acknowledged is there again. Every order that a venue still owed an answer for is
    UNKNOWN, and the venue is asked about every open one: nothing is sent again (law 8).
    """
    ground = _with_reserve(ground)
    files, offered = ground.journal.files, ground.controls()
    journal, ledger = _taken_up(file, data, directory, ground, offered)
    recovered = journal.recovered
    if isinstance(ground.clock, WallClock):
        ground.clock.not_before(ledger.time_ns)
    now_ns = ground.clock.now_ns()
    executors = executors_of(file, directory, ground, is_live=True)
    outbox = outbox_of(file, parts, executors, now_ns)
    outbox.sent_sequence = recovered.last_sequence
    collect_seldom()
    kernel = Kernel(ledger, offered)
    engine = ground.engine(kernel, journal, outbox, followers, Stages(ground.clock))
    remind_venues(ledger, parts.venues, now_ns)
    if ledger.sequence == 0:
        # The process ended between making the journal and its first batch.
        name = ground.random_bytes(10).hex()
        for command in opening_under(file, name, armed_names(offered)):
            engine.take(now_ns, command)
    if recovered.truncated_bytes > 0:
        text = (
            f"cut {recovered.truncated_bytes} bytes of a batch that was never acknowledged, at"
            f" byte {recovered.truncated_offset} of {recovered.segment.name}"
        )
        digest = recovered.truncated_digest.hex()
        engine.take(now_ns, NoteRefusedInput("journal", digest, text))
    repairs = unnoted_repairs(files, directory)
    for _, digest, text in repairs:
        engine.take(now_ns, NoteRefusedInput("journal", digest, text))
    if not ledger.is_session_open:
        opening = opening_under(file, ledger.session_id, armed_names(offered))
        engine.take(now_ns, opening[0])
    for action in list(ledger.actions):
        # Nobody remembers whether it was carried out: it is never given out twice.
        engine.take(now_ns, ReportAction(action, False, NOT_KNOWN))
    for order in list(ledger.orders.open.values()):
        if order.asked_ns != 0:
            engine.take(now_ns, ReportOrder(order.venue.name, order.order, REPORT_SILENCE))
        outbox.doubt(now_ns, order.venue.name, order.order)
    for order in just_ended(ledger):
        outbox.doubt(now_ns, order.venue.name, order.order)
    try:
        engine.keep()
    except JournalFault:
        journal.close()
        raise
    for report, _, _ in repairs:
        note_repair(files, report)
    return engine


def _taken_up(
    file: SessionFile,
    data: Sequence[Path],
    directory: Path,
    ground: Ground,
    offered: dict[str, Any],
) -> tuple[JournalWriter, Ledger]:
    """The journal of a kept session, open, and its ledger. A damaged one says what mends it."""
    files = ground.journal.files
    journal: JournalWriter | None = None
    try:
        journal = JournalWriter.open(directory, code_version=__version__, options=ground.journal)
        loaded = load_ledger(directory, journal.recovered.last_sequence, files=files)
        _require_same_file(file, data, directory, files)
        require_invariants(loaded.ledger.invariants, offered)
    except BaseException as fault:
        if journal is not None:
            journal.close()
        if isinstance(fault, JournalCorrupt):
            raise advised(directory, fault, files) from fault
        raise
    return journal, loaded.ledger


def just_ended(ledger: Ledger) -> list[OrderRecord]:
    """This is the orders that ended shortly before the journal does, at most `ENDED_ASKED_MAX` of
    the newest. A late fill, a bust or a correction of one may have been heard by the process that
    died and by no journal. Of older ones, reconciliation finds what is missing."""
    since_ns = ledger.time_ns - ENDED_ASKED_NS
    found: list[OrderRecord] = []
    for order in reversed(list(ledger.orders.known.values())):
        if not order.is_open() and order.ended_ns >= since_ns:
            found.append(order)
            if len(found) == ENDED_ASKED_MAX:
                break
    return found


def _require_same_file(
    file: SessionFile, data: Sequence[Path], directory: Path, files: Files
) -> None:
    """A live session goes on under the file that it was opened with, or `SessionChanged` is
    raised."""
    for _, entry in JournalReader(directory, files=files).entries():
        command = entry.command
        if isinstance(command, OpenSession):
            if command.configuration != file.text:
                raise SessionChanged(directory)
            if command.session_id == session_name(file, data):
                raise SessionInMarketTime(directory)
            return


def executors_of(
    file: SessionFile, directory: Path, ground: Ground, *, is_live: bool
) -> dict[str, Executor | BackgroundExecutor]:
    executors: dict[str, Executor | BackgroundExecutor] = {}
    for action in file.actions:
        if action.kind != WEBHOOK:
            path = directory / action.target
            executors[action.name] = FileExecutor(path, ground.journal.files)
        elif is_live:
            executors[action.name] = BackgroundExecutor(WebhookExecutor(action.target))
        else:
            # In market time the answer belongs to the moment of the action, however long it took.
            executors[action.name] = WebhookExecutor(action.target)
    return executors


def outbox_of(
    file: SessionFile,
    parts: Parts,
    executors: dict[str, Executor | BackgroundExecutor],
    live_since_ns: Nanoseconds = -1,
) -> Outbox:
    """The back door. Against the wall clock, venues are asked for all that they have from
    `live_since_ns` on; in market time (-1) when orders were sent to them."""
    intervals_ns = {
        settings.name: settings.reconcile_s * NS_PER_SECOND for settings in file.venue_settings
    }
    asker = VenueAsker(intervals_ns, is_continuous=live_since_ns >= 0, start_ns=live_since_ns)
    silences = {venue.name: venue.silence_ns for venue in file.venues}
    return Outbox(dict(parts.venues), silences, executors, asker)
