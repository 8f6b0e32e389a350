"""D2 Goldman Sachs, options, 20 August 2013.

SEC release 34-75331: a change of configuration turned contingent orders into live ones, some 16,000
of them at $1 before the open, in options on symbols from I to K. The price check let pass
$0.01 to 1.5 times the highest price of an option the day before ($3,090): no check. The message
breaker tripped at 8:44 and was lifted at 9:01 by an employee without authority. 1.5 million
contracts after the open; $500 million at stake, $38 million lost; $7 million fine.

Scaled 1:100. The loose collar of the drill lets $1 pass as theirs did.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.goldman import GOLDMAN, ORDERS

STAGED = Staged(GOLDMAN)


@pytest.mark.parametrize("control", controls_of(GOLDMAN))
def test_goldman_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(GOLDMAN))
def test_goldman_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= GOLDMAN.harm_min > with_it


def test_without_a_collar_every_order_waits_for_the_open_and_trades_at_a_dollar() -> None:
    outcome = STAGED.without_it("price_collar")
    assert len(outcome.orders) == ORDERS
    assert {price for _, price in outcome.fills} == {100}
    assert outcome.filled_lots == ORDERS * 94


def test_a_breaker_that_halts_takes_back_what_waits_for_the_open() -> None:
    outcome = STAGED.with_it("message_rate")
    assert len(outcome.orders) == 30
    assert outcome.filled_lots == 0
    assert outcome.refused["HALTED"] + outcome.refused["MESSAGE_RATE_ABOVE_LIMIT"] == ORDERS - 30


def test_the_same_person_twice_is_one_approval() -> None:
    outcome = STAGED.with_it("approval")
    assert outcome.words_refused == {"SAME_PERSON": ORDERS}
