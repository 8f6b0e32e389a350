"""Routing: which venue an order would go to. One rule chooses for a session; add a rule by adding a
class and a line in `make_router`.

A router only chooses; whether the venue may be used is for the controls.
"""

from abc import ABC, abstractmethod
from typing import Final, final

from interlock.decisions.smart import SMART, best_of, look_at, takes_at_once
from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.ledger import Ledger
from interlock.messages.decisions import Terms
from interlock.messages.terms import BUY, LIMIT
from interlock.messages.venues import DEGRADED

BEST_PRICE: Final = "best_price"
FIRST: Final = "first"
ROUTERS: Final = (BEST_PRICE, FIRST, SMART)


class Router(ABC):
    """Chooses one venue for an order."""

    @abstractmethod
    def choose(
        self,
        instrument: InstrumentRecord,
        side: int,
        terms: Terms,
        ledger: Ledger,
    ) -> MarketRecord | None:
        """The market to go to, or None when there is none."""


@final
class BestPriceRouter(Router):
    """The best far price, then the larger displayed quantity, then the venue defined first.

    An order that rests goes where the far price is best too: there it stands closest to trading.
    """

    def choose(
        self,
        instrument: InstrumentRecord,
        side: int,
        terms: Terms,
        ledger: Ledger,
    ) -> MarketRecord | None:
        best: MarketRecord | None = None
        is_closed = False
        for market in instrument.markets.values():
            if market.fault != 0 or market.far_quantity(side) == 0:
                continue
            # One that takes no orders is chosen only where no other can be: the gate says why not.
            closed = is_shut(market, ledger)
            if best is not None and closed and not is_closed:
                continue
            if best is None or (is_closed and not closed) or _is_better(market, best, side):
                best = market
                is_closed = closed
        if best is None and terms.order_type == LIMIT:
            # A limit order can open a market; the controls decide whether it may.
            return first_open(instrument, ledger)
        return best


@final
class FirstRouter(Router):
    """The venue that was defined first."""

    def choose(
        self,
        instrument: InstrumentRecord,
        side: int,
        terms: Terms,
        ledger: Ledger,
    ) -> MarketRecord | None:
        return first_open(instrument, ledger)


@final
class SmartRouter(Router):
    """The venue that is expected to cost least (`decisions/smart.py`). What takes at once is also
    split over venues, by the planner."""

    def choose(
        self,
        instrument: InstrumentRecord,
        side: int,
        terms: Terms,
        ledger: Ledger,
    ) -> MarketRecord | None:
        looks = look_at(ledger, instrument, side, takes_at_once(instrument, side, terms))
        best = best_of(looks)
        return best.market if best is not None else first_open(instrument, ledger)


def is_shut(market: MarketRecord, ledger: Ledger) -> bool:
    """Whether a market's venue takes no orders as things stand."""
    venue = ledger.venues.get(market.venue)
    return venue is not None and venue.state > DEGRADED


def first_open(instrument: InstrumentRecord, ledger: Ledger) -> MarketRecord | None:
    """The market that was defined first of those that take orders; the first when none does."""
    first: MarketRecord | None = None
    for market in instrument.markets.values():
        if not is_shut(market, ledger):
            return market
        if first is None:
            first = market
    return first


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
    if name == SMART:
        return SmartRouter()
    raise ValueError(f"was {name!r}, must be one of {', '.join(ROUTERS)}")
