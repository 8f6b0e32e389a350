"""How long it takes to reconcile a venue with 10,000 open orders.

The venue states every order, half of them with an execution that we missed, and every net position.
Measured is the kernel's time for the whole answer, with everything that it concludes, and the same
for an answer in which nothing differs.
"""

import argparse
import time

from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    OpenSession,
)
from interlock.messages.definitions import Account, Instrument, Source, Venue
from interlock.messages.differences import OrderAdopted
from interlock.messages.events import Event
from interlock.messages.flags import CURRENT
from interlock.messages.statements import (
    STATED_ROWS_MAX,
    AskVenue,
    FillStated,
    OrderStated,
    PositionStated,
    ReportVenue,
)
from interlock.messages.terms import ADOPT_UNKNOWN, BUY
from worlds.figures import figure

PRICE = 9_995
COIN = Instrument("COIN", "USD", 2, 2, 1, 0, 1)


class Books:
    """A kernel whose open orders were all adopted from its one venue: no gate, only books."""

    def __init__(self, count: int) -> None:
        self.kernel = Kernel(Ledger(), {})
        self.time_ns = 1
        for command in (
            OpenSession("bench", "bench", 1, "bench", CURRENT, ""),
            DefineInstrument(COIN),
            DefineVenue(Venue("alpha", ("COIN",), unknown_orders=ADOPT_UNKNOWN)),
            DefineAccount(Account("main", (("USD", 2, 10**16),))),
            DefineSource(Source("model", "main", instruments=("COIN",))),
        ):
            self.say(command)
        foreign = [self._stated(0, place, 0) for place in range(count)]
        for page in self._pages(self.ask(), [], foreign, 0):
            for event in self.say(page):
                assert not isinstance(event, OrderAdopted) or event.quantity == 10, f"{event}"
        assert len(self.kernel.ledger.orders.open) == count, f"{count} orders were stated"

    def say(self, command: Command) -> list[Event]:
        self.time_ns += 1_000
        return self.kernel.step(self.kernel.ledger.sequence + 1, self.time_ns, command)

    def ask(self) -> int:
        self.say(AskVenue("alpha", "bench"))
        return self.kernel.ledger.sequence

    def answer(self, *, missed: bool) -> list[ReportVenue]:
        """The venue's answer to a question that is asked now."""
        question = self.ask()
        orders, fills, lots = [], [], 0
        for place, order in enumerate(self.kernel.ledger.orders.open.values()):
            filled = order.filled
            if missed and place % 2 == 0:
                fills.append(FillStated(order.order, f"e{place}", 1, PRICE, 0, 1))
                filled += 1
            lots += filled
            orders.append(self._stated(order.order, place, filled))
        return self._pages(question, fills, orders, lots)

    def _stated(self, number: int, place: int, filled: int) -> OrderStated:
        return OrderStated(number, "", f"v{place}", "main", "COIN", BUY, 10, filled, PRICE, 0)

    def _pages(
        self, question: int, fills: list[FillStated], orders: list[OrderStated], lots: int
    ) -> list[ReportVenue]:
        pages: list[ReportVenue] = []
        step = STATED_ROWS_MAX
        for start in range(0, len(fills), step):
            part = tuple(fills[start : start + step])
            page = len(pages) + 1
            pages.append(ReportVenue("alpha", question, page=page, is_last=False, fills=part))
        for start in range(0, len(orders), step):
            rows = tuple(orders[start : start + step])
            page = len(pages) + 1
            pages.append(ReportVenue("alpha", question, page=page, is_last=False, orders=rows))
        net = (PositionStated("main", "COIN", lots),)
        return [*pages, ReportVenue("alpha", question, page=len(pages) + 1, positions=net)]


def timed(books: Books, pages: list[ReportVenue]) -> tuple[float, int]:
    before = time.perf_counter()
    events = sum(len(books.say(page)) for page in pages)
    return time.perf_counter() - before, events


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    seconds: dict[str, list[float]] = {"half_missed": [], "equal": []}
    count = 0
    for _ in range(chosen.runs):
        books = Books(chosen.orders)
        pages = books.answer(missed=True)
        count = len(pages)
        took, events = timed(books, pages)
        assert events > chosen.orders // 2, f"{events} events for {chosen.orders} orders"
        seconds["half_missed"].append(took)
        took, events = timed(books, books.answer(missed=False))
        assert events == 1, f"{events} events, must be the comparison alone"
        seconds["equal"].append(took)
    for name, values in seconds.items():
        figure(f"reconcile.{name}", values, "s", orders=chosen.orders, pages=count)


if __name__ == "__main__":
    main()
