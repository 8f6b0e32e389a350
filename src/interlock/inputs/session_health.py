"""Session health: how a venue's health is told, when it is away, and what rates it publishes.

[venues.health]
silent_max = 3
slow_ms = 250

[[venues.rates]]
name = "orders"
weight_max = 100
window_s = 10

[[venues.maintenance]]
from = 2026-11-21T02:00:00Z
for_s = 3600
"""

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from interlock.inputs.session_table import Table, shown
from interlock.messages.definitions import VenueRate
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, PPM_ONE, Nanoseconds

MS_MAX: Final = 86_400_000
RATES_MAX: Final = 8
MAINTENANCE_MAX: Final = 64
WEIGHT_MAX: Final = 1_000_000
WINDOW_S_MAX: Final = 86_400
# Weight times nanoseconds is kept as one number of 62 bits.
LEVEL_MAX: Final = 1 << 62


class HealthSettings(Struct, frozen=True):
    """How the health of one venue is told from its words and its silence."""

    answer_ns: Nanoseconds = 0
    """A request unanswered for this long counts as silence; 0: the venue's own silence."""
    silent_max: int = 3
    """So many in a row, and it is down."""
    slow_ns: Nanoseconds = 0
    """Answers that take longer than this, smoothed, degrade it; 0 never."""
    rejects_ppm: int = 500_000
    """This share of rejections makes it cancel-only."""
    rejects_min: int = 10
    """Orders without whose outcome no share is taken."""
    frozen_ns: Nanoseconds = 0
    """A market that stands still for this long while others move degrades it; 0 never."""
    settle_ns: Nanoseconds = 5 * NS_PER_SECOND
    """How long it must answer well before it is a step better; longer when it keeps falling."""
    probe_ns: Nanoseconds = NS_PER_SECOND
    """After an outage begins it is asked a question after this long, then after twice that."""
    probe_max_ns: Nanoseconds = 30 * NS_PER_SECOND
    fails_over: bool = True
    """Whether an order that never left is decided about again, for another venue."""
    maintenance: tuple[tuple[Nanoseconds, Nanoseconds], ...] = ()
    """When it is away, as it has announced: from and until."""


def read_health(table: Table) -> HealthSettings | None:
    """This reads how a venue is watched; None when the file does not ask for it."""
    windows = _read_maintenance(table)
    if not table.has("health"):
        return HealthSettings(maintenance=windows) if windows else None
    health = table.table("health")
    settings = HealthSettings(
        health.whole("answer_ms", 0, 0, MS_MAX) * NS_PER_MS,
        health.whole("silent_max", 3, 1, 1_000),
        health.whole("slow_ms", 0, 0, MS_MAX) * NS_PER_MS,
        health.whole("rejects_ppm", 500_000, 1, PPM_ONE),
        health.whole("rejects_min", 10, 1, 32),
        health.whole("frozen_ms", 0, 0, MS_MAX) * NS_PER_MS,
        health.whole("settle_ms", 5_000, 1, MS_MAX) * NS_PER_MS,
        health.whole("probe_ms", 1_000, 1, MS_MAX) * NS_PER_MS,
        health.whole("probe_max_ms", 30_000, 1, MS_MAX) * NS_PER_MS,
        health.flag("failover", True),
        windows,
    )
    if settings.probe_max_ns < settings.probe_ns:
        health.note("probe_max_ms", "must be at least probe_ms")
    health.end()
    return settings


def _read_maintenance(table: Table) -> tuple[tuple[Nanoseconds, Nanoseconds], ...]:
    windows: list[tuple[Nanoseconds, Nanoseconds]] = []
    for entry in table.tables("maintenance", required=False):
        start_ns = _moment(entry, "from")
        length_ns = entry.whole("for_s", None, 1, 30 * 86_400) * NS_PER_SECOND
        windows.append((start_ns, start_ns + length_ns))
        entry.end()
    if len(windows) > MAINTENANCE_MAX:
        table.note("maintenance", f"has {len(windows)} windows, must be at most {MAINTENANCE_MAX}")
    return tuple(windows)


def _moment(table: Table, name: str) -> Nanoseconds:
    value = table.take(name)
    if not table.has(name):
        table.note(name, "is missing")
        return 0
    if not isinstance(value, datetime) or value.tzinfo is None or value.year < 1970:
        table.note(name, f"was {shown(value)}, must be a moment such as 2026-11-21T02:00:00Z")
        return 0
    since = value.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * NS_PER_SECOND


def read_rates(table: Table) -> tuple[VenueRate, ...]:
    """This reads the rates that a venue publishes."""
    rates: list[VenueRate] = []
    for entry in table.tables("rates", required=False):
        weight = entry.whole("weight_max", None, 2, WEIGHT_MAX)
        window_ns = entry.whole("window_s", None, 1, WINDOW_S_MAX) * NS_PER_SECOND
        rate = VenueRate(
            entry.name("name"),
            weight,
            window_ns,
            entry.whole("order_weight", 1, 0, WEIGHT_MAX),
            entry.whole("cancel_weight", 1, 0, WEIGHT_MAX),
            entry.whole("query_weight", 1, 0, WEIGHT_MAX),
            entry.whole("reserve", weight // 10, 0, WEIGHT_MAX),
        )
        heaviest = max(rate.order_weight, rate.query_weight)
        if rate.reserve + heaviest > weight // 2:
            entry.note(
                "reserve",
                f"was {rate.reserve}: with one request it must fit into half of weight_max, which"
                " is what a burst may use",
            )
        if weight * window_ns >= LEVEL_MAX:
            entry.note("window_s", "is too long for so much weight; give one of a shorter window")
        entry.end()
        rates.append(rate)
    if len(rates) > RATES_MAX:
        table.note("rates", f"has {len(rates)}, must be at most {RATES_MAX}")
    return tuple(rates)
