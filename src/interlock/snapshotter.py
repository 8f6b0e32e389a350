"""The snapshotter: has a running session's state taken by another process, every so many commands.

It follows the engine like any follower, and only counts. When enough has come since the last state
it starts `interlock journal snapshot`, unless one is still at work; what that process does is in
`journal/snapshotting.py`. Cost to the walk: the start of a process, a millisecond or two.
"""

import subprocess
import sys
from pathlib import Path

from interlock.inputs.session_file import SessionFile
from interlock.journal.states import newest_usable
from interlock.messages.encoding import Entry
from interlock.messages.units import Sequence


def snapshotter_of(
    file: SessionFile, directory: Path, chosen: int | None, default: int
) -> "Snapshotter":
    """What the command line says goes before the session file, and the file before the default."""
    every = chosen if chosen is not None else file.snapshot_every
    return Snapshotter(directory, every if every >= 0 else default, newest_usable(directory))


class Snapshotter:
    """A follower of one session. `stop` before the session is closed."""

    def __init__(self, directory: Path, every: int, taken: Sequence) -> None:
        """`taken` is the sequence of the newest usable state; `every` of 0 takes none."""
        self.started = 0
        """How many processes were started."""
        self._directory = directory
        self._every = every
        self._taken = taken
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        last = first + len(entries) - 1
        if self._every == 0 or last - self._taken < self._every:
            return
        if self._process is not None and self._process.poll() is None:
            return  # the next one covers what comes meanwhile
        self._taken = last
        self.started += 1
        command = [sys.executable, "-m", "interlock", "journal", "snapshot", str(self._directory)]
        # Ctrl-C is for the session; what goes wrong is told beside what the session tells people.
        self._process = subprocess.Popen(
            [*command, "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        """This ends the process that is at work: half a state is none."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        if self._process is not None:
            self._process.wait()
