"""Recalling: actions of a session that is gone through again are not carried out again."""

from collections.abc import Callable
from typing import final

from interlock.execution.executors import Executor
from interlock.messages.commands import ReportAction
from interlock.messages.events import ActionCleared
from interlock.messages.identity import order_sequence
from interlock.messages.units import Nanoseconds, OrderId, Sequence

NOT_KNOWN = "not known: the process ended before it was answered, it may have been carried out"


@final
class RecallingExecutor:
    """Answers as the journal says that an action ended. One that the journal has no answer to may
    have been carried out: it is only given again to an executor that recognises it (law 8)."""

    def __init__(
        self,
        executor: Executor,
        recall: Callable[[OrderId], ReportAction | None],
        last_sequence: Sequence,
        *,
        recognises: bool,
    ) -> None:
        """`recall` finds the kept answer; actions of commands up to `last_sequence` were durable,
        and may have left, before this process began."""
        self._executor = executor
        self._recall = recall
        self._last_sequence = last_sequence
        self._recognises = recognises

    def execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        kept = self._recall(action.action)
        if kept is not None:
            return kept
        if order_sequence(action.action) <= self._last_sequence and not self._recognises:
            return ReportAction(action.action, False, NOT_KNOWN)
        return self._executor.execute(time_ns, action)
