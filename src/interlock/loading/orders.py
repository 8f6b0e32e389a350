"""What a crowd says: decisions of one source in turn over its instruments, cancels among them, and
quotes where the session has no market of its own.
"""

from interlock.inputs.refusals import RecordingRefused
from interlock.inputs.session_file import SessionFile
from interlock.messages.definitions import Instrument
from interlock.messages.units import NS_PER_SECOND, Nanoseconds

FAN_OUT_MAX = 100
"""Orders of one decision: what a basket may have."""
BID_TICKS = 10_000
SPREAD_TICKS = 2
VALID_NS = 3_600 * NS_PER_SECOND


class Orders:
    """Lines for one session file. Raises `RecordingRefused` when nobody outside may decide."""

    def __init__(self, file: SessionFile, path: object, *, fan_out: int = 1) -> None:
        outside = {one.name for one in file.source_settings if not one.model}
        sources = [one for one in file.sources if one.name in outside and "orders" in one.actions]
        if not sources or not file.releases:
            text = "has no source without a model that may order: nobody can be a crowd there"
            raise RecordingRefused(str(path), text)
        source, release = sources[0], file.releases[0]
        known = {one.symbol: one for one in file.instruments}
        self._instruments = [known[symbol] for symbol in source.instruments]
        self._venues = [
            (venue.name, known[symbol]) for venue in file.venues for symbol in venue.instruments
        ]
        self.needs_quotes = file.market is None
        """Whether nobody makes a market: then the crowd quotes one."""
        self._fan_out = fan_out
        self._head = (
            f'{{"source":"{source.name}","release":"{release.release}","epoch":{release.epoch},'
        )

    def decision(self, key: str, number: int, now_ns: Nanoseconds) -> bytes:
        """One decision: the least quantity, bought and sold in turn, at the market or not at all;
        or as many such orders as it fans out into."""
        instrument = self._instruments[number % len(self._instruments)]
        order = self._order(instrument, number)
        if self._fan_out > 1:
            orders = ",".join([order] * self._fan_out)
            action = f'{{"kind":"basket","orders":[{orders}]}}'
        else:
            action = '{"kind":"order",' + order[1:]
        valid_ns = now_ns + VALID_NS
        return f'{self._head}"key":"{key}","valid_until":{valid_ns},"action":{action}}}\n'.encode()

    def cancel(self, key: str, now_ns: Nanoseconds) -> bytes:
        """What takes risk away: everything of one instrument that works."""
        symbol = self._instruments[0].symbol
        valid_ns = now_ns + VALID_NS
        action = f'{{"kind":"cancel","instrument":"{symbol}"}}'
        return f'{self._head}"key":"{key}","valid_until":{valid_ns},"action":{action}}}\n'.encode()

    def quotes(self, now_ns: Nanoseconds) -> list[bytes]:
        """One quote for each market of the session."""
        return [
            (
                f'{{"quote":{{"instrument":"{made.symbol}","venue":"{venue}",'
                f'"bid":"{made.price_text(BID_TICKS)}",'
                f'"bid_quantity":"{made.quantity_text(1_000_000)}",'
                f'"ask":"{made.price_text(BID_TICKS + SPREAD_TICKS)}",'
                f'"ask_quantity":"{made.quantity_text(1_000_000)}","venue_time":{now_ns}}}}}\n'
            ).encode()
            for venue, made in self._venues
        ]

    def _order(self, instrument: Instrument, number: int) -> str:
        side = "sell" if number % 2 else "buy"
        return (
            f'{{"instrument":"{instrument.symbol}","side":"{side}",'
            f'"quantity":"{instrument.quantity_text(1)}","order_type":"marketable_limit",'
            f'"protection":"{instrument.price_text(SPREAD_TICKS)}","time_in_force":"ioc"}}'
        )
