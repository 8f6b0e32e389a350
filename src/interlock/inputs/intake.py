"""Intake: from lines that arrived to lines that are taken, in time or not at all.

Lines wait in lanes before the journal: what reduces risk, exits and hedges, new risk, chatter, and
market data. What reduces risk is never refused; a connection that has too much of it waiting is not
read until it was taken. Of the rest, what cannot be done in time is refused at once, with how long
to wait before trying again: a full lane, the priority cut and too long a wait (`admission`). Quotes
that a newer one of the same market has overtaken are passed over while there is more than one
turn's work. Everything that is not taken is counted, and the journal is told.

Standard input is different: a file or a pipe that is read at the pace of its taking loses nothing.
"""

from collections import deque
from operator import attrgetter
from typing import Final

from interlock.inputs.admission import PriorityCut, Sojourn
from interlock.inputs.lanes import Lane, WaitingLine
from interlock.inputs.lines import CONNECTIONS_MAX, LINES_PER_TURN_MAX, Connection
from interlock.inputs.session_parts import OverloadSettings
from interlock.inputs.urgency import Stream, Urgency, market_of
from interlock.messages.commands import NoteShed
from interlock.messages.load_reasons import CUT_BY_PRIORITY, LANE_FULL, OVERTAKEN, WAITED_TOO_LONG
from interlock.messages.terms import CHATTER, EXIT, MARKET_DATA, NEW_RISK, RISK_REDUCING
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Nanoseconds

URGENT_PER_TURN_MAX: Final = 256
"""Lines that reduce risk, and as many of market data, taken in one turn before anything else."""
MARKET_LINES_MAX: Final = 4_096
TURN_LINES_MIN: Final = 4
"""Taken in a turn however slow it is: a sync is shared."""
NOTE_EVERY_NS: Final = NS_PER_SECOND
RETRY_MS_MAX: Final = 10_000
URGENT_LINES_MAX: Final = CONNECTIONS_MAX * (URGENT_PER_TURN_MAX + LINES_PER_TURN_MAX)
"""No lane refuses these: a connection is not read on while so many of its lines wait."""


class Refused:
    """Lines of one connection that follow each other and are not taken, for one reason."""

    def __init__(self, connection: Connection, number: int, reason: int) -> None:
        self.connection = connection
        self.first = number
        self.last = number
        self.reason = reason


_place_of: Final = attrgetter("place")


class _Place:
    """Where a line of market data waits; empty once it was taken or overtaken."""

    def __init__(self, line: WaitingLine) -> None:
        self.line: WaitingLine | None = line


