"""The life of an order: one table, from (status, what happened) to the next status.

It follows the FIX order state change matrices (FIX specification, appendix D) with three
differences: an order whose request to cancel or replace is outstanding is pending from the moment
that *we* ask; an order that nobody answers for, or that its venue states
otherwise than we know it, is UNKNOWN until there is evidence (law 8); and a fill after the end is
counted, because the venue's word about a trade outlives our belief about the order.

A cell that is not in the table is impossible: the report is kept, noticed and changes nothing.
"""

from typing import Final

from interlock.messages.terms import (
    CANCELLED,
    CLEARED,
    DAY,
    DONE_FOR_DAY,
    EXPIRED,
    FILLED,
    FOK,
    IOC,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REJECTED,
    UNKNOWN,
    WORKING,
)

# What can happen to an order.
PEND: Final = 1
ACCEPT: Final = 2
REJECT: Final = 3
FILL: Final = 4
CANCEL: Final = 5
EXPIRE: Final = 6
END_DAY: Final = 7
ASK_CANCEL: Final = 8
DENY_CANCEL: Final = 9
ASK_REPLACE: Final = 10
REPLACE: Final = 11
DENY_REPLACE: Final = 12
BUST: Final = 13
CORRECT: Final = 14
RESTATE: Final = 15
SILENCE: Final = 16
PEND_CANCEL: Final = 17
PEND_REPLACE: Final = 18
DOUBT: Final = 19

HAPPENINGS: Final = {
    PEND: "pend",
    ACCEPT: "accept",
    REJECT: "reject",
    FILL: "fill",
    CANCEL: "cancel",
    EXPIRE: "expire",
    END_DAY: "end_day",
    ASK_CANCEL: "ask_cancel",
    DENY_CANCEL: "deny_cancel",
    ASK_REPLACE: "ask_replace",
    REPLACE: "replace",
    DENY_REPLACE: "deny_replace",
    BUST: "bust",
    CORRECT: "correct",
    RESTATE: "restate",
    SILENCE: "silence",
    PEND_CANCEL: "pend_cancel",
    PEND_REPLACE: "pend_replace",
    DOUBT: "doubt",
}

ACKNOWLEDGING: Final = (
    PEND,
    ACCEPT,
    FILL,
    REPLACE,
    RESTATE,
    CORRECT,
    BUST,
    PEND_CANCEL,
    PEND_REPLACE,
)
"""What only a venue that has the order can say."""

IMPOSSIBLE: Final = 0
BY_FILL: Final = 100
"""Working, partially filled or filled, as the filled quantity says."""
FILL_OR_STAY: Final = 101
"""Filled when nothing is left, else as before."""
FILL_OR_UNKNOWN: Final = 102
"""Filled when nothing is left, else unknown: the venue has contradicted itself."""
PENDING_OR_BY_FILL: Final = 103
"""Pending replace while a newer request is outstanding, else by the filled quantity."""
FILLED_OR_UNKNOWN: Final = 104
"""Silence about a request on an order that has nothing left is no loss: filled; else unknown."""

CLEARED_OR_BY_FILL: Final = 105
"""Cleared while nothing has traded, else by the filled quantity."""

_HEIGHT: Final = 32

