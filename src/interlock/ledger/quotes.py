"""Quotes: what is heard of a market becomes what we believe of it."""

from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.positions import PositionRecord
from interlock.messages.commands import NoteFeedFault, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.terms import FEED_CROSSED, FEED_DUPLICATE, FEED_RECOVERED
from interlock.messages.units import Nanoseconds, Sequence


def hear_quote(
    instrument: InstrumentRecord,
    command: UpdateQuote,
    sequence: Sequence,
    time_ns: Nanoseconds,
    has_bounded_moves: bool,
) -> bool:
    """This takes the best prices of a market; it says whether the instrument is worth something
    else now."""
    market = instrument.markets.get(command.venue)
    if market is None:
        return False
    market.bid = command.bid
    market.bid_quantity = command.bid_quantity
    market.ask = command.ask
    market.ask_quantity = command.ask_quantity
    # A quote says nothing of the depth behind it: an old ladder is not to be believed any more.
    market.bids = ()
    market.asks = ()
    return _quoted(instrument, market, command.venue_time_ns, sequence, time_ns, has_bounded_moves)


def hear_ladder(
    instrument: InstrumentRecord,
    command: UpdateLadder,
    sequence: Sequence,
    time_ns: Nanoseconds,
    has_bounded_moves: bool,
) -> bool:
    """This takes the levels of a market, of which the first is the quote."""
    market = instrument.markets.get(command.venue)
    if market is None:
        return False
    market.bids = command.bids
    market.asks = command.asks
    if len(command.bids) > 0:
        market.bid, market.bid_quantity = command.bids[0]
    else:
        market.bid, market.bid_quantity = 0, 0
    if len(command.asks) > 0:
        market.ask, market.ask_quantity = command.asks[0]
    else:
        market.ask, market.ask_quantity = 0, 0
    return _quoted(instrument, market, command.venue_time_ns, sequence, time_ns, has_bounded_moves)


def _quoted(
    instrument: InstrumentRecord,
    market: MarketRecord,
    venue_time_ns: Nanoseconds,
    sequence: Sequence,
    time_ns: Nanoseconds,
    has_bounded_moves: bool,
) -> bool:
    market.time_ns = time_ns
    market.venue_time_ns = venue_time_ns
    market.sequence = sequence
    before = instrument.mark
    instrument.mark_to(market, time_ns, has_bounded_moves)
    if instrument.mark == before:
        return False
    for holder in instrument.holders:
        assert type(holder) is PositionRecord, f"{holder} is no position"
        holder.change()
    return True


def hear_trade(instrument: InstrumentRecord, command: NoteTrade, time_ns: Nanoseconds) -> None:
    """This notes that somebody traded."""
    market = instrument.markets.get(command.venue)
    if market is not None:
        market.last_price = command.price
        market.last_quantity = command.quantity
        market.last_time_ns = time_ns
        instrument.volume += command.quantity


def hear_fault(instrument: InstrumentRecord, command: NoteFeedFault) -> None:
    """This notes that a feed is not to be believed, or is again."""
    market = instrument.markets.get(command.venue)
    if market is None:
        return
    if command.fault == FEED_RECOVERED:
        market.fault = 0
    elif command.fault not in (FEED_DUPLICATE, FEED_CROSSED):
        # A duplicate changes nothing, and a crossed market shows in its prices.
        market.fault = command.fault
