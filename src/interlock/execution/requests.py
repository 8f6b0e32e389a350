"""Requests that may be sent again: questions that wait for their moment, cancels that wait for
their answer. Both are bounded, and one order has at most one of each.
"""

from typing import Final

from msgspec import Struct

from interlock.execution.retries import ATTEMPTS_MAX, RetryBudget
from interlock.messages.events import CancelRequested
from interlock.messages.units import Nanoseconds, OrderId

PENDING_MAX: Final = 100_000
"""Questions, and cancels, that wait at once; as many as a session may have open orders."""


class PendingCancel(Struct, gc=False):
    """A cancel that its venue has not answered."""

    request: CancelRequested
    attempts: int
    due_ns: Nanoseconds


class PendingQuery(Struct, gc=False):
    """A question that could not leave, or that the venue would not take."""

    attempts: int
    due_ns: Nanoseconds


class Pending:
    """What waits at one venue."""

    def __init__(self, budget: RetryBudget, answer_ns: Nanoseconds) -> None:
        self.budget = budget
        self.answer_ns = answer_ns
        self.cancels: dict[OrderId, PendingCancel] = {}
        self.queries: dict[OrderId, PendingQuery] = {}
        self.asked: dict[OrderId, int] = {}
        """How often each order was asked about, while nothing was heard of it."""

    def note_cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        """A cancel left for the first time."""
        if len(self.cancels) < PENDING_MAX:
            due_ns = time_ns + self.answer_ns
            self.cancels[request.order] = PendingCancel(request, 1, due_ns)

    def hold_query(
        self, time_ns: Nanoseconds, order: OrderId, at_least_ns: Nanoseconds = 0
    ) -> None:
        """A question waits; one about the same order that waits already stands for both."""
        known = self.queries.get(order)
        if known is None and len(self.queries) < PENDING_MAX:
            attempts = self.asked.get(order, 0)
            due_ns = time_ns + self.budget.wait_ns(attempts, at_least_ns)
            self.queries[order] = PendingQuery(attempts, due_ns)

    def note_query(self, order: OrderId) -> None:
        """A question left."""
        self.queries.pop(order, None)
        if len(self.asked) >= PENDING_MAX:
            del self.asked[next(iter(self.asked))]
        self.asked[order] = self.asked.get(order, 0) + 1

    def settle(self, order: OrderId, *, ends_cancel: bool) -> None:
        """The venue has said something about an order."""
        self.queries.pop(order, None)
        self.asked.pop(order, None)
        if ends_cancel:
            self.cancels.pop(order, None)

    def next_time_ns(self) -> Nanoseconds:
        """When the first of them is due; -1 for none. Cost: one step for each."""
        moments = [waiting.due_ns for waiting in self.cancels.values()]
        moments += [waiting.due_ns for waiting in self.queries.values()]
        return min(moments, default=-1)

    def put_off(self, time_ns: Nanoseconds, until_ns: Nanoseconds) -> None:
        """The venue asked us to wait: cancels that would leave again now do so after that."""
        for waiting in self.cancels.values():
            if waiting.due_ns <= time_ns:
                waiting.due_ns = until_ns + self.budget.wait_ns(waiting.attempts)

    def due_cancels(self, time_ns: Nanoseconds) -> list[PendingCancel]:
        """The cancels that are to be sent again now, within the budget; what has been sent
        `ATTEMPTS_MAX` times is left to whoever asks what became of the order."""
        ready: list[PendingCancel] = []
        for order, waiting in list(self.cancels.items()):
            if waiting.due_ns > time_ns:
                continue
            if waiting.attempts >= ATTEMPTS_MAX:
                del self.cancels[order]
            elif self.budget.take(time_ns):
                waiting.attempts += 1
                waiting.due_ns = time_ns + self.answer_ns + self.budget.wait_ns(waiting.attempts)
                ready.append(waiting)
            else:
                waiting.due_ns = time_ns + self.budget.wait_ns(waiting.attempts)
        return ready
