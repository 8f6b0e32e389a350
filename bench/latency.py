"""From decision to durable to sent, at a given rate offered: open loop, so a slow moment is charged
to every decision that it delays (no coordinated omission).

Arrivals are laid out beforehand at equal distances. Whatever has arrived is taken as one batch,
stepped, synced, and handed on; while nothing waits the loop spins. A decision's latency runs from
its place in the schedule, not from when it was taken. The garbage collector is set as `assembly.py`
sets it.

    python bench/latency.py [--rates 1000 10000 50000] [--seconds 5]
"""

import argparse
import time
from pathlib import Path

from interlock.journal.collecting import collect_seldom
from interlock.messages.commands import ProposeDecision, ServeQueue
from worlds.desk import PUBLISH_NS, START, Desk, decisions
from worlds.figures import figure, scratch

WARM_UP = 5_120
BATCH_MAX = 256


class Sent:
    """A venue that notes when each order reached it, before the exchange behind it takes it."""

    def __init__(self, venue: object) -> None:
        self.venue = venue
        self.at: list[int] = []

    def submit(self, time_ns: int, order: object) -> None:
        self.at.append(time.perf_counter_ns())
        self.venue.submit(time_ns, order)

    def __getattr__(self, name: str) -> object:
        return getattr(self.venue, name)


def offer(rate: int, seconds: float) -> dict[str, list[int]]:
    """Offer `rate` decisions a second; nanoseconds from schedule to durable and to sent."""
    count = int(rate * seconds)
    with scratch() as folder:
        desk = Desk(Path(folder))
        engine = desk.engine
        sent = Sent(desk.venue)
        engine.outbox.venues["alpha"] = sent
        durable: list[int] = []
        waiting_for = 0

        def follow(first: int, entries: list) -> None:
            nonlocal waiting_for
            now = time.perf_counter_ns()
            done = sum(type(entry.command) is ProposeDecision for entry in entries)
            durable.extend([now] * done)

        engine.followers = (follow,)
        made = decisions(0, WARM_UP + count, START)
        market_ns = START + PUBLISH_NS
        for start in range(0, WARM_UP, 64):
            market_ns += 1_000_000
            take(desk, made[start : start + 64], market_ns)
            engine.keep()
        desk.hear(market_ns)
        engine.keep()
        sent.at.clear()
        durable.clear()
        begun = time.perf_counter_ns() + 1_000_000
        schedule = [begun + number * 1_000_000_000 // rate for number in range(count)]
        arrived = 0
        while arrived < count:
            now = time.perf_counter_ns()
            until = arrived
            while until < count and until - arrived < BATCH_MAX and schedule[until] <= now:
                until += 1
            if until == arrived:
                continue
            market_ns = max(market_ns + 1, START + PUBLISH_NS + now - begun)
            take(desk, made[WARM_UP + arrived : WARM_UP + until], market_ns)
            engine.keep()
            arrived = until
        took = time.perf_counter_ns() - begun
        engine.close()
        assert len(sent.at) == len(durable) == count, f"{len(sent.at)} of {count} sent"
        return {
            "durable": [at - due for at, due in zip(durable, schedule, strict=True)],
            "sent": [at - due for at, due in zip(sent.at, schedule, strict=True)],
            "took": [took],
        }


def take(desk: Desk, made: list, market_ns: int) -> None:
    desk.hear(market_ns)
    for decision in made:
        desk.engine.take(market_ns, ProposeDecision(decision))
    desk.engine.take(market_ns, ServeQueue(len(made)))


def percentile(values: list[int], per_mille: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) * per_mille // 1000, len(ordered) - 1)] / 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rates", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    collect_seldom()
    for rate in chosen.rates:
        runs = [offer(rate, chosen.seconds) for _ in range(chosen.runs)]
        kept = [rate * chosen.seconds * 1e9 / run["took"][0] for run in runs]
        figure(f"latency.{rate}.achieved", kept, "decisions/s")
        for stage in ("durable", "sent"):
            for name, per_mille in (("p50", 500), ("p99", 990), ("p99.9", 999)):
                values = [percentile(run[stage], per_mille) for run in runs]
                figure(f"latency.{rate}.{stage}.{name}", values, "us", offered=rate)


if __name__ == "__main__":
    main()
