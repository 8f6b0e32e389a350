"""Loads: a crowd let loose on a session, the one that listens on a socket or one of its own.

The session of its own is `interlock run --socket` in a process beside this one, in a directory that
is removed again: the generator must not share an interpreter with what it measures.
"""

import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from interlock.assembly import user_kinds
from interlock.inputs.clock import WallClock
from interlock.inputs.refusals import RecordingRefused
from interlock.inputs.session_file import load_session
from interlock.loading.figures import StepFigures
from interlock.loading.generator import Generator
from interlock.loading.orders import Orders
from interlock.messages.units import NS_PER_MS
from interlock.terminal.load import load_json, print_load
from interlock.terminal.load_page import write_load_page
from interlock.terminal.output import print_json

CAPACITY_SECONDS: Final = 2.0
START_SECONDS: Final = 30.0
TIMES: Final = (0.5, 0.8, 1.0, 1.5, 2.0, 5.0, 10.0, 20.0)
DONE: Final = 0


class Crowd:
    """How a crowd behaves."""

    def __init__(
        self,
        *,
        times: Sequence[float] = TIMES,
        rates: Sequence[float] = (),
        seconds: float = 3.0,
        deadline_ms: int = 100,
        burst: int = 1,
        fan_out: int = 1,
        cancel_every: int = 0,
    ) -> None:
        self.times = times
        """Of capacity."""
        self.rates = rates
        """Decisions a second instead."""
        self.seconds = seconds
        self.deadline_ms = deadline_ms
        self.burst = burst
        self.fan_out = fan_out
        self.cancel_every = cancel_every


class OwnSession:
    """A session of the file in a process of its own, until it is left."""

    def __init__(self, path: Path, command: Sequence[str] = ()) -> None:
        """`command` starts another session than `interlock run`; the file, `--socket` and `--out`
        are appended. Raises `RecordingRefused` when it does not start."""
        self._path = path
        self._command = command or (sys.executable, "-m", "interlock", "run")
        self._folder = tempfile.TemporaryDirectory(prefix="interlock-load-")
        self.socket = Path(self._folder.name) / "s"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Path:
        out = Path(self._folder.name) / "session"
        arguments = (str(self._path), "--socket", str(self.socket), "--out", str(out))
        self._process = subprocess.Popen(
            [*self._command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=dict(os.environ),
        )
        assert self._process.stderr is not None, "it was asked for"
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stderr, selectors.EVENT_READ)
            said = b""
            while b"\n" not in said and selector.select(START_SECONDS):
                read = os.read(self._process.stderr.fileno(), 65_536)
                if not read:
                    break
                said += read
        if b"Listening" not in said:
            self.__exit__()
            told = said.decode(errors="replace").strip() or "it said nothing"
            raise RecordingRefused(str(self._path), f"cannot be run: {told}")
        return self.socket

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
        self._folder.cleanup()


def drive(
    socket_path: Path,
    orders: Orders,
    crowd: Crowd,
    *,
    capacity: float = 0.0,
    on_step: Callable[[StepFigures], None] | None = None,
) -> tuple[float, list[StepFigures]]:
    """This measures capacity (unless it is given) and runs every step. Raises `OSError` when nobody
    listens or the session ends."""
    clock = WallClock()
    generator = Generator(socket_path, orders, clock, f"load-{clock.now_ns():x}")
    steps: list[StepFigures] = []
    try:
        capacity = capacity or generator.capacity(CAPACITY_SECONDS)
        planned = [(f"{rate:g}/s", rate) for rate in crowd.rates] or [
            (f"{times:g}x", times * capacity) for times in crowd.times
        ]
        for name, rate in planned:
            step = StepFigures(name, max(rate, 1.0), crowd.deadline_ms * NS_PER_MS)
            generator.step(step, crowd.seconds, burst=crowd.burst, cancel_every=crowd.cancel_every)
            steps.append(step)
            if on_step is not None:
                on_step(step)
            if generator.is_gone:
                raise OSError(104, "the session has ended the connection", str(socket_path))
    finally:
        generator.close()
    return capacity, steps


def load_session_with(
    path: Path,
    crowd: Crowd,
    *,
    socket_path: Path | None,
    html: Path | None,
    as_json: bool,
) -> int:
    """This lets a crowd loose and prints what came of it. Raises `FileNotFoundError`,
    `SessionMistakes`, `RecordingRefused`, and `OSError`."""
    if not path.exists():
        raise FileNotFoundError(2, "there is no such session file", str(path))
    file = load_session(path, user_kinds())
    orders = Orders(file, path, fan_out=crowd.fan_out)
    console = Console(stderr=as_json)

    def tell(step: StepFigures) -> None:
        if not as_json:
            console.print(
                f"{step.name}: {step.goodput:,.0f} of {step.rate:,.0f} a second in time",
                highlight=False,
            )

    if socket_path is not None:
        capacity, steps = drive(socket_path, orders, crowd, on_step=tell)
    else:
        with OwnSession(path) as own:
            capacity, steps = drive(own, orders, crowd, on_step=tell)
    if html is not None:
        write_load_page(html, f"{file.name} under load", capacity, {file.name: steps})
    if as_json:
        print_json(load_json(file.name, capacity, steps))
    else:
        print_load(console, file.name, capacity, steps)
    return DONE
