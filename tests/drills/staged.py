"""Stages of a drill as tests: each is run once with its control and once without."""

from interlock.drilling import Runner
from interlock.review.drill import Drill, Result, Stage
from interlock.review.outcome import Outcome


class Staged:
    """One drill, each stage of which is run when it is first asked for."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.runner = Runner(drill)
        self._results: dict[str, Result] = {}
        self._outcomes: dict[str, Outcome] = {}

    def stage(self, control: str) -> Stage:
        return next(stage for stage in self.drill.stages if stage.control == control)

    def with_it(self, control: str) -> Outcome:
        if control not in self._outcomes:
            self._outcomes[control] = self.runner.outcome(self.stage(control))
        return self._outcomes[control]

    def without_it(self, control: str) -> Outcome:
        return self.runner.without(self.stage(control))

    def harms(self, control: str) -> tuple[int, int]:
        """Harm with a control and without."""
        harm_of = self.drill.harm_of
        return harm_of(self.with_it(control)), harm_of(self.without_it(control))

    def is_met(self, control: str) -> bool:
        return self.stage(control).is_met(self.with_it(control))


def controls_of(drill: Drill) -> list[str]:
    return [stage.control for stage in drill.stages]
