"""Reconciling: what a venue states against what is in our books, and what follows.

Executions are facts and are taken at once. An order is compared when nothing was asked or heard
about it since the question. What the venue does not state is concluded from the whole answer, on
its last page: open orders that it does not have, and net positions.
"""

from typing import Final, final

from interlock.kernel.adopting import take_in
from interlock.kernel.comparing import compare_copied_fill, compare_fill, compare_order
from interlock.kernel.differing import Differences, is_in_flight
from interlock.kernel.recorder import Recorder
from interlock.kernel.resolving import ABSENCES_MIN
from interlock.ledger.ledger import Ledger
from interlock.ledger.orders import OrderRecord
from interlock.ledger.rounds import RoundRecord
from interlock.ledger.venues import VenueRecord
from interlock.messages.differences import (
    DROP_COPY_DIFFERS,
    ORDER_GONE,
    ORDER_UNKNOWN_TO_VENUE,
    POSITION_DIFFERS,
    STATEMENT_CONTRADICTS_ITSELF,
    STATEMENT_MALFORMED,
    STATEMENT_MISSING,
    VenueQuestioned,
    VenueReconciled,
    VenueUnanswered,
)
from interlock.messages.events import CommandRefused, OrderCancelled
from interlock.messages.identity import order_text
from interlock.messages.reasons import ABSENCE_PROVEN, UNKNOWN_VENUE
from interlock.messages.statements import (
    CHANNEL_DROP_COPY,
    CHANNEL_VENUE,
    CHANNELS,
    STATED_ROWS_MAX,
    AskVenue,
    PositionStated,
    ReportVenue,
)
from interlock.messages.terms import DONE_FOR_DAY, UNKNOWN
from interlock.messages.units import Lots


