"""Controls on how many: messages in a window, orders at once."""

from typing import Final, final

from interlock.controls.control import (
    COUNT,
    EVERYWHERE,
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
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.messages.definitions import Limit
from interlock.messages.reasons import MESSAGE_RATE_ABOVE_LIMIT, OPEN_ORDERS_ABOVE_LIMIT

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "message_rate",
        "C05",
        "too many messages in a window; cancels and what reduces are counted, never blocked",
        "RTS 6 15(1)(d); FIA 2024",
        EVERYWHERE,
        (
            Parameter("count_max", COUNT, "messages in the window", 1, 1_000_000, greater=LOOSENS),
            Parameter(
                "window_ms", MILLISECONDS, "length of the window", 1, 86_400_000, greater=TIGHTENS
            ),
            Parameter(
                "cancels_max",
                COUNT,
                "cancels in the window that are counted apart; what is beyond them counts with the "
                "rest, and is sent all the same",
                0,
                1_000_000,
                0,
                greater=LOOSENS,
            ),
        ),
        "count",
        reason=MESSAGE_RATE_ABOVE_LIMIT,
        drill="D2, D5",
    ),
    ControlKind(
        "open_orders",
        "C39",
        "too many orders open at once",
        "exchange filters such as MAX_NUM_ORDERS",
        EVERYWHERE,
        (Parameter("count_max", COUNT, "orders open at once", 1, 1_000_000, greater=LOOSENS),),
        "count",
        reason=OPEN_ORDERS_ABOVE_LIMIT,
    ),
)


def make_flow_control(limit: Limit, number: int) -> Control | None:
    name = limit.control
    if name == "message_rate":
        return MessageRate(limit, number)
    if name == "open_orders":
        return OpenOrders(limit)
    return None


@final
class MessageRate(Control):
    """Refuses a message beyond `count_max` in `window_ms` (C05). Cancels, and orders that
    are proven to reduce, are counted and never blocked. Cancels may have a reserve of their own,
    `cancels_max`: those within it take no room from orders.
    """

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.count_max: Final[int] = self.whole("count_max")
        # Journals from before there was a reserve have limits that do not say it.
        reserve = limit.parameters.get("cancels_max", 0)
        self.cancels_max: Final[int] = reserve if isinstance(reserve, int) else 0

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        window = ledger.limits.windows.get(self.number)
        if window is None:
            finding.cannot_evaluate()
            return
        count = window.count_at(ledger.time_ns) + proposal.ahead_messages + 1
        if self.cancels_max > 0:
            cancels = ledger.limits.cancels.get(self.number)
            if cancels is None:
                finding.cannot_evaluate()
                return
            ahead = proposal.ahead_cancels
            beyond = cancels.count_at(ledger.time_ns) + ahead - self.cancels_max
            count += (beyond if beyond > 0 else 0) - ahead
        if is_reducing(proposal):
            finding.allow(count, self.count_max)
            return
        finding.refuse_above(MESSAGE_RATE_ABOVE_LIMIT, count, self.count_max)


@final
class OpenOrders(Control):
    """Refuses a new order when `count_max` are open in its scope (C39). An amend opens nothing;
    what is proven to reduce is counted and never refused."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.count_max: Final[int] = self.whole("count_max")
        kind, _, name = limit.scope.partition(":")
        self.kind: Final[str] = kind
        self.name: Final[str] = name

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        count = self._open(ledger)
        if count < 0:
            finding.cannot_evaluate()
            return
        if proposal.replaces is not None:
            finding.allow(count, self.count_max)
            return
        count += proposal.ahead_orders + 1
        if is_reducing(proposal):
            finding.allow(count, self.count_max)
            return
        finding.refuse_above(OPEN_ORDERS_ABOVE_LIMIT, count, self.count_max)

    def _open(self, ledger: Ledger) -> int:
        if self.kind == FIRM:
            return len(ledger.orders.open)
        if self.kind == "account":
            account = ledger.accounts.get(self.name)
            return account.open_orders if account is not None else -1
        if self.kind == "source":
            source = ledger.sources.get(self.name)
            return source.open_orders if source is not None else -1
        if self.kind == "instrument":
            instrument = ledger.instruments.get(self.name)
            return instrument.open_orders if instrument is not None else -1
        venue = ledger.venues.get(self.name)
        return venue.open_orders if venue is not None else -1
