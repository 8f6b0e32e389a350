"""Kills: a session and its exchange, each in a process of its own, killed at random under load.

    python bench/campaigns/kills.py --engine 200 --venue 50

After every kill the same command is given again. At the end our ledger must equal the venue's books
to the share and the cent, no client order id may have reached the venue twice, and nothing that was
acknowledged may be missing. The exit code is 1 when something is.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from books import Figures, compare, ledger_of
from crowd import Load, Process

SETTLE_SECONDS_MAX = 90


def run_campaign(
    folder: Path,
    *,
    engine_kills: int,
    venue_kills: int,
    seed: int,
    pause_seconds: tuple[float, float] = (0.2, 0.8),
    per_second: int = 60,
    faults: str = "",
    cancels: bool = False,
) -> Figures:
    """This runs a campaign in a folder of its own, and says what it found."""
    chance = random.Random(seed)
    path = folder / "kills.toml"
    text = (Path(__file__).parent / "kills.toml").read_text()
    for name, value in (
        ("seed", str(seed)),
        ("cancels", str(cancels).lower()),
        ("faults", faults),
    ):
        text = text.replace(f"<{name}>", value)
    path.write_text(text)
    serving = ["venue", "serve", "kills.toml", "--venue", "alpha", "--dir", "venue"]
    running = ["run", "kills.toml", "--live", "--socket", "e.sock", "--out", "session"]
    venue = Process("venue", serving, b"Serving", folder)
    engine = Process("engine", running, b"Listening", folder)
    load = Load(folder / "e.sock", random.Random(seed + 1))
    ended = threading.Event()
    deciding = threading.Thread(target=load.run, args=(ended, per_second))
    figures = Figures()
    began = time.monotonic()
    victims = [engine] * engine_kills + [venue] * venue_kills
    chance.shuffle(victims)
    try:
        venue.start()
        engine.start()
        deciding.start()
        time.sleep(1.0)
        for victim in victims:
            time.sleep(chance.uniform(*pause_seconds))
            victim.kill()
            if victim is engine:
                figures.engine_kills += 1
                figures.engine_restart_ms.append(engine.start())
            else:
                figures.venue_kills += 1
                figures.venue_restart_ms.append(venue.start())
        time.sleep(1.0)
        ended.set()
        deciding.join()
        _settle(folder, engine, venue, load)
    finally:
        ended.set()
        if deciding.is_alive():
            deciding.join()
        load.leave()
        engine.close()
        venue.close()
    figures.seconds = time.monotonic() - began
    figures.decisions_said = load.said
    figures.decisions_acknowledged = len(load.verdicts)
    compare(folder, load.verdicts, figures)
    return figures


def _settle(folder: Path, engine: Process, venue: Process, load: Load) -> None:
    """Stop all trading, wait until nobody owes an answer, and end both in order."""
    until = time.monotonic() + SETTLE_SECONDS_MAX
    halt = {"halt": {"scope": "firm", "by": "anna", "text": "the campaign ends"}}
    load.connect()
    load.say(halt)
    while time.monotonic() < until:
        time.sleep(1.5)
        load.read()
        load.leave()
        engine.stop()
        if not ledger_of(folder).orders.open:
            venue.stop()
            return
        engine.start()
    raise RuntimeError(f"orders are open {SETTLE_SECONDS_MAX} s after the halt")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", type=int, default=200, help="kills of the engine")
    parser.add_argument("--venue", type=int, default=50, help="kills of the venue")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fault-seed", type=int, default=-1, help="faults by chance at the venue")
    parser.add_argument("--cancels", action="store_true", help="orders go with the connection")
    parser.add_argument("--keep", type=Path, help="keep everything in this folder")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = parsed.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        figures = run_campaign(
            folder,
            engine_kills=parsed.engine,
            venue_kills=parsed.venue,
            seed=parsed.seed,
            cancels=parsed.cancels,
            faults=f"fault_seed = {parsed.fault_seed}" if parsed.fault_seed >= 0 else "",
        )
    told = {name: getattr(figures, name) for name in figures.__dataclass_fields__}
    for name in ("engine_restart_ms", "venue_restart_ms"):
        times = sorted(told.pop(name)) or [0]
        told[f"{name}_p50"], told[f"{name}_worst"] = times[len(times) // 2], times[-1]
    told["seconds"] = round(figures.seconds, 1)
    print(json.dumps(told))
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
