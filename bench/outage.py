"""An outage of thirty seconds, under load, with two venues: what it costs, and for how long.

Three ways to fail: the connection breaks and says so; orders are lost without a word while the
connection stands; everything takes twelve seconds. The same session with routing `smart` and
guards, the same without an outage (harm is the difference), and the same outage without guards.

    detected    from the outage's beginning to the venue's first move
    diverted    to the first order that went to the other venue after that
    wasted      messages that left for the venue before it was known to be down
    recovered   from the outage's end until the venue is healthy, with nobody's help
    goodput     decisions filled, in the seconds from `SETTLED_S` after the outage's end on, beside
                the same seconds of the run without an outage

    python bench/outage.py [--out build/bench]
"""

import argparse
from pathlib import Path

from interlock.execution.guard import VenueGuard
from interlock.messages.commands import ProposeDecision
from interlock.messages.events import OrderCleared, OrderFilled, OrderUnknown
from interlock.messages.reasons import NONE
from interlock.messages.terms import BUY
from interlock.messages.venues import CANCEL_ONLY, HEALTHY, VenueMoved
from worlds.figures import scratch
from worlds.page import bars, write
from worlds.two_venues import GENERATED, LIMITS, SOURCE, Ran, run

START_S, OUTAGE_S, END_S = 20, 30, 100
SETTLED_S = 15
NS = 10**9
GUARD = "in_flight_max = 64\nhealth = { answer_ms = 500, settle_ms = 2_000, slow_ms = 200 }\n"
WAYS = {
    "disconnect": 'faults = [{ kind = "disconnect", from_ms = 20_000, for_ms = 30_000 }]\n',
    "lost": 'faults = [{ kind = "submit_down", from_ms = 20_000, for_ms = 30_000 }]\n',
    "slow": 'faults = [{ kind = "slow", from_ms = 20_000, for_ms = 30_000, delay_ms = 12_000 }]\n',
}


def session(alpha: str, folder: str, *, is_guarded: bool) -> tuple[Ran, list[VenueGuard]]:
    guard = GUARD if is_guarded else ""
    sources = "".join(
        SOURCE.format(
            name=f"source-{number}", symbol="COIN", interval_ms=100, quantity=20, protection=10
        )
        for number in range(4)
    )
    text = GENERATED.format(
        seed=11, routing="smart", alpha=alpha + guard, beta=guard, sources=sources, seconds=END_S
    )
    guards: list[VenueGuard] = []
    return run(text + LIMITS, Path(folder) / "s", guards=guards), guards


def shortfall(ran: Ran) -> float:
    """Basis points of the value traded, against the mid of the order's market when it cleared."""
    orders: dict[int, OrderCleared] = {}
    cost = value = 0.0
    for _, entry in ran.entries:
        for event in entry.events:
            if isinstance(event, OrderCleared):
                orders[event.order] = event
            elif isinstance(event, OrderFilled):
                order = orders[event.order]
                mid = (order.arrival_bid + order.arrival_ask) / 2
                side = 1 if order.side == BUY else -1
                cost += side * (event.price - mid) * event.quantity + event.fee / 1
                value += event.price * event.quantity
    return cost / value * 10_000


def goodput(ran: Ran, start_ns: int) -> float:
    """Filled lots for each decision, in a second of decisions, from the settled moment on."""
    from_ns = start_ns + (START_S + OUTAGE_S + SETTLED_S) * NS
    decisions = filled = 0
    for _, entry in ran.entries:
        if entry.time_ns < from_ns:
            continue
        decisions += isinstance(entry.command, ProposeDecision)
        for event in entry.events:
            if isinstance(event, OrderFilled):
                filled += event.quantity
    return filled / max(decisions, 1)


def measured(way: str, how: str, ran: Ran, guards: list[VenueGuard], calm: Ran) -> dict:
    start_ns = ran.parts.start_ns
    begin, end = start_ns + START_S * NS, start_ns + (START_S + OUTAGE_S) * NS
    moves, unknown, wasted, diverted = [], 0, 0, -1
    for _, entry in ran.entries:
        for event in entry.events:
            if isinstance(event, VenueMoved) and event.venue == "alpha":
                moves.append((entry.time_ns, event.state))
            elif isinstance(event, OrderUnknown):
                unknown += 1
            elif isinstance(event, OrderCleared) and entry.time_ns >= begin:
                if event.venue == "alpha" and entry.time_ns < end:
                    wasted += 1
                elif event.venue == "beta" and diverted < 0 and moves:
                    diverted = entry.time_ns - begin
    shut = [when for when, state in moves if state >= CANCEL_ONLY and when >= begin]
    well = [when for when, state in moves if state == HEALTHY and when >= end]
    both = (shortfall(ran), shortfall(calm))
    return {
        "name": "outage",
        "way": way,
        "how": how,
        "orders_unknown": unknown,
        "detected_ms": round((shut[0] - begin) / 1e6, 1) if shut else None,
        "diverted_ms": round(diverted / 1e6, 1) if diverted >= 0 else None,
        "orders_sent_into_it": wasted,
        "never_sent": sum(guard.never_sent for guard in guards),
        "recovered_s": round((well[-1] - end) / NS, 2) if well else None,
        "moves": len(moves),
        "goodput_after_percent": round(
            100 * goodput(ran, start_ns) / max(goodput(calm, start_ns), 1e-9), 1
        ),
        "settled_after_s": SETTLED_S,
        "shortfall_bps": round(both[0], 3),
        "harm_bps": round(both[0] - both[1], 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    assert NONE == 0, "reasons begin at none"
    rows = []
    for how, is_guarded in (("guard", True), ("no guard", False)):
        with scratch() as folder:
            calm, _ = session("", folder, is_guarded=is_guarded)
        for way, fault in WAYS.items():
            with scratch() as folder:
                ran, guards = session(fault, folder, is_guarded=is_guarded)
            rows.append(measured(way, how, ran, guards, calm))
    charts = [
        bars("Orders unknown", "orders", _by(rows, "orders_unknown")),
        bars("Sent into the outage", "orders", _by(rows, "orders_sent_into_it")),
        bars("Detected after", "ms", _by(rows, "detected_ms")),
        bars("Healthy again after the outage's end", "s", _by(rows, "recovered_s")),
        bars("Goodput afterwards", "% of the calm run", _by(rows, "goodput_after_percent")),
        bars("Harm", "basis points", _by(rows, "harm_bps")),
    ]
    write(chosen.out, "Venue outage", __doc__ or "", rows, charts)


def _by(rows: list[dict], field: str) -> dict[str, float]:
    return {
        f"{row['way']}, {row['how']}": float(row[field]) for row in rows if row[field] is not None
    }


if __name__ == "__main__":
    main()
