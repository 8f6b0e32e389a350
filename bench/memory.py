"""What stays in memory: per million decisions that ended, and per order while it lives.

python bench/memory.py [--decisions 1000000] [--orders 50000]
"""

import argparse
from pathlib import Path

from decide import drive
from interlock.journal.collecting import collect_seldom
from interlock.messages.commands import ProposeDecision, ServeQueue
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.terms import BUY, GTC, LIMIT
from worlds.desk import BID, PUBLISH_NS, SECOND, START, Desk
from worlds.figures import figure, scratch

CHUNK = 50_000
WARM_UP = 200_000


def resident() -> int:
    """Bytes of this process in memory now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4_096


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=40_000)
    chosen = parser.parse_args()
    collect_seldom()
    with scratch() as folder:
        desk = Desk(Path(folder))
        now_ns = START + PUBLISH_NS
        done = 0
        while done < WARM_UP:
            now_ns = drive(desk, done, CHUNK, 128, now_ns)
            done += CHUNK
        before = resident()
        while done < WARM_UP + chosen.decisions:
            now_ns = drive(desk, done, CHUNK, 128, now_ns)
            done += CHUNK
        grown = resident() - before
        figure("memory.ended", [grown / 2**20], "MiB", decisions=chosen.decisions, warm_up=WARM_UP)
        figure("memory.resident", [resident() / 2**20], "MiB")
        before = resident()
        terms = Terms(order_type=LIMIT, price=BID - 50, time_in_force=GTC)
        for number in range(chosen.orders):
            action = OrderQuantity("COIN", BUY, 1, terms)
            decision = Decision("model", f"r{number}", "r1", 1, action, now_ns + 3_600 * SECOND)
            now_ns += 10_000
            desk.engine.take(now_ns, ProposeDecision(decision))
            desk.engine.take(now_ns, ServeQueue(1))
            if number % 64 == 63:
                desk.engine.keep()
                desk.hear(now_ns)
        desk.engine.keep()
        live = len(desk.engine.kernel.ledger.orders.open)
        figure(
            "memory.order",
            [(resident() - before) / max(live, 1)],
            "bytes/live order",
            orders=live,
            includes="the order at the exchange and in the outbox",
        )
        desk.engine.close()


if __name__ == "__main__":
    main()
