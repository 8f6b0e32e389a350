"""A guard before a venue that does as it is told, and a clock that is moved by hand."""

from execution.doubles import RecordingVenue
from interlock.execution.evidence import MarketPulse
from interlock.execution.guard import VenueGuard
from interlock.inputs.session_health import HealthSettings
from interlock.messages.commands import Command, ReportOrder
from interlock.messages.definitions import Venue, VenueRate
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.terms import BUY, DAY, LIMIT
from interlock.messages.venues import MoveVenue, NoteVenuePace
from worlds import SECOND, START

SETTINGS = HealthSettings(
    answer_ns=SECOND, settle_ns=5 * SECOND, probe_ns=SECOND, probe_max_ns=8 * SECOND
)


class SpeakingVenue(RecordingVenue):
    """A venue that says what the test gives it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.words: list[Command] = []

    def due(self, time_ns: int) -> list[tuple[int, Command]]:
        said, self.words = self.words, []
        return [(time_ns, word) for word in said]


def cleared(number: int, *, reduce_only: bool = False) -> OrderCleared:
    return OrderCleared(
        number, 1, "main", "model", "r1", 1, "COIN", "alpha", BUY, LIMIT, DAY, 10, 10_000, 0, 0,
        False, reduce_only, 9_990, 10_010,
    )  # fmt: skip


class Watched:
    """One guarded venue."""

    def __init__(
        self,
        settings: HealthSettings = SETTINGS,
        rates: tuple[VenueRate, ...] = (),
        in_flight_max: int = 0,
        *,
        is_continuous: bool = False,
    ) -> None:
        self.venue = SpeakingVenue("alpha")
        self.pulse = MarketPulse()
        defined = Venue("alpha", ("COIN",), rates=rates, in_flight_max=in_flight_max)
        self.guard = VenueGuard(
            self.venue, defined, settings, self.pulse, seed=7, is_continuous=is_continuous
        )
        self.time_ns = START
        self.said: list[Command] = []

    def submit(self, number: int, *, reduce_only: bool = False) -> None:
        self.guard.submit(self.time_ns, cleared(number, reduce_only=reduce_only))

    def cancel(self, number: int) -> None:
        self.guard.cancel(self.time_ns, CancelRequested(number, "alpha", 1, 620))

    def replace(self, number: int) -> None:
        self.guard.replace(self.time_ns, ReplaceRequested(number, "alpha", 1, 1, 5, 10_000))

    def hear(self, *words: Command) -> list[Command]:
        self.venue.words += words
        return self.look()

    def report(self, number: int, kind: int, reason: int = 0) -> list[Command]:
        return self.hear(ReportOrder("alpha", number, kind, reason=reason))

    def look(self, after_ns: int = 0) -> list[Command]:
        """Time passes, and everything that comes due on the way is said."""
        end_ns = self.time_ns + after_ns
        said: list[Command] = []
        for _ in range(10_000):
            next_ns = self.guard.next_time_ns()
            if next_ns < 0 or next_ns > end_ns or (next_ns <= self.time_ns and said == []):
                break
            self.time_ns = max(self.time_ns, next_ns)
            before = len(said)
            said += [command for _, command in self.guard.due(self.time_ns)]
            if len(said) == before and self.guard.next_time_ns() <= self.time_ns:
                break
        self.time_ns = end_ns
        said += [command for _, command in self.guard.due(self.time_ns)]
        self.said += said
        return said

    @property
    def states(self) -> list[tuple[int, int]]:
        """The states that were measured, with their reasons."""
        return [(one.state, one.reason) for one in self.said if isinstance(one, MoveVenue)]

    @property
    def paces(self) -> list[NoteVenuePace]:
        return [one for one in self.said if isinstance(one, NoteVenuePace)]

    def reached(self, what: str) -> list[int]:
        """The orders that something reached the venue about."""
        return [order for kind, _, order in self.venue.reached if kind == what]
