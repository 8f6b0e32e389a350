"""Verdicts: what the gate said of a decision, or of one slice of a large order."""

from msgspec import Struct

from interlock.messages.units import Lots, Sequence, Ticks


class Line(Struct, frozen=True, array_like=True, gc=False):
    """One order that a decision would become.

    What was asked, what it was sized to and why, where it would go, and the market the gate saw.
    """

    instrument: str
    venue: str
    side: int
    asked: Lots
    quantity: Lots
    price: Ticks
    sizing: int
    """The sizing rule that set the quantity."""
    capped: bool
    """True when the liquidity cap made it smaller."""
    route: str
    """The rule that chose the venue."""
    bid: Ticks
    bid_quantity: Lots
    ask: Ticks
    ask_quantity: Lots
    market_sequence: Sequence
    """The command that last changed this market."""
    cut_from: Lots = 0
    """What it was sized to before controls cut it to what they allow; 0 when none did."""


class DecisionJudged(Struct, frozen=True, array_like=True, gc=False, tag=100):
    """The verdict: the most severe finding, its reason, and every finding of every control.

    The findings lie flat and are read with `messages/findings.py`: who was asked, what each saw and
    allowed, and which of them objected.
    """

    decision: Sequence
    severity: int
    reason: int
    limits_version: int
    lines: tuple[Line, ...]
    controls: tuple[tuple[int, ...], ...]
    """Who was asked about the decision as a whole, then about each line: a limit's index in the
    session, or minus the number of a gate rule."""
    figures: tuple[int, ...]
    """Observed and bound of each, in that order."""
    objections: tuple[int, ...] = ()
    """Place (from 0), severity and reason of each finding that did not allow it."""
