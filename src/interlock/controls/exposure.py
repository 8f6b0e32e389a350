"""Controls on what an account holds and may come to hold: working and unknown orders at their worst
(law 7).
"""

from typing import Final, final

from interlock.controls.control import Control, Finding
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    CASH_BELOW_MINIMUM,
    GROSS_EXPOSURE_ABOVE_LIMIT,
    POSITION_ABOVE_LIMIT,
)
from interlock.messages.terms import BUY, MARGINED
from interlock.messages.units import Lots


def worst_position_after(proposal: Proposal) -> Lots:
    """The signed position if this order and everything on its side traded and nothing on the other;
    0 without a position record."""
    position = proposal.position
    if position is None:
        return 0
    if proposal.side == BUY:
        return position.worst_long() + proposal.ahead_buy + proposal.added
    return position.worst_short() - proposal.ahead_sell - proposal.added


@final
class PositionLimit(Control):
    """Refuses an order after which the account could be longer than `long_max` or shorter than
    `short_max`, working orders counted (C09)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.long_max: Final[int] = self.whole("long_max")
        self.short_max: Final[int] = self.whole("short_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.position is None:
            finding.cannot_evaluate()
            return
        after = worst_position_after(proposal)
        # A change that adds nothing is never what takes a position past its limit.
        if proposal.added == 0:
            finding.allow(after, self.long_max if proposal.side == BUY else self.short_max)
        elif proposal.side == BUY:
            finding.refuse_above(POSITION_ABOVE_LIMIT, after, self.long_max)
        else:
            finding.refuse_above(POSITION_ABOVE_LIMIT, -after, self.short_max)

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        before = worst_position_after(proposal)
        if proposal.side == BUY:
            return self.long_max - before + proposal.added
        return self.short_max + before + proposal.added


@final
class GrossExposure(Control):
    """Refuses an order after which the account's positions in one currency, each at its worst and
    all added up without their signs, could be worth more than `value_max` (C08).

    An order that makes no position's worst larger passes whatever the sum is. The sum cannot be
    evaluated while a position that counts has no mark.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.value_max: Final[int] = self.whole("value_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        position, instrument = proposal.position, proposal.instrument
        if position is None or instrument is None or instrument.mark <= 0:
            finding.cannot_evaluate()
            return
        gross = position.account.gross_value(instrument.currency)
        after = worst_position_after(proposal)
        if after < 0:
            after = -after
        worst = position.worst_lots()
        if after <= worst:
            finding.allow(gross, self.value_max)
            return
        if gross < 0:
            finding.cannot_evaluate()
            return
        gross += instrument.value(instrument.mark, after) - position.worst_value()
        finding.refuse_above(
            GROSS_EXPOSURE_ABOVE_LIMIT, gross + proposal.ahead_gross, self.value_max
        )


@final
class CashLimit(Control):
    """Refuses a purchase that could leave the account less free cash than `minimum`, open purchases
    counted at their limits, and the fees of this decision at the venue's taker rate (C08). Sales
    pass, and so does what only settles differences.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.minimum: Final[int] = self.whole("minimum")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        position, instrument, venue = proposal.position, proposal.instrument, proposal.venue
        if position is None or instrument is None or venue is None:
            finding.cannot_evaluate()
            return
        free = position.cash.free()
        if proposal.side != BUY or instrument.settlement == MARGINED:
            finding.allow(free, self.minimum)
            return
        after = free - proposal.ahead_value - proposal.added_value - proposal.added_fee()
        if after < self.minimum and proposal.added_value > 0:
            finding.refuse(CASH_BELOW_MINIMUM, after, self.minimum)
        else:
            finding.allow(after, self.minimum)
