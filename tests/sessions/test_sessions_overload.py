"""A live session that is asked for more than it can do: it answers everybody at once, keeps what it
took, says what it did not take, and is replayed to the same bytes."""

from typing import Any

from interlock.engine import Engine
from interlock.engines import Ground
from interlock.inputs.clock import Clock, ManualClock
from interlock.inputs.session_file import parse_session
from interlock.journal.replay import reexecute
from interlock.messages.commands import Command, Halt, NoteShed, ProposeDecision
from interlock.messages.events import DecisionJudged, Event
from interlock.messages.load_reasons import CUT_BY_PRIORITY, LANE_FULL, WAITED_TOO_LONG
from interlock.messages.reasons import DECISION_EXPIRED
from interlock.messages.units import NS_PER_MS, Nanoseconds
from interlock.monitoring.account import Account
from interlock.testing.door import ScriptedDoor
from interlock.testing.live import LiveTrial
from sessions.live import HALT, LIVE, QUOTE, decision

COST_NS = NS_PER_MS
OVERLOAD = """
[overload]
target_ms = 5
interval_ms = 20
lane_lines = 50
turn_lines = 10
"""


class Slow(Engine):
    """An engine that needs a millisecond for each decision, by its clock."""

    clock: ManualClock

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]:
        if isinstance(command, ProposeDecision):
            self.clock.advance(COST_NS)
        return super().take(time_ns, command)


class Crowded(LiveTrial):
    """A trial whose lines come by a socket: what is too much of them is refused."""

    def _ground(self, clock: Clock) -> Ground:
        ground = super()._ground(clock)

        class Engines(Slow):
            pass

        assert isinstance(clock, ManualClock)
        Engines.clock = clock
        return Ground(clock, ground.journal, ground.random_bytes, ground.parts, engine=Engines)

    def _start(self) -> None:
        super()._start()
        assert isinstance(self._door, ScriptedDoor)
        self._door._peer.is_patient = False


def crowded(*, each_ms: int, lines: int, seconds: float, **more: Any) -> Crowded:
    trial = Crowded(parse_session(LIVE + OVERLOAD), audits=False)
    trial.say(QUOTE)
    trial.run(0.5)
    for at in range(int(seconds * 1_000 / each_ms)):
        said = [decision(f"{at}-{n}", quantity="1", **more) for n in range(lines)]
        trial.say(*said, after_seconds=at * each_ms / 1_000)
    trial.run(seconds + 2)
    return trial


def refusals(trial: Crowded) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in trial.outside.lines:
        assert line.answer is not None, "somebody was not answered"
        if line.answer.get("taken") is False:
            reason = line.answer["reason"]
            assert line.answer.get("retry_after_ms", 0) > 0 or reason == "DECISION_EXPIRED"
            found[reason] = found.get(reason, 0) + 1
    return found


def test_below_capacity_everything_is_taken() -> None:
    trial = crowded(each_ms=10, lines=5, seconds=1.0)
    assert refusals(trial) == {}
    assert not any(isinstance(entry.command, NoteShed) for entry in trial.entries())


def test_what_is_not_taken_is_answered_at_once_counted_and_replayed_the_same() -> None:
    trial = crowded(each_ms=10, lines=60, seconds=1.5)
    answered = refusals(trial)
    assert set(answered) == {"CUT_BY_PRIORITY", "LANE_FULL", "WAITED_TOO_LONG"}
    entries = trial.entries()
    noted: dict[int, int] = {}
    for entry in entries:
        if isinstance(entry.command, NoteShed):
            for lane, source, reason, count in entry.command.shed:
                assert (lane, source) == (2, "desk")
                noted[reason] = noted.get(reason, 0) + count
    assert noted == {
        CUT_BY_PRIORITY: answered["CUT_BY_PRIORITY"],
        LANE_FULL: answered["LANE_FULL"],
        WAITED_TOO_LONG: answered["WAITED_TOO_LONG"],
    }
    account = Account()
    account(1, entries)
    assert sum(account.not_taken.values()) == sum(answered.values())
    taken = sum(isinstance(entry.command, ProposeDecision) for entry in entries)
    judged = sum(isinstance(event, DecisionJudged) for e in entries for event in e.events)
    assert taken == judged == len(trial.outside.lines) - 1 - sum(answered.values())
    result = reexecute(trial.reader.command_batches(), {})
    assert result.difference is None


def test_a_halt_is_taken_in_the_turn_it_comes_in_whatever_else_waits() -> None:
    trial = Crowded(parse_session(LIVE + OVERLOAD), audits=False)
    trial.say(QUOTE)
    for at in range(100):
        trial.say(*(decision(f"{at}-{n}") for n in range(60)), after_seconds=at / 100)
    trial.say(HALT, after_seconds=0.805)
    trial.run(3)
    (halt,) = [entry for entry in trial.entries() if isinstance(entry.command, Halt)]
    said_ns = trial.entries()[0].time_ns + 805 * NS_PER_MS
    assert halt.time_ns - said_ns <= 2 * 10 * COST_NS


def test_what_expires_while_it_waits_is_not_taken() -> None:
    trial = Crowded(parse_session(LIVE + OVERLOAD), audits=False)
    trial.say(QUOTE)
    trial.run(0.5)
    until = trial.clock.now_ns() + 15 * NS_PER_MS
    trial.say(*(decision(f"k-{n}", quantity="1") | {"valid_until": until} for n in range(40)))
    trial.run(1)
    answered = refusals(trial)
    assert set(answered) == {"DECISION_EXPIRED"}
    (note,) = [e.command for e in trial.entries() if isinstance(e.command, NoteShed)]
    assert note.shed == ((2, "desk", DECISION_EXPIRED, answered["DECISION_EXPIRED"]),)
