"""Microseconds per verdict of the gate: by how many controls are armed, over how many instruments
and sources, and after how many orders; and what an instrument and a source cost in memory.

The curves go to 100,000 instruments, 10,000 sources and 1,000,000 past orders: a verdict must cost
the same along each but for what the processor's caches do. `first_verdict` is the first of each
source and instrument, for which the gate finds the controls that cover it.

A verdict is `Gate.judge` on a plan that is made before the clock starts: every rule, every control,
every finding. Controls are the session's first five, first fifteen, and all of the catalogue, each
armed where it is always asked and never stops anything. CPU time; garbage collection as
`assembly.py` sets it.

    python bench/gate.py [--verdicts 20000] [--runs 5] [--only table|memory|curve]
"""

import argparse
import gc
import time

from interlock.controls.catalogue import CATALOGUE, REQUIRED
from interlock.controls.control import TIGHTENS, ControlKind
from interlock.journal.collecting import collect_seldom
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
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    SetLimit,
    UpdateQuote,
)
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.definitions import Account, Bounds, Instrument, Limit, Source, Venue
from interlock.messages.events import OrderCleared
from interlock.messages.flags import CURRENT
from interlock.messages.terms import BUY, RELEASE_ACTIVE, REPORT_FILL, SELL
from memory import resident
from worlds.figures import figure

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
PRICE = 10_000
LOOSE = 10**12
STRIDE = 7_919
PLANS = 20_000
LISTS = {"restricted_list": ("NONE",)}
# Always asked, and with something to look at.
VALUES = {"self_match": {"mode": ("expire_taker",)}, "order_kinds": {"market": 1, "immediate": 1}}


