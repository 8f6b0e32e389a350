"""The cost model finds the truth that it was fed, and attribution tells a good model badly executed
from a bad one executed well."""

from random import Random

import pytest

from feedback.outcomes_made import decided, fill, order
from interlock.feedback.attribution import COSTLY, GOOD, POOR, UNDECIDED, Attribution
from interlock.feedback.cost_model import ORDERS_MIN, CostModel
from interlock.feedback.shortfall import shortfall_of
from interlock.messages.terms import MAKER


def taught(count: int, noise: float) -> CostModel:
    """A model taught by orders that cost one half spread and 2 bp times the root of their size."""
    chance, model = Random(3), CostModel()
    for number in range(count):
        quantity = chance.randrange(1, 400)
        half_spread = chance.randrange(1, 60)
        cost = half_spread + 2 * (quantity / 100) ** 0.5 + chance.gauss(0, noise)
        # A mid of 10,000.0 ticks in steps of a hundredth: one tick is one basis point a hundred
        # times over, so that prices are exact enough.
        price = 1_000_000 + round(cost * 100)
        made = order(
            fill(price, quantity, 2_000_000, 1_000_000 + half_spread * 100),
            quantity=quantity,
            decision=2_000_000,
            release=2_000_000,
            price=2_000_000,
            displayed=100,
            number=number,
        )
        made.release_far = 1_000_000 + half_spread * 100
        made.expected_cost_twice = model.expect(made)
        model.learn(made, shortfall_of(made))
    return model


def test_the_cost_model_finds_what_orders_cost() -> None:
    model = taught(400, noise=0.5)
    found = model.coefficients()
    assert found is not None
    assert found[0] == pytest.approx(1.0, abs=0.02)
    assert found[1] == pytest.approx(2.0, abs=0.2)
    assert model.error_bps() == pytest.approx(0.5, abs=0.15)
    assert abs(model.bias_bps()) < 0.2


def test_few_orders_make_no_model() -> None:
    model = taught(ORDERS_MIN - 1, noise=0.0)
    assert model.coefficients() is None
    assert model.predicted == 0


def test_orders_that_are_all_alike_make_no_model() -> None:
    model = CostModel()
    for _ in range(2 * ORDERS_MIN):
        made = order(fill(10_010, 10, 20_000, 10_010))
        model.learn(made, shortfall_of(made))
    assert model.orders == 2 * ORDERS_MIN
    assert model.coefficients() is None


def test_what_gave_liquidity_teaches_nothing() -> None:
    model = CostModel()
    made = order(fill(9_990, 10, 20_000, 10_010, liquidity=MAKER))
    model.learn(made, shortfall_of(made))
    assert model.orders == 0


def attributed(worth_ticks: int, cost_ticks: int, noise: int = 3, count: int = 60) -> Attribution:
    """Decisions whose mid moves by so many half ticks, and orders that cost so many ticks."""
    chance, found = Random(9), Attribution("USD", 2)
    for _ in range(count):
        moved = worth_ticks + chance.randrange(-noise, noise + 1)
        found.note_decision(decided((0, 0, 0, 20_000 + 2 * moved, 0)))
        paid = 10_000 + cost_ticks + chance.randrange(-noise, noise + 1)
        made = order(fill(paid, 10, 20_000, paid))
        found.note_order(made, shortfall_of(made))
    return found


@pytest.mark.parametrize(
    ("worth", "cost", "said"),
    [(40, 10, GOOD), (10, 40, COSTLY), (-40, 1, POOR), (10, 10, UNDECIDED)],
)
def test_a_good_model_badly_executed_is_told_from_a_bad_one(
    worth: int, cost: int, said: str
) -> None:
    found = attributed(worth, cost)
    assert found.judgement() == said
    assert found.net_bps() == pytest.approx(worth - cost, abs=2)


def test_few_samples_say_nothing() -> None:
    assert attributed(40, 1, count=1).judgement() == UNDECIDED
    assert Attribution("USD", 2).judgement() == UNDECIDED


def test_what_a_millisecond_is_worth() -> None:
    found = Attribution("USD", 2)
    for waited_ms in (1, 2, 5):
        # Each millisecond of delay cost 4 ticks of 10,000: 4 bp.
        made = order(
            fill(10_020, 10, 20_000 + 8 * waited_ms, 10_020), release=20_000 + 8 * waited_ms
        )
        made.released_ns = made.decided_ns + waited_ms * 1_000_000
        found.note_order(made, shortfall_of(made))
    assert found.delay.bps() == pytest.approx(4.0, rel=1e-6)
