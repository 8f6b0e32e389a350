"""Controls on what positions are together: net exposure, and how much of it one instrument is."""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    LOOSENS,
    MONEY,
    SOFT_ANSWERS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.exposure import held, worst_after
from interlock.controls.money import MoneyOf
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    CONCENTRATION_ABOVE_LIMIT,
    MARK_MISSING,
    NET_EXPOSURE_ABOVE_LIMIT,
    NONE,
)
from interlock.messages.terms import BUY
from interlock.messages.units import BPS_ONE, Lots

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "net_exposure",
        "C08",
        "too much exposure on one side in all positions of a currency together",
        "15c3-5(c)(1)(i); RTS 6 15(4)",
        ("firm", "account", "source"),
        (Parameter("value_max", MONEY, "largest net value, long or short", 1, greater=LOOSENS),),
        "money",
        answers=SOFT_ANSWERS,
        reason=NET_EXPOSURE_ABOVE_LIMIT,
        drill="D6",
    ),
    ControlKind(
        "concentration",
        "C09",
        "one instrument being too large a share of all that is held in its currency, once that is "
        "worth counting",
        "RTS 6 15(5); FIA 2024",
        ("firm", "account", "source"),
        (
            Parameter(
                "floor", MONEY, "gross value below which no share is judged", 0, greater=LOOSENS
            ),
            Parameter("share_bps", BPS, "largest share", 1, 10_000, greater=LOOSENS),
        ),
        "bps",
        answers=SOFT_ANSWERS,
        reason=CONCENTRATION_ABOVE_LIMIT,
    ),
)


def make_aggregate(limit: Limit) -> Control | None:
    name = limit.control
    if name == "net_exposure":
        return NetExposure(limit)
    if name == "concentration":
        return Concentration(limit)
    return None


@final
class NetExposure(Control):
    """Refuses an order after which, with everything on its side traded and nothing on the other,
    the positions of its scope could be worth more than `value_max` net (C08)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.value_max: Final[int] = self.whole("value_max")
        self.money: Final = MoneyOf(limit.scope, "")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        instrument = proposal.instrument
        if instrument is None or proposal.position is None:
            finding.cannot_evaluate()
            return
        cash = self.money.cash(proposal, ledger, instrument.currency)
        net = 0
        if cash is not None:
            cash.sum_up()
            if cash.unmarked > 0:
                finding.lacks(MARK_MISSING)
                return
            net = cash.long_value if proposal.side == BUY else -cash.short_value
        if instrument.mark <= 0:
            finding.lacks(MARK_MISSING)
            return
        ahead = proposal.ahead_buy if proposal.side == BUY else proposal.ahead_sell
        net += instrument.value(instrument.mark, ahead + proposal.added)
        if proposal.before is not None:
            before = proposal.before
            if ledger.has_whole_asks:
                # One side may trade and the other not: no line makes room for another.
                net += before.net_buy if proposal.side == BUY else before.net_sell
            else:
                signed = before.net_buy - before.net_sell
                net += signed if proposal.side == BUY else -signed
        if net > self.value_max and (proposal.added == 0 or is_reducing(proposal)):
            finding.allow(net, self.value_max)
        else:
            finding.refuse_above(NET_EXPOSURE_ABOVE_LIMIT, net, self.value_max)


@final
class Concentration(Control):
    """Refuses an order after which its instrument could be more than `share_bps` of the gross
    exposure of its scope, where that would be more than `floor` (C09). The firm holds what all its
    accounts do, each at its worst: one account long and another short do not cancel."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.floor: Final[int] = self.whole("floor")
        self.share_bps: Final[int] = self.whole("share_bps")
        self.money: Final = MoneyOf(limit.scope, "")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        instrument = proposal.instrument
        position = held(self.limit.scope, proposal, ledger)
        if instrument is None or position is None:
            finding.cannot_evaluate()
            return
        if instrument.mark <= 0:
            finding.lacks(MARK_MISSING)
            return
        after = worst_after(position, proposal)
        after = after if after >= 0 else -after
        before = position.worst_lots()
        more = 0
        if after > before:
            more = instrument.value(instrument.mark, after) - position.worst_value()
        gross = self.money.gross(proposal, ledger, more + proposal.ahead_gross)
        if self.money.missing != NONE:
            finding.lacks(self.money.missing)
            return
        if gross <= 0 or after <= before or is_reducing(proposal):
            finding.allow(0, self.share_bps)
            return
        if self.limit.scope == FIRM and ledger.has_whole_asks:
            after += _held_elsewhere(proposal, ledger)
        # A part of a basis point counts as one.
        share = -(-instrument.value(instrument.mark, after) * BPS_ONE // gross)
        if gross <= self.floor:
            finding.allow(share, self.share_bps)
        else:
            finding.refuse_above(CONCENTRATION_ABOVE_LIMIT, share, self.share_bps)


def _held_elsewhere(proposal: Proposal, ledger: Ledger) -> Lots:
    """What the other accounts could hold of the order's instrument, each at its worst and without
    its sign. Cost: one step per account."""
    lots = 0
    for account in ledger.accounts.values():
        position = account.positions.get(proposal.symbol)
        if position is not None and position is not proposal.position:
            worst = position.worst_lots()
            lots += worst if worst > 0 else 0
    return lots
