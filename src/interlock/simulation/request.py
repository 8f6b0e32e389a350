"""One message of ours on its way to a simulated venue."""

from typing import final

from mypy_extensions import mypyc_attr

from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.units import Nanoseconds, OrderId, Ticks


@final
@mypyc_attr(acyclic=True)
class Request:
    """One message of ours on its way to the venue: an order, a cancel, a replace, a query, the
    question for everything, or by which number we know an order from now on."""

    def __init__(
        self,
        arrival_ns: Nanoseconds,
        sent: OrderCleared | None,
        cancel: CancelRequested | None,
        replace: ReplaceRequested | None,
        query: OrderId,
        reserve_price: Ticks,
        asked: VenueQuestioned | None = None,
        adopted: OrderAdopted | None = None,
    ) -> None:
        self.arrival_ns: Nanoseconds = arrival_ns
        self.sent: OrderCleared | None = sent
        self.cancel: CancelRequested | None = cancel
        self.replace: ReplaceRequested | None = replace
        self.query: OrderId = query
        self.reserve_price: Ticks = reserve_price
        self.asked: VenueQuestioned | None = asked
        self.adopted: OrderAdopted | None = adopted
