"""D7 Merrill Lynch, 2012 to 2014.

SEC release 34-78929: limits of 5 to 25 million shares and $250 million; one of 5 million shares on
a stock that traded 79,000 a day. At least 15 disruptions, two of them by 99 %. $12.5 million fine.

The finding of such a limit before it is needed is `interlock controls lint`, in
tests/cli/test_cli_controls.py.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.merrill import DAILY, LIMIT, MERRILL, ORDER

STAGED = Staged(MERRILL)


@pytest.mark.parametrize("control", controls_of(MERRILL))
def test_merrill_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(MERRILL))
def test_merrill_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= MERRILL.harm_min > with_it


def test_the_real_limit_is_none() -> None:
    assert LIMIT // DAILY == 63
    assert LIMIT > ORDER > DAILY
    outcome = STAGED.without_it("volume_share")
    assert outcome.filled_lots == ORDER


def test_ten_slices_meet_the_limit_of_the_whole() -> None:
    for control in ("volume_share", "order_quantity", "daily_quantity"):
        outcome = STAGED.with_it(control)
        assert len(outcome.orders) < 10, control
        assert sum(outcome.refused.values()) + len(outcome.orders) == 10
