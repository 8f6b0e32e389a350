"""The seeded market and the chance it is made of."""

from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from msgspec.structs import replace

from interlock.messages.commands import Command, NoteTrade, UpdateQuote
from interlock.messages.definitions import Instrument, PhaseStart, Venue
from interlock.messages.terms import BUY, CLOSED, CONTINUOUS, PRE_OPEN
from interlock.messages.units import NS_PER_SECOND
from interlock.simulation.chance import NORMAL_ONE, Chance
from interlock.simulation.exchange import Exchange
from interlock.simulation.market import MarketGenerator, Profile
from simulation.trading import COIN, HOUR, SYMBOL

START = 1_700_000_000 * NS_PER_SECOND
GOLD = Instrument("GOLD", "USD", 2, 2, 1, 0, 1)


def test_splitmix64_gives_the_published_numbers() -> None:
    # From the reference implementation: seed 1234567, the first three outputs.
    chance = Chance(1_234_567)
    outputs = [(chance.word() << 32) | chance.word() for _ in range(3)]
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_chance_has_the_moments_it_promises() -> None:
    chance = Chance(5)
    normals = [chance.normal() for _ in range(20_000)]
    mean = sum(normals) / len(normals)
    deviation = (sum((value - mean) ** 2 for value in normals) / len(normals)) ** 0.5
    assert abs(mean) < NORMAL_ONE / 40
    assert abs(deviation / NORMAL_ONE - 1) < 0.02
    waits = [chance.waiting(10_000) for _ in range(20_000)]
    assert min(waits) >= 1
    assert abs(sum(waits) / len(waits) / 10_000 - 1) < 0.03
    assert abs(sum(wait > 10_000 for wait in waits) / len(waits) - 0.3679) < 0.015
    counts = [chance.geometric(4) for _ in range(20_000)]
    assert abs(sum(counts) / len(counts) - 4) < 0.15
    assert abs(counts.count(0) / len(counts) - 0.2) < 0.02
    assert abs(sum(chance.happens(300_000) for _ in range(20_000)) / 20_000 - 0.3) < 0.02
    assert {chance.between(-2, 2) for _ in range(200)} == {-2, -1, 0, 1, 2}


def market(seed: int) -> tuple[list[Exchange], MarketGenerator]:
    exchanges = [
        Exchange(Venue(name, (SYMBOL, "GOLD")), [COIN, GOLD]) for name in ("alpha", "beta")
    ]
    profiles = [
        Profile(SYMBOL, 10_000, volatility_ppm=300, events_per_second=20),
        Profile("GOLD", 180_000, half_spread=2, quantity=3, events_per_second=10),
    ]
    return exchanges, MarketGenerator(seed, exchanges, profiles, START)


