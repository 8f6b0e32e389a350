"""Pricing: the worst price that a line may trade at, and what it is worth at that price."""

from typing import Final

from interlock.decisions.meaning import contradiction
from interlock.decisions.proposal import Proposal
from interlock.messages.reasons import MARKET_MISSING
from interlock.messages.terms import BUY, LIMIT, MARKETABLE_LIMIT
from interlock.messages.units import BPS_ONE, Ticks

# A market order has no limit of its own: its money is reserved this far beyond the far touch.
MARKET_ALLOWANCE_BPS: Final = 500


def price_line(proposal: Proposal) -> None:
    """The worst price that the order may trade at."""
    proposal.problem = contradiction(proposal)
    if proposal.problem != 0:
        return
    if proposal.order_type == LIMIT:
        proposal.price = proposal.limit
        return
    far = proposal.market.far_price(proposal.side) if proposal.market is not None else 0
    if far == 0:
        proposal.problem = MARKET_MISSING
        return
    if proposal.order_type == MARKETABLE_LIMIT:
        step = proposal.protection
    else:
        step = far * MARKET_ALLOWANCE_BPS // BPS_ONE
    price = far + step if proposal.side == BUY else far - step
    proposal.price = price if price > 1 else 1


def value_line(proposal: Proposal) -> None:
    proposal.added = proposal.quantity
    if proposal.instrument is not None:
        price = dearest(proposal, proposal.price)
        proposal.value = proposal.instrument.value(price, proposal.quantity)
        proposal.added_value = proposal.value


def dearest(proposal: Proposal, price: Ticks) -> Ticks:
    """The most that a lot may be worth when it trades: a sale trades at the touch or better."""
    if proposal.side == BUY or proposal.market is None:
        return price
    far = proposal.market.far_price(proposal.side)
    return far if far > price else price
