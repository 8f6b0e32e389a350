"""Admission: whether there is more than can be done in time, and what then is refused.

Two controllers, both fed with how long lines waited and never with how long work took: waiting is
not blurred by what lies downstream. They look at the wall's clock, so they live at the door; what
they refused enters the journal as a count (`NoteShed`), and replay needs neither.

- `Sojourn`, for each lane: the variant of CoDel (RFC 8289) in folly (Facebook, "Fail at Scale", ACM
  Queue 2015). When even the shortest wait of an interval was above the target, what waited more
  than twice the target is refused as it comes up; the first of an interval never is.
- `PriorityCut`, over all lanes: DAGOR (WeChat, SoCC 2018). When the mean wait of a window is above
  the target, the least urgent part of the lines is refused as it arrives: 5 % less is admitted than
  before, or than was taken where that is less. When it is not, 1 % more is admitted, and 10 % when
  hardly anything waited. The user levels of the paper are here the places of a source's own lines,
  spread evenly, so every source gives up the same share of its lines instead of some sources all of
  theirs.
"""

from typing import Final

from interlock.inputs.urgency import Stream
from interlock.messages.terms import CHATTER, EXIT
from interlock.messages.units import Nanoseconds

LEVELS_PER_LANE: Final = 1_024
LOWER_PARTS: Final = 20
"""Admitted is lowered by one part in so many: 5 %."""
RAISE_PARTS: Final = 100
"""And raised by one part in so many: 1 %."""
RETURN_PARTS: Final = 10
"""And by one part in so many when hardly anything waited: the crowd has gone."""

_LANES: Final = CHATTER - EXIT + 1
_LEVELS: Final = _LANES * LEVELS_PER_LANE
# The place within a lane that comes n-th when places are to lie evenly: the bits of n, reversed.
_SPREAD: Final = tuple(int(f"{place:010b}"[::-1], 2) for place in range(LEVELS_PER_LANE))
_START: Final = tuple((lane - EXIT) * LEVELS_PER_LANE for lane in range(CHATTER + 1))
"""Of each lane, its first level."""


class Sojourn:
    """Judges waits of one lane as its lines come up."""

    def __init__(self, target_ns: Nanoseconds, interval_ns: Nanoseconds) -> None:
        self.is_overloaded = False
        self._target_ns = target_ns
        self._interval_ns = interval_ns
        self._ends_ns: Nanoseconds = 0
        self._least_ns: Nanoseconds = 0

    def refuses(self, now_ns: Nanoseconds, waited_ns: Nanoseconds) -> bool:
        """Whether a line that waited so long is refused now."""
        if now_ns >= self._ends_ns:
            # Nothing at all for an interval is no overload, however it was before.
            is_fresh = now_ns < self._ends_ns + self._interval_ns
            self.is_overloaded = is_fresh and self._least_ns > self._target_ns
            self._ends_ns = now_ns + self._interval_ns
            self._least_ns = waited_ns
            return False
        if waited_ns < self._least_ns:
            self._least_ns = waited_ns
        return self.is_overloaded and waited_ns > 2 * self._target_ns


class PriorityCut:
    """Admits lines as they arrive: those below the cut."""

    def __init__(self, target_ns: Nanoseconds, window_ns: Nanoseconds) -> None:
        self.cut = _LEVELS
        """Levels from here on are refused; the most urgent come first."""
        self._target_ns = target_ns
        self._window_ns = window_ns
        self._ends_ns: Nanoseconds = 0
        self._arrived = [0] * _LEVELS
        self._admitted = 0
        self._taken = 0
        self._waited_ns = 0
        self._waits = 0

    @property
    def is_open(self) -> bool:
        return self.cut == _LEVELS

    def admits(self, stream: Stream) -> bool:
        """Whether a line of a lane from `EXIT` to `CHATTER` may come in."""
        place = stream.place
        stream.place = (place + 1) % LEVELS_PER_LANE
        level = _START[stream.lane] + _SPREAD[place]
        self._arrived[level] += 1
        if level >= self.cut:
            return False
        self._admitted += 1
        return True

    def waited(self, wait_ns: Nanoseconds, *, is_taken: bool) -> None:
        """A line came up after so long."""
        self._taken += is_taken
        self._waited_ns += wait_ns
        self._waits += 1

    def look(self, now_ns: Nanoseconds) -> None:
        """This moves the cut once a window is over."""
        if now_ns < self._ends_ns:
            return
        if self._waited_ns > self._waits * self._target_ns:
            self._lower()
        else:
            self._raise()
        self._ends_ns = now_ns + self._window_ns
        self._arrived = [0] * _LEVELS
        self._admitted = self._taken = self._waited_ns = self._waits = 0

    def _lower(self) -> None:
        most = min(self._admitted, self._taken)
        wanted = most - -(-most // LOWER_PARTS)
        below = sum(self._arrived[: self.cut])
        # The first level is the last to be cut: something is always let in.
        while self.cut > 1 and below > wanted:
            self.cut -= 1
            below -= self._arrived[self.cut]

    def _raise(self) -> None:
        is_quiet = 4 * self._waited_ns <= self._waits * self._target_ns
        parts = RETURN_PARTS if is_quiet else RAISE_PARTS
        wanted = self._admitted + -(-self._admitted // parts)
        below = sum(self._arrived[: self.cut])
        # Levels that nobody comes by cost nothing to open.
        while self.cut < _LEVELS and below <= wanted:
            below += self._arrived[self.cut]
            self.cut += 1
