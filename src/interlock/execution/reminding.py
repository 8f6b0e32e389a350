"""Reminding: what a venue's end of the line must hear again when a session goes on after a
restart."""

from collections.abc import Mapping

from interlock.execution.guard import VenueGuard
from interlock.execution.port import VenuePort
from interlock.ledger.ledger import Ledger
from interlock.messages.differences import OrderAdopted
from interlock.messages.units import Nanoseconds
from interlock.simulation.desk import Desk
from interlock.simulation.faulty import FaultyVenue


def remind_venues(ledger: Ledger, venues: Mapping[str, VenuePort], time_ns: Nanoseconds) -> None:
    """Venues hear by which numbers we know the orders that we took over there. A simulated venue
    that was made anew in this process begins with the net positions of our books, since it has no
    books of its own from before."""
    for order in ledger.orders.open.values():
        port = venues.get(order.venue.name)
        if order.is_adopted() and port is not None:
            port.adopt(
                time_ns,
                OrderAdopted(
                    order.order,
                    order.venue.name,
                    order.client_order_id,
                    order.venue_order_id,
                    order.position.account.name,
                    order.source.name,
                    order.instrument.symbol,
                    order.side,
                    order.quantity,
                    order.price,
                    order.revision,
                ),
            )
    for name, port in venues.items():
        reached = port.port if isinstance(port, VenueGuard) else port
        desk = reached.desk if isinstance(reached, FaultyVenue) else reached
        if isinstance(desk, Desk) and desk.gateway.is_new():
            for account in ledger.accounts.values():
                for symbol, position in account.positions.items():
                    traded = position.at_venues.get(name)
                    if traded is not None:
                        desk.gateway.begin_with(account.name, symbol, traded.lots)
