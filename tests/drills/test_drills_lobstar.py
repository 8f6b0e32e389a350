"""D15 Lobstar Wilde, 22 February 2026.

An agent that was asked for some $300 sent 52.4 million tokens, $250,000 to $450,000 by source: a
unit error. (press reports, February 2026)

The transfer is told as a sale: it is judged by the same gate.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.lobstar import LOBSTAR

STAGED = Staged(LOBSTAR)


@pytest.mark.parametrize("control", controls_of(LOBSTAR))
def test_lobstar_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(LOBSTAR))
def test_lobstar_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= LOBSTAR.harm_min > with_it


def test_the_unit_error_is_said_with_both_numbers() -> None:
    outcome = STAGED.with_it("intent")
    assert outcome.refused == {"INTENT_DIFFERS": 1}


def test_an_agent_cannot_approve_what_an_agent_asks_for() -> None:
    outcome = STAGED.with_it("approval")
    assert outcome.words_refused == {"NOT_A_PERSON": 2}
    assert outcome.released == []
    assert 299_000_00 < LOBSTAR.harm_of(STAGED.without_it("approval")) < 301_000_00
