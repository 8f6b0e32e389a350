"""Protecting: quotes are taken back when more traded against them than may."""

from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import trip_by_control
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.orders import OrderRecord
from interlock.ledger.recents import Recent
from interlock.messages.events import CancelRequested
from interlock.messages.reasons import PROTECTION_FROZEN


def frozen_before(ledger: Ledger, order: OrderRecord) -> list[Recent]:
    """What stands still already."""
    return ledger.orders.counters.frozen(order, ledger.time_ns)


def protect(ledger: Ledger, recorder: Recorder, order: OrderRecord, before: list[Recent]) -> None:
    """This takes back what works under a protection that a fill has just frozen; one that a person
    must let go is a halt of its scope as well. Cost: one step per open order."""
    counters = ledger.orders.counters
    for counter in counters.frozen(order, ledger.time_ns):
        if counter in before:
            continue
        if counter.frozen_ms == 0:
            trip_by_control(ledger, recorder, counter.limit, order.source.name)
        covered = [
            other
            for other in ledger.orders.open.values()
            if is_possible(other.status, ASK_CANCEL) and counter in counters.of(other)
        ]
        for other in covered:
            recorder.conclude(
                CancelRequested(other.order, other.venue.name, ledger.sequence, PROTECTION_FROZEN)
            )
