"""Session definitions: the instruments, venues, accounts and releases of a session file.

Everything is read even when something before it is wrong; what a wrong entry would have defined is
left out of what later entries may refer to only when it has no name.
"""

import re
from collections.abc import Callable
from typing import Final, final

from interlock.inputs.session_health import read_health, read_rates
from interlock.inputs.session_links import read_faults, read_link
from interlock.inputs.session_parts import (
    EXCHANGE,
    RECORDED,
    REMOTE,
    VENUE_KINDS,
    SourceSettings,
    VenueSettings,
)
from interlock.inputs.session_remarks import Place, Remarks
from interlock.inputs.session_table import Table, decimal_text, nearest, shown
from interlock.messages.commands import ActivateRelease
from interlock.messages.definitions import Account, Instrument, PhaseStart, Source, Venue
from interlock.messages.terms import (
    CANCEL_UNKNOWN,
    PHASES,
    RELEASE_ACTIVE,
    RELEASE_STATES,
    SETTLEMENTS,
    SPOT,
    UNKNOWN_ORDER_POLICIES,
)
from interlock.messages.units import (
    DIGITS_MAX,
    NS_PER_MS,
    NS_PER_SECOND,
    Nanoseconds,
    UnitError,
    digits_of,
    parse_decimal,
)
from interlock.simulation.book import EXPIRE_TAKER, SELF_MATCH_MODES

NS_PER_US: Final = 1_000
US_MAX: Final = 60_000_000
BY: Final = "session file"

_TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_OFFSET: Final = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")


