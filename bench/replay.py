"""Commands re-executed per second, rebuilt per second, and both against the live rate of the same
session.

A session is run live first, journaled and synced as in `decide.py`; then its journal is read back,
checked against its chain, and re-executed (every event compared by its bytes), and rebuilt (facts
and events folded).

    python bench/replay.py [--decisions 100000] [--runs 5]
"""

import argparse
import gc
import time
from pathlib import Path

from decide import push
from interlock.engines import GC_THRESHOLD
from interlock.journal.reader import JournalReader
from interlock.journal.replay import rebuild, reexecute
from worlds.desk import PUBLISH_NS, START, Desk, decisions
from worlds.figures import figure, scratch


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    rates: dict[str, list[float]] = {"live": [], "reexecuted": [], "rebuilt": []}
    for _ in range(chosen.runs):
        with scratch() as folder:
            desk = Desk(Path(folder))
            made = decisions(0, chosen.decisions, START + PUBLISH_NS)
            begun = time.perf_counter()
            push(desk, made, 128, START + PUBLISH_NS)
            commands = desk.engine.sequence
            rates["live"].append(commands / (time.perf_counter() - begun))
            desk.engine.close()
            begun = time.perf_counter()
            result = reexecute(JournalReader(Path(folder)).command_batches(), {})
            rates["reexecuted"].append(commands / (time.perf_counter() - begun))
            assert result.difference is None, f"differs at {result.difference}"
            begun = time.perf_counter()
            rebuilt, _ = rebuild(JournalReader(Path(folder)).batches())
            rates["rebuilt"].append(commands / (time.perf_counter() - begun))
            assert rebuilt.digest == result.digest, "rebuilding gave another state"
    for name, values in rates.items():
        figure(f"replay.{name}", values, "commands/s", decisions=chosen.decisions)
    for name in ("reexecuted", "rebuilt"):
        ratios = [one / live for one, live in zip(rates[name], rates["live"], strict=True)]
        figure(f"replay.{name}_to_live", ratios, "ratio")


if __name__ == "__main__":
    main()
