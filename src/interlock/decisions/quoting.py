"""Quote ladders: from what stands to what is wanted in the fewest messages.

Level by level and side by side: a quote at a wanted price with the wanted quantity stays as it is;
one at a wanted price with another quantity is amended (a smaller quantity keeps its place in the
queue); what is left over on both sides is paired, best first, and moved by an amend; the rest is
cancelled or new.

A quote that is on its way, or being changed, stands as what was asked for it: a ladder that comes
again before the venue has answered leads to nothing. Such a quote cannot be amended yet, so it is
cancelled when it is not wanted. One that nobody answers for (UNKNOWN) stays until the venue has
been asked: it is neither counted on elsewhere nor placed twice.

Only orders that a ladder made are quotes: a source's other orders are left alone.
"""

from interlock.decisions.proposal import Plan, Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.messages.decisions import QuoteLadder, Terms
from interlock.messages.reasons import INVALID_TERMS, NOTHING_TO_DO, OUT_OF_QUOTES
from interlock.messages.terms import (
    BUY,
    CLEARED,
    LIMIT,
    PARTIALLY_FILLED,
    PENDING_REPLACE,
    SELL,
    UNKNOWN,
    WORKING,
)
from interlock.messages.units import Lots, Ticks


def plan_quotes(ledger: Ledger, plan: Plan, action: QuoteLadder) -> None:
    """This plans the difference between a source's standing quotes and the wanted ladder."""
    if not _is_ladder(action):
        plan.problem = INVALID_TERMS
        return
    plan.cancel_reason = OUT_OF_QUOTES
    _plan_side(ledger, plan, action, BUY, action.bids)
    _plan_side(ledger, plan, action, SELL, action.asks)
    if len(plan.cancels) == 0 and len(plan.proposals) == 0:
        plan.problem = NOTHING_TO_DO


def _is_ladder(action: QuoteLadder) -> bool:
    """Best first, each price once, every quantity positive, bids below asks."""
    before = 0
    for price, quantity in action.bids:
        if price <= 0 or quantity <= 0 or (before != 0 and price >= before):
            return False
        before = price
    before = 0
    for price, quantity in action.asks:
        if price <= 0 or quantity <= 0 or price <= before:
            return False
        before = price
    if action.terms.order_type != LIMIT:
        return False
    return not (
        len(action.bids) > 0 and len(action.asks) > 0 and action.bids[0][0] >= action.asks[0][0]
    )


def _standing(ledger: Ledger, plan: Plan, action: QuoteLadder, side: int) -> list[OrderRecord]:
    """The source's standing quotes on a side of the instrument, best price first."""
    found: list[OrderRecord] = []
    for order in ledger.orders.open.values():
        if (
            order.source is plan.source
            and order.side == side
            and order.instrument.symbol == action.instrument
            and order.status in (CLEARED, WORKING, PARTIALLY_FILLED, PENDING_REPLACE, UNKNOWN)
            and (action.terms.venue in ("", order.venue.name))
            and order.parent is not None
            and order.parent.is_quote
        ):
            found.append(order)
    # The order's number breaks ties, so that the plan does not depend on the table's history.
    found.sort(key=_bid_place if side == BUY else _ask_place)
    return found


def _bid_place(order: OrderRecord) -> tuple[int, int]:
    return (-order.price, order.order)


def _ask_place(order: OrderRecord) -> tuple[int, int]:
    return (order.price, order.order)


def _plan_side(
    ledger: Ledger,
    plan: Plan,
    action: QuoteLadder,
    side: int,
    wanted: tuple[tuple[Ticks, Lots], ...],
) -> None:
    standing = _standing(ledger, plan, action, side)
    missing: list[tuple[Ticks, Lots]] = []
    for price, quantity in wanted:
        match = _find(standing, price, quantity)
        if match is None:
            missing.append((price, quantity))
        else:
            standing.remove(match)
    amendable = [order for order in standing if order.status in (WORKING, PARTIALLY_FILLED)]
    unmatched: list[tuple[Ticks, Lots]] = []
    for price, quantity in missing:
        match = _find(amendable, price, 0)
        if match is None:
            unmatched.append((price, quantity))
        else:
            amendable.remove(match)
            standing.remove(match)
            _amend(plan, match, price, match.filled + quantity)
    for price, quantity in unmatched:
        if len(amendable) > 0:
            order = amendable.pop(0)
            standing.remove(order)
            _amend(plan, order, price, order.filled + quantity)
        else:
            _place(plan, action, side, price, quantity)
    for order in standing:
        if order.status != UNKNOWN:
            plan.cancels.append(order.order)


def _find(orders: list[OrderRecord], price: Ticks, quantity: Lots) -> OrderRecord | None:
    """The first that stands, or is asked to stand, at a price with a quantity left; any quantity
    when it is 0."""
    for order in orders:
        is_replacing = order.is_replacing()
        if (order.asked_price if is_replacing else order.price) != price:
            continue
        total = order.asked_quantity if is_replacing else order.quantity
        if quantity in (0, total - order.filled):
            return order
    return None


def terms_of_change(order: OrderRecord, price: Ticks) -> Terms:
    """These are an order's own terms at another price."""
    return Terms(
        order_type=order.order_type,
        price=price,
        time_in_force=order.time_in_force,
        expire_ns=order.expire_ns,
        post_only=order.post_only,
        reduce_only=order.reduce_only,
        display=order.display,
        venue=order.venue.name,
    )


def _amend(plan: Plan, order: OrderRecord, price: Ticks, quantity: Lots) -> None:
    terms = terms_of_change(order, price)
    proposal = Proposal(len(plan.proposals), order.instrument.symbol, order.side, terms)
    proposal.replaces = order
    proposal.asked = quantity
    proposal.quantity = quantity
    proposal.price = price
    plan.proposals.append(proposal)


def _place(plan: Plan, action: QuoteLadder, side: int, price: Ticks, quantity: Lots) -> None:
    terms = Terms(
        order_type=LIMIT,
        price=price,
        time_in_force=action.terms.time_in_force,
        expire_ns=action.terms.expire_ns,
        post_only=action.terms.post_only,
        reduce_only=action.terms.reduce_only,
        display=action.terms.display,
        venue=action.terms.venue,
    )
    proposal = Proposal(len(plan.proposals), action.instrument, side, terms)
    proposal.asked = quantity
    proposal.quantity = quantity
    proposal.price = price
    plan.proposals.append(proposal)
