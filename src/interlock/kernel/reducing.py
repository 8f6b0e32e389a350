"""Reducing: what may only reduce goes on to, when the position that it was to reduce gets smaller.

The venue is not relied on for it: we shrink or take back what would pass flat.
"""

from interlock.kernel.recorder import Recorder
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, ASK_REPLACE, is_possible
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import PositionRecord
from interlock.messages.events import CancelRequested, ReplaceRequested
from interlock.messages.reasons import POSITION_SHRANK
from interlock.messages.terms import BUY, PENDING_CANCEL, SELL
from interlock.messages.units import Lots


def keep_reducing(ledger: Ledger, recorder: Recorder, position: PositionRecord) -> None:
    """This takes back what the position's reduce-only orders could trade past flat, the newest
    first. Cost: one step per open reduce-only order of the session."""
    for side in (BUY, SELL):
        held = -position.lots if side == BUY else position.lots
        room = held if held > 0 else 0
        standing = [
            order
            for order in ledger.orders.reducing.values()
            if order.position is position and order.side == side
        ]
        excess = -room
        for order in standing:
            excess += _wanted(order)
        for place in range(len(standing) - 1, -1, -1):
            if excess <= 0:
                break
            excess -= _take_back(ledger, recorder, standing[place], excess)


def _wanted(order: OrderRecord) -> Lots:
    """What we want to trade of it still: nothing of what we have asked back."""
    if order.status == PENDING_CANCEL:
        return 0
    quantity = order.asked_quantity if order.is_replacing() else order.quantity
    return quantity - order.filled if quantity > order.filled else 0


def _take_back(ledger: Ledger, recorder: Recorder, order: OrderRecord, excess: Lots) -> Lots:
    """This shrinks an order by what is too much, or takes it back; what it took is returned."""
    wanted = _wanted(order)
    can_shrink = not order.is_replacing() and is_possible(order.status, ASK_REPLACE)
    if wanted > excess and can_shrink:
        recorder.conclude(
            ReplaceRequested(
                order.order,
                order.venue.name,
                ledger.sequence,
                order.revision_asked + 1,
                order.quantity - excess,
                order.price,
            )
        )
        return excess
    if wanted > 0 and is_possible(order.status, ASK_CANCEL):
        recorder.conclude(
            CancelRequested(order.order, order.venue.name, ledger.sequence, POSITION_SHRANK)
        )
        return wanted
    return 0
