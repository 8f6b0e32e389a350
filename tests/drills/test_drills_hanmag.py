"""D6 HanMag Securities, 12 December 2013.

A wrong input of the days to expiry: 36,100 trades in 143 seconds, 46.2 bn won lost against 20 bn of
equity; the Korea Exchange had no kill function. (Financial Services Commission of Korea)

Scaled 1:100. Whether an input makes sense is a check of configuration, and belongs to releases;
tested here is what an order meets.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.hanmag import EQUITY, HANMAG, TRADES

STAGED = Staged(HANMAG)


@pytest.mark.parametrize("control", controls_of(HANMAG))
def test_hanmag_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(HANMAG))
def test_hanmag_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= HANMAG.harm_min > with_it


def test_without_a_control_more_is_lost_than_the_firm_has() -> None:
    outcome = STAGED.without_it("cash")
    assert len(outcome.orders) == TRADES
    assert HANMAG.harm_of(outcome) > 2 * EQUITY


def test_what_was_lost_under_a_limit_on_cash_leaves_a_firm() -> None:
    outcome = STAGED.with_it("cash")
    assert outcome.refused["CASH_BELOW_MINIMUM"] == TRADES - len(outcome.orders)
    assert HANMAG.harm_of(outcome) < EQUITY
