"""When the exchange hears us, when we hear it, and what it publishes about the market."""

from interlock.messages.commands import ReportOrder, UpdateLadder, UpdateQuote
from interlock.messages.terms import BUY, CANCELLED, GTC, IOC, REPORT_FILL, SELL
from interlock.simulation.exchange import Exchange
from simulation.trading import COIN, SYMBOL, VENUE, Trader, cleared, fills, kinds, others


def exchange(**options: object) -> Exchange:
    return Exchange(VENUE, [COIN], **options)  # type: ignore[arg-type]


def test_requests_arrive_and_words_return_after_their_latencies() -> None:
    trader = Trader(exchange(latency_out_ns=300, latency_in_ns=200))
    start_ns = trader.time_ns
    trader.submit(cleared(1, BUY, 5, 100))
    assert trader.venue.next_time_ns() == start_ns + 300
    assert trader.listen(start_ns + 499) == []
    assert trader.venue.next_time_ns() == start_ns + 500
    trader.listen(start_ns + 500)
    assert [(time_ns - start_ns) for time_ns, _ in trader.heard] == [500, 500]
    assert trader.reports(1)[0].venue_time_ns == start_ns + 300
    assert trader.venue.next_time_ns() == -1


def test_an_order_meets_the_book_of_its_arrival_not_of_its_sending() -> None:
    trader = Trader(exchange(latency_out_ns=300))
    start_ns = trader.time_ns
    quote = others(trader.venue, start_ns, SELL, 5, 101)
    trader.submit(cleared(1, BUY, 5, 101, time_in_force=IOC))
    trader.venue.withdraw(start_ns + 299, quote)
    assert quote.status == CANCELLED
    assert fills(trader.listen(start_ns + 300)) == []


def test_words_come_in_time_order_and_market_data_after_the_report() -> None:
    trader = Trader(exchange(latency_out_ns=100, latency_in_ns=50))
    others(trader.venue, trader.time_ns, SELL, 3, 101)
    for number in range(1, 6):
        trader.submit(cleared(number, BUY, 1, 101))
        trader.listen(trader.time_ns + 60)
    trader.listen(trader.time_ns + 1_000)
    times = [time_ns for time_ns, _ in trader.heard]
    assert times == sorted(times)
    words = [command for _, command in trader.heard]
    for index, word in enumerate(words):
        if isinstance(word, ReportOrder) and word.kind == REPORT_FILL:
            after = words[index + 1 :]
            assert any(isinstance(later, UpdateQuote) for later in after)


def test_market_data_is_published_at_most_once_an_interval_and_never_forgotten() -> None:
    trader = Trader(exchange(publish_interval_ns=1_000))
    start_ns = trader.time_ns
    for step in range(10):
        trader.listen(start_ns + 100 * step)
        trader.submit(cleared(step + 1, BUY, 1, 100 + step))
    trader.listen(start_ns + 5_000)
    quotes = [(t - start_ns, c.bid) for t, c in trader.heard if isinstance(c, UpdateQuote)]
    assert quotes == [(0, 100), (1_000, 109)]


def test_a_ladder_shows_the_best_levels_and_only_displayed_quantity() -> None:
    trader = Trader(exchange(levels=2))
    trader.submit(cleared(1, BUY, 9, 100, display=4), cleared(2, BUY, 1, 99))
    words = trader.submit(cleared(3, BUY, 1, 98), cleared(4, SELL, 2, 105))
    ladders = [word for word in words if isinstance(word, UpdateLadder)]
    assert ladders == [
        UpdateLadder(SYMBOL, "venue", ((100, 4), (99, 1)), ((105, 2),), trader.time_ns)
    ]


def test_without_levels_or_trades_only_our_reports_are_said() -> None:
    trader = Trader(exchange(levels=0, publishes_trades=False))
    others(trader.venue, trader.time_ns, SELL, 3, 101)
    words = trader.submit(cleared(1, BUY, 5, 101))
    assert len(words) == len(kinds(words)) == 2


def test_thousands_of_requests_on_their_way_arrive_once_each_and_in_order() -> None:
    venue = exchange(latency_out_ns=1_000_000)
    for number in range(1, 3_001):
        venue.submit(number, cleared(number, BUY, 1, 100, time_in_force=GTC))
    heard: list[int] = []
    for time_ns in range(1_000_000, 1_003_100, 100):
        heard += [c.order for _, c in venue.due(time_ns) if isinstance(c, ReportOrder)]
    assert heard == list(range(1, 3_001))
