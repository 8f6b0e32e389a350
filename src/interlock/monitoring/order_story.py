"""The part of a story that one order plays: its life, its fills, what they cost."""

from typing import Final

from interlock.messages.definitions import Instrument
from interlock.messages.events import OrderCleared
from interlock.messages.identity import order_text
from interlock.messages.terms import (
    BUY,
    ORDER_STATUSES,
    ORDER_TYPES,
    SIDES,
    TIMES_IN_FORCE,
    name_of,
)
from interlock.messages.units import (
    Lots,
    Minor,
    Ticks,
    bps_of,
    format_decimal,
)
from interlock.monitoring.context import Context
from interlock.monitoring.figures import Figure, Units, moment
from interlock.monitoring.latencies import answers, latencies_of
from interlock.monitoring.story import Conclusion, CostPart, FillPart, OrderPart, RequestPart
from interlock.monitoring.trails import COUNTED, Trail, TrailFill

AVERAGE_DIGITS: Final = 4
"""Digits of an average price beyond those of a price."""


def order_part(context: Context, trail: Trail) -> OrderPart:
    """This is the whole of an order's story. Cost: its steps."""
    units, record, cleared = context.units, trail.record, trail.cleared
    assert cleared is not None, f"order {trail.order} was not cleared by this decision"
    symbol, first = cleared.instrument, trail.steps[0]
    return OrderPart(
        order=trail.order,
        name=order_text(trail.order),
        client_id=context.client_id(trail.order),
        address=first.concluded[0].address,
        instrument=symbol,
        account=cleared.account,
        source=cleared.source,
        venue=cleared.venue,
        venue_order_id=record.venue_order_id,
        side=name_of(SIDES, cleared.side),
        order_type=name_of(ORDER_TYPES, cleared.order_type),
        time_in_force=name_of(TIMES_IN_FORCE, cleared.time_in_force),
        quantity=units.quantity(symbol, cleared.quantity),
        price=units.price(symbol, cleared.price),
        display=units.quantity(symbol, cleared.display),
        expires=moment(cleared.expire_ns) if cleared.expire_ns else None,
        post_only=cleared.post_only,
        reduce_only=cleared.reduce_only,
        release=cleared.release,
        epoch=cleared.epoch,
        cleared=first.time,
        steps=trail.steps,
        fills=[_fill_part(units, cleared, fill) for fill in trail.fills.values()],
        latencies=latencies_of(trail.steps),
        cost=_cost(units, cleared, list(trail.fills.values())),
        status=name_of(ORDER_STATUSES, record.status),
        is_open=record.is_open(),
        ended=moment(trail.ended_ns) if trail.ended_ns >= 0 else None,
        quantity_now=units.quantity(symbol, record.quantity),
        price_now=units.price(symbol, record.price),
        leaves=units.quantity(symbol, record.leaves()),
        reserved=units.quantity(symbol, record.reserved),
    )


def request_part(context: Context, trail: Trail) -> RequestPart:
    """This is what became of a cancel or a change that was asked of another decision's order."""
    units, record = context.units, trail.record
    symbol, first = record.instrument.symbol, trail.steps[0]
    asked = first.concluded[0]
    answer, answered_ns = "", -1
    said = answer_of(trail, asked)
    if said is not None:
        answer, answered_ns = said.words, trail.steps[-1].time.ns - first.time.ns
    return RequestPart(
        order=trail.order,
        name=order_text(trail.order),
        decision=trail.record.decision,
        address=asked.address,
        time=first.time,
        kind=asked.kind,
        words=asked.words,
        instrument=symbol,
        side=name_of(SIDES, record.side),
        venue=record.venue.name,
        steps=trail.steps,
        answer=answer,
        answered_ns=answered_ns,
        status=name_of(ORDER_STATUSES, record.status),
        filled=units.quantity(symbol, record.filled),
        leaves=units.quantity(symbol, record.leaves()),
    )


