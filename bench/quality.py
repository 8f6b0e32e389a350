"""Measuring quality: records a second in a report and beside a running session, the memory of a
long journal, and what feedback makes of two recordings.

Seconds are those of the processor. The long journal is made of quotes with an order among every
twenty records, written and read back. Feedback is run over each recording of Binance with its rules
off (only measured) and on, for the same decisions of several seeds; the interval is that of the
mean difference over the seeds.

    python bench/quality.py [--records 10000000] [--seeds 5] [--data shared/data/binance]
"""

import argparse
import time
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

from interlock.assembly import assemble
from interlock.engines import Ground
from interlock.feedback.estimates import student_t_95
from interlock.feedback.quality import Quality
from interlock.feedback.scorer import Scorer
from interlock.inputs.clock import WallClock
from interlock.inputs.session_file import parse_session
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import (
    DefineInstrument,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    UpdateQuote,
)
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.definitions import Instrument
from interlock.messages.encoding import Entry
from interlock.messages.events import DecisionJudged, Line, OrderCleared, OrderFilled
from interlock.messages.feedback import FeedbackRules
from interlock.messages.identity import order_id
from interlock.messages.terms import BUY, IOC, LIMIT, REPORT_FILL, SELL, TAKER
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from memory import resident
from worlds.figures import figure, scratch

ROOT = Path(__file__).parents[1]
START = 1_700_000_000 * NS_PER_SECOND
BATCH = 256
CYCLE = 20
RULES = FeedbackRules(
    interval_ns=10 * NS_PER_SECOND,
    window_ns=600 * NS_PER_SECOND,
    stale_ns=300 * NS_PER_SECOND,
    samples_min=20,
    plausible_ppm=20_000,
)
MEASURED = """
[feedback]
interval_s = 10
window_s = 600
stale_s = 300
samples_min = 20
"""
ACTIVE = (
    MEASURED
    + """
size = { step_percent = 20, least_percent = 20, costly_bp = "1", cheap_bp = "0" }
market_orders = { above_bp = "0.1", below_bp = "0.05", bound_bp = "0.5" }
participation = { share_percent = 5, bucket_s = 30 }
impact = { most_bp = "0.5" }
"""
)


def cycle(sequence: int, time_ns: int) -> list[Entry]:
    """Twenty records: quotes that move, and an order that is filled at once."""
    made: list[Entry] = []
    turn = sequence // CYCLE
    price = 10_000 + (turn * 7919) % 97
    side = BUY if turn % 2 else SELL
    far = price + 1 if side == BUY else price
    for place in range(CYCLE - 3):
        bid = price if place == CYCLE - 4 else price - place % 3
        quote = UpdateQuote("COIN", "alpha", bid, 50, bid + 1, 50, time_ns)
        made.append(Entry(time_ns + place * NS_PER_MS, quote, []))
    time_ns += CYCLE * NS_PER_MS
    asked = sequence + CYCLE - 3
    terms = Terms(price=far, time_in_force=IOC, venue="alpha")
    action = OrderQuantity("COIN", side, 5, terms)
    decision = Decision("model", f"k{asked}", "r1", 1, action, time_ns + NS_PER_SECOND)
    line = Line(
        "COIN", "alpha", side, 5, 5, far, 1, False, "asked", price, 50, price + 1, 50, asked
    )
    order = order_id(asked + 1, 1)
    cleared = OrderCleared(
        order, asked, "main", "model", "r1", 1, "COIN", "alpha", side, LIMIT, IOC, 5, far, 0, 0,
        False, False, price, price + 1,
    )  # fmt: skip
    fill = ReportOrder("alpha", order, REPORT_FILL, 0, f"e{asked}", 5, far, 3, TAKER)
    made += [
        Entry(time_ns, ProposeDecision(decision), []),
        Entry(time_ns, ServeQueue(1), [DecisionJudged(asked, 1, 0, 1, (line,), (), ()), cleared]),
        Entry(time_ns + NS_PER_MS, fill, [OrderFilled(order, f"e{asked}", 5, far, 3, TAKER)]),
    ]
    return made


