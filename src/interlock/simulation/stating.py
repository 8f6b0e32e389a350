"""Statements of a simulated venue: all that it has of ours at one moment, in pages.

First the executions, then the orders, then the net positions, which stand on the last page. Where
the venue has a drop copy, that one's own record of executions follows.
"""

from collections import deque
from typing import Final, final

from interlock.messages.commands import ReportOrder
from interlock.messages.statements import (
    CHANNEL_DROP_COPY,
    CHANNEL_VENUE,
    STATED_ROWS_MAX,
    FillStated,
    OrderStated,
    PositionStated,
    ReportVenue,
)
from interlock.messages.terms import BUY, REPORT_FILL
from interlock.messages.units import Lots, Nanoseconds, OrderId, Sequence
from interlock.simulation.order import BACKGROUND, VenueOrder

COPIED_FILLS_MAX: Final = 16_384
"""Executions that a drop copy remembers; its net positions are of all."""


@final
class NetPosition:
    """Lots bought less lots sold of one instrument for one account."""

    def __init__(self, account: str, instrument: str) -> None:
        self.account: Final = account
        self.instrument: Final = instrument
        self.lots: Lots = 0


@final
class NetPositions:
    """What was traded in all, by account and instrument, in the order in which each came first."""

    def __init__(self) -> None:
        self.positions: list[NetPosition] = []
        self._found: dict[str, dict[str, NetPosition]] = {}

    def trade(self, account: str, instrument: str, side: int, quantity: Lots) -> None:
        of_account = self._found.get(account)
        if of_account is None:
            of_account = {}
            self._found[account] = of_account
        position = of_account.get(instrument)
        if position is None:
            position = NetPosition(account, instrument)
            of_account[instrument] = position
            self.positions.append(position)
        position.lots += quantity if side == BUY else -quantity

    def stated(self) -> list[PositionStated]:
        return [
            PositionStated(position.account, position.instrument, position.lots)
            for position in self.positions
        ]


@final
class DropCopy:
    """An independent record of the executions of a venue."""

    def __init__(self) -> None:
        self.positions: NetPositions = NetPositions()
        self.fills: deque[FillStated] = deque()

    def copy(self, order: VenueOrder, report: ReportOrder) -> None:
        """Take note of an execution as it happens."""
        self.positions.trade(order.participant, order.instrument, order.side, report.quantity)
        self.fills.append(fill_stated(report.order, report))
        if len(self.fills) > COPIED_FILLS_MAX:
            self.fills.popleft()


def fill_stated(order: OrderId, report: ReportOrder) -> FillStated:
    """This is an execution as a statement tells it."""
    return FillStated(
        order if order > BACKGROUND else 0,
        report.execution_id,
        report.quantity,
        report.price,
        report.fee,
        report.liquidity,
        report.venue_time_ns,
    )


def _order_stated(order: VenueOrder) -> OrderStated:
    is_foreign = order.order < BACKGROUND
    return OrderStated(
        0 if is_foreign else order.order,
        "",
        order.foreign_id if order.foreign_id != "" else str(order.order),
        order.participant,
        order.instrument,
        order.side,
        order.quantity,
        order.filled,
        order.price,
        order.revision,
        order.status,
    )


def state_venue(
    name: str,
    now_ns: Nanoseconds,
    question: Sequence,
    since_ns: Nanoseconds,
    orders: list[VenueOrder],
    positions: NetPositions,
) -> list[ReportVenue]:
    """This is the answer of the venue itself. Cost: one step per order that it remembers."""
    fills: list[FillStated] = []
    stated: list[OrderStated] = []
    for order in orders:
        last_ns = -1
        for report in order.reports:
            last_ns = report.venue_time_ns
            if report.kind == REPORT_FILL and last_ns >= since_ns:
                fills.append(fill_stated(order.order, report))
        if order.is_open or last_ns >= since_ns:
            stated.append(_order_stated(order))
    return _pages(name, CHANNEL_VENUE, now_ns, question, fills, stated, positions.stated())


def state_copy(
    name: str, now_ns: Nanoseconds, question: Sequence, since_ns: Nanoseconds, copy: DropCopy
) -> list[ReportVenue]:
    """This is the answer of the drop copy, which knows of executions alone."""
    fills = [fill for fill in copy.fills if fill.venue_time_ns >= since_ns]
    positions = copy.positions.stated()
    return _pages(name, CHANNEL_DROP_COPY, now_ns, question, fills, [], positions)


def _pages(
    name: str,
    channel: int,
    now_ns: Nanoseconds,
    question: Sequence,
    fills: list[FillStated],
    orders: list[OrderStated],
    positions: list[PositionStated],
) -> list[ReportVenue]:
    pages: list[ReportVenue] = []
    step = STATED_ROWS_MAX
    assert len(positions) <= step, f"{len(positions)} positions do not fit a page of {step}"
    for place in range(0, len(fills), step):
        part = tuple(fills[place : place + step])
        page = len(pages) + 1
        pages.append(ReportVenue(name, question, channel, page, False, (), part, (), now_ns))
    for place in range(0, len(orders), step):
        rows = tuple(orders[place : place + step])
        page = len(pages) + 1
        pages.append(ReportVenue(name, question, channel, page, False, rows, (), (), now_ns))
    last = ReportVenue(
        name, question, channel, len(pages) + 1, True, (), (), tuple(positions), now_ns
    )
    if len(pages) > 0 and len(pages[-1].orders) + len(pages[-1].fills) + len(positions) <= step:
        # A short answer is one page.
        rest = pages.pop()
        last = ReportVenue(
            name,
            question,
            channel,
            len(pages) + 1,
            True,
            rest.orders,
            rest.fills,
            tuple(positions),
            now_ns,
        )
    pages.append(last)
    return pages
