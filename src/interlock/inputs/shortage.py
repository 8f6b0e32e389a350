"""Shortage: what a live session still takes when the disk is full.

Room is held for that (`journal/reserve.py`) and is bounded, so it goes to what it is for: cancels,
what reduces, venues' reports, timers, and operators' words. Market data and new decisions are not
taken at all, and whoever sent them is told so; nothing that was taken is lost.
"""

from typing import Final

from interlock.messages.commands import (
    Command,
    NoteFeedFault,
    NoteRefusedInput,
    NoteTrade,
    ProposeDecision,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import CancelOrders, Flatten

NO_ROOM_SENTENCE: Final = (
    "was not taken: the disk is full, and what room is left is for cancels, reports and operators;"
    " make room, then have a person other than the journal lift the halt"
)
NO_LIFT_SENTENCE: Final = "was not taken: the disk still has no room; make room, then lift again"

_MARKET: Final = (UpdateQuote, UpdateLadder, NoteTrade, NoteFeedFault)


def is_worth_the_room(command: Command) -> bool:
    """Whether a command is taken although the disk is full."""
    if isinstance(command, ProposeDecision):
        return isinstance(command.decision.action, CancelOrders | Flatten)
    return not isinstance(command, (*_MARKET, NoteRefusedInput))
