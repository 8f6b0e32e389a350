"""Meaning: whether the terms of an order can be meant together, now, in this market."""

from interlock.decisions.proposal import Proposal
from interlock.messages.reasons import INVALID_TERMS, POST_ONLY_WOULD_TRADE
from interlock.messages.terms import (
    BUY,
    FOK,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    MARKETABLE_LIMIT,
    SELL,
)
from interlock.messages.units import Nanoseconds


def objection(proposal: Proposal, time_ns: Nanoseconds) -> int:
    """Why an order that is priced and sized cannot be meant: it shows more than it is, has expired,
    or must not take and would, by our market: we do not leave that to the venue. 0 when it can."""
    if proposal.display > proposal.quantity:
        return INVALID_TERMS
    if proposal.time_in_force == GTD and proposal.expire_ns <= time_ns:
        return INVALID_TERMS
    if proposal.post_only and proposal.would_cross():
        return POST_ONLY_WOULD_TRADE
    return 0


def contradiction(proposal: Proposal) -> int:
    """INVALID_TERMS when an order's terms cannot be meant together, else 0."""
    if proposal.side not in (BUY, SELL):
        return INVALID_TERMS
    order_type, time_in_force = proposal.order_type, proposal.time_in_force
    if order_type not in (LIMIT, MARKET, MARKETABLE_LIMIT) or proposal.protection < 0:
        return INVALID_TERMS
    if (order_type == LIMIT) != (proposal.limit > 0):
        return INVALID_TERMS
    if not 1 <= time_in_force <= GTD or (time_in_force == GTD) != (proposal.expire_ns > 0):
        return INVALID_TERMS
    is_immediate = time_in_force in (IOC, FOK)
    if proposal.post_only and (is_immediate or order_type != LIMIT):
        return INVALID_TERMS
    if proposal.display < 0 or (proposal.display > 0 and is_immediate):
        return INVALID_TERMS
    return 0
