"""Binance book: one symbol's full depth, built from snapshots and diffs as Binance documents it.

The rules are those of "How to manage a local order book correctly" (spot, and USD-M/COIN-M
futures; developers.binance.com). With L the snapshot's lastUpdateId:

- spot: drop diffs with u <= L; the first one applied must have U <= L+1 <= u; from then on each U
  is the previous u + 1, and a diff whose U is beyond that means that some were missed;
- futures: drop diffs with u < L; the first must have U <= L <= u (a diff whose `pu` is not above L
  holds every change since, so it serves too); from then on each `pu` is the previous u.

After a missed diff Binance says: start again from a snapshot. The book does so, and keeps what it
had: if the missing diff only came late, the chain is closed again without a snapshot. Quantities
are absolute, a quantity of 0 removes the level, and a level outside the snapshot's depth is only
known once it changes.
"""

from bisect import bisect_left, insort
from typing import Final, NamedTuple, final

from interlock.inputs.binance_steps import Level, Units

# What became of a diff or a snapshot.
APPLIED: Final = 1
"""The book has moved on."""
COVERED: Final = 2
"""The book already held all of it, as a diff from before the snapshot."""
WAITING: Final = 3
"""It is kept until a snapshot comes."""
GAP: Final = 4
"""Diffs are missing before it; the book waits for a snapshot or for them."""
APPLIED_AFTER_GAP: Final = 5
"""Diffs are missing before it, but a newer snapshot had covered them: the book is right."""
DUPLICATE: Final = 6
"""It came before, and was set aside."""
LATE: Final = 7
"""It came after its successors; set aside, or kept while the book waits."""
CLOSED: Final = 8
"""The book is right again: the snapshot, or the late diff, closed the chain."""
OUTDATED: Final = 9
"""The snapshot is older than the book, or than the diffs that are kept: another one is needed."""

DIFFS_KEPT_MAX: Final = 10_000
_RECENT_MAX: Final = 1_024


class Diff(NamedTuple):
    """One depth update: all that changed from `first_id` to `last_id`."""

    first_id: int
    last_id: int
    previous_id: int
    """`pu` of futures; -1 for spot."""
    bids: list[Level]
    asks: list[Level]


