"""When a trading day changes phase, and what a phase lets an order do."""

from typing import Final

from interlock.messages.definitions import Instrument
from interlock.messages.reasons import INSTRUMENT_SUSPENDED, NONE, PHASE_CLOSED
from interlock.messages.terms import (
    CLOSED,
    CLOSING_AUCTION,
    CONTINUOUS,
    OPENING_AUCTION,
    TRADABLE,
)
from interlock.messages.units import NS_PER_DAY, Nanoseconds

NEVER: Final = (1 << 62) - 1
"""Later than any market time; still a machine word when compiled."""


def phase_change_after(instrument: Instrument, time_ns: Nanoseconds) -> Nanoseconds:
    """This is when the phase may change next, `NEVER` for trading around the clock."""
    if not instrument.phases:
        return NEVER
    local_ns = time_ns + instrument.utc_offset_ns
    of_day_ns = local_ns % NS_PER_DAY
    midnight_ns = time_ns - of_day_ns
    for start in instrument.phases:
        if start.start_ns > of_day_ns:
            return midnight_ns + start.start_ns
    return midnight_ns + NS_PER_DAY


def entry_refusal(status: int, phase: int, is_immediate: bool) -> int:
    """This is why an order may not enter now, or NONE. Before and between trading, only orders that
    can rest may.
    """
    if status != TRADABLE:
        return INSTRUMENT_SUSPENDED
    if phase == CLOSED:
        return PHASE_CLOSED
    if phase != CONTINUOUS and is_immediate:
        return PHASE_CLOSED
    return NONE


def uncrosses(old_phase: int, new_phase: int) -> bool:
    """True when this change of phase trades what crosses: an auction ends, or continuous trading
    begins.
    """
    if old_phase == new_phase:
        return False
    if new_phase == CONTINUOUS:
        return True
    return old_phase in (OPENING_AUCTION, CLOSING_AUCTION)
