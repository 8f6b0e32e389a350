"""The transition table: every cell said out loud, and what holds of all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger import life
from interlock.messages.terms import (
    CANCELLED,
    CLEARED,
    DAY,
    DONE_FOR_DAY,
    EXPIRED,
    FILLED,
    FOK,
    GTC,
    GTD,
    IOC,
    ORDER_STATUSES,
    PARTIALLY_FILLED,
    PENDING_CANCEL,
    PENDING_REPLACE,
    REJECTED,
    TIMES_IN_FORCE,
    UNKNOWN,
    WORKING,
)

# One row per status, one column per happening. A dot is impossible; a letter is the next status; a
# small letter leaves it to the quantities:
#   q by what is filled          s filled when nothing is left, else as before
#   v, z filled when nothing is left, else unknown
#   o pending replace while a request is outstanding, else by what is filled
#   n cleared while nothing has traded, else by what is filled
COLUMNS = [
    "pend", "accept", "reject", "fill", "cancel", "expire", "end_day", "ask_cancel", "deny_cancel",
    "ask_replace", "replace", "deny_replace", "bust", "correct", "restate", "silence",
    "pend_cancel", "pend_replace", "doubt",
]  # fmt: skip
CELLS = {
    CLEARED:          "C W J q X E D K . . q . . . q U . . .",
    WORKING:          ". . J q X E D K . R q q . . q U . . U",
    PARTIALLY_FILLED: ". . J q X E D K . R q q q q q U . . U",
    PENDING_CANCEL:   "K K J K X E D . o . K K K K K z K K .",
    PENDING_REPLACE:  "R R J R X E D K . R o o R R R z R R .",
    UNKNOWN:          "n q J q X E D U U . o U U U q . K R .",
    FILLED:           ". . . F . . . . . R q . q q . . . . U",
    CANCELLED:        ". . . s . . . . . . . . X X . . . . U",
    REJECTED:         ". U . v . . . . . . . . J J U . . . U",
    EXPIRED:          ". . . s . . . . . . . . E E . . . . U",
    DONE_FOR_DAY:     ". . . s X E . K . . . . D D q . . . U",
}  # fmt: skip
LETTERS = {
    "C": CLEARED,
    "W": WORKING,
    "P": PARTIALLY_FILLED,
    "K": PENDING_CANCEL,
    "R": PENDING_REPLACE,
    "U": UNKNOWN,
    "F": FILLED,
    "X": CANCELLED,
    "J": REJECTED,
    "E": EXPIRED,
    "D": DONE_FOR_DAY,
}
BY_NAME = {name: happening for happening, name in life.HAPPENINGS.items()}
ENDED = (FILLED, CANCELLED, REJECTED, EXPIRED)
HAPPENINGS = tuple(life.HAPPENINGS)
STATUSES = tuple(ORDER_STATUSES)


def by_fill(filled: int, quantity: int) -> int:
    if filled >= quantity:
        return FILLED
    return PARTIALLY_FILLED if filled else WORKING


def meaning(cell: str, status: int, filled: int, quantity: int, outstanding: bool) -> int:
    """The next status that a cell of the table above stands for."""
    if cell == ".":
        return life.IMPOSSIBLE
    if cell in LETTERS:
        return LETTERS[cell]
    if cell == "o" and outstanding:
        return PENDING_REPLACE
    if cell == "n" and filled == 0:
        return CLEARED
    if cell in "son" or cell == "q":
        return status if cell == "s" and filled < quantity else by_fill(filled, quantity)
    assert cell in "vz", cell
    return FILLED if filled >= quantity else UNKNOWN


def test_the_table_above_has_a_row_and_a_column_for_everything() -> None:
    assert set(CELLS) == set(ORDER_STATUSES)
    assert sorted(COLUMNS) == sorted(life.HAPPENINGS.values())
    assert all(len(row.split()) == len(COLUMNS) for row in CELLS.values())


@pytest.mark.parametrize("status", STATUSES)
def test_every_cell_is_as_said_whatever_the_quantities(status: int) -> None:
    for name, cell in zip(COLUMNS, CELLS[status].split(), strict=True):
        happening = BY_NAME[name]
        assert life.is_possible(status, happening) == (cell != "."), (status, name)
        for filled, quantity in ((0, 5), (2, 5), (5, 5), (6, 5)):
            for outstanding in (False, True):
                made = life.next_status(status, happening, filled, quantity, outstanding)
                wanted = meaning(cell, status, filled, quantity, outstanding)
                assert made == wanted, f"{ORDER_STATUSES[status]} {name} {filled}/{quantity}"


@pytest.mark.parametrize("status", STATUSES)
def test_a_fill_is_counted_in_every_status(status: int) -> None:
    assert life.is_possible(status, life.FILL)


@pytest.mark.parametrize("happening", [life.CANCEL, life.EXPIRE, life.REJECT])
def test_an_open_order_can_end_whatever_it_waits_for(happening: int) -> None:
    for status in STATUSES:
        if status <= UNKNOWN:
            assert not life.is_open(life.next_status(status, happening, 0, 5, True), DAY)


def test_silence_never_ends_an_order_that_has_something_left() -> None:
    for status in STATUSES:
        if life.is_possible(status, life.SILENCE):
            assert life.next_status(status, life.SILENCE, 2, 5, False) == UNKNOWN


@pytest.mark.parametrize("status", ENDED)
@pytest.mark.parametrize("time_in_force", tuple(TIMES_IN_FORCE))
def test_an_order_that_ended_is_not_open(status: int, time_in_force: int) -> None:
    assert not life.is_open(status, time_in_force)


@pytest.mark.parametrize(
    ("time_in_force", "comes_back"), [(DAY, False), (IOC, False), (FOK, False), (GTC, True),
                                      (GTD, True)]
)  # fmt: skip
def test_done_for_the_day_is_open_when_it_comes_back(time_in_force: int, comes_back: bool) -> None:
    assert life.is_open(DONE_FOR_DAY, time_in_force) == comes_back


@given(st.lists(st.sampled_from(HAPPENINGS), max_size=30), st.integers(1, 9), st.data())
def test_whatever_happens_the_status_agrees_with_what_is_filled(
    happenings: list[int], quantity: int, data: st.DataObject
) -> None:
    status, filled = CLEARED, 0
    for happening in happenings:
        if not life.is_possible(status, happening):
            continue
        if happening == life.FILL:
            filled += data.draw(st.integers(1, 4))
        elif happening == life.BUST:
            filled = data.draw(st.integers(0, filled))
        status = life.next_status(status, happening, filled, quantity, False)
        assert status in ORDER_STATUSES
        if status == PARTIALLY_FILLED:
            assert 0 < filled < quantity
        elif status in (WORKING, CLEARED):
            assert filled == 0
        elif status == FILLED:
            assert filled >= quantity
