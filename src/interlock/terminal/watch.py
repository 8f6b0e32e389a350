"""Watch: the progress bar of a session in market time."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from interlock.inputs.moments import moment_text
from interlock.messages.units import Nanoseconds
from interlock.terminal.output import wants_progress

# The progress bar looks at the clock of the market this often.
INSTANTS_PER_LOOK = 512

Looks = Callable[[Nanoseconds], tuple[float, str]]
"""Called with a moment of the market; how much is behind it, from 0 to 1, and what is being done
other than running."""


class Watch:
    """A bar that is shown while the block lasts; nothing is shown when nobody would see it."""

    def __init__(self, is_quiet: bool) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not wants_progress(is_quiet),
        )
        self._task: TaskID | None = None
        self._looks: Looks | None = None
        self._instants = 0

    def __enter__(self) -> "Watch":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, looks: Looks) -> None:
        """From now on there is something to look at."""
        self._looks = looks
        self._task = self._bar.add_task("", total=1.0)

    def look(self, time_ns: Nanoseconds) -> None:
        """The market has come to a moment."""
        self._instants += 1
        if self._instants % INSTANTS_PER_LOOK or self._looks is None or self._task is None:
            return
        share, doing = self._looks(time_ns)
        moment = moment_text(time_ns)[:19].replace("T", " ")
        self._bar.update(self._task, completed=share, description=f"{doing}{moment}")
