"""The desk that is measured: one account, two instruments, an exchange with deep resting liquidity,
and every control of the catalogue armed so that it is evaluated and does not stop the run.
"""

import os
from pathlib import Path

from interlock.engine import Engine
from interlock.execution.outbox import Outbox
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    ActivateRelease,
    Command,
    DefineAccount,
    DefineInstrument,
    DefineSource,
    DefineVenue,
    OpenSession,
    SetLimit,
)
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.definitions import Account, Bounds, Instrument, Limit, Source, Venue
from interlock.messages.flags import CURRENT
from interlock.messages.terms import BUY, GTC, IOC, LIMIT, RELEASE_ACTIVE, SELL
from interlock.simulation.exchange import Exchange
from interlock.simulation.order import BACKGROUND, VenueOrder

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
SYMBOLS = ("COIN", "GOLD")
BID, ASK = 9_990, 10_010
DEEP = 10**12
PUBLISH_NS = 10_000_000

LIMITS: dict[str, dict[str, int | tuple[str, ...]]] = {
    "restricted_list": {"instruments": ("LEAD",)},
    "market_data": {"age_ms": 3_600_000},
    "price_collar": {"bps": 500, "passive_bps": 5_000},
    "order_quantity": {"quantity_max": 100},
    "order_value": {"value_max": 2_000_000},
    "liquidity": {"share_bps": 10_000},
    "position": {"long_max": 100_000, "short_max": 100_000},
    "gross_exposure": {"value_max": 10**15},
    "cash": {"minimum": 0},
    "message_rate": {"count_max": 100_000, "window_ms": 100},
    "open_orders": {"count_max": 50_000},
}


def opening() -> list[Command]:
    instruments = [Instrument(symbol, "USD", 2, 2, 1, 0, 1) for symbol in SYMBOLS]
    return [
        OpenSession("bench", "bench", 7, "bench", CURRENT, "", Bounds(finished_orders_max=10_000)),
        *(DefineInstrument(instrument) for instrument in instruments),
        DefineVenue(Venue("alpha", SYMBOLS, taker_fee_ppm=100)),
        DefineAccount(Account("main", (("USD", 2, 10**15),))),
        DefineSource(Source("model", "main", instruments=SYMBOLS, priority=0)),
        ActivateRelease("r1", 1, RELEASE_ACTIVE, "bench"),
        *(
            SetLimit(Limit(name, "firm", values, owner="bench", reason="bench"), "bench")
            for name, values in LIMITS.items()
        ),
    ]


def exchange() -> Exchange:
    """An exchange whose book both sides can always be traded against."""
    instruments = [Instrument(symbol, "USD", 2, 2, 1, 0, 1) for symbol in SYMBOLS]
    venue = Exchange(
        Venue("alpha", SYMBOLS, taker_fee_ppm=100),
        instruments,
        levels=1,
        publishes_trades=False,
        publish_interval_ns=PUBLISH_NS,
        accepts_immediate=False,
        finished_orders_max=1_000,
    )
    for symbol in SYMBOLS:
        for side, price in ((BUY, BID), (SELL, ASK)):
            resting = VenueOrder(BACKGROUND, "others", side, DEEP, price, time_in_force=GTC)
            venue.place(START, symbol, resting)
    return venue


class Desk:
    """An engine over a journal on disk, with its exchange."""

    def __init__(self, directory: Path) -> None:
        self.venue = exchange()
        journal = JournalWriter.create(
            directory, journal_id=os.urandom(16), code_version="bench", created_ns=0
        )
        outbox = Outbox({"alpha": self.venue}, {"alpha": 2 * SECOND}, {})
        self.engine = Engine(Kernel(Ledger(), {}), journal, outbox)
        for command in opening():
            self.engine.take(START, command)
        # The first quote comes a publishing interval after the book was filled.
        self.hear(START + PUBLISH_NS)
        self.engine.keep()

    def hear(self, time_ns: int) -> None:
        """Take what the venue says by now."""
        self.engine.take_all(self.venue.due(time_ns))


def decisions(first: int, count: int, time_ns: int) -> list[Decision]:
    """Immediate-or-cancel orders that trade at once, buying and selling in turn."""
    buy = Terms(order_type=LIMIT, price=ASK, time_in_force=IOC)
    sell = Terms(order_type=LIMIT, price=BID, time_in_force=IOC)
    made = []
    for number in range(first, first + count):
        is_buy = number % 4 < 2
        action = OrderQuantity(
            SYMBOLS[number % 2], BUY if is_buy else SELL, 10, buy if is_buy else sell
        )
        made.append(
            Decision(
                "model",
                f"d{number}",
                "r1",
                1,
                action,
                time_ns + 3_600 * SECOND,
                decided_ns=time_ns,
                evidence={"signal": "1200"},
            )
        )
    return made
