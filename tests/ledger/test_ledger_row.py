"""A row gives back what was put into it, first in, first out, however much was taken."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.row import Row


class Thing:
    """Something that is equal to itself alone."""


@given(st.lists(st.integers(0, 3), max_size=60), st.randoms())
def test_a_row_is_a_queue_from_which_anything_may_be_taken(
    moves: list[int], chance: object
) -> None:
    row: Row[Thing] = Row()
    model: deque[Thing] = deque()
    for move in moves:
        if move < 2:
            thing = Thing()
            row.put(thing)
            model.append(thing)
        elif model and move == 2:
            assert row.first() is model.popleft()
            row.drop_first()
        elif model:
            gone = chance.choice(list(model))  # type: ignore[attr-defined]
            row.remove(gone)
            model.remove(gone)
        assert row.in_order() == list(model)
        assert len(row) == len(model)
        assert row.first() is (model[0] if model else None)


def test_what_was_taken_is_given_back_and_the_rest_stays_in_order() -> None:
    row: Row[Thing] = Row()
    things = [Thing() for _ in range(5_000)]
    for thing in things:
        row.put(thing)
    for taken in range(4_990):
        assert row.first() is things[taken]
        row.drop_first()
    assert row.in_order() == things[4_990:]
    row.clear()
    assert (len(row), row.first()) == (0, None)


def test_what_is_not_there_cannot_be_taken() -> None:
    row: Row[Thing] = Row()
    with pytest.raises(AssertionError):
        row.drop_first()
    row.put(Thing())
    with pytest.raises(AssertionError):
        row.remove(Thing())
