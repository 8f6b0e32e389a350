"""D5 Infinium Capital Management, 7 October 2009 to 3 February 2010.

CME and NYMEX disciplinary notices: 3 February 2010, an algorithm tested live hours after it was
finished, against a protocol of six to eight weeks: 6,767 orders of one lot in about three seconds,
4,612 bought in 24 seconds, crude oil from 76.67 to 77.45. 28 October 2009: an order modified from
136 to 1,086 as it chased the bid, 6,958 minis in seven seconds. Fines of $850,000, and $50,000 of a
trader.

Scaled 1:10 in orders. The gate that a release passes before it is active belongs to releases; here
what is not active is refused.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.infinium import BOUGHT, INFINIUM, ORDERS

STAGED = Staged(INFINIUM)


@pytest.mark.parametrize("control", controls_of(INFINIUM))
def test_infinium_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(INFINIUM))
def test_infinium_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= INFINIUM.harm_min > with_it


def test_each_halt_stands_until_somebody_lifts_it() -> None:
    for control in ("message_rate", "identical_orders", "repeated_execution"):
        outcome = STAGED.with_it(control)
        assert outcome.halts[0][1:] == ("source:algorithm", f"control:{control}")
        assert len(outcome.orders) + sum(outcome.refused.values()) == ORDERS
        assert len(outcome.orders) <= 21


def test_without_a_control_all_that_is_offered_is_bought() -> None:
    outcome = STAGED.without_it("message_rate")
    assert (len(outcome.orders), outcome.filled_lots) == (ORDERS, BOUGHT)
