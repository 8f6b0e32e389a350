"""Controls on what happens again and again: the same order, executions, rejects."""

from typing import Final, final

from interlock.controls.control import (
    COUNT,
    LOOSENS,
    MILLISECONDS,
    TIGHTENS,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.counters import Streak
from interlock.ledger.ledger import Ledger
from interlock.ledger.recents import Recent, Repeats, order_key
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    COUNTER_FULL,
    DUPLICATE_ORDER,
    IDENTICAL_ORDERS_ABOVE_LIMIT,
    REJECTS_ABOVE_LIMIT,
    REPEATED_EXECUTIONS_ABOVE_LIMIT,
)

_WINDOW: Final = Parameter(
    "window_ms", MILLISECONDS, "length of the window", 1, 86_400_000, greater=TIGHTENS
)
_WHERE: Final = ("firm", "account", "source", "instrument", "venue", "release")

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "duplicate_order",
        "C07",
        "the same order again: instrument, side, quantity and price",
        "15c3-5(c)(1)(ii); RTS 7 18(2)(c)(ii)",
        ("firm", "account", "source"),
        (_WINDOW,),
        "count",
        reason=DUPLICATE_ORDER,
        drill="D4",
    ),
    ControlKind(
        "identical_orders",
        "C06",
        "the same order many times: its scope halts until a person lets it trade again",
        "RTS 6 15(3)",
        ("firm", "account", "source"),
        (
            Parameter("count_max", COUNT, "such orders in the window", 1, 10_000, greater=LOOSENS),
            _WINDOW,
        ),
        "count",
        reason=IDENTICAL_ORDERS_ABOVE_LIMIT,
        drill="D4, D5",
    ),
    ControlKind(
        "repeated_execution",
        "C06",
        "executions in a row that nobody looked at: with the one too many its scope halts until a "
        "person lets it trade again",
        "RTS 6 15(3); FIA PTG 2010",
        _WHERE,
        (
            Parameter("count_max", COUNT, "executions in the window", 1, 10_000, greater=LOOSENS),
            _WINDOW,
        ),
        "count",
        reason=REPEATED_EXECUTIONS_ABOVE_LIMIT,
        drill="D1, D5",
    ),
    ControlKind(
        "reject_streak",
        "C40",
        "orders after too many that venues refused in a row: with the one too many its scope halts",
        "FIA Guide 2015",
        _WHERE,
        (Parameter("count_max", COUNT, "rejects in a row", 1, 1_000_000, greater=LOOSENS),),
        "count",
        reason=REJECTS_ABOVE_LIMIT,
    ),
    ControlKind(
        "reject_rate",
        "C40",
        "orders after too many that venues refused in a window, until they have left it; where it "
        "halts, with the one too many",
        "FIA Guide 2015",
        _WHERE,
        (
            Parameter("count_max", COUNT, "rejects in the window", 1, 10_000, greater=LOOSENS),
            _WINDOW,
        ),
        "count",
        reason=REJECTS_ABOVE_LIMIT,
    ),
)


def make_repeat(limit: Limit, number: int) -> Control | None:
    name = limit.control
    if name in ("duplicate_order", "identical_orders"):
        return SameOrder(limit, number)
    if name in ("repeated_execution", "reject_rate"):
        return Happening(limit, number)
    if name == "reject_streak":
        return RejectStreak(limit, number)
    return None


@final
class SameOrder(Control):
    """Refuses a new order like one that left within the window (C07), or halts beyond `count_max`
    of them (C06). More orders in the window than the counter has room for cannot be told apart, and
    refuse."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.is_halting: Final[bool] = limit.control == "identical_orders"
        self.count_max: Final[int] = self.whole("count_max") if self.is_halting else 0
        # The counter looks at the window; a limit without one cannot be evaluated here.
        self.window_ms: Final[int] = self.whole("window_ms")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        counter = ledger.orders.counters.counters.get(self.number)
        if not isinstance(counter, Repeats):
            finding.cannot_evaluate()
            return
        if proposal.replaces is not None:
            finding.allow(0, self.count_max)
            return
        key = order_key(proposal.symbol, proposal.side, proposal.quantity, proposal.price)
        count = counter.count_at(key, ledger.time_ns)
        if count < 0:
            if is_reducing(proposal):
                finding.allow(0, self.count_max)
            else:
                finding.lacks(COUNTER_FULL)
            return
        if proposal.before is not None:
            count += proposal.before.same
        if self.is_halting:
            count += 1
        if is_reducing(proposal):
            finding.allow(count, self.count_max)
        elif self.is_halting:
            finding.halt_above(IDENTICAL_ORDERS_ABOVE_LIMIT, count, self.count_max)
        else:
            finding.refuse_above(DUPLICATE_ORDER, count, self.count_max)


@final
class Happening(Control):
    """Stops an order after more than `count_max` executions (C06) or rejects (C40) in the window;
    executions halt the scope."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.count_max: Final[int] = self.whole("count_max")
        self.is_halting: Final[bool] = limit.control == "repeated_execution"

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        counter = ledger.orders.counters.counters.get(self.number)
        if not isinstance(counter, Recent):
            finding.cannot_evaluate()
            return
        count = counter.count_at(ledger.time_ns)
        if is_reducing(proposal):
            finding.allow(count, self.count_max)
        elif self.is_halting:
            finding.halt_above(REPEATED_EXECUTIONS_ABOVE_LIMIT, count, self.count_max)
        else:
            finding.refuse_above(REJECTS_ABOVE_LIMIT, count, self.count_max)


@final
class RejectStreak(Control):
    """Halts its scope after more than `count_max` rejects in a row (C40): with the reject that is
    one too many, and again for an order that comes while it lasts."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.count_max: Final[int] = self.whole("count_max")

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        counter = ledger.orders.counters.counters.get(self.number)
        if not isinstance(counter, Streak):
            finding.cannot_evaluate()
        elif is_reducing(proposal):
            finding.allow(counter.length, self.count_max)
        else:
            finding.halt_above(REJECTS_ABOVE_LIMIT, counter.length, self.count_max)