def entries(count: int) -> Iterator[list[Entry]]:
    """Batches of a made-up session."""
    coin = Instrument("COIN", "USD", 2, 2, 1, 0, 1)
    batch = [Entry(START, DefineInstrument(coin), [])]
    sequence, time_ns = 2, START
    while sequence < count:
        time_ns += 50 * NS_PER_MS
        batch += cycle(sequence, time_ns)
        sequence += CYCLE
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def long_journal(records: int) -> None:
    """Written, then reported on; and followed as it would be beside the session."""
    with scratch() as folder:
        path = Path(folder) / "long"
        written = 0
        with JournalWriter.create(path, journal_id=bytes(16), code_version="bench") as writer:
            for batch in entries(records):
                writer.append(batch)
                written += len(batch)
        before, began = resident(), time.process_time()
        quality = Quality()
        quality.begin("long")
        for kept in JournalReader(path).batches():
            quality(kept.first_sequence, kept.entries)
        quality.finish()
        took = time.process_time() - began
        grown = (resident() - before) / 2**20
        more = {"records": written, "orders": quality.actions}
        figure("quality.batch", [written / took], "records/s", seconds=round(took, 1), **more)
        figure("quality.batch.memory", [grown], "MiB grown", **more)
        before, spent, said = resident(), 0.0, 0
        scorer = Scorer(RULES, START)
        for kept in JournalReader(path).batches():
            began = time.process_time()
            if 0 <= scorer.next_time_ns() <= kept.entries[0].time_ns:
                said += len(scorer.due(kept.entries[0].time_ns))
            scorer(kept.first_sequence, kept.entries)
            spent += time.process_time() - began
        grown = (resident() - before) / 2**20
        figure("quality.live", [written / spent], "records/s", words=said, **more)
        figure("quality.live.memory", [grown], "MiB grown", **more)


def shortfall(text: str, seed: int, data: Path) -> tuple[float, int, int]:
    """Shortfall in basis points, what was traded and how many orders, of one run."""
    marked = text.replace("seed = 20240808", f"seed = {seed}", 1)
    quality = Quality()
    with scratch() as folder:
        quality.begin("run")
        session = assemble(
            parse_session(marked),
            Path(folder) / "session",
            [data],
            ground=Ground(WallClock()),
            followers=(quality,),
        )
        session.run()
        session.close("the market ended")
        quality.finish()
    ((_, group),) = quality.scorecards.of("all")
    return group.shortfall.bps(), group.value_twice // 2, group.orders


def with_and_without(folder: Path, seeds: int) -> None:
    """Feedback off and on over the same decisions."""
    file = (ROOT / "examples" / "binance-spot.toml").read_text()
    for data in sorted(folder.glob("*.gz")):
        off = [shortfall(file + MEASURED, seed, data) for seed in range(1, seeds + 1)]
        on = [shortfall(file + ACTIVE, seed, data) for seed in range(1, seeds + 1)]
        changes = [with_it[0] - without[0] for with_it, without in zip(on, off, strict=True)]
        reach = student_t_95(seeds - 1) * stdev(changes) / sqrt(seeds)
        name = data.name.split("-")[0]
        for what, runs in (("off", off), ("on", on)):
            traded = [run[1] for run in runs]
            orders = [run[2] for run in runs]
            figure(f"quality.{name}.{what}", [run[0] for run in runs], "bp of shortfall",
                   orders=fmean(orders), traded_minor=round(fmean(traded)))  # fmt: skip
        figure(
            f"quality.{name}.change",
            changes,
            "bp",
            mean=round(fmean(changes), 4),
            low=round(fmean(changes) - reach, 4),
            high=round(fmean(changes) + reach, 4),
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=ROOT / "shared" / "data" / "binance")
    chosen = parser.parse_args()
    long_journal(chosen.records)
    if chosen.data.is_dir():
        with_and_without(chosen.data, chosen.seeds)


if __name__ == "__main__":
    main()
