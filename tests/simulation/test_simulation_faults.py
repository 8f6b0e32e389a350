"""Faults, one by one: what each does to our words and requests, and that the venue stays true."""

import pytest

from interlock.messages.commands import (
    Command,
    NoteFeedFault,
    NoteVenueLink,
    ReportOrder,
    UpdateQuote,
)
from interlock.messages.events import CancelRequested, ReplaceRequested
from interlock.messages.reasons import MESSAGE_RATE_ABOVE_LIMIT, VENUE_DECIDED, VENUE_REFUSED
from interlock.messages.terms import (
    BUY,
    FEED_GAP,
    FEED_RECOVERED,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_STATUS,
    SELL,
)
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from interlock.simulation import faults
from interlock.simulation.exchange import Exchange
from interlock.simulation.faults import Fault, random_faults
from interlock.simulation.faulty import FaultyVenue
from simulation.trading import COIN, CONTINUOUS_NS, VENUE, cleared, kinds, others

START = CONTINUOUS_NS
MS = NS_PER_MS


class Line:
    """A venue with faults, a market to trade against, and everything that was heard."""

    def __init__(self, *script: Fault, latency_ns: int = 0) -> None:
        exchange = Exchange(VENUE, [COIN], latency_out_ns=latency_ns, latency_in_ns=latency_ns)
        self.exchange = exchange
        self.venue = FaultyVenue(exchange, list(script), START)
        self.venue.keeps_truth = True
        self.time_ns = START
        self.heard: list[tuple[int, Command]] = []
        others(exchange, START, SELL, 100, 101)
        others(exchange, START, BUY, 100, 99)
        self.venue.due(START)

    def until(self, after_ms: int) -> list[Command]:
        """What is heard up to a moment after the start."""
        self.time_ns = START + after_ms * MS
        words = self.venue.due(self.time_ns)
        self.heard += words
        return [command for _, command in words]

    def buy(self, order: int, quantity: int = 5, price: int = 101) -> list[Command]:
        self.venue.submit(self.time_ns, cleared(order, BUY, quantity, price))
        return self.until((self.time_ns - START) // MS)

    def cancel(self, order: int) -> list[Command]:
        self.venue.cancel(self.time_ns, CancelRequested(order, VENUE.name, 1, 0))
        return self.until((self.time_ns - START) // MS)

    def query(self, order: int) -> list[Command]:
        self.venue.query(self.time_ns, order)
        return self.until((self.time_ns - START) // MS)

    def filled(self, order: int) -> int:
        """What we heard was traded, each execution once."""
        return sum(_executions([word for _, word in self.heard], order).values())

    def traded(self, order: int) -> int:
        """What the venue knows was traded."""
        return sum(_executions(self.venue.truth, order).values())


def _executions(words: list[Command], order: int) -> dict[str, int]:
    return {
        word.execution_id: word.quantity
        for word in words
        if isinstance(word, ReportOrder) and word.kind == REPORT_FILL and word.order == order
    }


def test_without_faults_everything_is_heard_as_the_venue_says_it() -> None:
    line, plain = Line(latency_ns=3 * MS), Line(latency_ns=3 * MS)
    for order in range(1, 6):
        line.buy(order, price=99 + order % 3)
        plain.exchange.submit(plain.time_ns, cleared(order, BUY, 5, 99 + order % 3))
    line.until(100)
    assert line.heard == plain.exchange.due(START + 100 * MS)


def test_a_lost_acknowledgement_is_silence_and_the_order_works() -> None:
    line = Line(Fault(faults.LOST_ACKNOWLEDGEMENT))
    assert kinds(line.buy(1, price=100)) == []
    assert [order.order for order in line.exchange.gateway.open_orders()] == [1]
    assert kinds(line.query(1)) == [REPORT_STATUS]


def test_a_late_fill_is_overtaken_and_arrives() -> None:
    line = Line(Fault(faults.LATE_FILL, delay_ns=20 * MS))
    assert kinds(line.buy(1)) == [REPORT_ACCEPTED]
    assert (line.traded(1), line.filled(1)) == (5, 0)
    assert kinds(line.until(19)) == []
    assert line.venue.next_time_ns() == START + 20 * MS
    assert kinds(line.until(20)) == [REPORT_FILL]
    assert line.filled(1) == 5


def test_a_duplicated_report_is_the_same_report() -> None:
    line = Line(Fault(faults.DUPLICATED_REPORT, delay_ns=1 * MS))
    line.buy(1)
    line.until(5)
    said = [word for _, word in line.heard if isinstance(word, ReportOrder)]
    assert [report.kind for report in said] == [REPORT_ACCEPTED, REPORT_FILL] * 2
    assert said[:2] == said[2:]
    assert line.filled(1) == line.traded(1) == 5


def test_reordered_reports_come_in_another_order_and_all_come() -> None:
    line = Line(Fault(faults.REORDERED_REPORT, delay_ns=5 * MS, count_max=1))
    line.buy(1)
    line.until(10)
    assert [word.kind for _, word in line.heard if isinstance(word, ReportOrder)] == [
        REPORT_FILL,
        REPORT_ACCEPTED,
    ]


def test_a_fill_after_cancel_comes_after_the_end_of_its_order() -> None:
    line = Line(Fault(faults.FILL_AFTER_CANCEL, delay_ns=NS_PER_SECOND))
    line.buy(1, quantity=150)
    line.until(10)
    line.cancel(1)
    told = [word.kind for _, word in line.heard if isinstance(word, ReportOrder)]
    assert told == [REPORT_ACCEPTED, REPORT_CANCELLED, REPORT_FILL]
    assert line.filled(1) == line.traded(1) == 100


def test_a_fill_held_for_a_cancel_that_never_comes_is_heard_at_its_latest() -> None:
    line = Line(Fault(faults.FILL_AFTER_CANCEL, delay_ns=50 * MS))
    line.buy(1)
    assert line.venue.next_time_ns() == START + 50 * MS
    line.until(50)
    assert line.filled(1) == 5
    assert line.venue.next_time_ns() == -1


def test_a_lost_fill_is_never_heard_but_told_to_whoever_asks() -> None:
    line = Line(Fault(faults.LOST_FILL, count_max=1))
    line.buy(1)
    line.until(1_000)
    assert (line.traded(1), line.filled(1)) == (5, 0)
    line.query(1)
    assert line.filled(1) == 5


@pytest.mark.parametrize("refuses", [False, True])
def test_where_submits_are_down_orders_are_lost_or_refused_and_cancels_pass(refuses: bool) -> None:
    line = Line(Fault(faults.SUBMIT_DOWN, from_ns=10 * MS, for_ns=10 * MS, refuses=refuses))
    line.buy(1, price=100)
    line.until(10)
    said = line.buy(2, price=100)
    line.venue.replace(line.time_ns, ReplaceRequested(1, VENUE.name, 1, 1, 7, 100))
    said += line.until(10)
    if refuses:
        assert kinds(said) == [REPORT_REJECTED, REPORT_REPLACE_REJECTED]
        assert {word.reason for word in said if isinstance(word, ReportOrder)} == {VENUE_REFUSED}
    else:
        assert said == []
    assert kinds(line.query(2)) == [REPORT_ABSENT]
    assert REPORT_CANCELLED in kinds(line.cancel(1))
    line.until(20)
    assert kinds(line.buy(3, price=100)) == [REPORT_ACCEPTED]


@pytest.mark.parametrize("refuses", [False, True])
def test_where_cancels_are_down_the_order_works_on(refuses: bool) -> None:
    line = Line(Fault(faults.CANCEL_DOWN, for_ns=10 * MS, refuses=refuses))
    line.buy(1, price=100)
    assert kinds(line.cancel(1)) == ([REPORT_CANCEL_REJECTED] if refuses else [])
    assert [order.order for order in line.exchange.gateway.open_orders()] == [1]
    line.until(10)
    assert kinds(line.cancel(1)) == [REPORT_CANCELLED]


def test_a_slow_venue_keeps_the_order_of_requests_and_reports() -> None:
    line = Line(Fault(faults.SLOW, for_ns=10 * MS, delay_ns=30 * MS))
    line.buy(1, price=100)
    line.until(15)
    line.cancel(1)
    line.until(200)
    reports = [word for _, word in line.heard if isinstance(word, ReportOrder)]
    assert [report.kind for report in reports] == [REPORT_ACCEPTED, REPORT_CANCELLED]
    assert reports[0].venue_time_ns == START + 30 * MS


def test_a_frozen_book_says_the_newest_market_when_it_thaws() -> None:
    line = Line(Fault(faults.FROZEN_BOOK, for_ns=10 * MS))
    line.buy(1, price=100)
    said = line.until(9)
    line.cancel(1)
    line.buy(2, price=100, quantity=7)
    said += line.until(9)
    assert not [word for word in said if isinstance(word, UpdateQuote)]
    quotes = [word for word in line.until(10) if isinstance(word, UpdateQuote)]
    assert [(quote.bid, quote.bid_quantity) for quote in quotes] == [(100, 7)]


def test_while_the_connection_is_down_nothing_leaves_and_reports_come_later() -> None:
    line = Line(Fault(faults.DISCONNECT, from_ns=10 * MS, for_ns=10 * MS), latency_ns=2 * MS)
    line.buy(1, price=100)
    line.until(8)
    line.buy(2, price=100)  # arrives at 10, is answered while nobody hears it
    words = line.until(10)
    assert [word.is_connected for word in words if isinstance(word, NoteVenueLink)] == [False]
    assert [word.fault for word in words if isinstance(word, NoteFeedFault)] == [FEED_GAP]
    line.buy(3, price=100)
    assert line.until(19) == []
    words = line.until(20)
    assert isinstance(words[0], NoteVenueLink)
    assert words[0].is_connected
    assert [word.fault for word in words if isinstance(word, NoteFeedFault)] == [FEED_RECOVERED]
    assert [word.order for word in words if isinstance(word, ReportOrder)] == [2]
    line.query(3)
    assert kinds(line.until(30)) == [REPORT_ABSENT]
    assert [order.order for order in line.exchange.gateway.open_orders()] == [1, 2]


@pytest.mark.parametrize("cancels", [False, True])
def test_a_disconnect_cancels_what_works_where_the_venue_does_that(cancels: bool) -> None:
    line = Line(Fault(faults.DISCONNECT, from_ns=10 * MS, for_ns=10 * MS, cancels=cancels))
    line.buy(1, price=100)
    assert kinds(line.until(19)) == []
    assert len(line.exchange.gateway.open_orders()) == (0 if cancels else 1)
    reports = [word for word in line.until(20) if isinstance(word, ReportOrder)]
    assert [report.reason for report in reports] == ([VENUE_DECIDED] if cancels else [])


def test_a_rate_ban_cancels_and_rejects_until_it_ends() -> None:
    line = Line(Fault(faults.RATE_BAN, from_ns=10 * MS, for_ns=10 * MS))
    line.buy(1, price=100)
    assert kinds(line.until(10)) == [REPORT_CANCELLED]
    rejected = line.buy(2, price=100)
    assert [word.reason for word in rejected if isinstance(word, ReportOrder)] == [
        MESSAGE_RATE_ABOVE_LIMIT
    ]
    line.until(20)
    assert kinds(line.buy(3, price=100)) == [REPORT_ACCEPTED]


def test_a_window_returns_and_each_return_is_a_ban_of_its_own() -> None:
    line = Line(Fault(faults.RATE_BAN, from_ns=10 * MS, for_ns=5 * MS, every_ns=20 * MS))
    cancelled = 0
    for order in range(1, 5):
        line.until(20 * (order - 1) + 5)
        line.buy(order, price=100)
        cancelled += kinds(line.until(20 * (order - 1) + 12)).count(REPORT_CANCELLED)
    assert cancelled == 4


def test_a_restart_keeps_everything_that_was_acknowledged() -> None:
    line = Line(Fault(faults.RESTART, from_ns=10 * MS, for_ns=10 * MS))
    line.buy(1, price=100)
    line.until(15)
    others(line.exchange, line.time_ns, SELL, 3, 100)
    assert line.filled(1) == 0
    line.until(20)
    assert line.filled(1) == line.traded(1) == 3


def test_a_dose_strikes_after_so_many_and_so_often() -> None:
    line = Line(Fault(faults.LOST_ACKNOWLEDGEMENT, after=1, count_max=2))
    heard = [kinds(line.buy(order, price=100)) for order in range(1, 6)]
    assert heard == [[REPORT_ACCEPTED], [], [], [REPORT_ACCEPTED], [REPORT_ACCEPTED]]


def test_equal_seeds_give_equal_histories_however_often_somebody_looks() -> None:
    def history(seed: int, step_ms: int) -> list[tuple[int, Command]]:
        script = random_faults(seed, 200 * MS, loses_fills=True)
        line = Line(*script, latency_ns=MS)
        for order in range(1, 40):
            line.time_ns = START + order * 12 * MS
            line.venue.submit(line.time_ns, cleared(order, BUY, 3, 100 + order % 2))
            if order % 3 == 0:
                request = CancelRequested(order - 1, VENUE.name, 1, 0)
                line.venue.cancel(line.time_ns, request)
            for after_ms in range(order * 12, order * 12 + 12, step_ms):
                line.until(after_ms)
        line.until(2_000)
        return line.heard

    for seed in range(12):
        assert history(seed, 12) == history(seed, 12)
        assert sorted(history(seed, 12), key=str) == sorted(history(seed, 3), key=str)
    assert history(1, 12) != history(2, 12)


def test_a_script_by_seed_uses_every_kind_over_the_seeds_and_loses_fills_only_when_asked() -> None:
    drawn = {fault.kind for seed in range(40) for fault in random_faults(seed, loses_fills=True)}
    assert drawn == set(faults.FAULTS) - {faults.THROTTLE}
    plain = {fault.kind for seed in range(40) for fault in random_faults(seed)}
    assert plain == set(faults.FAULTS) - {faults.LOST_FILL, faults.THROTTLE}


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        (99, {}, "must be one of"),
        (faults.LATE_FILL, {}, "needs a delay"),
        (faults.DISCONNECT, {}, "an outage must end"),
        (faults.LOST_FILL, {"ppm": 2_000_000}, "ppm was 2000000"),
        (faults.LOST_FILL, {"from_ns": -1}, "below 0"),
        (faults.SLOW, {"delay_ns": 5, "ppm": 5}, "no dose"),
        (faults.RATE_BAN, {"for_ns": 5, "every_ns": 5}, "shorter than every"),
    ],
)
def test_a_fault_that_contradicts_itself_is_refused(
    kind: int, more: dict[str, int], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Fault(kind, **more)  # type: ignore[arg-type]


def test_a_script_by_seed_needs_a_length() -> None:
    with pytest.raises(ValueError, match="length_ns was 5"):
        random_faults(1, 5)
