"""Controls on losses: of the day, and from the day's best."""

from typing import Final, final

from interlock.controls.control import (
    COUNT,
    DAY_START,
    LOOSENS,
    MONEY,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.watermarks import Watermark
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    DRAWDOWN_ABOVE_LIMIT,
    LOSS_ABOVE_LIMIT,
    MARK_MISSING,
)

_MARKED: Final = Parameter("marked", COUNT, "1 counts open positions at their marks", 0, 1, 1)

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "daily_loss",
        "C26",
        "new risk after too large a loss since the day began, net of fees; its scope "
        "halts, or may only reduce, when a fill or a price brings it",
        "FIA PTG 2010; RTS 6 17(1)",
        ("firm", "account", "source"),
        (
            Parameter("loss_max", MONEY, "largest loss of a day", 0, greater=LOOSENS),
            _MARKED,
            DAY_START,
        ),
        "money",
        reason=LOSS_ABOVE_LIMIT,
        drill="D1",
        also=("C29",),
    ),
    ControlKind(
        "drawdown",
        "C26",
        "new risk after too large a fall from the best of the day, net of fees; its scope "
        "halts, or may only reduce, when a fill or a price brings it",
        "FIA PTG 2010; RTS 6 17(1)",
        ("firm", "account", "source"),
        (
            Parameter("loss_max", MONEY, "largest fall from the day's best", 0, greater=LOOSENS),
            _MARKED,
            DAY_START,
        ),
        "money",
        reason=DRAWDOWN_ABOVE_LIMIT,
        drill="D1",
        also=("C29",),
    ),
)


def make_loss(limit: Limit, number: int) -> Control | None:
    if limit.control in ("daily_loss", "drawdown"):
        return Loss(limit, number)
    return None


@final
class Loss(Control):
    """Halts its scope after a loss of more than `loss_max` (C26): when a fill or a price brings it
    (`ledger.watermarks`), and again for an order that comes while it lasts. What is proven to
    reduce passes, and a person who lifts the halt begins a new count."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.loss_max: Final[int] = self.whole("loss_max")
        self.is_drawdown: Final[bool] = limit.control == "drawdown"
        self.reason: Final[int] = DRAWDOWN_ABOVE_LIMIT if self.is_drawdown else LOSS_ABOVE_LIMIT

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        watermark = ledger.orders.counters.counters.get(self.number)
        if not isinstance(watermark, Watermark) or watermark.cash is None:
            finding.cannot_evaluate()
            return
        if not watermark.is_known() or not watermark.is_begun:
            if is_reducing(proposal):
                finding.allow(0, self.loss_max)
            else:
                finding.lacks(MARK_MISSING)
            return
        high = watermark.peak if self.is_drawdown else watermark.base
        loss = high - watermark.profit()
        if is_reducing(proposal):
            finding.allow(loss, self.loss_max)
        else:
            finding.halt_above(self.reason, loss, self.loss_max)
