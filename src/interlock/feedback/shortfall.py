"""Shortfall: the pure arithmetic of one order's outcome. Whole numbers in, whole numbers out."""

from interlock.feedback.outcomes import (
    HORIZONS,
    REALISED_AT,
    DecisionOutcome,
    FillOutcome,
    OrderOutcome,
    Shortfall,
)
from interlock.messages.terms import BUY, MAKER


def sign_of(side: int) -> int:
    """1 for a buy, -1 for a sell: a cost is this times a price difference."""
    return 1 if side == BUY else -1


def shortfall_of(outcome: OrderOutcome) -> Shortfall:
    """This splits the order's implementation shortfall. Raises `ValueError` when it has none.

    With decision mid D, release mid R, and for each fill price p, quantity q, the mid m just
    before it and the touch t that it took:

        paper to reality  = sum q (p - D)       = filled (R - D)  + sum q (m - R)
                                                  + sum q (t - m) + sum q (p - t)
        fees              = what the venue took
        opportunity       = (ordered - filled) (E - D), with the mid E when it ended

    all times the side's sign. A fill that gave liquidity took no touch: its t is its own price, so
    that what it earned on the mid is spread, and its impact is nothing.
    """
    why = outcome.unmeasured_because()
    if why:
        raise ValueError(f"order {outcome.order} has no shortfall: {why}")
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    decision, release = outcome.decision_mid_twice, outcome.release_mid_twice
    parts = Shortfall()
    filled = 0
    for fill in outcome.fills:
        touch = touch_of(fill)
        filled += fill.quantity
        parts.timing_twice += factor * fill.quantity * (fill.mid_twice - release)
        parts.spread_twice += factor * fill.quantity * (2 * touch - fill.mid_twice)
        parts.impact_twice += factor * fill.quantity * 2 * (fill.price - touch)
        parts.fees_twice += 2 * fill.fee
    parts.delay_twice = factor * filled * (release - decision)
    left = outcome.quantity - filled
    if left > 0:
        parts.opportunity_twice = factor * left * (outcome.end_mid_twice - decision)
    return parts


def touch_of(fill: FillOutcome) -> int:
    """The touch that a fill took; for one that gave liquidity, its own price."""
    if fill.liquidity == MAKER or fill.far_touch == 0:
        return fill.price
    return fill.far_touch


def effective_spread_twice(outcome: OrderOutcome, fill: FillOutcome) -> int:
    """Twice the distance from the mid, as paid: 2 q (p - m), in half minor units.

    SEC Rule 605 of Regulation NMS, 17 CFR 242.600(b), "average effective spread".
    """
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    return 2 * factor * fill.quantity * (2 * fill.price - fill.mid_twice)


def realised_spread_twice(outcome: OrderOutcome, fill: FillOutcome) -> int | None:
    """The same against the mid ten seconds later: what is left to whoever gave liquidity."""
    later = fill.mids_later_twice[REALISED_AT]
    if not later:
        return None
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    return 2 * factor * fill.quantity * (2 * fill.price - later)


def improvement_twice(outcome: OrderOutcome, fill: FillOutcome) -> int | None:
    """How much better than the far touch a fill that took liquidity was; negative is worse.

    SEC Rule 605, "shares executed with price improvement". None for a fill that gave liquidity.
    """
    if fill.liquidity == MAKER or fill.far_touch == 0:
        return None
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    return 2 * factor * fill.quantity * (fill.far_touch - fill.price)


def markout_twice(outcome: OrderOutcome, fill: FillOutcome, horizon: int) -> int | None:
    """What the fill had gained by a horizon, mid against price; None where there was no mid."""
    later = fill.mids_later_twice[horizon]
    if not later:
        return None
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    return factor * fill.quantity * (later - 2 * fill.price)


def fill_value_twice(outcome: OrderOutcome, fill: FillOutcome) -> int:
    """What the fill traded, in half minor units."""
    return 2 * fill.price * fill.quantity * outcome.minor_per_tick_lot


def against_price_twice(outcome: OrderOutcome, value: int, volume: int) -> int | None:
    """The order's cost against a benchmark of `value` ticks-times-lots over `volume` lots, such as
    the VWAP of what traded while it worked; None where nothing traded. Rounded towards zero."""
    filled = outcome.filled
    if volume <= 0 or filled == 0:
        return None
    ticks = sum(fill.price * fill.quantity for fill in outcome.fills)
    distance = 2 * (ticks * volume - value * filled)
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    sign = 1 if distance >= 0 else -1
    return factor * sign * (abs(distance) // volume)


def worth_twice(outcome: DecisionOutcome, horizon: int) -> int | None:
    """What the decision's whole line had gained by a horizon had it traded at once at the mid: the
    decision's own worth, before any execution. None where a mid is missing."""
    assert 0 <= horizon < len(HORIZONS), f"horizon was {horizon}"
    later = outcome.mids_later_twice[horizon]
    if not later or not outcome.mid_twice:
        return None
    factor = sign_of(outcome.side) * outcome.minor_per_tick_lot
    return factor * outcome.asked * (later - outcome.mid_twice)
