"""Kills: what every halt did to every order that was open in its scope, from the journal alone.

none        nobody asked for it back
requested   it was asked for, and the venue has not answered
cancelled   it is withdrawn (or expired, or never reached the venue)
filled      it traded whole before it could be withdrawn
failed      the venue would not, and it still works
unknown     nobody says what became of it; its exposure stays reserved
"""

from typing import Any, Final

from interlock.ledger.halting import covers_order
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.messages.encoding import Entry
from interlock.messages.events import CancelRequested, HaltLifted, HaltTripped, RequestRejected
from interlock.messages.identity import order_text
from interlock.messages.terms import (
    FILLED,
    ORDER_STATUSES,
    PENDING_CANCEL,
    REPORT_CANCEL_REJECTED,
    SIDES,
    UNKNOWN,
    name_of,
)
from interlock.messages.units import OrderId, Sequence
from interlock.monitoring.figures import moment

NONE: Final = "none"
REQUESTED: Final = "requested"
CANCELLED: Final = "cancelled"
GONE: Final = "filled"
FAILED: Final = "failed"
IN_DOUBT: Final = "unknown"
OUTCOMES: Final = (NONE, REQUESTED, CANCELLED, GONE, FAILED, IN_DOUBT)


class _Killed:
    """One order that was open when a halt tripped, and what was asked and answered since."""

    def __init__(self, record: OrderRecord) -> None:
        self.record = record
        self.was_asked = record.status == PENDING_CANCEL
        self.was_denied = False

    def outcome(self) -> str:
        record = self.record
        if record.status == UNKNOWN:
            return IN_DOUBT
        if record.status == FILLED or record.filled >= record.quantity:
            return GONE
        if not record.is_open():
            return CANCELLED
        if record.status == PENDING_CANCEL:
            return REQUESTED
        if self.was_denied:
            return FAILED
        return REQUESTED if self.was_asked else NONE


class _Kill:
    """One trip of a halt."""

    def __init__(self, sequence: Sequence, time_ns: int, event: HaltTripped) -> None:
        self.sequence = sequence
        self.time_ns = time_ns
        self.event = event
        self.orders: dict[OrderId, _Killed] = {}
        self.lifted: dict[str, Any] | None = None


class KillWatch:
    """Follows every halt while it is shown a journal. Memory: one entry for each order that was
    open in the scope of a halt."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._kills: list[_Kill] = []
        self._followed: dict[OrderId, list[_Killed]] = {}

    def take(self, sequence: Sequence, entry: Entry) -> None:
        """This takes the next entry."""
        ledger = self.ledger
        ledger.apply_fact(sequence, entry.time_ns, entry.command)
        for event in entry.events:
            if isinstance(event, HaltTripped):
                self._trip(sequence, entry.time_ns, event)
            elif isinstance(event, HaltLifted):
                self._lift(sequence, event)
            elif isinstance(event, CancelRequested):
                for killed in self._followed.get(event.order, ()):
                    killed.was_asked, killed.was_denied = True, False
            elif isinstance(event, RequestRejected) and event.kind == REPORT_CANCEL_REJECTED:
                for killed in self._followed.get(event.order, ()):
                    killed.was_denied = killed.was_asked
            ledger.apply(event)
        ledger.orders.touched.clear()
        ledger.orders.unexplained.clear()

    def _trip(self, sequence: Sequence, time_ns: int, event: HaltTripped) -> None:
        kill = _Kill(sequence, time_ns, event)
        for order in self.ledger.orders.open.values():
            if covers_order(event.scope, order):
                killed = _Killed(order)
                kill.orders[order.order] = killed
                self._followed.setdefault(order.order, []).append(killed)
        self._kills.append(kill)

    def _lift(self, sequence: Sequence, event: HaltLifted) -> None:
        for kill in self._kills:
            if kill.event.scope == event.scope and kill.lifted is None:
                kill.lifted = {"by": event.by, "text": event.text, "command": sequence}

    def kills(self) -> list[dict[str, Any]]:
        """This is every trip, oldest first, with each order that was open in its scope."""
        return [self._told(kill) for kill in self._kills]

    def _told(self, kill: _Kill) -> dict[str, Any]:
        event = kill.event
        orders = [_order(killed) for killed in kill.orders.values()]
        return {
            "trip": kill.sequence,
            "time_ns": kill.time_ns,
            "time": str(moment(kill.time_ns)),
            "scope": event.scope,
            "by": event.by,
            "text": event.text,
            "reduce_only": event.reduce_only,
            "cancels": event.cancels,
            "stands": kill.lifted is None,
            "lifted": kill.lifted,
            "outcomes": {
                name: sum(order["outcome"] == name for order in orders) for name in OUTCOMES
            },
            "orders": orders,
        }


def _order(killed: _Killed) -> dict[str, Any]:
    record = killed.record
    instrument = record.instrument.definition
    return {
        "order": order_text(record.order),
        "source": record.source.name,
        "account": record.position.account.name,
        "instrument": record.instrument.symbol,
        "venue": record.venue.name,
        "side": name_of(SIDES, record.side),
        "quantity": instrument.quantity_text(record.quantity),
        "filled": instrument.quantity_text(record.filled),
        "status": name_of(ORDER_STATUSES, record.status),
        "outcome": killed.outcome(),
    }
