"""Rounds of reconciliation: what a venue was asked, how much of its answer was heard, and what it
said of each position."""

from typing import Final, final

from interlock.messages.differences import (
    HALTED,
    STANDING,
    STATEMENT_CONTRADICTS_ITSELF,
    STATEMENT_MALFORMED,
    STATEMENT_MISSING,
)
from interlock.messages.statements import CHANNEL_DROP_COPY, CHANNEL_VENUE, STATED_PAGES_MAX
from interlock.messages.units import Lots, Nanoseconds, Sequence


@final
class RoundRecord:
    """One answer, page by page: from the venue or from its drop copy."""

    def __init__(self, channel: int) -> None:
        self.channel: Final[int] = channel
        self.page = 0
        """The last page that was heard in its turn."""
        self.heard: Sequence = 0
        """The command that brought it."""
        self.is_over = False
        self.is_whole = True
        self.orders = 0
        self.fills = 0
        self.positions = 0
        self.found = 0
        self.standing = 0
        self.venue_time_ns: Nanoseconds = 0

    def hear(self, sequence: Sequence, page: int, is_last: bool) -> None:
        """This counts a page that came in its turn; any other makes the answer no whole one."""
        if self.is_over or page != self.page + 1 or page > STATED_PAGES_MAX:
            self.is_whole = False
            return
        self.page = page
        self.heard = sequence
        self.is_over = is_last

    def differ(self, kind: int, resolution: int) -> None:
        """This counts a difference."""
        self.found += 1
        if resolution in (HALTED, STANDING):
            self.standing += 1
        if kind in (STATEMENT_MALFORMED, STATEMENT_CONTRADICTS_ITSELF, STATEMENT_MISSING):
            self.is_whole = False


@final
class Reconciliation:
    """What stands between us and one venue: the open question and its answers so far."""

    def __init__(self) -> None:
        self.question: Sequence = 0
        """What it was asked last; 0 if it never was."""
        self.asked_ns: Nanoseconds = 0
        self.since_ns: Nanoseconds = 0
        """Up to this moment of the venue everything was compared."""
        self.venue: RoundRecord = RoundRecord(CHANNEL_VENUE)
        self.copy: RoundRecord = RoundRecord(CHANNEL_DROP_COPY)

    def ask(self, question: Sequence, time_ns: Nanoseconds) -> None:
        """This begins a round; what is missing of the last one is not waited for."""
        self.question = question
        self.asked_ns = time_ns
        self.venue = RoundRecord(CHANNEL_VENUE)
        self.copy = RoundRecord(CHANNEL_DROP_COPY)

    def round_of(self, channel: int) -> RoundRecord | None:
        if channel == CHANNEL_VENUE:
            return self.venue
        return self.copy if channel == CHANNEL_DROP_COPY else None

    def is_open(self) -> bool:
        """Whether an answer is owed."""
        return self.question != 0 and not self.venue.is_over


@final
class TradedRecord:
    """One position at one venue: what we have traded there, and what they say that we have."""

    def __init__(self) -> None:
        self.lots: Lots = 0
        """Bought less sold, by the executions in our books."""
        self.sequence: Sequence = 0
        """The command that moved it last."""
        self.stated: Lots = 0
        self.stated_question: Sequence = 0
        self.difference: Lots = 0
        """Ours less the venue's, as it was found last."""
        self.copy_difference: Lots = 0
        """The same for the drop copy."""
        self.is_halted = False
        """Whether either difference was found twice, and has stopped the account."""
