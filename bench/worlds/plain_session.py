"""A live session whose door is one plain queue, first come first served: what a team has that
bounds nothing, or bounds a queue and nothing else. Otherwise `interlock run` as it is.

    python bench/worlds/plain_session.py BOUND SESSION.toml --socket PATH --out DIR
"""

import sys
from collections import deque

from interlock import assembly, cli
from interlock.inputs.intake import Intake
from interlock.inputs.lanes import WaitingLine
from interlock.inputs.lines import Connection
from interlock.inputs.session_parts import OverloadSettings
from interlock.inputs.urgency import Urgency
from interlock.messages.load_reasons import LANE_FULL

TURN_LINES = 64


class PlainQueue(Intake):
    """One queue of so many lines; 0 for as many as come."""

    bound = 0

    def __init__(self, settings: OverloadSettings, ceilings: dict[str, int]) -> None:
        super().__init__(settings, ceilings)
        self._looks = Urgency(ceilings)
        self._line_queue: deque[WaitingLine] = deque()

    @property
    def is_waiting(self) -> bool:
        return bool(self._line_queue)

    def offer(self, now_ns: int, connection: Connection, text: bytes) -> None:
        connection.lines_taken += 1
        stream = self._looks.stream_of(text)
        if self.bound and len(self._line_queue) >= self.bound:
            self._refuse(connection, connection.lines_taken, stream, LANE_FULL)
            return
        place = connection.lines_taken
        self._line_queue.append(WaitingLine(connection, place, stream, now_ns, place, text))

    def serve(self, now_ns: int) -> list[WaitingLine]:
        count = min(len(self._line_queue), TURN_LINES)
        return [self._line_queue.popleft() for _ in range(count)]


if __name__ == "__main__":
    PlainQueue.bound = int(sys.argv[1])
    assembly.Intake = PlainQueue
    sys.exit(cli.main(["run", *sys.argv[2:]]))
