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
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from interlock import __version__
from interlock.controls.control import ControlKind
from interlock.engine import Engine, Follower, Stages
from interlock.execution.executors import Executor, FileExecutor, WebhookExecutor
from interlock.execution.outbox import Outbox
from interlock.inputs.clock import Clock
from interlock.inputs.decisions import DecisionDefaults
from interlock.inputs.lines import Lines
from interlock.inputs.live import LiveSession
from interlock.inputs.recordings import MergedRecording, open_recordings
from interlock.inputs.scheduler import NEVER, Decider, Scheduler
from interlock.inputs.session_file import SessionFile
from interlock.inputs.session_parts import (
    RECORDED,
    WEBHOOK,
    SourceSettings,
    VenueSettings,
)
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import CloseSession
from interlock.messages.definitions import Instrument, Source, Venue
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.simulation.exchange import Exchange
from interlock.simulation.market import MarketGenerator, Profile
from interlock.simulation.ratelimit import RateLimit
from interlock.simulation.recorded import RecordedVenue
from interlock.simulation.sources import MODELS, make_model

# Nearly everything that the walk makes is freed by its reference count, so the collector finds
# little; at its usual thresholds it costs a tenth of the walk. It still runs when a million objects
# more were made than freed, which the bounds of a session do not let happen in a steady state.
GC_THRESHOLD = 1_000_000

NS_PER_US = 1_000

CONTROLS_GROUP = "interlock.controls"
MODELS_GROUP = "interlock.models"


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
        """This ends the session in order."""
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
    parts = _parts(file, data)
    mark = hashlib.sha256(file.text.encode())
    for path in data:
        mark.update(path.name.encode())
    start_ns = parts.start_ns
    engine = _engine(file, directory, parts, mark.hexdigest()[:20], start_ns, clock, followers)
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
    """This puts a session against the wall clock together, opened and ready to run."""
    now_ns = clock.now_ns()
    parts = _parts(file, data, now_ns)
    name = os.urandom(10).hex()
    live: list[LiveSession] = []

    def answer(first: int, entries: list[Any]) -> None:
        for session in live:
            session.follow(first, entries)

    # What may be refused is made first, so that a session that cannot start leaves nothing behind.
    lines = Lines(standard_input=standard_input, socket_path=socket_path)
    try:
        engine = _engine(file, directory, parts, name, now_ns, clock, (*followers, answer))
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


@dataclass
class _Parts:
    instruments: dict[str, Instrument]
    venues: dict[str, Exchange | RecordedVenue]
    observers: list[RecordedVenue]
    market: MarketGenerator | None
    recording: MergedRecording | None
    models: list[tuple[Decider, Nanoseconds]]
    start_ns: Nanoseconds
    end_ns: Nanoseconds


def _parts(file: SessionFile, data: Sequence[Path], now_ns: Nanoseconds = -1) -> _Parts:
    instruments = {instrument.symbol: instrument for instrument in file.instruments}
    venues = {
        venue.name: _venue(venue, settings, instruments)
        for venue, settings in zip(file.venues, file.venue_settings, strict=True)
    }
    exchanges = [venue for venue in venues.values() if isinstance(venue, Exchange)]
    observers = [venue for venue in venues.values() if isinstance(venue, RecordedVenue)]
    market: MarketGenerator | None = None
    start_ns, end_ns = 0, NEVER
    if file.market is not None and exchanges:
        start_ns = file.market.start_ns if now_ns < 0 else now_ns
        profiles = [
            Profile(
                traded.instrument,
                traded.price,
                half_spread=traded.half_spread,
                depth_ticks=traded.depth_ticks,
                quantity=traded.quantity,
                events_per_second=traded.events_per_second,
                volatility_ppm=traded.volatility_ppm,
            )
            for traded in file.market.profiles
        ]
        market = MarketGenerator(file.seed, exchanges, profiles, start_ns)
        if now_ns < 0:
            end_ns = start_ns + file.market.duration_s * NS_PER_SECOND
    recording: MergedRecording | None = None
    if data:
        recording = open_recordings(
            file.recordings(data), instruments, {venue.name: venue for venue in file.venues}
        )
        if market is None:
            first = next(iter(recording), None)
            start_ns = first[0] if first is not None else 0
    models: list[tuple[Decider, Nanoseconds]] = []
    for place, source in enumerate(file.sources):
        settings = file.source_settings[place]
        if settings.model:
            seed = file.seed * 1_000 + place
            model = _model(file, source, settings, instruments, seed)
            models.append((model, settings.decision_latency_us * NS_PER_US))
    return _Parts(instruments, venues, observers, market, recording, models, start_ns, end_ns)


def _venue(
    venue: Venue, settings: VenueSettings, instruments: dict[str, Instrument]
) -> Exchange | RecordedVenue:
    listed = [instruments[symbol] for symbol in venue.instruments]
    latency_out_ns = settings.latency_out_us * NS_PER_US
    latency_in_ns = settings.latency_in_us * NS_PER_US
    rate: RateLimit | None = None
    if settings.messages_reject or settings.messages_logout:
        rate = RateLimit(settings.messages_reject, settings.messages_logout)
    if settings.kind == RECORDED:
        return RecordedVenue(
            venue,
            listed,
            latency_out_ns=latency_out_ns,
            latency_in_ns=latency_in_ns,
            rate=rate,
        )
    return Exchange(
        venue,
        listed,
        latency_out_ns=latency_out_ns,
        latency_in_ns=latency_in_ns,
        levels=settings.levels,
        publish_interval_ns=settings.publish_interval_us * NS_PER_US,
        self_match=settings.self_match,
        rate=rate,
    )


def _model(
    file: SessionFile,
    source: Source,
    settings: SourceSettings,
    instruments: dict[str, Instrument],
    seed: int,
) -> Decider:
    allowed = {symbol: instruments[symbol] for symbol in source.instruments}
    venues = [venue.name for venue in file.venues]
    if settings.model in MODELS:
        return make_model(
            settings.model,
            source.name,
            settings.release,
            settings.epoch,
            allowed,
            venues,
            settings.parameters,
            seed,
        )
    made: Decider = _model_class(settings.model)(
        source.name, settings.release, settings.epoch, allowed, venues, settings.parameters, seed
    )
    return made


def _model_class(name: str) -> Any:
    """A user's model: an entry point of `interlock.models`, or `package.module:Class`."""
    for point in entry_points(group=MODELS_GROUP):
        if point.name == name:
            return point.load()
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def _engine(
    file: SessionFile,
    directory: Path,
    parts: _Parts,
    session_id: str,
    start_ns: Nanoseconds,
    clock: Clock,
    followers: tuple[Follower, ...],
) -> Engine:
    directory.mkdir(parents=True, exist_ok=True)
    journal = JournalWriter.create(
        directory,
        journal_id=os.urandom(16),
        code_version=__version__,
        created_ns=clock.now_ns(),
    )
    outbox = Outbox(
        dict(parts.venues),
        {venue.name: venue.silence_ns for venue in file.venues},
        {action.name: _executor(action.kind, action.target, directory) for action in file.actions},
    )
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    kernel = Kernel(Ledger(), user_controls())
    engine = Engine(kernel, journal, outbox, followers, Stages(clock))
    for command in file.opening(session_id, __version__):
        engine.take(start_ns, command)
    engine.keep()
    return engine


def _executor(kind: str, target: str, directory: Path) -> Executor:
    return WebhookExecutor(target) if kind == WEBHOOK else FileExecutor(directory / target)
