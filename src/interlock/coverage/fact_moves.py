"""Fact moves: which machine a command that is a fact moves, and where that machine stands.

Each is asked before and after the fact was applied; the difference is the move.
"""

from typing import Final

from interlock.ledger.instruments import MarketRecord
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    ActivateRelease,
    CloseSession,
    Command,
    DefineInstrument,
    NoteFeedFault,
    OpenSession,
    SetInstrumentStatus,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.terms import (
    FEED_FAULTS,
    RELEASE_ACTIVE,
    RELEASE_CANARY,
    RELEASE_RETIRED,
    RELEASE_STATES,
    STATUSES,
    SUSPENDED,
    name_of,
)

_RELEASE_WORDS: Final = {
    RELEASE_ACTIVE: "activate",
    RELEASE_CANARY: "canary",
    RELEASE_RETIRED: "retire",
}


def standing(ledger: Ledger, command: Command) -> tuple[str, str, str] | None:
    """This is the machine that a fact moves, what happens to it, and its state now. None for a
    command that moves none."""
    kind = type(command)
    if kind is UpdateQuote or kind is UpdateLadder:
        assert isinstance(command, UpdateQuote | UpdateLadder)
        market = _market(ledger, command.instrument, command.venue)
        word = "quote" if kind is UpdateQuote else "ladder"
        return ("market", word, market_state(market)) if market is not None else None
    if isinstance(command, NoteFeedFault):
        market = _market(ledger, command.instrument, command.venue)
        if market is None:
            return None
        return "feed", name_of(FEED_FAULTS, command.fault), feed_state(market)
    if isinstance(command, SetInstrumentStatus):
        record = ledger.instruments.get(command.instrument)
        if record is None:
            return None
        word = "suspend" if command.status == SUSPENDED else "resume"
        return "instrument", word, name_of(STATUSES, record.status)
    if isinstance(command, DefineInstrument):
        record = ledger.instruments.get(command.instrument.symbol)
        state = name_of(STATUSES, record.status) if record is not None else "undefined"
        return "instrument", "define", state
    if isinstance(command, ActivateRelease):
        release = ledger.releases.get(command.release)
        state = name_of(RELEASE_STATES, release.state) if release is not None else "undefined"
        return "release", name_of(_RELEASE_WORDS, command.state), state
    if isinstance(command, OpenSession | CloseSession):
        state = "open" if ledger.is_session_open else "closed"
        if ledger.session_id == "" and not ledger.is_session_open:
            state = "new"
        return "session", "open" if isinstance(command, OpenSession) else "close", state
    return None


def market_state(market: MarketRecord) -> str:
    """What the prices of a market are."""
    if market.time_ns < 0:
        return "silent"
    if market.is_crossed():
        return "crossed"
    if market.is_two_sided():
        return "two_sided"
    return "one_sided" if market.bid_quantity > 0 or market.ask_quantity > 0 else "empty"


def feed_state(market: MarketRecord) -> str:
    return name_of(FEED_FAULTS, market.fault) if market.fault != 0 else "sound"


def _market(ledger: Ledger, instrument: str, venue: str) -> MarketRecord | None:
    record = ledger.instruments.get(instrument)
    return record.markets.get(venue) if record is not None else None