@final
class Reconciler:
    """Asks venues for all that they have of ours, and concludes from what they say."""

    def __init__(self, ledger: Ledger, recorder: Recorder) -> None:
        self.ledger: Final = ledger
        self.recorder: Final = recorder

    def ask(self, command: AskVenue) -> None:
        """This puts a question to a venue. An older one that waits counts as not answered."""
        ledger = self.ledger
        venue = ledger.venues.get(command.venue)
        if venue is None:
            text = f"was {command.venue!r}, must be a venue of this session"
            self.recorder.conclude(CommandRefused(UNKNOWN_VENUE, text))
            return
        known = venue.reconciliation
        if known.is_open():
            self.recorder.conclude(VenueUnanswered(venue.name, known.question))
        self.recorder.conclude(VenueQuestioned(venue.name, ledger.sequence, known.since_ns))

    def hear(self, page: ReportVenue) -> None:
        """This takes one page of an answer. Whatever is wrong with it is told, and nothing of our
        books is lost by it."""
        venue = self.ledger.venues.get(page.venue)
        question, channel = page.question, page.channel
        differences = Differences(self.ledger, self.recorder, page.venue, channel, question)
        if venue is None:
            differences.of_statement(STATEMENT_MALFORMED, "no such venue is in this session")
            return
        answer = venue.reconciliation.round_of(channel)
        rows = len(page.orders) + len(page.fills) + len(page.positions)
        if answer is None or rows > STATED_ROWS_MAX:
            text = f"channel {channel}, {rows} rows, must be {STATED_ROWS_MAX} at most"
            differences.of_statement(STATEMENT_MALFORMED, text)
            return
        if question == 0 and channel == CHANNEL_VENUE:
            self._take_fills(differences, venue, page)
            return
        if question != venue.reconciliation.question or answer.heard != self.ledger.sequence:
            wanted = f"page {answer.page + 1} of question {venue.reconciliation.question}"
            text = f"page {page.page} of question {question}, wanted {wanted}"
            differences.of_statement(STATEMENT_MISSING, text)
            return

        # From here on the page is the next of the answer that is wanted.
        self._take_fills(differences, venue, page)
        if channel == CHANNEL_VENUE:
            self._compare_orders(differences, venue, page)
        if page.is_last:
            self._finish(differences, venue, answer, page)

    def _take_fills(self, differences: Differences, venue: VenueRecord, page: ReportVenue) -> None:
        round_of_venue = venue.reconciliation.venue
        for stated in page.fills:
            order = self.ledger.orders.find(stated.order) if stated.order > 0 else None
            if order is None or order.venue is not venue:
                # Of an order that is not ours, or beyond our memory: the net position tells.
                continue
            if page.channel != CHANNEL_DROP_COPY:
                compare_fill(differences, order, stated)
            elif (
                round_of_venue.is_over
                and round_of_venue.is_whole
                and not is_in_flight(order, page.question)
            ):
                compare_copied_fill(differences, order, stated)

    def _compare_orders(
        self, differences: Differences, venue: VenueRecord, page: ReportVenue
    ) -> None:
        seen: dict[int, bool] = {}
        for place, stated in enumerate(page.orders, 1):
            number = stated.order
            if number <= 0:
                number = venue.adopted.get(stated.venue_order_id, 0)
            order = self.ledger.orders.find(number) if number > 0 else None
            if number > 0:
                if number in seen:
                    text = f"{order_text(number)} stands there twice"
                    differences.of_statement(STATEMENT_CONTRADICTS_ITSELF, text)
                    continue
                seen[number] = True
            if order is None:
                take_in(differences, venue, stated, place)
            elif order.venue is not venue:
                text = f"{order_text(number)} was sent to {order.venue.name}"
                differences.of_statement(STATEMENT_CONTRADICTS_ITSELF, text)
            else:
                compare_order(differences, order, stated)

    def _finish(
        self,
        differences: Differences,
        venue: VenueRecord,
        answer: RoundRecord,
        page: ReportVenue,
    ) -> None:
        """The last page: what is not stated, and what was traded in all."""
        in_flight = 0
        if page.channel == CHANNEL_VENUE:
            doubted: dict[str, bool] = {}
            gone: list[OrderRecord] = []
            for order in list(self.ledger.orders.open.values()):
                if order.venue is not venue:
                    continue
                if is_in_flight(order, page.question):
                    in_flight += 1
                elif order.stated != page.question and answer.is_whole:
                    self._not_stated(differences, order, gone)
                if order.status == UNKNOWN:
                    doubted[_key(order.position.account.name, order.instrument.symbol)] = True
            self._compare_positions(differences, venue, answer, page, doubted, gone)
        else:
            self._compare_positions(differences, venue, answer, page, {}, [])
        self.recorder.conclude(
            VenueReconciled(
                venue.name,
                page.channel,
                page.question,
                answer.orders,
                answer.fills,
                answer.positions,
                in_flight,
                answer.found,
                answer.standing,
                answer.is_whole,
            )
        )

    def _not_stated(
        self, differences: Differences, order: OrderRecord, gone: list[OrderRecord]
    ) -> None:
        """We hold an order open that the venue does not have, and its answer is whole."""
        if order.status == DONE_FOR_DAY:
            # Many venues do not count it as open until it comes back.
            return
        if order.status == UNKNOWN:
            doubt = order.doubt
            if doubt is not None and doubt.absences >= ABSENCES_MIN:
                gone.append(order)
            return
        text = f"{order_text(order.order)} is not among the orders there"
        differences.doubt(ORDER_UNKNOWN_TO_VENUE, order, order.status, 0, text)

    def _compare_positions(
        self,
        differences: Differences,
        venue: VenueRecord,
        answer: RoundRecord,
        page: ReportVenue,
        doubted: dict[str, bool],
        gone: list[OrderRecord],
    ) -> None:
        stated = self._stated(differences, page.positions)
        if not answer.is_whole:
            return
        differing: dict[str, bool] = {}
        is_copy = page.channel == CHANNEL_DROP_COPY
        for account in self.ledger.accounts.values():
            for symbol, position in account.positions.items():
                if symbol not in venue.definition.instruments:
                    continue
                key = _key(account.name, symbol)
                theirs: Lots = stated.pop(key, 0)
                traded = position.at_venues.get(venue.name)
                ours: Lots = traded.lots if traded is not None else 0
                if ours == theirs:
                    differences.equal_position(account.name, symbol, traded)
                    continue
                differing[key] = True
                if traded is not None and traded.sequence > page.question:
                    continue
                if key in doubted:
                    # An order in doubt may have traded it: it is being asked about.
                    continue
                traded = position.at_venue(venue.name)
                text = f"net position of {account.name} in {symbol}"
                if is_copy:
                    is_fresh = traded.stated_question == page.question
                    of_venue = traded.stated if is_fresh else 0
                    text += f": ours {ours}, venue {of_venue}, drop copy {theirs}; " + (
                        _who_differs(ours, of_venue, theirs)
                    )
                kind = DROP_COPY_DIFFERS if is_copy else POSITION_DIFFERS
                differences.of_position(kind, account.name, symbol, traded, ours, theirs, text)
        for key, theirs in stated.items():
            if theirs != 0:
                text = f"net position of {key}, which this session does not trade there"
                name, _, symbol = key.partition(" in ")
                differences.of_nobody(POSITION_DIFFERS, name, symbol, theirs, text)
        for order in gone:
            if _key(order.position.account.name, order.instrument.symbol) not in differing:
                text = f"{order_text(order.order)}: denied when asked about, and nothing traded"
                differences.taken(ORDER_GONE, order, order.status, 0, text)
                self.recorder.conclude(OrderCancelled(order.order, ABSENCE_PROVEN))

    def _stated(
        self, differences: Differences, positions: tuple[PositionStated, ...]
    ) -> dict[str, Lots]:
        stated: dict[str, Lots] = {}
        for position in positions:
            key = _key(position.account, position.instrument)
            if key in stated:
                differences.of_statement(STATEMENT_CONTRADICTS_ITSELF, f"{key} stands there twice")
            stated[key] = position.lots
        return stated


def _key(account: str, instrument: str) -> str:
    return f"{account} in {instrument}"


def _who_differs(ours: Lots, venue: Lots, copy: Lots) -> str:
    if venue == copy:
        return f"we differ from both {CHANNELS[CHANNEL_VENUE]} and drop copy"
    if ours == venue:
        return "the drop copy differs from both"
    return "the venue differs from both" if ours == copy else "all three differ"
