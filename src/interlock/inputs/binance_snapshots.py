"""Binance snapshots: whose book an answer of the depth endpoint is, since it does not say.

In a capture of one symbol there is no doubt. In one of several, the snapshot belongs to the symbol
whose price is like its best price, and among those to the one whose update ids are nearest.
"""

from typing import Final, final

from interlock.inputs.binance_wire import Message, Payload, Rows
from interlock.messages.units import UnitError, parse_decimal

HELD_MAX: Final = 16
_DIGITS: Final = 12
_FAR: Final = 1 << 62


@final
class SnapshotDesk:
    """What is known of every symbol in a capture, and the snapshots that nobody has claimed yet."""

    def __init__(self) -> None:
        self.latest: dict[str, Payload] = {}
        """The last ticker or trade by symbol."""
        self.latest_depth: dict[str, Payload] = {}
        self.held: list[Message] = []

    def hold(self, message: Message) -> None:
        """Keeps a snapshot until its symbol is known; of too many the oldest is let go."""
        self.held.append(message)
        if len(self.held) > HELD_MAX:
            del self.held[0]

    def claimed(self, symbol: str) -> list[Message]:
        """This is what was held and is now known to be this symbol's; it is held no longer."""
        mine = [message for message in self.held if self.owner(message) == symbol]
        self.held = [message for message in self.held if message not in mine]
        return mine

    def owner(self, message: Message) -> str:
        """This is the symbol that a snapshot belongs to; empty while nobody can say."""
        data = message.data
        name = (data.label or data.symbol or message.stream.partition("@")[0]).upper()
        if name:
            return name
        price = _top(data.bids, data.asks)
        best: tuple[bool, int] | None = None
        owner = ""
        for symbol in [*self.latest, *[s for s in self.latest_depth if s not in self.latest]]:
            known = self._price(symbol)
            if price and known and max(price, known) >= 2 * min(price, known):
                continue
            near = bool(price and known) and abs(price - known) * 50 <= known
            depth = self.latest_depth.get(symbol)
            distance = abs(depth.last_id - data.snapshot_id) if depth is not None else _FAR
            if best is None or (not near, distance) < best:
                best = not near, distance
                owner = symbol
        return owner

    def _price(self, symbol: str) -> int:
        data = self.latest.get(symbol)
        if data is not None:
            return _parsed(data.price or (data.bid if isinstance(data.bid, str) else ""))
        depth = self.latest_depth[symbol]
        bids = depth.bid if isinstance(depth.bid, list) else []
        asks = depth.ask if isinstance(depth.ask, list) else []
        standing = [_parsed(price) for price, quantity in bids if quantity.strip("0.")]
        if standing:
            return max(standing)
        standing = [_parsed(price) for price, quantity in asks if quantity.strip("0.")]
        return min(standing) if standing else 0


def _top(bids: Rows, asks: Rows) -> int:
    return _parsed(bids[0][0] if bids else asks[0][0] if asks else "")


def _parsed(text: str) -> int:
    try:
        return parse_decimal(text, _DIGITS)
    except UnitError:
        return 0
