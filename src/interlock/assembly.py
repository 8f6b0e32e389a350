"""Assembly: the only file that knows every part, and puts a session together from its file.

A session directory holds the journal and whatever file actions wrote. A market-time session is
named after its file and its data, so that running it again makes the same commands; a live one
after its journal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock.controls.control import ControlKind
from interlock.engine import Engine, Follower
from interlock.engines import (
    Ground,
    live_engine,
    market_engine,
    repeating_words,
    resumed_engine,
    session_name,
    user_controls,
)
from interlock.execution.guard import VenueGuard
from interlock.execution.remote import RemoteVenue
from interlock.feedback.following import Following
from interlock.feedback.scorer import Scorer
from interlock.inputs.clock import WallClock
from interlock.inputs.clock_watch import ClockWatch
from interlock.inputs.decisions import DecisionDefaults
from interlock.inputs.intake import Intake
from interlock.inputs.live import Door, LiveSession
from interlock.inputs.recordings import MergedRecording
from interlock.inputs.scheduler import NEVER, Scheduler
from interlock.inputs.session_file import SessionFile
from interlock.inputs.session_parts import REMOTE
from interlock.inputs.work_timer import WorkTimer
from interlock.journal.faults import JournalFault
from interlock.journal.files import Files
from interlock.journal.identity import holds_journal
from interlock.journal.reader import JournalReader
from interlock.journal.retracing import RetracingWriter
from interlock.ledger.limits import LimitTable
from interlock.messages.commands import (
    CloseSession,
)
from interlock.messages.units import Nanoseconds
from interlock.parts import NS_PER_US, Parts, guarded
from interlock.simulation.model import Model

MARKET_ENDED = "the market ended"
"""Why a session in market time was closed that is complete."""


DISK_FULL = "the disk is full"


class RemoteInMarketTime(JournalFault):
    """A session in market time was to trade at a venue that lives by the wall clock."""

    def __init__(self, venue: str) -> None:
        super().__init__(
            f"venue {venue}",
            "is a process of its own and lives by the wall clock, not in market time",
            "Run the session with --live, or make the venue an exchange of the session",
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

    @property
    def is_catching_up(self) -> bool:
        """Whether it still goes through what an earlier run has kept; nothing is written then."""
        journal = self.engine.journal
        return isinstance(journal, RetracingWriter) and journal.is_retracing

    def progress(self, time_ns: Nanoseconds) -> float:
        """This is how much of the session is behind a moment, from 0 to 1."""
        if self.recording is not None:
            return self.recording.progress
        return (time_ns - self.start_ns) / max(self.end_ns - self.start_ns, 1)

    def looks(self, time_ns: Nanoseconds) -> tuple[float, str]:
        """This is what a progress bar says of it."""
        return self.progress(time_ns), "catching up, " if self.is_catching_up else ""

    def close(self, why: str) -> None:
        """This ends the session in order: what is still being carried out is waited for. One that
        has not caught up with its journal is left as it was."""
        if self.is_catching_up:
            self.engine.journal.close()
            return
        if self.engine.is_out_of_room:
            why = DISK_FULL
        for command in self.engine.outbox.last_words():
            self.engine.take(self.engine.time_ns, command)
        self.engine.take(self.engine.time_ns, CloseSession("operator", why))
        self.engine.close()


def user_kinds() -> dict[str, ControlKind]:
    """This is how a session file writes those controls: the `kind` of each class that has one."""
    kinds = {name: getattr(control, "kind", None) for name, control in user_controls().items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, ControlKind)}


def is_complete(directory: Path, files: Files | None = None) -> bool:
    """Whether a directory holds a market-time session that ran to its end. Cost: a walk of the last
    segment's headers."""
    disk = files or Files()
    if not holds_journal(disk, directory):
        return False
    reader = JournalReader(directory, files=disk)
    last = reader.last_sequence
    commands = [entry.command for _, entry in reader.entries(last)] if last > 0 else []
    return commands[-1:] == [CloseSession("operator", MARKET_ENDED)]


