"""The time to restart against the length of the journal, with a snapshot and without; and how fast,
and in how much memory, a long journal is verified, rebuilt and has its state taken.

One journal grows. At each length its state is taken as `interlock journal snapshot` does it, a tail
of `--tail` commands is written after it, and then, each in a process of its own: it is opened and
its ledger found again; the same with its snapshots put aside; at the last length it is verified,
rebuilt, and verified deeply. The plot is written as SVG beside the figures.

    python bench/restart.py [--records 1000000] [--tail 50000] [--plot build/restart.svg]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from interlock.journal.deep import verify_deeply
from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.replay import rebuild
from interlock.journal.segments import segment_paths
from interlock.journal.snapshotting import take_snapshot
from interlock.journal.states import load_ledger
from interlock.journal.verify import verify
from interlock.journal.writer import JournalWriter
from worlds.figures import figure, scratch
from worlds.plot import plot
from worlds.story import Story

GROUP = 1_024
FRACTIONS = (0.01, 0.03, 0.1, 0.3, 1.0)
ASIDE = "aside-"


def restart(directory: Path) -> dict[str, float]:
    """What a session does before it goes on: the lock, recovery, the ledger."""
    writer = JournalWriter.open(directory, code_version="bench")
    loaded = load_ledger(directory, writer.durable_sequence)
    writer.close()
    return {"commands": loaded.ledger.sequence, "folded": loaded.folded}


def verified(directory: Path) -> dict[str, float]:
    report = verify(directory)
    assert report.is_whole, report.problem
    return {"commands": report.entries, "segments": report.segments, "bytes": report.bytes}


def rebuilt(directory: Path) -> dict[str, float]:
    return {"commands": rebuild(JournalReader(directory).batches())[0].commands}


def deep(directory: Path) -> dict[str, float]:
    found = verify_deeply(directory, {})
    assert found.is_whole, found.problems
    return {"commands": found.report.entries}


def snapshot(directory: Path) -> dict[str, float]:
    taken = take_snapshot(directory, {}, code_version="bench")
    assert taken.is_usable, taken.findings
    return {"commands": taken.commands}


WORK = {
    "restart": restart,
    "verify": verified,
    "rebuild": rebuilt,
    "deep": deep,
    "snapshot": snapshot,
}


def measured(name: str, directory: Path) -> dict[str, float]:
    """One piece of work in a fresh process: its seconds, its peak memory, what it counted."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", name, str(directory)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(name: str, directory: Path) -> None:
    begun = time.perf_counter()
    counted = WORK[name](directory)
    spent = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": spent, "memory_mib": peak, **counted}))


def snapshots_aside(directory: Path, *, away: bool) -> None:
    for path in list(directory.iterdir()):
        if away and path.name.startswith("snap-"):
            path.rename(path.with_name(ASIDE + path.name))
        elif not away and path.name.startswith(ASIDE):
            path.rename(path.with_name(path.name.removeprefix(ASIDE)))


class Growing:
    """A journal that is written on, and its session."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.story = Story()
        self.options = JournalOptions()
        JournalWriter.create(directory, journal_id=os.urandom(16), code_version="bench").close()

    def grow(self, length: int) -> None:
        """Writes on up to a length, as the engine does."""
        with JournalWriter.open(self.directory, code_version="bench") as writer:
            while self.story.sequence < length:
                entries = self.story.entries(min(GROUP, length - self.story.sequence))
                writer.wait()
                writer.begin(entries)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--tail", type=int, default=50_000)
    parser.add_argument("--plot", type=Path, default=None)
    parser.add_argument("--measure", nargs=2, metavar=("WORK", "DIRECTORY"))
    chosen = parser.parse_args()
    if chosen.measure is not None:
        measure(chosen.measure[0], Path(chosen.measure[1]))
        return
    lengths = [max(round(chosen.records * part), 1_000) for part in FRACTIONS]
    with_snapshot: list[tuple[float, float]] = []
    without: list[tuple[float, float]] = []
    with scratch() as folder:
        directory = Path(folder) / "journal"
        growing = Growing(directory)
        for length in lengths:
            begun = time.perf_counter()
            growing.grow(max(length - chosen.tail, length // 2))
            grown = time.perf_counter() - begun
            taken = measured("snapshot", directory)
            growing.grow(length)
            warm = measured("restart", directory)
            snapshots_aside(directory, away=True)
            cold = measured("restart", directory)
            snapshots_aside(directory, away=False)
            with_snapshot.append((length, warm["seconds"]))
            without.append((length, cold["seconds"]))
            segments = len(segment_paths(growing.options.files, directory))
            more = {"records": length, "segments": segments}
            figure("restart.with_snapshot", [warm["seconds"]], "s", folded=warm["folded"], **more)
            figure("restart.without_snapshot", [cold["seconds"]], "s", **more)
            figure("restart.memory", [warm["memory_mib"]], "MiB", **more)
            figure(
                "snapshot.rate",
                [taken["commands"] / taken["seconds"]],
                "commands/s",
                memory_mib=round(taken["memory_mib"]),
                **more,
            )
            sys.stderr.write(f"{length:,} records; the last {grown:.0f} s of writing\n")
        for name in ("verify", "rebuild", "deep"):
            found = measured(name, directory)
            figure(
                f"long.{name}",
                [found["commands"] / found["seconds"]],
                "commands/s",
                seconds=round(found["seconds"], 1),
                memory_mib=round(found["memory_mib"]),
                records=lengths[-1],
            )
    path = chosen.plot or Path(__file__).parents[1] / "build" / "restart.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = {"with a snapshot": with_snapshot, "without": without}
    path.write_text(plot("time to restart (s) against commands in the journal", lines))
    sys.stderr.write(f"plot: {path}\n")


if __name__ == "__main__":
    main()
