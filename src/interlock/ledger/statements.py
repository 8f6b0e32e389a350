"""What venues have stated, applied: pages as they are heard, and what was concluded from them."""

from typing import Final, final

from interlock.ledger.order_table import OrderTable
from interlock.ledger.orders import DoubtRecord, OrderRecord
from interlock.ledger.positions import AccountRecord, PositionRecord
from interlock.ledger.sources import SourceRecord
from interlock.ledger.venues import VenueRecord
from interlock.messages.differences import (
    ASKED,
    DROP_COPY_DIFFERS,
    HALTED,
    POSITION_DIFFERS,
    STANDING,
    AbsenceNoted,
    DifferenceFound,
    DifferenceSettled,
    OrderAdopted,
    OrderResolved,
    ResolutionProposed,
    VenueQuestioned,
    VenueReconciled,
    VenueUnanswered,
)
from interlock.messages.events import Event
from interlock.messages.statements import CHANNEL_DROP_COPY, CHANNEL_VENUE, ReportVenue
from interlock.messages.terms import GTC, LIMIT, WORKING
from interlock.messages.units import Nanoseconds, Sequence
from interlock.messages.venues import OrderRouted, VenueMoved, VenuePaced


@final
class StatementTable:
    """Applies statements to venues, orders and positions. It decides nothing."""

    def __init__(
        self,
        venues: dict[str, VenueRecord],
        accounts: dict[str, AccountRecord],
        sources: dict[str, SourceRecord],
        orders: OrderTable,
    ) -> None:
        self.venues: Final = venues
        self.accounts: Final = accounts
        self.sources: Final = sources
        self.orders: Final = orders

    def take_page(self, sequence: Sequence, page: ReportVenue) -> None:
        """This counts a page that answers the open question in its turn. A fact."""
        venue = self.venues.get(page.venue)
        if venue is None or page.question == 0:
            return
        reconciliation = venue.reconciliation
        answer = reconciliation.round_of(page.channel)
        if answer is None or page.question != reconciliation.question:
            return
        answer.hear(sequence, page.page, page.is_last)
        if answer.heard != sequence:
            return
        answer.orders += len(page.orders)
        answer.fills += len(page.fills)
        answer.positions += len(page.positions)
        answer.venue_time_ns = page.venue_time_ns
        if page.channel != CHANNEL_VENUE:
            return
        for stated in page.orders:
            number = stated.order
            if number <= 0:
                number = venue.adopted.get(stated.venue_order_id, 0)
            order = self.orders.find(number) if number > 0 else None
            if order is not None and order.venue is venue:
                order.stated = page.question
        for position in page.positions:
            record = self.position(position.account, position.instrument)
            if record is not None:
                traded = record.at_venue(venue.name)
                traded.stated = position.lots
                traded.stated_question = page.question

    def position(self, account: str, instrument: str) -> PositionRecord | None:
        record = self.accounts.get(account)
        return record.positions.get(instrument) if record is not None else None

    def apply(self, sequence: Sequence, time_ns: Nanoseconds, event: Event) -> bool:
        """This applies one event of reconciliation or of a venue, and says whether it was one."""
        if type(event) is VenueQuestioned:
            self.venues[event.venue].reconciliation.ask(event.question, time_ns)
        elif type(event) is DifferenceFound:
            self._differ(event)
        elif type(event) is DifferenceSettled:
            self._settle(event)
        elif type(event) is VenueReconciled:
            reconciliation = self.venues[event.venue].reconciliation
            if event.is_whole and event.channel == CHANNEL_VENUE:
                moment_ns = reconciliation.venue.venue_time_ns
                if moment_ns > reconciliation.since_ns:
                    reconciliation.since_ns = moment_ns
        elif type(event) is OrderAdopted:
            self._adopt(event)
        elif type(event) is AbsenceNoted:
            order = self.orders.find(event.order)
            if order is not None:
                _doubt_of(order).absences = event.count
        elif type(event) is ResolutionProposed:
            order = self.orders.find(event.order)
            if order is not None:
                doubt = _doubt_of(order)
                doubt.resolved_by = event.by
                doubt.resolved_status = event.status
        elif type(event) is VenueMoved:
            self.venues[event.venue].move(event, sequence, time_ns)
        elif type(event) is VenuePaced:
            self.venues[event.venue].pace(event)
        else:
            return type(event) in (VenueUnanswered, OrderResolved, OrderRouted)
        return True

    def _differ(self, event: DifferenceFound) -> None:
        venue = self.venues.get(event.venue)
        if venue is not None and event.question == venue.reconciliation.question:
            answer = venue.reconciliation.round_of(event.channel)
            if answer is not None:
                answer.differ(event.kind, event.resolution)
        if event.order > 0:
            order = self.orders.find(event.order)
            if order is not None and event.resolution in (ASKED, HALTED, STANDING):
                order.difference = event.kind
            return
        if event.kind not in (POSITION_DIFFERS, DROP_COPY_DIFFERS) or venue is None:
            return
        position = self.position(event.account, event.instrument)
        if position is not None:
            traded = position.at_venue(venue.name)
            if event.channel == CHANNEL_DROP_COPY:
                traded.copy_difference = event.ours - event.theirs
            else:
                traded.difference = event.ours - event.theirs
            traded.is_halted = event.resolution in (HALTED, STANDING)

    def _settle(self, event: DifferenceSettled) -> None:
        if event.order > 0:
            order = self.orders.find(event.order)
            if order is not None:
                order.difference = 0
            return
        position = self.position(event.account, event.instrument)
        if position is not None:
            traded = position.at_venue(event.venue)
            if event.channel == CHANNEL_DROP_COPY:
                traded.copy_difference = 0
            else:
                traded.difference = 0
            if traded.difference == 0 and traded.copy_difference == 0:
                traded.is_halted = False

    def _adopt(self, event: OrderAdopted) -> None:
        venue = self.venues[event.venue]
        position = self.accounts[event.account].positions[event.instrument]
        order = OrderRecord(
            event.order,
            self.sources[event.source],
            position,
            position.instrument,
            venue,
            event.side,
            LIMIT,
            GTC,
            event.quantity,
            event.price,
        )
        order.status = WORKING
        order.is_acknowledged = True
        order.client_order_id = event.client_order_id
        order.venue_order_id = event.venue_order_id
        order.revision = event.revision
        order.revision_asked = event.revision
        venue.adopted[event.venue_order_id] = event.order
        self.orders.adopt(order)


def _doubt_of(order: OrderRecord) -> DoubtRecord:
    doubt = order.doubt
    if doubt is None:
        doubt = DoubtRecord()
        order.doubt = doubt
    return doubt
