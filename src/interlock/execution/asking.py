"""When venues are asked for all that they have: at the start, on a reconnect, and again and again.

In market time a venue is asked again only when orders were sent to it since: a session comes to an
end when nothing more happens. Against the wall clock it is asked whatever happens, because what
differs may be somebody else's doing.
"""

from interlock.messages.commands import Command
from interlock.messages.statements import AskVenue
from interlock.messages.units import Nanoseconds

TIMER = "timer"
START = "start"
RECONNECT = "reconnect"


class VenueAsker:
    """Says `AskVenue` when it is time to. A venue that is not named, or whose interval is 0, is
    asked on a reconnect and by people alone."""

    def __init__(
        self,
        intervals_ns: dict[str, Nanoseconds],
        *,
        is_continuous: bool = False,
        start_ns: Nanoseconds = -1,
    ) -> None:
        """From `start_ns` on, unless that is -1, each is asked at once and then by its interval."""
        self._intervals_ns = {name: wait for name, wait in intervals_ns.items() if wait > 0}
        self._is_continuous = is_continuous
        self.waiting: dict[str, tuple[Nanoseconds, str]] = {}
        """When each venue is asked next, and why; not those that nothing has reached since."""
        self._asked_ns: dict[str, Nanoseconds] = {}
        if start_ns >= 0:
            for name in intervals_ns:
                self.waiting[name] = (start_ns, START)

    def note_activity(self, venue: str, time_ns: Nanoseconds) -> None:
        """An order was sent to a venue that nobody was about to ask."""
        interval_ns = self._intervals_ns.get(venue, 0)
        if interval_ns > 0:
            self.waiting[venue] = (max(self._asked_ns.get(venue, 0), time_ns) + interval_ns, TIMER)

    def ask_at_once(self, venue: str, time_ns: Nanoseconds, by: str) -> None:
        """Ask a venue as soon as possible."""
        self.waiting[venue] = (time_ns, by)

    def next_time_ns(self) -> Nanoseconds:
        """When a venue is to be asked; -1 if none is."""
        return min(self.waiting.values())[0] if self.waiting else -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        """The questions that are to be asked up to a moment, in the order of the venues."""
        said: list[tuple[Nanoseconds, Command]] = []
        for venue, (due_ns, by) in list(self.waiting.items()):
            if due_ns > time_ns:
                continue
            said.append((time_ns, AskVenue(venue, by)))
            self._asked_ns[venue] = time_ns
            del self.waiting[venue]
            interval_ns = self._intervals_ns.get(venue, 0)
            if self._is_continuous and interval_ns > 0:
                self.waiting[venue] = (time_ns + interval_ns, TIMER)
        return said
