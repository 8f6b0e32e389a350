"""A model of exposure, from the text of the rule and the journal's entries alone.

Exposure counts positions plus working plus unknown orders at their worst case, per scope. The firm
is the sum of its accounts, a source what its own orders and fills made. It keeps every order and
adds everything up again each time it is asked: slow, and simple.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

from interlock.messages.commands import (
    DefineAccount,
    DefineInstrument,
    DefineSource,
    SetReferenceRate,
    UpdateQuote,
)
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    OrderCancelled,
    OrderCleared,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRequested,
    RequestRejected,
)
from interlock.messages.terms import BUY, REPORT_REPLACE_REJECTED


@dataclass
class Known:
    """One order."""

    account: str
    source: str
    symbol: str
    side: int
    quantity: int
    price: int
    filled: int = 0
    ended: bool = False
    asked: dict[int, tuple[int, int]] = field(default_factory=dict)

    def worst(self) -> tuple[int, int]:
        """What may still trade, and at which price."""
        if self.ended:
            return 0, 0
        choices = [(self.quantity, self.price), *self.asked.values()]
        quantity = max(quantity for quantity, _ in choices)
        prices = [price for _, price in choices]
        return max(quantity - self.filled, 0), max(prices) if self.side == BUY else min(prices)


class Model:
    """Everything that exposure needs to know, out of entries."""

    def __init__(self) -> None:
        self.instruments: dict[str, Any] = {}
        self.accounts: dict[str, Any] = {}
        self.owner: dict[str, str] = {}
        self.marks: dict[str, int] = {}
        self.rates: dict[tuple[str, str], tuple[Fraction, int]] = {}
        self.orders: dict[int, Known] = {}
        self.fills: list[tuple[Known, int, int, int]] = []
        self.time_ns = 0

    def hear(self, entry: Entry) -> None:
        command, self.time_ns = entry.command, entry.time_ns
        if isinstance(command, DefineInstrument):
            self.instruments[command.instrument.symbol] = command.instrument
        elif isinstance(command, DefineAccount):
            self.accounts[command.account.name] = command.account
        elif isinstance(command, DefineSource):
            self.owner[command.source.name] = command.source.account
        elif isinstance(command, UpdateQuote):
            self.marks[command.instrument] = (command.bid + command.ask) // 2
        elif isinstance(command, SetReferenceRate):
            rate = Fraction(command.numerator, command.denominator)
            self.rates[command.base, command.quote] = rate, entry.time_ns + command.valid_ns
        for event in entry.events:
            self._hear(event)

    def _hear(self, event: Any) -> None:
        if isinstance(event, OrderCleared):
            self.orders[event.order] = Known(
                event.account, event.source, event.instrument, event.side, event.quantity,
                event.price,
            )  # fmt: skip
            return
        order = self.orders.get(getattr(event, "order", 0))
        if order is None:
            return
        if isinstance(event, OrderFilled):
            order.filled += event.quantity
            self.fills.append((order, event.quantity, event.price, event.fee))
            order.ended = order.ended or (
                order.filled >= order.quantity and not any(
                    quantity > order.filled for quantity, _ in order.asked.values()
                )
            )  # fmt: skip
        elif isinstance(event, OrderCancelled | OrderRejected):
            order.ended = True
        elif isinstance(event, ReplaceRequested):
            order.asked[event.revision] = (event.quantity, event.price)
        elif isinstance(event, OrderReplaced):
            order.quantity, order.price = event.quantity, event.price
            self._settle(order, event.revision)
        elif isinstance(event, RequestRejected) and event.kind == REPORT_REPLACE_REJECTED:
            self._settle(order, event.revision)

    def _settle(self, order: Known, revision: int) -> None:
        order.asked = {one: asked for one, asked in order.asked.items() if one > revision}
        if order.filled >= order.quantity and not order.asked:
            order.ended = True

    def lots(self, holder: str, symbol: str) -> tuple[int, int, int]:
        """Held, open to buy, open to sell; `holder` is `account:` or `source:` and a name."""
        kind, _, name = holder.partition(":")
        held = buy = sell = 0
        if kind == "account":
            held = sum(lots for one, lots, _ in self.accounts[name].positions if one == symbol)
        for order, quantity, _, _ in self.fills:
            if order.symbol == symbol and getattr(order, kind) == name:
                held += quantity if order.side == BUY else -quantity
        for order in self.orders.values():
            if order.symbol == symbol and getattr(order, kind) == name:
                worst = order.worst()[0]
                buy, sell = (buy + worst, sell) if order.side == BUY else (buy, sell + worst)
        return held, buy, sell

    def holders(self, scope: str) -> list[str]:
        return [f"account:{name}" for name in self.accounts] if scope == "firm" else [scope]

    def position(self, scope: str, symbol: str) -> tuple[int, int]:
        """The longest and the shortest that may come of it."""
        parts = [self.lots(holder, symbol) for holder in self.holders(scope)]
        return sum(held + buy for held, buy, _ in parts), sum(h - sell for h, _, sell in parts)

    def gross(self, scope: str) -> dict[str, int | None]:
        """By currency; None where something that counts has no mark."""
        totals: dict[str, int | None] = {}
        for symbol, instrument in self.instruments.items():
            for holder in self.holders(scope):
                held, buy, sell = self.lots(holder, symbol)
                worst = max(held + buy, sell - held)
                so_far = totals.setdefault(instrument.currency, 0)
                if worst <= 0 or so_far is None:
                    continue
                mark = self.marks.get(symbol)
                value = None if mark is None else worst * mark * instrument.minor_per_tick_lot
                totals[instrument.currency] = None if value is None else so_far + value
        return totals

    def free(self, scope: str) -> dict[str, int]:
        """Free cash by currency; of a source, what its own trades brought and took."""
        totals: dict[str, int] = defaultdict(int)
        for holder in self.holders(scope):
            kind, _, name = holder.partition(":")
            if kind == "account":
                for currency, _, opening in self.accounts[name].cash:
                    totals[currency] += opening
            for order, quantity, price, fee in self.fills:
                if getattr(order, kind) == name:
                    made = self.instruments[order.symbol]
                    value = quantity * price * made.minor_per_tick_lot
                    totals[made.currency] += (-value if order.side == BUY else value) - fee
            for order in self.orders.values():
                if getattr(order, kind) == name and order.side == BUY:
                    quantity, price = order.worst()
                    made = self.instruments[order.symbol]
                    totals[made.currency] -= quantity * price * made.minor_per_tick_lot
        return dict(totals)

    def converted(self, amounts: dict[str, int | None], into: str, up: bool) -> int | None:
        """The sum in one currency; None when it cannot be known."""
        total = 0
        for currency, amount in amounts.items():
            if amount is None:
                return None
            if currency == into or amount == 0:
                total += amount
                continue
            rate, until_ns = self.rates.get((currency, into), (Fraction(0), -1))
            if until_ns < self.time_ns:
                return None
            total += ceil(amount * rate) if up else floor(amount * rate)
        return total
