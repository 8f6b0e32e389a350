"""Phases of the day and limits of the session: what may enter when, and how fast."""

import pytest

from interlock.messages.commands import UpdateQuote
from interlock.messages.definitions import Instrument
from interlock.messages.reasons import (
    INSTRUMENT_SUSPENDED,
    MESSAGE_RATE_ABOVE_LIMIT,
    PHASE_CLOSED,
    VENUE_DECIDED,
)
from interlock.messages.terms import (
    AUCTION,
    BUY,
    CLOSED,
    CLOSING_AUCTION,
    CONTINUOUS,
    GTC,
    IOC,
    OPENING_AUCTION,
    PRE_OPEN,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_STATUS,
    SELL,
    SUSPENDED,
)
from interlock.messages.units import NS_PER_SECOND
from interlock.simulation.exchange import Exchange
from interlock.simulation.phases import NEVER, phase_change_after
from interlock.simulation.ratelimit import ADMITTED, LOG_OUT, REJECT, RateLimit
from simulation.trading import (
    COIN,
    HOUR,
    VENUE,
    Trader,
    cleared,
    fills,
    kinds,
    others,
    phased,
    trades,
)

DAY = phased(
    (8, PRE_OPEN), (9, OPENING_AUCTION), (10, CONTINUOUS), (16, CLOSING_AUCTION), (17, CLOSED)
)


def opened(hour: int, instrument: Instrument = DAY) -> Trader[Exchange]:
    return Trader(Exchange(VENUE, [instrument]), hour * HOUR)


def test_nothing_enters_while_closed() -> None:
    trader = opened(7)
    assert kinds(trader.submit(cleared(1, BUY, 5, 100))) == [REPORT_REJECTED]
    assert trader.reports(1)[0].reason == PHASE_CLOSED


@pytest.mark.parametrize("hour", [8, 9, 16])
def test_only_orders_that_can_rest_enter_outside_continuous_trading(hour: int) -> None:
    trader = opened(hour)
    trader.submit(cleared(1, BUY, 5, 100, time_in_force=IOC))
    assert trader.reports(1)[0].reason == PHASE_CLOSED
    words = trader.submit(cleared(2, BUY, 5, 105), cleared(3, SELL, 5, 95))
    assert kinds(words) == [REPORT_ACCEPTED, REPORT_ACCEPTED]
    assert not any(isinstance(word, UpdateQuote) for word in words)


def test_the_opening_uncross_trades_at_one_price_as_an_auction() -> None:
    trader = opened(8)
    trader.submit(
        cleared(1, BUY, 10, 105, account="ann"),
        cleared(2, BUY, 10, 101, account="ann"),
        cleared(3, SELL, 12, 99, account="bob"),
    )
    trader.listen(9 * HOUR)
    assert not fills([command for _, command in trader.heard])
    words = trader.listen(10 * HOUR)
    assert trades(words) == [(101, 10, 0), (101, 2, 0)]
    assert {report.liquidity for report in trader.reports() if report.execution_id} == {AUCTION}
    assert words[-1] == UpdateQuote("COIN", "venue", 101, 8, 0, 0, 10 * HOUR)
    assert [time_ns for time_ns, _ in trader.heard][-1] == 10 * HOUR


def test_the_closing_auction_trades_and_then_day_orders_expire() -> None:
    trader = opened(15)
    trader.submit(cleared(1, BUY, 5, 100, account="ann"))
    trader.listen(16 * HOUR)
    trader.submit(cleared(2, SELL, 3, 100, account="bob", time_in_force=GTC))
    trader.submit(cleared(3, SELL, 3, 109, account="bob", time_in_force=GTC))
    words = trader.listen(17 * HOUR)
    assert kinds(words) == [REPORT_FILL, REPORT_FILL, REPORT_EXPIRED]
    assert trader.reports(1)[-1].kind == REPORT_EXPIRED
    assert trader.reports(3)[-1].kind != REPORT_EXPIRED
    # The order that is good till cancelled trades again the next day.
    trader.listen(24 * HOUR + 11 * HOUR)
    words = trader.submit(cleared(4, BUY, 1, 109, account="ann", time_in_force=IOC))
    assert (109, 1) in fills(words)


def test_working_orders_can_be_cancelled_in_every_phase() -> None:
    trader = opened(11)
    for hour in (11, 16, 18):
        trader.listen(hour * HOUR)
        if hour < 17:
            trader.submit(cleared(hour, BUY, 5, 100, time_in_force=GTC))
    for order in (11, 16):
        assert REPORT_CANCELLED in kinds(trader.cancel(order))


