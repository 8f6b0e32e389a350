"""Counting: which counters hear of an order, found once for each source, instrument, venue and
release; and when their days begin.
"""

from typing import Final, final

from interlock.ledger.counters import Counter, DaySum, Envelope, Streak, day_of, whole_of
from interlock.ledger.instruments import MarketRecord
from interlock.ledger.limits import LimitTable
from interlock.ledger.orders import OrderRecord
from interlock.ledger.recents import Recent, Repeats
from interlock.ledger.trails import PriceTrail, market_key
from interlock.ledger.watermarks import Watermark
from interlock.ledger.ways import Way, find_way
from interlock.messages.alarms import MarketDoubted
from interlock.messages.definitions import Limit
from interlock.messages.units import NS_PER_DAY, NS_PER_MS, Lots, Minor, Nanoseconds

_NEVER: Final = 2**62
# Ways that are remembered before all are found again.
WAYS_MAX: Final = 131_072


@final
class CounterTable:
    """The counters of all limits that need one, by the limit's number."""

    def __init__(self, limits: LimitTable) -> None:
        self.limits: Final = limits
        self.counters: Final[dict[int, Counter]] = {}
        self.watermarks: Final[list[Watermark]] = []
        self.trails: Final[list[PriceTrail]] = []
        self.next_day_ns: Nanoseconds = _NEVER
        """When the first of their days ends."""
        self.is_matching = False
        """Whether a limit needs to find orders of ours that an order would trade with."""
        self.has_whole_asks = False
        """Whether what is taken back of an earlier day frees nothing (`messages.flags`)."""
        self.acts_at_once = False
        """Whether what passes its bound stops its scope when it does (`messages.flags`)."""
        self.alarms: Final[list[Counter]] = []
        """What has passed its bound in this step, and is to be acted on in it."""
        self.alarm_sources: Final[list[str]] = []
        """Whose order led to each; empty where a price did."""
        self.is_protecting = False
        """Whether fills may freeze what they trade against."""
        self.resting: Final[dict[str, dict[int, OrderRecord]]] = {}
        """Open orders by instrument, venue and side, kept while a limit looks for matches."""
        self._ways: Final[dict[tuple[str, str, str, str], Way]] = {}
        self._version = -1
        """Of the limits, when the ways were found."""

    def put(self, number: int, limit: Limit, offset_ns: Nanoseconds, time_ns: Nanoseconds) -> None:
        """This begins to count for a limit, or goes on with what was counted before it changed."""
        if limit.control == "self_match":
            self.is_matching = True
        if limit.control == "market_maker_protection":
            self.is_protecting = True
        offset_ns -= whole_of(limit, "day_start_ms") * NS_PER_MS
        counter = make_counter(limit, offset_ns)
        if counter is None:
            return
        before = self.counters.get(number)
        counter.day = day_of(time_ns, offset_ns)
        if before is not None:
            numbers, entries, names = before.kept()
            counter.take(numbers, entries, names)
        self.counters[number] = counter
        if before is None:
            self._list(counter)
        else:
            self.find_again()

    def rest(self, order: OrderRecord) -> None:
        """An order is open."""
        key = resting_key(order.instrument.symbol, order.venue.name, order.side)
        self.resting.setdefault(key, {})[order.key] = order

    def withdraw(self, order: OrderRecord) -> None:
        """An order is not open any more."""
        key = resting_key(order.instrument.symbol, order.venue.name, order.side)
        orders = self.resting.get(key)
        if orders is not None:
            orders.pop(order.key, None)

    def find_again(self) -> None:
        self.watermarks.clear()
        self.trails.clear()
        self.next_day_ns = _NEVER
        for counter in self.counters.values():
            self._list(counter)

    def _list(self, counter: Counter) -> None:
        if isinstance(counter, Watermark):
            self.watermarks.append(counter)
        elif isinstance(counter, PriceTrail):
            self.trails.append(counter)
        ends_ns = (counter.day + 1) * NS_PER_DAY - counter.offset_ns
        if ends_ns < self.next_day_ns:
            self.next_day_ns = ends_ns

    def begin_days(self, time_ns: Nanoseconds) -> None:
        """This begins the days that have begun by now. It is called before anything that the moment
        brings is applied. Cost: one step per counter, once a day."""
        for counter in self.counters.values():
            day = day_of(time_ns, counter.offset_ns)
            if day != counter.day:
                counter.day = day
                counter.begin_day()
        self.find_again()

    def look(self) -> None:
        """A price or a position has moved."""
        for watermark in self.watermarks:
            watermark.look()
            if watermark.is_alarmed:
                self._alarm(watermark, "")

    def hear(self, symbol: str, market: MarketRecord, time_ns: Nanoseconds) -> None:
        """A market has said its prices."""
        for trail in self.trails:
            trail.hear(symbol, market, time_ns)
            if trail.is_alarmed:
                self._alarm(trail, "")

    def doubt(self, event: MarketDoubted) -> None:
        """A market is not to be believed for a while."""
        trail = self.counters.get(event.limit)
        if isinstance(trail, PriceTrail):
            trail.doubt(market_key(event.instrument, event.venue), event.until_ns)

    def _alarm(self, counter: Counter, source: str) -> None:
        counter.is_alarmed = False
        is_acting = self.acts_at_once or isinstance(counter, PriceTrail)
        if is_acting and counter not in self.alarms:
            self.alarms.append(counter)
            self.alarm_sources.append(source)

    def forget_alarms(self) -> None:
        """They were acted on, or are of a step that is over."""
        self.alarms.clear()
        self.alarm_sources.clear()

    def renew(self, scope: str) -> None:
        """A person has let a scope trade again: what its own limits counted starts again."""
        for counter in self.counters.values():
            if counter.limit.scope == scope:
                counter.renew()

    def renew_tripped(self, scope: str, controls: list[str]) -> None:
        """The same for the limits of these controls alone."""
        for counter in self.counters.values():
            limit = counter.limit
            if limit.scope == scope and limit.control in controls:
                counter.renew()

    def way_of(self, order: OrderRecord) -> Way:
        """What hears of an order. Cost: a comparison, once it was asked for."""
        way: Way | None = order.way
        if way is None or way.version != self.limits.version:
            way = self._find(order)
            order.way = way
        return way

    def _find(self, order: OrderRecord) -> Way:
        if self._version != self.limits.version or len(self._ways) >= WAYS_MAX:
            self._ways.clear()
            self._version = self.limits.version
        key = (order.source.name, order.instrument.symbol, order.venue.name, order.release)
        way = self._ways.get(key)
        if way is None:
            way = find_way(order, self.limits, self.counters)
            self._ways[key] = way
        return way

    def note_order(self, order: OrderRecord, time_ns: Nanoseconds) -> None:
        for counter in self.way_of(order).counters:
            counter.note_order(
                order.instrument.symbol,
                order.venue.name,
                order.side,
                order.quantity,
                order.price,
                time_ns,
            )

    def note_message(self, order: OrderRecord, time_ns: Nanoseconds, is_cancel: bool) -> None:
        """A new order, a change or a cancel leaves."""
        if len(self.counters) > 0 or len(self.limits.windows) > 0:
            self.way_of(order).note_message(time_ns, is_cancel)

    def note_fill(
        self, order: OrderRecord, quantity: Lots, value: Minor, time_ns: Nanoseconds
    ) -> None:
        for counter in self.way_of(order).counters:
            # A fill does not say its day. One of an order that left today is of today; what is
            # taken back of any other frees nothing, and a correction counts in full.
            is_old = (
                quantity < 0
                and self.has_whole_asks
                and isinstance(counter, DaySum)
                and day_of(order.cleared_ns, counter.offset_ns) != counter.day
            )
            if not is_old:
                counter.note_fill(order.side, quantity, value, time_ns)
                if counter.is_alarmed:
                    self._alarm(counter, order.source.name)
        for watermark in self.watermarks:
            watermark.look()
            if watermark.is_alarmed:
                self._alarm(watermark, order.source.name)

    def note_reject(self, order: OrderRecord, time_ns: Nanoseconds) -> None:
        for counter in self.way_of(order).counters:
            counter.note_reject(time_ns)
            if counter.is_alarmed:
                self._alarm(counter, order.source.name)

    def note_answer(self, order: OrderRecord) -> None:
        for counter in self.way_of(order).counters:
            counter.note_answer()

    def frozen(self, order: OrderRecord, time_ns: Nanoseconds) -> list[Recent]:
        """The counters of an order that stand still because of what traded."""
        found: list[Recent] = []
        for counter in self.way_of(order).counters:
            if isinstance(counter, Recent) and counter.is_frozen(time_ns):
                found.append(counter)
        return found


def make_counter(limit: Limit, offset_ns: Nanoseconds) -> Counter | None:
    """The counter that a limit's control needs; None where it needs none."""
    control = limit.control
    if control in ("daily_quantity", "daily_value", "order_to_trade"):
        return DaySum(limit, offset_ns)
    if control in ("repeated_execution", "reject_rate", "market_maker_protection"):
        return Recent(limit, offset_ns)
    if control in ("duplicate_order", "identical_orders"):
        return Repeats(limit, offset_ns)
    if control == "reject_streak":
        return Streak(limit, offset_ns)
    if control == "release_envelope":
        return Envelope(limit, offset_ns)
    if control in ("price_move", "market_jump"):
        return PriceTrail(limit, offset_ns)
    if control in ("daily_loss", "drawdown"):
        return Watermark(limit, offset_ns)
    return None


def resting_key(symbol: str, venue: str, side: int) -> str:
    """Where orders that could trade with each other stand."""
    return f"{symbol}|{venue}|{side}"
