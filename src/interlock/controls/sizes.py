"""Controls on the size of one order, and of one decision."""

from typing import Final, final

from interlock.controls.control import (
    BPS,
    EVERYWHERE,
    LOOSENS,
    MILLISECONDS,
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
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    DECISION_QUANTITY_ABOVE_LIMIT,
    DECISION_VALUE_ABOVE_LIMIT,
    QUANTITY_ABOVE_DISPLAYED,
    QUANTITY_ABOVE_ORDER_LIMIT,
    VALUE_ABOVE_ORDER_LIMIT,
)
from interlock.messages.terms import BUY, MARKET
from interlock.messages.units import BPS_ONE, Lots

WINDOW: Final = Parameter(
    "window_ms",
    MILLISECONDS,
    "orders on one side of an instrument within so long count together, over all sources of "
    "the scope; 0: each by itself",
    0,
    86_400_000,
    0,
    greater=TIGHTENS,
)

DECISIONS_WINDOW: Final = Parameter(
    "window_ms",
    MILLISECONDS,
    "decisions within so long count together, over all sources of the scope; 0: each by itself",
    0,
    86_400_000,
    0,
    greater=TIGHTENS,
)

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "order_quantity",
        "C03",
        "one order of too large a quantity",
        "RTS 6 15(1)(c); FIA 2024",
        EVERYWHERE,
        (
            Parameter(
                "quantity_max", QUANTITY, "largest quantity of one order", 1, greater=LOOSENS
            ),
            WINDOW,
        ),
        "quantity",
        is_required=True,
        answers=SIZE_ANSWERS,
        reason=QUANTITY_ABOVE_ORDER_LIMIT,
        drill="D3, D7",
        also=("C04", "C17"),
        phased=True,
    ),
    ControlKind(
        "order_value",
        "C02",
        "one order of too large a value",
        "RTS 6 15(1)(b)",
        EVERYWHERE,
        (Parameter("value_max", MONEY, "largest value of one order", 1, greater=LOOSENS), WINDOW),
        "money",
        is_required=True,
        answers=SIZE_ANSWERS,
        reason=VALUE_ABOVE_ORDER_LIMIT,
        drill="D3, D15",
        also=("C04", "C17"),
        phased=True,
    ),
    ControlKind(
        "decision_value",
        "C02",
        "one decision of too large a value in all its orders of a currency together: a basket is "
        "refused whole",
        "RTS 6 15(1)(b); FCA, Citigroup 2024",
        ("firm", "account", "source"),
        (
            Parameter(
                "value_max", MONEY, "largest value of all orders of a decision", 1, greater=LOOSENS
            ),
            DECISIONS_WINDOW,
        ),
        "money",
        answers=SOFT_ANSWERS,
        reason=DECISION_VALUE_ABOVE_LIMIT,
        drill="D3",
        also=("C17",),
    ),
    ControlKind(
        "decision_quantity",
        "C03",
        "one decision of too large a quantity in all its orders of an instrument together",
        "RTS 6 15(1)(c)",
        EVERYWHERE,
        (
            Parameter(
                "quantity_max",
                QUANTITY,
                "largest quantity of all orders of a decision in one instrument",
                1,
                greater=LOOSENS,
            ),
            DECISIONS_WINDOW,
        ),
        "quantity",
        answers=SOFT_ANSWERS,
        reason=DECISION_QUANTITY_ABOVE_LIMIT,
        drill="D3",
        also=("C17",),
    ),
    ControlKind(
        "liquidity",
        "C03",
        "orders too large for what the market displays",
        "RTS 6 15(1)(c)",
        EVERYWHERE,
        (
            Parameter(
                "share_bps",
                BPS,
                "largest share of the displayed depth",
                1,
                100_000,
                greater=LOOSENS,
            ),
            WINDOW,
        ),
        "quantity",
        answers=SIZE_ANSWERS,
        reason=QUANTITY_ABOVE_DISPLAYED,
        drill="D12",
        also=("C17",),
    ),
)


def make_size_control(limit: Limit, number: int) -> Control | None:
    name = limit.control
    if name == "order_quantity":
        return OrderQuantityLimit(limit, number)
    if name == "order_value":
        return OrderValueLimit(limit, number)
    if name == "decision_value":
        return DecisionValue(limit, number)
    if name == "decision_quantity":
        return DecisionQuantity(limit, number)
    if name == "liquidity":
        return Liquidity(limit, number)
    return None


@final
class OrderQuantityLimit(Control):
    """Refuses an order of more than `quantity_max` (C03). An amend that adds nothing passes.

    With `window_ms`, what was let through on the same side within the window counts with it, so
    that slicing does not lead around it: over all sources where the limit is the firm's.
    """

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.quantity_max: Final[int] = self.whole("quantity_max")
        self.is_windowed: Final[bool] = is_windowed(limit)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.replaces is not None and proposal.added == 0:
            finding.allow(proposal.quantity, self.quantity_max)
            return
        if self.is_windowed:
            before = lately(ledger, self.number, proposal)
            if before < 0:
                finding.cannot_evaluate()
                return
            quantity = before + ahead(proposal) + proposal.added
            if proposal.quantity > quantity:
                quantity = proposal.quantity
            finding.refuse_above(QUANTITY_ABOVE_ORDER_LIMIT, quantity, self.quantity_max)
            return
        finding.refuse_above(QUANTITY_ABOVE_ORDER_LIMIT, proposal.quantity, self.quantity_max)

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        if not self.is_windowed:
            return self.quantity_max
        return self.quantity_max - lately(ledger, self.number, proposal) - ahead(proposal)


