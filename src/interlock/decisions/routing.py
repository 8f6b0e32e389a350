"""Routing: which venue an order would go to. One rule chooses for a session; add a rule by adding a
class and a line in `make_router`.

A router only chooses; whether the venue may be used is for the controls.
"""

from abc import ABC, abstractmethod
from typing import Final, final

from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.messages.decisions import Terms
from interlock.messages.terms import BUY, LIMIT

BEST_PRICE: Final = "best_price"
FIRST: Final = "first"
ROUTERS: Final = (BEST_PRICE, FIRST)


class Router(ABC):
    """Chooses one venue for an order."""

    @abstractmethod
    def choose(self, instrument: InstrumentRecord, side: int, terms: Terms) -> MarketRecord | None:
        """The market to go to, or None when there is none."""


@final
class BestPriceRouter(Router):
    """The best far price, then the larger displayed quantity, then the venue defined first.

    An order that rests goes where the far price is best too: there it stands closest to trading.
    """

    def choose(self, instrument: InstrumentRecord, side: int, terms: Terms) -> MarketRecord | None:
        best: MarketRecord | None = None
        for market in instrument.markets.values():
            if market.fault != 0 or market.far_quantity(side) == 0:
                continue
            if best is None or _is_better(market, best, side):
                best = market
        if best is None and terms.order_type == LIMIT:
            # A limit order can open a market; the controls decide whether it may.
            for market in instrument.markets.values():
                return market
        return best


@final
class FirstRouter(Router):
    """The venue that was defined first."""

    def choose(self, instrument: InstrumentRecord, side: int, terms: Terms) -> MarketRecord | None:
        for market in instrument.markets.values():
            return market
        return None


def _is_better(market: MarketRecord, best: MarketRecord, side: int) -> bool:
    price, best_price = market.far_price(side), best.far_price(side)
    if price == best_price:
        return market.far_quantity(side) > best.far_quantity(side)
    return price < best_price if side == BUY else price > best_price


def make_router(name: str) -> Router:
    """This is the router of that name. Raises `ValueError` naming those that exist."""
    if name == BEST_PRICE:
        return BestPriceRouter()
    if name == FIRST:
        return FirstRouter()
    raise ValueError(f"was {name!r}, must be one of {', '.join(ROUTERS)}")
