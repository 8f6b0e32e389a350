"""Drilling: runs drills as sessions, in memory or kept in a directory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from interlock.assembly import MARKET_ENDED, assemble
from interlock.engines import Ground
from interlock.inputs.clock import ManualClock
from interlock.inputs.recordings import MergedRecording
from interlock.inputs.session_file import SessionFile, parse_session
from interlock.journal.options import JournalOptions
from interlock.ledger.ledger import Ledger
from interlock.messages.units import Nanoseconds
from interlock.parts import Parts, parts_of
from interlock.review.drill import Drill, Nobody, Result, Stage
from interlock.review.outcome import Outcome
from interlock.review.scene import Dated
from interlock.testing.files import MemoryFiles

IN_MEMORY: Final = Path("/drills")
"""Where a session lies that is kept nowhere."""


class Story:
    """What is said in a drill, as a recording."""

    def __init__(self, told: list[Dated]) -> None:
        self.told = told
        self.progress = 0.0

    def __iter__(self) -> Iterator[Dated]:
        return iter(self.told)


class Runner:
    """Runs the stages of one drill. What is the same without a control is run once."""

    def __init__(self, drill: Drill, out: Path | None = None) -> None:
        """`out` is where the sessions are kept; None keeps none."""
        self.drill = drill
        self.out = out
        self._without: dict[str, Outcome] = {}

    def result(self, stage: Stage) -> Result:
        """This runs a stage with its control and without."""
        outcome = self.outcome(stage)
        without = self.without(stage)
        return Result(
            self.drill,
            stage,
            self.drill.harm_of(outcome),
            self.drill.harm_of(without),
            stage.is_met(outcome),
        )

    def outcome(self, stage: Stage) -> Outcome:
        """This is what comes of it with the control of a stage."""
        return self._run(f"with-{stage.control}", stage.limits, stage.story)

    def without(self, stage: Stage) -> Outcome:
        """This is what comes of it without."""
        told = stage.story if stage.story_without is None else stage.story_without
        if told not in self._without:
            self._without[told] = self._run(f"without-{told or 'any'}", {}, told)
        return self._without[told]

    def _run(self, name: str, limits: Mapping[str, str], told: str) -> Outcome:
        drill = self.drill
        file = parse_session(drill.scene.text(limits))
        story = list(drill.story(told))

        def parts(file: SessionFile, data: object, now_ns: Nanoseconds) -> Parts:
            made = parts_of(file, ())
            made.recording = MergedRecording([Story(story)])
            made.start_ns = story[0][0]
            made.observers = list(made.observers)
            return made

        directory, journal = self._place(name)
        outcome = Outcome(Ledger())
        people = drill.people(told)

        def listen(time_ns: Nanoseconds) -> None:
            if isinstance(people, Nobody):
                return
            # People see what is durable.
            session.engine.keep()
            for word in people.speak(time_ns, outcome):
                session.engine.take(time_ns, word)

        ground = Ground(ManualClock(story[0][0]), journal, _no_chance, parts, dict)
        session = assemble(
            file, directory, (), ground=ground, followers=(outcome,), on_instant=listen
        )
        outcome.ledger = session.engine.kernel.ledger
        session.run()
        session.close(MARKET_ENDED)
        return outcome

    def _place(self, name: str) -> tuple[Path, JournalOptions]:
        """Where a run is kept. Raises `FileExistsError` where one is kept already."""
        name = f"{self.drill.code}-{name.replace(' ', '-')}"
        if self.out is None:
            return IN_MEMORY / name, JournalOptions(background=False, files=MemoryFiles())
        directory = self.out / name
        if directory.exists():
            raise FileExistsError(17, "is there already; give --out another", str(directory))
        return directory, JournalOptions()


def _no_chance(count: int) -> bytes:
    """Names of journals that are the same every time."""
    return bytes(count)


def run_drill(drill: Drill, out: Path | None = None) -> list[Result]:
    """This runs every stage of a drill. Raises `FileExistsError` where `out` holds one already."""
    runner = Runner(drill, out)
    return [runner.result(stage) for stage in drill.stages]
