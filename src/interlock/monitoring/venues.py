"""Venues: how each was and is, from the journal alone: state, pace, budget, and every move."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from interlock.journal.plain import address_of
from interlock.journal.reader import JournalReader
from interlock.ledger.folding import fold
from interlock.ledger.ledger import Ledger
from interlock.ledger.venues import VenueRecord
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderUnknown
from interlock.messages.reasons import reason_name
from interlock.messages.terms import name_of
from interlock.messages.units import PPM_ONE, Nanoseconds
from interlock.messages.venue_reasons import CAUGHT_BY_OUTAGE
from interlock.messages.venues import VENUE_STATES, NoteVenueThrottle, VenueMoved
from interlock.monitoring.failure_classes import class_of
from interlock.monitoring.figures import Moment, moment

MOVES_MAX = 10_000
"""Moves of one venue that are kept; the newest."""


class VenueMove(Struct, kw_only=True):
    """One move of one venue."""

    address: str
    time: Moment
    before: str
    state: str
    measured: str
    ordered: str
    reason: str
    by: str
    text: str
    runbook: str
    """The failure class that the reason speaks of; empty for what is no failure."""
    caught: int
    """Orders that became unknown with it."""


class RateLeft(Struct, kw_only=True):
    """What is left of one published rate."""

    name: str
    weight_max: int
    window_ns: Nanoseconds
    weight_left: int
    reserve: int


class VenueView(Struct, kw_only=True):
    """One venue at the journal's end, and how it came there."""

    venue: str
    state: str
    measured: str
    ordered: str
    reason: str
    since: Moment | None
    latency_ns: Nanoseconds
    in_flight: int
    in_flight_max: int
    paused_until: Moment | None
    open_orders: int
    unknown_orders: int
    filled_ppm: int
    throttles: int
    down_ns: Nanoseconds
    """How long it took no orders, until the journal's end."""
    rates: list[RateLeft] = field(default_factory=list)
    moves: list[VenueMove] = field(default_factory=list)


class _Watched:
    def __init__(self) -> None:
        self.moves: list[VenueMove] = []
        self.throttles = 0
        self.shut_ns: Nanoseconds = -1
        self.down_ns: Nanoseconds = 0


def venue_views(
    directory: Path, progress: Callable[[float], None] | None = None
) -> list[VenueView]:
    """This is every venue of a session. Raises the journal's faults. Cost: one walk over it."""
    ledger, watched = Ledger(), dict[str, _Watched]()
    reader = JournalReader(directory)
    for batch in reader.batches():
        for sequence, entry in enumerate(batch.entries, batch.first_sequence):
            _note(ledger, watched, sequence, entry)
            fold(ledger, sequence, [entry])
        if progress is not None:
            progress(reader.progress)
    return [
        _view(ledger, record, watched.get(name, _Watched()))
        for name, record in ledger.venues.items()
    ]


def _note(ledger: Ledger, watched: dict[str, _Watched], sequence: int, entry: Entry) -> None:
    command = entry.command
    if isinstance(command, NoteVenueThrottle):
        watched.setdefault(command.venue, _Watched()).throttles += 1
    caught = sum(
        isinstance(event, OrderUnknown) and event.reason == CAUGHT_BY_OUTAGE
        for event in entry.events
    )
    for place, event in enumerate(entry.events, 1):
        if not isinstance(event, VenueMoved):
            continue
        seen = watched.setdefault(event.venue, _Watched())
        is_shut = name_of(VENUE_STATES, event.state) not in ("healthy", "degraded")
        if is_shut and seen.shut_ns < 0:
            seen.shut_ns = entry.time_ns
        elif not is_shut and seen.shut_ns >= 0:
            seen.down_ns += entry.time_ns - seen.shut_ns
            seen.shut_ns = -1
        failure = class_of(event.reason)
        seen.moves.append(
            VenueMove(
                address=address_of(sequence, place),
                time=moment(entry.time_ns),
                before=name_of(VENUE_STATES, ledger.venues[event.venue].state),
                state=name_of(VENUE_STATES, event.state),
                measured=name_of(VENUE_STATES, event.measured),
                ordered=name_of(VENUE_STATES, event.ordered),
                reason=reason_name(event.reason),
                by=event.by,
                text=event.text,
                runbook=failure.name if failure is not None else "",
                caught=caught,
            )
        )
        del seen.moves[:-MOVES_MAX]


def _view(ledger: Ledger, record: VenueRecord, seen: _Watched) -> VenueView:
    now_ns, down_ns = ledger.time_ns, seen.down_ns
    if seen.shut_ns >= 0:
        down_ns += now_ns - seen.shut_ns
    is_paused = record.paused_until_ns > now_ns
    return VenueView(
        venue=record.name,
        state=name_of(VENUE_STATES, record.state),
        measured=name_of(VENUE_STATES, record.measured),
        ordered=name_of(VENUE_STATES, record.ordered),
        reason=reason_name(record.reason) if record.reason else "",
        since=moment(record.moved_ns) if record.moved else None,
        latency_ns=record.latency_ns,
        in_flight=record.in_flight,
        in_flight_max=record.in_flight_max,
        paused_until=moment(record.paused_until_ns) if is_paused else None,
        open_orders=record.open_orders,
        unknown_orders=record.unknown_orders,
        filled_ppm=record.filled_ppm() if record.sent_lots else PPM_ONE,
        throttles=seen.throttles,
        down_ns=down_ns,
        rates=[
            RateLeft(
                name=bucket.definition.name,
                weight_max=bucket.definition.weight_max,
                window_ns=bucket.window_ns,
                weight_left=max(bucket.level_at(now_ns), 0) // bucket.window_ns,
                reserve=bucket.definition.reserve,
            )
            for bucket in record.budget.buckets
        ],
        moves=seen.moves,
    )
