"""What any venue must do behind the port, whatever fills its orders.

Two lines make an implementation subject to it: a subclass, and a `world` that offers a venue with
orders to trade against. The suite asks for 10 lots at 10,000, far from and at the market.
"""

from dataclasses import dataclass

from interlock.execution.port import VenuePort
from interlock.messages.commands import Command, ReportOrder
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.statements import (
    CHANNEL_VENUE,
    STATED_ROWS_MAX,
    PositionStated,
    ReportVenue,
)
from interlock.messages.terms import (
    BUY,
    DAY,
    LIMIT,
    REPORT_ABSENT,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_STATUS,
    WORKING,
)

MS = 1_000_000
LATENCY_OUT_NS = 3 * MS
LATENCY_IN_NS = 5 * MS
ROUND_TRIP_NS = LATENCY_OUT_NS + LATENCY_IN_NS
START = 1_700_000_000_000_000_000

ASK = 10_000
"""Somebody offers `ASK_LOTS` here."""
ASK_LOTS = 10
FAR = 9_000
"""Nobody sells here."""

ENDS = (REPORT_CANCELLED,)


@dataclass
class VenueWorld:
    """A venue named `alpha` that trades COIN, with the latencies above, since START."""

    venue: VenuePort


class VenueSuite:
    """Any venue."""

    def world(self) -> VenueWorld:
        raise NotImplementedError

    # Helpers.

    def begin(self) -> VenuePort:
        venue = self.world().venue
        self.time_ns = START
        self.heard: list[tuple[int, Command]] = []
        return venue

    def order(self, number: int, quantity: int = 10, price: int = FAR) -> OrderCleared:
        return OrderCleared(
            order=number,
            decision=1,
            account="main",
            source="model",
            release="r1",
            epoch=1,
            instrument="COIN",
            venue="alpha",
            side=BUY,
            order_type=LIMIT,
            time_in_force=DAY,
            quantity=quantity,
            price=price,
            display=0,
            expire_ns=0,
            post_only=False,
            reduce_only=False,
            arrival_bid=0,
            arrival_ask=0,
        )

    def listen(self, venue: VenuePort, until_ns: int) -> list[ReportOrder]:
        """Let the venue's own times pass one by one; what it says about our orders is returned."""
        said: list[ReportOrder] = []
        while True:
            next_ns = venue.next_time_ns()
            is_over = next_ns < 0 or next_ns > until_ns
            self.time_ns = until_ns if is_over else max(next_ns, self.time_ns)
            for dated in venue.due(self.time_ns):
                self.heard.append(dated)
                if isinstance(dated[1], ReportOrder):
                    said.append(dated[1])
            if is_over:
                return said

    def told(self, venue: VenuePort) -> list[ReportOrder]:
        """What the venue says in a long round trip from now."""
        return self.listen(venue, self.time_ns + 2 * ROUND_TRIP_NS)

    def kinds(self, reports: list[ReportOrder]) -> list[int]:
        return [report.kind for report in reports]

    def filled(self, order: int) -> int:
        """How much of an order was traded, each execution counted once."""
        fills = {
            report.execution_id: report.quantity
            for _, report in self.heard
            if isinstance(report, ReportOrder)
            and report.kind == REPORT_FILL
            and report.order == order
        }
        return sum(fills.values())

    # The contract.

    def test_the_venue_says_what_it_is_called(self) -> None:
        assert self.begin().name == "alpha"

    def test_an_order_is_answered_after_both_latencies_and_not_before(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1))
        assert self.listen(venue, START + ROUND_TRIP_NS - 1) == []
        reports = self.listen(venue, START + ROUND_TRIP_NS)
        assert reports
        assert {report.order for report in reports} == {1}
        assert {report.venue for report in reports} == {"alpha"}

    def test_every_word_is_dated_when_it_reaches_us_and_they_come_in_order(self) -> None:
        venue = self.begin()
        for number in range(1, 6):
            venue.submit(START + number, self.order(number, price=ASK if number % 2 else FAR))
        venue.cancel(START + 6, CancelRequested(2, "alpha", 1, 0))
        self.told(venue)
        times = [time_ns for time_ns, _ in self.heard]
        assert times == sorted(times)
        for time_ns, report in self.heard:
            if isinstance(report, ReportOrder):
                assert time_ns == report.venue_time_ns + LATENCY_IN_NS
                assert report.venue_time_ns >= START + LATENCY_OUT_NS

    def test_when_it_names_a_time_it_has_something_then_and_falls_silent_at_last(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, price=ASK))
        venue.query(START, 1)
        steps = 0
        now_ns = START
        while (next_ns := venue.next_time_ns()) >= 0:
            assert next_ns >= now_ns or steps == 0
            now_ns = max(now_ns, next_ns)
            for time_ns, _ in venue.due(now_ns):
                assert time_ns <= now_ns
            steps += 1
            assert steps < 100, "the venue never falls silent"

    def test_nothing_more_is_due_at_the_same_moment(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1))
        assert venue.due(START + ROUND_TRIP_NS)
        assert venue.due(START + ROUND_TRIP_NS) == []

    def test_the_same_order_twice_is_never_traded_twice(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=4, price=ASK))
        self.told(venue)
        traded = self.filled(1)
        venue.submit(self.time_ns, self.order(1, quantity=4, price=ASK))
        again = self.told(venue)
        assert self.filled(1) == traded == 4
        assert REPORT_STATUS in self.kinds(again)

    def test_the_same_order_twice_at_once_is_never_traded_twice(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=4, price=ASK))
        venue.submit(START, self.order(1, quantity=4, price=ASK))
        self.told(venue)
        assert self.filled(1) == 4

    def test_an_order_that_rests_and_is_sent_again_rests_once(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1))
        venue.submit(START, self.order(1))
        self.told(venue)
        venue.cancel(self.time_ns, CancelRequested(1, "alpha", 1, 0))
        assert self.kinds(self.told(venue)) == [REPORT_CANCELLED]
        venue.cancel(self.time_ns, CancelRequested(1, "alpha", 1, 0))
        assert self.kinds(self.told(venue)) == [REPORT_CANCEL_REJECTED]

    def test_fills_never_exceed_the_order(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=3, price=ASK))
        venue.submit(START, self.order(2, quantity=50, price=ASK))
        self.told(venue)
        assert self.filled(1) == 3
        assert self.filled(2) == ASK_LOTS - 3

    def test_every_execution_has_an_id_of_its_own(self) -> None:
        venue = self.begin()
        for number in range(1, 5):
            venue.submit(START, self.order(number, quantity=2, price=ASK))
        self.told(venue)
        names = [
            report.execution_id
            for _, report in self.heard
            if isinstance(report, ReportOrder) and report.kind == REPORT_FILL
        ]
        assert len(names) == len(set(names)) == 4
        assert all(names)

    def test_a_cancelled_order_does_not_trade_afterwards(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=50, price=ASK))
        self.told(venue)
        venue.cancel(self.time_ns, CancelRequested(1, "alpha", 1, 0))
        assert self.kinds(self.told(venue)) == [REPORT_CANCELLED]
        traded = self.filled(1)
        venue.submit(self.time_ns, self.order(1, quantity=50, price=ASK))
        self.listen(venue, self.time_ns + 1_000 * MS)
        assert self.filled(1) == traded

    def test_a_replaced_order_is_the_new_one_and_trades_no_more_than_that(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=10))
        self.told(venue)
        venue.replace(self.time_ns, ReplaceRequested(1, "alpha", 2, 1, 4, ASK))
        reports = self.told(venue)
        assert reports[0].kind == REPORT_REPLACED
        assert (reports[0].revision, reports[0].quantity, reports[0].price) == (1, 4, ASK)
        assert self.filled(1) == 4

    def test_requests_about_an_unknown_order_are_answered(self) -> None:
        venue = self.begin()
        venue.cancel(START, CancelRequested(77, "alpha", 1, 0))
        venue.replace(START, ReplaceRequested(77, "alpha", 1, 1, 5, FAR))
        reports = self.told(venue)
        assert self.kinds(reports) == [REPORT_CANCEL_REJECTED, REPORT_REPLACE_REJECTED]
        assert {report.order for report in reports} == {77}
        assert all(report.reason for report in reports)

    def test_a_query_about_an_unknown_order_says_that_it_is_absent(self) -> None:
        venue = self.begin()
        venue.query(START, 77)
        assert self.kinds(self.told(venue)) == [REPORT_ABSENT]

    def test_a_query_about_a_working_order_says_how_it_stands(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1))
        self.told(venue)
        venue.query(self.time_ns, 1)
        reports = self.told(venue)
        assert self.kinds(reports) == [REPORT_STATUS]
        assert reports[0].quantity == 10

    def test_a_query_about_an_ended_order_repeats_its_fills_and_its_end(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=50, price=ASK))
        venue.cancel(START, CancelRequested(1, "alpha", 1, 0))
        first = self.told(venue)
        venue.query(self.time_ns, 1)
        again = self.told(venue)
        assert [report for report in first if report.kind in (REPORT_FILL, *ENDS)] == again
        assert self.filled(1) == ASK_LOTS

    # The question for everything.

    def stated(self, venue: VenuePort, since_ns: int = 0) -> list[ReportVenue]:
        """The venue's own answer to the question for everything, page by page."""
        count = len(self.heard)
        venue.state(self.time_ns, VenueQuestioned("alpha", 41, since_ns))
        self.told(venue)
        pages = [said for _, said in self.heard[count:] if isinstance(said, ReportVenue)]
        return [page for page in pages if page.channel == CHANNEL_VENUE]

    def test_a_venue_asked_for_everything_that_has_nothing_says_so(self) -> None:
        pages = self.stated(self.begin())
        assert [(page.venue, page.question, page.page, page.is_last) for page in pages] == [
            ("alpha", 41, 1, True)
        ]
        assert (pages[0].orders, pages[0].fills) == ((), ())
        assert all(position.lots == 0 for position in pages[0].positions)

    def test_a_venue_states_every_open_order_its_executions_and_the_net_position(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1))
        venue.submit(START, self.order(2, quantity=4, price=ASK))
        self.told(venue)
        reported = [
            (said.order, said.execution_id, said.quantity, said.price, said.fee)
            for _, said in self.heard
            if isinstance(said, ReportOrder) and said.kind == REPORT_FILL
        ]
        pages = self.stated(venue)
        orders = [order for page in pages for order in page.orders]
        fills = [fill for page in pages for fill in page.fills]
        working = [order for order in orders if order.status == WORKING]
        assert [(order.order, order.account, order.instrument) for order in working] == [
            (1, "main", "COIN")
        ]
        assert (working[0].side, working[0].quantity, working[0].filled) == (BUY, 10, 0)
        assert (working[0].price, working[0].revision) == (FAR, 0)
        assert [
            (fill.order, fill.execution_id, fill.quantity, fill.price, fill.fee) for fill in fills
        ] == reported
        assert pages[-1].positions == (PositionStated("main", "COIN", 4),)
        assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_executions_before_the_time_that_a_question_names_are_not_stated_again(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1, quantity=4, price=ASK))
        self.told(venue)
        pages = self.stated(venue, self.time_ns)
        assert all(page.fills == () for page in pages)
        assert pages[-1].positions == (PositionStated("main", "COIN", 4),)

    def test_a_long_answer_comes_in_pages_that_follow_each_other(self) -> None:
        venue = self.begin()
        for number in range(1, STATED_ROWS_MAX + 3):
            venue.submit(START, self.order(number, quantity=1))
        self.told(venue)
        pages = self.stated(venue)
        assert len(pages) > 1
        assert [page.page for page in pages] == list(range(1, len(pages) + 1))
        assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
        rows = [len(page.orders) + len(page.fills) + len(page.positions) for page in pages]
        assert max(rows) <= STATED_ROWS_MAX
        numbers = [order.order for page in pages for order in page.orders]
        assert numbers == list(range(1, STATED_ROWS_MAX + 3))

    def test_word_of_an_adoption_that_means_nothing_there_changes_nothing(self) -> None:
        venue = self.begin()
        venue.submit(START, self.order(1))
        self.told(venue)
        before = self.stated(venue)
        adopted = OrderAdopted(9, "alpha", "", "none", "main", "model", "COIN", BUY, 1, FAR, 0)
        venue.adopt(self.time_ns, adopted)
        assert self.stated(venue)[0].orders == before[0].orders
