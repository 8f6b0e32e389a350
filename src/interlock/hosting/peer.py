"""A peer: one connection of a hosted exchange; it belongs to a session once it has said hello."""

from typing import Final

from interlock.execution.line_stream import LineStream
from interlock.execution.venue_words import TEXT_CHARACTERS_MAX, Refused, VenueWord, encode_word
from interlock.hosting.clients import Client
from interlock.messages.units import Nanoseconds

REFUSALS_MAX: Final = 100
"""Of one connection: whoever says more that cannot be obeyed is disconnected."""


class Peer:
    """One connection, which belongs to a session once it has said hello."""

    def __init__(self, stream: LineStream, now_ns: Nanoseconds) -> None:
        self.stream = stream
        self.client: Client | None = None
        self.lines = 0
        self.refusals = 0
        self.sent = 0
        """The last report that was sent over this connection."""
        self.heard_ns = now_ns
        self.beat_ns = now_ns
        self.waiting: list[bytes] = []
        """Lines that have come and were not taken yet."""
        self.misses_market = False
        self.later: list[tuple[int, VenueWord]] = []
        """Words that follow a report, by its number."""

    def say(self, word: VenueWord) -> None:
        self.stream.write(encode_word(word))

    def refuse(self, text: str) -> None:
        self.refusals += 1
        self.say(Refused(text[:TEXT_CHARACTERS_MAX], self.lines))
        if self.refusals >= REFUSALS_MAX:
            self.stream.flush()
            self.stream.ended = f"{REFUSALS_MAX} of its lines were refused"
