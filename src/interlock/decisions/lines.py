"""Lines: what a verdict says of each order that its decision would become."""

from typing import Final

from interlock.decisions.proposal import Proposal
from interlock.messages.events import Line

# The name of an imported class is looked up at each use, and this one is for every order.
_LINE: Final = Line


def line_of(proposal: Proposal) -> Line:
    """This is a proposal as its verdict keeps it, with the market that the gate saw."""
    market = proposal.market
    return _LINE(
        proposal.symbol,
        market.venue if market is not None else "",
        proposal.side,
        proposal.asked,
        proposal.quantity,
        proposal.price,
        proposal.sizing,
        proposal.capped,
        proposal.route,
        market.bid if market is not None else 0,
        market.bid_quantity if market is not None else 0,
        market.ask if market is not None else 0,
        market.ask_quantity if market is not None else 0,
        market.sequence if market is not None else 0,
        proposal.cut_from,
    )
