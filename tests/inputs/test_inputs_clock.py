"""The machine's clock, without its jumps."""

import pytest

from interlock.inputs.clock import JUMPS_MAX, WallClock
from interlock.inputs.clock_watch import ClockWatch
from interlock.messages.commands import NoteRefusedInput
from worlds import SECOND, START

HOUR = 3_600 * SECOND


class Machine:
    """A wall and a monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.wall_ns = START
        self.progress_ns = 5
        self.clock = WallClock(lambda: self.wall_ns, lambda: self.progress_ns)

    def passes(self, ns: int, drift_ns: int = 0) -> int:
        self.wall_ns += ns + drift_ns
        self.progress_ns += ns
        return self.clock.now_ns()


def test_time_is_the_walls_where_it_does_not_jump() -> None:
    machine = Machine()
    assert machine.clock.now_ns() == START
    assert machine.passes(3 * SECOND) == START + 3 * SECOND
    assert machine.clock.jumps_ns == []


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 2 * SECOND, -30 * 24 * HOUR])
def test_a_jump_is_noted_and_time_goes_on_as_before(jump: int) -> None:
    machine = Machine()
    machine.passes(SECOND)
    machine.wall_ns += jump
    assert machine.clock.now_ns() == START + SECOND
    assert machine.passes(10 * SECOND) == START + 11 * SECOND
    assert machine.clock.jumps_ns == [jump]
    # When it is set right again, that is another jump, and time is the wall's again.
    machine.wall_ns -= jump
    assert machine.passes(SECOND) == START + 12 * SECOND
    assert machine.clock.jumps_ns == [jump, -jump]


def test_a_small_difference_is_made_up_for_little_by_little() -> None:
    machine = Machine()
    machine.wall_ns += SECOND // 2
    assert machine.passes(2_000) == START + 2_001
    for _ in range(1_200):
        machine.passes(SECOND)
    assert machine.clock.now_ns() == machine.wall_ns
    assert machine.clock.jumps_ns == []


def test_time_never_goes_back_nor_stands_still() -> None:
    machine = Machine()
    last = machine.clock.now_ns()
    for number in range(500):
        now = machine.passes(SECOND // 100, (-1) ** number * number * SECOND // 7)
        assert now > last
        last = now


def test_a_session_that_goes_on_after_the_wall_was_set_back_is_not_held_up() -> None:
    machine = Machine()
    machine.clock.not_before(START + HOUR)
    assert machine.clock.now_ns() == START + HOUR
    assert machine.passes(SECOND) == START + HOUR + SECOND
    assert machine.clock.jumps_ns == [-HOUR]
    machine.clock.not_before(START)
    assert machine.clock.now_ns() == START + HOUR + SECOND


def test_each_jump_is_said_once_as_a_command() -> None:
    machine = Machine()
    watch = ClockWatch(machine.clock)
    assert watch.due(START) == []
    machine.wall_ns -= HOUR
    machine.passes(SECOND)
    ((time_ns, note),) = watch.due(START)
    assert time_ns == START
    assert isinstance(note, NoteRefusedInput)
    assert (note.channel, "set back by 3600.000 s" in note.text) == ("clock", True)
    assert watch.due(START) == []
    assert watch.next_time_ns() == -1


def test_jumps_that_nobody_notes_are_bounded() -> None:
    machine = Machine()
    for _ in range(JUMPS_MAX + 5):
        machine.wall_ns += HOUR
        machine.passes(1)
    assert len(machine.clock.jumps_ns) == JUMPS_MAX
    assert sum(machine.clock.jumps_ns) == (JUMPS_MAX + 5) * HOUR
