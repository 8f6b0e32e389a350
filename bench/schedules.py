"""How closely large orders follow the volume of a day of a US stock, and what they paid.

    python bench/schedules.py [--trades ibm-20131007-trade.zip --quotes ibm-20131007-quote.zip]
        [--html schedules.html]

The archives are looked for in the folder that `INTERLOCK_DATA` names, else in `shared/data` beside
the checkout; without them nothing is measured, and it says so.

Each schedule works the same order through the same whole session (`examples/large-order-ibm.toml`),
in a recorded market that does not move for it. Its tracking error is the difference between the
share of the order that is filled and the share of the day's volume that was traded, minute by
minute from its first to its last: the mean of squares and the worst, in percent of the order. The
price is held against the volume-weighted mean of all trades of that time. `vwap_same_day` knows the
curve of the very day, which nobody can; `vwap_drawn` has a guess, and `twap` none.
"""

import argparse
import json
import math
import os
import re
import sys
import tempfile
import time
from html import escape
from pathlib import Path

from interlock.assembly import assemble
from interlock.engines import Ground
from interlock.inputs.clock import WallClock
from interlock.inputs.recordings import open_recordings
from interlock.inputs.session_file import SessionFile, load_session
from interlock.inputs.volume_curves import curve_text, learn
from interlock.journal.reader import JournalReader
from interlock.messages.commands import NoteTrade
from interlock.messages.events import OrderCleared, OrderFilled
from interlock.messages.units import NS_PER_SECOND
from interlock.messages.works import SliceJudged, WorkEnded, WorkStarted
from interlock.terminal.plots import Point, Series, curves

EXAMPLE = Path(__file__).parents[1] / "examples" / "large-order-ibm.toml"
DRAWN = EXAMPLE.parent / "curves" / "ibm.toml"
MINUTE_NS = 60 * NS_PER_SECOND
BUCKET_S = 300
SCHEDULES = {
    "twap": (1, "drawn"),
    "vwap_drawn": (2, "drawn"),
    "vwap_same_day": (2, "learnt"),
    "pov": (3, "drawn"),
    "shortfall": (4, "drawn"),
    "close": (6, "drawn"),
}


def session_of(folder: Path, algorithm: int) -> SessionFile:
    """The example's session with another schedule."""
    text, count = re.subn(r"algorithm = 2", f"algorithm = {algorithm}", EXAMPLE.read_text())
    assert count == 1, "the example names its algorithm once"
    share = 6_500 if algorithm == 3 else 200_000
    text = text.replace("participation_ppm = 200_000", f"participation_ppm = {share}")
    text = text.replace("catch_up = 3", "catch_up = 3, half_life_s = 7_200")
    path = folder / "session.toml"
    path.write_text(text)
    return load_session(path)


def learnt(file: SessionFile, data: tuple[Path, ...]) -> str:
    """The curve of the very day."""
    instruments = {made.symbol: made for made in file.instruments}
    venues = {venue.name: venue for venue in file.venues}
    recording = open_recordings(file.recordings(data), instruments, venues)
    learner = learn(recording, instruments["IBM"], BUCKET_S)
    curve = learner.curve("bench")
    assert curve is not None, "nothing traded"
    return curve_text(curve, learner.days, [path.name for path in data])


def measure(directory: Path) -> dict[str, object]:
    """What a session's journal says of its one large order."""
    market: dict[int, int] = {}
    ours: dict[int, int] = {}
    begin = end = filled = children = slices = asked = 0
    value = paid = traded = 0
    for _, entry in JournalReader(directory).entries():
        command = entry.command
        minute = entry.time_ns // MINUTE_NS
        for event in entry.events:
            if isinstance(event, WorkStarted):
                begin, asked = minute, event.plan.quantity
                end = event.plan.ends_ns // MINUTE_NS
            elif isinstance(event, OrderCleared):
                children += 1
            elif isinstance(event, SliceJudged):
                slices += 1
            elif isinstance(event, OrderFilled):
                filled += event.quantity
                paid += event.quantity * event.price
                ours[minute] = ours.get(minute, 0) + event.quantity
            elif isinstance(event, WorkEnded):
                end = min(end, minute + 1)
        if isinstance(command, NoteTrade) and begin and begin <= minute < end:
            market[minute] = market.get(minute, 0) + command.quantity
            traded += command.quantity
            value += command.quantity * command.price
    points, squares, worst = [], 0.0, 0.0
    done = gone = 0
    for minute in range(begin, end):
        done += ours.get(minute, 0)
        gone += market.get(minute, 0)
        off = 100 * (done / asked - gone / traded)
        squares += off * off
        worst = max(worst, abs(off))
        points.append((100 * done / asked, 100 * gone / traded))
    return {
        "asked": asked,
        "filled": filled,
        "children": children,
        "slices": slices,
        "tracking_rms_pct": round(math.sqrt(squares / max(len(points), 1)), 2),
        "tracking_worst_pct": round(worst, 2),
        "end_pct": round(100 * filled / asked, 2),
        "participation_pct": round(100 * filled / traded, 2),
        "against_vwap_bp": round(1e4 * (paid / filled / (value / traded) - 1), 2),
        "points": points,
    }


