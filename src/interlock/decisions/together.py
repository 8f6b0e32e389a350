"""Together: the lines of one decision are judged as one thing."""

from interlock.decisions.proposal import Plan, Proposal
from interlock.messages.terms import BUY, MARGINED


def judge_together(plan: Plan) -> None:
    """Each line is judged with what the lines before it would already take. Cost: lines squared,
    bounded by the orders one decision may have."""
    for proposal in plan.proposals:
        _count_beside(plan, proposal)
        for earlier in plan.proposals:
            if earlier.line >= proposal.line:
                break
            proposal.ahead_messages += 1
            if earlier.replaces is None:
                proposal.ahead_orders += 1
            if earlier.instrument is None or proposal.instrument is None:
                continue
            is_same_side = earlier.market is proposal.market and earlier.side == proposal.side
            if is_same_side and earlier.would_take():
                proposal.ahead_taken += earlier.leaves()
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
                proposal.ahead_gross += earlier.instrument.value(mark, earlier.added)
            if (
                earlier.instrument.currency == proposal.instrument.currency
                and earlier.side == BUY
                and earlier.instrument.settlement != MARGINED
            ):
                proposal.ahead_value += earlier.added_value + earlier.added_fee()


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
