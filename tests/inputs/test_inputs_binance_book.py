"""Binance's documented procedure, step by step."""

import random

from inputs.captures import BTC
from interlock.inputs.binance_book import (
    APPLIED,
    APPLIED_AFTER_GAP,
    CLOSED,
    COVERED,
    DIFFS_KEPT_MAX,
    DUPLICATE,
    GAP,
    LATE,
    OUTDATED,
    WAITING,
    BinanceBook,
    Diff,
)
from interlock.inputs.binance_steps import BinanceSteps, Level


def spot(first: int, last: int, bids: list[Level] | None = None) -> Diff:
    return Diff(first, last, -1, bids or [], [])


def futures(previous: int, first: int, last: int) -> Diff:
    return Diff(first, last, previous, [], [])


def synced(update_id: int = 100) -> BinanceBook:
    book = BinanceBook()
    assert book.load(update_id, [(99, 5), (98, 5)], [(101, 5)]) == CLOSED
    return book


def test_diffs_before_the_snapshot_wait_and_those_it_covers_are_dropped() -> None:
    book = BinanceBook()
    assert book.take(spot(90, 95, [(50, 1)])) == WAITING
    assert book.take(spot(96, 103, [(99, 7)])) == WAITING
    assert not book.is_synced
    assert book.load(100, [(99, 5)], [(101, 5)]) == CLOSED
    assert book.best_bid() == (99, 7)
    assert 50 not in book.bids
    assert book.update_id == 103


def test_a_snapshot_older_than_the_diffs_that_wait_is_refused() -> None:
    book = BinanceBook()
    assert book.take(spot(110, 115)) == WAITING
    assert book.load(100, [(99, 5)], []) == OUTDATED
    assert not book.is_synced
    assert book.load(109, [(99, 5)], []) == CLOSED


def test_a_snapshot_newer_than_every_diff_drops_what_it_covers() -> None:
    book = synced(100)
    assert book.take(spot(80, 90)) == COVERED
    assert book.take(spot(91, 100)) == COVERED
    assert book.take(spot(101, 102, [(99, 0)])) == APPLIED
    assert book.best_bid() == (98, 5)


def test_a_missing_spot_diff_is_a_gap_until_a_new_snapshot() -> None:
    book = synced(100)
    assert book.take(spot(101, 105)) == APPLIED
    assert book.take(spot(107, 110)) == GAP
    assert not book.is_synced
    assert book.take(spot(111, 112)) == WAITING
    assert book.load(108, [(90, 1)], []) == CLOSED
    assert book.update_id == 112
    assert book.best_bid() == (90, 1)


def test_a_missing_futures_diff_is_a_previous_id_that_does_not_match() -> None:
    book = synced(100)
    assert book.take(futures(97, 99, 104)) == APPLIED
    assert book.take(futures(104, 120, 130)) == APPLIED, "futures ids leap; only pu must match"
    assert book.take(futures(131, 140, 150)) == GAP
    assert book.load(145, [(90, 1)], []) == CLOSED


def test_the_first_futures_diff_after_a_snapshot_must_reach_back_to_it() -> None:
    assert synced(100).take(futures(105, 106, 110)) == GAP
    assert synced(100).take(futures(95, 98, 100)) == COVERED
    assert synced(100).take(futures(95, 98, 101)) == APPLIED
    assert synced(100).take(futures(100, 104, 110)) == APPLIED


def test_a_late_diff_closes_the_gap_without_a_snapshot() -> None:
    book = synced(100)
    assert book.take(spot(101, 105)) == APPLIED
    assert book.take(spot(111, 115, [(99, 1)])) == GAP
    assert book.take(spot(106, 110, [(99, 9), (98, 0)])) == CLOSED
    assert book.best_bid() == (99, 1), "applied in the order of their ids"
    assert 98 not in book.bids


def test_a_diff_that_comes_twice_changes_nothing() -> None:
    book = synced(100)
    assert book.take(spot(101, 105)) == APPLIED
    assert book.take(spot(101, 105)) == DUPLICATE
    assert book.take(spot(106, 107)) == APPLIED


def test_a_diff_from_before_the_book_is_late() -> None:
    book = synced(100)
    assert book.take(spot(101, 105)) == APPLIED
    assert book.take(spot(90, 99, [(99, 0)])) == LATE
    assert book.best_bid() == (99, 5)
    assert book.is_synced


def test_a_snapshot_ahead_of_the_book_covers_a_gap() -> None:
    book = synced(100)
    assert book.take(spot(101, 105)) == APPLIED
    assert book.load(150, [(95, 1)], []) == APPLIED
    assert book.take(spot(140, 160)) == APPLIED_AFTER_GAP
    assert book.is_synced


def test_a_snapshot_behind_the_book_is_not_taken() -> None:
    book = synced(100)
    assert book.take(spot(101, 105)) == APPLIED
    assert book.load(103, [(1, 1)], []) == OUTDATED
    assert book.best_bid() == (99, 5)


def test_diffs_that_wait_are_bounded() -> None:
    book = BinanceBook()
    for number in range(DIFFS_KEPT_MAX + 10):
        book.take(spot(number, number))
    assert len(book.kept) == DIFFS_KEPT_MAX


def test_the_best_levels_follow_every_change() -> None:
    book = synced()
    chance = random.Random(7)
    for update_id in range(101, 600):
        bids = [(chance.randrange(50, 100), chance.randrange(3)) for _ in range(5)]
        asks = [(chance.randrange(100, 150), chance.randrange(3)) for _ in range(5)]
        assert book.take(Diff(update_id, update_id, -1, bids, asks)) == APPLIED
        assert book.best_bids(8) == sorted(book.bids.items(), reverse=True)[:8]
        assert book.best_asks(8) == sorted(book.asks.items())[:8]
        assert book.best_asks(3, above=120) == [x for x in book.best_asks(99) if x[0] > 120][:3]
        assert book.best_bids(3, below=80) == [x for x in book.best_bids(99) if x[0] < 80][:3]
        assert all(book.bids.values())


def test_what_lies_between_two_steps_is_shown_on_the_careful_side() -> None:
    steps = BinanceSteps(BTC)
    half_tick, lot = steps.units("100.005"), steps.units("1.000009")
    assert steps.bids([(half_tick, lot)]) == ((10_000, 100_000),)
    assert steps.asks([(half_tick, lot)]) == ((10_001, 100_000),)
    assert steps.bids([(half_tick, lot), (steps.units("100.00"), lot)]) == ((10_000, 200_000),)
    assert steps.bids([(half_tick, steps.units("0.000009"))]) == ()
    assert steps.cut