@final
class OrderValueLimit(Control):
    """Refuses an order worth more than `value_max` at the worst price it may trade at (C02): a
    purchase at its limit, a sale at its limit or, as it trades there or better, at the touch. An
    amend that adds nothing passes. `window_ms` is that of the quantity limit.
    """

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.value_max: Final[int] = self.whole("value_max")
        self.is_windowed: Final[bool] = is_windowed(limit)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.instrument is None or proposal.price <= 0:
            finding.cannot_evaluate()
            return
        if proposal.replaces is not None and proposal.added_value == 0:
            finding.allow(proposal.value, self.value_max)
            return
        value = proposal.value
        if self.is_windowed:
            before = lately(ledger, self.number, proposal)
            if before < 0:
                finding.cannot_evaluate()
                return
            added = before + proposal.ahead_side_value + proposal.added_value
            value = added if added > value else value
        finding.refuse_above(VALUE_ABOVE_ORDER_LIMIT, value, self.value_max)

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        room = self.value_max
        if self.is_windowed:
            room -= lately(ledger, self.number, proposal) + proposal.ahead_side_value
        if room <= 0 or proposal.value <= 0:
            return 0
        return room * proposal.quantity // proposal.value


def is_windowed(limit: Limit) -> bool:
    """Whether what was let through lately counts with an order."""
    return limit.parameters.get("window_ms", 0) != 0


def lately(ledger: Ledger, number: int, proposal: Proposal) -> int:
    """What was let through within a limit's window that counts with this order; -1 when nobody
    counted. What is proven to reduce is judged by itself: a window is a throttle (law 6), and the
    position bounds what slicing could do."""
    window = ledger.limits.sizes.get(number)
    if window is None:
        return -1
    if ledger.limits.is_split and is_reducing(proposal):
        return 0
    venue = proposal.venue.name if proposal.venue is not None else ""
    return window.sum_at(proposal.side, proposal.symbol, venue, ledger.time_ns)


def ahead(proposal: Proposal) -> Lots:
    """What the lines before an order would take on its side."""
    return proposal.ahead_buy if proposal.side == BUY else proposal.ahead_sell


@final
class DecisionValue(Control):
    """Refuses a decision whose orders in one currency add more than `value_max` together (C02).

    Every line is judged with the whole, so that no line of what is too large may go alone. With
    `window_ms`, all that its scope let through within the window counts with it.
    """

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.value_max: Final[int] = self.whole("value_max")
        self.is_windowed: Final[bool] = is_windowed(limit)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.instrument is None or proposal.price <= 0:
            finding.cannot_evaluate()
            return
        value = proposal.added_value + proposal.beside_value
        if self.is_windowed and value > 0:
            before = lately(ledger, self.number, proposal)
            if before < 0:
                finding.cannot_evaluate()
                return
            value += before
        finding.refuse_above(DECISION_VALUE_ABOVE_LIMIT, value, self.value_max)


@final
class DecisionQuantity(Control):
    """Refuses a decision whose orders in one instrument add more than `quantity_max` together, on
    either side (C03). With `window_ms`, all that its scope let through in the instrument within the
    window counts with it."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.quantity_max: Final[int] = self.whole("quantity_max")
        self.is_windowed: Final[bool] = is_windowed(limit)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        quantity = proposal.added + proposal.beside_quantity
        if self.is_windowed and quantity > 0:
            before = lately(ledger, self.number, proposal)
            if before < 0:
                finding.cannot_evaluate()
                return
            quantity += before
        finding.refuse_above(DECISION_QUANTITY_ABOVE_LIMIT, quantity, self.quantity_max)


@final
class Liquidity(Control):
    """Refuses an order that would take more than `share_bps` of what is displayed up to its limit
    (C03).

    What rests without trading at once takes nothing and passes. An amended order that would trade
    at once takes with all that is left of it, and lines of the same decision take together. With
    `window_ms`, so does all that was let through within the window to take from the same side of
    the same market. A market order is held to the whole ladder as deep as we see it.
    """

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        self.share_bps: Final[int] = self.whole("share_bps")
        self.is_windowed: Final[bool] = is_windowed(limit)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        if proposal.market is None:
            finding.cannot_evaluate()
            return
        if not proposal.would_take():
            finding.allow(0, 0)
            return
        taken = proposal.ahead_taken + proposal.leaves()
        if self.is_windowed:
            before = lately(ledger, self.number, proposal)
            if before < 0:
                finding.cannot_evaluate()
                return
            taken += before
        finding.refuse_above(QUANTITY_ABOVE_DISPLAYED, taken, self._allowed(proposal))

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        room = self._allowed(proposal) - proposal.ahead_taken
        return room - lately(ledger, self.number, proposal) if self.is_windowed else room

    def _allowed(self, proposal: Proposal) -> Lots:
        market = proposal.market
        if market is None:
            return 0
        price = proposal.price
        if proposal.order_type == MARKET:
            # Beyond every level we see on either side.
            price = market.far_price(proposal.side) * 2 if proposal.side == BUY else 0
        return market.displayed(proposal.side, price) * self.share_bps // BPS_ONE
