"""Sizing: how large an order becomes.

Rules: as asked; a fixed notional; a volatility target, by which one standard deviation of a
second's price move on the order is worth a given amount of money. Whatever the rule, a cap keeps
the order to a share of what is displayed at the far touch. Every quotient rounds down: an order is
never larger than its rule allows.
"""

from interlock.decisions.proposal import Proposal
from interlock.ledger.sources import SourceRecord
from interlock.messages.reasons import CANNOT_BE_EVALUATED, INVALID_TERMS, NOTHING_TO_DO
from interlock.messages.terms import AS_ASKED, FIXED_NOTIONAL
from interlock.messages.units import BPS_ONE, PPM_ONE, Lots, Minor, Ticks


def size(proposal: Proposal, source: SourceRecord, price: Ticks) -> None:
    """This sets a proposal's quantity from what was asked and the source's rule, at a reference
    price; a quantity asked for beside a rule is the most it may become."""
    rule = source.sizing_rule
    quantity = proposal.asked
    proposal.sizing = rule
    if rule != AS_ASKED:
        ruled = _ruled(proposal, rule, source.notional, price)
        if ruled < 0:
            proposal.problem = CANNOT_BE_EVALUATED
            return
        quantity = ruled if quantity == 0 or ruled < quantity else quantity
    elif quantity <= 0:
        proposal.problem = INVALID_TERMS
        return
    share_bps = source.touch_share_bps
    if share_bps > 0 and proposal.market is not None:
        cap = proposal.market.far_quantity(proposal.side) * share_bps // BPS_ONE
        if quantity > cap:
            quantity = cap
            proposal.capped = True
    if quantity <= 0:
        proposal.problem = NOTHING_TO_DO
        return
    proposal.quantity = quantity


def _ruled(
    proposal: Proposal, rule: int, notional: tuple[tuple[str, Minor], ...], price: Ticks
) -> Lots:
    """The quantity by the rule alone; -1 when it lacks what it needs."""
    instrument = proposal.instrument
    if instrument is None or price <= 0:
        return -1
    amount = -1
    for currency, minor in notional:
        if currency == instrument.currency:
            amount = minor
    if amount < 0:
        return -1
    value_per_lot = price * instrument.minor_per_tick_lot
    if rule == FIXED_NOTIONAL:
        return amount // value_per_lot
    volatility_ppm = instrument.volatility_ppm()
    if volatility_ppm == 0:
        return -1
    return amount * PPM_ONE // (value_per_lot * volatility_ppm)
