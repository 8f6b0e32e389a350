"""Venues: where orders go, and how many are there."""

from typing import Final, final

from interlock.ledger.rounds import Reconciliation
from interlock.messages.definitions import Venue
from interlock.messages.units import OrderId


@final
class VenueRecord:
    """One venue."""

    def __init__(self, definition: Venue) -> None:
        self.definition: Venue = definition
        self.name: Final[str] = definition.name
        self.silence_ns: int = definition.silence_ns
        self.taker_fee_ppm: int = definition.taker_fee_ppm
        self.maker_fee_ppm: int = definition.maker_fee_ppm
        self.open_orders = 0
        self.unknown_orders = 0
        self.reconciliation: Final = Reconciliation()
        self.adopted: Final[dict[str, OrderId]] = {}
        """Orders that we took over there, by the venue's names for them."""
