"""D3 Citigroup Global Markets, 2 May 2022.

FCA and PRA final notices of May 2024: $58 million were typed into the field of the quantity, a
basket of $444 bn in 349 stocks. 8:56, a pop-up of 711 warnings of which 18 lines could be seen; two
hard blocks stopped $248 bn of it and $196 bn were let go on; in-flight controls cut that to $24.6
bn; $1.4 bn were executed. Noticed some ten minutes later, and the cancel worked "after several
attempts". OMX Stockholm 30 fell 8 %; $48 million lost; fines of 61.6 million pounds.

Scaled 1:1,000. That a second line watches beside the trader (C30) is the firm's process.
"""

import pytest

from drills.staged import Staged, controls_of
from interlock.review.citi import CITI, ENTERED, WHOLE, price

STAGED = Staged(CITI)


@pytest.mark.parametrize("control", controls_of(CITI))
def test_citi_with_the_control_the_harm_stays_within_its_bound(control: str) -> None:
    with_it, _ = STAGED.harms(control)
    assert with_it <= STAGED.stage(control).harm_max
    assert STAGED.is_met(control), STAGED.stage(control).criterion


@pytest.mark.parametrize("control", controls_of(CITI))
def test_citi_without_the_control_the_harm_is_what_it_was(control: str) -> None:
    with_it, without_it = STAGED.harms(control)
    assert without_it >= CITI.harm_min > with_it


def test_a_limit_of_one_line_stops_the_lines_that_it_does_not_concern() -> None:
    """Theirs let $196 bn of $444 bn go on."""
    outcome = STAGED.with_it("order_value")
    below = [price(place) for place in range(349) if price(place) * ENTERED <= 167_900_000]
    assert len(below) == 231
    share = sum(below) * ENTERED * 100 // WHOLE
    assert share == 43
    assert outcome.refused == {"VALUE_ABOVE_ORDER_LIMIT": 1}
    assert outcome.orders == []


def test_without_controls_what_was_typed_is_on_its_way() -> None:
    outcome = STAGED.without_it("decision_value")
    assert len(outcome.orders) == 349
    assert outcome.sent_lots == 349 * ENTERED


def test_one_press_takes_back_every_line_that_works() -> None:
    outcome = STAGED.with_it("halts")
    assert len(outcome.halts) == 1
    assert sum(position.sold_value for position in outcome.positions) < WHOLE // 250
