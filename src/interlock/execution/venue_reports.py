"""Reports and statements, as they go over the line to a venue and as the commands they become."""

from interlock.execution.venue_words import Report, State, StatedFill, StatedOrder, StatedPosition
from interlock.messages.commands import ReportOrder
from interlock.messages.identity import order_of_client_id
from interlock.messages.statements import (
    CHANNEL_VENUE,
    FillStated,
    OrderStated,
    PositionStated,
    ReportVenue,
)
from interlock.messages.units import OrderId


def report_word(number: int, client_id: str, report: ReportOrder) -> Report:
    """This is a report as it goes over the line."""
    return Report(
        number,
        client_id,
        report.kind,
        report.revision,
        report.execution_id,
        report.quantity,
        report.price,
        report.fee,
        report.liquidity,
        report.reference,
        report.reason,
        report.text,
        report.venue_order_id,
        report.venue_time_ns,
    )


def report_of(venue: str, order: OrderId, word: Report) -> ReportOrder:
    """This is the command that a report of a venue becomes here."""
    return ReportOrder(
        venue,
        order,
        word.kind,
        word.revision,
        word.execution,
        word.quantity,
        word.price,
        word.fee,
        word.liquidity,
        word.reference,
        word.reason,
        word.text,
        word.venue_order,
        word.time_ns,
    )


def state_word(
    question: int, page: ReportVenue, ids: dict[OrderId, str], totals: dict[tuple[str, str], int]
) -> State:
    """This is a page of a venue's statement as one of its sessions is told it: `ids` has the
    orders that are its own, `totals` what it has traded in all."""
    return State(
        question,
        page.page,
        page.is_last,
        page.venue_time_ns,
        tuple(
            StatedOrder(
                ids[order.order],
                order.venue_order_id,
                order.account,
                order.instrument,
                order.side,
                order.quantity,
                order.filled,
                order.price,
                order.revision,
                order.status,
            )
            for order in page.orders
            if order.order in ids
        ),
        tuple(
            StatedFill(
                ids[fill.order],
                fill.execution_id,
                fill.quantity,
                fill.price,
                fill.fee,
                fill.liquidity,
                fill.venue_time_ns,
            )
            for fill in page.fills
            if fill.order in ids
        ),
        tuple(StatedPosition(*key, quantity) for key, quantity in sorted(totals.items())),
    )


def state_of(venue: str, session: str, word: State) -> ReportVenue:
    """This is the command that a page of a venue's statement becomes here. An order that does not
    bear a name of this session has the number 0."""
    orders = []
    for stated in word.orders:
        order = order_of_client_id(session, stated.id)
        orders.append(
            OrderStated(
                max(order, 0),
                "" if order >= 0 else stated.id,
                stated.venue_order,
                stated.account,
                stated.instrument,
                stated.side,
                stated.quantity,
                stated.filled,
                stated.price,
                stated.revision,
                stated.status,
            )
        )
    fills = tuple(
        FillStated(
            max(order_of_client_id(session, fill.id), 0),
            fill.execution,
            fill.quantity,
            fill.price,
            fill.fee,
            fill.liquidity,
            fill.time_ns,
        )
        for fill in word.fills
    )
    positions = tuple(
        PositionStated(one.account, one.instrument, one.quantity) for one in word.positions
    )
    return ReportVenue(
        venue,
        word.question,
        CHANNEL_VENUE,
        word.page,
        word.is_last,
        tuple(orders),
        fills,
        positions,
        word.time_ns,
    )