def page(found: dict[str, dict[str, object]], market: list[float]) -> str:
    """One page with the curves; it needs no network."""
    names = [f"{9 + (35 + 20 * k) // 60}:{(35 + 20 * k) % 60:02}" for k in range(20)]

    def line(name: str, values: list[float]) -> Series:
        step = len(values) / len(names)
        picked = [values[min(int((place + 1) * step) - 1, len(values) - 1)] for place in range(20)]
        return Series(name, [Point(n, v, v, v) for n, v in zip(names, picked, strict=True)])

    series = [line("market", market)]
    rows = []
    for name, figures in found.items():
        points = figures["points"]
        assert isinstance(points, list), "a schedule has points"
        series.append(line(name, [ours for ours, _ in points]))
        cells = "".join(f"<td>{escape(str(v))}</td>" for k, v in figures.items() if k != "points")
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    heads = "".join(f"<th>{escape(k)}</th>" for k in next(iter(found.values())) if k != "points")
    style = (
        "body{font:14px sans-serif;max-width:960px;margin:2em auto}td,th{padding:2px 8px;"
        "text-align:right}.line{fill:none;stroke-width:1.5}.grid{stroke:#ddd}.plot{width:100%}"
        "text{font-size:9px}.mark,.name{text-anchor:middle}"
        + "".join(
            f".c{n}{{stroke:{c};color:{c}}}"
            for n, c in enumerate(("#000", "#777", "#c60", "#08c", "#0a5", "#b0b", "#a22", "#660"))
        )
        + "circle{stroke:none;fill:none}.key{margin-right:1em;font-weight:bold}"
    )
    return (
        f"<!doctype html><meta charset=utf-8><title>schedules</title><style>{style}</style>"
        "<h1>Share of the order and of the day's volume</h1>"
        f"{curves(series, '%')}<table><tr><th>schedule</th>{heads}</tr>{''.join(rows)}</table>"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    data_folder = Path(os.environ.get("INTERLOCK_DATA", EXAMPLE.parents[2] / "shared" / "data"))
    day = data_folder / "us-equity"
    parser.add_argument("--trades", type=Path, default=day / "ibm-20131007-trade.zip")
    parser.add_argument("--quotes", type=Path, default=day / "ibm-20131007-quote.zip")
    parser.add_argument("--html", type=Path)
    parser.add_argument("--only", choices=SCHEDULES, action="append")
    chosen = parser.parse_args()
    data = (chosen.quotes, chosen.trades)
    if not all(path.exists() for path in data):
        sys.stderr.write(
            f"{chosen.trades} and {chosen.quotes} are needed: give --trades, --quotes\n"
        )
        return
    found: dict[str, dict[str, object]] = {}
    market: list[float] = []
    for name in chosen.only or SCHEDULES:
        algorithm, curve = SCHEDULES[name]
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            (folder / "curves").mkdir()
            (folder / "curves" / "ibm.toml").write_text(DRAWN.read_text())
            file = session_of(folder, algorithm)
            if curve == "learnt":
                (folder / "curves" / "ibm.toml").write_text(learnt(file, (chosen.trades,)))
                file = session_of(folder, algorithm)
            begun = time.perf_counter()
            session = assemble(file, folder / "out", data, ground=Ground(WallClock()))
            session.run()
            session.close("the market ended")
            took = time.perf_counter() - begun
            figures = measure(folder / "out")
        points = figures["points"]
        assert isinstance(points, list), "a schedule has points"
        market = max(market, [gone for _, gone in points], key=len)
        found[name] = figures
        shown = {key: value for key, value in figures.items() if key != "points"}
        print(json.dumps({"figure": f"schedules.{name}", **shown, "seconds": round(took, 1)}))
    if chosen.html is not None:
        chosen.html.write_text(page(found, market))


if __name__ == "__main__":
    main()