class Intake:
    """The lanes of one live session, and what was not taken of what came."""

    def __init__(self, settings: OverloadSettings, ceilings: dict[str, int]) -> None:
        self.settings = settings
        self.refused: list[Refused] = []
        """Since the last time somebody emptied it."""
        self._urgency = Urgency(ceilings)
        target_ns, interval_ns = settings.target_ms * NS_PER_MS, settings.interval_ms * NS_PER_MS
        self.cut = PriorityCut(target_ns, interval_ns)
        self.lanes: Final = {
            RISK_REDUCING: Lane(URGENT_LINES_MAX),
            EXIT: Lane(settings.lane_lines),
            NEW_RISK: Lane(settings.lane_lines),
            CHATTER: Lane(settings.lane_lines),
        }
        self.sojourns: Final = {
            lane: Sojourn(target_ns, interval_ns) for lane in (EXIT, NEW_RISK, CHATTER)
        }
        self._market: deque[_Place] = deque()
        self._quotes: dict[tuple[str, str], _Place] = {}
        self._is_behind = False
        self._since_ns: Nanoseconds = 0
        self._came = 0
        self._served = 0
        self._pace_ns: Nanoseconds = 0

    @property
    def is_waiting(self) -> bool:
        """Whether lines are left for the next turn."""
        return bool(self._market) or any(len(lane) for lane in self.lanes.values())

    def offer(self, now_ns: Nanoseconds, connection: Connection, text: bytes) -> None:
        """A line has arrived: it waits, or is refused at once. Cost of a refusal: some two
        microseconds, since there may be twenty of them to one line that is taken."""
        number = connection.lines_taken = connection.lines_taken + 1
        stream = self._urgency.stream_of(text)
        lane = stream.lane
        if lane == MARKET_DATA:
            self._offer_market(self._line(now_ns, connection, number, stream, text))
        elif lane == RISK_REDUCING:
            connection.urgent += 1
            self.lanes[lane].keep(self._line(now_ns, connection, number, stream, text))
        elif connection.is_patient:
            self.lanes[lane].keep(self._line(now_ns, connection, number, stream, text))
        elif not self.cut.admits(stream):
            self._refuse(connection, number, stream, CUT_BY_PRIORITY)
        else:
            out = self.lanes[lane].put(self._line(now_ns, connection, number, stream, text))
            if out is not None:
                self._let_go(out, LANE_FULL)

    def _line(
        self,
        now_ns: Nanoseconds,
        connection: Connection,
        number: int,
        stream: Stream,
        text: bytes,
    ) -> WaitingLine:
        self._came += 1
        connection.waiting += 1
        return WaitingLine(connection, number, stream, now_ns, self._came, text)

    def _offer_market(self, line: WaitingLine) -> None:
        market = market_of(line.text)
        if market is not None:
            older = self._quotes.get(market)
            if older is not None and older.line is not None and self._is_behind:
                self._let_go(older.line, OVERTAKEN)
                older.line = None
        if len(self._market) >= MARKET_LINES_MAX and not line.connection.is_patient:
            self._let_go(line, LANE_FULL)
            return
        place = _Place(line)
        self._market.append(place)
        if market is not None:
            self._quotes[market] = place

    def serve(self, now_ns: Nanoseconds) -> list[WaitingLine]:
        """These are the lines of this turn: market data and what reduces risk first."""
        taken: list[WaitingLine] = []
        for _ in range(min(len(self._market), URGENT_PER_TURN_MAX)):
            place = self._market.popleft()
            if place.line is not None:
                taken.append(place.line)
                place.line = None
        if not self._market:
            self._quotes.clear()
        urgent = self.lanes[RISK_REDUCING]
        for _ in range(min(len(urgent), URGENT_PER_TURN_MAX)):
            line = urgent.take()
            line.connection.urgent -= 1
            taken.append(line)
        room = self._room()
        for lane in (EXIT, NEW_RISK, CHATTER):
            room = self._serve(now_ns, lane, room, taken)
        for line in taken:
            line.connection.waiting -= 1
        self._is_behind = self.is_waiting
        if not self._is_behind:
            # All of it is taken at once: then in the order in which it came.
            taken.sort(key=_place_of)
        self._served = len(taken)
        self.cut.look(now_ns)
        return taken

    def _serve(self, now_ns: Nanoseconds, number: int, room: int, taken: list[WaitingLine]) -> int:
        lane, sojourn = self.lanes[number], self.sojourns[number]
        while room > 0 and len(lane):
            # Of chatter the newest is still worth something when there is too much of it.
            is_newest = number == CHATTER and sojourn.is_overloaded
            line = lane.take_newest() if is_newest else lane.take()
            waited_ns = now_ns - line.came_ns
            is_late = sojourn.refuses(now_ns, waited_ns) and not line.connection.is_patient
            self.cut.waited(waited_ns, is_taken=not is_late)
            if is_late:
                self._let_go(line, WAITED_TOO_LONG)
                continue
            taken.append(line)
            room -= 1
        return room

    def expired(self, line: WaitingLine, reason: int) -> None:
        """A line that was to be taken is not: its own time passed while it waited."""
        _count(line.stream, reason)

    @property
    def late_ns(self) -> Nanoseconds:
        """From how much later than it was due market data is passed over for newer data."""
        return 2 * self.settings.target_ms * NS_PER_MS

    def overtaken(self, count: int) -> None:
        """So many quotes of venues or recordings were passed over for newer ones."""
        for _ in range(count):
            _count(self._urgency.nobodys_data, OVERTAKEN)

    def retry_ms(self) -> int:
        """How long to wait before what was refused is worth another try: until what waits now is
        done, and an interval longer."""
        waiting = sum(len(self.lanes[lane]) for lane in (EXIT, NEW_RISK, CHATTER))
        drained_ms = waiting * self._pace_ns // NS_PER_MS
        return min(self.settings.interval_ms + drained_ms, RETRY_MS_MAX)

    def note(self, now_ns: Nanoseconds, *, is_last: bool = False) -> NoteShed | None:
        """This is the record of what was not taken, once a second at most; None when there is
        nothing to say."""
        rows = tuple(
            (stream.lane, stream.source, reason, count)
            for stream in self._urgency.streams
            for reason, count in stream.refused.items()
        )
        if not rows:
            self._since_ns = now_ns
            return None
        if not is_last and now_ns - self._since_ns < NOTE_EVERY_NS:
            return None
        note = NoteShed(self._since_ns, tuple(sorted(rows)))
        for stream in self._urgency.streams:
            stream.refused.clear()
        self._since_ns = now_ns
        return note

    def _let_go(self, line: WaitingLine, reason: int) -> None:
        """A line that waited, or was to wait, is refused."""
        line.connection.waiting -= 1
        self._refuse(line.connection, line.number, line.stream, reason)

    def _refuse(self, connection: Connection, number: int, stream: Stream, reason: int) -> None:
        _count(stream, reason)
        refused = self.refused[-1] if self.refused else None
        if (
            refused is not None
            and refused.last + 1 == number
            and refused.connection is connection
            and refused.reason == reason
        ):
            refused.last = number
        else:
            self.refused.append(Refused(connection, number, reason))

    def worked(self, spent_ns: Nanoseconds) -> None:
        """The lines that were served last took so long, with all that came of them."""
        if self._served:
            pace_ns = spent_ns // self._served
            self._pace_ns = (7 * self._pace_ns + pace_ns) // 8 if self._pace_ns else pace_ns

    def _room(self) -> int:
        """How many lines to take in one turn: as many as are done in half the target, so that a
        turn is not itself what everybody waits for."""
        if self._pace_ns == 0:
            return self.settings.turn_lines
        done = self.settings.target_ms * NS_PER_MS // (2 * self._pace_ns)
        return min(max(done, TURN_LINES_MIN), self.settings.turn_lines)


def _count(stream: Stream, reason: int) -> None:
    stream.refused[reason] = stream.refused.get(reason, 0) + 1
