"""D12 GDAX, 21 June 2017.

The exchange's statement of 24 June 2017: a sale of $12.5 million at the market took ether from
$317.81 to $224.48 (29.4 %); some 800 stop orders then took it to $0.10 within 45 milliseconds.

The stop orders were those of others; tested here is the order that a client of ours would send.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.gdax import FIRST, GDAX, LAST

STAGED = Staged(GDAX)


@pytest.mark.parametrize("control", controls_of(GDAX))
def test_gdax_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(GDAX))
def test_gdax_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= GDAX.harm_min > with_it


def test_without_a_control_the_order_takes_all_there_is() -> None:
    outcome = STAGED.without_it("liquidity")
    assert outcome.fills[0][1] == FIRST
    assert outcome.fills[-1][1] == LAST
    assert 12_000_000_00 < sum(lots * price for lots, price in outcome.fills) < 13_000_000_00


def test_a_market_order_is_not_a_way_around_a_limit_on_liquidity() -> None:
    assert STAGED.with_it("liquidity").refused == {"QUANTITY_ABOVE_DISPLAYED": 1}
