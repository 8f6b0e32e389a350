"""Protecting: what has happened stops what would follow from it. Quotes are taken back when more
traded against them than may; losses, executions and rejects beyond a limit stop its scope.
"""

from interlock.kernel.cancelling import defer_cancels, request_cancels
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import trip_by_control
from interlock.ledger.ledger import Ledger
from interlock.ledger.life import ASK_CANCEL, is_possible
from interlock.ledger.orders import OrderRecord
from interlock.ledger.recents import Recent
from interlock.ledger.trails import PriceTrail
from interlock.messages.alarms import MarketDoubted
from interlock.messages.reasons import PROTECTION_FROZEN
from interlock.messages.terms import HALT
from interlock.messages.units import NS_PER_MS


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
        _freeze(ledger, recorder, counter, order.source.name)


def act_on_alarms(ledger: Ledger, recorder: Recorder) -> None:
    """This acts on everything that has passed its bound in this step, whatever brought it: a fill,
    a reject, a price, a changed limit. Cost: one step per open order for each."""
    counters = ledger.orders.counters
    for place in range(len(counters.alarms)):
        counter, source = counters.alarms[place], counters.alarm_sources[place]
        if isinstance(counter, Recent) and counter.is_protecting():
            _freeze(ledger, recorder, counter, source)
        elif isinstance(counter, PriceTrail):
            _doubt(ledger, recorder, counter)
        else:
            seen = f" by {counter.seen}, allowed {counter.bound}"
            trip_by_control(ledger, recorder, counter.limit, source, seen)
    counters.forget_alarms()


def _doubt(ledger: Ledger, recorder: Recorder, trail: PriceTrail) -> None:
    """This says that a market is in doubt, and halts the limit's scope where only a person may end
    that, or where the limit halts."""
    limit = trail.limit
    number = ledger.limits.number_of(limit)
    until_ns = ledger.time_ns + trail.doubt_ms * NS_PER_MS if trail.doubt_ms > 0 else -1
    recorder.conclude(
        MarketDoubted(
            number, trail.instrument_heard, trail.venue_heard, trail.seen, trail.bound, until_ns
        )
    )
    if until_ns < 0 or limit.answer.severity == HALT:
        seen = f" by {trail.seen} bp of {trail.instrument_heard}, allowed {trail.bound}"
        trip_by_control(ledger, recorder, limit, "", seen)


def _freeze(ledger: Ledger, recorder: Recorder, counter: Recent, source: str) -> None:
    if counter.frozen_ms == 0:
        trip_by_control(ledger, recorder, counter.limit, source)
    counters = ledger.orders.counters
    covered = [
        other
        for other in ledger.orders.open.values()
        if is_possible(other.status, ASK_CANCEL) and counter in counters.way_of(other).counters
    ]
    if not request_cancels(recorder, covered, PROTECTION_FROZEN, ledger.sequence):
        limit = counter.limit
        defer_cancels(recorder, limit.scope, PROTECTION_FROZEN, ledger.sequence, limit.instrument)
