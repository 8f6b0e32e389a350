"""Controls on the state of a market: spreads and volatility beyond which nothing new is risked."""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    COUNT,
    EVERYWHERE,
    LOOSENS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    MARK_MISSING,
    MARKET_MISSING,
    SPREAD_ABOVE_LIMIT,
    VOLATILITY_ABOVE_LIMIT,
)
from interlock.messages.units import BPS_ONE

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "spread",
        "C24",
        "orders on a market whose two sides stand too far apart, or that has but one",
        "FIA 2024 3.1",
        EVERYWHERE,
        (Parameter("spread_bps", BPS, "widest spread to act on", 0, 100_000, greater=LOOSENS),),
        "bps",
        reason=SPREAD_ABOVE_LIMIT,
        phased=True,
    ),
    ControlKind(
        "volatility",
        "C25",
        "new risk while the price moves too much",
        "FIA PTG 2010",
        EVERYWHERE,
        (
            Parameter(
                "ppm_max",
                COUNT,
                "largest standard deviation of a second's return, in parts per million",
                0,
                1_000_000,
                greater=LOOSENS,
            ),
        ),
        "count",
        reason=VOLATILITY_ABOVE_LIMIT,
        phased=True,
    ),
)


def make_condition(limit: Limit) -> Control | None:
    name = limit.control
    if name == "spread":
        return Spread(limit)
    if name == "volatility":
        return Volatility(limit)
    return None


@final
class Spread(Control):
    """Refuses while the spread is wider than `spread_bps` of the mid (C24). What is proven to
    reduce passes: it may have to be done on a bad market."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.spread_bps: Final[int] = self.whole("spread_bps")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        market = proposal.market
        if market is None:
            finding.cannot_evaluate()
            return
        if not market.is_two_sided():
            finding.lacks(MARKET_MISSING)
            return
        # A part of a basis point counts as one. Twice the spread over twice the mid.
        observed = -((market.bid - market.ask) * 2 * BPS_ONE // (market.bid + market.ask))
        if is_reducing(proposal):
            finding.allow(observed, self.spread_bps)
        else:
            finding.refuse_above(SPREAD_ABOVE_LIMIT, observed, self.spread_bps)


@final
class Volatility(Control):
    """Refuses new risk while the standard deviation of a second's return is above `ppm_max`
    (C25)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.ppm_max: Final[int] = self.whole("ppm_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        instrument = proposal.instrument
        if instrument is None:
            finding.cannot_evaluate()
            return
        if instrument.sampled_ns < 0:
            finding.lacks(MARK_MISSING)
            return
        observed = instrument.volatility_ppm()
        if is_reducing(proposal) or proposal.added == 0:
            finding.allow(observed, self.ppm_max)
        else:
            finding.refuse_above(VOLATILITY_ABOVE_LIMIT, observed, self.ppm_max)
