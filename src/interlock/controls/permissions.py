"""Controls on what may be traded, and how: universes, kinds of order, sales of what is not there,
bands of price.
"""

from typing import Final, final

from interlock.controls.control import (
    COUNT,
    EVERYWHERE,
    LOOSENS,
    QUANTITY,
    SYMBOLS,
    TICKS,
    TIGHTENS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    INSTRUMENT_OUTSIDE_UNIVERSE,
    MARKET_MISSING,
    ORDER_KIND_NOT_ALLOWED,
    PRICE_OUTSIDE_BAND,
    SHORT_SALE_NOT_LOCATED,
)
from interlock.messages.terms import (
    BUY,
    FOK,
    IOC,
    MARKET,
    ORDER_TYPES,
    SELL,
    TIMES_IN_FORCE,
)

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "universe",
        "C12",
        "orders in instruments that are not on a list",
        "RTS 6 15(5); 15c3-5(c)(2)(ii)",
        ("firm", "account", "source", "release"),
        (Parameter("instruments", SYMBOLS, "what alone may be traded", greater=LOOSENS),),
        "flag",
        reason=INSTRUMENT_OUTSIDE_UNIVERSE,
        also=("C32",),
    ),
    ControlKind(
        "order_kinds",
        "C13",
        "orders that are not bounded by a price, or that do not rest",
        "15c3-5(c)(2)(i); RTS 6 15(1)(a)",
        EVERYWHERE,
        (
            Parameter("market", COUNT, "1 lets market orders pass", 0, 1, greater=LOOSENS),
            Parameter(
                "immediate",
                COUNT,
                "1 lets orders pass that trade at once or not at all",
                0,
                1,
                greater=LOOSENS,
            ),
        ),
        "flag",
        reason=ORDER_KIND_NOT_ALLOWED,
        drill="D4, D12",
        also=("C01",),
        phased=True,
    ),
    ControlKind(
        "short_sale",
        "C13",
        "sales beyond what is held and what was located to borrow, working sales counted; and, "
        "where uptick is 1, short sales at the bid or below",
        "Regulation SHO 201, 203; 15c3-5(c)(2)(i)",
        ("firm", "account"),
        (
            Parameter("located", QUANTITY, "what may be sold short", greater=LOOSENS),
            Parameter("uptick", COUNT, "1 while a price test is on", 0, 1, 0, greater=TIGHTENS),
        ),
        "quantity",
        reason=SHORT_SALE_NOT_LOCATED,
    ),
    ControlKind(
        "price_band",
        "C13",
        "prices outside the band that an exchange or plan allows",
        "LULD plan; 15c3-5(c)(2)(i)",
        ("firm", "instrument", "venue"),
        (
            Parameter("low", TICKS, "lowest price", 1, greater=TIGHTENS),
            Parameter("high", TICKS, "highest price", 1, greater=LOOSENS),
        ),
        "ticks",
        reason=PRICE_OUTSIDE_BAND,
        drill="D2, D12",
        phased=True,
    ),
)


def make_permission(limit: Limit) -> Control | None:
    name = limit.control
    if name == "universe":
        return Universe(limit)
    if name == "order_kinds":
        return OrderKinds(limit)
    if name == "short_sale":
        return ShortSale(limit)
    if name == "price_band":
        return PriceBand(limit)
    return None


@final
class Universe(Control):
    """Refuses instruments that are not on a list (C12)."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        listed = limit.parameters["instruments"]
        assert isinstance(listed, tuple), f"universe.instruments is {listed!r}, not a list"
        self.listed: Final[dict[str, bool]] = dict.fromkeys(listed, True)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.symbol in self.listed:
            finding.allow(1, 1)
        else:
            finding.refuse(INSTRUMENT_OUTSIDE_UNIVERSE, 0, 1)


@final
class OrderKinds(Control):
    """Refuses market orders and immediate orders where they may not be (C13): observed is what the
    order is, as a flag."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.market: Final[int] = self.whole("market")
        self.immediate: Final[int] = self.whole("immediate")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        kind, time_in_force = proposal.order_type, proposal.time_in_force
        if kind not in ORDER_TYPES or time_in_force not in TIMES_IN_FORCE:
            finding.cannot_evaluate()
            return
        is_beyond = (kind == MARKET and self.market == 0) or (
            time_in_force in (IOC, FOK) and self.immediate == 0
        )
        finding.refuse_above(ORDER_KIND_NOT_ALLOWED, 1 if is_beyond else 0, 0)


@final
class ShortSale(Control):
    """Refuses a sale after which more could be sold short than was located (C13): of the firm, by
    all its accounts together. What is proven to reduce its account's position passes."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.is_firm: Final[bool] = limit.scope == FIRM
        self.located: Final[int] = self.whole("located")
        self.is_tested: Final[bool] = self.whole("uptick") != 0

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        position, market = proposal.position, proposal.market
        if position is None or market is None:
            finding.cannot_evaluate()
            return
        worst_short = position.worst_short()
        if self.is_firm and ledger.has_whole_asks:
            worst_short = position.instrument.lots - position.instrument.open_sell
        short = proposal.ahead_sell + proposal.added - worst_short
        if proposal.side != SELL or short <= 0:
            finding.allow(max(short, 0) if proposal.side == SELL else 0, self.located)
            return
        if ledger.has_whole_asks and is_reducing(proposal):
            finding.allow(short, self.located)
            return
        if self.is_tested and proposal.added > 0:
            if market.bid_quantity <= 0:
                finding.lacks(MARKET_MISSING)
                return
            if proposal.price <= market.bid or proposal.order_type == MARKET:
                finding.refuse(SHORT_SALE_NOT_LOCATED, short, 0)
                return
        if proposal.added == 0:
            finding.allow(short, self.located)
        else:
            finding.refuse_above(SHORT_SALE_NOT_LOCATED, short, self.located)


@final
class PriceBand(Control):
    """Refuses a price outside a band (C13): a purchase above it, a sale below it, and what rests on
    the other side of it; a market order at the far touch."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.low: Final[int] = self.whole("low")
        self.high: Final[int] = self.whole("high")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        price = proposal.price
        if proposal.order_type == MARKET:
            price = proposal.market.far_price(proposal.side) if proposal.market is not None else 0
        if price <= 0:
            finding.cannot_evaluate()
        elif price > self.high:
            finding.refuse(PRICE_OUTSIDE_BAND, price, self.high)
        elif price < self.low:
            finding.refuse(PRICE_OUTSIDE_BAND, price, self.low)
        else:
            finding.allow(price, self.high if proposal.side == BUY else self.low)