TABLE: Final = (
    (CLEARED, PEND, CLEARED),
    (CLEARED, ACCEPT, WORKING),
    (CLEARED, REJECT, REJECTED),
    (CLEARED, FILL, BY_FILL),
    (CLEARED, CANCEL, CANCELLED),
    (CLEARED, EXPIRE, EXPIRED),
    (CLEARED, END_DAY, DONE_FOR_DAY),
    (CLEARED, ASK_CANCEL, PENDING_CANCEL),
    (CLEARED, REPLACE, BY_FILL),
    (CLEARED, RESTATE, BY_FILL),
    (CLEARED, SILENCE, UNKNOWN),
    (WORKING, REJECT, REJECTED),
    (WORKING, FILL, BY_FILL),
    (WORKING, CANCEL, CANCELLED),
    (WORKING, EXPIRE, EXPIRED),
    (WORKING, END_DAY, DONE_FOR_DAY),
    (WORKING, ASK_CANCEL, PENDING_CANCEL),
    (WORKING, ASK_REPLACE, PENDING_REPLACE),
    (WORKING, REPLACE, BY_FILL),
    (WORKING, DENY_REPLACE, BY_FILL),
    (WORKING, RESTATE, BY_FILL),
    (WORKING, SILENCE, UNKNOWN),
    (WORKING, DOUBT, UNKNOWN),
    (PARTIALLY_FILLED, REJECT, REJECTED),
    (PARTIALLY_FILLED, FILL, BY_FILL),
    (PARTIALLY_FILLED, CANCEL, CANCELLED),
    (PARTIALLY_FILLED, EXPIRE, EXPIRED),
    (PARTIALLY_FILLED, END_DAY, DONE_FOR_DAY),
    (PARTIALLY_FILLED, ASK_CANCEL, PENDING_CANCEL),
    (PARTIALLY_FILLED, ASK_REPLACE, PENDING_REPLACE),
    (PARTIALLY_FILLED, REPLACE, BY_FILL),
    (PARTIALLY_FILLED, DENY_REPLACE, BY_FILL),
    (PARTIALLY_FILLED, BUST, BY_FILL),
    (PARTIALLY_FILLED, CORRECT, BY_FILL),
    (PARTIALLY_FILLED, RESTATE, BY_FILL),
    (PARTIALLY_FILLED, SILENCE, UNKNOWN),
    (PARTIALLY_FILLED, DOUBT, UNKNOWN),
    (PENDING_CANCEL, PEND, PENDING_CANCEL),
    (PENDING_CANCEL, PEND_CANCEL, PENDING_CANCEL),
    (PENDING_CANCEL, PEND_REPLACE, PENDING_CANCEL),
    (PENDING_CANCEL, ACCEPT, PENDING_CANCEL),
    (PENDING_CANCEL, REJECT, REJECTED),
    (PENDING_CANCEL, FILL, PENDING_CANCEL),
    (PENDING_CANCEL, CANCEL, CANCELLED),
    (PENDING_CANCEL, EXPIRE, EXPIRED),
    (PENDING_CANCEL, END_DAY, DONE_FOR_DAY),
    (PENDING_CANCEL, DENY_CANCEL, PENDING_OR_BY_FILL),
    (PENDING_CANCEL, REPLACE, PENDING_CANCEL),
    (PENDING_CANCEL, DENY_REPLACE, PENDING_CANCEL),
    (PENDING_CANCEL, BUST, PENDING_CANCEL),
    (PENDING_CANCEL, CORRECT, PENDING_CANCEL),
    (PENDING_CANCEL, RESTATE, PENDING_CANCEL),
    (PENDING_CANCEL, SILENCE, FILLED_OR_UNKNOWN),
    (PENDING_REPLACE, PEND, PENDING_REPLACE),
    (PENDING_REPLACE, PEND_CANCEL, PENDING_REPLACE),
    (PENDING_REPLACE, PEND_REPLACE, PENDING_REPLACE),
    (PENDING_REPLACE, ACCEPT, PENDING_REPLACE),
    (PENDING_REPLACE, REJECT, REJECTED),
    (PENDING_REPLACE, FILL, PENDING_REPLACE),
    (PENDING_REPLACE, CANCEL, CANCELLED),
    (PENDING_REPLACE, EXPIRE, EXPIRED),
    (PENDING_REPLACE, END_DAY, DONE_FOR_DAY),
    (PENDING_REPLACE, ASK_CANCEL, PENDING_CANCEL),
    (PENDING_REPLACE, ASK_REPLACE, PENDING_REPLACE),
    (PENDING_REPLACE, REPLACE, PENDING_OR_BY_FILL),
    (PENDING_REPLACE, DENY_REPLACE, PENDING_OR_BY_FILL),
    (PENDING_REPLACE, BUST, PENDING_REPLACE),
    (PENDING_REPLACE, CORRECT, PENDING_REPLACE),
    (PENDING_REPLACE, RESTATE, PENDING_REPLACE),
    (PENDING_REPLACE, SILENCE, FILLED_OR_UNKNOWN),
    (UNKNOWN, PEND, CLEARED_OR_BY_FILL),
    (UNKNOWN, PEND_CANCEL, PENDING_CANCEL),
    (UNKNOWN, PEND_REPLACE, PENDING_REPLACE),
    (UNKNOWN, ACCEPT, BY_FILL),
    (UNKNOWN, REJECT, REJECTED),
    (UNKNOWN, FILL, BY_FILL),
    (UNKNOWN, CANCEL, CANCELLED),
    (UNKNOWN, EXPIRE, EXPIRED),
    (UNKNOWN, END_DAY, DONE_FOR_DAY),
    (UNKNOWN, ASK_CANCEL, UNKNOWN),
    (UNKNOWN, DENY_CANCEL, UNKNOWN),
    (UNKNOWN, DENY_REPLACE, UNKNOWN),
    (UNKNOWN, REPLACE, PENDING_OR_BY_FILL),
    (UNKNOWN, BUST, UNKNOWN),
    (UNKNOWN, CORRECT, UNKNOWN),
    (UNKNOWN, RESTATE, BY_FILL),
    (FILLED, FILL, FILLED),
    (FILLED, BUST, BY_FILL),
    (FILLED, CORRECT, BY_FILL),
    (FILLED, ASK_REPLACE, PENDING_REPLACE),
    (FILLED, REPLACE, BY_FILL),
    (FILLED, DOUBT, UNKNOWN),
    (CANCELLED, FILL, FILL_OR_STAY),
    (CANCELLED, BUST, CANCELLED),
    (CANCELLED, CORRECT, CANCELLED),
    (CANCELLED, DOUBT, UNKNOWN),
    (REJECTED, FILL, FILL_OR_UNKNOWN),
    (REJECTED, ACCEPT, UNKNOWN),
    (REJECTED, BUST, REJECTED),
    (REJECTED, CORRECT, REJECTED),
    (REJECTED, RESTATE, UNKNOWN),
    (REJECTED, DOUBT, UNKNOWN),
    (EXPIRED, FILL, FILL_OR_STAY),
    (EXPIRED, BUST, EXPIRED),
    (EXPIRED, CORRECT, EXPIRED),
    (EXPIRED, DOUBT, UNKNOWN),
    (DONE_FOR_DAY, FILL, FILL_OR_STAY),
    (DONE_FOR_DAY, ASK_CANCEL, PENDING_CANCEL),
    (DONE_FOR_DAY, CANCEL, CANCELLED),
    (DONE_FOR_DAY, EXPIRE, EXPIRED),
    (DONE_FOR_DAY, BUST, DONE_FOR_DAY),
    (DONE_FOR_DAY, CORRECT, DONE_FOR_DAY),
    (DONE_FOR_DAY, RESTATE, BY_FILL),
    (DONE_FOR_DAY, DOUBT, UNKNOWN),
)

