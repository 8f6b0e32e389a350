"""Controls that ask whether the market can be believed, and whether a price makes sense in it."""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    EVERYWHERE,
    LOOSENS,
    MILLISECONDS,
    SOFT_ANSWERS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    MARKET_CROSSED,
    MARKET_FAULTED,
    MARKET_MISSING,
    MARKET_STALE,
    PRICE_OUTSIDE_COLLAR,
)
from interlock.messages.terms import BUY, CONTINUOUS, MARKET
from interlock.messages.units import BPS_ONE, NS_PER_MS

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "market_data",
        "C24",
        "orders on a market that is missing, stale, crossed or faulted",
        "FIA 2024 3.1; RTS 6 15(1)(a)",
        EVERYWHERE,
        (
            Parameter(
                "age_ms", MILLISECONDS, "oldest quote to act on", 1, 86_400_000, greater=LOOSENS
            ),
        ),
        "ms",
        is_required=True,
        reason=MARKET_STALE,
        also=("C01",),
    ),
    ControlKind(
        "price_collar",
        "C01",
        "prices too far from the market",
        "RTS 6 15(1)(a); 15c3-5(c)(1)(ii)",
        EVERYWHERE,
        (
            Parameter(
                "bps",
                BPS,
                "how far beyond the reference a price may lie",
                0,
                10_000,
                greater=LOOSENS,
            ),
            Parameter(
                "passive_bps",
                BPS,
                "the same on the waiting side",
                0,
                10_000,
                5_000,
                greater=LOOSENS,
            ),
        ),
        "bps",
        is_required=True,
        answers=SOFT_ANSWERS,
        reason=PRICE_OUTSIDE_COLLAR,
        drill="D2, D6, D12",
        phased=True,
    ),
)


def make_market_control(limit: Limit) -> Control | None:
    name = limit.control
    if name == "market_data":
        return MarketData(limit)
    if name == "price_collar":
        return PriceCollar(limit)
    return None


@final
class MarketData(Control):
    """Refuses on a market that is missing, faulted, crossed, or older than `age_ms` (C24)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.age_ms: Final[int] = self.whole("age_ms")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        market, instrument = proposal.market, proposal.instrument
        if market is None or instrument is None:
            finding.cannot_evaluate()
            return
        if market.time_ns < 0:
            finding.refuse(MARKET_MISSING, 0, 0)
            return
        if market.fault != 0:
            finding.refuse(MARKET_FAULTED, market.fault, 0)
            return
        if market.is_crossed() and instrument.phase_at(ledger.time_ns) == CONTINUOUS:
            finding.refuse(MARKET_CROSSED, market.bid, market.ask)
            return
        # A part of a millisecond counts as one: the bound is exact.
        age_ms = (ledger.time_ns - market.time_ns + (NS_PER_MS - 1)) // NS_PER_MS
        finding.refuse_above(MARKET_STALE, age_ms, self.age_ms)


@final
class PriceCollar(Control):
    """Refuses a price further than `bps` beyond the reference on the side that trades at once, or
    further than `passive_bps` on the side that waits (C01).

    The reference is the mid, else the last trade, else the mark; without any it cannot be
    evaluated. A market order is judged at the far touch: how deep it may go is for `liquidity` to
    say.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.bps: Final[int] = self.whole("bps")
        self.passive_bps: Final[int] = self.whole("passive_bps")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        market, instrument = proposal.market, proposal.instrument
        if market is None or instrument is None:
            finding.cannot_evaluate()
            return
        # Twice the price throughout, so that the mid needs no half tick.
        if market.is_two_sided():
            reference = market.bid + market.ask
        else:
            reference = 2 * (market.last_price if market.last_price > 0 else instrument.mark)
        if reference <= 0:
            finding.cannot_evaluate()
            return
        price = proposal.price
        if proposal.order_type == MARKET:
            price = market.far_price(proposal.side)
        away = 2 * price - reference if proposal.side == BUY else reference - 2 * price
        # A part of a basis point counts as one: the bound is exact, however fine the tick.
        if away >= 0:
            beyond = (away * BPS_ONE + (reference - 1)) // reference
            finding.refuse_above(PRICE_OUTSIDE_COLLAR, beyond, self.bps)
        else:
            behind = (-away * BPS_ONE + (reference - 1)) // reference
            finding.refuse_above(PRICE_OUTSIDE_COLLAR, behind, self.passive_bps)
