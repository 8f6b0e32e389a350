"""Commands re-executed per second, rebuilt per second, and both against the live rate of the same
session, by the wall and by the processor's time.

A session is run live first, journaled and synced as in `decide.py`; then its journal is read back,
checked against its chain, and re-executed (every event compared by its bytes), and rebuilt (facts
and events folded). On a machine that others use too, the ratios by processor time are the ones to
read.

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

STAGES = ("live", "reexecuted", "rebuilt")


class Laps:
    """Seconds by the wall and of the processor since the last lap, by stage."""

    def __init__(self) -> None:
        self.walls: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.processors: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.begin()

    def begin(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def lap(self, stage: str) -> None:
        self.walls[stage].append(time.perf_counter() - self._wall)
        self.processors[stage].append(time.process_time() - self._processor)
        self.begin()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    laps, commands = Laps(), 0
    for _ in range(chosen.runs):
        with scratch() as folder:
            desk = Desk(Path(folder))
            made = decisions(0, chosen.decisions, START + PUBLISH_NS)
            laps.begin()
            push(desk, made, 128, START + PUBLISH_NS)
            laps.lap("live")
            commands = desk.engine.sequence
            desk.engine.close()
            # What the live session leaves behind is not freed at the cost of what follows.
            del desk, made
            laps.begin()
            result = reexecute(JournalReader(Path(folder)).command_batches(), {})
            laps.lap("reexecuted")
            assert result.difference is None, f"differs at {result.difference}"
            laps.begin()
            rebuilt, _ = rebuild(JournalReader(Path(folder)).batches())
            laps.lap("rebuilt")
            assert rebuilt.digest == result.digest, "rebuilding gave another state"
    more = {"decisions": chosen.decisions}
    for stage in STAGES:
        walls, processors = laps.walls[stage], laps.processors[stage]
        figure(f"replay.{stage}", [commands / lap for lap in walls], "commands/s", **more)
        costs = [lap / commands * 1e6 for lap in processors]
        figure(f"replay.{stage}_cpu", costs, "us CPU/command", **more)
    for stage in STAGES[1:]:
        for suffix, spent in (("", laps.walls), ("_cpu", laps.processors)):
            pairs = zip(spent["live"], spent[stage], strict=True)
            ratios = [live / lap for live, lap in pairs]
            figure(f"replay.{stage}_to_live{suffix}", ratios, "ratio")


if __name__ == "__main__":
    main()
