"""Controls on where a market's price has been: how far an order may chase it, and jumps that nobody
should act on before somebody, or some time, has looked at them.
"""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    EVERYWHERE,
    LOOSENS,
    MILLISECONDS,
    SOFT_ANSWERS,
    TIGHTENS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.trails import PriceTrail, market_key
from interlock.messages.definitions import Limit
from interlock.messages.reasons import MARKET_DOUBTED, MARKET_MISSING, PRICE_MOVED_ABOVE_LIMIT
from interlock.messages.terms import BUY, MARKET
from interlock.messages.units import BPS_ONE

_WINDOW: Final = Parameter(
    "window_ms", MILLISECONDS, "length of the window", 1, 86_400_000, greater=TIGHTENS
)

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "price_move",
        "C01",
        "prices too far above the lowest, or below the highest, that their market has been at "
        "within a window: a collar over a period of time, which an order that chases cannot take "
        "along",
        "RTS 7 20(1)(a); 15c3-5(c)(1)(ii)",
        EVERYWHERE,
        (
            Parameter(
                "move_bps", BPS, "how far beyond it a price may lie", 0, 10_000, greater=LOOSENS
            ),
            _WINDOW,
        ),
        "bps",
        answers=SOFT_ANSWERS,
        reason=PRICE_MOVED_ABOVE_LIMIT,
        phased=True,
    ),
    ControlKind(
        "market_jump",
        "C24",
        "new risk on a market whose price has jumped from the one before, or lies too far from the "
        "average of a window, while it is looked into; that is said when it happens",
        "FIA 2024 3.1",
        EVERYWHERE,
        (
            Parameter(
                "jump_bps", BPS, "farthest from the price before it", 1, 10_000, greater=LOOSENS
            ),
            Parameter(
                "average_bps", BPS, "farthest from the window's average", 1, 10_000, greater=LOOSENS
            ),
            _WINDOW,
            Parameter(
                "doubt_ms",
                MILLISECONDS,
                "how long the market is not believed; 0: its scope halts until a person lets it "
                "trade again",
                0,
                86_400_000,
            ),
        ),
        "flag",
        answers=SOFT_ANSWERS,
        reason=MARKET_DOUBTED,
        also=("C25",),
    ),
)


def make_trail_control(limit: Limit, number: int) -> Control | None:
    if limit.control == "price_move":
        return PriceMove(limit, number)
    if limit.control == "market_jump":
        return MarketJump(limit, number)
    return None


@final
class PriceMove(Control):
    """Refuses a purchase further than `move_bps` above the lowest price, and a sale further than
    that below the highest, that the mid of its market has been at within `window_ms` (C01). A
    market order is judged at the far touch. Without a market of two sides it cannot be evaluated.
    """

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.move_bps: Final[int] = self.whole("move_bps")
        self.window_ms: Final[int] = self.whole("window_ms")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        trail, market = ledger.orders.counters.counters.get(self.number), proposal.market
        if not isinstance(trail, PriceTrail) or market is None:
            finding.cannot_evaluate()
            return
        if not market.is_two_sided():
            finding.lacks(MARKET_MISSING)
            return
        price = proposal.price
        if proposal.order_type == MARKET:
            price = market.far_price(proposal.side)
        key, mid = market_key(proposal.symbol, market.venue), market.bid + market.ask
        # Prices of a trail are twice the mid. A part of a basis point counts as one.
        if proposal.side == BUY:
            reference = trail.lowest(key, ledger.time_ns, mid)
            away = 2 * price - reference
        else:
            reference = trail.highest(key, ledger.time_ns, mid)
            away = reference - 2 * price
        moved = -(-away * BPS_ONE // reference) if away > 0 else 0
        finding.refuse_above(PRICE_MOVED_ABOVE_LIMIT, moved, self.move_bps)


@final
class MarketJump(Control):
    """Refuses new risk while the market of an order is in doubt (C24); what is proven to reduce
    passes. `ledger.trails` finds the jump when it is heard, and the kernel says it at once."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        for name in ("jump_bps", "average_bps", "window_ms", "doubt_ms"):
            self.whole(name)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        trail, market = ledger.orders.counters.counters.get(self.number), proposal.market
        if not isinstance(trail, PriceTrail) or market is None:
            finding.cannot_evaluate()
            return
        key = market_key(proposal.symbol, market.venue)
        observed = 1 if trail.is_doubted(key, ledger.time_ns) else 0
        if is_reducing(proposal):
            finding.allow(observed, 0)
        else:
            finding.refuse_above(MARKET_DOUBTED, observed, 0)
