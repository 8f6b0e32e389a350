"""A session of any length for the journal's figures: quotes, and orders that are filled at once."""

from collections.abc import Iterator

from interlock.kernel.step import Kernel
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import (
    Command,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    UpdateQuote,
)
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared
from interlock.messages.terms import REPORT_FILL
from worlds.desk import ASK, BID, START, SYMBOLS, decisions, opening

QUOTES_PER_ORDER = 46
STEP_NS = 1_000_000


class Story:
    """A kernel that is told the next commands of one endless session, the same every time."""

    def __init__(self) -> None:
        self.kernel = Kernel(Ledger(), {})
        self.sequence = 0
        self.time_ns = START
        self._commands = self._told()

    def entries(self, count: int) -> list[Entry]:
        """The next `count` entries of the session."""
        made: list[Entry] = []
        for _ in range(count):
            command = next(self._commands)
            self.sequence += 1
            self.time_ns += STEP_NS
            events = self.kernel.step(self.sequence, self.time_ns, command)
            made.append(Entry(self.time_ns, command, events))
            self._last = events
        return made

    def _told(self) -> Iterator[Command]:
        yield from opening()
        number = 0
        while True:
            for place in range(QUOTES_PER_ORDER):
                symbol, moved = SYMBOLS[place % 2], place % 7
                yield UpdateQuote(symbol, "alpha", BID, 500 + moved, ASK, 400 + moved, self.time_ns)
            (decision,) = decisions(number, 1, self.time_ns)
            number += 1
            yield ProposeDecision(decision)
            yield ServeQueue(1)
            for event in self._last:
                if isinstance(event, OrderCleared):
                    yield ReportOrder(
                        "alpha",
                        event.order,
                        REPORT_FILL,
                        execution_id=f"e{number}",
                        quantity=event.quantity,
                        price=event.price,
                    )
