"""Comparing: an order or an execution as a venue states it, against ours, one rule per class."""

from interlock.kernel.differing import Differences, is_in_flight, scope_of
from interlock.kernel.reports import conclude_report, is_execution
from interlock.ledger import life
from interlock.ledger.orders import OrderRecord
from interlock.ledger.positions import TOTAL_MAX
from interlock.messages.commands import ReportOrder
from interlock.messages.differences import (
    DROP_COPY_DIFFERS,
    FILL_DIFFERS,
    FILL_MISSED,
    FILL_UNKNOWN_TO_VENUE,
    FILL_WITHOUT_ID,
    ORDER_IS_ANOTHER,
    ORDER_STATUS_DIFFERS,
    PRICE_DIFFERS,
    QUANTITY_DIFFERS,
    STATEMENT_CONTRADICTS_ITSELF,
    STATEMENT_MALFORMED,
)
from interlock.messages.events import (
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
)
from interlock.messages.identity import order_text
from interlock.messages.reasons import (
    IMPOSSIBLE_TRANSITION,
    MALFORMED,
    NONE,
    VENUE_DECIDED,
    VENUE_REFUSED,
    reason_name,
)
from interlock.messages.statements import FillStated, OrderStated
from interlock.messages.terms import (
    CANCELLED,
    DONE_FOR_DAY,
    EXPIRED,
    FILLED,
    MARKET,
    ORDER_STATUSES,
    REJECTED,
    REPORT_FILL,
    UNKNOWN,
)


def compare_fill(differences: Differences, order: OrderRecord, stated: FillStated) -> None:
    """A venue states an execution of an order of ours. One that we lack is taken as if it had been
    reported, under the venue's id: the same whenever it is found, and never twice."""
    name = stated.execution_id
    known = order.fill_of(name)
    if known is not None:
        if known.quantity != stated.quantity or known.price != stated.price:
            text = (
                f"execution {name}: {known.quantity} at {known.price} here,"
                f" {stated.quantity} at {stated.price} there"
            )
            differences.stop_order(
                FILL_DIFFERS, order, known.quantity, stated.quantity, scope_of(order), text
            )
        return
    report = ReportOrder(
        differences.venue,
        order.order,
        REPORT_FILL,
        order.revision,
        name,
        stated.quantity,
        stated.price,
        stated.fee,
        stated.liquidity,
        "",
        0,
        "",
        "",
        stated.venue_time_ns,
    )
    reason = NONE
    if not is_execution(order, name, stated.quantity, stated.price, stated.fee):
        reason = MALFORMED
    elif not life.is_possible(order.status, life.FILL):
        reason = IMPOSSIBLE_TRANSITION
    if reason != NONE:
        text = f"execution {name[:100]} of {order_text(order.order)}: {reason_name(reason)}"
        differences.of_statement(STATEMENT_MALFORMED, text)
        return
    filled = order.filled
    text = f"execution {name}: {stated.quantity} at {stated.price}"
    differences.taken(FILL_MISSED, order, filled, filled + stated.quantity, text)
    conclude_report(differences.ledger, differences.recorder, report)


def compare_copied_fill(differences: Differences, order: OrderRecord, stated: FillStated) -> None:
    """A drop copy has an execution. The venue's own answer was taken before it, so what we lack the
    venue lacks too: it is asked about the order, and if that does not help, the account stops."""
    name, quantity = stated.execution_id, stated.quantity
    known = order.fill_of(name)
    if known is not None and known.quantity == quantity and known.price == stated.price:
        return
    account = f"account:{order.position.account.name}"
    if known is not None:
        text = (
            f"execution {name}: {known.quantity} at {known.price} here and at the venue,"
            f" {quantity} at {stated.price} in the drop copy"
        )
        differences.stop_order(DROP_COPY_DIFFERS, order, known.quantity, quantity, account, text)
        return
    text = f"execution {name[:100]}: the drop copy has it, the venue and we do not"
    if order.difference == DROP_COPY_DIFFERS:
        differences.stop_copied(order, quantity, account, text)
    else:
        differences.doubt(DROP_COPY_DIFFERS, order, 0, quantity, text)


