"""Trials: one session in this process, on a disk in memory, that can be crashed and restarted.

    trial = MarketTrial(load_session(Path("mine.toml")))
    trial.crash_at(CrashPoint.P1, 40)
    assert not trial.run()          # it died
    trial.restart()                 # the same command again
    assert trial.run()              # to its end
    assert trial.outcome() == MarketTrial.ended(file).outcome()

`MarketTrial` is a session in market time, whose world is made again with it. `LiveTrial`
(`live.py`) is a session against a clock that a test moves, whose venues outlive its crashes.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol

from interlock.assembly import MARKET_ENDED, Session, assemble, is_complete
from interlock.coverage.recorder import active, note_crash, note_journal
from interlock.engine import Engine
from interlock.engines import Ground, user_controls
from interlock.inputs.clock import ManualClock
from interlock.inputs.session_file import SessionFile
from interlock.journal.faults import JournalFault
from interlock.journal.options import JournalOptions
from interlock.journal.reader import JournalReader
from interlock.journal.replay import reexecute
from interlock.journal.states import load_ledger
from interlock.ledger.ledger import Ledger
from interlock.ledger.state import digest
from interlock.messages.encoding import Entry, encode
from interlock.messages.units import Nanoseconds
from interlock.parts import Parts, parts_of
from interlock.testing.auditing import AuditedEngine
from interlock.testing.files import MemoryFiles
from interlock.testing.outcomes import Outcome, names_of, outcome_of
from interlock.testing.points import Crashed, CrashPoint, Loss, Plan
from interlock.testing.turns import moves_under_way
from interlock.testing.venues import WatchedVenue

DIRECTORY: Final = Path("/session")
SEGMENT_BYTES: Final = 262_144
CHUNK_BYTES: Final = 16_384


@cache
def installed_controls() -> dict[str, Any]:
    """The user's controls, looked for once."""
    return user_controls()


class Trial(Protocol):
    """What `restart_everywhere` needs of a trial."""

    plan: Plan
    crashes: list[Crashed]

    def run(self) -> bool: ...

    def restart(self) -> bool: ...

    def crash_at(self, point: CrashPoint, nth: int = 1) -> None: ...

    def lose_unsynced(self, loss: Loss) -> None: ...

    def outcome(self) -> Outcome: ...

    def check(self) -> None: ...


