"""The record of one step: every event is applied to the ledger as it is concluded, never later."""

from typing import Final, final

from interlock.ledger.ledger import Ledger
from interlock.messages.events import Event


@final
class Recorder:
    """Collects the events of the present step."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger: Final = ledger
        self.events: list[Event] = []

    def begin(self) -> None:
        self.events = []

    def conclude(self, event: Event) -> None:
        """This is so from now on."""
        self.events.append(event)
        self.ledger.apply(event)
