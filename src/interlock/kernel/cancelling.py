"""Cancelling many orders at once: what does not fit one record is asked for by the next.

Cancels are never throttled (law 6), and a record is bounded (law 13): a step asks for as many as
fit, says that the rest is owed, and the engine goes on at once until nothing is.
"""

from typing import Final

from interlock.kernel.recorder import Recorder
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.orders import OrderRecord
from interlock.messages.alarms import CancelsDeferred
from interlock.messages.events import CancelRequested
from interlock.messages.units import Sequence

# Events of one step beyond which no more cancels are asked for in it. Each takes at most some 100
# bytes, so that they leave most of the record to whatever else the step concludes.
STEP_EVENTS_MAX: Final = 1_024


def request_cancels(
    recorder: Recorder, orders: list[OrderRecord], reason: int, cause: Sequence
) -> bool:
    """This asks for those of some orders that can be cancelled, until the record is full; it says
    whether all were asked for."""
    is_bounded = recorder.ledger.acts_at_once
    for order in orders:
        if not is_possible(order.status, ASK_CANCEL):
            # It was named twice, or something before it in this step has asked already.
            continue
        if is_bounded and len(recorder.events) >= STEP_EVENTS_MAX:
            return False
        recorder.conclude(CancelRequested(order.order, order.venue.name, cause, reason))
    return True


def defer_cancels(
    recorder: Recorder,
    scope: str,
    reason: int,
    cause: Sequence,
    instrument: str = "",
    source: str = "",
    spares_reducing: bool = False,
) -> None:
    """This says that the rest of what works in a scope is owed."""
    recorder.conclude(CancelsDeferred(scope, instrument, source, reason, cause, spares_reducing))


def continue_cancels(ledger: Ledger, recorder: Recorder) -> None:
    """This asks for as many of the orders that are owed as one record holds, oldest first."""
    numbers: list[int] = []
    for number in ledger.orders.owed:
        if len(numbers) >= STEP_EVENTS_MAX:
            break
        numbers.append(number)
    for number in numbers:
        reason, cause = ledger.orders.owed[number]
        order = ledger.orders.find(number)
        assert order is not None, f"order {number} is to be cancelled and is unknown"
        assert is_possible(order.status, ASK_CANCEL), (
            f"order {number} is to be cancelled in status {order.status}"
        )
        recorder.conclude(CancelRequested(number, order.venue.name, cause, reason))
