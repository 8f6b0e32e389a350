"""Running sums against sums made anew."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from interlock.feedback.markets import NO_QUOTE, QUOTES_KEPT, TRADES_KEPT, Markets
from interlock.messages.commands import NoteTrade, UpdateLadder, UpdateQuote

TRADES = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 90)), min_size=1, max_size=40)


def trade(price: int, quantity: int) -> NoteTrade:
    return NoteTrade("COIN", "alpha", price, quantity, 0, 0)


def quote(bid: int, ask: int, bid_quantity: int = 5, ask_quantity: int = 5) -> UpdateQuote:
    return UpdateQuote("COIN", "alpha", bid, bid_quantity, ask, ask_quantity, 0)


@given(TRADES, st.integers(0, 40), st.integers(1, 2_000))
def test_the_first_trades_that_make_up_a_volume(
    trades: list[tuple[int, int]], before: int, wanted: int
) -> None:
    markets = Markets()
    start = 0
    for place, (price, quantity) in enumerate(trades):
        markets.hear(place, trade(price, quantity))
        if place < before:
            start += quantity
    found = markets.tape("COIN").between(start, wanted)
    value = volume = 0
    for price, quantity in trades[before:]:
        if volume >= wanted:
            break
        value, volume = value + price * quantity, volume + quantity
    assert found == ((value, volume) if volume >= wanted else None)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(90, 110)), min_size=1, max_size=30))
def test_the_mid_over_time(moves: list[tuple[int, int]]) -> None:
    markets, now, standing = Markets(), 1, 0
    area = Fraction(0)
    for after, bid in moves:
        area += standing * after
        now += after
        markets.hear(now, quote(bid, bid + 3))
        standing = 2 * bid + 3
    tape = markets.tape("COIN")
    tape.pass_time(now + 7)
    assert tape.mid_time == area + standing * 7
    assert tape.time_valued_ns == now + 7 - 1 - moves[0][0]


def test_a_market_with_one_side_or_crossed_has_no_mid() -> None:
    markets = Markets()
    markets.hear(1, quote(100, 103))
    assert markets.venue("COIN", "alpha").now.mid_twice() == 203
    for one_sided in (quote(100, 103, bid_quantity=0), quote(100, 103, ask_quantity=0)):
        markets.hear(2, one_sided)
        assert markets.venue("COIN", "alpha").now.mid_twice() == 0
    markets.hear(3, quote(104, 103))
    assert markets.venue("COIN", "alpha").now.mid_twice() == 0
    markets.hear(4, UpdateLadder("COIN", "alpha", ((101, 2),), (), 0))
    assert markets.venue("COIN", "alpha").now.mid_twice() == 0


def test_a_moment_is_looked_back_at_and_one_too_long_ago_is_not_guessed() -> None:
    markets = Markets()
    for moment in range(1, 3 * QUOTES_KEPT):
        markets.hear(10 * moment, quote(moment, moment + 2))
    market = markets.venue("COIN", "alpha")
    last = 3 * QUOTES_KEPT - 1
    assert market.at(10 * last + 3).bid == last
    assert market.at(10 * last - 1).bid == last - 1
    assert market.at(5) is NO_QUOTE


def test_trades_too_long_ago_are_not_guessed_either() -> None:
    markets = Markets()
    for _ in range(2 * TRADES_KEPT + 10):
        markets.hear(1, trade(7, 1))
    tape = markets.tape("COIN")
    assert tape.between(0, 5) is None
    assert tape.between(2 * TRADES_KEPT, 5) == (35, 5)