class Names:
    """Names that are the same in every run, in place of random ones."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def __call__(self, count: int) -> bytes:
        return self._chance.randbytes(count)

    def salt(self) -> int:
        return self._chance.getrandbits(64)


class MemoryTrial(ABC):
    """What both kinds of trial are: a disk, a plan of crashes, and a process on top of them."""

    def __init__(self, file: SessionFile, *, seed: int, audits: bool, segment_bytes: int) -> None:
        self.file = file
        self.plan = Plan()
        self.files = MemoryFiles(self.plan)
        self.chance = Random(seed)
        self.crashes: list[Crashed] = []
        """Every crash that there was."""
        self.session: Session | None = None
        """The process, while one lives."""
        self.venues: dict[str, WatchedVenue] = {}
        """In market time they are made again with each process; live ones outlive it."""
        self._loss = Loss.DROP
        self._names = Names(seed)
        self._engine: type[Engine] = AuditedEngine if audits else Engine
        self.options = JournalOptions(
            segment_bytes=segment_bytes,
            chunk_bytes=min(CHUNK_BYTES, segment_bytes),
            background=False,
            fatal=_die,
            salts=self._names.salt,
            files=self.files,
        )

    def crash_at(self, point: CrashPoint, nth: int = 1) -> None:
        """The process will die the nth time from now on that it passes this point."""
        self.plan.crash_at(point, nth)

    def lose_unsynced(self, loss: Loss) -> None:
        """What becomes of unsynced sectors at the next crashes."""
        self._loss = loss

    @property
    def ledger(self) -> Ledger:
        """The ledger of the process that lives; of a session that is complete, as its journal has
        it."""
        if self.session is not None:
            return self.session.engine.kernel.ledger
        assert is_complete(DIRECTORY, self.files), "no process lives: call run or restart"
        return load_ledger(DIRECTORY, self.reader.last_sequence, files=self.files).ledger

    @property
    def reader(self) -> JournalReader:
        """What is on the disk now."""
        return JournalReader(DIRECTORY, files=self.files)

    def entries(self) -> list[Entry]:
        """Every entry that the journal has now."""
        return [entry for _, entry in self.reader.entries()]

    def check(self) -> None:
        """This holds the journal against the process: its commands, stepped again from the first,
        give the same events and the ledger that the process has come to by its restarts."""
        again = reexecute(self.reader.command_batches(), installed_controls())
        assert again.difference is None, f"re-execution differs: {again.difference}"
        assert again.commands == self.ledger.sequence, (
            f"the journal has {again.commands} commands, the process {self.ledger.sequence}"
        )
        assert again.digest == digest(self.ledger), "the process has another state than its journal"
        note_journal(self.reader)

    def _ground(self, clock: ManualClock) -> Ground:
        return Ground(
            clock=clock,
            journal=self.options,
            random_bytes=self._names,
            parts=self._parts,
            controls=installed_controls,
            engine=self._engine,
        )

    @abstractmethod
    def _parts(self, file: SessionFile, data: Sequence[Path], now_ns: Nanoseconds) -> Parts:
        """The parts of a session, with whatever watches its venues between."""

    def _died(self, crash: Crashed) -> None:
        """The process is gone; what the disk has of what was not synced is decided now."""
        self.crashes.append(crash)
        dead, self.session = self.session, None
        self.files.crash(self._loss, self.chance)
        self.plan.begin()
        lost = [word for venue in self.venues.values() for word in venue.in_hand]
        for venue in self.venues.values():
            venue.in_hand = []
        if active() is not None:
            engine = dead.engine if dead is not None else None
            try:
                moves = moves_under_way(crash.point, engine, self.reader, lost)
            except JournalFault:
                # It died before there was a journal to read.
                moves = ()
            note_crash(crash.point.name, moves)


class MarketTrial(MemoryTrial):
    """A session in market time: on a market from its seed, or on recordings."""

    def __init__(
        self,
        file: SessionFile,
        data: Sequence[Path] = (),
        *,
        seed: int = 0,
        audits: bool = False,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        """`seed` decides what unsynced sectors come to; `audits` checks every invariant after each
        step."""
        super().__init__(file, seed=seed, audits=audits, segment_bytes=segment_bytes)
        self.data = tuple(data)

    def run(self) -> bool:
        """This runs to the end of the market, or to a crash; True when it came to the end."""
        try:
            if is_complete(DIRECTORY, self.files):
                return True
            if self.session is None:
                self._start()
            assert self.session is not None, "it has just been started"
            self.session.run()
            assert not self.session.is_catching_up, "the session ended before its journal did"
            self.session.close(MARKET_ENDED)
        except Crashed as crash:
            self._died(crash)
            return False
        return True

    def restart(self) -> bool:
        """The same command again, in a new process: it opens the journal, and `run` goes through it
        and on. False when that died too."""
        self.plan.is_recovering = True
        try:
            if not is_complete(DIRECTORY, self.files):
                self._start()
        except Crashed as crash:
            self._died(crash)
            return False
        self.plan.is_recovering = False
        return True

    def outcome(self) -> Outcome:
        """What it has come to, venues and all."""
        names = names_of(self.reader.entries())
        made = outcome_of(self.ledger, names)
        made.venues = {
            "entries": [encode(entry) for entry in self.entries()],
            "state": digest(self.ledger),
            "reached": {name: venue.reached for name, venue in self.venues.items()},
        }
        return made

    def check(self) -> None:
        super().check()
        twice = [order for venue in self.venues.values() for order in venue.sent_twice]
        assert not twice, f"orders {twice} were submitted twice"

    def _start(self) -> None:
        self.session = assemble(self.file, DIRECTORY, self.data, ground=self._ground(ManualClock()))

    def _parts(self, file: SessionFile, data: Sequence[Path], now_ns: Nanoseconds) -> Parts:
        parts = parts_of(file, data, now_ns)
        self.venues = {name: WatchedVenue(venue, self.plan) for name, venue in parts.venues.items()}
        parts.venues = {**self.venues}
        return parts


def _die(sentence: str) -> None:
    """The disk has failed: a process ends here (`options.end_process`)."""
    raise DiskFailed(sentence)


class DiskFailed(BaseException):
    """A write or sync failed, so the process ended itself: nothing may be believed after it."""
