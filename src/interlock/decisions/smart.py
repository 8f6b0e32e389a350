"""Smart routing: what an order is expected to cost at each venue, and how much each gets of it.

Costs are parts per million of the price, beyond the best touch among the venues that take orders:

    price     how much worse the level is than the best touch (only for what takes at once)
    fee       the taker's, or the maker's for what rests
    miss      the share of what was sent there lately that did not trade, times the spread: what it
              costs to come back for it. Where nothing is known, nothing is expected to be missed
    delay     one standard deviation of the price over the venue's latency
    health    another spread for a venue that is degraded
    queue     for what rests: half the spread, for the share of the queue that stands before it

*Sweep*: what takes at once takes the cheapest displayed lots first, at whichever venue. What nobody
displays goes to the venue that is cheapest at its touch. *Post*: what rests goes to one venue. A
venue that takes no orders, has no room in its published rates or in flight, or whose feed is
faulted, gets nothing, unless no venue is left: then the gate says why not.
Source: the cost terms of Cont and Kukanov (2017), without their estimate of cancellations.
"""

from math import isqrt
from typing import Final, final

from interlock.decisions.proposal import Proposal
from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.ledger import Ledger
from interlock.ledger.venues import VenueRecord
from interlock.messages.decisions import Terms
from interlock.messages.terms import BUY, FOK, IOC, LIMIT, MARKETABLE_LIMIT, SELL
from interlock.messages.units import NS_PER_SECOND, PPM_ONE, Lots, Sequence, Ticks
from interlock.messages.venues import DEGRADED, HEALTHY, OrderRouted, VenueSeen

SMART: Final = "smart"


@final
class Look:
    """One venue as the rule sees it."""

    def __init__(self, market: MarketRecord, venue: VenueRecord) -> None:
        self.market: Final = market
        self.venue: Final = venue
        self.is_usable = False
        self.fee_ppm = 0
        self.price: Ticks = 0
        """The far touch."""
        self.messages_left = -1
        self.beyond_ppm = 0
        """What it costs beyond the price of a level."""
        self.cost_ppm = 0
        """The same with the distance of its touch from the best one."""
        self.chosen: Lots = 0
        self.displayed: Lots = 0


def takes_at_once(instrument: InstrumentRecord, side: int, terms: Terms) -> bool:
    """Whether an order is meant to trade with what stands there: it says so, or its limit lies at
    or beyond the best touch."""
    if terms.post_only:
        return False
    if terms.order_type != LIMIT or terms.time_in_force in (IOC, FOK):
        return True
    for market in instrument.markets.values():
        far = market.far_price(side)
        if far > 0 and (terms.price >= far if side == BUY else terms.price <= far):
            return True
    return False


def look_at(ledger: Ledger, instrument: InstrumentRecord, side: int, is_taking: bool) -> list[Look]:
    """Every venue of an instrument, in the order in which they were defined, with its cost."""
    looks: list[Look] = []
    best: Ticks = 0
    for market in instrument.markets.values():
        venue = ledger.venues.get(market.venue)
        if venue is None:
            continue
        look = Look(market, venue)
        look.price = market.far_price(side)
        look.messages_left = venue.budget.orders_left(ledger.time_ns)
        look.is_usable = (
            venue.state <= DEGRADED
            and market.fault == 0
            and look.messages_left != 0
            and venue.paused_until_ns <= ledger.time_ns
            and (venue.in_flight_max == 0 or venue.in_flight < venue.in_flight_max)
            and (look.price > 0 or not is_taking)
        )
        looks.append(look)
        if look.is_usable and look.price > 0:
            is_first = best == 0
            if is_first or (look.price < best if side == BUY else look.price > best):
                best = look.price
    for look in looks:
        _cost(look, instrument, side, is_taking, best)
    return looks


