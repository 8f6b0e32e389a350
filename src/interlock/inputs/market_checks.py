"""Market checks: what is wrong with an instrument's feed, said once and taken back when over.

A gap, disorder or malformed data leaves a market faulted until `FEED_RECOVERED`, so whoever notes
such a fault must also know what ends it. A fault therefore has a *cause* ("book", "line", ...)
that stays open until the reader mends it; the feed has recovered when the last cause is mended.
While a cause is open further faults of it are counted, not repeated.
"""

from collections.abc import Iterator
from typing import Final, final

from interlock.messages.commands import Command, NoteFeedFault
from interlock.messages.terms import FEED_CROSSED, FEED_DUPLICATE, FEED_RECOVERED
from interlock.messages.units import Lots, Nanoseconds, Ticks

TEXT_CHARACTERS_MAX: Final = 200


@final
class FeedWatch:
    """What is known about the health of one instrument's data from one venue."""

    def __init__(self, instrument: str, venue: str) -> None:
        self.instrument = instrument
        self.venue = venue
        self._open: dict[str, list[int]] = {}  # cause: its fault and how often since it was noted
        self._crossed = False

    @property
    def is_faulted(self) -> bool:
        """True while a cause is open."""
        return bool(self._open)

    def fault(self, fault: int, cause: str, text: str, count: int = 1) -> list[NoteFeedFault]:
        """Opens a cause: the market is faulted from here on. While it is open nothing is said."""
        if cause in self._open:
            self._open[cause][1] += count
            return []
        self._open[cause] = [fault, 0]
        return [self._note(fault, count, text)]

    def mend(self, cause: str, text: str = "") -> list[NoteFeedFault]:
        """Closes a cause; the last one to close is the recovery."""
        if cause not in self._open:
            return []
        fault, more = self._open.pop(cause)
        notes = [self._note(fault, more, f"{more} more like it")] if more else []
        if not self._open:
            notes.append(self._note(FEED_RECOVERED, 1, text or f"{cause} is right again"))
        return notes

    def passing(self, fault: int, text: str, count: int = 1) -> list[NoteFeedFault]:
        """Notes a fault that was over as soon as it was seen, such as a late message set aside."""
        notes = [self._note(fault, count, text)]
        if not self._open:
            notes.append(self._note(FEED_RECOVERED, 1, "nothing that is in force was touched"))
        return notes

    def duplicate(self, text: str) -> list[NoteFeedFault]:
        """Notes a message that came twice; its second coming was set aside."""
        return [self._note(FEED_DUPLICATE, 1, text)]

    def crossing(
        self, bid: Ticks, bid_quantity: Lots, ask: Ticks, ask_quantity: Lots
    ) -> list[NoteFeedFault]:
        """Notes, once per episode, that the best bid stands at or above the best ask."""
        if bid_quantity > 0 and ask_quantity > 0 and bid >= ask:
            if self._crossed:
                return []
            self._crossed = True
            word = "locked at" if bid == ask else "crossed:"
            return [self._note(FEED_CROSSED, 1, f"{word} bid {bid}, ask {ask} (ticks)")]
        self._crossed = False
        return []

    def close(self) -> list[NoteFeedFault]:
        """Says, at the end of the data, what had been counted and not yet said."""
        notes = []
        for fault, more in self._open.values():
            if more:
                notes.append(self._note(fault, more, f"{more} more like it until the end"))
        return notes

    def _note(self, fault: int, count: int, text: str) -> NoteFeedFault:
        return NoteFeedFault(self.instrument, self.venue, fault, count, text[:TEXT_CHARACTERS_MAX])


def from_the_first_time(
    items: Iterator[tuple[Nanoseconds, Command]],
) -> Iterator[tuple[Nanoseconds, Command]]:
    """This is the same items; faults from before any time was known (0) take the first that is."""
    early: list[Command] = []
    for time_ns, command in items:
        if time_ns == 0:
            early.append(command)
            continue
        for one in early:
            yield time_ns, one
        yield time_ns, command
        yield from items
        return
    for one in early:
        yield 0, one
