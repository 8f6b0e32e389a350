"""Live sessions whose machine's clock is set while they run: nothing expires or ages by it."""

from pathlib import Path
from typing import Any

import pytest

from interlock.assembly import assemble_live
from interlock.engines import Ground
from interlock.inputs.clock import ManualClock, WallClock
from interlock.inputs.moments import moment_text
from interlock.inputs.session_file import parse_session
from interlock.journal.deep import verify_deeply
from interlock.messages.commands import NoteRefusedInput
from sessions.live import LIVE, QUOTE, decision
from sessions.test_sessions_full_disk import FullDisk, Script, options
from sessions.walks import entries_of
from worlds import SECOND, START

HOUR = 3_600 * SECOND
TEXT = LIVE.replace("age_ms = 3_600_000", "age_ms = 60_000")


class Machine:
    """A wall that can be set, above a clock that goes on."""

    def __init__(self) -> None:
        self.steady = ManualClock(START)
        self.set_by_ns = 0

    def clock(self) -> WallClock:
        return WallClock(lambda: self.steady.now_ns() + self.set_by_ns, self.steady.now_ns)


def ran(
    directory: Path, machine: Machine, words: list[object], jumps: dict[int, int]
) -> list[dict[str, Any]]:
    def before(turn: int) -> None:
        machine.set_by_ns += jumps.get(turn, 0)

    script = Script(machine.steady, words, before)
    session = assemble_live(
        parse_session(TEXT),
        directory,
        (),
        ground=Ground(machine.clock(), options(FullDisk())),
        lines=script,
        control_names=str,
    )
    session.run()
    session.close("end of input")
    return script.peer.answers


def short(key: str) -> object:
    """A decision that is valid for ten seconds from the start."""
    return decision(key, quantity="1", valid_until=moment_text(START + 10 * SECOND))


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_of_an_hour_expires_nothing_and_ages_nothing(tmp_path: Path, jump: int) -> None:
    machine = Machine()
    words = [QUOTE, short("a"), short("b"), QUOTE, short("c")]
    answers = ran(tmp_path, machine, words, {2: jump})
    assert [one.get("reason") for one in answers] == [None, "NONE", "NONE", None, "NONE"]
    entries = entries_of(tmp_path)
    times = [entry.time_ns for entry in entries]
    assert times == sorted(times)
    assert times[-1] - times[0] < SECOND
    notes = [one.command for one in entries if isinstance(one.command, NoteRefusedInput)]
    assert [note.channel for note in notes] == ["clock"]
    assert ("forward" if jump > 0 else "back") in notes[0].text
    assert verify_deeply(tmp_path, {}).is_whole


def test_time_that_really_passes_still_expires_and_ages(tmp_path: Path) -> None:
    machine = Machine()
    words = [QUOTE, short("a"), short("b")]

    def before(turn: int) -> None:
        if turn == 2:
            machine.steady.advance(90 * SECOND)

    script = Script(machine.steady, words, before)
    session = assemble_live(
        parse_session(TEXT),
        tmp_path,
        (),
        ground=Ground(machine.clock(), options(FullDisk())),
        lines=script,
        control_names=str,
    )
    session.run()
    session.close("end of input")
    assert script.peer.answers[-1]["reason"] == "DECISION_EXPIRED"
    assert not any(isinstance(one.command, NoteRefusedInput) for one in entries_of(tmp_path))


def test_a_session_goes_on_where_it_was_after_the_wall_was_set_back(tmp_path: Path) -> None:
    machine = Machine()
    ran(tmp_path, machine, [QUOTE, short("a")], {})
    machine.set_by_ns = -HOUR
    before = len(entries_of(tmp_path))
    answers = ran(tmp_path, machine, [QUOTE, short("b"), QUOTE], {})
    assert [one.get("reason") for one in answers] == [None, "NONE", None]
    entries = entries_of(tmp_path)[before:]
    assert entries[-1].time_ns > entries[0].time_ns
    notes = [one.command for one in entries if isinstance(one.command, NoteRefusedInput)]
    assert len(notes) == 1
    assert "back" in notes[0].text
