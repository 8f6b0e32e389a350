"""Controls on what a scope holds and may come to hold: positions, and working and unknown orders at
their worst (law 7).

The firm is the sum of its accounts; an account is itself; a source is what its own orders and fills
made. What is proven to reduce its account's position passes, whoever made that position.
"""

from typing import Final, final

from interlock.controls.control import (
    CURRENCY,
    LOOSENS,
    MONEY,
    QUANTITY,
    SIZE_ANSWERS,
    SOFT_ANSWERS,
    TIGHTENS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.money import INTO, MoneyOf
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.ledger.positions import CashRecord, PositionRecord
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    CANNOT_BE_EVALUATED,
    CASH_BELOW_MINIMUM,
    GROSS_EXPOSURE_ABOVE_LIMIT,
    MARK_MISSING,
    NONE,
    POSITION_ABOVE_LIMIT,
)
from interlock.messages.terms import BUY, MARGINED
from interlock.messages.units import Lots

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "position",
        "C09",
        "a position that is too large, working and unknown orders counted; the firm's is the sum "
        "over its accounts, a source's what its own orders made",
        "RTS 6 15(5), 17(4); FIA 2024",
        ("firm", "account", "source", "instrument"),
        (
            Parameter("long_max", QUANTITY, "longest position", greater=LOOSENS),
            Parameter(
                "short_max", QUANTITY, "shortest position, as a positive quantity", greater=LOOSENS
            ),
        ),
        "quantity",
        is_required=True,
        answers=SIZE_ANSWERS,
        reason=POSITION_ABOVE_LIMIT,
        drill="D1",
    ),
    ControlKind(
        "gross_exposure",
        "C08",
        "too much exposure in all positions of a currency together, or of all currencies in one",
        "15c3-5(c)(1)(i); RTS 6 15(4)",
        ("firm", "account", "source"),
        (
            Parameter("value_max", MONEY, "largest gross value", 1, greater=LOOSENS),
            Parameter(INTO, CURRENCY, "the currency that all others are converted into"),
        ),
        "money",
        answers=SOFT_ANSWERS,
        reason=GROSS_EXPOSURE_ABOVE_LIMIT,
        drill="D1, D4, D6",
    ),
    ControlKind(
        "cash",
        "C08",
        "purchases that cannot be paid for; fees of orders open already are not counted. A "
        "source's cash is what its own trades brought and took",
        "15c3-5(c)(1)(i)",
        ("firm", "account", "source"),
        (
            Parameter(
                "minimum",
                MONEY,
                "least free cash that must remain",
                -(10**18),
                default=0,
                greater=TIGHTENS,
            ),
            Parameter(INTO, CURRENCY, "the currency that all others are converted into"),
        ),
        "money",
        reason=CASH_BELOW_MINIMUM,
        drill="D6",
    ),
)


def make_exposure(limit: Limit) -> Control | None:
    name = limit.control
    if name == "position":
        return PositionLimit(limit)
    if name == "gross_exposure":
        return GrossExposure(limit)
    if name == "cash":
        return CashLimit(limit)
    return None


def held(scope: str, proposal: Proposal, ledger: Ledger) -> PositionRecord | None:
    """The position that an order changes in a scope: the account's, or what its source made."""
    position = proposal.position
    if position is None or not scope.startswith("source:") or not ledger.has_summed_scopes:
        return position
    source = ledger.sources.get(scope[7:])
    if source is None:
        return None
    own = source.own.positions.get(proposal.symbol)
    if own is None:
        # It has made none yet: a flat one, which judging must not leave behind.
        nothing = CashRecord(position.cash.currency, position.cash.digits, 0)
        own = PositionRecord(source.own, position.instrument, nothing)
    return own


def worst_after(position: PositionRecord, proposal: Proposal) -> Lots:
    """The signed position if this order and everything on its side traded and nothing on the
    other."""
    if proposal.side == BUY:
        return position.worst_long() + proposal.ahead_buy + proposal.added
    return position.worst_short() - proposal.ahead_sell - proposal.added


