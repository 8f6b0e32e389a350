"""Commands re-executed per second, rebuilt per second, and both against the live rate of the same
session, by the wall and by the processor's time.

A session is run live first, journaled and synced as in `decide.py`; its state is taken at every
quarter, which no lap counts (beside a live session another process does that). Then its journal is
read back, checked against its chain, and re-executed (every event compared by its bytes), and
rebuilt (facts and events folded): in one walk, and as `interlock replay` does it, in parts side by
side, one for each processor. On a machine that others use too, the ratios of one walk by processor
time are the ones to read; those of the parts are by the wall.

    python bench/replay.py [--decisions 600000] [--runs 5]
"""

import argparse
import time
from pathlib import Path

from decide import push
from interlock.journal.collecting import collect_seldom
from interlock.journal.reader import JournalReader
from interlock.journal.replay import rebuild, reexecute
from interlock.journal.side_by_side import processors, replay_side_by_side
from interlock.journal.snapshotting import take_snapshot
from worlds.desk import PUBLISH_NS, START, Desk, decisions
from worlds.figures import figure, scratch

STAGES = ("live", "reexecuted", "rebuilt", "reexecuted_in_parts", "rebuilt_in_parts")
ONE_WALK = STAGES[:3]
QUARTERS = 4


class Laps:
    """Seconds by the wall and of the processor since the last lap, by stage."""

    def __init__(self) -> None:
        self.walls: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.processors: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.begin()

    def begin(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def since(self) -> tuple[float, float]:
        return time.perf_counter() - self._wall, time.process_time() - self._processor

    def note(self, stage: str, wall: float, processor: float) -> None:
        self.walls[stage].append(wall)
        self.processors[stage].append(processor)

    def lap(self, stage: str) -> None:
        self.note(stage, *self.since())
        self.begin()


def no_controls() -> dict[str, object]:
    return {}


def run_live(desk: Desk, made: list, folder: Path, laps: Laps) -> int:
    """The session, a state taken at every quarter; how many commands it has."""
    now_ns, quarter = START + PUBLISH_NS, len(made) // QUARTERS
    spent = [0.0, 0.0]
    for place in range(QUARTERS):
        laps.begin()
        now_ns = push(desk, made[place * quarter : (place + 1) * quarter], 256, now_ns)
        wall, processor = laps.since()
        spent = [spent[0] + wall, spent[1] + processor]
        take_snapshot(folder, {}, code_version="bench")
    laps.note("live", *spent)
    commands = desk.engine.sequence
    desk.engine.close()
    return commands


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=600_000)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    collect_seldom()
    laps, commands = Laps(), 0
    for _ in range(chosen.runs):
        with scratch() as folder:
            desk = Desk(Path(folder))
            made = decisions(0, chosen.decisions, START + PUBLISH_NS)
            commands = run_live(desk, made, Path(folder), laps)
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
            for stage in STAGES[3:]:
                found = replay_side_by_side(
                    Path(folder),
                    no_controls,
                    only_rebuild=stage.startswith("rebuilt"),
                    workers=processors(),
                )
                laps.lap(stage)
                if found is not None:
                    assert found.digest == result.digest, f"{stage}: another state"
    more = {"decisions": chosen.decisions}
    for stage in STAGES:
        walls, costs = laps.walls[stage], laps.processors[stage]
        figure(f"replay.{stage}", [commands / lap for lap in walls], "commands/s", **more)
        if stage in ONE_WALK:
            costs = [lap / commands * 1e6 for lap in costs]
            figure(f"replay.{stage}_cpu", costs, "us CPU/command", **more)
    for stage in STAGES[1:]:
        kinds = {"": laps.walls, "_cpu": laps.processors} if stage in ONE_WALK else {"": laps.walls}
        for suffix, spent in kinds.items():
            pairs = zip(spent["live"], spent[stage], strict=True)
            ratios = [live / lap for live, lap in pairs]
            figure(f"replay.{stage}_to_live{suffix}", ratios, "ratio")


if __name__ == "__main__":
    main()