def compare_order(differences: Differences, order: OrderRecord, stated: OrderStated) -> None:
    """A venue states an order that we know: the two become one, or its scope stops."""
    if not _is_same(order, stated):
        text = f"{order_text(order.order)} is {stated.account} {stated.instrument} there"
        scope = f"venue:{differences.venue}"
        differences.stop_order(ORDER_IS_ANOTHER, order, order.side, stated.side, scope, text)
        return
    if not is_sane(stated):
        text = f"{order_text(order.order)}: {stated.filled} of {stated.quantity} at {stated.price}"
        differences.of_statement(STATEMENT_MALFORMED, text)
        return
    if is_in_flight(order, differences.question):
        return
    text = f"{order_text(order.order)} is {ORDER_STATUSES[stated.status]} there"
    if stated.filled < order.filled:
        differences.stop_order(
            FILL_UNKNOWN_TO_VENUE, order, order.filled, stated.filled, scope_of(order), text
        )
        return
    if stated.filled > order.filled:
        differences.doubt(FILL_WITHOUT_ID, order, order.filled, stated.filled, text)
        return

    # From here on both agree about what was traded.
    if life.is_over(stated.status):
        _end(differences, order, stated, text)
    else:
        _go_on(differences, order, stated, text)


def _is_same(order: OrderRecord, stated: OrderStated) -> bool:
    return (
        stated.instrument == order.instrument.symbol
        and stated.account == order.position.account.name
        and stated.side == order.side
    )


def is_sane(stated: OrderStated) -> bool:
    """Whether an order can have these numbers at all."""
    return (
        stated.status in ORDER_STATUSES
        and 0 < stated.quantity <= TOTAL_MAX
        and 0 <= stated.filled <= stated.quantity
        and 0 <= stated.price <= TOTAL_MAX
        and 0 <= stated.revision <= TOTAL_MAX
    )


def _go_on(differences: Differences, order: OrderRecord, stated: OrderStated, text: str) -> None:
    """It is open there."""
    is_equal = _same_size(differences, order, stated, text)
    if not order.is_open():
        differences.doubt(ORDER_STATUS_DIFFERS, order, order.status, stated.status, text)
    elif order.status == UNKNOWN or (
        order.status == DONE_FOR_DAY and stated.status != DONE_FOR_DAY
    ):
        differences.taken(ORDER_STATUS_DIFFERS, order, order.status, stated.status, text)
        differences.recorder.conclude(OrderRestated(order.order, order.quantity))
    elif is_equal:
        differences.equal_order(order)


def _same_size(
    differences: Differences, order: OrderRecord, stated: OrderStated, text: str
) -> bool:
    """Its quantity and price become the venue's; whether they were. The number of a revision alone
    is no difference."""
    price = stated.price if stated.price > 0 and order.order_type != MARKET else order.price
    revision = stated.revision if stated.revision > order.revision else order.revision
    if stated.quantity == order.quantity and price == order.price and revision == order.revision:
        return True
    value = order.instrument.value(price, stated.quantity)
    has_room = order.position.has_room_to_reserve(stated.quantity, value)
    if not has_room or not life.is_possible(order.status, life.REPLACE):
        if stated.quantity != order.quantity and order.is_open():
            differences.of_statement(STATEMENT_MALFORMED, text)
        return False
    if stated.quantity != order.quantity:
        differences.taken(QUANTITY_DIFFERS, order, order.quantity, stated.quantity, text)
    elif price != order.price:
        differences.taken(PRICE_DIFFERS, order, order.price, stated.price, text)
    differences.recorder.conclude(OrderReplaced(order.order, revision, stated.quantity, price))
    return False


def _end(differences: Differences, order: OrderRecord, stated: OrderStated, text: str) -> None:
    """It has ended there."""
    recorder, status = differences.recorder, stated.status
    if not order.is_open():
        differences.equal_order(order)
        return
    if status == FILLED and stated.quantity != order.filled:
        differences.of_statement(STATEMENT_CONTRADICTS_ITSELF, text)
        return
    happening = life.REPLACE if status == FILLED else life.ENDINGS[status]
    if not life.is_possible(order.status, happening):
        differences.doubt(ORDER_STATUS_DIFFERS, order, order.status, status, text)
        return
    differences.taken(ORDER_STATUS_DIFFERS, order, order.status, status, text)
    number = order.order
    if status == FILLED:
        recorder.conclude(OrderReplaced(number, order.revision, order.filled, order.price))
    elif status == CANCELLED:
        recorder.conclude(OrderCancelled(number, VENUE_DECIDED))
    elif status == EXPIRED:
        recorder.conclude(OrderExpired(number, False))
    else:
        assert status == REJECTED, f"order {number} ended as {status}"
        recorder.conclude(OrderRejected(number, VENUE_REFUSED, ""))
