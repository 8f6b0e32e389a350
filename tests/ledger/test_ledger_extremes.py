"""Whatever the market says, the state can be written down: else the session would be lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.instruments import MOVE_PPM_MAX
from interlock.ledger.state import digest
from interlock.messages.commands import UpdateQuote
from worlds import SECOND, World

PRICES = st.integers(min_value=1, max_value=10**18 - 1)


def quoted(world: World, price: int) -> None:
    world.say(UpdateQuote("COIN", "alpha", price, 1, price + 1, 1, 0), after_ns=2 * SECOND)


def test_a_placeholder_quote_is_no_volatility_that_a_state_cannot_hold() -> None:
    world = World()
    quoted(world, 1)
    quoted(world, 6_000_000)
    instrument = world.ledger.instruments["COIN"]
    assert 0 < instrument.volatility_ppm() <= MOVE_PPM_MAX
    assert digest(world.ledger)


@given(st.lists(PRICES, min_size=2, max_size=8))
def test_any_prices_leave_a_state_that_can_be_written(prices: list[int]) -> None:
    world = World()
    for price in prices:
        quoted(world, price)
    assert digest(world.ledger)


@pytest.mark.parametrize("step", [SECOND, 3_600 * SECOND])
def test_a_steady_price_has_no_volatility(step: int) -> None:
    world = World()
    for _ in range(5):
        world.say(UpdateQuote("COIN", "alpha", 100, 1, 102, 1, 0), after_ns=step)
    assert world.ledger.instruments["COIN"].volatility_ppm() == 0