def words(seed: int, seconds: int, step_ns: int = NS_PER_SECOND // 4) -> list[tuple[int, Command]]:
    exchanges, generator = market(seed)
    heard: list[tuple[int, Command]] = []
    for time_ns in range(START, START + seconds * NS_PER_SECOND, step_ns):
        generator.advance(time_ns)
        for exchange in exchanges:
            heard += exchange.due(time_ns)
    return heard


@cache
def long_run() -> list[tuple[int, Command]]:
    return words(11, 400)


def test_equal_seeds_give_equal_markets_and_other_seeds_others() -> None:
    first = words(3, 20)
    assert first == words(3, 20)
    assert first != words(4, 20)


def test_the_market_does_not_depend_on_how_often_it_is_asked() -> None:
    coarse = words(3, 10, NS_PER_SECOND)
    fine = words(3, 10, NS_PER_SECOND // 16)
    for venue in ("alpha", "beta"):
        told = [[c for _, c in run if getattr(c, "venue", "") == venue] for run in (coarse, fine)]
        assert told[0] == told[1][: len(told[0])]


def test_the_generator_says_when_somebody_acts_next() -> None:
    _, generator = market(3)
    assert generator.next_time_ns() == START
    last_ns = START
    for _ in range(200):
        next_ns = generator.next_time_ns()
        assert next_ns >= last_ns
        generator.advance(next_ns)
        last_ns = next_ns
    assert generator.events >= 200
    assert MarketGenerator(1, [], [], START).next_time_ns() == -1


def test_quotes_are_two_sided_and_the_spread_is_a_few_ticks() -> None:
    quotes = [c for _, c in long_run() if isinstance(c, UpdateQuote) and c.instrument == SYMBOL]
    two_sided = [q for q in quotes if q.bid_quantity and q.ask_quantity]
    assert len(two_sided) > 0.99 * len(quotes)
    spreads = Counter(q.ask - q.bid for q in two_sided)
    assert min(spreads) > 0
    ordered = sorted(spreads.elements())
    assert 1 <= ordered[len(ordered) // 2] <= 4
    assert sum(count for spread, count in spreads.items() if spread <= 10) > 0.9 * len(two_sided)


def test_there_is_depth_behind_the_touch() -> None:
    exchanges, generator = market(2)
    generator.advance(START + 60 * NS_PER_SECOND)
    for exchange in exchanges:
        book = exchange.listings[SYMBOL].book
        for rows in (book.bids.depth(99), book.asks.depth(99)):
            assert len(rows) >= 5
            assert sum(quantity for _, quantity in rows) > 200


def test_the_venues_follow_one_price() -> None:
    middles: dict[str, int] = {}
    apart = []
    for _, command in long_run():
        if (
            isinstance(command, UpdateQuote)
            and command.instrument == SYMBOL
            and command.bid_quantity
            and command.ask_quantity
        ):
            middles[command.venue] = command.bid + command.ask
            if len(middles) == 2:
                apart.append(abs(middles["alpha"] - middles["beta"]) / 2)
    assert sum(apart) / len(apart) < 3
    prices = {command.bid for _, command in long_run() if isinstance(command, UpdateQuote)}
    assert len(prices) > 20


def correlation(values: list[float], lag: int) -> float:
    mean = sum(values) / len(values)
    around = [value - mean for value in values]
    together = sum(a * b for a, b in zip(around, around[lag:], strict=False))
    return together / sum(a * a for a in around)


def test_large_moves_follow_large_moves() -> None:
    middles: list[float] = []
    second = START
    last = 0.0
    for time_ns, command in long_run():
        while time_ns >= second + NS_PER_SECOND:
            middles.append(last)
            second += NS_PER_SECOND
        if (
            isinstance(command, UpdateQuote)
            and (command.instrument, command.venue) == (SYMBOL, "alpha")
            and command.bid_quantity
            and command.ask_quantity
        ):
            last = (command.bid + command.ask) / 2
    moves = [abs(after - before) for before, after in pairwise(middles)][5:]
    assert sum(correlation(moves, lag) for lag in (1, 2, 3)) / 3 > 0.05


def test_the_side_of_market_orders_persists() -> None:
    sides = [
        1.0 if command.aggressor == BUY else -1.0
        for _, command in long_run()
        if isinstance(command, NoteTrade)
        and (command.instrument, command.venue) == (SYMBOL, "alpha")
    ]
    assert len(sides) > 500
    assert correlation(sides, 1) > 0.1


def test_nobody_trades_before_the_doors_open() -> None:
    minute = 60 * NS_PER_SECOND
    opening = replace(
        COIN,
        phases=(
            PhaseStart(8 * HOUR, PRE_OPEN),
            PhaseStart(8 * HOUR + 2 * minute, CONTINUOUS),
            PhaseStart(17 * HOUR, CLOSED),
        ),
    )
    exchange = Exchange(Venue("alpha", (SYMBOL,)), [opening])
    generator = MarketGenerator(1, [exchange], [Profile(SYMBOL, 10_000)], 7 * HOUR)
    generator.advance(8 * HOUR - 1)
    exchange.due(8 * HOUR - 1)
    assert exchange.listings[SYMBOL].is_empty()
    generator.advance(8 * HOUR + 60 * NS_PER_SECOND)
    assert exchange.due(8 * HOUR + 60 * NS_PER_SECOND) == []
    assert not exchange.listings[SYMBOL].is_empty()
    generator.advance(8 * HOUR + 125 * NS_PER_SECOND)
    assert any(isinstance(c, UpdateQuote) for _, c in exchange.due(8 * HOUR + 125 * NS_PER_SECOND))


def test_a_profile_that_makes_no_market_is_refused() -> None:
    with pytest.raises(ValueError, match="price was 3"):
        Profile(SYMBOL, 3)
