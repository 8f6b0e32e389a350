"""The timer of large orders: where the market is quiet, time passes when a schedule is due."""

from typing import final

from interlock.ledger.work_table import NEVER, WorkTable
from interlock.messages.commands import AdvanceTime, Command
from interlock.messages.units import Nanoseconds


@final
class WorkTimer:
    """Says `AdvanceTime` when a schedule is to be looked at. It only reads, and remembers
    nothing."""

    def __init__(self, works: WorkTable) -> None:
        self._works = works

    def next_time_ns(self) -> Nanoseconds:
        """When the next schedule is due; -1 while none is."""
        return self._works.due_ns if self._works.due_ns < NEVER else -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """Time passes, if nothing else has said so."""
        return [(time_ns, AdvanceTime())] if self._works.due_ns <= time_ns else []
