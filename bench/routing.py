"""Routing over two recordings of the same minutes: the spot and the perpetual of one coin, as two
venues of one instrument; the same parents through each rule.

What did not fill is taken to be done a second later, at the better touch of that moment with its
fee: without that, a rule that misses more looks cheaper.

Shortfall is against the mean of both venues' mids when the order cleared, fees in, in basis points
of the value traded. The two trade a basis apart, so whoever may choose earns some of it: that is
why the best price is the measure of the smart rule, and not a single venue. Fees are given; with
the published ones (spot 10, perpetual 5 basis points) they decide nearly everything.

    python bench/routing.py --data ../shared/data [--milli-coins 500 2000 5000] [--out build/bench]
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from interlock.messages.commands import Command, ProposeDecision, UpdateLadder, UpdateQuote
from interlock.messages.events import Event, OrderCleared, OrderFilled
from interlock.messages.terms import BUY
from worlds.figures import scratch
from worlds.page import bars, write
from worlds.two_venues import LIMITS, SOURCE, Ran, run

TEXT = """
[session]
name = "routing"
seed = 7
routing = "{routing}"

[currencies]
USDT = {{ digits = 8 }}

[[instruments]]
symbol = "BTCUSDT"
currency = "USDT"
tick = "0.01"
lot = "0.00001"
settlement = "margined"
{venues}
[[accounts]]
name = "main"
cash = {{ USDT = "1000000000" }}

[[releases]]
name = "r1"
epoch = 1
{sources}
"""
VENUE = """
[[venues]]
name = "{name}"
kind = "recorded"
instruments = ["BTCUSDT"]
taker_fee_ppm = {fee}
latency_out_us = 2_000
latency_in_us = 2_000
silence_ms = 1_000

[[data]]
kind = "binance"
name = "{pattern}"
venue = "{name}"
symbols = {{ BTCUSDT = "BTCUSDT" }}
levels = 20
clock = "local"
"""
FILES = {"spot": "spot-*.gz", "perpetual": "usdm-*.gz"}
FEES = {
    "none": {"spot": 0, "perpetual": 0},
    "published": {"spot": 1_000, "perpetual": 500},
}
RULES = {
    "spot alone": ("first", ("spot", "perpetual")),
    "perpetual alone": ("first", ("perpetual", "spot")),
    "best price": ("best_price", ("spot", "perpetual")),
    "smart": ("smart", ("spot", "perpetual")),
}


def session(rule: str, order: tuple[str, ...], fees: dict[str, int], lots: int) -> str:
    venues = "".join(VENUE.format(name=name, fee=fees[name], pattern=FILES[name]) for name in order)
    source = SOURCE.format(
        name="parents", symbol="BTCUSDT", interval_ms=1_000, quantity=lots, protection=20_000
    )
    limits = LIMITS.replace("1000000000", "100000000")
    return TEXT.format(routing=rule, venues=venues, sources=source) + limits


@dataclass
class Parent:
    """One decision: what became of it."""

    side: int
    mid: float
    due_ns: int
    asked: int = 0
    filled: int = 0
    cost: float = 0.0
    value: float = 0.0
    missed: float = 0.0
    children: int = 0


class Measure:
    """Adds up a session's parents, with what they left undone."""

    def __init__(self, fees: dict[str, int]) -> None:
        self.fees = fees
        self.touches: dict[str, tuple[int, int]] = {}
        self.parents: dict[int, Parent] = {}
        self.keys: dict[int, str] = {}
        self.orders: dict[int, OrderCleared] = {}
        self.waiting: list[Parent] = []

    def take(self, sequence: int, time_ns: int, command: Command, events: list[Event]) -> None:
        if isinstance(command, ProposeDecision):
            self.keys[sequence] = command.decision.key
        if isinstance(command, UpdateLadder) and command.bids and command.asks:
            self.touches[command.venue] = (command.bids[0][0], command.asks[0][0])
        elif isinstance(command, UpdateQuote) and command.bid_quantity and command.ask_quantity:
            self.touches[command.venue] = (command.bid, command.ask)
        while self.waiting and self.waiting[0].due_ns <= time_ns:
            self._complete(self.waiting.pop(0))
        for event in events:
            if isinstance(event, OrderCleared):
                self._cleared(time_ns, event)
            elif isinstance(event, OrderFilled):
                order = self.orders[event.order]
                parent = self.parents[order.decision]
                parent.filled += event.quantity
                self._pay(parent, event.price, event.quantity, event.fee)

    def _cleared(self, time_ns: int, order: OrderCleared) -> None:
        self.orders[order.order] = order
        parent = self.parents.get(order.decision)
        if parent is None:
            mid = sum(bid + ask for bid, ask in self.touches.values()) / 2 / len(self.touches)
            parent = Parent(1 if order.side == BUY else -1, mid, time_ns + 1_000_000_000)
            self.parents[order.decision] = parent
            self.waiting.append(parent)
        parent.asked += order.quantity
        parent.children += 1

    def _pay(self, parent: Parent, price: float, quantity: int, fee: float) -> None:
        # A tick on a lot is 0.0000001 USDT, and money counts hundred-millionths.
        parent.cost += parent.side * (price - parent.mid) * quantity * 10 + fee
        parent.value += price * quantity * 10

    def _complete(self, parent: Parent) -> None:
        left = parent.asked - parent.filled
        if left <= 0:
            return
        prices = []
        for venue, (bid, ask) in self.touches.items():
            touch = ask if parent.side > 0 else bid
            fee = touch * left * 10 * self.fees[venue] / 1_000_000
            prices.append((parent.side * touch * left * 10 + fee, touch, fee))
        _, touch, fee = min(prices)
        before = parent.cost
        self._pay(parent, touch, left, fee)
        parent.missed = parent.cost - before

    def by_key(self) -> dict[str, Parent]:
        return {self.keys[decision]: parent for decision, parent in self.parents.items()}


