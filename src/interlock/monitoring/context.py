"""Context: what a reader must have seen to put a later record into words.

Bounded: of the orders and decisions only the latest are remembered, and those that are kept on
purpose. What has been forgotten is written in bare steps.
"""

from typing import Final

from msgspec import Struct

from interlock.messages.commands import Command, DefineInstrument, OpenSession, ProposeDecision
from interlock.messages.differences import OrderAdopted
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderCleared
from interlock.messages.identity import client_order_id
from interlock.messages.units import OrderId, Sequence
from interlock.monitoring.figures import Units

REMEMBERED_MAX: Final = 100_000


class KnownOrder(Struct, frozen=True, gc=False):
    """What later records about an order do not repeat."""

    instrument: str
    source: str


class Context:
    """Learns from every entry before that entry is put into words."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self.units = Units()
        self.session: OpenSession | None = None
        self._remembered_max = remembered_max
        self._orders: dict[OrderId, KnownOrder] = {}
        self._kept: dict[OrderId, KnownOrder] = {}
        self._sources: dict[Sequence, str] = {}

    def learn(self, sequence: Sequence, entry: Entry) -> None:
        """This takes in one entry. Cost: one dictionary write per decision and order."""
        self._command(sequence, entry.command)
        for event in entry.events:
            if type(event) is OrderCleared:
                self._orders[event.order] = KnownOrder(event.instrument, event.source)
                if len(self._orders) > self._remembered_max:
                    del self._orders[next(iter(self._orders))]
            elif type(event) is OrderAdopted:
                self._orders[event.order] = KnownOrder(event.instrument, event.source)

    def _command(self, sequence: Sequence, command: Command) -> None:
        if type(command) is ProposeDecision:
            self._sources[sequence] = command.decision.source
            if len(self._sources) > self._remembered_max:
                del self._sources[next(iter(self._sources))]
        elif type(command) is DefineInstrument:
            self.units.instruments[command.instrument.symbol] = command.instrument
        elif type(command) is OpenSession:
            self.session = command

    def keep(self, order: OrderId, instrument: str, source: str) -> None:
        """This remembers an order for good."""
        self._kept[order] = KnownOrder(instrument, source)

    def instrument_of(self, order: OrderId) -> str:
        """The order's instrument; empty when it is not remembered."""
        known = self._kept.get(order) or self._orders.get(order)
        return known.instrument if known is not None else ""

    def source_of(self, order: OrderId) -> str:
        """The source whose decision made the order; empty when it is not remembered."""
        known = self._kept.get(order) or self._orders.get(order)
        return known.source if known is not None else ""

    def source_of_decision(self, decision: Sequence) -> str:
        """Who decided; empty when it is not remembered."""
        return self._sources.get(decision, "")

    def client_id(self, order: OrderId) -> str:
        """What the venue knows the order by; empty before the session was opened."""
        return client_order_id(self.session.session_id, order) if self.session is not None else ""
