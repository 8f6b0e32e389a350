"""An executor off the walk: a live session does not wait for a slow receiver, and nor does a cancel
(law 6).

One thread keeps the order of the actions. How many may wait is bounded; one more is answered at
once as not carried out, and nothing is lost silently.
"""

from concurrent.futures import Future, ThreadPoolExecutor, wait

from interlock.execution.executors import Executor
from interlock.messages.commands import ReportAction
from interlock.messages.events import ActionCleared
from interlock.messages.units import Nanoseconds, OrderId

WAITING_MAX = 64
CLOSE_SECONDS_MAX = 10
"""So long a session that ends waits for one receiver; the rest is reported as not known."""


class BackgroundExecutor:
    """Carries out actions one after the other, beside the walk."""

    def __init__(self, executor: Executor, close_seconds: float = CLOSE_SECONDS_MAX) -> None:
        self._close_seconds = close_seconds
        self._executor = executor
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="executor")
        self._waiting: list[Future[ReportAction]] = []
        self._numbers: list[OrderId] = []
        self._refused: list[ReportAction] = []

    def begin(self, time_ns: Nanoseconds, action: ActionCleared) -> None:
        """This takes an action on; `finished` will say how it ended."""
        if len(self._waiting) >= WAITING_MAX:
            text = f"not carried out: {WAITING_MAX} actions wait for the same receiver"
            self._refused.append(ReportAction(action.action, False, text))
            return
        self._numbers.append(action.action)
        self._waiting.append(self._thread.submit(self._executor.execute, time_ns, action))

    def finished(self) -> list[ReportAction]:
        """This is what has ended since the last call, in order."""
        done, self._refused = self._refused, []
        while self._waiting and self._waiting[0].done():
            del self._numbers[0]
            done.append(self._waiting.pop(0).result())
        return done

    def close(self) -> list[ReportAction]:
        """This waits for what was taken on, up to `CLOSE_SECONDS_MAX`, and is how all of it ended:
        what has not begun by then is not carried out, and what has is not known."""
        wait(self._waiting, timeout=self._close_seconds)
        said = self.finished()
        for number, future in zip(self._numbers, self._waiting, strict=True):
            if future.cancel():
                text = "not carried out: the session has ended"
            else:
                text = "not known: the session has ended, it may have arrived"
            said.append(ReportAction(number, False, text))
        self._numbers, self._waiting = [], []
        self._thread.shutdown(wait=False, cancel_futures=True)
        return said
