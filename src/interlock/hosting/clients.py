"""Clients: the sessions that trade at a hosted exchange, and what it owes to each of them.

The exchange behind knows orders by a number of its own, given when an id is first seen; a client
knows them by the id that it derived from its journal. Reports are numbered for each client and kept
until they are taken.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from interlock.execution.venue_reports import report_word
from interlock.execution.venue_words import Report
from interlock.messages.commands import ReportOrder
from interlock.messages.events import OrderCleared
from interlock.messages.identity import order_of_client_id
from interlock.messages.terms import BUY, REPORT_FILL
from interlock.messages.units import OrderId

CLIENTS_MAX: Final = 1_024
"""Sessions that one record knows."""
ORDERS_NAMED_MAX: Final = 200_000
"""Ids that are remembered one by one; older ones count as seen, since ids grow with the journal."""
REPORTS_KEPT_MAX: Final = 65_536
"""Reports kept for a client that does not take them."""
EXECUTIONS_KEPT_MAX: Final = 65_536


@dataclass
class NamedOrder:
    """An order id that was seen."""

    client: "Client"
    id: str
    number: OrderId
    """What the exchange calls it."""
    sent: OrderCleared | None
    """The order; None while it was only asked about."""
    is_passed: bool = False
    """Whether it reached the exchange."""
    is_absent: bool = False
    """It was said not to be here: nothing under this id is ever a new order."""


@dataclass
class Client:
    """One session, whether it is connected or not."""

    session: str
    cancels: bool = False
    """Whether its orders go when its connection does."""
    is_connected: bool = False
    said: int = 0
    """The number of the last report."""
    taken: int = 0
    reports: deque[Report] = field(default_factory=deque)
    """Those after `taken`, as far as they are kept."""
    orders: dict[str, NamedOrder] = field(default_factory=dict)
    forgotten: OrderId = -1
    """Ids of this session up to here that are not in `orders` were seen."""
    new_orders: int = 0
    duplicates: int = 0
    executed: int = 0
    """Executions so far; the last of them are in `executions`."""
    executions: deque[ReportOrder] = field(default_factory=deque)
    traded: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """By account and instrument: quantity, value, fees, executions."""

    def report(self, client_id: str, report: ReportOrder) -> Report | None:
        """This numbers a report and keeps it; None when the client has taken it before."""
        self.said += 1
        if self.said <= self.taken:
            return None
        word = report_word(self.said, client_id, report)
        self.reports.append(word)
        if len(self.reports) > REPORTS_KEPT_MAX:
            self.reports.popleft()
        return word

    def take(self, number: int) -> None:
        """Reports up to this one need not be kept any longer."""
        self.taken = max(self.taken, number)
        while self.reports and self.reports[0].number <= self.taken:
            self.reports.popleft()

    def execute(self, order: NamedOrder, fill: ReportOrder) -> None:
        """This counts a trade, whether or not anybody hears of it."""
        assert fill.kind == REPORT_FILL, f"kind {fill.kind} is no fill"
        sent = order.sent
        assert sent is not None, f"{order.id} traded and was never sent"
        self.executed += 1
        self.executions.append(fill)
        if len(self.executions) > EXECUTIONS_KEPT_MAX:
            self.executions.popleft()
        total = self.traded.setdefault((sent.account, sent.instrument), [0, 0, 0, 0])
        sign = 1 if sent.side == BUY else -1
        total[0] += sign * fill.quantity
        total[1] += sign * fill.quantity * fill.price
        total[2] += fill.fee
        total[3] += 1

    def totals(self) -> dict[tuple[str, str], int]:
        """This is what was traded in all, bought less sold, by account and instrument."""
        return {key: total[0] for key, total in self.traded.items()}

    def owns(self, client_id: str) -> bool:
        """Whether an id is one that this session derives from its journal."""
        return order_of_client_id(self.session, client_id) >= 0

    def forget(self, client_id: str) -> None:
        """An id is remembered no more one by one."""
        self.forgotten = max(self.forgotten, order_of_client_id(self.session, client_id))

    def has_forgotten(self, client_id: str) -> bool:
        """Whether an id that is not remembered was seen before."""
        return order_of_client_id(self.session, client_id) <= self.forgotten
