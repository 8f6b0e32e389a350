"""Together: the lines of one decision are judged as one thing."""

from interlock.decisions.proposal import Before, Plan, Proposal
from interlock.ledger.instruments import InstrumentRecord
from interlock.messages.terms import BUY, MARGINED, MARKET
from interlock.messages.units import Lots


def judge_together(plan: Plan) -> None:
    """Each line is judged with what the lines before it would already take. Cost: lines squared,
    bounded by the orders one decision may have."""
    for proposal in plan.proposals:
        _count_beside(plan, proposal)
        before = Before()
        proposal.before = before
        for earlier in plan.proposals:
            if earlier.line >= proposal.line:
                break
            proposal.ahead_messages += 1
            _count_ahead(proposal, earlier, before)
            if earlier.replaces is None:
                proposal.ahead_orders += 1
            if earlier.instrument is None or proposal.instrument is None:
                continue
            is_same_side = earlier.market is proposal.market and earlier.side == proposal.side
            if is_same_side and earlier.would_take():
                proposal.ahead_taken += earlier.leaves()
            if _would_match(proposal, earlier):
                before.opposing += earlier.leaves()
            if earlier.instrument is proposal.instrument:
                if earlier.side == proposal.side:
                    proposal.ahead_side_value += earlier.added_value
                if earlier.side == BUY:
                    proposal.ahead_buy += earlier.added
                else:
                    proposal.ahead_sell += earlier.added
            elif earlier.instrument.currency == proposal.instrument.currency:
                # Gross exposure is counted at marks, whatever the prices of the orders.
                mark = earlier.instrument.mark
                value = earlier.instrument.value(mark, earlier.added)
                proposal.ahead_gross += value
                if earlier.side == BUY:
                    before.net_buy += value
                else:
                    before.net_sell += value
            else:
                _count_elsewhere(before, earlier.instrument, earlier.added)
            if (
                earlier.instrument.currency == proposal.instrument.currency
                and earlier.side == BUY
                and earlier.instrument.settlement != MARGINED
            ):
                proposal.ahead_value += earlier.added_value + earlier.added_fee()


def _count_ahead(proposal: Proposal, earlier: Proposal, before: Before) -> None:
    if earlier.symbol != proposal.symbol:
        before.instruments += 1
    elif (
        earlier.side == proposal.side
        and earlier.quantity == proposal.quantity
        and earlier.price == proposal.price
        and earlier.replaces is None
    ):
        before.same += 1
    if earlier.venue is not proposal.venue:
        before.venues += 1


def _would_match(proposal: Proposal, earlier: Proposal) -> bool:
    """Whether a line would trade with one before it, where that came to rest or traded on."""
    if earlier.market is not proposal.market or earlier.side == proposal.side:
        return False
    if proposal.order_type == MARKET or earlier.order_type == MARKET:
        return True
    if proposal.side == BUY:
        return proposal.price >= earlier.price
    return proposal.price <= earlier.price


def _count_beside(plan: Plan, proposal: Proposal) -> None:
    """What the decision's other lines add beside this one: the whole is judged with every line."""
    if proposal.instrument is None:
        return
    for other in plan.proposals:
        if other is proposal or other.instrument is None:
            continue
        if other.instrument is proposal.instrument:
            proposal.beside_quantity += other.added
        if other.instrument.currency == proposal.instrument.currency:
            proposal.beside_value += other.added_value


def _count_elsewhere(before: Before, instrument: InstrumentRecord, added: Lots) -> None:
    so_far = before.elsewhere.get(instrument.currency, 0)
    value = instrument.value(instrument.mark, added)
    before.elsewhere[instrument.currency] = so_far + value