def measured(by_venue: dict[str, int], ran: Ran) -> dict[str, Parent]:
    measure = Measure(by_venue)
    for sequence, entry in ran.entries:
        measure.take(sequence, entry.time_ns, entry.command, entry.events)
    return measure.by_key()


def row_of(name: str, fees: str, size: int, parents: list[Parent]) -> dict:
    value = max(sum(parent.value for parent in parents), 1)
    asked = max(sum(parent.asked for parent in parents), 1)
    return {
        "name": "routing",
        "rule": name,
        "fees": fees,
        "coins": size / 1_000,
        "parents": len(parents),
        "children": sum(parent.children for parent in parents),
        "filled_percent": round(100 * sum(parent.filled for parent in parents) / asked, 2),
        "shortfall_bps": round(sum(parent.cost for parent in parents) / value * 10_000, 4),
        "of_it_missed_bps": round(sum(parent.missed for parent in parents) / value * 10_000, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("INTERLOCK_DATA", "data"))
    parser.add_argument("--milli-coins", type=int, nargs="+", default=[500, 2_000, 5_000])
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    folder = Path(chosen.data) / "binance"
    data = sorted(folder.glob("*.gz"))
    rows = []
    for size in chosen.milli_coins:
        for fees, by_venue in FEES.items():
            found: dict[str, dict[str, Parent]] = {}
            for name, (rule, order) in RULES.items():
                text = session(rule, order, by_venue, size * 100)
                with scratch() as kept:
                    found[name] = measured(by_venue, run(text, Path(kept) / "s", data))
            # What one rule was refused for lack of depth says nothing of the others.
            common = [key for key in found["smart"] if all(key in one for one in found.values())]
            for name, by_key in found.items():
                rows.append(row_of(name, fees, size, [by_key[key] for key in common]))
    charts = []
    for size in chosen.milli_coins:
        for fees in FEES:
            these = [row for row in rows if row["fees"] == fees and row["coins"] == size / 1_000]
            title = f"Shortfall of {size / 1_000} coins, fees: {fees}"
            costs = {row["rule"]: row["shortfall_bps"] for row in these}
            charts.append(bars(title, "basis points", costs))
            fills = {row["rule"]: row["filled_percent"] for row in these}
            charts.append(bars("Filled at once", "%", fills))
    write(chosen.out, "Routing", __doc__ or "", rows, charts)


if __name__ == "__main__":
    main()
