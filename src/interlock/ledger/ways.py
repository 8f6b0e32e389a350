"""Ways: what hears of the orders of one source, instrument, venue and release. It is found once, so
that an order costs the same however many limits there are elsewhere.
"""

from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.ledger.counters import Counter
from interlock.ledger.limits import LimitTable, MessageWindow, covers
from interlock.ledger.orders import OrderRecord
from interlock.ledger.sizes import SizeWindow
from interlock.messages.units import Lots, Minor, Nanoseconds


@final
@mypyc_attr(acyclic=True)
class Way:
    """The counters and windows that hear of an order, as the limits stood at a version."""

    def __init__(self, version: int) -> None:
        self.version: Final[int] = version
        self.counters: Final[list[Counter]] = []
        self.windows: Final[list[MessageWindow]] = []
        """Of messages; beside each, where its cancels are counted: mostly with the rest."""
        self.cancels: Final[list[MessageWindow]] = []
        self.sizes: Final[list[SizeWindow]] = []

    def note_message(self, time_ns: Nanoseconds, is_cancel: bool) -> None:
        """A new order, a change or a cancel leaves."""
        for counter in self.counters:
            counter.note_message()
        for window in self.cancels if is_cancel else self.windows:
            window.note(time_ns)

    def note_size(
        self, order: OrderRecord, quantity: Lots, value: Minor, taken: Lots, time_ns: Nanoseconds
    ) -> None:
        """So much is let through; `taken` of it may trade at once with what is displayed."""
        for window in self.sizes:
            amount = value if window.is_value else quantity
            if window.is_displayed:
                amount = taken
            if amount == 0 and window.is_split:
                continue
            key = window.key(order.side, order.instrument.symbol, order.venue.name)
            window.note(key, time_ns, amount)


def find_way(order: OrderRecord, limits: LimitTable, counters: dict[int, Counter]) -> Way:
    """This is what hears of an order. Cost: one step per limit that covers it."""
    way = Way(limits.version)
    account, source = order.position.account.name, order.source.name
    symbol, venue = order.instrument.symbol, order.venue.name
    currency = order.instrument.currency
    for number in limits.covering(account, source, symbol, venue, order.release):
        limit = limits.limits[number]
        window = limits.windows.get(number)
        if window is not None and limits.is_split:
            _add_window(way, limits, number, window)
        if limit.currency not in ("", currency):
            continue
        counter = counters.get(number)
        if counter is not None:
            way.counters.append(counter)
        sizes = limits.sizes.get(number)
        if sizes is not None:
            way.sizes.append(sizes)
    if not limits.is_split:
        # Messages were counted for a scope, whichever instrument a limit was for.
        for number, window in limits.windows.items():
            if covers(window.scope, account, source, symbol, venue):
                _add_window(way, limits, number, window)
    return way


def _add_window(way: Way, limits: LimitTable, number: int, window: MessageWindow) -> None:
    way.windows.append(window)
    way.cancels.append(limits.cancels.get(number, window))
