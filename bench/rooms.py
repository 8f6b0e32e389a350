"""Where the time goes, by room: the walk of `decide.py` under Python's profiler, each function's
own time added up by the room that it is in.

The profiler sees Python code only, so this is for the interpreted build (`PYTHONPATH=src`); the
compiled rooms appear there as one, under the caller. Its own cost inflates small functions: read
shares, not times.

    PYTHONPATH=src:bench python bench/rooms.py [--decisions 20000]
"""

import argparse
import cProfile
import pstats
from pathlib import Path

from decide import push
from interlock.journal.collecting import collect_seldom
from worlds.desk import PUBLISH_NS, START, Desk, decisions
from worlds.figures import figure, scratch


def room_of(path: str) -> str:
    parts = Path(path).parts
    if "interlock" in parts:
        place = parts.index("interlock")
        name = parts[place + 1]
        return name.removesuffix(".py")
    if "bench" in parts:
        return "bench"
    return "python and libraries"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=20_000)
    chosen = parser.parse_args()
    collect_seldom()
    with scratch() as folder:
        desk = Desk(Path(folder))
        made = decisions(0, chosen.decisions, START + PUBLISH_NS)
        profile = cProfile.Profile()
        profile.runcall(push, desk, made, 128, START + PUBLISH_NS)
        desk.engine.close()
    own: dict[str, float] = {}
    for (path, _, _), row in pstats.Stats(profile).stats.items():
        room = room_of(path)
        own[room] = own.get(room, 0.0) + row[2]
    total = sum(own.values())
    for room, seconds in sorted(own.items(), key=lambda entry: -entry[1]):
        figure(f"rooms.{room}", [seconds / total * 100], "%")


if __name__ == "__main__":
    main()
