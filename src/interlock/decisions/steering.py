"""Steering: what feedback changes of a planned order. It chooses another venue, another kind of
order or a smaller quantity, and never refuses: that is for the controls.

What only takes risk away is left as it was asked (law 6).
"""

from typing import Final

from interlock.decisions.proposal import Proposal
from interlock.decisions.routing import BEST_PRICE, is_shut
from interlock.ledger.feedback import FeedbackRecord
from interlock.ledger.instruments import InstrumentRecord, MarketRecord
from interlock.ledger.ledger import Ledger
from interlock.messages.feedback import BOUNDED, IMPACT, SIZE, THROTTLE, VOLUME, WEIGHT
from interlock.messages.terms import BUY, FOK, IOC, MARKET, MARKETABLE_LIMIT
from interlock.messages.units import BPS_ONE, NS_PER_DAY, PPM_ONE, Lots, Nanoseconds

WEIGHED: Final = ", weighed"
"""What is added to the name of the routing rule where a weight chose another venue."""
ALL: Final = "all"


def market_subject(symbol: str, venue: str) -> str:
    return f"{symbol}@{venue}"


def volume_subject(symbol: str, bucket: int) -> str:
    return f"{symbol}#{bucket}"


def reroute(ledger: Ledger, instrument: InstrumentRecord, proposal: Proposal) -> None:
    """What the venues' orders came to lately may choose another than the best price did."""
    chosen = proposal.market
    if ledger.feedback.rules is None or ledger.routing != BEST_PRICE or chosen is None:
        return
    best = weigh(ledger.feedback, instrument, proposal.side, chosen, ledger.time_ns)
    if best is not chosen and not is_shut(best, ledger):
        proposal.market = best
        proposal.route += WEIGHED


def weigh(
    feedback: FeedbackRecord,
    instrument: InstrumentRecord,
    side: int,
    chosen: MarketRecord,
    time_ns: Nanoseconds,
) -> MarketRecord:
    """The market that is best when each price counts as worse by what its venue lacks of its
    weight, times the reach of the rules; the one chosen where none is better than it."""
    rules = feedback.rules
    if rules is None or rules.weight_step_bps == 0 or chosen.far_quantity(side) == 0:
        return chosen
    best = chosen
    best_price = _weighed(feedback, instrument.symbol, chosen, side, time_ns)
    for market in instrument.markets.values():
        if market.fault != 0 or market.far_quantity(side) == 0:
            continue
        price = _weighed(feedback, instrument.symbol, market, side, time_ns)
        if price < best_price if side == BUY else price > best_price:
            best, best_price = market, price
    return best


def _weighed(
    feedback: FeedbackRecord, symbol: str, market: MarketRecord, side: int, time_ns: Nanoseconds
) -> int:
    """A far price with its venue's handicap, in ticks times 10^10: exact."""
    assert feedback.rules is not None, "prices are weighed without rules"
    weight = feedback.value(WEIGHT, market_subject(symbol, market.venue), time_ns)
    handicap = (BPS_ONE - weight) * feedback.rules.reach_ppm
    whole = BPS_ONE * PPM_ONE
    price = market.far_price(side)
    return price * (whole + handicap) if side == BUY else price * (whole - handicap)


def steer_kind(ledger: Ledger, proposal: Proposal) -> None:
    """A market order becomes a marketable limit where market orders are bounded."""
    feedback, time_ns = ledger.feedback, ledger.time_ns
    rules, market = feedback.rules, proposal.market
    if rules is None or rules.bounded_above_ppm == 0 or market is None:
        return
    if proposal.order_type != MARKET or is_closing(proposal):
        return
    subject = market_subject(proposal.symbol, market.venue)
    far = market.far_price(proposal.side)
    if far == 0 or feedback.value(BOUNDED, subject, time_ns) == 0:
        return
    proposal.order_type = MARKETABLE_LIMIT
    proposal.protection = far * rules.bound_ppm // PPM_ONE
    if proposal.time_in_force != FOK:
        # A market order never rests.
        proposal.time_in_force = IOC
        proposal.expire_ns = 0


def steer_size(ledger: Ledger, source: str, proposal: Proposal) -> None:
    """This makes an order smaller, to one lot at the least. Cost: four looks."""
    feedback, time_ns = ledger.feedback, ledger.time_ns
    rules, instrument = feedback.rules, proposal.instrument
    if (
        proposal.problem != 0
        or rules is None
        or instrument is None
        or proposal.quantity <= 1
        or is_closing(proposal)
    ):
        return
    quantity = proposal.quantity
    share = size_share(feedback, source, instrument.currency, time_ns)
    if share < BPS_ONE:
        quantity = quantity * share // BPS_ONE
    traded = expected_volume(feedback, instrument, time_ns)
    if traded >= 0:
        quantity = min(quantity, traded * rules.participation_bps // BPS_ONE)
    largest = impact_cap(feedback, proposal, time_ns)
    if largest >= 0:
        quantity = min(quantity, largest)
    quantity = max(quantity, 1)
    if quantity < proposal.quantity:
        proposal.quantity = quantity
        proposal.capped = True
        if proposal.display > quantity:
            proposal.display = quantity


def size_share(feedback: FeedbackRecord, source: str, currency: str, time_ns: Nanoseconds) -> int:
    """How much of what it would be an order of a source is, in basis points."""
    subject = f"{source} {currency}"
    size = feedback.value(SIZE, subject, time_ns)
    return min(size, feedback.value(THROTTLE, subject, time_ns))


def expected_volume(
    feedback: FeedbackRecord, instrument: InstrumentRecord, time_ns: Nanoseconds
) -> Lots:
    """What is traded at this time of day by the volume curve, or in the part of the day before it;
    -1 where nobody knows or the rules do not ask."""
    rules = feedback.rules
    if rules is None or rules.participation_bps == 0 or rules.bucket_ns == 0:
        return -1
    of_day = (time_ns + instrument.utc_offset_ns) % NS_PER_DAY
    bucket = of_day // rules.bucket_ns
    for place in (bucket, bucket - 1):
        found = feedback.standing(VOLUME, volume_subject(instrument.symbol, place), time_ns)
        if found is not None:
            return found.value
    return -1


def impact_cap(feedback: FeedbackRecord, proposal: Proposal, time_ns: Nanoseconds) -> Lots:
    """The largest order that takes liquidity whose impact is as expected no more than the rules
    allow, by root * sqrt(quantity / displayed); -1 where there is no such bound."""
    rules, market = feedback.rules, proposal.market
    if rules is None or rules.impact_max_ppm == 0 or market is None or not proposal.would_take():
        return -1
    root = feedback.value(IMPACT, ALL, time_ns)
    if root <= 0:
        return -1
    displayed = market.far_quantity(proposal.side)
    return displayed * rules.impact_max_ppm * rules.impact_max_ppm // (root * root)


def is_closing(proposal: Proposal) -> bool:
    """Whether an order takes no more than its position has: nothing may make that smaller."""
    position = proposal.position
    if proposal.reduce_only:
        return True
    if position is None:
        return False
    quantity = proposal.quantity if proposal.quantity > 0 else proposal.asked
    return 0 < quantity <= position.reducing_room(proposal.side)
