"""Decisions per second through everything: queue, planning, sizing, routing, every control, the
ledger, the invariants, a journal on disk with group commit, an in-process exchange, and its fills
coming back.

Each decision becomes one immediate-or-cancel order that fills. A batch is what waits at the door;
while it is synced, the next is stepped. The decisions themselves are made before the clock starts:
they are the source's work. Garbage collection as `assembly.py` sets it; 20,000 decisions of
warm-up.

    python bench/decide.py [--decisions 200000] [--batch 256] [--runs 5]
"""

import argparse
import resource
import time
from pathlib import Path

from interlock.journal.collecting import collect_seldom
from interlock.messages.commands import ProposeDecision, ServeQueue
from worlds.desk import PUBLISH_NS, START, Desk, decisions
from worlds.figures import figure, scratch

STEP_NS = 10_000
WARM_UP = 20_000


def drive(desk: Desk, first: int, count: int, batch: int, time_ns: int) -> int:
    """Push `count` decisions through the desk in batches; the time after the last is returned."""
    made = decisions(first, count, time_ns)
    return push(desk, made, batch, time_ns)


def push(desk: Desk, made: list, batch: int, time_ns: int) -> int:
    engine = desk.engine
    for start in range(0, len(made), batch):
        time_ns += STEP_NS * batch
        desk.hear(time_ns)
        waiting = made[start : start + batch]
        engine.take_all([(time_ns, ProposeDecision(decision)) for decision in waiting])
        engine.take(time_ns, ServeQueue(len(waiting)))
        engine.begin_keeping()
    engine.finish_keeping()
    desk.hear(time_ns)
    engine.keep()
    return time_ns


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    collect_seldom()
    rates, costs, records, sizes, syncs = [], [], [], [], []
    for _ in range(chosen.runs):
        with scratch() as folder:
            desk = Desk(Path(folder))
            now_ns = drive(desk, 0, WARM_UP, chosen.batch, START + PUBLISH_NS)
            made = decisions(WARM_UP, chosen.decisions, now_ns)
            before = desk.engine.journal.statistics()
            sequence = desk.engine.sequence
            cpu, wall = time.process_time(), time.perf_counter()
            push(desk, made, chosen.batch, now_ns)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            after = desk.engine.journal.statistics()
            position = desk.engine.kernel.ledger.accounts["main"].positions["COIN"]
            filled = position.bought + position.sold
            assert filled * 2 == (WARM_UP + chosen.decisions) * 10, f"filled {filled}"
            rates.append(chosen.decisions / wall)
            costs.append(cpu / chosen.decisions * 1e6)
            records.append((desk.engine.sequence - sequence) / chosen.decisions)
            sizes.append((after.bytes - before.bytes) / chosen.decisions)
            syncs.append(after.syncs - before.syncs)
            desk.engine.close()
    more = {"decisions": chosen.decisions, "batch": chosen.batch}
    figure("decide.rate", rates, "decisions/s", **more)
    figure("decide.cpu", costs, "us CPU/decision", **more)
    figure("decide.commands", records, "commands/decision", **more)
    figure("decide.bytes", sizes, "bytes/decision", **more)
    figure("decide.syncs", syncs, "syncs", **more)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figure("decide.memory_peak", [peak], "MiB", **more)


if __name__ == "__main__":
    main()