def assemble(
    file: SessionFile,
    directory: Path,
    data: Sequence[Path],
    *,
    ground: Ground,
    followers: tuple[Follower, ...] = (),
    on_instant: Callable[[Nanoseconds], None] | None = None,
) -> Session:
    """This puts a market-time session together, opened and ready to run; one that the directory
    holds already is gone through again and goes on where its journal ends.

    Raises `SessionDiffers` when it is not the one that is made again, and `RemoteInMarketTime`.
    """
    for settings in file.venue_settings:
        if settings.kind == REMOTE:
            raise RemoteInMarketTime(settings.name)
    parts = guarded(file, ground.parts(file, data, -1))
    name = session_name(file, data)
    scorer = _scorer_of(file, parts.start_ns)
    if scorer is not None:
        followers = (*followers, scorer)
    engine = market_engine(file, directory, parts, name, ground, followers)
    latencies = [settings.latency_out_us for settings in file.venue_settings]
    repeat = repeating_words(engine, file, name)
    repeat(parts.start_ns)

    def after_instant(time_ns: Nanoseconds) -> None:
        repeat(time_ns)
        if on_instant is not None:
            on_instant(time_ns)

    scheduler = Scheduler(
        engine,
        recording=parts.recording if parts.recording is not None else (),
        market=parts.market,
        venues=parts.venues.values(),
        observers=parts.observers,
        timers=(engine.outbox, WorkTimer(engine.kernel.ledger.works)),
        follower=scorer,
        models=parts.models,
        lookahead_ns=min(latencies, default=0) * NS_PER_US,
        end_ns=parts.end_ns,
        on_instant=after_instant,
    )
    return Session(
        engine,
        file,
        directory,
        parts.recording,
        parts.start_ns,
        parts.end_ns,
        scheduler.run,
        scheduler.stop,
    )


def _names_of(limits: LimitTable, rule_names: Callable[[int], str]) -> Callable[[int], str]:
    """A limit by its control, whether the file armed it or a person did meanwhile; below zero a
    rule."""

    def name(number: int) -> str:
        return limits.limits[number].control if number >= 0 else rule_names(number)

    return name


def assemble_live(
    file: SessionFile,
    directory: Path,
    data: Sequence[Path],
    *,
    ground: Ground,
    lines: Door,
    control_names: Callable[[int], str],
    followers: tuple[Follower, ...] = (),
) -> Session:
    """This puts a session against the wall clock together, opened and ready to run; one that is
    kept in the directory already goes on where its journal ends. `lines` are closed with it.
    """
    now_ns = ground.clock.now_ns()
    live: list[LiveSession] = []

    def answer(first: int, entries: list[Any]) -> None:
        for session in live:
            session.follow(first, entries)

    try:
        parts = ground.parts(file, data, now_ns)
        remotes = [venue for venue in parts.venues.values() if isinstance(venue, RemoteVenue)]
        parts = guarded(file, parts, is_continuous=True)
        all_followers = (*followers, answer, *(venue.follow for venue in remotes))
        scorer = _scorer_of(file, now_ns)
        if scorer is not None:
            following = Following(scorer, directory, ground.journal.files)
            all_followers = (*all_followers, following)
        if holds_journal(ground.journal.files, directory):
            engine = resumed_engine(file, directory, data, parts, ground, all_followers)
            _tell_models(parts, engine.sequence)
            _tell_guards(parts, engine)
        else:
            name = ground.random_bytes(10).hex()
            engine = live_engine(file, directory, parts, name, ground, all_followers)
    except BaseException:
        lines.close()
        raise
    watches = (ClockWatch(ground.clock),) if isinstance(ground.clock, WallClock) else ()
    speaking = (scorer,) if scorer is not None else ()
    session = LiveSession(
        engine,
        ground.clock,
        lines,
        Intake(file.overload, {source.name: source.priority for source in file.sources}),
        parts.instruments,
        DecisionDefaults(),
        recording=parts.recording if parts.recording is not None else (),
        market=parts.market,
        venues=parts.venues.values(),
        observers=parts.observers,
        timers=(engine.outbox, WorkTimer(engine.kernel.ledger.works), *watches, *speaking),
        models=parts.models,
        control_names=_names_of(engine.kernel.ledger.limits, control_names),
    )
    live.append(session)
    for venue in remotes:
        venue.begin(engine.kernel.ledger.session_id)
        lines.watch(venue.descriptor)

    def run() -> None:
        try:
            session.run()
        finally:
            lines.close()
            for venue in remotes:
                venue.close()

    return Session(engine, file, directory, parts.recording, now_ns, NEVER, run, session.stop)


def _scorer_of(file: SessionFile, start_ns: Nanoseconds) -> Scorer | None:
    """What measures a session while it runs; None where its file has no rules of feedback."""
    return Scorer(file.feedback, start_ns) if file.feedback is not None else None


def _tell_guards(parts: Parts, engine: Engine) -> None:
    """New guards learn how their venues were when the session was left."""
    for name, port in parts.venues.items():
        if isinstance(port, VenueGuard):
            port.resume(engine.time_ns, engine.kernel.ledger.venues[name].measured)


def _tell_models(parts: Parts, sequence: int) -> None:
    """New models learn where their session was taken up, so that they use no key twice. One that is
    no `Model` makes its keys by itself."""
    for model, _ in parts.models:
        if isinstance(model, Model):
            model.begin_after(sequence)
