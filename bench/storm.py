"""A venue that throttles: it answers 429 for ten seconds, with a wait of one second, and logs us
out for ten seconds after every twenty requests that it had to refuse.

The guard beside naive retry (three tries, 100 ms apart), which is what most clients do: the same
session, the same decisions, the same venue. Messages are what left for the throttling venue.

    python bench/storm.py [--seconds 60] [--out build/bench]
"""

import argparse
from dataclasses import replace
from pathlib import Path

from interlock.execution.guard import VenueGuard
from interlock.messages.commands import Command, ReportOrder
from interlock.messages.events import OrderCleared, OrderFilled
from interlock.messages.terms import REPORT_REJECTED
from interlock.messages.venue_reasons import VENUE_THROTTLED
from interlock.parts import Parts, parts_of
from interlock.simulation.faulty import FaultyVenue
from worlds.figures import scratch
from worlds.page import bars, write
from worlds.two_venues import GENERATED, LIMITS, SOURCE, Ran, run

FAULT = """faults = [
    { kind = "throttle", from_ms = 20_000, for_ms = 10_000, delay_ms = 1_000, count_max = 20 },
]
"""
GUARDED = "in_flight_max = 32\nhealth = { answer_ms = 500, settle_ms = 2_000 }\n"
TRIES = 3
WAIT_NS = 100_000_000


class NaiveRetry:
    """The venue port with what most clients do: what was throttled is sent again, three times."""

    def __init__(self, port: FaultyVenue) -> None:
        self.port = port
        self.name = port.name
        self.sent = 0
        self.resent = 0
        self._orders: dict[int, tuple[OrderCleared, int]] = {}
        self._again: list[tuple[int, OrderCleared]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.port, name)

    def submit(self, time_ns: int, order: OrderCleared) -> None:
        self.sent += 1
        self._orders[order.order] = (order, 1)
        self.port.submit(time_ns, order)

    def cancel(self, time_ns: int, request: object) -> None:
        self.sent += 1
        self.port.cancel(time_ns, request)  # type: ignore[arg-type]

    def query(self, time_ns: int, order: int) -> None:
        self.sent += 1
        self.port.query(time_ns, order)

    def next_time_ns(self) -> int:
        moments = [self.port.next_time_ns(), *(when for when, _ in self._again)]
        return min((moment for moment in moments if moment >= 0), default=-1)

    def due(self, time_ns: int) -> list[tuple[int, Command]]:
        for when, order in list(self._again):
            if when <= time_ns:
                self._again.remove((when, order))
                self.sent += 1
                self.resent += 1
                self.port.submit(time_ns, order)
        heard = []
        for word_ns, command in self.port.due(time_ns):
            if isinstance(command, ReportOrder) and self._swallows(time_ns, command):
                continue
            heard.append((word_ns, command))
        return heard

    def _swallows(self, time_ns: int, report: ReportOrder) -> bool:
        known = self._orders.get(report.order)
        if report.kind != REPORT_REJECTED or report.reason != VENUE_THROTTLED or known is None:
            return False
        order, tries = known
        if tries >= TRIES:
            return False
        self._orders[report.order] = (order, tries + 1)
        self._again.append((time_ns + WAIT_NS, order))
        return True


def naive(*arguments: object) -> Parts:
    parts = parts_of(*arguments)  # type: ignore[arg-type]
    venues = dict(parts.venues)
    assert isinstance(venues["alpha"], FaultyVenue), "alpha throttles, so it has faults"
    venues["alpha"] = NaiveRetry(venues["alpha"])  # type: ignore[assignment]
    return replace(parts, venues=venues)


def figures(how: str, ran: Ran, fault: FaultyVenue, sent: int) -> dict[str, object]:
    cleared = [
        (entry.time_ns, event)
        for _, entry in ran.entries
        for event in entry.events
        if isinstance(event, OrderCleared)
    ]
    filled = {
        event.order
        for _, entry in ran.entries
        for event in entry.events
        if isinstance(event, OrderFilled)
    }
    start = fault.start_ns + 20 * 10**9
    during = [event for when, event in cleared if start <= when < start + 10 * 10**9]
    to_alpha = sum(event.venue == "alpha" for _, event in cleared)
    throttled = sum(one.struck for one in fault.faults)
    return {
        "name": "storm",
        "how": how,
        "messages_to_alpha": sent,
        "orders_cleared_for_alpha": to_alpha,
        "messages_per_order": round(sent / max(to_alpha, 1), 3),
        "throttled": throttled,
        "bans": fault.bans,
        "filled_of_those_decided_in_the_storm_percent": round(
            100 * sum(event.order in filled for event in during) / max(len(during), 1), 1
        ),
        "orders_filled": len(filled),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    sources = "".join(
        SOURCE.format(
            name=f"source-{number}", symbol="COIN", interval_ms=100, quantity=20, protection=10
        )
        for number in range(4)
    )
    rows = []
    for how, alpha in (("guard", FAULT + GUARDED), ("naive retry", FAULT)):
        text = GENERATED.format(
            seed=7, routing="best_price", alpha=alpha, beta="", sources=sources,
            seconds=chosen.seconds,
        )  # fmt: skip
        with scratch() as folder:
            if how == "guard":
                guards: list[VenueGuard] = []
                ran = run(text + LIMITS, Path(folder) / "s", guards=guards)
                fault = ran.parts.venues["alpha"]
                assert isinstance(fault, FaultyVenue), "alpha throttles, so it has faults"
                rows.append(figures(how, ran, fault, guards[0].sent))
            else:
                ran = run(text + LIMITS, Path(folder) / "s", make=naive)
                retrying = ran.parts.venues["alpha"]
                assert isinstance(retrying, NaiveRetry), "alpha is retried"
                rows.append(figures(how, ran, retrying.port, retrying.sent))
    charts = [
        bars("Requests that the venue had to refuse", "requests", _by(rows, "throttled")),
        bars("Bans", "logouts of ten seconds", _by(rows, "bans")),
        bars("Messages for each order", "messages", _by(rows, "messages_per_order")),
        bars(
            "Filled, of what was cleared in the storm", "%",
            _by(rows, "filled_of_those_decided_in_the_storm_percent"),
        ),
    ]  # fmt: skip
    write(chosen.out, "Retry storm", __doc__ or "", rows, charts)


def _by(rows: list[dict[str, object]], field: str) -> dict[str, float]:
    return {str(row["how"]): float(str(row[field])) for row in rows}


if __name__ == "__main__":
    main()
