"""Urgency: by which lane a line comes in, told by a look at it that costs a third of a microsecond.

The look grants nothing: whatever passes is read strictly and judged by the kernel. It only says
what may be refused unread when there is more than can be done in time. What takes risk away
(cancelling, flattening, reduce-only orders, and every word of an operator) is never among that
(law 6).
"""

from typing import Any, Final

import msgspec

from interlock.inputs.words import WORDS
from interlock.messages.terms import CHATTER, LANES, MARKET_DATA, PRIORITIES, RISK_REDUCING

_MARKET_WORDS: Final = ("quote", "trade")
_URGENT_KINDS: Final = ("cancel", "flatten")
_PRIORITY_OF: Final = {name: number for number, name in PRIORITIES.items()}
_NOBODY: Final = ""


class Stream:
    """The lines of one source in one lane, as far as a look tells."""

    __slots__ = ("lane", "place", "refused", "source")

    def __init__(self, lane: int, source: str) -> None:
        self.lane = lane
        self.source = source
        self.place = 0
        """How many of its lines asked to come in, modulo the levels of a lane."""
        self.refused: dict[int, int] = {}
        """Lines that were not taken and not yet noted, by reason."""


class _Action(msgspec.Struct):
    kind: str = ""
    reduce_only: bool = False


class _Asked(msgspec.Struct):
    source: str
    action: _Action
    priority: str = "new_risk"


class _Market(msgspec.Struct):
    instrument: str
    venue: str


class _Quoted(msgspec.Struct):
    quote: _Market


_asked: Final = msgspec.json.Decoder(_Asked).decode
_quoted: Final = msgspec.json.Decoder(_Quoted).decode
_any: Final = msgspec.json.Decoder(Any).decode

_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Urgency:
    """Looks at lines. `ceilings` are the most urgent classes that sources may claim, by name.

    It knows as many streams as there are sources and lanes; those of nobody who is defined are one.
    """

    def __init__(self, ceilings: dict[str, int]) -> None:
        self._ceilings = ceilings
        self.streams = [Stream(lane, source) for source in (*ceilings, _NOBODY) for lane in LANES]
        known = {(stream.lane, stream.source): stream for stream in self.streams}
        self._nobody = [known[lane, _NOBODY] for lane in LANES]
        self.nobodys_data = known[MARKET_DATA, _NOBODY]
        self._urgent = {source: known[RISK_REDUCING, source] for source in ceilings}
        # By what a source claims to be, as far as it may: one that nobody defined may claim
        # nothing.
        self._claimed = {
            (source, claim): known[max(lane, ceiling), source]
            for source, ceiling in ceilings.items()
            for claim, lane in _PRIORITY_OF.items()
        }

    def stream_of(self, line: bytes) -> Stream:
        """This says by which lane a line comes, whatever its bytes, and whose it is."""
        try:
            asked = _asked(line)
        except _UNREADABLE:
            return self._of_word(line)
        action = asked.action
        if action.reduce_only or action.kind in _URGENT_KINDS:
            return self._urgent.get(asked.source, self._nobody[RISK_REDUCING])
        return self._claimed.get((asked.source, asked.priority), self._nobody[CHATTER])

    def _of_word(self, line: bytes) -> Stream:
        value: Any
        try:
            value = _any(line)
        except _UNREADABLE:
            value = None
        word = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else ""
        if word in _MARKET_WORDS:
            return self._nobody[MARKET_DATA]
        # Also decisions with a field of the wrong kind: they lead to a refusal and no more.
        return self._nobody[RISK_REDUCING if word in WORDS else CHATTER]


def market_of(line: bytes) -> tuple[str, str] | None:
    """This is the instrument and the venue that a quote is about; None for all else."""
    try:
        quoted = _quoted(line).quote
    except _UNREADABLE:
        return None
    return quoted.instrument, quoted.venue
