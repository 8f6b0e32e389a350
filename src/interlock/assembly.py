"""Assembly: the only file that knows every part, and puts a session together from its file.

A session directory holds the journal and whatever file actions wrote. A market-time session is
named after its file and its data, so that running it again makes the same commands; a live one
after its journal.
"""

import gc
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from interlock import __version__
from interlock.controls.control import ControlKind
from interlock.engine import Engine, Follower, Stages
from interlock.execution.background import BackgroundExecutor
from interlock.execution.executors import Executor, FileExecutor, WebhookExecutor
from interlock.execution.outbox import Outbox
from interlock.inputs.clock import Clock
from interlock.inputs.decisions import DecisionDefaults
from interlock.inputs.lines import Lines
from interlock.inputs.live import LiveSession
from interlock.inputs.recordings import MergedRecording
from interlock.inputs.scheduler import NEVER, Scheduler
from interlock.inputs.session_file import SessionFile
from interlock.inputs.session_parts import (
    WEBHOOK,
)
from interlock.journal.faults import JournalFault
from interlock.journal.reader import JournalReader
from interlock.journal.states import load_ledger
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    CloseSession,
    NoteRefusedInput,
    OpenSession,
    ReportOrder,
)
from interlock.messages.terms import REPORT_SILENCE
from interlock.messages.units import Nanoseconds
from interlock.parts import NS_PER_US, Parts, parts_of

# Nearly everything that the walk makes is freed by its reference count, so the collector finds
# little; at its usual thresholds it costs a tenth of the walk. It still runs when a million objects
# more were made than freed, which the bounds of a session do not let happen in a steady state.
GC_THRESHOLD = 1_000_000

CONTROLS_GROUP = "interlock.controls"