def _cost(
    look: Look, instrument: InstrumentRecord, side: int, is_taking: bool, best: Ticks
) -> None:
    market, venue = look.market, look.venue
    spread_ppm = 0
    if market.is_two_sided() and market.ask > market.bid > 0:
        spread_ppm = (market.ask - market.bid) * PPM_ONE // market.bid
    look.fee_ppm = venue.taker_fee_ppm if is_taking else venue.maker_fee_ppm
    cost = look.fee_ppm + spread_ppm * (PPM_ONE - venue.filled_ppm()) // PPM_ONE
    cost += isqrt(instrument.variance_ppm2 * venue.latency_ns // NS_PER_SECOND)
    if venue.state != HEALTHY:
        cost += spread_ppm
    if not is_taking:
        near = market.bid_quantity if side == BUY else market.ask_quantity
        # A queue as long as the touch itself is taken for certain to stand before us.
        far = market.far_quantity(side)
        if near + far > 0:
            cost += spread_ppm * near // (2 * (near + far))
    look.beyond_ppm = cost
    look.cost_ppm = cost
    if is_taking and best > 0 and look.price > 0:
        look.cost_ppm += _away_ppm(look.price, best, side)


def _away_ppm(price: Ticks, best: Ticks, side: int) -> int:
    """How much worse a price is than the best one."""
    away = price - best if side == BUY else best - price
    return away * PPM_ONE // best


def best_of(looks: list[Look]) -> Look | None:
    """The usable venue that costs least; the first of equals."""
    best: Look | None = None
    for look in looks:
        if look.is_usable and (best is None or look.cost_ppm < best.cost_ppm):
            best = look
    return best


def split(proposal: Proposal, looks: list[Look], is_taking: bool) -> Ticks:
    """This gives each venue its part of a sized order; the parts are together its quantity. The
    answer is the worst price that any part may trade at; 0 leaves it to each part's own terms.
    Cost: one step per level that is displayed, and their sorting."""
    best = best_of(looks)
    if best is None:
        # Nobody can be chosen: it stays where it was, and the gate says why not.
        for look in looks:
            if look.market is proposal.market:
                look.chosen = proposal.quantity
        return 0
    if not is_taking or proposal.time_in_force == FOK:
        best.chosen = proposal.quantity
        return 0
    side, worst = proposal.side, _worst(proposal, looks)
    touch = best_touch(looks, side)
    levels: list[tuple[int, int, Ticks, Lots]] = []
    for place, look in enumerate(looks):
        if not look.is_usable:
            continue
        for price, quantity in _levels(look.market, side):
            if worst > 0 and (price > worst if side == BUY else price < worst):
                break
            look.displayed += quantity
            cost = look.beyond_ppm + _away_ppm(price, touch, side)
            levels.append((cost, place, price, quantity))
    levels.sort()
    left = proposal.quantity
    for _, place, _, quantity in levels:
        taken = quantity if quantity < left else left
        looks[place].chosen += taken
        left -= taken
        if left == 0:
            break
    best.chosen += left
    return worst


def best_touch(looks: list[Look], side: int) -> Ticks:
    """The best far touch among the usable venues; 0 when there is none."""
    best: Ticks = 0
    for look in looks:
        if not look.is_usable or look.price == 0:
            continue
        if best == 0 or (look.price < best if side == BUY else look.price > best):
            best = look.price
    return best


def _worst(proposal: Proposal, looks: list[Look]) -> Ticks:
    """The worst price that the order may trade at, wherever; 0 for a market order."""
    if proposal.order_type == LIMIT:
        return proposal.limit
    if proposal.order_type != MARKETABLE_LIMIT:
        return 0
    touch = best_touch(looks, proposal.side)
    step = -proposal.protection if proposal.side == SELL else proposal.protection
    return touch + step if touch + step > 1 else 1


def _levels(market: MarketRecord, side: int) -> tuple[tuple[int, int], ...]:
    levels = market.asks if side == BUY else market.bids
    if len(levels) > 0:
        return levels
    return ((market.far_price(side), market.far_quantity(side)),)


def route_of(decision: Sequence, proposal: Proposal, looks: list[Look]) -> OrderRouted:
    """What was known of each venue, and chosen, for the record."""
    seen: list[VenueSeen] = []
    for look in looks:
        venue = look.venue
        seen.append(
            VenueSeen(
                venue.name,
                venue.state,
                look.price,
                look.displayed,
                look.fee_ppm,
                venue.latency_ns,
                venue.filled_ppm(),
                look.messages_left,
                look.cost_ppm,
                look.chosen,
            )
        )
    return OrderRouted(
        decision,
        proposal.line,
        SMART,
        proposal.symbol,
        proposal.side,
        proposal.quantity,
        tuple(seen),
    )
