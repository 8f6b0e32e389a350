"""Live trials: a session against a clock that moves when the test waits, whose venues and world go
on while no process lives.

    trial = LiveTrial(file)
    trial.say(quote, decision)          # lines, as its users write them
    trial.crash_at(CrashPoint.P3)
    assert not trial.run(seconds=1)     # it died before the order left
    trial.restart(after_seconds=5)
    trial.run(seconds=30)               # UNKNOWN, asked about, and never sent again
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from interlock.assembly import assemble_live
from interlock.controls.rules import RULES
from interlock.execution.port import VenuePort
from interlock.inputs.clock import ManualClock
from interlock.inputs.session_file import SessionFile
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.parts import Parts, parts_of
from interlock.testing.door import Line, Outside, ScriptedDoor
from interlock.testing.outcomes import Names as OrderNames
from interlock.testing.outcomes import Outcome, names_of, outcome_of
from interlock.testing.points import Crashed
from interlock.testing.trial import DIRECTORY, SEGMENT_BYTES, MemoryTrial
from interlock.testing.venues import WatchedVenue

START_NS: Final = 1_767_625_200 * NS_PER_SECOND
"""2026-01-05T15:00:00Z"""

Truth = Callable[[VenuePort, OrderNames], Any]
"""What a venue says is so, for the outcome: how it is asked depends on the venue."""


class LiveTrial(MemoryTrial):
    """A live session whose outside is a script."""

    def __init__(
        self,
        file: SessionFile,
        *,
        venues: dict[str, VenuePort] | None = None,
        truth: Truth | None = None,
        start_ns: Nanoseconds = START_NS,
        seed: int = 0,
        audits: bool = True,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        """`venues` stand for those of the session file, by name; the others are simulated as it
        says. `truth` asks a venue for its side of the outcome."""
        super().__init__(file, seed=seed, audits=audits, segment_bytes=segment_bytes)
        self.clock = ManualClock(start_ns)
        self.outside = Outside(self.clock)
        self.downtime_ns: Nanoseconds = 0
        """How long nobody lives after a crash, when `restart` is not told."""
        self._truth = truth
        self._ports = dict(venues or {})
        self._world: Parts | None = None
        self._door: ScriptedDoor | None = None
        self._until_ns = start_ns
        names = [command.limit.control for command in file.limits()]
        self._control_names = lambda number: names[number] if number >= 0 else RULES[-number][0]

    @property
    def is_alive(self) -> bool:
        """Whether a process lives."""
        return self.session is not None

    def say(self, *words: dict[str, Any], after_seconds: float = 0.0) -> None:
        """Lines that come so long from now, one after the other; each is said again after a crash
        until it was answered."""
        texts = [json.dumps(word).encode() for word in words]

        def act() -> None:
            for text in texts:
                self.outside.say(text)

        self.outside.at(self.clock.now_ns() + int(after_seconds * NS_PER_SECOND), act)

    def at(self, after_seconds: float, act: Callable[[], None]) -> None:
        """Something that happens outside so long from now, whoever lives then."""
        self.outside.at(self.clock.now_ns() + int(after_seconds * NS_PER_SECOND), act)

    @property
    def answered(self) -> list[Line]:
        """Every line that was answered, with its answer."""
        return [line for line in self.outside.lines if line.answer is not None]

    def run(self, seconds: float = 0.0) -> bool:
        """This lets time pass, from where the last `run` was to end; True when that moment came,
        False when the process died. Nothing more than time separates two calls."""
        self._until_ns = max(self._until_ns, self.clock.now_ns()) + int(seconds * NS_PER_SECOND)
        return self._go_on()

    def restart(self, after_seconds: float | None = None) -> bool:
        """A new process, so long after the crash. False when that died before it was up; `run`
        lets it live."""
        away_ns = self.downtime_ns
        if after_seconds is not None:
            away_ns = int(after_seconds * NS_PER_SECOND)
        self.clock.advance(away_ns)
        self._until_ns = max(self._until_ns, self.clock.now_ns())
        self.plan.is_recovering = True
        try:
            self._start()
        except Crashed as crash:
            self._died(crash)
            return False
        self.plan.is_recovering = False
        return True

    def close(self, why: str = "end of input") -> bool:
        """The session ends in order; False when it died over that."""
        assert self.session is not None, "no process lives"
        try:
            self.session.close(why)
        except Crashed as crash:
            self._died(crash)
            return False
        self.session = None
        return True

    def names(self) -> OrderNames:
        return names_of(self.reader.entries())

    def outcome(self) -> Outcome:
        """What it has come to by now, with the venues' side where `truth` was given."""
        names = self.names()
        made = outcome_of(self.ledger, names)
        if self._truth is not None:
            for name, venue in self.venues.items():
                made.venues[name] = self._truth(venue.port, names)
        return made

    def check(self) -> None:
        super().check()
        twice = [order for venue in self.venues.values() for order in venue.sent_twice]
        assert not twice, f"orders {twice} were submitted twice"

    def _go_on(self) -> bool:
        try:
            if self.session is None:
                self._start()
            assert self.session is not None, "it has just been started"
            assert self._door is not None, "it has just been started"
            self._door.until_ns = self._until_ns
            self.session.run()
        except Crashed as crash:
            self._died(crash)
            return False
        return True

    def _start(self) -> None:
        self._door = ScriptedDoor(self.outside)
        self.session = assemble_live(
            self.file,
            DIRECTORY,
            (),
            ground=self._ground(self.clock),
            lines=self._door,
            control_names=self._control_names,
        )

    def _parts(self, file: SessionFile, data: Sequence[Path], now_ns: Nanoseconds) -> Parts:
        """Venues and market are there once; models begin again with each process."""
        made = parts_of(file, data, now_ns)
        if self._world is None:
            self._world = made
            self.venues = {
                name: WatchedVenue(self._ports.get(name, venue), self.plan)
                for name, venue in made.venues.items()
            }
            self._world.venues = dict(self.venues)
        return replace(self._world, models=made.models)
