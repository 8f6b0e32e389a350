"""Controls on quotes: how much may trade against them before they are taken back, and orders of
ours that would trade with each other.
"""

from typing import Final, final

from interlock.controls.control import (
    HARD_ANSWERS,
    LOOSENS,
    MILLISECONDS,
    MONEY,
    QUANTITY,
    TIGHTENS,
    WORD,
    Control,
    ControlKind,
    Finding,
    Parameter,
)
from interlock.controls.rules import is_reducing
from interlock.decisions.proposal import Proposal
from interlock.ledger.counting import resting_key
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_REPLACE, is_possible
from interlock.ledger.limits import covers
from interlock.ledger.orders import OrderRecord
from interlock.ledger.recents import Recent
from interlock.messages.definitions import Limit
from interlock.messages.reasons import PROTECTION_FROZEN, WOULD_MATCH_OURSELVES
from interlock.messages.terms import AMEND, BUY, MARKET, SELL
from interlock.messages.units import Lots

NOTHING: Final = "none"
EXPIRE_TAKER: Final = "expire_taker"
EXPIRE_MAKER: Final = "expire_maker"
EXPIRE_BOTH: Final = "expire_both"
DECREMENT: Final = "decrement"
TRANSFER: Final = "transfer"
MODES: Final = (NOTHING, EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH, DECREMENT, TRANSFER)

KINDS: Final[tuple[ControlKind, ...]] = (
    ControlKind(
        "market_maker_protection",
        "C23",
        "new orders while frozen, because more traded within a window than it may; what works is "
        "taken back when that happens",
        "Deribit, Bybit and Paradex market maker protection",
        ("account", "source"),
        (
            Parameter("window_ms", MILLISECONDS, "length of the window", 1, 3_600_000,
                      greater=TIGHTENS),
            Parameter("frozen_ms", MILLISECONDS,
                      "how long it stays frozen; 0: until a person lets it trade again", 0,
                      86_400_000),
            Parameter("quantity_max", QUANTITY, "quantity in the window", 0, greater=LOOSENS),
            Parameter("delta_max", QUANTITY, "bought less sold, or the other way round", 0,
                      greater=LOOSENS),
            Parameter("value_max", MONEY, "value in the window", 0, greater=LOOSENS),
        ),
        "flag",
        reason=PROTECTION_FROZEN,
    ),
    ControlKind(
        "self_match",
        "C22",
        "an order that would trade with an order of ours at the same venue",
        "CME; exchange self-trade prevention modes",
        ("firm", "account", "source"),
        (
            Parameter("mode", WORD, "which of the two gives way: " + ", ".join(MODES),
                      words=MODES),
        ),
        "quantity",
        reason=WOULD_MATCH_OURSELVES,
        answers=("amend", *HARD_ANSWERS),
    ),
)  # fmt: skip


def make_quoter(limit: Limit, number: int) -> Control | None:
    name = limit.control
    if name == "market_maker_protection":
        return Protection(limit, number)
    if name == "self_match":
        return SelfMatch(limit)
    return None


@final
class Protection(Control):
    """Refuses new orders while what traded has frozen its scope (C23)."""

    def __init__(self, limit: Limit, number: int) -> None:
        super().__init__(limit)
        self.number: Final[int] = number
        for name in ("window_ms", "frozen_ms", "quantity_max", "delta_max", "value_max"):
            self.whole(name)

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        counter = ledger.orders.counters.counters.get(self.number)
        if not isinstance(counter, Recent):
            finding.cannot_evaluate()
            return
        observed = 1 if counter.is_frozen(ledger.time_ns) else 0
        if is_reducing(proposal):
            finding.allow(observed, 0)
        else:
            finding.refuse_above(PROTECTION_FROZEN, observed, 0)


