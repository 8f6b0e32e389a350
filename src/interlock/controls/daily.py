"""Controls on what a day adds up to: traded and open quantity and value, and messages for each
trade.
"""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    COUNT,
    DAY_START,
    LOOSENS,
    MONEY,
    QUANTITY,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.exposure import held
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.counters import DaySum
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    DAILY_LIMIT_NEAR,
    DAILY_QUANTITY_ABOVE_LIMIT,
    DAILY_VALUE_ABOVE_LIMIT,
    MARK_MISSING,
    ORDER_TO_TRADE_ABOVE_LIMIT,
)
from interlock.messages.units import BPS_ONE, Lots

# The share of a daily limit from which a desk is told; Nasdaq Equity 6 calls it the pre-alert.
WARN_BPS: Final = 7_000

_WARN: Final = Parameter(
    "warn_bps", BPS, "share of it from which orders pass with a warning", 1, 10_000, WARN_BPS,
    greater=LOOSENS,
)  # fmt: skip

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "daily_quantity",
        "C11",
        "more of an instrument in a day, what traded and what is open together",
        "Nasdaq Nordic PRM; Nasdaq Equity 6",
        ("firm", "account", "source", "instrument"),
        (
            Parameter("quantity_max", QUANTITY, "largest quantity of a day", 1, greater=LOOSENS),
            _WARN,
            DAY_START,
        ),
        "quantity",
        reason=DAILY_QUANTITY_ABOVE_LIMIT,
        drill="D6, D7",
    ),
    ControlKind(
        "daily_value",
        "C11",
        "more value of an instrument in a day, what traded and, at its mark, what is open",
        "Nasdaq Nordic PRM; Nasdaq Equity 6",
        ("firm", "account", "source", "instrument"),
        (
            Parameter("value_max", MONEY, "largest value of a day", 1, greater=LOOSENS),
            _WARN,
            DAY_START,
        ),
        "money",
        reason=DAILY_VALUE_ABOVE_LIMIT,
        drill="D4, D6, D15",
    ),
    ControlKind(
        "order_to_trade",
        "C38",
        "too many messages for each trade of the day; cancels are counted, never blocked",
        "RTS 9",
        ("firm", "account", "source", "instrument", "venue"),
        (
            Parameter("ratio_max", COUNT, "messages for each trade", 1, 10**9, greater=LOOSENS),
            Parameter(
                "messages_min", COUNT, "messages below which none is judged", 0, 10**9,
                greater=LOOSENS,
            ),
            DAY_START,
        ),
        "count",
        reason=ORDER_TO_TRADE_ABOVE_LIMIT,
    ),
)  # fmt: skip


def make_daily(limit: Limit, number: int) -> Control | None:
    name = limit.control
    if name == "daily_quantity":
        return DailyQuantity(limit, number)
    if name == "daily_value":
        return DailyValue(limit, number)
    if name == "order_to_trade":
        return OrderToTrade(limit, number)
    return None


def counted(ledger: Ledger, number: int) -> DaySum | None:
    """What a limit's day adds up to so far."""
    counter = ledger.orders.counters.counters.get(number)
    return counter if isinstance(counter, DaySum) else None


def open_lots(scope: str, proposal: Proposal, ledger: Ledger) -> Lots:
    """What orders of a scope may still trade in the order's instrument, on both sides; -1 when that
    is not known."""
    if scope == FIRM or scope.startswith("instrument:"):
        instrument = proposal.instrument
        return instrument.open_buy + instrument.open_sell if instrument is not None else -1
    position = held(scope, proposal, ledger)
    return position.open_buy + position.open_sell if position is not None else -1


@final
class DailyQuantity(Control):
    """Refuses an order after which more than `quantity_max` could trade in a day (C11), and warns
    from `warn_bps` of it."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.quantity_max: Final[int] = self.whole("quantity_max")
        self.warn_bps: Final[int] = self.whole("warn_bps")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        day = counted(ledger, self.number)
        working = open_lots(self.limit.scope, proposal, ledger)
        if day is None or working < 0:
            finding.cannot_evaluate()
            return
        total = day.quantity + working + proposal.ahead_buy + proposal.ahead_sell + proposal.added
        bound = self.quantity_max
        if total > bound and proposal.added > 0 and not is_reducing(proposal):
            finding.refuse(DAILY_QUANTITY_ABOVE_LIMIT, total, bound)
        elif total * BPS_ONE >= bound * self.warn_bps:
            finding.warn(DAILY_LIMIT_NEAR, total, bound)
        else:
            finding.allow(total, bound)


@final
class DailyValue(Control):
    """Refuses an order after which more than `value_max` could trade in a day (C11)."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.value_max: Final[int] = self.whole("value_max")
        self.warn_bps: Final[int] = self.whole("warn_bps")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        day, instrument = counted(ledger, self.number), proposal.instrument
        working = open_lots(self.limit.scope, proposal, ledger)
        if day is None or instrument is None or working < 0:
            finding.cannot_evaluate()
            return
        if instrument.mark <= 0:
            finding.lacks(MARK_MISSING)
            return
        working += proposal.ahead_buy + proposal.ahead_sell
        total = day.value + instrument.value(instrument.mark, working) + proposal.added_value
        bound = self.value_max
        if total > bound and proposal.added_value > 0 and not is_reducing(proposal):
            finding.refuse(DAILY_VALUE_ABOVE_LIMIT, total, bound)
        elif total * BPS_ONE >= bound * self.warn_bps:
            finding.warn(DAILY_LIMIT_NEAR, total, bound)
        else:
            finding.allow(total, bound)


@final
class OrderToTrade(Control):
    """Refuses a message after which there would be more than `ratio_max` for each trade of the day,
    once there are more than `messages_min` (C38). No trade at all counts as one."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.ratio_max: Final[int] = self.whole("ratio_max")
        self.messages_min: Final[int] = self.whole("messages_min")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        day = counted(ledger, self.number)
        if day is None:
            finding.cannot_evaluate()
            return
        messages = day.messages + proposal.ahead_messages + 1
        trades = day.trades if day.trades > 0 else 1
        # A part of a message counts as one.
        ratio = -(-messages // trades)
        if messages <= self.messages_min or is_reducing(proposal):
            finding.allow(ratio, self.ratio_max)
        else:
            finding.refuse_above(ORDER_TO_TRADE_ABOVE_LIMIT, ratio, self.ratio_max)