@final
class BinanceBook:
    """The full depth of one symbol, in exact units of the exchange (see `BinanceSteps`).

    `is_synced` says whether it may be believed.
    """

    def __init__(self) -> None:
        self.is_synced = False
        self.update_id = 0
        self.chain_id = 0
        """The last id of the newest diff that was received, whether or not it was applied."""
        self.bids: dict[Units, Units] = {}
        self.asks: dict[Units, Units] = {}
        self._bid_prices: list[Units] = []
        self._ask_prices: list[Units] = []
        self._kept: list[Diff] = []
        self._fresh = False  # since the snapshot no diff has been applied
        self._recent: dict[int, int] = {}

    @property
    def kept(self) -> list[Diff]:
        """The diffs that wait for a snapshot, oldest first."""
        return self._kept

    def best_bid(self) -> Level:
        """This is the highest bid and its quantity, (0, 0) when there is none."""
        if not self._bid_prices:
            return 0, 0
        price = self._bid_prices[-1]
        return price, self.bids[price]

    def best_ask(self) -> Level:
        """This is the lowest ask and its quantity, (0, 0) when there is none."""
        if not self._ask_prices:
            return 0, 0
        price = self._ask_prices[0]
        return price, self.asks[price]

    def is_crossed(self) -> bool:
        """True when the best bid stands at or above the best ask."""
        prices = self._bid_prices, self._ask_prices
        return bool(prices[0]) and bool(prices[1]) and prices[0][-1] >= prices[1][0]

    def best_bids(self, levels: int, below: Units | None = None) -> list[Level]:
        """This is the best `levels` bids (of those below a price), best first."""
        side, prices = self.bids, self._bid_prices
        end = len(prices) if below is None else bisect_left(prices, below)
        return [(price, side[price]) for price in prices[max(0, end - levels) : end][::-1]]

    def best_asks(self, levels: int, above: Units | None = None) -> list[Level]:
        """This is the best `levels` asks (of those above a price), best first."""
        side, prices = self.asks, self._ask_prices
        start = 0 if above is None else bisect_left(prices, above + 1)
        return [(price, side[price]) for price in prices[start : start + levels]]

    def load(self, update_id: int, bids: list[Level], asks: list[Level]) -> int:
        """Takes a snapshot. Answers CLOSED, APPLIED (nothing was wrong), WAITING or OUTDATED."""
        if self.is_synced and update_id <= self.update_id:
            return OUTDATED
        if not self.is_synced and self._kept:
            oldest = self._kept[0]
            if oldest.last_id > update_id and not _follows(oldest, update_id, True):
                return OUTDATED
        was_synced = self.is_synced
        self.bids = {price: quantity for price, quantity in bids if quantity}
        self.asks = {price: quantity for price, quantity in asks if quantity}
        self._bid_prices = sorted(self.bids)
        self._ask_prices = sorted(self.asks)
        self.update_id = update_id
        self._fresh = True
        if was_synced:
            return APPLIED
        return CLOSED if self._close_chain() else WAITING

    def take(self, diff: Diff) -> int:
        """Takes a depth update. Answers one of the outcomes above, OUTDATED excepted."""
        repeated = self._recent.get(diff.last_id) == diff.first_id
        if repeated:
            return DUPLICATE
        self._remember(diff)
        late = diff.last_id <= self.chain_id
        broken = not late and self.chain_id > 0 and not self._continues(diff)
        self.chain_id = max(self.chain_id, diff.last_id)
        if not self.is_synced:
            return self._keep(diff, late, broken)
        if diff.last_id <= self.update_id:
            return LATE if late else COVERED
        if not _follows(diff, self.update_id, self._fresh):
            self.is_synced = False
            self._keep(diff, late, broken)
            return GAP
        # From here on the diff belongs to the book.
        self._apply(diff)
        return APPLIED_AFTER_GAP if broken else APPLIED

    def distrust(self) -> None:
        """Lets go of the book: a diff that belongs to it could not be read."""
        self.is_synced = False
        self.update_id = 0
        self._kept.clear()

    def _continues(self, diff: Diff) -> bool:
        if diff.previous_id >= 0:
            return diff.previous_id == self.chain_id
        return diff.first_id <= self.chain_id + 1

    def _keep(self, diff: Diff, late: bool, broken: bool) -> int:
        if late:
            if diff.last_id <= self.update_id:
                return LATE
            insort(self._kept, diff, key=_last_id)
            return CLOSED if self.update_id and self._close_chain() else LATE
        self._kept.append(diff)
        if len(self._kept) > DIFFS_KEPT_MAX:
            del self._kept[0]
        return GAP if broken else WAITING

    def _close_chain(self) -> bool:
        """Applies what is kept as far as it follows; True when nothing is left waiting."""
        start = bisect_left(self._kept, self.update_id + 1, key=_last_id)
        for index in range(start, len(self._kept)):
            diff = self._kept[index]
            if not _follows(diff, self.update_id, self._fresh):
                self._kept = self._kept[index:]
                return False
            self._apply(diff)
        self._kept = []
        self.is_synced = True
        return True

    def _apply(self, diff: Diff) -> None:
        _change(self.bids, self._bid_prices, diff.bids)
        _change(self.asks, self._ask_prices, diff.asks)
        self.update_id = diff.last_id
        self._fresh = False

    def _remember(self, diff: Diff) -> None:
        self._recent[diff.last_id] = diff.first_id
        if len(self._recent) > _RECENT_MAX:
            del self._recent[next(iter(self._recent))]


def _last_id(diff: Diff) -> int:
    return diff.last_id


def _follows(diff: Diff, update_id: int, fresh: bool) -> bool:
    """True when the diff holds every change after `update_id`."""
    if diff.previous_id < 0:
        return diff.first_id <= update_id + 1
    if fresh:
        return diff.first_id <= update_id or diff.previous_id <= update_id
    return diff.previous_id == update_id


def _change(side: dict[Units, Units], prices: list[Units], levels: list[Level]) -> None:
    for price, quantity in levels:
        if quantity:
            if price not in side:
                insort(prices, price)
            side[price] = quantity
        elif price in side:
            del side[price]
            del prices[bisect_left(prices, price)]