@final
class Definitions:
    """What has been defined so far, by name, in the order of the file."""

    def __init__(self, remarks: Remarks) -> None:
        self.remarks = remarks
        self.currencies: dict[str, int] = {}
        self.instruments: dict[str, Instrument] = {}
        self.venues: dict[str, Venue] = {}
        self.accounts: dict[str, Account] = {}
        self.releases: dict[str, ActivateRelease] = {}
        self.sources: dict[str, Source] = {}
        self.venue_settings: dict[str, VenueSettings] = {}
        self.source_settings: dict[str, SourceSettings] = {}
        self.broken: dict[str, None] = {}
        """Instruments that have a name and mistakes: others may refer to them."""
        self.held: dict[str, dict[str, Place]] = {}
        """Instruments that an account holds from the start, with where that is said."""

    @property
    def symbols(self) -> list[str]:
        return [*self.instruments, *self.broken]

    def read(self, root: Table) -> None:
        """This reads every definition of a file but its sources."""
        self._currencies(root.table("currencies", required=True))
        self.each(root, "instruments", "symbol", self._instrument)
        self.each(root, "venues", "name", self._venue)
        self.each(root, "accounts", "name", self._account)
        self.each(root, "releases", "name", self._release)

    def each(self, root: Table, section: str, key: str, read: Callable[[Table, str], None]) -> None:
        """This reads each entry of an array of tables, under its name."""
        seen: dict[str, None] = {}
        for table in root.tables(section, required=True):
            read(table, self._named(table, key, seen))
            table.end()

    def _named(self, table: Table, key: str, seen: dict[str, None]) -> str:
        name = table.name(key)
        if name and name in seen:
            table.note(key, f"was {shown(name)}, which is defined above: names are used once")
        seen[name] = None
        return name

    def _currencies(self, table: Table) -> None:
        for name in table.names():
            entry = table.table(name)
            self.currencies[name] = entry.whole("digits", None, 0, DIGITS_MAX)
            entry.end()

    # --- instruments -------------------------------------------------------------------------

    def _instrument(self, table: Table, symbol: str) -> None:
        currency = table.one_of("currency", self.currencies, "one of [currencies]")
        tick, price_digits = _step(table, "tick")
        lot, quantity_digits = _step(table, "lot")
        instrument = Instrument(
            symbol,
            currency,
            self.currencies.get(currency, DIGITS_MAX),
            price_digits,
            tick,
            quantity_digits,
            lot,
            table.whole("multiplier", 1, 1, 10**9),
            table.choice("settlement", SETTLEMENTS, SPOT),
            _offset(table),
            _phases(table),
        )
        if not symbol:
            return
        if tick and lot and currency:
            try:
                worth = instrument.minor_per_tick_lot
                assert worth > 0, f"{symbol}: a tick on a lot is worth {worth}"
                self.instruments[symbol] = instrument
                return
            except ValueError as error:
                self.remarks.note(table.at("tick"), str(error).partition(": ")[2] or str(error))
        self.broken[symbol] = None

    # --- venues ------------------------------------------------------------------------------

    def _venue(self, table: Table, name: str) -> None:
        kind = table.one_of("kind", VENUE_KINDS, "the kind of a venue")
        what = "the symbol of one of [[instruments]]"
        listed = table.some_of("instruments", self.symbols, what, required=True)
        venue = Venue(
            name,
            listed,
            table.whole("maker_fee_ppm", 0, -1_000_000, 1_000_000),
            table.whole("taker_fee_ppm", 0, -1_000_000, 1_000_000),
            table.whole("silence_ms", 2_000, 1, 86_400_000) * NS_PER_MS,
            table.whole("acceptance_ms", 0, 0, 86_400_000) * NS_PER_MS,
            table.choice("unknown_orders", UNKNOWN_ORDER_POLICIES, CANCEL_UNKNOWN),
            read_rates(table),
            table.whole("in_flight_max", 0, 0, 1_000_000),
        )
        latency_out_us = table.whole("latency_out_us", 0, 0, US_MAX)
        latency_in_us = table.whole("latency_in_us", 0, 0, US_MAX)
        reject = table.whole("messages_reject", 0, 0, 1_000_000)
        logout = table.whole("messages_logout", 0, 0, 1_000_000)
        if 0 < logout < reject:
            table.note("messages_logout", f"was {logout}, must be 0 or at least {reject}")
        if (latency_out_us + latency_in_us) * NS_PER_US >= venue.silence_ns:
            table.note(
                "silence_ms",
                f"was {venue.silence_ns // NS_PER_MS}, must be longer than the way there and back",
            )
        fault_seed = table.whole("fault_seed", -1, 0) if table.has("fault_seed") else -1
        faults = read_faults(table.tables("faults", required=False))
        address, cancel_on_disconnect = read_link(table, kind)
        if kind == RECORDED:
            for field in ("self_match", "levels", "publish_interval_us"):
                if table.has(field):
                    table.take(field)
                    table.note(field, f"is for a venue of kind {EXCHANGE}; this one is {RECORDED}")
        settings = VenueSettings(
            name,
            kind,
            latency_out_us,
            latency_in_us,
            EXPIRE_TAKER if kind == RECORDED else _self_match(table),
            reject,
            logout,
            1 if kind == RECORDED else table.whole("levels", 5, 1, 100),
            0 if kind == RECORDED else table.whole("publish_interval_us", 0, 0, US_MAX),
            faults,
            fault_seed,
            address,
            cancel_on_disconnect,
            table.whole("reconcile_s", 60, 0, 86_400),
            table.flag("drop_copy", False),
            read_health(table),
        )
        if settings.has_drop_copy and kind == REMOTE:
            table.note("drop_copy", f"is for a venue simulated here, not one of kind {REMOTE}")
        if name:
            self.venues[name] = venue
            self.venue_settings[name] = settings

    # --- accounts and releases ---------------------------------------------------------------

    def _account(self, table: Table, name: str) -> None:
        cash = self.amounts(table.table("cash", required=True))
        positions: list[tuple[str, int, int]] = []
        held: dict[str, Place] = {}
        for entry in table.tables("positions", required=False):
            symbol = entry.one_of("instrument", self.symbols, "one of [[instruments]]")
            instrument = self.instruments.get(symbol)
            if symbol in held:
                entry.note("instrument", f"was {shown(symbol)}, which stands here twice")
            held[symbol] = entry.at("instrument")
            lots = _lots(entry, "quantity", instrument)
            if instrument is None:
                entry.decimal_form("cost")
            else:
                cost = entry.decimal("cost", instrument.currency_digits, 0)
                positions.append((symbol, lots, cost))
                if cost and not lots:
                    entry.note("cost", "must be 0 where the quantity is 0")
            entry.end()
        if name:
            digits = self.currencies
            of_cash = tuple((currency, digits[currency], minor) for currency, minor in cash)
            self.accounts[name] = Account(name, of_cash, tuple(positions))
            self.held[name] = held
            for symbol, place in held.items():
                self.need_cash(name, symbol, place)

    def amounts(self, table: Table) -> list[tuple[str, int]]:
        """This is a table of money by currency, in minor units."""
        amounts: list[tuple[str, int]] = []
        for currency in table.names():
            if currency in self.currencies:
                amounts.append((currency, table.decimal(currency, self.currencies[currency], 0)))
            else:
                table.take(currency)
                hint = nearest(currency, self.currencies)
                table.note(currency, f"must be one of [currencies]; {hint}")
        return amounts

    def need_cash(self, account: str, symbol: str, place: Place) -> None:
        """This notes it when an account has no cash in an instrument's currency: the ledger keeps a
        position beside the cash that pays for it.
        """
        instrument, owner = self.instruments.get(symbol), self.accounts.get(account)
        if instrument is None or owner is None:
            return
        if instrument.currency not in [currency for currency, _, _ in owner.cash]:
            text = (
                f"{symbol} is paid in {instrument.currency}, and account {account} has none: "
                f'give it cash = {{ {instrument.currency} = "0" }} or more'
            )
            self.remarks.note(place, text)

    def _release(self, table: Table, name: str) -> None:
        epoch = table.whole("epoch", None, 1)
        state = table.choice("state", RELEASE_STATES, RELEASE_ACTIVE)
        if name:
            self.releases[name] = ActivateRelease(name, epoch, state, BY)


