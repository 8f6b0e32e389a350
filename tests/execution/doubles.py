"""A venue that records what reaches it and says what it is told to, and a journal whose disk waits
to be told that it is done.
"""

from pathlib import Path

from interlock.engine import Engine, Follower
from interlock.execution.executors import Executor
from interlock.execution.outbox import Outbox
from interlock.journal.files import Files
from interlock.journal.options import JournalOptions
from interlock.journal.writer import JournalWriter
from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command, ProposeDecision, ServeQueue, UpdateQuote
from interlock.messages.decisions import Action, Decision, OrderQuantity, Terms
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import (
    CancelRequested,
    Event,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.terms import BUY
from worlds import SECOND, START, opening

SILENCE_NS = 2 * SECOND


class RecordingVenue:
    """A venue that never speaks by itself: `reached` is everything that left for it."""

    def __init__(self, name: str, trace: list[str] | None = None) -> None:
        self.name = name
        self.reached: list[tuple[str, int, int]] = []
        """(what, when, order)."""
        self.trace = trace if trace is not None else []

    def submit(self, time_ns: int, order: OrderCleared) -> None:
        self._note("submit", time_ns, order.order)

    def cancel(self, time_ns: int, request: CancelRequested) -> None:
        self._note("cancel", time_ns, request.order)

    def replace(self, time_ns: int, request: ReplaceRequested) -> None:
        self._note("replace", time_ns, request.order)

    def query(self, time_ns: int, order: int) -> None:
        self._note("query", time_ns, order)

    def state(self, time_ns: int, asked: VenueQuestioned) -> None:
        self._note("state", time_ns, asked.question)

    def adopt(self, time_ns: int, adopted: OrderAdopted) -> None:
        self._note("adopt", time_ns, adopted.order)

    def observe(self, time_ns: int, command: Command) -> None:
        """It lives on nothing."""

    def next_time_ns(self) -> int:
        return -1

    def due(self, time_ns: int) -> list[tuple[int, Command]]:
        return []

    def _note(self, what: str, time_ns: int, order: int) -> None:
        self.reached.append((what, time_ns, order))
        self.trace.append(what)


class TracingFiles(Files):
    """The disk, with every sync of data noted in the trace when it has happened."""

    def __init__(self, trace: list[str]) -> None:
        self.trace = trace

    def datasync(self, descriptor: int) -> None:
        super().datasync(descriptor)
        self.trace.append("synced")

    def sync_queue(self) -> None:
        """Every sync is a call of `datasync`."""


class Station:
    """An engine on a real journal, whose `trace` says in which order disk and venue were used."""

    def __init__(
        self,
        directory: Path,
        *,
        background: bool = False,
        followers: tuple[Follower, ...] = (),
        executors: dict[str, Executor] | None = None,
    ) -> None:
        self.directory = directory
        self.trace: list[str] = []
        self.venue = RecordingVenue("alpha", self.trace)
        self.other = RecordingVenue("beta", self.trace)
        options = JournalOptions(
            segment_bytes=1 << 20,
            chunk_bytes=1 << 16,
            background=background,
            files=TracingFiles(self.trace),
        )
        self.journal = JournalWriter.create(
            directory, journal_id=b"0123456789abcdef", code_version="test", options=options
        )
        self.outbox = Outbox(
            {"alpha": self.venue, "beta": self.other},
            {"alpha": SILENCE_NS, "beta": SILENCE_NS},
            executors or {},
        )
        self.engine = Engine(Kernel(Ledger(), {}), self.journal, self.outbox, followers)
        self.keys = 0
        for command in opening():
            self.engine.take(START, command)
        self.engine.keep()
        self.trace.clear()

    def decide(self, action: Action, time_ns: int = START) -> list[Event]:
        """Propose a decision and have it judged, in the open batch."""
        self.keys += 1
        # Nothing is decided on a market that is too old to act on.
        self.engine.take(time_ns, UpdateQuote("COIN", "alpha", 9_990, 500, 10_010, 500, time_ns))
        decision = Decision("model", f"k{self.keys}", "r1", 1, action, time_ns + SECOND)
        self.engine.take(time_ns, ProposeDecision(decision))
        return self.engine.take(time_ns, ServeQueue(16))

    def order(self, time_ns: int = START, quantity: int = 10) -> int:
        """An order that is cleared, in the open batch; its number."""
        terms = Terms(price=9_980, venue="alpha")
        events = self.decide(OrderQuantity("COIN", BUY, quantity, terms), time_ns)
        cleared = [event for event in events if isinstance(event, OrderCleared)]
        assert len(cleared) == 1, events
        return cleared[0].order

    def elapse(self, until_ns: int) -> list[tuple[int, Command]]:
        """Let the outbox's timers run, and the engine take what they say."""
        said = []
        while 0 <= self.outbox.next_time_ns() <= until_ns:
            now_ns = self.outbox.next_time_ns()
            for time_ns, command in self.outbox.due(now_ns):
                said.append((time_ns, command))
                self.engine.take(now_ns, command)
            self.engine.keep()
        self.engine.keep()
        return said
