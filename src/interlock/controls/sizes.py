"""Controls on the size of one order."""

from typing import Final, final

from interlock.controls.control import Control, Finding
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    QUANTITY_ABOVE_DISPLAYED,
    QUANTITY_ABOVE_ORDER_LIMIT,
    VALUE_ABOVE_ORDER_LIMIT,
)
from interlock.messages.terms import BUY, MARKET
from interlock.messages.units import BPS_ONE


@final
class OrderQuantityLimit(Control):
    """Refuses an order of more than `quantity_max` (C03). An amend that adds nothing passes."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.quantity_max: Final[int] = self.whole("quantity_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.replaces is not None and proposal.added == 0:
            finding.allow(proposal.quantity, self.quantity_max)
            return
        finding.refuse_above(QUANTITY_ABOVE_ORDER_LIMIT, proposal.quantity, self.quantity_max)


@final
class OrderValueLimit(Control):
    """Refuses an order worth more than `value_max` at the worst price it may trade at (C02): a
    purchase at its limit, a sale at its limit or, as it trades there or better, at the touch. An
    amend that adds nothing passes.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.value_max: Final[int] = self.whole("value_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.instrument is None or proposal.price <= 0:
            finding.cannot_evaluate()
            return
        if proposal.replaces is not None and proposal.added_value == 0:
            finding.allow(proposal.value, self.value_max)
            return
        finding.refuse_above(VALUE_ABOVE_ORDER_LIMIT, proposal.value, self.value_max)


@final
class Liquidity(Control):
    """Refuses an order that would take more than `share_bps` of what is displayed up to its limit
    (C03).

    What rests without trading at once takes nothing and passes. An amended order that would trade
    at once takes with all that is left of it, and lines of the same decision take together. A
    market order is held to the whole ladder as deep as we see it.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.share_bps: Final[int] = self.whole("share_bps")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        market = proposal.market
        if market is None:
            finding.cannot_evaluate()
            return
        price = proposal.price
        far = market.far_price(proposal.side)
        if not proposal.would_take():
            finding.allow(0, 0)
            return
        if proposal.order_type == MARKET:
            # Beyond every level we see on either side.
            price = far * 2 if proposal.side == BUY else 0
        allowed = market.displayed(proposal.side, price) * self.share_bps // BPS_ONE
        taken = proposal.ahead_taken + proposal.leaves()
        finding.refuse_above(QUANTITY_ABOVE_DISPLAYED, taken, allowed)
