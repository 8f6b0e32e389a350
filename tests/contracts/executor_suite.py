"""What any executor must do, whatever carries out the action."""

from interlock.execution.executors import Executor
from interlock.messages.events import ActionCleared
from interlock.messages.identity import order_id

ACTION = ActionCleared(order_id(412, 1), 410, "notify", {"to": "desk", "text": 'a "word"\n'})
TIME_NS = 1_700_000_000_000_000_000


class ExecutorSuite:
    """Any executor: one that works, and one of the same kind whose world is gone."""

    def working(self) -> Executor:
        raise NotImplementedError

    def broken(self) -> Executor:
        raise NotImplementedError

    def arrived(self) -> list[dict[str, object]]:
        """What the other side has received, as it was read there."""
        raise NotImplementedError

    def test_success_is_reported_under_the_actions_number(self) -> None:
        report = self.working().execute(TIME_NS, ACTION)
        assert report.action == ACTION.action
        assert report.succeeded
        assert report.text

    def test_all_of_the_action_arrives(self) -> None:
        self.working().execute(TIME_NS, ACTION)
        assert self.arrived() == [
            {
                "action": "412-1",
                "decision": 410,
                "name": "notify",
                "time_ns": TIME_NS,
                "parameters": {"to": "desk", "text": 'a "word"\n'},
            }
        ]

    def test_two_actions_arrive_as_two_in_their_order(self) -> None:
        executor = self.working()
        executor.execute(TIME_NS, ACTION)
        executor.execute(TIME_NS + 1, ActionCleared(order_id(413, 1), 411, "notify", {}))
        assert [told["action"] for told in self.arrived()] == ["412-1", "413-1"]

    def test_what_cannot_be_done_is_an_answer_and_not_an_exception(self) -> None:
        report = self.broken().execute(TIME_NS, ACTION)
        assert report.action == ACTION.action
        assert not report.succeeded
        assert 0 < len(report.text) <= 200
