"""An executor beside the walk: nothing waits for it, and how each action ended is still said."""

import threading

from interlock.execution.background import WAITING_MAX, BackgroundExecutor
from interlock.execution.outbox import Outbox
from interlock.messages.commands import ReportAction, ServeQueue
from interlock.messages.encoding import Entry
from interlock.messages.events import ActionCleared
from worlds import START


class Gated:
    """Carries out an action once it is let."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun = threading.Event()
        self.done: list[int] = []

    def execute(self, time_ns: int, action: ActionCleared) -> ReportAction:
        self.begun.set()
        self.gate.wait(timeout=30)
        self.done.append(action.action)
        return ReportAction(action.action, True, "done")


def cleared(number: int) -> ActionCleared:
    return ActionCleared(number, number, "notify", {"text": "x"})


def test_the_walk_goes_on_while_an_action_is_carried_out() -> None:
    slow = Gated()
    outbox = Outbox({}, {}, {"notify": BackgroundExecutor(slow)})

    outbox.hand_on(1, [Entry(START, ServeQueue(1), [cleared(7)])])

    assert outbox.due(START) == []
    assert slow.done == []
    slow.gate.set()
    assert outbox.last_words() == [ReportAction(7, True, "done")]


def test_actions_end_in_the_order_in_which_they_began() -> None:
    slow = Gated()
    executor = BackgroundExecutor(slow)
    for number in range(1, 6):
        executor.begin(START, cleared(number))
    slow.gate.set()

    assert [report.action for report in executor.close()] == [1, 2, 3, 4, 5]


def test_one_action_too_many_is_answered_at_once_as_not_carried_out() -> None:
    slow = Gated()
    executor = BackgroundExecutor(slow)
    for number in range(1, WAITING_MAX + 2):
        executor.begin(START, cleared(number))

    [refused] = executor.finished()

    assert (refused.action, refused.succeeded) == (WAITING_MAX + 1, False)
    assert str(WAITING_MAX) in refused.text
    slow.gate.set()
    assert len(executor.close()) == WAITING_MAX


def test_closing_does_not_wait_for_ever_and_says_what_is_not_known() -> None:
    slow = Gated()
    executor = BackgroundExecutor(slow, close_seconds=0)
    executor.begin(START, cleared(1))
    slow.begun.wait(timeout=30)
    executor.begin(START, cleared(2))

    first, second = executor.close()

    assert (first.action, first.succeeded) == (1, False)
    assert "not known" in first.text
    assert (second.action, second.succeeded) == (2, False)
    assert "not carried out" in second.text
    slow.gate.set()
