"""Lanes: where lines wait between the door and the journal, one lane for each priority.

Within a lane sources take turns, and the lines of one source stay in their order: what a strategy
says of an account and an instrument is taken as it said it. A full lane gives up the newest line of
whoever has most waiting, so a source that floods it loses its own lines and nobody else's.
"""

from collections import deque
from typing import NamedTuple

from interlock.inputs.lines import Connection
from interlock.inputs.urgency import Stream
from interlock.messages.units import Nanoseconds


class WaitingLine(NamedTuple):
    """One line that waits."""

    connection: Connection
    number: int
    """Its place among the lines of its connection."""
    stream: Stream
    came_ns: Nanoseconds
    place: int
    """Among the lines of all connections."""
    text: bytes


class Lane:
    """Lines of one priority, by source."""

    def __init__(self, lines_max: int) -> None:
        self.lines_max = lines_max
        self._waiting: dict[str, deque[WaitingLine]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, line: WaitingLine) -> WaitingLine | None:
        """This lets a line in; what is returned has no room: that line, or another's newest."""
        own = self._waiting.get(line.stream.source)
        out: WaitingLine | None = None
        if self._count >= self.lines_max:
            longest = max(self._waiting.values(), key=len)
            if longest is own or len(longest) <= 1 or longest[-1].connection.is_patient:
                return line
            out = longest.pop()
            self._count -= 1
        self.keep(line)
        return out

    def keep(self, line: WaitingLine) -> None:
        """This lets a line in whose number whoever sends it is bounded by."""
        own = self._waiting.get(line.stream.source)
        if own is None:
            own = self._waiting[line.stream.source] = deque()
        own.append(line)
        self._count += 1

    def take(self) -> WaitingLine:
        """This is the next line, of the source whose turn it is."""
        source, own = next(iter(self._waiting.items()))
        line = own.popleft()
        self._count -= 1
        # To the end of the row, or out of it.
        del self._waiting[source]
        if own:
            self._waiting[source] = own
        return line

    def take_newest(self) -> WaitingLine:
        """This is the line that came last of the source whose turn it is."""
        source, own = next(iter(self._waiting.items()))
        line = own.pop()
        self._count -= 1
        del self._waiting[source]
        if own:
            self._waiting[source] = own
        return line
