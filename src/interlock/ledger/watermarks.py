"""Watermarks: where a day's profit began, and how high it has stood."""

from typing import Final, final

from interlock.ledger.counters import ANY, Counter, whole_of
from interlock.ledger.limits import FIRM
from interlock.ledger.positions import AccountRecord, CashRecord
from interlock.ledger.sources import SourceRecord
from interlock.messages.definitions import Limit
from interlock.messages.units import Minor, Nanoseconds


@final
class Watermark(Counter):
    """Where a day's profit began and how high it stood, in one currency of one scope."""

    def __init__(self, limit: Limit, offset_ns: Nanoseconds) -> None:
        super().__init__(limit, offset_ns)
        self.is_marked: Final[bool] = whole_of(limit, "marked", 1) != 0
        self.cash: CashRecord | None = None
        """What it looks at; the ledger sets it when it knows the scope."""
        self.is_begun = False
        self.loss_max: Final[int] = whole_of(limit, "loss_max", ANY)
        self.is_drawdown: Final[bool] = limit.control == "drawdown"
        self.base: Minor = 0
        self.peak: Minor = 0

    def find_cash(
        self,
        currencies: dict[str, CashRecord],
        accounts: dict[str, AccountRecord],
        sources: dict[str, SourceRecord],
    ) -> None:
        """This finds what it looks at; nothing while its scope is not defined."""
        kind, _, name = self.limit.scope.partition(":")
        currency = self.limit.currency
        self.cash = None
        if kind == "account":
            account = accounts.get(name)
            self.cash = account.cash.get(currency) if account is not None else None
        elif kind == "source":
            source = sources.get(name)
            self.cash = source.own_cash(currency) if source is not None else None
        elif kind == FIRM:
            self.cash = currencies.get(currency)
        self.look()

    def profit(self) -> Minor:
        """Profit since the session began; only of use while `is_known`."""
        cash = self.cash
        if cash is None:
            return 0
        cash.sum_up()
        return cash.realised + cash.unrealised if self.is_marked else cash.realised

    def is_known(self) -> bool:
        """Whether every position that counts has a price."""
        cash = self.cash
        if cash is None:
            return False
        cash.sum_up()
        return not self.is_marked or cash.unmarked == 0

    def look(self) -> None:
        """This notes where profit stands now."""
        if not self.is_known():
            return
        profit = self.profit()
        if not self.is_begun:
            self.is_begun = True
            self.base = profit
            self.peak = profit
            self.is_alarmed = False
            return
        if profit > self.peak:
            self.peak = profit
        self.is_alarmed = False
        self.alarm_above((self.peak if self.is_drawdown else self.base) - profit, self.loss_max)

    def begin_day(self) -> None:
        self.is_begun = False
        self.look()

    def renew(self) -> None:
        # A person has seen the loss: what comes is measured from here.
        self.is_begun = False
        self.look()

    def kept(self) -> tuple[list[int], list[tuple[int, str, int, int, int]], list[str]]:
        return [int(self.is_begun), self.base, self.peak], [], []

    def take(
        self, numbers: list[int], entries: list[tuple[int, str, int, int, int]], names: list[str]
    ) -> None:
        self.is_begun = numbers[0] == 1
        self.base, self.peak = numbers[1], numbers[2]