class Bench:
    """A kernel with so many instruments and sources, and so many kinds of controls armed."""

    def __init__(self, kinds: int, instruments: int, sources: int) -> None:
        self.symbols = tuple(f"I{number}" for number in range(instruments))
        self.sources = tuple(f"S{number}" for number in range(sources))
        self.kernel = Kernel(Ledger(), {})
        self.sequence = 0
        self.time_ns = START
        self.fills = 0
        self.first = 0.0
        for command in self.opening():
            self.say(command)
        for kind in armed(kinds):
            for limit in limits_of(kind, self.symbols):
                self.say(SetLimit(limit, "bench"))
        for symbol in self.symbols:
            self.quote(symbol)

    def opening(self) -> list[Command]:
        bounds = Bounds(finished_orders_max=10_000, duplicate_keys_max=1_000, waiting_max=2 * PLANS)
        return [
            OpenSession("gate", "gate", 7, "bench", CURRENT, "", bounds),
            *(DefineInstrument(Instrument(one, "USD", 2, 2, 1, 0, 1)) for one in self.symbols),
            DefineVenue(Venue("alpha", self.symbols)),
            DefineAccount(Account("main", (("USD", 2, 10**16),))),
            *(DefineSource(Source(one, "main", instruments=self.symbols)) for one in self.sources),
            ActivateRelease("r1", 1, RELEASE_ACTIVE, "bench"),
        ]

    def say(self, command: Command) -> list:
        self.sequence += 1
        return self.kernel.step(self.sequence, self.time_ns, command)

    def quote(self, symbol: str) -> None:
        said = UpdateQuote(symbol, "alpha", PRICE - 10, 10**9, PRICE + 10, 10**9, self.time_ns)
        self.say(said)

    def decision(self, number: int) -> Decision:
        side = BUY if number % 2 == 0 else SELL
        terms = Terms(price=PRICE, venue="alpha")
        # All over the table: neighbours in memory would be dearer to nobody.
        symbol = self.symbols[number // 2 * STRIDE % len(self.symbols)]
        action = OrderQuantity(symbol, side, 1, terms)
        source = self.sources[number // 2 % len(self.sources)]
        return Decision(source, f"d{number}", "r1", 1, action, START + 10**15)

    def trade(self, first: int, count: int) -> None:
        """Orders that pass and fill at once."""
        for number in range(first, first + count):
            self.time_ns += 1_000_000
            self.say(ProposeDecision(self.decision(number)))
            self.serve(1)

    def serve(self, count: int) -> None:
        """Waiting decisions are judged, and what they become fills at once."""
        for event in self.say(ServeQueue(count)):
            if isinstance(event, OrderCleared):
                number, name = event.order, f"e{event.order}"
                self.say(ReportOrder("alpha", number, REPORT_FILL, 0, name, 1, PRICE))
                self.fills += 1

    def verdicts(self, first: int, count: int, runs: int) -> list[float]:
        """Microseconds of CPU per verdict, over plans for all instruments and sources in turn."""
        self.time_ns += SECOND
        for symbol in self.symbols if len(self.symbols) < PLANS else ():
            self.quote(symbol)
        plans = []
        planner, waiting = self.kernel.judge.planner, self.kernel.ledger.waiting
        for number in range(first, first + min(count, PLANS)):
            self.say(ProposeDecision(self.decision(number)))
            found = waiting.find(self.sequence)
            assert found is not None, f"decision {number} does not wait"
            plans.append(planner.plan(found))
        gate, taken = self.kernel.gate, []
        gate.judge(plans[0])  # which makes the controls of every limit
        began = time.process_time()
        for plan in plans:
            gate.judge(plan)
        self.first = (time.process_time() - began) / len(plans) * 1e6
        for plan in plans:
            gate.judge(plan)
            assert gate.severity < 3, f"{gate.reason} stopped a decision that is to pass"
        for _ in range(runs):
            done, began = 0, time.process_time()
            while done < count:
                for plan in plans:
                    gate.judge(plan)
                done += len(plans)
            taken.append((time.process_time() - began) / done * 1e6)
        return taken


def armed(kinds: int) -> list[ControlKind]:
    """The kinds that are armed: those that every instrument needs first."""
    needed = [kind for kind in CATALOGUE if kind.name in REQUIRED]
    others = [kind for kind in CATALOGUE if kind.name not in REQUIRED]
    return [*needed, *others][:kinds]


def limits_of(kind: ControlKind, symbols: tuple[str, ...]) -> list[Limit]:
    """Limits of a kind that stop nothing: one for each instrument where its units need one."""
    values: dict[str, int | tuple[str, ...]] = {}
    for parameter in kind.parameters:
        if parameter.unit == "currency":
            continue
        if parameter.unit == "symbols":
            values[parameter.name] = LISTS.get(kind.name, symbols)
        elif parameter.unit != "word":
            is_low = parameter.greater == TIGHTENS
            values[parameter.name] = parameter.low if is_low else min(parameter.high, LOOSE)
    values.update(VALUES.get(kind.name, {}))
    first = kind.scopes[0]
    named = {"release": "release:r1", "account": "account:main", "source": "source:S0"}
    name = named.get(first, "firm")
    units = {parameter.unit for parameter in kind.parameters}
    if units & {"quantity", "ticks"}:
        return [Limit(kind.name, name, values, symbol) for symbol in symbols]
    return [Limit(kind.name, name, values, "", "USD" if "money" in units else "")]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--verdicts", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("table", "memory", "curve"))
    chosen = parser.parse_args()
    collect_seldom()
    if chosen.only in (None, "memory"):
        # First: what others have freed would be used again, and not be seen.
        _memory()
    if chosen.only in (None, "table"):
        _table(chosen.verdicts, chosen.runs)
    if chosen.only in (None, "curve"):
        _curve(chosen.verdicts, chosen.runs)


def _table(verdicts: int, runs: int) -> None:
    for kinds in (5, 15, len(CATALOGUE)):
        for instruments, sources in ((1, 1), (1_000, 1), (1, 100), (1_000, 100)):
            bench = Bench(kinds, instruments, sources)
            bench.trade(0, 200)
            taken = bench.verdicts(200, verdicts, runs)
            more = {"controls": kinds, "instruments": instruments, "sources": sources}
            figure("gate.verdict", taken, "us CPU/verdict", **more)


def _memory() -> None:
    """Resident bytes of each instrument and source, with every control armed."""
    every = len(CATALOGUE)
    kept = Bench(every, 1, 1)
    before = resident()
    many = Bench(every, 1_000, 1)
    figure("gate.memory_instrument", [(resident() - before) / 1_000], "bytes/instrument")
    before = resident()
    more = Bench(every, 1, 1_000)
    figure("gate.memory_source", [(resident() - before) / 1_000], "bytes/source")
    assert kept.sequence < many.sequence, "the benches must stay until they are measured"
    assert more.sequence > 0, "the benches must stay until they are measured"


def _curve(verdicts: int, runs: int) -> None:
    every = len(CATALOGUE)
    sizes = [(15, count) for count in (1, 10, 100, 1_000, 10_000, 100_000)]
    for kinds, instruments in [*sizes, (every, 1), (every, 100), (every, 10_000)]:
        before = resident()
        bench = Bench(kinds, instruments, 1)
        held = resident() - before
        more = {"controls": kinds, "instruments": instruments}
        taken = bench.verdicts(0, verdicts, runs)
        figure("gate.by_instruments", taken, "us CPU/verdict", **more)
        figure("gate.first_verdict", [bench.first], "us CPU/verdict", **more)
        figure("gate.memory_by_instruments", [held / instruments], "bytes/instrument", **more)
        del bench
        gc.collect()
    for sources in (1, 100, 10_000):
        taken = Bench(every, 1, sources).verdicts(0, verdicts, runs)
        figure("gate.by_sources", taken, "us CPU/verdict", controls=every, sources=sources)
    bench, done = Bench(every, 1, 1), 0
    for orders in (0, 1_000, 10_000, 100_000, 1_000_000):
        bench.trade(done, orders - done)
        done = max(done, orders)
        taken = bench.verdicts(done, verdicts, runs)
        done += verdicts
        while len(bench.kernel.ledger.waiting) > 0:
            bench.serve(1)
        figure("gate.by_orders", taken, "us CPU/verdict", controls=every, orders=orders)


if __name__ == "__main__":
    main()
