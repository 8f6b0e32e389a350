"""Names of orders, and the moments and clocks that come with them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.inputs.clock import Clock, ManualClock, WallClock
from interlock.inputs.moments import MOMENT_NS_MAX, moment_text, parse_moment
from interlock.messages.identity import (
    client_order_id,
    order_id,
    order_of_client_id,
    order_sequence,
    order_text,
    parse_order,
)

sequences = st.integers(0, 2**43 - 1)
places = st.integers(0, 2**20 - 1)


@given(sequences, places)
def test_an_orders_text_is_read_back(sequence: int, place: int) -> None:
    order = order_id(sequence, place)
    assert order < 2**63
    assert parse_order(order_text(order)) == order
    assert order_sequence(order) == sequence


@pytest.mark.parametrize(
    "text", ["412", "412-", "-1", "0412-1", "412-01", "412-1 ", "a-1", "412-1-1"]
)
def test_there_is_one_way_to_write_an_order(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_order(text)


@given(st.text(max_size=20), sequences, places)
def test_a_client_order_id_fits_every_venue_and_leads_back(
    session: str, sequence: int, place: int
) -> None:
    session = session.encode(errors="replace").decode()
    order = order_id(sequence, place)
    name = client_order_id(session, order)
    assert re.fullmatch(r"[A-Za-z0-9-]{1,36}", name)
    assert name == client_order_id(session, order)
    assert order_of_client_id(session, name) == order
    assert order_of_client_id(session + "x", name) == -1


def test_client_order_ids_stay_what_they_were() -> None:
    assert client_order_id("demo", order_id(412, 1)) == "8MD9N1V2NBA5-412-1"


@given(st.integers(0, MOMENT_NS_MAX))
def test_a_moment_is_exact_to_the_nanosecond(time_ns: int) -> None:
    assert parse_moment(moment_text(time_ns)) == time_ns


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30T00:00:00Z",
        "2024-08-08T24:00:00Z",
        "2024-08-08T23:59:60Z",
        "2024-08-08T23:54:14",
        "2024-08-08T23:54:14+02:00",
        "2024-08-08T23:54:14.0123456789Z",
        "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        "yesterday",
    ],
)
def test_a_moment_that_is_not_exact_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_moment(text)


def test_the_wall_clock_never_goes_back() -> None:
    clock: Clock = WallClock()
    times = [clock.now_ns() for _ in range(100)]
    assert times == sorted(times)
    assert clock.monotonic_ns() <= clock.monotonic_ns()


def test_a_manual_clock_moves_when_told() -> None:
    clock = ManualClock(5)
    clock.advance(3)
    clock.advance_to(10)
    assert clock.now_ns() == clock.monotonic_ns() == 10
    with pytest.raises(AssertionError, match="cannot go back"):
        clock.advance_to(9)