@final
class PositionLimit(Control):
    """Refuses an order after which its scope could be longer than `long_max` or shorter than
    `short_max`, working orders counted (C09)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.long_max: Final[int] = self.whole("long_max")
        self.short_max: Final[int] = self.whole("short_max")
        self.is_firm: Final[bool] = limit.scope == FIRM or limit.scope.startswith("instrument:")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.position is None or proposal.instrument is None:
            finding.cannot_evaluate()
            return
        own = held(self.limit.scope, proposal, ledger)
        if own is None:
            finding.cannot_evaluate()
            return
        observed = self._after(own, proposal, ledger)
        bound = self.long_max if proposal.side == BUY else self.short_max
        # A change that adds nothing is never what takes a position past its limit.
        if observed > bound and (proposal.added == 0 or is_reducing(proposal)):
            finding.allow(observed, bound)
        else:
            finding.refuse_above(POSITION_ABOVE_LIMIT, observed, bound)

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        own = held(self.limit.scope, proposal, ledger)
        if own is None:
            return 0
        bound = self.long_max if proposal.side == BUY else self.short_max
        return bound - self._after(own, proposal, ledger) + proposal.added

    def _after(self, own: PositionRecord, proposal: Proposal, ledger: Ledger) -> Lots:
        """How far on the order's side the scope's position could be."""
        if self.is_firm and ledger.has_summed_scopes:
            instrument = own.instrument
            if proposal.side == BUY:
                held_already = instrument.lots + instrument.open_buy + proposal.ahead_buy
            else:
                held_already = instrument.open_sell - instrument.lots + proposal.ahead_sell
            return held_already + proposal.added
        after = worst_after(own, proposal)
        return after if proposal.side == BUY else -after


@final
class GrossExposure(Control):
    """Refuses an order after which the positions of its scope, each at its worst and all added up
    without their signs, could be worth more than `value_max` (C08).

    The positions are those of accounts: one account long and another short do not cancel. An order
    that makes no position's worst larger passes whatever the sum is. The sum cannot be evaluated
    while a position that counts has no mark, or its currency no rate.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.value_max: Final[int] = self.whole("value_max")
        self.money: Final = MoneyOf(limit.scope, self.word(INTO))

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        instrument, money = proposal.instrument, self.money
        position = held(self.limit.scope, proposal, ledger)
        if position is None or instrument is None:
            finding.cannot_evaluate()
            return
        if instrument.mark <= 0:
            finding.lacks(MARK_MISSING if ledger.has_summed_scopes else CANNOT_BE_EVALUATED)
            return
        after = worst_after(position, proposal)
        if after < 0:
            after = -after
        worst = position.worst_lots()
        if after <= worst:
            gross = money.gross(proposal, ledger, 0)
            finding.allow(gross if money.missing == NONE else 0, self.value_max)
            return
        more = instrument.value(instrument.mark, after) - position.worst_value()
        gross = money.gross(proposal, ledger, more + proposal.ahead_gross)
        if is_reducing(proposal):
            # A source may only reduce what others made: its own grows, its account's does not.
            finding.allow(gross if money.missing == NONE else 0, self.value_max)
        elif money.missing != NONE:
            money.say_missing(finding)
        else:
            finding.refuse_above(GROSS_EXPOSURE_ABOVE_LIMIT, gross, self.value_max)


@final
class CashLimit(Control):
    """Refuses a purchase that could leave its scope less free cash than `minimum`, open purchases
    counted at their limits, and the fees of this decision at the venue's taker rate (C08). Sales
    pass, and so does what only settles differences.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.minimum: Final[int] = self.whole("minimum")
        self.money: Final = MoneyOf(limit.scope, self.word(INTO))

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        position, instrument, venue = proposal.position, proposal.instrument, proposal.venue
        if position is None or instrument is None or venue is None:
            finding.cannot_evaluate()
            return
        money = self.money
        spent = 0
        is_purchase = proposal.side == BUY and instrument.settlement != MARGINED
        if is_purchase:
            spent = proposal.ahead_value + proposal.added_value + proposal.added_fee()
        after = money.free(proposal, ledger, spent)
        if not is_purchase or proposal.added_value == 0 or is_reducing(proposal):
            finding.allow(after if money.missing == NONE else self.minimum, self.minimum)
        elif money.missing != NONE:
            money.say_missing(finding)
        elif after < self.minimum:
            finding.refuse(CASH_BELOW_MINIMUM, after, self.minimum)
        else:
            finding.allow(after, self.minimum)
