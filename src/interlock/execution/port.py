"""The port that any venue must fit; tests/contracts holds every implementation to it."""

from typing import Protocol

from interlock.messages.commands import Command
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.units import Nanoseconds, OrderId


class VenuePort(Protocol):
    """A venue as seen from here. It answers only by commands, from `due`; it never raises for what
    a venue may do."""

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        """An order leaves for the venue. The same order twice is recognised, never traded twice."""

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        """A request to cancel leaves."""

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        """A request to replace leaves."""

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """The question what became of an order leaves."""

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        """The question for all that the venue has of this session leaves. It is answered by pages
        of `ReportVenue`: executions first, then orders, then net positions, page by page."""

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        """From now on the order that the venue knows by these names is ours under this number:
        what it says about it, and what we ask about it, bears that. Told again after a restart."""

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        """Market data that a recorded venue lives on; others ignore it."""

    def next_time_ns(self) -> Nanoseconds:
        """When the venue next has something to do or say; -1 if never."""

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """Everything that the venue says up to and including a moment, in order of time."""
