"""Defining: instruments and venues with their markets, accounts and sources with the positions
that each needs, as they are said to be.
"""

from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.positions import AccountRecord, CashRecord, PositionRecord
from interlock.ledger.sources import SourceRecord
from interlock.ledger.venues import VenueRecord
from interlock.messages.definitions import Account, Instrument, Source, Venue
from interlock.messages.units import Minor


def define_instrument(
    instruments: dict[str, InstrumentRecord],
    venues: dict[str, VenueRecord],
    definition: Instrument,
) -> None:
    """An instrument is there, with a market at each venue that has it."""
    symbol = definition.symbol
    assert symbol not in instruments, f"instrument {symbol} is defined twice"
    record = InstrumentRecord(definition)
    instruments[symbol] = record
    for venue in venues.values():
        if symbol in venue.definition.instruments:
            record.markets[venue.name] = MarketRecord(venue.name)


def define_venue(
    venues: dict[str, VenueRecord], instruments: dict[str, InstrumentRecord], definition: Venue
) -> None:
    """A venue is there, with a market for each of its instruments."""
    name = definition.name
    assert name not in venues, f"venue {name} is defined twice"
    venues[name] = VenueRecord(definition)
    for symbol in definition.instruments:
        record = instruments.get(symbol)
        if record is not None:
            record.markets[name] = MarketRecord(name)


def define_account(
    accounts: dict[str, AccountRecord],
    currencies: dict[str, CashRecord],
    instruments: dict[str, InstrumentRecord],
    definition: Account,
) -> None:
    """An account is there, with its opening cash and positions."""
    assert definition.name not in accounts, f"account {definition.name} is defined twice"
    account = AccountRecord(definition.name)
    accounts[definition.name] = account
    for currency, digits, opening in definition.cash:
        account.cash[currency] = cash_of(currencies, currency, digits, opening)
    for symbol, lots, cost in definition.positions:
        instrument = instruments.get(symbol)
        assert instrument is not None, f"no instrument {symbol} is defined"
        _open_position(account, instrument).open_with(lots, cost)


def define_source(
    sources: dict[str, SourceRecord],
    accounts: dict[str, AccountRecord],
    instruments: dict[str, InstrumentRecord],
    definition: Source,
) -> None:
    """A source may decide, or may do something else from now on."""
    account = accounts.get(definition.account)
    assert account is not None, f"no account {definition.account!r} is defined"
    known = sources.get(definition.name)
    if known is None:
        sources[definition.name] = SourceRecord(definition, account)
    else:
        # Its orders and the keys it has used stay its own.
        assert known.account is account, (
            f"source {definition.name} trades for {known.account.name}, not {account.name}"
        )
        known.redefine(definition)
    for symbol in definition.instruments:
        instrument = instruments.get(symbol)
        if instrument is not None:
            _open_position(account, instrument)


def _open_position(account: AccountRecord, instrument: InstrumentRecord) -> PositionRecord:
    position = account.positions.get(instrument.symbol)
    if position is None:
        cash = account.cash.get(instrument.currency)
        assert cash is not None, f"account {account.name} has no {instrument.currency}"
        position = PositionRecord(account, instrument, cash)
        account.positions[instrument.symbol] = position
    return position


def cash_of(
    currencies: dict[str, CashRecord], currency: str, digits: int, opening: Minor
) -> CashRecord:
    """An account's cash in a currency, counted for the firm as well."""
    firm = currencies.get(currency)
    if firm is None:
        firm = CashRecord(currency, digits, 0)
        currencies[currency] = firm
    return CashRecord(currency, digits, opening, firm)
