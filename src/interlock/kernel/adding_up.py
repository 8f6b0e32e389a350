"""Adding up: what scopes hold together, made again from orders and positions one by one.

The ledger keeps sums as it goes; here they are made without it, for the audit to compare.
"""

from typing import Final, final

from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import AccountRecord
from interlock.messages.terms import BUY


@final
class WorstCase:
    """What open orders may trade at worst, by account and by source."""

    def __init__(self) -> None:
        self._buy: Final[dict[str, int]] = {}
        self._sell: Final[dict[str, int]] = {}
        self._value: Final[dict[str, int]] = {}

    def add(self, order: OrderRecord) -> None:
        self._add(f"account:{order.position.account.name}", order)
        self._add(f"source:{order.source.name}", order)

    def _add(self, scope: str, order: OrderRecord) -> None:
        lots = order.worst_leaves()
        key = f"{scope}|{order.instrument.symbol}"
        if order.side != BUY:
            self._sell[key] = self._sell.get(key, 0) + lots
            return
        self._buy[key] = self._buy.get(key, 0) + lots
        if order.is_paid():
            key = f"{scope}|{order.instrument.currency}"
            value = order.instrument.value(order.worst_price(), lots)
            self._value[key] = self._value.get(key, 0) + value

    def lots(self, scope: str, symbol: str) -> tuple[int, int]:
        """What may be bought and sold at worst."""
        key = f"{scope}|{symbol}"
        return self._buy.get(key, 0), self._sell.get(key, 0)

    def value(self, scope: str, currency: str) -> int:
        """The money that open purchases would need."""
        return self._value.get(f"{scope}|{currency}", 0)


def faults_of_scopes(ledger: Ledger) -> list[str]:
    """Every sum over accounts or positions that is not what they add up to. Cost: one step per
    position."""
    faults: list[str] = []
    traded: dict[str, list[int]] = {}
    for source in ledger.sources.values():
        faults.extend(_faults_of_cash(source.own, f"source {source.name}"))
        for symbol, own in source.own.positions.items():
            key = f"{source.account.name}|{symbol}"
            so_far = traded.setdefault(key, [0, 0, 0, 0])
            so_far[0] += own.bought
            so_far[1] += own.sold
            so_far[2] += own.open_buy
            so_far[3] += own.open_sell
    held: dict[str, list[int]] = {}
    for account in ledger.accounts.values():
        faults.extend(_faults_of_cash(account, f"account {account.name}"))
        for symbol, position in account.positions.items():
            by_sources = traded.get(f"{account.name}|{symbol}", [0, 0, 0, 0])
            total = [position.bought, position.sold, position.open_buy, position.open_sell]
            if by_sources != total:
                faults.append(f"{account.name} {symbol}: {total}, its sources {by_sources}")
            so_far = held.setdefault(symbol, [0, 0, 0])
            so_far[0] += position.lots
            so_far[1] += position.open_buy
            so_far[2] += position.open_sell
    for symbol, instrument in ledger.instruments.items():
        kept = [instrument.lots, instrument.open_buy, instrument.open_sell]
        wanted = held.get(symbol, [0, 0, 0])
        if kept != wanted:
            faults.append(f"{symbol}: the firm has {kept}, its accounts {wanted}")
    faults.extend(_faults_of_firm(ledger))
    return faults


def _faults_of_firm(ledger: Ledger) -> list[str]:
    faults: list[str] = []
    for currency, firm in ledger.currencies.items():
        firm.sum_up()
        wanted = [0, 0, 0, 0, 0, 0, 0, 0]
        for account in ledger.accounts.values():
            cash = account.cash.get(currency)
            if cash is None:
                continue
            wanted[0] += cash.balance
            wanted[1] += cash.reserved
            wanted[2] += cash.gross
            wanted[3] += cash.long_value
            wanted[4] += cash.short_value
            wanted[5] += cash.realised
            wanted[6] += cash.unrealised
            wanted[7] += cash.unmarked
        kept = [firm.balance, firm.reserved, firm.gross, firm.long_value, firm.short_value]
        kept.extend([firm.realised, firm.unrealised, firm.unmarked])
        if kept != wanted:
            faults.append(f"{currency}: the firm has {kept}, its accounts {wanted}")
    return faults


def _faults_of_cash(account: AccountRecord, name: str) -> list[str]:
    """The sums over the positions of one account, or of one source."""
    faults: list[str] = []
    for currency, cash in account.cash.items():
        cash.sum_up()
        wanted = [0, 0, 0, 0, 0, 0]
        for position in account.positions.values():
            if position.instrument.currency != currency:
                continue
            mark = position.instrument.mark if position.instrument.mark > 0 else 0
            worst = position.worst_lots()
            if worst > 0 and mark == 0:
                wanted[5] += 1
            wanted[0] += position.instrument.value(mark, worst if worst > 0 else 0)
            wanted[1] += position.instrument.value(mark, position.worst_long())
            wanted[2] += position.instrument.value(mark, position.worst_short())
            wanted[3] += position.realised - position.fees
            wanted[4] += position.unrealised()
        kept = [cash.gross, cash.long_value, cash.short_value, cash.realised, cash.unrealised]
        kept.append(cash.unmarked)
        if kept != wanted:
            faults.append(f"{name} in {currency}: sums {kept}, positions {wanted}")
    return faults
