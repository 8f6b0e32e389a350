"""The uncross: its price and quantity against trying every price."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.messages.terms import AUCTION, BUY, DAY, LIMIT, SELL
from interlock.simulation.auction import uncross_price
from interlock.simulation.book import Book, Change
from interlock.simulation.order import VenueOrder

orders = st.lists(
    st.tuples(
        st.sampled_from((BUY, SELL)),
        st.integers(1, 20),
        st.integers(90, 110),
        st.integers(0, 4),
    ),
    max_size=25,
)


def collected(rows: list[tuple[int, int, int, int]]) -> tuple[Book, list[VenueOrder]]:
    book = Book()
    made = []
    for number, (side, quantity, price, display) in enumerate(rows, start=1):
        made.append(VenueOrder(number, "", side, quantity, price, LIMIT, DAY, display))
        book.rest(made[-1])
    return book, made


def tried(rows: list[tuple[int, int, int, int]], reference: int) -> tuple[int, int, int]:
    """(price, quantity, surplus) by trying every tick that anybody accepts."""
    found = (0, 0, 0)
    best: tuple[int, int, int] | None = None
    for price in range(80, 121):
        demand = sum(row[1] for row in rows if row[0] == BUY and row[2] >= price)
        supply = sum(row[1] for row in rows if row[0] == SELL and row[2] <= price)
        quantity = min(demand, supply)
        surplus = abs(demand - supply)
        grade = (-quantity, surplus, abs(price - reference))
        if quantity > 0 and (best is None or grade < best):
            best = grade
            found = (price, quantity, surplus)
    return found


@given(rows=orders, reference=st.integers(85, 115))
def test_the_uncross_is_the_best_of_all_prices(
    rows: list[tuple[int, int, int, int]], reference: int
) -> None:
    book, _ = collected(rows)
    assert uncross_price(book, reference) == tried(rows, reference)


@given(rows=orders, reference=st.integers(85, 115))
def test_the_uncross_trades_its_whole_quantity_at_one_price(
    rows: list[tuple[int, int, int, int]], reference: int
) -> None:
    book, made = collected(rows)
    price, quantity, _ = uncross_price(book, reference)
    if quantity == 0:
        assert not book.is_crossed()
        return
    changes: list[Change] = []
    assert book.cross_at(price, changes) == quantity
    assert not book.is_crossed()
    assert {(change.price, change.reason) for change in changes} == {(price, AUCTION)}
    for side in (BUY, SELL):
        assert sum(order.filled for order in made if order.side == side) == quantity
    # Price priority: nobody with a worse limit traded while a better one was left.
    bids = [order for order in made if order.side == BUY]
    for order in bids:
        if order.filled:
            assert all(other.leaves == 0 for other in bids if other.price > order.price)


def test_the_larger_quantity_beats_the_smaller_surplus() -> None:
    book, _ = collected([(BUY, 10, 105, 0), (SELL, 4, 95, 0), (SELL, 5, 100, 0)])
    assert uncross_price(book, 95) == (100, 9, 1)


def test_the_reference_chooses_among_equal_prices_even_between_limits() -> None:
    book, _ = collected([(BUY, 5, 105, 0), (SELL, 5, 95, 0)])
    assert uncross_price(book, 101)[0] == 101
    assert uncross_price(book, 90)[0] == 95
    assert uncross_price(book, 120)[0] == 105


def test_a_book_that_does_not_cross_has_no_uncross() -> None:
    book, _ = collected([(BUY, 5, 99, 0), (SELL, 5, 100, 0)])
    assert uncross_price(book, 100) == (0, 0, 0)
