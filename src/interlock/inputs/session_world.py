"""Session world: the generated market, recordings, and the executors of named actions, as a session
file describes them.
"""

from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from interlock.inputs.binance import CLOCKS
from interlock.inputs.moments import parse_moment
from interlock.inputs.session_definitions import Definitions
from interlock.inputs.session_parts import (
    ACTION_KINDS,
    DATA_KINDS,
    EXCHANGE,
    FILE,
    RECORDED,
    REMOTE,
    WEBHOOK,
    ActionSettings,
    DataSettings,
    MarketProfile,
    MarketSettings,
)
from interlock.inputs.session_sources import ORDERS
from interlock.inputs.session_table import Table, decimal_text, shown
from interlock.messages.definitions import Instrument
from interlock.messages.units import NS_PER_DAY, NS_PER_SECOND, UnitError

DURATION_S_MAX: Final = 7 * 86_400


def read_market(root: Table, definitions: Definitions) -> MarketSettings | None:
    """This is the generated market; None when the file has none."""
    traded = _traded(definitions, EXCHANGE)
    if not root.has("market"):
        if traded:
            place = (*root.place, "market")
            text = f"is missing: nobody else would trade at the venues of kind {EXCHANGE}"
            root.remarks.note(place, text)
        return None
    table = root.table("market")
    start_ns = -1
    text = table.text("start")
    if text:
        try:
            start_ns = parse_moment(text)
        except ValueError:
            table.note("start", f"was {shown(text)}, must be UTC such as 2026-01-05T14:30:00Z")
    duration_s = table.whole("duration_s", None, 1, DURATION_S_MAX)
    found: dict[str, MarketProfile] = {}
    for entry in table.tables("instruments", required=True):
        profile = _profile(entry, definitions)
        if profile.instrument in found:
            entry.note("instrument", f"was {shown(profile.instrument)}, which stands here twice")
        if profile.instrument:
            found[profile.instrument] = profile
        entry.end()
    table.end()
    for symbol, venue in traded.items():
        if symbol not in found:
            table.note("instruments", f"has no {symbol}, which {venue} trades")
    hosted = _traded(definitions, REMOTE)
    for symbol in found:
        if symbol not in traded and symbol not in hosted:
            table.note("instruments", f"has {symbol}, which no venue of kind {EXCHANGE} trades")
    market = MarketSettings(start_ns, duration_s, tuple(found.values()))
    _warn_of_closed_hours(table, market, definitions)
    return market


def _profile(table: Table, definitions: Definitions) -> MarketProfile:
    symbol = table.one_of("instrument", definitions.symbols, "one of [[instruments]]")
    instrument = definitions.instruments.get(symbol)
    price = _steps(table, "price", instrument, is_price=True)
    half_spread = _steps(table, "half_spread", instrument, is_price=True)
    if instrument is not None and 0 < price <= 4 * half_spread:
        table.note("price", "must be above four times half_spread")
    return MarketProfile(
        symbol,
        price,
        half_spread,
        table.whole("depth_ticks", 5, 1, 10_000),
        _steps(table, "quantity", instrument, is_price=False),
        table.whole("events_per_second", 40, 1, 100_000),
        table.whole("volatility_ppm", 100, 0, 100_000),
    )


def _steps(table: Table, name: str, instrument: Instrument | None, *, is_price: bool) -> int:
    value = table.take(name)
    if not table.has(name):
        table.note(name, "is missing")
        return 1
    try:
        text = decimal_text(value)
        if instrument is None:
            return 1
        steps = instrument.parse_price(text) if is_price else instrument.parse_quantity(text)
        if not 0 < steps <= 10**12:
            raise UnitError(f"was {shown(text)}, must be above 0 and at most 10**12 steps")
        return steps
    except UnitError as error:
        table.note(name, str(error))
        return 1


def _traded(definitions: Definitions, kind: str) -> dict[str, str]:
    """Instruments that venues of a kind trade, each with one such venue."""
    traded: dict[str, str] = {}
    for name, settings in definitions.venue_settings.items():
        if settings.kind == kind:
            for symbol in definitions.venues[name].instruments:
                traded.setdefault(symbol, name)
    return traded


def _warn_of_closed_hours(table: Table, market: MarketSettings, definitions: Definitions) -> None:
    if market.start_ns < 0:
        return
    for profile in market.profiles:
        instrument = definitions.instruments.get(profile.instrument)
        if instrument is None or not instrument.phases:
            continue
        local_ns = market.start_ns + instrument.utc_offset_ns
        midnight_ns = market.start_ns - local_ns % NS_PER_DAY
        end_ns = market.start_ns + market.duration_s * NS_PER_SECOND
        moments = [market.start_ns]
        for day in range(market.duration_s * NS_PER_SECOND // NS_PER_DAY + 2):
            for phase in instrument.phases:
                moments.append(midnight_ns + day * NS_PER_DAY + phase.start_ns)
        if not any(
            instrument.phase_at(moment) for moment in moments if market.start_ns <= moment < end_ns
        ):
            text = f"{profile.instrument} is closed from here until the market ends"
            table.remarks.warn(table.at("start"), text)


def read_data(root: Table, definitions: Definitions) -> tuple[DataSettings, ...]:
    """This is what the file says about recordings, in its order."""
    found: list[DataSettings] = []
    venues = [
        name for name, settings in definitions.venue_settings.items() if settings.kind == RECORDED
    ]
    for table in root.tables("data", required=False):
        venue = table.one_of("venue", venues, f"a venue of kind {RECORDED}", "")
        symbols: dict[str, str] = {}
        of_symbols = table.table("symbols")
        for symbol in of_symbols.names():
            what = "one of [[instruments]]"
            symbols[symbol] = of_symbols.one_of(symbol, definitions.symbols, what)
            if venue and symbols[symbol] and not _trades(definitions, venue, symbols[symbol]):
                of_symbols.note(
                    symbol, f"was {shown(symbols[symbol])}, which {venue} does not trade"
                )
        found.append(
            DataSettings(
                table.one_of("kind", DATA_KINDS, "a kind of recording", ""),
                table.name("name", ""),
                venue,
                symbols,
                table.whole("levels", 0, 1, 1_000),
                table.one_of("clock", CLOCKS, "a clock", ""),
            )
        )
        table.end()
    return tuple(found)


def _trades(definitions: Definitions, venue: str, symbol: str) -> bool:
    return symbol in definitions.venues[venue].instruments


def read_actions(root: Table) -> tuple[ActionSettings, ...]:
    """This is the executor of each named action."""
    found: list[ActionSettings] = []
    section = root.table("actions")
    for name in section.names():
        table = section.table(name)
        if name == ORDERS:
            section.note(name, "is what trading is called; name the action otherwise")
        kind = table.one_of("kind", ACTION_KINDS, "a kind of executor")
        path = table.text("path") if kind == FILE else ""
        url = table.text("url") if kind == WEBHOOK else ""
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts:
            table.note("path", f"was {shown(path)}, must lie in the session's folder")
        if url and not _is_web(url):
            table.note("url", f"was {shown(url)}, must begin with http:// or https:// and a host")
        if kind:
            table.end()
        found.append(ActionSettings(name, kind, path or url))
    return tuple(found)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        return False
