"""Clock watch: puts on record that somebody has set the machine's clock.

The session's time goes on as if nothing had happened (`clock.py`), so the record is the only trace
of it: it says by how much the wall is off from then on.
"""

from hashlib import sha256
from typing import final

from interlock.inputs.clock import WallClock
from interlock.messages.commands import Command, NoteRefusedInput
from interlock.messages.units import NS_PER_SECOND, Nanoseconds

CHANNEL = "clock"


@final
class ClockWatch:
    """Says each jump once, as a command."""

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock

    def next_time_ns(self) -> Nanoseconds:
        """Never by itself: it is asked in every turn."""
        return -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """This is what the clock has noted since it was last asked."""
        jumps, self._clock.jumps_ns = self._clock.jumps_ns, []
        return [(time_ns, _note(jump)) for jump in jumps]


def _note(jump_ns: Nanoseconds) -> NoteRefusedInput:
    where = "forward" if jump_ns > 0 else "back"
    seconds, rest = divmod(abs(jump_ns), NS_PER_SECOND)
    text = (
        f"the machine's clock was set {where} by {seconds}.{rest // 1_000_000:03d} s; the session's"
        " time goes on as before"
    )
    return NoteRefusedInput(CHANNEL, sha256(text.encode()).hexdigest(), text)