def _step(table: Table, name: str) -> tuple[int, int]:
    """A tick or lot as (units, digits); (0, 0) after a mistake."""
    value = table.take(name)
    if not table.has(name):
        table.note(name, "is missing")
        return 0, 0
    try:
        text = decimal_text(value)
        digits = digits_of(text)
        units = parse_decimal(text, digits)
    except UnitError as error:
        table.note(name, str(error))
        return 0, 0
    if digits > DIGITS_MAX or not 0 < units <= 10**DIGITS_MAX:
        table.note(name, f"was {shown(text)}, must be above 0 and have at most {DIGITS_MAX} digits")
        return 0, 0
    return units, digits


def _lots(table: Table, name: str, instrument: Instrument | None) -> int:
    value = table.take(name)
    if not table.has(name):
        table.note(name, "is missing")
        return 0
    try:
        text = decimal_text(value)
        return instrument.parse_quantity(text) if instrument is not None else 0
    except UnitError as error:
        table.note(name, str(error))
        return 0


def _time_of_day(table: Table, name: str) -> Nanoseconds:
    text = table.text(name)
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        if text:
            table.note(name, f"was {shown(text)}, must be a time of day such as 09:30")
        return -1
    return (int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)) * NS_PER_SECOND


def _phases(table: Table) -> tuple[PhaseStart, ...]:
    phases: list[PhaseStart] = []
    for entry in table.tables("phases", required=False):
        start_ns = _time_of_day(entry, "from")
        phase = entry.choice("phase", PHASES)
        if not entry.has("phase"):
            entry.note("phase", "is missing")
        if phases and 0 <= start_ns <= phases[-1].start_ns:
            entry.note("from", "must be later than the phase before it")
        if start_ns >= 0:
            phases.append(PhaseStart(start_ns, phase))
        entry.end()
    return tuple(phases)


def _offset(table: Table) -> Nanoseconds:
    text = table.text("utc_offset", "+00:00")
    match = _OFFSET.fullmatch(text)
    if match is None:
        if text:
            table.note("utc_offset", f"was {shown(text)}, must be an offset such as -04:00")
        return 0
    minutes = int(match[2]) * 60 + int(match[3])
    return (-minutes if match[1] == "-" else minutes) * 60 * NS_PER_SECOND


def _self_match(table: Table) -> int:
    return table.choice("self_match", SELF_MATCH_MODES, EXPIRE_TAKER)
