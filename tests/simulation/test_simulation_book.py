"""The book against a naive one, and its rules one by one."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.messages.reasons import IMMEDIATE_REMAINDER, NO_LIQUIDITY, SELF_MATCH
from interlock.messages.terms import BUY, CANCELLED, DAY, FOK, IOC, LIMIT, MARKET, SELL
from interlock.simulation.book import (
    DECREMENT,
    ENDED,
    EXPIRE_BOTH,
    EXPIRE_MAKER,
    EXPIRE_TAKER,
    REDUCED,
    SELF_MATCH_ALLOWED,
    SELF_MATCH_MODES,
    TRADED,
    Book,
    Change,
)
from interlock.simulation.order import VenueOrder
from simulation.naive_book import Naive, NaiveBook

KINDS = ("limit", "limit", "limit", "ioc", "fok", "market", "post_only", "iceberg")
TIMES = {"ioc": IOC, "fok": FOK, "market": IOC}


@dataclass
class Move:
    """One thing that happens to both books."""

    what: str
    side: int
    quantity: int
    price: int
    display: int
    who: str
    target: int


moves = st.lists(
    st.builds(
        Move,
        what=st.sampled_from((*KINDS, "cancel", "amend")),
        side=st.sampled_from((BUY, SELL)),
        quantity=st.integers(1, 30),
        price=st.integers(96, 104),
        display=st.integers(1, 6),
        who=st.sampled_from(("ann", "bob", "cid")),
        target=st.integers(0, 40),
    ),
    max_size=40,
)


def order(
    number: int,
    side: int,
    quantity: int,
    price: int,
    *,
    who: str = "",
    kind: str = "limit",
    display: int = 0,
) -> VenueOrder:
    return VenueOrder(
        number,
        who,
        side,
        quantity,
        price,
        MARKET if kind == "market" else LIMIT,
        TIMES.get(kind, DAY),
        display,
        kind == "post_only",
    )


class Pair:
    """The real book and the naive one, told the same."""

    def __init__(self, mode: int) -> None:
        self.book = Book(mode)
        self.naive = NaiveBook(mode)
        self.orders: dict[int, VenueOrder] = {}
        self.log: list[tuple[str, int, int, int, int]] = []

    def make(self, number: int, move: Move) -> None:
        if move.what == "cancel":
            known = self.orders.get(move.target)
            if known is not None and known.level is not None:
                self.book.withdraw(known)
                known.end(CANCELLED)
            self.naive.cancel(move.target)
        elif move.what == "amend":
            self.amend(move)
        else:
            self.enter(number, move)

    def enter(self, number: int, move: Move) -> None:
        display = move.display if move.what == "iceberg" else 0
        made = order(
            number,
            move.side,
            move.quantity,
            move.price,
            who=move.who,
            kind=move.what,
            display=display,
        )
        self.orders[number] = made
        changes: list[Change] = []
        if made.post_only and self.book.would_trade(made):
            self.log.append(("refused", number, 0, 0, 0))
        else:
            self.book.submit(made, changes)
        self.note(changes)
        naive = Naive(number, move.who, move.side, move.quantity, move.price, display)
        self.naive.submit(naive, move.what)

    def amend(self, move: Move) -> None:
        known = self.orders.get(move.target)
        naive = self.naive.find(move.target)
        assert (known is not None and known.level is not None) == (naive is not None)
        if known is None or naive is None:
            return
        changes: list[Change] = []
        self.book.amend(known, known.filled + move.quantity, move.price, True, changes)
        self.note(changes)
        self.naive.amend(move.target, move.quantity, move.price)

    def note(self, changes: list[Change]) -> None:
        for change in changes:
            maker = change.maker.order
            if change.kind == TRADED:
                assert change.taker is not None
                self.log.append(("trade", maker, change.taker.order, change.price, change.quantity))
            elif change.kind == ENDED:
                self.log.append(("ended", maker, 0, 0, change.quantity))
            else:
                self.log.append(("reduced", maker, 0, 0, change.quantity))


@settings(max_examples=300)
@given(moves=moves, mode=st.sampled_from(tuple(SELF_MATCH_MODES)))
def test_the_book_does_what_the_naive_book_does(moves: list[Move], mode: int) -> None:
    pair = Pair(mode)
    for number, move in enumerate(moves, start=1):
        pair.make(number, move)
        assert pair.log == pair.naive.log
        assert list(pair.book.bids.depth(99)) == pair.naive.depth(BUY)
        assert list(pair.book.asks.depth(99)) == pair.naive.depth(SELL)
        assert not pair.book.is_crossed()


@given(moves=moves, mode=st.sampled_from(tuple(SELF_MATCH_MODES)))
def test_no_lot_is_made_or_lost(moves: list[Move], mode: int) -> None:
    pair = Pair(mode)
    for number, move in enumerate(moves, start=1):
        pair.make(number, move)
    traded = sum(row[4] for row in pair.log if row[0] == "trade")
    for side in (BUY, SELL):
        mine = [made for made in pair.orders.values() if made.side == side]
        assert sum(made.filled for made in mine) == traded
        resting = sum(made.leaves for made in mine if made.level is not None)
        levels = (pair.book.bids if side == BUY else pair.book.asks).levels.values()
        assert resting == sum(level.total for level in levels)
    for made in pair.orders.values():
        assert made.filled + made.leaves <= made.quantity
        assert made.shown <= made.leaves
        assert made.level is not None or made.shown == 0


def entered(book: Book, *orders: VenueOrder) -> list[Change]:
    changes: list[Change] = []
    for made in orders:
        book.submit(made, changes)
    return changes


def traded(changes: list[Change]) -> list[tuple[int, int, int]]:
    """(maker, price, quantity) of every trade."""
    return [(c.maker.order, c.price, c.quantity) for c in changes if c.kind == TRADED]


def test_better_prices_trade_first_then_earlier_orders() -> None:
    book = Book()
    entered(book, order(1, SELL, 5, 101), order(2, SELL, 5, 100), order(3, SELL, 5, 100))
    assert traded(entered(book, order(4, BUY, 12, 101))) == [
        (2, 100, 5),
        (3, 100, 5),
        (1, 101, 2),
    ]


def test_an_iceberg_slice_that_is_used_up_goes_to_the_end_of_the_queue() -> None:
    book = Book()
    entered(book, order(1, SELL, 9, 100, display=3), order(2, SELL, 4, 100))
    assert book.asks.depth(1) == ((100, 7),)
    assert traded(entered(book, order(3, BUY, 8, 100))) == [(1, 100, 3), (2, 100, 4), (1, 100, 1)]
    assert book.asks.depth(1) == ((100, 2),)


def test_less_quantity_keeps_the_place_in_the_queue() -> None:
    book = Book()
    first = order(1, SELL, 9, 100)
    entered(book, first, order(2, SELL, 4, 100))
    book.amend(first, 3, 100, True, [])
    assert traded(entered(book, order(3, BUY, 4, 100))) == [(1, 100, 3), (2, 100, 1)]


def test_more_quantity_loses_the_place_in_the_queue() -> None:
    book = Book()
    first = order(1, SELL, 3, 100)
    entered(book, first, order(2, SELL, 4, 100))
    book.amend(first, 5, 100, True, [])
    assert traded(entered(book, order(3, BUY, 5, 100))) == [(2, 100, 4), (1, 100, 1)]


def test_another_price_loses_the_place_and_may_trade() -> None:
    book = Book()
    bid = order(1, BUY, 5, 99)
    entered(book, bid, order(2, SELL, 3, 100))
    changes: list[Change] = []
    book.amend(bid, 5, 100, True, changes)
    assert traded(changes) == [(2, 100, 3)]
    assert book.bids.depth(9) == ((100, 2),)


def test_fok_takes_everything_or_touches_nothing() -> None:
    book = Book()
    entered(book, order(1, SELL, 3, 100), order(2, SELL, 3, 101, display=1))
    killed = entered(book, order(3, BUY, 7, 101, kind="fok"))
    assert [(c.kind, c.reason) for c in killed] == [(ENDED, IMMEDIATE_REMAINDER)]
    assert book.asks.depth(9) == ((100, 3), (101, 1))
    filled = entered(book, order(4, BUY, 6, 101, kind="fok"))
    assert sum(quantity for _, _, quantity in traded(filled)) == 6


def test_fok_does_not_count_slices_that_come_after_an_order_of_its_own() -> None:
    book = Book(EXPIRE_TAKER)
    entered(book, order(1, BUY, 9, 100, who="them", display=2), order(2, BUY, 5, 100, who="us"))
    changes = entered(book, order(3, SELL, 7, 100, who="us", kind="fok"))
    assert [(c.kind, c.reason) for c in changes] == [(ENDED, IMMEDIATE_REMAINDER)]


def test_a_market_order_without_another_side_says_that_there_is_no_liquidity() -> None:
    changes = entered(Book(), order(1, BUY, 3, 0, kind="market"))
    assert [(c.kind, c.reason, c.quantity) for c in changes] == [(ENDED, NO_LIQUIDITY, 3)]


@pytest.mark.parametrize(
    ("mode", "ended", "left"),
    [
        pytest.param(EXPIRE_MAKER, [1], {2: 0, 3: 1}, id="expire_maker"),
        pytest.param(EXPIRE_TAKER, [3], {1: 4, 2: 2}, id="expire_taker"),
        pytest.param(EXPIRE_BOTH, [1, 3], {2: 2}, id="expire_both"),
        pytest.param(DECREMENT, [3], {1: 1, 2: 2}, id="decrement"),
        pytest.param(SELF_MATCH_ALLOWED, [], {1: 1, 2: 2}, id="allowed"),
    ],
)
def test_self_match_prevention_ends_whom_its_mode_says(
    mode: int, ended: list[int], left: dict[int, int]
) -> None:
    book = Book(mode)
    mine = order(1, SELL, 4, 100, who="us")
    other = order(2, SELL, 2, 100, who="them")
    taker = order(3, BUY, 3, 100, who="us")
    changes = entered(book, mine, other, taker)
    assert [c.maker.order for c in changes if c.kind == ENDED] == ended
    assert all(c.reason == SELF_MATCH for c in changes if c.kind != TRADED)
    assert {o.order: o.leaves for o in (mine, other, taker) if o.order in left} == left
    assert [c.maker.order for c in changes if c.kind == REDUCED] == (
        [1] if mode == DECREMENT else []
    )


def test_orders_without_a_name_are_never_the_same_participant() -> None:
    book = Book(EXPIRE_TAKER)
    assert traded(entered(book, order(1, SELL, 3, 100), order(2, BUY, 3, 100))) == [(1, 100, 3)]
