"""Parts: the venues, market, recordings and models that a session file asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeAlias

from interlock.execution.evidence import MarketPulse
from interlock.execution.guard import VenueGuard
from interlock.execution.port import VenuePort
from interlock.execution.remote import RemoteVenue
from interlock.hosting.definition import exchange_of, profile_of, rate_of
from interlock.inputs.recordings import MergedRecording, open_recordings
from interlock.inputs.scheduler import NEVER, Decider, Observer
from interlock.inputs.session_file import SessionFile
from interlock.inputs.session_health import HealthSettings
from interlock.inputs.session_links import venue_faults
from interlock.inputs.session_parts import (
    RECORDED,
    REMOTE,
    SourceSettings,
    VenueSettings,
)
from interlock.messages.definitions import Instrument, Source, Venue
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.simulation.exchange import Exchange
from interlock.simulation.faulty import FaultyVenue
from interlock.simulation.market import MarketGenerator
from interlock.simulation.recorded import RecordedVenue
from interlock.simulation.sources import MODELS, make_model
from interlock.simulation.stating import DropCopy

NS_PER_US = 1_000
MODELS_GROUP = "interlock.models"


AnyVenue: TypeAlias = Exchange | RecordedVenue | FaultyVenue | RemoteVenue


@dataclass
class Parts:
    """What a session trades with: where, on what, and who decides."""

    instruments: dict[str, Instrument]
    venues: dict[str, VenuePort]
    observers: list[Observer]
    market: MarketGenerator | None
    recording: MergedRecording | None
    models: list[tuple[Decider, Nanoseconds]]
    start_ns: Nanoseconds
    end_ns: Nanoseconds


def parts_of(file: SessionFile, data: Sequence[Path], now_ns: Nanoseconds = -1) -> Parts:
    """This makes the parts of a session. `now_ns` is the start of a live one; -1 leaves it to the
    file or its data.
    """
    instruments = {instrument.symbol: instrument for instrument in file.instruments}
    desks = [
        _simulated(venue, settings, instruments)
        for venue, settings in zip(file.venues, file.venue_settings, strict=True)
        if settings.kind != REMOTE
    ]
    exchanges = [desk for desk in desks if isinstance(desk, Exchange)]
    observers: list[Observer] = [desk for desk in desks if isinstance(desk, RecordedVenue)]
    market: MarketGenerator | None = None
    start_ns, end_ns = 0, NEVER
    if file.market is not None and exchanges:
        start_ns = file.market.start_ns if now_ns < 0 else now_ns
        profiles = [profile_of(traded) for traded in file.market.profiles]
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
    venues = _ports(file, desks, start_ns if now_ns < 0 else now_ns)
    models: list[tuple[Decider, Nanoseconds]] = []
    for place, source in enumerate(file.sources):
        settings = file.source_settings[place]
        if settings.model:
            seed = file.seed * 1_000 + place
            model = _model(file, source, settings, instruments, seed)
            models.append((model, settings.decision_latency_us * NS_PER_US))
    return Parts(instruments, dict(venues), observers, market, recording, models, start_ns, end_ns)


def guarded(file: SessionFile, parts: Parts, *, is_continuous: bool = False) -> Parts:
    """These parts with a guard before each venue whose health is watched, or that publishes rates
    or has a bound on what waits for it. `is_continuous` against the wall clock."""
    pulse = MarketPulse()
    venues = dict(parts.venues)
    observers: list[Observer] = list(parts.observers)
    for place, settings in enumerate(file.venue_settings):
        venue = file.venues[place]
        if settings.health is None and not venue.rates and not venue.in_flight_max:
            continue
        guard = VenueGuard(
            venues[venue.name],
            venue,
            settings.health or HealthSettings(),
            pulse,
            seed=file.seed * 1_000 + 500 + place,
            is_continuous=is_continuous,
        )
        venues[venue.name] = guard
        watched = (guard.port, getattr(guard.port, "desk", None))
        observers = [guard if one in watched else one for one in observers]
    return replace(parts, venues=venues, observers=observers)


def _ports(
    file: SessionFile, desks: list[Exchange | RecordedVenue], start_ns: Nanoseconds
) -> dict[str, AnyVenue]:
    """What the outbox sends to: a venue itself, or the faults before it, or the line to it."""
    made: dict[str, AnyVenue] = {}
    by_name = {desk.name: desk for desk in desks}
    for venue, settings in zip(file.venues, file.venue_settings, strict=True):
        faults = venue_faults(settings)
        if settings.kind == REMOTE:
            made[venue.name] = RemoteVenue(
                venue,
                [one for one in file.instruments if one.symbol in venue.instruments],
                settings.address,
                cancel_on_disconnect=settings.cancel_on_disconnect,
            )
        elif faults:
            made[venue.name] = FaultyVenue(by_name[venue.name], faults, start_ns)
        else:
            made[venue.name] = by_name[venue.name]
    return made


def _simulated(
    venue: Venue, settings: VenueSettings, instruments: dict[str, Instrument]
) -> Exchange | RecordedVenue:
    listed = [instruments[symbol] for symbol in venue.instruments]
    made: Exchange | RecordedVenue
    if settings.kind == RECORDED:
        made = RecordedVenue(
            venue,
            listed,
            latency_out_ns=settings.latency_out_us * NS_PER_US,
            latency_in_ns=settings.latency_in_us * NS_PER_US,
            rate=rate_of(settings),
        )
    else:
        made = exchange_of(venue, settings, listed)
    if settings.has_drop_copy:
        made.gateway.drop_copy = DropCopy()
    return made


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
