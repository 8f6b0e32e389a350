"""Trails: where the price of each market has been within a window, in so many parts of it.

Prices are twice the mid, so that no half tick is lost. All of it is integers.
"""

from collections import deque
from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.ledger.counters import ANY, Counter, whole_of
from interlock.ledger.instruments import MarketRecord
from interlock.messages.definitions import Limit
from interlock.messages.units import BPS_ONE, NS_PER_MS, Nanoseconds

# Parts of a window that are told apart: a price counts for its window, and at most a part longer.
PARTS: Final = 32


@final
@mypyc_attr(acyclic=True)
class TrailPart:
    """One part of a window: the lowest, the highest and the latest price in it."""

    def __init__(self, start_ns: Nanoseconds, low: int, high: int, last: int) -> None:
        self.start_ns: Final[Nanoseconds] = start_ns
        self.low = low
        self.high = high
        self.last = last


def market_key(symbol: str, venue: str) -> str:
    """Under which a market's trail is kept."""
    return f"{symbol}|{venue}"


@final
class PriceTrail(Counter):
    """The trails of the markets that one limit covers, and which of them are in doubt since a price
    that lay too far from the one before or from the average of the window."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.window_ns: Final[int] = whole_of(limit, "window_ms") * NS_PER_MS
        self.part_ns: Final[int] = self.window_ns // PARTS + 1
        self.jump_bps: Final[int] = whole_of(limit, "jump_bps", ANY)
        self.average_bps: Final[int] = whole_of(limit, "average_bps", ANY)
        self.doubt_ms: Final[int] = whole_of(limit, "doubt_ms")
        kind, _, name = limit.scope.partition(":")
        self.symbol: Final[str] = name if kind == "instrument" else limit.instrument
        self.venue: Final[str] = name if kind == "venue" else ""
        self.parts: Final[dict[str, deque[TrailPart]]] = {}
        self.doubts: Final[dict[str, Nanoseconds]] = {}
        """Until when each market is in doubt; -1 until a person lets it."""
        self.instrument_heard = ""
        self.venue_heard = ""
        """The market that was heard of last."""

    def hear(self, symbol: str, market: MarketRecord, time_ns: Nanoseconds) -> None:
        """A market has said its prices. One that is crossed or has but one side says nothing."""
        if self.symbol not in ("", symbol) or self.venue not in ("", market.venue):
            return
        if not market.is_two_sided() or market.bid >= market.ask:
            return
        key, price = market_key(symbol, market.venue), market.bid + market.ask
        parts = self.parts.get(key)
        if parts is None:
            parts = deque()
            self.parts[key] = parts
        since = time_ns - self.window_ns
        while len(parts) > 0 and parts[0].start_ns + self.part_ns <= since:
            parts.popleft()
        if len(parts) > 0:
            self._compare(parts, price)
            last = parts[len(parts) - 1]
            if time_ns < last.start_ns + self.part_ns:
                last.last = price
                last.low = price if price < last.low else last.low
                last.high = price if price > last.high else last.high
                self.instrument_heard, self.venue_heard = symbol, market.venue
                return
        parts.append(TrailPart(time_ns, price, price, price))
        self.instrument_heard, self.venue_heard = symbol, market.venue

    def _compare(self, parts: deque[TrailPart], price: int) -> None:
        """A price too far from the last one, or from the average of the parts, is alarming. A part
        of a basis point counts as one."""
        if self.jump_bps == ANY:
            return
        before = parts[len(parts) - 1].last
        self.alarm_above(-(-abs(price - before) * BPS_ONE // before), self.jump_bps)
        if self.is_alarmed:
            return
        total = 0
        for part in parts:
            total += part.last
        # The average is total / len(parts): both sides are multiplied by how many there are.
        away = abs(price * len(parts) - total)
        self.alarm_above(-(-away * BPS_ONE // total), self.average_bps)

    def lowest(self, key: str, time_ns: Nanoseconds, price: int) -> int:
        """The lowest price within the window before this moment, and no more than `price`. Cost:
        one step per part."""
        parts, since = self.parts.get(key), time_ns - self.window_ns
        if parts is not None:
            for part in parts:
                if part.start_ns + self.part_ns > since and part.low < price:
                    price = part.low
        return price

    def highest(self, key: str, time_ns: Nanoseconds, price: int) -> int:
        """The highest price within the window before this moment, and no less than `price`."""
        parts, since = self.parts.get(key), time_ns - self.window_ns
        if parts is not None:
            for part in parts:
                if part.start_ns + self.part_ns > since and part.high > price:
                    price = part.high
        return price

    def doubt(self, key: str, until_ns: Nanoseconds) -> None:
        """A market is not to be believed until then; -1: until a person lets it."""
        self.doubts[key] = until_ns

    def is_doubted(self, key: str, time_ns: Nanoseconds) -> bool:
        until_ns = self.doubts.get(key, 0)
        return until_ns < 0 or time_ns < until_ns

    def renew(self) -> None:
        self.doubts.clear()

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        entries: list[tuple[int, str, int, int, int]] = []
        for key, parts in self.parts.items():
            for part in parts:
                entries.append((part.start_ns, key, part.low, part.high, part.last))
        return list(self.doubts.values()), entries, list(self.doubts)

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        for place in range(len(names)):
            self.doubts[names[place]] = numbers[place]
        for entry in entries:
            parts = self.parts.get(entry[1])
            if parts is None:
                parts = deque()
                self.parts[entry[1]] = parts
            parts.append(TrailPart(entry[0], entry[2], entry[3], entry[4]))