# The table laid flat: one step to the target, which is IMPOSSIBLE where the table has no row.
_NEXT: Final[list[int]] = [IMPOSSIBLE] * (_HEIGHT * _HEIGHT)
for _status, _happening, _target in TABLE:
    _NEXT[_status * _HEIGHT + _happening] = _target


def by_fill(filled: int, quantity: int) -> int:
    """This is the status of an order that the venue has, told by its quantities alone."""
    if filled >= quantity:
        return FILLED
    return PARTIALLY_FILLED if filled > 0 else WORKING


def next_status(status: int, happening: int, filled: int, quantity: int, outstanding: bool) -> int:
    """This is the status after something happened; IMPOSSIBLE when it cannot happen here.

    `filled` and `quantity` are those *after* the happening; `outstanding` says whether a newer
    request to replace has not been answered yet.
    """
    target = _NEXT[status * _HEIGHT + happening]
    if target < BY_FILL:
        return target
    if target == BY_FILL:
        return by_fill(filled, quantity)
    if target == FILL_OR_STAY:
        return FILLED if filled >= quantity else status
    if target == FILL_OR_UNKNOWN:
        return FILLED if filled >= quantity else UNKNOWN
    if target == PENDING_OR_BY_FILL:
        return PENDING_REPLACE if outstanding else by_fill(filled, quantity)
    if target == CLEARED_OR_BY_FILL:
        return by_fill(filled, quantity) if filled > 0 else CLEARED
    return FILLED if filled >= quantity else UNKNOWN


def owes_answer(status: int, happening: int) -> bool:
    """This says whether the venue still owes an answer after something happened. To say that it is
    at work is none."""
    return status in (PENDING_CANCEL, PENDING_REPLACE) or (status == CLEARED and happening == PEND)


def is_possible(status: int, happening: int) -> bool:
    """This says whether something can happen to an order in a status."""
    return _NEXT[status * _HEIGHT + happening] != IMPOSSIBLE


ENDINGS: Final = {CANCELLED: CANCEL, EXPIRED: EXPIRE, REJECTED: REJECT}
"""What happens to an order that a venue states as ended, other than by filling it."""


def is_over(status: int) -> bool:
    """This says whether a venue that states this status has nothing of the order any more."""
    return status in (FILLED, CANCELLED, REJECTED, EXPIRED)


def is_open(status: int, time_in_force: int) -> bool:
    """This says whether an order may still trade, so that its exposure stays reserved."""
    if status <= UNKNOWN:
        return True
    # What is done for the day comes back tomorrow, unless it was for the day only.
    return status == DONE_FOR_DAY and time_in_force not in (DAY, IOC, FOK)