def answer_of(trail: Trail, asked: Conclusion) -> Conclusion | None:
    """What the last step concluded about a request; None while it is not answered."""
    last = trail.steps[-1]
    if last is trail.steps[0]:
        return None
    for said in last.concluded:
        if answers(asked, said):
            return said
    # An order that filled first needs no other answer.
    return last.concluded[0] if last.concluded and not trail.record.is_open() else None


def _fill_part(units: Units, cleared: OrderCleared, fill: TrailFill) -> FillPart:
    symbol = cleared.instrument
    instrument = units.instruments[symbol]
    cost = _fill_cost(instrument, cleared, fill.quantity, fill.price)
    return FillPart(
        address=fill.address,
        time=moment(fill.time_ns),
        execution_id=fill.execution_id,
        quantity=units.quantity(symbol, fill.quantity),
        price=units.price(symbol, fill.price),
        value=units.money(symbol, _value(instrument, fill)),
        fee=units.money(symbol, fill.fee),
        liquidity=fill.liquidity,
        state=fill.state,
        is_late=fill.is_late,
        cost=units.money(symbol, cost) if cost is not None else None,
    )


def _value(instrument: Instrument, fill: TrailFill) -> Minor:
    return fill.price * fill.quantity * instrument.minor_per_tick_lot


def _fill_cost(
    instrument: Instrument, cleared: OrderCleared, quantity: Lots, price: Ticks
) -> Minor | None:
    """What a fill cost against the mid at clearing; half a smallest unit rounds down, as in the
    account of the session, so that the two agree."""
    if cleared.arrival_bid <= 0 or cleared.arrival_ask <= 0:
        return None
    distance = 2 * price - cleared.arrival_bid - cleared.arrival_ask
    if cleared.side != BUY:
        distance = -distance
    return distance * quantity * instrument.minor_per_tick_lot // 2


def _cost(units: Units, cleared: OrderCleared, fills: list[TrailFill]) -> CostPart:
    symbol = cleared.instrument
    instrument = units.instruments[symbol]
    counted = [fill for fill in fills if fill.state == COUNTED]
    filled = sum(fill.quantity for fill in counted)
    value = sum(_value(instrument, fill) for fill in counted)
    fees = sum(fill.fee for fill in counted)
    costs = [_fill_cost(instrument, cleared, fill.quantity, fill.price) for fill in counted]
    against = None if None in costs or not costs else sum(cost for cost in costs if cost)
    bps: Figure | None = None
    if against is not None:
        hundredths = bps_of(against * 100, value)
        bps = Figure(hundredths, format_decimal(hundredths, 2), "bp")
    return CostPart(
        filled=units.quantity(symbol, filled),
        value=units.money(symbol, value),
        average_price=_average(instrument, counted, filled),
        fees=units.money(symbol, fees),
        arrival_bid=units.price(symbol, cleared.arrival_bid),
        arrival_ask=units.price(symbol, cleared.arrival_ask),
        arrival_mid=units.mid_text(symbol, cleared.arrival_bid, cleared.arrival_ask),
        against_arrival=units.money(symbol, against) if against is not None else None,
        against_arrival_bps=bps,
        with_fees=units.money(symbol, against + fees) if against is not None else None,
    )


def _average(instrument: Instrument, fills: list[TrailFill], filled: Lots) -> str:
    if filled == 0:
        return ""
    total = sum(fill.price * fill.quantity for fill in fills)
    scaled = total * instrument.tick_units * int(10**AVERAGE_DIGITS)
    rounded = (2 * scaled + filled) // (2 * filled)
    text = format_decimal(rounded, instrument.price_digits + AVERAGE_DIGITS)
    # Zeros that a price would not show say nothing.
    for _ in range(AVERAGE_DIGITS):
        if text.endswith("0"):
            text = text[:-1]
    return text.removesuffix(".")