def test_a_suspended_instrument_takes_no_order() -> None:
    stopped = Instrument("COIN", "USD", 2, 2, 1, 0, 1, status=SUSPENDED)
    trader = opened(11, stopped)
    trader.submit(cleared(1, BUY, 5, 100))
    assert trader.reports(1)[0].reason == INSTRUMENT_SUSPENDED


def test_an_exchange_that_everybody_has_left_comes_to_an_end() -> None:
    trader = opened(11)
    assert trader.venue.next_time_ns() == -1
    trader.submit(cleared(1, BUY, 5, 100))
    assert trader.venue.next_time_ns() == 16 * HOUR
    trader.cancel(1)
    assert trader.venue.next_time_ns() == -1


@pytest.mark.parametrize("offset_hours", [-5, 0, 9])
def test_the_next_change_of_phase_is_where_the_phase_changes(offset_hours: int) -> None:
    local = Instrument(
        "COIN", "USD", 2, 2, 1, 0, 1, utc_offset_ns=offset_hours * HOUR, phases=DAY.phases
    )
    time_ns = 40 * HOUR
    for _ in range(12):
        change_ns = phase_change_after(local, time_ns)
        phase = local.phase_at(time_ns)
        for moment_ns in range(time_ns, change_ns, HOUR // 2):
            assert local.phase_at(moment_ns) == phase
        assert change_ns > time_ns
        time_ns = change_ns
    assert phase_change_after(COIN, time_ns) == NEVER


def limited(reject_above: int, log_out_above: int) -> Trader[Exchange]:
    rate = RateLimit(reject_above, log_out_above)
    return Trader(Exchange(VENUE, [COIN], rate=rate))


def test_messages_above_the_threshold_are_rejected_until_the_window_has_moved_on() -> None:
    trader = limited(3, 0)
    for number in range(1, 6):
        trader.submit(cleared(number, BUY, 1, 100))
    assert [r.order for r in trader.reports() if r.kind == REPORT_REJECTED] == [4, 5]
    assert trader.reports(4)[0].reason == MESSAGE_RATE_ABOVE_LIMIT
    trader.listen(trader.time_ns + 3 * NS_PER_SECOND)
    assert kinds(trader.submit(cleared(6, BUY, 1, 100))) == [REPORT_ACCEPTED]


def test_cancels_are_counted_but_never_rejected() -> None:
    trader = limited(2, 0)
    trader.submit(cleared(1, BUY, 1, 100))
    assert kinds(trader.cancel(1)) == [REPORT_CANCELLED]
    assert kinds(trader.submit(cleared(2, BUY, 1, 100))) == [REPORT_REJECTED]
    assert kinds(trader.cancel(1)) == [REPORT_CANCEL_REJECTED]


def test_a_logout_cancels_what_works_and_lasts_one_window() -> None:
    trader = limited(4, 5)
    others(trader.venue, trader.time_ns, SELL, 1, 200)
    for number in range(1, 7):
        trader.submit(cleared(number, BUY, 1, 100))
    cancelled = [r for r in trader.reports() if r.kind == REPORT_CANCELLED]
    assert [report.order for report in cancelled] == [1, 2, 3, 4]
    assert {report.reason for report in cancelled} == {VENUE_DECIDED}
    book = trader.venue.listings["COIN"].book
    assert book.bids.best is None
    assert book.asks.best is not None
    trader.listen(trader.time_ns + 3 * NS_PER_SECOND - 1)
    assert kinds(trader.submit(cleared(7, BUY, 1, 100))) == [REPORT_REJECTED]
    trader.listen(trader.time_ns + 1)
    assert kinds(trader.submit(cleared(8, BUY, 1, 100))) == [REPORT_ACCEPTED]
    # An id rejected once is not taken later: a resend is recognised whatever became of it.
    assert kinds(trader.submit(cleared(7, BUY, 1, 100))) == [REPORT_REJECTED, REPORT_STATUS]


def test_the_rate_limit_counts_like_a_window_of_all_messages() -> None:
    rate = RateLimit(4, 0, window_ns=100)
    times: list[int] = []
    for step in range(300):
        now_ns = step * (7 if step % 50 < 25 else 40)
        now_ns = max([now_ns, *times])
        times.append(now_ns)
        within = sum(1 for time_ns in times if time_ns > now_ns - 100)
        assert rate.verdict(now_ns) == (REJECT if within > 4 else ADMITTED)


def test_a_logout_threshold_below_the_reject_threshold_is_refused() -> None:
    with pytest.raises(ValueError, match="must be at least"):
        RateLimit(10, 5)
    assert RateLimit(0, 1).verdict(0) == ADMITTED
    both = RateLimit(1, 2)
    assert [both.verdict(1), both.verdict(1), both.verdict(1)] == [ADMITTED, REJECT, LOG_OUT]
