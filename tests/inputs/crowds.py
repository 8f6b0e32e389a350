"""Crowds: a door in simulated time. Lines arrive by schedule, taking one costs so long, refusing
one a fraction of a hundredth of it, and nobody looks at a clock."""

import json
from typing import Any

from interlock.inputs.intake import Intake
from interlock.inputs.lanes import WaitingLine
from interlock.inputs.lines import Connection
from interlock.inputs.session_parts import OverloadSettings
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND

COST_NS = 250_000
REFUSAL_NS = 1_000
TURN_NS = 200_000
"""What a turn costs beside its lines: a sync."""
CAPACITY = NS_PER_SECOND // COST_NS
DEADLINE_NS = 100 * NS_PER_MS
CEILINGS = {"desk": 0, "second": 2, "third": 2}


class Peer(Connection):
    """A client of the socket that says what it is told to."""

    def __init__(self, name: str = "socket-1", *, is_patient: bool = False) -> None:
        super().__init__(name, -1, -1, None)
        self.is_patient = is_patient


def decision(source: str = "second", priority: str = "new_risk", **action: object) -> bytes:
    told: dict[str, Any] = {
        "source": source,
        "key": "k",
        "priority": priority,
        "action": {"kind": "order", **action},
    }
    return json.dumps(told).encode()


def quote(instrument: str = "COIN", venue: str = "alpha") -> bytes:
    return json.dumps({"quote": {"instrument": instrument, "venue": venue, "bid": "1"}}).encode()


class Crowd:
    """One server behind one intake, and clients who do not wait for answers."""

    def __init__(self, **settings: int) -> None:
        self.intake = Intake(OverloadSettings(**settings), CEILINGS)
        self.peers = {name: Peer(name) for name in CEILINGS}
        self.now_ns = NS_PER_SECOND
        self.waits: list[int] = []
        """Of each line that was taken, since somebody looked."""
        self.taken: dict[str, int] = dict.fromkeys(CEILINGS, 0)
        self.refused = 0
        self.waiting_most = 0
        self._due = dict.fromkeys(CEILINGS, 0.0)
        self._cancel_waits: list[int] = []

    def run(self, seconds: float, rates: dict[str, float], *, cancels: float = 0.0) -> float:
        """Lines of each source arrive at so many a second; what is returned is how many a second
        were taken within the deadline."""
        self.waits, self._cancel_waits, good = [], [], 0
        begin_ns = last_ns = self.now_ns
        end_ns = begin_ns + int(seconds * NS_PER_SECOND)
        line = {source: decision(source) for source in rates}
        cancel = decision("desk", kind="cancel")
        owed_cancels = 0.0
        while self.now_ns < end_ns:
            passed = (self.now_ns - last_ns) / NS_PER_SECOND
            last_ns = self.now_ns
            for source, rate in rates.items():
                self._due[source] += rate * passed
                while self._due[source] >= 1.0:
                    self._due[source] -= 1.0
                    self.intake.offer(self.now_ns, self.peers[source], line[source])
            owed_cancels += cancels * passed
            while owed_cancels >= 1.0:
                owed_cancels -= 1.0
                self.intake.offer(self.now_ns, self.peers["desk"], cancel)
            good += self._serve(cancel)
        return good / seconds

    def _serve(self, cancel: bytes) -> int:
        waiting = sum(len(lane) for lane in self.intake.lanes.values())
        self.waiting_most = max(self.waiting_most, waiting)
        begun_ns = self.now_ns
        served, good = self.intake.serve(self.now_ns), 0
        for line in served:
            self.now_ns += COST_NS
            waited_ns = self.now_ns - line.came_ns
            if line.text == cancel:
                self._cancel_waits.append(waited_ns)
                continue
            self.waits.append(waited_ns)
            self.taken[line.stream.source] += 1
            good += waited_ns <= DEADLINE_NS
        refused = sum(lines.last - lines.first + 1 for lines in self.intake.refused)
        self.now_ns += TURN_NS + REFUSAL_NS * refused
        self.refused += refused
        self.intake.worked(self.now_ns - begun_ns)
        self.intake.refused.clear()
        return good

    def wait_p99_ns(self) -> int:
        return sorted(self.waits)[len(self.waits) * 99 // 100]

    def cancel_wait_max_ns(self) -> int:
        return max(self._cancel_waits)


def texts(lines: list[WaitingLine]) -> list[bytes]:
    return [line.text for line in lines]
