"""An executor off the walk: a live session does not wait for a slow receiver, and nor does a cancel
(law 6).

One thread keeps the order of the actions. How many may wait is bounded; one more is answered at
once as not carried out, and nothing is lost silently.
"""

from concurrent.futures import Future, ThreadPoolExecutor

from interlock.execution.executors import Executor
from interlock.messages.commands import ReportAction
from interlock.messages.events import ActionCleared
from interlock.messages.units import Nanoseconds

WAITING_MAX = 64


class BackgroundExecutor:
    """Carries out actions one after the other, beside the walk."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="executor")
        self._waiting: list[Future[ReportAction]] = []
        self._refused: list[ReportAction] = []

    def begin(self, time_ns: Nanoseconds, action: ActionCleared) -> None:
        """This takes an action on; `finished` will say how it ended."""
        if len(self._waiting) >= WAITING_MAX:
            text = f"not carried out: {WAITING_MAX} actions wait for the same receiver"
            self._refused.append(ReportAction(action.action, False, text))
            return
        self._waiting.append(self._thread.submit(self._executor.execute, time_ns, action))

    def finished(self) -> list[ReportAction]:
        """This is what has ended since the last call, in order."""
        done, self._refused = self._refused, []
        while self._waiting and self._waiting[0].done():
            done.append(self._waiting.pop(0).result())
        return done

    def close(self) -> list[ReportAction]:
        """This waits for what was taken on, and is how all of it ended."""
        self._thread.shutdown(wait=True)
        return self.finished()
