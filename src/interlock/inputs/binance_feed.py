"""Binance feed: what one symbol's messages mean, as commands.

The ladder comes from the book, the quote between two depth updates from the ticker. When a ticker
is newer than the book (its update id is higher) the ladder is given its top: prices better than
the ticker's are gone, and the ticker's own have its quantities.
"""

from typing import Final, final

from interlock.inputs.binance_book import (
    APPLIED,
    APPLIED_AFTER_GAP,
    CLOSED,
    COVERED,
    DUPLICATE,
    GAP,
    LATE,
    OUTDATED,
    WAITING,
    BinanceBook,
    Diff,
)
from interlock.inputs.binance_steps import BinanceSteps, Level
from interlock.inputs.binance_wire import Payload, exchange_ns
from interlock.inputs.market_checks import FeedWatch
from interlock.messages.commands import Command, NoteTrade, UpdateLadder, UpdateQuote
from interlock.messages.definitions import Instrument
from interlock.messages.terms import (
    BUY,
    FEED_GAP,
    FEED_MALFORMED,
    FEED_OUT_OF_ORDER,
    SELL,
)
from interlock.messages.units import Nanoseconds

_RECENT_TRADES_MAX: Final = 1_024


@final
class BinanceFeed:
    """One symbol of a capture: its book, its last ticker, its trades, and what is wrong with it."""

    def __init__(self, instrument: Instrument, venue: str, levels: int) -> None:
        self.instrument = instrument
        self.venue = venue
        self.levels = levels
        self.book = BinanceBook()
        self.watch = FeedWatch(instrument.symbol, venue)
        self.steps = BinanceSteps(instrument)
        self._cut_was_said = False
        self._ticker_id = 0
        self._ticker: tuple[Level, Level] = ((0, 0), (0, 0))
        self._trade_id = -1
        self._recent_trades: dict[int, None] = {}

    def ticker(self, data: Payload) -> list[Command]:
        """A best bid and offer. It is set aside when the book already knows as much or more."""
        update_id = data.last_id
        if update_id <= self._ticker_id:
            if update_id == self._ticker_id:
                return [*self.watch.duplicate(f"bookTicker {update_id} came twice")]
            text = f"bookTicker {update_id} came after {self._ticker_id}"
            return [*self.watch.passing(FEED_OUT_OF_ORDER, text)]
        try:
            if type(data.bid) is not str or type(data.ask) is not str:
                raise ValueError("bookTicker must have prices")
            steps = self.steps
            bid, bid_quantity = steps.units(data.bid), steps.units(data.bid_quantity)
            ask, ask_quantity = steps.units(data.ask), steps.units(data.ask_quantity)
        except ValueError as error:
            return [*self.watch.fault(FEED_MALFORMED, "bookTicker", f"bookTicker: {error}")]
        self._ticker_id = update_id
        self._ticker = (bid, bid_quantity), (ask, ask_quantity)
        if update_id <= self.book.update_id and self.book.is_synced:
            return [*self._mended("bookTicker")]
        quote = UpdateQuote(
            self.instrument.symbol,
            self.venue,
            steps.bid_ticks(bid),
            steps.lots(bid_quantity),
            steps.ask_ticks(ask),
            steps.lots(ask_quantity),
            exchange_ns(data.event_time),
        )
        out: list[Command] = [
            *self.watch.crossing(quote.bid, quote.bid_quantity, quote.ask, quote.ask_quantity)
        ]
        out.append(quote)
        if steps.cut:
            self._say_cut(out)
        if self.watch.is_faulted:
            out += self.watch.mend("bookTicker")
            if self.book.chain_id == 0:
                out += self.watch.mend("line")
        return out

    def trade(self, data: Payload) -> list[Command]:
        """A trade. The buyer being the maker means that the seller took."""
        trade_id = data.trade_id
        if trade_id in self._recent_trades:
            return [*self.watch.duplicate(f"trade {trade_id} came twice")]
        out: list[Command] = []
        try:
            if trade_id < 0 or data.buyer_is_maker is None:
                raise ValueError("must have t and m")
            if data.trade_kind not in ("", "MARKET"):
                # Insurance fund and auto-deleveraging entries are not trades of the book.
                self._remember_trade(trade_id)
                return []
            price = self.steps.exact_ticks(data.price)
            quantity = self.steps.lots(self.steps.units(data.quantity))
            if quantity == 0 or price <= 0:
                raise ValueError(f"was {data.quantity} at {data.price}, must be a lot or more")
        except ValueError as error:
            return [*self.watch.fault(FEED_MALFORMED, "trade", f"trade {trade_id}: {error}")]
        if 0 <= self._trade_id < trade_id - 1:
            missing = trade_id - self._trade_id - 1
            text = f"trades {self._trade_id + 1} to {trade_id - 1} are missing"
            out += self.watch.passing(FEED_GAP, text, missing)
        elif trade_id < self._trade_id:
            text = f"trade {trade_id} came after {self._trade_id}"
            out += self.watch.passing(FEED_OUT_OF_ORDER, text)
        self._remember_trade(trade_id)
        out.append(
            NoteTrade(
                self.instrument.symbol,
                self.venue,
                price,
                quantity,
                SELL if data.buyer_is_maker else BUY,
                exchange_ns(data.event_time),
            )
        )
        out += self._mended("trade")
        return out

    def depth(self, data: Payload) -> list[Command]:
        """A diff of the book."""
        try:
            if not 0 <= data.first_id <= data.last_id:
                raise ValueError(f"was U={data.first_id} u={data.last_id}, must be 0 <= U <= u")
            if not isinstance(data.bid, list) or not isinstance(data.ask, list):
                raise ValueError("must have rows of levels b and a")
            bids, asks = self.steps.levels(data.bid), self.steps.levels(data.ask)
        except ValueError as error:
            # A change that cannot be read leaves a book that cannot be believed.
            self.book.distrust()
            return [*self.watch.fault(FEED_MALFORMED, "book", f"depthUpdate: {error}")]
        before = self.book.chain_id
        diff = Diff(data.first_id, data.last_id, data.previous_id, bids, asks)
        outcome = self.book.take(diff)
        out: list[Command] = []
        if outcome == APPLIED:
            self._ladder(out, data.event_time)
            if self.watch.is_faulted:
                out += self.watch.mend("line")
            return out
        if outcome in (GAP, APPLIED_AFTER_GAP):
            text, missing = _missing(diff, before)
            if outcome == GAP:
                out += self.watch.fault(FEED_GAP, "book", text, missing)
                return out
            out += self.watch.passing(FEED_GAP, f"{text}; a snapshot had covered them", missing)
            self._ladder(out, data.event_time)
        elif outcome == DUPLICATE:
            out += self.watch.duplicate(
                f"depthUpdate U={diff.first_id} u={diff.last_id} came twice"
            )
            return out
        elif outcome in (LATE, CLOSED):
            text = f"depthUpdate u={diff.last_id} came after u={before}"
            out += self.watch.passing(FEED_OUT_OF_ORDER, text)
            if outcome == CLOSED:
                self._ladder(out, data.event_time)
                out += self.watch.mend("book", "the late depthUpdate closed the gap")
        if outcome != LATE:
            assert outcome in (APPLIED_AFTER_GAP, CLOSED, COVERED, WAITING), f"outcome {outcome}"
            out += self._mended("line")
        return out

    def snapshot(self, data: Payload) -> list[Command]:
        """The whole book as the depth endpoint answered it."""
        try:
            bids, asks = self.steps.levels(data.bids), self.steps.levels(data.asks)
        except ValueError as error:
            return [*self.watch.fault(FEED_MALFORMED, "book", f"snapshot: {error}")]
        out: list[Command] = []
        was_synced = self.book.is_synced
        outcome = self.book.load(data.snapshot_id, bids, asks)
        if outcome == OUTDATED:
            if not was_synced:
                text = f"snapshot {data.snapshot_id} is older than the depthUpdates that are kept"
                out += self.watch.fault(FEED_GAP, "book", text)
        elif outcome == WAITING:
            text = f"after snapshot {data.snapshot_id} depthUpdates are missing"
            out += self.watch.fault(FEED_GAP, "book", text)
        else:
            self._ladder(out, data.event_time)
            out += self._mended("book", f"a new snapshot, lastUpdateId {data.snapshot_id}")
        return out

    def _ladder(self, out: list[Command], event_time: int) -> None:
        bids, asks = self.book.best_bids(self.levels), self.book.best_asks(self.levels)
        if self._ticker_id > self.book.update_id:
            bid, ask = self._ticker
            if bid[1]:
                bids = [bid, *self.book.best_bids(self.levels - 1, below=bid[0])]
            if ask[1]:
                asks = [ask, *self.book.best_asks(self.levels - 1, above=ask[0])]
        steps, symbol = self.steps, self.instrument.symbol
        shown_bids, shown_asks = steps.bids(bids), steps.asks(asks)
        if shown_bids and shown_asks:
            out += self.watch.crossing(*shown_bids[0], *shown_asks[0])
        if steps.cut:
            self._say_cut(out)
        time_ns = exchange_ns(event_time)
        out.append(UpdateLadder(symbol, self.venue, shown_bids, shown_asks, time_ns))

    def _say_cut(self, out: list[Command]) -> None:
        if not self._cut_was_said:
            self._cut_was_said = True
            text = f"{self.steps.cut} is no multiple of the tick or lot; shown in whole ones (once)"
            out += self.watch.passing(FEED_MALFORMED, text)

    def _remember_trade(self, trade_id: int) -> None:
        self._trade_id = max(self._trade_id, trade_id)
        self._recent_trades[trade_id] = None
        if len(self._recent_trades) > _RECENT_TRADES_MAX:
            del self._recent_trades[next(iter(self._recent_trades))]

    def _mended(self, cause: str, text: str = "") -> list[Command]:
        return [*self.watch.mend(cause, text)] if self.watch.is_faulted else []


def _missing(diff: Diff, before: int) -> tuple[str, int]:
    if diff.previous_id >= 0:
        return f"depthUpdate pu={diff.previous_id} does not follow u={before}", 1
    return (
        f"depthUpdates {before + 1} to {diff.first_id - 1} are missing",
        max(1, diff.first_id - 1 - before),
    )


def venue_time(data: Payload) -> Nanoseconds:
    """This is the exchange's time of a message, 0 when it does not say."""
    return exchange_ns(data.event_time)