@final
class SelfMatch(Control):
    """Judges an order that would trade with one of ours, before it leaves (C22).

    `expire_taker` refuses it; `expire_maker` takes ours back first and lets it leave;
    `expire_both` does both; `decrement` takes what would match out of both, where the limit's
    severity is `amend`: the larger is left smaller, and the other expires; `transfer` is the same
    within one account, and refuses between two, because no trade between accounts is booked here.
    One of ours that is being changed, or is in doubt, stays as it is. An order of the same decision
    has not left, so it cannot give way: two lines that would match are refused in every mode but
    `none`. Observed is what would match. Cost: one step per order of ours on the other side of that
    market; `decrement` and `transfer` one for each pair of those that would match.
    """

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.mode: Final[str] = self.word("mode")
        assert self.mode in MODES, f"self_match.mode is {self.mode!r}, not one of {MODES}"

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        matching = self._matching(proposal, ledger)
        lots = 0
        for order in matching:
            lots += order.worst_leaves()
        opposing = _opposing(proposal, ledger)
        if opposing > 0 and self.mode != NOTHING:
            finding.refuse(WOULD_MATCH_OURSELVES, lots + opposing, 0)
            return
        if lots == 0 or self.mode == NOTHING:
            finding.allow(lots, 0)
            return
        is_cut = proposal.makers is not None and not proposal.gives_way
        if self.mode in (DECREMENT, TRANSFER) and is_cut:
            # Cut already: what it would match gives way.
            finding.allow(0, 0)
            return
        if self.mode in (EXPIRE_MAKER, EXPIRE_BOTH):
            for order in matching:
                proposal.expire(order)
        is_whole = lots >= proposal.quantity and ledger.acts_at_once
        if self.mode in (DECREMENT, TRANSFER) and is_whole:
            self._decrement(proposal, matching)
        proposal.gives_way = proposal.gives_way or self.mode == EXPIRE_BOTH
        if self.mode == EXPIRE_MAKER:
            finding.warn(WOULD_MATCH_OURSELVES, lots, 0)
            return
        finding.refuse(WOULD_MATCH_OURSELVES, lots, 0)

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        """What is left of it when what would match is taken out of both."""
        if self.mode not in (DECREMENT, TRANSFER) or _opposing(proposal, ledger) > 0:
            return 0
        matching = self._matching(proposal, ledger)
        left = proposal.quantity
        for order in matching:
            if self.mode == TRANSFER and order.position is not proposal.position:
                return 0
            left -= order.worst_leaves()
        if left > 0:
            for order in matching:
                proposal.expire(order)
        return left

    def _decrement(self, proposal: Proposal, matching: list[OrderRecord]) -> None:
        """An order that would match in whole expires, and takes as much out of ours: of those that
        it would have traded with first, the best price and then the oldest."""
        if self.limit.answer.severity != AMEND or proposal.replaces is not None:
            return
        for order in matching:
            is_ours_alone = order.position is proposal.position
            if self.mode == TRANSFER and not is_ours_alone:
                return
        left, waiting = proposal.quantity, list(matching)
        while left > 0 and len(waiting) > 0:
            first = waiting[0]
            for order in waiting:
                if _is_better(order, first):
                    first = order
            waiting.remove(first)
            lots = first.worst_leaves()
            proposal.gives_way = True
            if lots <= left:
                proposal.expire(first)
            elif is_possible(first.status, ASK_REPLACE) and not first.is_replacing():
                proposal.shrink(first, first.quantity - left)
            left -= lots

    def _matching(self, proposal: Proposal, ledger: Ledger) -> list[OrderRecord]:
        venue = proposal.venue
        found: list[OrderRecord] = []
        if venue is None:
            return found
        other = SELL if proposal.side == BUY else BUY
        resting = ledger.orders.counters.resting.get(
            resting_key(proposal.symbol, venue.name, other)
        )
        if resting is None:
            return found
        for order in resting.values():
            price = order.worst_price()
            is_crossing = (
                proposal.order_type == MARKET
                or order.order_type == MARKET
                or (proposal.price >= price if proposal.side == BUY else proposal.price <= price)
            )
            if is_crossing and covers(
                self.limit.scope, order.position.account.name, order.source.name, "", ""
            ):
                found.append(order)
        return found


def _is_better(order: OrderRecord, first: OrderRecord) -> bool:
    """Whether an order would trade before another one that rests on the same side."""
    if order.side == BUY:
        return order.price > first.price
    return order.price < first.price


def _opposing(proposal: Proposal, ledger: Ledger) -> Lots:
    """What the order would match of the lines before it in its decision."""
    if proposal.before is None or not ledger.has_whole_asks:
        return 0
    return proposal.before.opposing
