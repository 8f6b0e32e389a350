"""Actions in words, with decimals in the instrument's units."""

from interlock.inputs.moments import moment_text
from interlock.messages.decisions import (
    Action,
    Basket,
    CancelOrders,
    Flatten,
    OrderQuantity,
    QuoteLadder,
    ReplaceOrder,
    TargetPosition,
    Terms,
    WorkOrder,
)
from interlock.messages.identity import order_text
from interlock.messages.terms import (
    LIMIT,
    MARKETABLE_LIMIT,
    ORDER_TYPES,
    SIDES,
    TIMES_IN_FORCE,
    name_of,
)
from interlock.messages.units import Lots, Ticks
from interlock.monitoring.context import Context
from interlock.monitoring.figures import Units
from interlock.monitoring.work_words import work_order_words


def action_words(context: Context, action: Action) -> str:
    """This is what a source asked for, as a phrase: `buy 10 COIN, limit 100.00, day, at alpha`."""
    units = context.units
    if isinstance(action, OrderQuantity):
        return _order(units, action)
    if isinstance(action, TargetPosition):
        target = units.quantity(action.instrument, action.target)
        terms = terms_words(units, action.instrument, action.terms)
        return f"bring the position to {target}, {terms}"
    if isinstance(action, Basket):
        lines = "; ".join(_order(units, line) for line in action.lines)
        return f"all or none of {len(action.lines)} orders: {lines}"
    if isinstance(action, QuoteLadder):
        symbol = action.instrument
        bids, asks = _levels(units, symbol, action.bids), _levels(units, symbol, action.asks)
        terms = terms_words(units, symbol, action.terms, is_priced=False)
        return f"quote {symbol}: bids {bids}; asks {asks}; {terms}"
    if isinstance(action, CancelOrders):
        if action.orders:
            return f"cancel {', '.join(order_text(order) for order in action.orders)}"
        return f"cancel all its orders that work{_in(action.instrument)}"
    if isinstance(action, ReplaceOrder):
        symbol = context.instrument_of(action.order) or action.instrument
        amount = units.at(symbol, action.quantity, action.price)
        return f"replace {order_text(action.order)} {symbol}".rstrip() + f" by {amount}"
    if isinstance(action, Flatten):
        beyond = ""
        if action.protection:
            # Without an instrument the number means other ticks in each.
            price = units.price_text(action.instrument, action.protection)
            beyond = f", at most {price} beyond the far touch"
        return f"cancel what works and close the position{_in(action.instrument)}{beyond}"
    if isinstance(action, WorkOrder):
        return work_order_words(units, action)
    parameters = ", ".join(f"{name}={value!r}" for name, value in action.parameters.items())
    return f"{action.name}({parameters})"


def instruments_of(action: Action) -> tuple[str, ...]:
    """The instruments that an action names."""
    if isinstance(action, Basket):
        return tuple(line.instrument for line in action.lines)
    symbol = getattr(action, "instrument", "")
    return (symbol,) if symbol else ()


def terms_words(units: Units, symbol: str, terms: Terms, *, is_priced: bool = True) -> str:
    """This is how an order should meet the market."""
    parts = [name_of(ORDER_TYPES, terms.order_type).replace("_", " ")]
    if terms.order_type == LIMIT and is_priced:
        parts[0] += f" {units.price_text(symbol, terms.price)}"
    elif terms.order_type == MARKETABLE_LIMIT:
        parts[0] += f" at most {units.price_text(symbol, terms.protection)} beyond the far touch"
    parts.append(name_of(TIMES_IN_FORCE, terms.time_in_force))
    if terms.expire_ns:
        parts[-1] += f" {moment_text(terms.expire_ns)}"
    if terms.post_only:
        parts.append("post-only")
    if terms.reduce_only:
        parts.append("reduce-only")
    if terms.display:
        parts.append(f"showing {units.quantity(symbol, terms.display).text}")
    parts.append(f"at {terms.venue}" if terms.venue else "wherever the router says")
    return ", ".join(parts)


def _order(units: Units, order: OrderQuantity) -> str:
    quantity = units.quantity(order.instrument, order.quantity)
    size = f"{quantity.text} " if order.quantity else "as much as its rule says of "
    if order.instrument not in units.instruments and order.quantity:
        size = f"{quantity} of "
    terms = terms_words(units, order.instrument, order.terms)
    return f"{name_of(SIDES, order.side)} {size}{order.instrument}, {terms}"


def _levels(units: Units, symbol: str, levels: tuple[tuple[Ticks, Lots], ...]) -> str:
    return ", ".join(units.at(symbol, quantity, price) for price, quantity in levels) or "none"


def _in(symbol: str) -> str:
    return f" in {symbol}" if symbol else " in every instrument"
