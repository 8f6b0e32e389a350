"""Failover: an order that never left is decided about again, for whichever venue the router finds.

Only what is surely not at a venue moves: the guard itself kept it back. It enters by the front door
as a decision of its source, is judged like any other, and its key names the order that it stands
for, so that the same one is never decided twice. An order that may be at a venue is never replaced
by another one (Everbright 2013: orders whose fate was not known were sent again).
"""

from typing import Final

from interlock.messages.commands import Command, ProposeDecision
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.events import OrderCleared
from interlock.messages.identity import order_text
from interlock.messages.terms import LIMIT, MARKET
from interlock.messages.units import Nanoseconds, OrderId

KEY: Final = "failover-"


def decided_again(
    time_ns: Nanoseconds, order: OrderCleared, lives_ns: Nanoseconds
) -> ProposeDecision:
    """The decision that stands for an order that never left: the same terms, wherever."""
    is_market = order.order_type == MARKET
    terms = Terms(
        order_type=order.order_type if is_market else LIMIT,
        price=0 if is_market else order.price,
        time_in_force=order.time_in_force,
        expire_ns=order.expire_ns,
        post_only=order.post_only,
        reduce_only=order.reduce_only,
        display=order.display,
    )
    name = order_text(order.order)
    return ProposeDecision(
        Decision(
            order.source,
            f"{KEY}{name}",
            order.release,
            order.epoch,
            OrderQuantity(order.instrument, order.side, order.quantity, terms),
            time_ns + max(lives_ns, 1),
            decided_ns=time_ns,
            evidence={"never_sent": name, "venue": order.venue},
            text=f"{name} never left for {order.venue}",
        )
    )


def is_failed_over(order: OrderId, said: list[tuple[Nanoseconds, Command]]) -> bool:
    """Whether an order is decided about again already."""
    key = f"{KEY}{order_text(order)}"
    return any(
        isinstance(command, ProposeDecision) and command.decision.key == key for _, command in said
    )
