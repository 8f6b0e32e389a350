"""D4 Everbright Securities, 16 August 2013.

CSRC, 30 August 2013: live for less than fifteen trading days, outside the firm's risk control, with
checks left out for speed. 11:02, no feedback for 150 seconds, so it was sent again; from 11:05:08
26,082 market orders in two seconds; 23.4 bn yuan sent, 7.27 bn filled; the index rose by 5.6 %.
The trader saw it at 11:07. It then sold before it disclosed: 523 million yuan, four bans.

Scaled 1:100, at a venue whose acknowledgements and fills are all lost.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.everbright import EVERBRIGHT, STOCKS, TIMES

STAGED = Staged(EVERBRIGHT)


@pytest.mark.parametrize("control", controls_of(EVERBRIGHT))
def test_everbright_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(EVERBRIGHT))
def test_everbright_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= EVERBRIGHT.harm_min > with_it


def test_silence_is_unknown_and_what_is_unknown_is_not_sent_again() -> None:
    outcome = STAGED.with_it("duplicate_order")
    assert outcome.unknown == len(STOCKS)
    assert outcome.refused == {"DUPLICATE_ORDER": (TIMES - 1) * len(STOCKS)}


def test_orders_without_an_answer_use_up_a_limit_that_fills_would() -> None:
    outcome = STAGED.with_it("gross_exposure")
    assert outcome.filled_lots == 0
    assert len(outcome.orders) == 2 * len(STOCKS)


def test_without_a_control_everything_is_sent_again_and_again() -> None:
    outcome = STAGED.without_it("duplicate_order")
    assert len(outcome.orders) == TIMES * len(STOCKS) == 261
    assert len(set(outcome.orders)) == len(outcome.orders)
