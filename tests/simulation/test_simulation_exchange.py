"""What the exchange says: about orders, about time, about the market."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.commands import ReportOrder, UpdateQuote
from interlock.messages.reasons import (
    IMMEDIATE_REMAINDER,
    INVALID_TERMS,
    NO_LIQUIDITY,
    ORDER_NOT_WORKING,
    POST_ONLY_WOULD_TRADE,
    REQUESTED,
    SELF_MATCH,
    UNKNOWN_INSTRUMENT,
    UNKNOWN_ORDER,
)
from interlock.messages.terms import (
    BUY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MAKER,
    MARKET,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
    REPORT_REPLACED,
    REPORT_RESTATED,
    REPORT_STATUS,
    SELL,
    TAKER,
)
from interlock.simulation.book import DECREMENT, EXPIRE_BOTH, EXPIRE_MAKER, EXPIRE_TAKER
from interlock.simulation.exchange import Exchange
from interlock.simulation.fees import fee_of
from simulation.trading import COIN, SYMBOL, VENUE, Trader, cleared, fills, kinds, others, trades


def exchange(**options: object) -> Exchange:
    return Exchange(VENUE, [COIN], **options)  # type: ignore[arg-type]


def test_a_limit_order_is_accepted_and_rests() -> None:
    trader = Trader(exchange())
    words = trader.submit(cleared(1, BUY, 5, 100))
    assert kinds(words) == [REPORT_ACCEPTED]
    assert words[-1] == UpdateQuote(SYMBOL, "venue", 100, 5, 0, 0, trader.time_ns)


def test_both_sides_of_a_trade_are_told_with_their_fees() -> None:
    trader = Trader(exchange())
    trader.submit(cleared(1, SELL, 5, 101, account="ann"))
    words = trader.submit(cleared(2, BUY, 3, 101, account="bob", time_in_force=IOC))
    maker, taker = [w for w in words if isinstance(w, ReportOrder) and w.kind == REPORT_FILL]
    assert (maker.order, maker.quantity, maker.price, maker.liquidity) == (1, 3, 101, MAKER)
    assert (taker.order, taker.quantity, taker.price, taker.liquidity) == (2, 3, 101, TAKER)
    # 3 lots at 101 ticks are worth 303 * 1 minor; -100 ppm is a rebate of 0.03, 250 ppm 0.08.
    assert COIN.minor_per_tick_lot == 1
    assert (maker.fee, taker.fee) == (0, 1)
    assert trades(words) == [(101, 3, BUY)]


@given(st.integers(1, 10**7), st.integers(1, 10**5), st.integers(1, 500), st.integers(-900, 900))
def test_fees_are_rounded_against_whoever_pays(
    price: int, quantity: int, value: int, ppm: int
) -> None:
    fee = fee_of(price, quantity, value, ppm)
    exact = price * quantity * value * ppm
    assert 0 <= fee * 1_000_000 - exact < 1_000_000


def test_execution_ids_are_unique_and_come_again_in_a_second_run() -> None:
    runs = []
    for _ in range(2):
        trader = Trader(exchange())
        trader.submit(cleared(1, SELL, 9, 101, account="ann"))
        for number in range(2, 6):
            trader.submit(cleared(number, BUY, 2, 101, account="bob"))
        runs.append([report.execution_id for report in trader.reports() if report.execution_id])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == len(runs[0]) == 8


def test_what_an_ioc_cannot_trade_is_cancelled_with_its_reason() -> None:
    trader = Trader(exchange())
    others(trader.venue, trader.time_ns, SELL, 2, 101)
    words = trader.submit(cleared(1, BUY, 5, 101, time_in_force=IOC))
    assert kinds(words) == [REPORT_ACCEPTED, REPORT_FILL, REPORT_CANCELLED]
    assert trader.reports(1)[-1].reason == IMMEDIATE_REMAINDER


def test_an_immediate_order_may_be_answered_by_its_fills_alone() -> None:
    trader = Trader(exchange(accepts_immediate=False))
    others(trader.venue, trader.time_ns, SELL, 5, 101)
    assert kinds(trader.submit(cleared(1, BUY, 5, 101, time_in_force=IOC))) == [REPORT_FILL]
    assert kinds(trader.submit(cleared(2, BUY, 5, 101, time_in_force=FOK))) == [REPORT_CANCELLED]
    assert kinds(trader.submit(cleared(3, BUY, 5, 101))) == [REPORT_ACCEPTED]


def test_a_market_order_walks_the_book_and_ends() -> None:
    trader = Trader(exchange())
    others(trader.venue, trader.time_ns, SELL, 2, 101)
    others(trader.venue, trader.time_ns, SELL, 2, 105)
    words = trader.submit(cleared(1, BUY, 5, 0, order_type=MARKET))
    assert fills(words) == [(101, 2), (105, 2)]
    assert kinds(words)[-1] == REPORT_CANCELLED
    trader.submit(cleared(2, BUY, 5, 0, order_type=MARKET))
    assert trader.reports(2)[-1].reason == NO_LIQUIDITY


def test_a_post_only_order_that_would_trade_is_rejected_also_by_a_replace() -> None:
    trader = Trader(exchange())
    others(trader.venue, trader.time_ns, SELL, 2, 101)
    trader.submit(cleared(1, BUY, 5, 101, post_only=True))
    assert trader.reports(1)[-1].reason == POST_ONLY_WOULD_TRADE
    trader.submit(cleared(2, BUY, 5, 100, post_only=True))
    assert kinds(trader.replace(2, 5, 101)) == [REPORT_REPLACE_REJECTED]
    assert trader.reports(2)[-1].reason == POST_ONLY_WOULD_TRADE
    assert kinds(trader.replace(2, 5, 99, revision=2)) == [REPORT_REPLACED]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param(EXPIRE_MAKER, [(2, REPORT_ACCEPTED), (1, REPORT_CANCELLED)], id="maker"),
        pytest.param(EXPIRE_TAKER, [(2, REPORT_ACCEPTED), (2, REPORT_CANCELLED)], id="taker"),
        pytest.param(
            EXPIRE_BOTH,
            [(2, REPORT_ACCEPTED), (1, REPORT_CANCELLED), (2, REPORT_CANCELLED)],
            id="both",
        ),
        pytest.param(
            DECREMENT,
            [(2, REPORT_ACCEPTED), (1, REPORT_RESTATED), (2, REPORT_CANCELLED)],
            id="decrement",
        ),
    ],
)
def test_self_match_prevention_is_reported(mode: int, expected: list[tuple[int, int]]) -> None:
    trader = Trader(exchange(self_match=mode))
    trader.submit(cleared(1, SELL, 5, 101))
    words = trader.submit(cleared(2, BUY, 3, 101))
    found = [(w.order, w.kind) for w in words if isinstance(w, ReportOrder)]
    assert found == expected
    ends = [w for w in words if isinstance(w, ReportOrder) and w.kind != REPORT_ACCEPTED]
    assert all(report.reason == SELF_MATCH for report in ends)
    if mode == DECREMENT:
        assert ends[0].quantity == 2


def test_an_order_sent_twice_is_recognised_and_never_trades_twice() -> None:
    trader = Trader(exchange())
    others(trader.venue, trader.time_ns, SELL, 50, 101)
    order = cleared(1, BUY, 5, 101, time_in_force=IOC)
    first = trader.submit(order)
    again = trader.submit(order)
    assert kinds(again) == [REPORT_FILL, REPORT_STATUS]
    assert next(w for w in again if isinstance(w, ReportOrder)) in first
    assert not trades(again)
    assert trader.venue.listings[SYMBOL].book.asks.depth(1) == ((101, 45),)


def test_a_query_repeats_what_became_of_an_order() -> None:
    trader = Trader(exchange())
    trader.submit(cleared(1, BUY, 5, 100, account="ann"))
    trader.submit(cleared(2, SELL, 2, 100, account="bob"))
    assert kinds(trader.query(1)) == [REPORT_FILL, REPORT_STATUS]
    trader.cancel(1)
    answer = [w for w in trader.query(1) if isinstance(w, ReportOrder)]
    assert [report.kind for report in answer] == [REPORT_FILL, REPORT_CANCELLED]
    assert answer[1].reason == REQUESTED


def test_an_order_never_seen_is_absent() -> None:
    assert kinds(Trader(exchange()).query(7)) == [REPORT_ABSENT]


def test_a_query_behind_an_order_on_its_way_never_says_absent() -> None:
    trader = Trader(exchange(latency_out_ns=1_000))
    trader.submit(cleared(1, BUY, 5, 100))
    trader.venue.query(trader.time_ns, 1)
    assert kinds(trader.listen(trader.time_ns + 1_000)) == [REPORT_ACCEPTED, REPORT_STATUS]


def test_an_order_long_forgotten_is_neither_absent_nor_new() -> None:
    trader = Trader(exchange(finished_orders_max=2))
    for number in range(1, 5):
        trader.submit(cleared(number, BUY, 1, 100, time_in_force=IOC))
    assert kinds(trader.query(1)) == []
    assert kinds(trader.submit(cleared(1, BUY, 1, 100))) == [REPORT_STATUS]
    assert kinds(trader.query(4)) == [REPORT_CANCELLED]
    assert len(trader.venue.gateway.orders) == 2


def test_cancels_and_replaces_of_what_does_not_work_are_rejected() -> None:
    trader = Trader(exchange())
    assert kinds(trader.cancel(9)) == [REPORT_CANCEL_REJECTED]
    assert trader.reports(9)[-1].reason == UNKNOWN_ORDER
    trader.submit(cleared(1, BUY, 5, 100, time_in_force=IOC))
    assert kinds(trader.cancel(1)) == [REPORT_CANCEL_REJECTED]
    assert kinds(trader.replace(1, 4, 100)) == [REPORT_REPLACE_REJECTED]
    assert trader.reports(1)[-1].reason == ORDER_NOT_WORKING


def test_a_replace_is_reported_before_what_it_trades() -> None:
    trader = Trader(exchange())
    others(trader.venue, trader.time_ns, SELL, 2, 101)
    trader.submit(cleared(1, BUY, 5, 100))
    words = trader.replace(1, 7, 101)
    assert kinds(words) == [REPORT_REPLACED, REPORT_FILL]
    replaced, fill = [w for w in words if isinstance(w, ReportOrder)]
    assert (replaced.quantity, replaced.price, replaced.revision) == (7, 101, 1)
    assert fill.revision == 1


def test_a_replace_to_less_than_is_filled_ends_the_order_as_filled() -> None:
    trader = Trader(exchange())
    trader.submit(cleared(1, BUY, 5, 100, account="ann"))
    trader.submit(cleared(2, SELL, 3, 100, account="bob"))
    words = trader.replace(1, 2, 100)
    report = next(w for w in words if isinstance(w, ReportOrder))
    assert (report.kind, report.quantity) == (REPORT_REPLACED, 3)
    assert kinds(trader.cancel(1)) == [REPORT_CANCEL_REJECTED]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(cleared(1, BUY, 0, 100), id="no_quantity"),
        pytest.param(cleared(1, BUY, 5_000, 100, display=1), id="too_many_slices"),
        pytest.param(cleared(1, BUY, 5, 100, time_in_force=IOC, post_only=True), id="ioc_post"),
        pytest.param(cleared(1, BUY, 5, 100, time_in_force=GTD, expire_ns=5), id="gtd_past"),
    ],
)
def test_terms_that_make_no_sense_are_rejected(order: object) -> None:
    trader = Trader(exchange())
    trader.submit(order)  # type: ignore[arg-type]
    assert (trader.reports(1)[-1].kind, trader.reports(1)[-1].reason) == (
        REPORT_REJECTED,
        INVALID_TERMS,
    )


def test_an_instrument_that_is_not_traded_here_is_rejected() -> None:
    trader = Trader(exchange())
    trader.submit(cleared(1, BUY, 5, 100, instrument="ELSE"))
    assert trader.reports(1)[-1].reason == UNKNOWN_INSTRUMENT


def test_a_gtd_order_expires_at_its_time() -> None:
    trader = Trader(exchange())
    until_ns = trader.time_ns + 1_000
    trader.submit(cleared(1, BUY, 5, 100, time_in_force=GTD, expire_ns=until_ns))
    assert trader.venue.next_time_ns() == until_ns
    assert kinds(trader.listen(until_ns - 1)) == []
    assert kinds(trader.listen(until_ns)) == [REPORT_EXPIRED]
    assert trader.venue.next_time_ns() == -1


requests = st.lists(
    st.tuples(
        st.sampled_from(("new", "new", "new", "cancel", "replace")),
        st.sampled_from((BUY, SELL)),
        st.integers(1, 20),
        st.integers(97, 103),
        st.sampled_from((GTC, IOC, FOK)),
        st.sampled_from((LIMIT, LIMIT, MARKET)),
        st.sampled_from(("ann", "bob")),
        st.integers(1, 30),
    ),
    max_size=30,
)


@given(rows=requests, latency_ns=st.sampled_from((0, 70)))
def test_the_reports_of_an_order_account_for_all_of_it(
    rows: list[tuple[str, int, int, int, int, int, str, int]], latency_ns: int
) -> None:
    venue = exchange(latency_out_ns=latency_ns, latency_in_ns=latency_ns)
    trader = Trader(venue)
    sent: dict[int, tuple[int, int]] = {}
    for number, (what, side, quantity, price, in_force, kind, who, target) in enumerate(rows, 1):
        trader.time_ns += 10
        if what == "new":
            sent[number] = (side, quantity)
            made = cleared(
                number,
                side,
                quantity,
                price,
                account=who,
                order_type=kind,
                time_in_force=in_force,
            )
            trader.submit(made)
        elif what == "cancel":
            trader.cancel(target)
        else:
            trader.replace(target, quantity, price, revision=number)
    trader.listen(trader.time_ns + 1_000)
    filled = {BUY: 0, SELL: 0}
    for number, (side, quantity) in sent.items():
        order = venue.gateway.orders[number]
        of_order = trader.reports(number)
        done = sum(report.quantity for report in of_order if report.kind == REPORT_FILL)
        for report in of_order:
            if report.kind == REPORT_REPLACED:
                quantity = report.quantity
        ended = any(report.kind == REPORT_CANCELLED for report in of_order)
        assert done == order.filled
        assert order.leaves == (0 if ended else quantity - done)
        filled[side] += done
    assert filled[BUY] == filled[SELL]
    assert not venue.listings[SYMBOL].book.is_crossed()
