"""Orders of our account at a venue that we did not send: somebody's by hand, or of a lost session.

The venue knows them by a name of its own, and nobody is told about them, until they are adopted.
"""

from typing import final

import msgspec

from interlock.messages.commands import ReportOrder
from interlock.messages.differences import OrderAdopted
from interlock.messages.units import OrderId
from interlock.simulation.order import VenueOrder


@final
class ForeignOrders:
    """Those that nobody has adopted, by the venue's name; inside they are numbered below 0."""

    def __init__(self) -> None:
        self.by_name: dict[str, VenueOrder] = {}
        self.count: int = 0

    def add(self, orders: dict[OrderId, VenueOrder], order: VenueOrder) -> None:
        """Number and name an order, and put it among the venue's orders."""
        self.count += 1
        order.order = -self.count
        order.key = order.order
        order.foreign_id = "F" + str(self.count)
        orders[order.key] = order
        self.by_name[order.foreign_id] = order

    def adopt(self, orders: dict[OrderId, VenueOrder], adopted: OrderAdopted) -> None:
        """Know an order by our number from now on. One that is known already, or that has ended,
        stays what it is."""
        order = self.by_name.get(adopted.venue_order_id)
        if order is None or adopted.order in orders or order.is_finished:
            return
        del self.by_name[adopted.venue_order_id]
        del orders[order.key]
        order.order = adopted.order
        order.key = adopted.order
        orders[order.key] = order
        renamed: list[ReportOrder] = []
        for said in order.reports:
            renamed.append(msgspec.structs.replace(said, order=adopted.order))
        order.reports = renamed
