"""Goodput, waits and share in time at multiples of capacity, beside the same load through a plain
bounded queue and one without a bound.

Each is a live session in a process of its own, spoken to over its socket by an open-loop generator
in this one: lines by schedule, waits counted from when a line was due. Capacity is measured once,
in a closed loop on the session with lanes. A decision is an immediate-or-cancel order at the touch
of a quoted market, through every control, a journal with a sync per turn, and a recorded venue.

    python bench/load.py [--seconds 3] [--times 0.5 0.8 1 1.5 2 5 10 20] [--html load.html]
"""

import argparse
import json
import sys
from pathlib import Path

from interlock.inputs.session_file import load_session
from interlock.loading.orders import Orders
from interlock.loads import TIMES, Crowd, OwnSession, drive
from interlock.terminal.load_page import write_load_page
from worlds.figures import build

FILE = Path(__file__).parents[1] / "examples" / "load.toml"
PLAIN = Path(__file__).parent / "worlds" / "plain_session.py"
BOUND = 10_000
DOORS = {
    "lanes": (),
    f"first come, at most {BOUND:,}": (sys.executable, str(PLAIN), str(BOUND)),
    "first come, no bound": (sys.executable, str(PLAIN), "0"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--times", type=float, nargs="+", default=list(TIMES))
    parser.add_argument("--deadline-ms", type=int, default=100)
    parser.add_argument("--html", type=Path)
    chosen = parser.parse_args()
    orders = Orders(load_session(FILE), FILE)
    capacity, runs = 0.0, {}
    for name, command in DOORS.items():
        runs[name] = []
        for times in chosen.times:
            crowd = Crowd(
                times=(times,),
                seconds=chosen.seconds,
                deadline_ms=chosen.deadline_ms,
                cancel_every=100,
            )
            # A fresh session for each: what waits in a queue without bound is not the next one's.
            with OwnSession(FILE, command) as path:
                capacity, (step,) = drive(path, orders, crowd, capacity=capacity)
            runs[name].append(step)
            told = {"name": "load", "door": name, "build": build(), **step.document()}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
    for name, steps in runs.items():
        peak = max(step.goodput for step in steps)
        share = {step.name: round(step.goodput / peak, 3) if peak else 0.0 for step in steps}
        sys.stdout.write(json.dumps({"name": "load.share_of_peak", "door": name, **share}) + "\n")
    if chosen.html is not None:
        write_load_page(chosen.html, "Load on three doors", capacity, runs)


if __name__ == "__main__":
    main()