class SessionChanged(JournalFault):
    """A kept session was to be taken up under another session file."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            str(directory),
            "the session there was opened with another session file",
            "Give it the file that it began with, or start a new session with another --out",
        )


@dataclass
class Session:
    """A session, put together and not yet run."""

    engine: Engine
    file: SessionFile
    directory: Path
    recording: MergedRecording | None
    start_ns: Nanoseconds
    end_ns: Nanoseconds
    run: Callable[[], None]
    stop: Callable[[], None]

    def progress(self, time_ns: Nanoseconds) -> float:
        """This is how much of the session is behind a moment, from 0 to 1."""
        if self.recording is not None:
            return self.recording.progress
        return (time_ns - self.start_ns) / max(self.end_ns - self.start_ns, 1)

    def close(self, why: str) -> None:
        """This ends the session in order: what is still being carried out is waited for."""
        for command in self.engine.outbox.last_words():
            self.engine.take(self.engine.time_ns, command)
        self.engine.take(self.engine.time_ns, CloseSession("operator", why))
        self.engine.close()


def user_controls() -> dict[str, Any]:
    """This is every control that an installed package offers, by name."""
    return {point.name: point.load() for point in entry_points(group=CONTROLS_GROUP)}


def user_kinds() -> dict[str, ControlKind]:
    """This is how a session file writes those controls: the `kind` of each class that has one."""
    kinds = {name: getattr(control, "kind", None) for name, control in user_controls().items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, ControlKind)}


def assemble(
    file: SessionFile,
    directory: Path,
    data: Sequence[Path],
    *,
    clock: Clock,
    followers: tuple[Follower, ...] = (),
    on_instant: Callable[[Nanoseconds], None] | None = None,
) -> Session:
    """This puts a market-time session together, opened and ready to run."""
    parts = parts_of(file, data)
    mark = hashlib.sha256(file.text.encode())
    for path in data:
        mark.update(path.name.encode())
    start_ns = parts.start_ns
    name = mark.hexdigest()[:20]
    engine = _engine(file, directory, parts, name, start_ns, clock, followers, is_live=False)
    scheduler = Scheduler(
        engine,
        recording=parts.recording if parts.recording is not None else (),
        market=parts.market,
        venues=parts.venues.values(),
        observers=parts.observers,
        timers=(engine.outbox,),
        models=parts.models,
        lookahead_ns=min((settings.latency_out_us for settings in file.venue_settings), default=0)
        * NS_PER_US,
        end_ns=parts.end_ns,
        on_instant=on_instant,
    )
    return Session(
        engine,
        file,
        directory,
        parts.recording,
        start_ns,
        parts.end_ns,
        scheduler.run,
        scheduler.stop,
    )


def assemble_live(
    file: SessionFile,
    directory: Path,
    data: Sequence[Path],
    *,
    clock: Clock,
    socket_path: Path | None,
    standard_input: bool,
    control_names: Callable[[int], str],
    followers: tuple[Follower, ...] = (),
) -> Session:
    """This puts a session against the wall clock together, opened and ready to run; one that is
    kept in the directory already goes on where its journal ends.
    """
    now_ns = clock.now_ns()
    parts = parts_of(file, data, now_ns)
    name = os.urandom(10).hex()
    live: list[LiveSession] = []

    def answer(first: int, entries: list[Any]) -> None:
        for session in live:
            session.follow(first, entries)

    # What may be refused is made first, so that a session that cannot start leaves nothing behind.
    lines = Lines(standard_input=standard_input, socket_path=socket_path)
    try:
        if (directory / "JOURNAL").exists():
            engine = _resumed_engine(file, directory, parts, clock, (*followers, answer))
        else:
            engine = _engine(
                file, directory, parts, name, now_ns, clock, (*followers, answer), is_live=True
            )
    except BaseException:
        lines.close()
        raise
    session = LiveSession(
        engine,
        clock,
        lines,
        parts.instruments,
        DecisionDefaults(),
        recording=parts.recording if parts.recording is not None else (),
        market=parts.market,
        venues=parts.venues.values(),
        observers=parts.observers,
        timers=(engine.outbox,),
        models=parts.models,
        control_names=control_names,
    )
    live.append(session)

    def run() -> None:
        try:
            session.run()
        finally:
            lines.close()

    return Session(engine, file, directory, parts.recording, now_ns, NEVER, run, session.stop)


def _engine(
    file: SessionFile,
    directory: Path,
    parts: Parts,
    session_id: str,
    start_ns: Nanoseconds,
    clock: Clock,
    followers: tuple[Follower, ...],
    *,
    is_live: bool,
) -> Engine:
    """A new session: its journal, and the commands that open it."""
    directory.mkdir(parents=True, exist_ok=True)
    journal = JournalWriter.create(
        directory,
        journal_id=os.urandom(16),
        code_version=__version__,
        created_ns=clock.now_ns(),
    )
    kernel = Kernel(Ledger(), user_controls())
    outbox = _outbox(file, parts, directory, is_live=is_live)
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    engine = Engine(kernel, journal, outbox, followers, Stages(clock))
    for command in file.opening(session_id, __version__):
        engine.take(start_ns, command)
    engine.keep()
    return engine


def _resumed_engine(
    file: SessionFile,
    directory: Path,
    parts: Parts,
    clock: Clock,
    followers: tuple[Follower, ...],
) -> Engine:
    """A session that was kept, taken up where its disk left it.

    What was acknowledged is there again. Every order that a venue still owed an answer for is
    UNKNOWN, and the venue is asked about every open one: nothing is sent again (law 8).
    """
    journal = JournalWriter.open(directory, code_version=__version__)
    try:
        recovered = journal.recovered
        loaded = load_ledger(directory, recovered.last_sequence)
        _require_same_file(file, directory)
    except BaseException:
        journal.close()
        raise
    outbox = _outbox(file, parts, directory, is_live=True)
    outbox.sent_sequence = recovered.last_sequence
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    kernel = Kernel(loaded.ledger, user_controls())
    engine = Engine(kernel, journal, outbox, followers, Stages(clock))
    now_ns = clock.now_ns()
    if recovered.truncated_bytes > 0:
        text = (
            f"cut {recovered.truncated_bytes} bytes of a batch that was never acknowledged, at"
            f" byte {recovered.truncated_offset} of {recovered.segment.name}"
        )
        digest = recovered.truncated_digest.hex()
        engine.take(now_ns, NoteRefusedInput("journal", digest, text))
    if not loaded.ledger.is_session_open:
        engine.take(now_ns, file.opening(loaded.ledger.session_id, __version__)[0])
    for order in list(loaded.ledger.orders.open.values()):
        if order.asked_ns != 0:
            engine.take(now_ns, ReportOrder(order.venue.name, order.order, REPORT_SILENCE))
        outbox.ask_about(now_ns, order.venue.name, order.order)
    engine.keep()
    return engine


def _require_same_file(file: SessionFile, directory: Path) -> None:
    """A session goes on under the file that it was opened with, or `SessionChanged` is raised."""
    for _, entry in JournalReader(directory).entries():
        command = entry.command
        if isinstance(command, OpenSession):
            if command.configuration != file.text:
                raise SessionChanged(directory)
            return


def _outbox(file: SessionFile, parts: Parts, directory: Path, *, is_live: bool) -> Outbox:
    executors: dict[str, Executor | BackgroundExecutor] = {}
    for action in file.actions:
        if action.kind != WEBHOOK:
            executors[action.name] = FileExecutor(directory / action.target)
        elif is_live:
            executors[action.name] = BackgroundExecutor(WebhookExecutor(action.target))
        else:
            # In market time the answer belongs to the moment of the action, however long it took.
            executors[action.name] = WebhookExecutor(action.target)
    silences = {venue.name: venue.silence_ns for venue in file.venues}
    return Outbox(dict(parts.venues), silences, executors)
