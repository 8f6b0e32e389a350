"""Working: what a large order must be to be worked, and how its children meet the market."""

from interlock.decisions.proposal import Proposal
from interlock.decisions.schedules import SLICES_MAX, flow, slices_of
from interlock.ledger.instruments import MarketRecord
from interlock.ledger.ledger import Ledger
from interlock.ledger.waiting import WaitingDecision
from interlock.ledger.work_table import WORKS_MAX
from interlock.ledger.works import WorkRecord
from interlock.messages.decisions import Terms, WorkOrder
from interlock.messages.reasons import INVALID_TERMS, NONE
from interlock.messages.terms import (
    ALGORITHMS,
    BUY,
    CLOSE,
    DAY,
    ICEBERG,
    IOC,
    LIMIT,
    MARKETABLE_LIMIT,
    POV,
    REST,
    SELL,
    SHORTFALL,
    STYLES,
    VWAP,
)
from interlock.messages.units import PPM_ONE, Ticks
from interlock.messages.work_reasons import (
    BEYOND_PRICE_LIMIT,
    CURVE_MISSING,
    TOO_MANY_WORKS,
    WORK_TIMES,
)


def objection_to_work(ledger: Ledger, waiting: WaitingDecision, order: WorkOrder) -> int:
    """Why a large order cannot be worked at all; 0 when it can. Cost: one step per bucket of its
    volume curve."""
    if _is_contradictory(order):
        return INVALID_TERMS
    starts_ns = starts_of(ledger, order)
    if order.ends_ns <= starts_ns or order.ends_ns > waiting.valid_until_ns:
        return WORK_TIMES
    if slices_of(starts_ns, order.ends_ns, order.interval_ns) > SLICES_MAX:
        return WORK_TIMES
    if len(ledger.works.active) >= WORKS_MAX:
        return TOO_MANY_WORKS
    instrument = ledger.instruments.get(order.instrument)
    if order.algorithm == VWAP and instrument is not None:
        curve = ledger.works.curves.get(order.instrument)
        offset_ns = instrument.utc_offset_ns
        if curve is None or flow(curve, offset_ns, starts_ns, order.ends_ns) == 0:
            return CURVE_MISSING
    return NONE


def starts_of(ledger: Ledger, order: WorkOrder) -> int:
    """This is when an order begins to be worked: not before it is judged."""
    return order.starts_ns if order.starts_ns > ledger.time_ns else ledger.time_ns


def _is_contradictory(order: WorkOrder) -> bool:
    """Whether its terms cannot be meant together."""
    algorithm = order.algorithm
    if order.side not in (BUY, SELL) or order.quantity <= 0 or order.interval_ns <= 0:
        return True
    if algorithm not in ALGORITHMS or order.style not in STYLES or order.catch_up < 1:
        return True
    if order.price < 0 or order.protection < 0 or order.slice_max < 0:
        return True
    if not 0 <= order.participation_ppm <= PPM_ONE:
        return True
    if algorithm == POV and order.participation_ppm == 0:
        return True
    if algorithm in (SHORTFALL, CLOSE) and order.half_life_ns <= 0:
        return True
    return algorithm == ICEBERG and (order.slice_max == 0 or order.price == 0)


def terms_of_whole(order: WorkOrder) -> Terms:
    """How the whole would meet the market, as far as the gate asks of it."""
    return Terms(
        order_type=MARKETABLE_LIMIT,
        protection=order.protection,
        time_in_force=IOC,
        reduce_only=order.reduce_only,
        venue=order.venue,
    )


def is_resting(work: WorkRecord) -> bool:
    """Whether its children rest. One that is to finish now takes."""
    return not work.is_hurried and (work.style == REST or work.algorithm == ICEBERG)


def terms_of_child(work: WorkRecord) -> Terms:
    """How the next child meets the market; the price of one that rests at the touch is 0 yet."""
    if not is_resting(work):
        return Terms(
            order_type=MARKETABLE_LIMIT,
            protection=work.protection,
            time_in_force=IOC,
            reduce_only=work.reduce_only,
            venue=work.venue,
        )
    return Terms(
        order_type=LIMIT,
        price=work.price if work.algorithm == ICEBERG else 0,
        time_in_force=DAY,
        reduce_only=work.reduce_only,
        venue=work.venue,
    )


def terms_at_touch(work: WorkRecord, market: MarketRecord | None) -> Terms:
    """A child that rests joins its own side's best price, and never passes the work's limit. With
    nothing to join it has no price."""
    return Terms(
        order_type=LIMIT,
        price=resting_price(work, market),
        time_in_force=DAY,
        post_only=True,
        reduce_only=work.reduce_only,
        venue=work.venue,
    )


def resting_price(work: WorkRecord, market: MarketRecord | None) -> Ticks:
    """This is where a child would rest now; 0 when nothing stands on its own side."""
    if work.algorithm == ICEBERG:
        return work.price
    if market is None:
        return 0
    if work.side == BUY:
        near = market.bid if market.bid_quantity > 0 else 0
        return work.price if 0 < work.price < near else near
    near = market.ask if market.ask_quantity > 0 else 0
    return work.price if near > 0 and work.price > near else near


def within_limit(work: WorkRecord, child: Proposal) -> tuple[Ticks, int]:
    """This is the worst price that a child which takes may have, and BEYOND_PRICE_LIMIT when
    nothing may be taken at all."""
    far = child.market.far_price(work.side) if child.market is not None else 0
    if work.price == 0 or far == 0:
        return child.price, NONE
    if work.side == BUY:
        if far > work.price:
            return child.price, BEYOND_PRICE_LIMIT
        return (child.price if child.price < work.price else work.price), NONE
    if far < work.price:
        return child.price, BEYOND_PRICE_LIMIT
    return (child.price if child.price > work.price else work.price), NONE
