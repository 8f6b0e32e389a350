"""The built-in models: what they decide, on which evidence, and which mistakes the careless one
makes.
"""

from collections import Counter

import pytest

from interlock.messages.commands import AdvanceTime, UpdateLadder, UpdateQuote
from interlock.messages.decisions import (
    Decision,
    NamedAction,
    OrderQuantity,
    QuoteLadder,
    TargetPosition,
    Terms,
)
from interlock.messages.encoding import encode
from interlock.messages.terms import BUY, SELL
from interlock.messages.units import NS_PER_MS
from interlock.simulation.careless import MISTAKES, SOUND
from interlock.simulation.model import Model, View
from interlock.simulation.sources import MODELS, make_model
from simulation.trading import COIN, SYMBOL

START = 1_000_000_000_000


def decided(name: str, prices: list[int], seed: int = 1, **parameters: int) -> list[Decision]:
    """What a model decides on a quote every 100 ms, two ticks wide around each price."""
    model = make_model(name, "src", "r1", 3, {SYMBOL: COIN}, ["venue"], parameters, seed)
    found: list[Decision] = []
    for step, price in enumerate(prices):
        time_ns = START + step * 100 * NS_PER_MS
        quote = UpdateQuote(SYMBOL, "venue", price - 1, 5, price + 1, 6, time_ns)
        found += model.observe(time_ns, quote)
    return found


def targets(decisions: list[Decision]) -> list[int]:
    return [d.action.target for d in decisions if isinstance(d.action, TargetPosition)]


FLAT = [1_000] * 60
UP = [1_000 + step for step in range(60)]
DOWN = [1_060 - step for step in range(60)]


def test_momentum_goes_long_in_a_rise_and_short_in_a_fall() -> None:
    assert targets(decided("momentum", FLAT)) == []
    assert targets(decided("momentum", FLAT + UP, repeat=1_000)) == [10]
    assert targets(decided("momentum", FLAT + UP + DOWN, repeat=1_000))[-1] == -10


def test_momentum_asks_again_for_a_target_that_it_may_not_have_reached() -> None:
    assert targets(decided("momentum", FLAT + UP, repeat=2)) == [10] * 6


def test_mean_reversion_goes_against_the_distance_and_gives_up_at_the_average() -> None:
    jump = FLAT + [1_005] * 10 + [1_000] * 40
    assert targets(decided("mean_reversion", jump)) == [-10, 0]
    dip = FLAT + [995] * 10 + [1_000] * 40
    assert targets(decided("mean_reversion", dip)) == [10, 0]


def test_mean_reversion_may_ask_for_orders_or_quotes_instead() -> None:
    jump = FLAT + [1_005] * 10
    order = decided("mean_reversion", jump, style=1)[0].action
    assert isinstance(order, OrderQuantity)
    assert (order.side, order.terms.price) == (SELL, 1_006)
    ladder = decided("mean_reversion", FLAT, style=2)[0].action
    assert isinstance(ladder, QuoteLadder)
    assert ladder.bids == ((998, 10), (997, 10))
    assert ladder.asks == ((1_002, 10), (1_003, 10))
    assert ladder.terms.post_only
    assert ladder.terms.venue == "venue"


def test_quotes_never_cross_the_market_or_each_other() -> None:
    for decision in decided("mean_reversion", FLAT + UP + DOWN, style=2, half_spread=0):
        assert isinstance(decision.action, QuoteLadder)
        assert decision.action.bids[0][0] < decision.action.asks[0][0]


def test_a_decision_carries_who_when_and_what_was_seen() -> None:
    decision = decided("momentum", FLAT + UP)[0]
    assert (decision.source, decision.release, decision.epoch) == ("src", "r1", 3)
    assert decision.valid_until_ns == decision.decided_ns + 1_000 * NS_PER_MS
    assert decision.evidence["venue"] == "venue"
    assert int(decision.evidence["ask"]) - int(decision.evidence["bid"]) == 2
    assert int(decision.evidence["fast_millitick"]) > int(decision.evidence["slow_millitick"])
    assert all(isinstance(value, str) for value in decision.evidence.values())


@pytest.mark.parametrize("name", MODELS)
def test_equal_seeds_decide_equal_bytes_under_keys_of_their_own(name: str) -> None:
    path = FLAT + UP + DOWN + FLAT
    decisions = decided(name, path, seed=9)
    assert decisions
    assert encode(decisions) == encode(decided(name, path, seed=9))
    if name != "careless":
        assert len({decision.key for decision in decisions}) == len(decisions)


def test_the_careless_model_makes_every_mistake_in_turn() -> None:
    decisions = decided("careless", FLAT * 30, burst=3)
    made = Counter(decision.text for decision in decisions)
    assert set(made) == {SOUND, *MISTAKES}
    by_text = {decision.text: decision for decision in decisions}
    sound = by_text[SOUND]
    assert isinstance(sound.action, OrderQuantity)
    assert sound.action.quantity == 10
    for text, decision in by_text.items():
        action = decision.action
        assert decision.evidence["mistake"] == text
        if isinstance(action, NamedAction):
            assert text == "action nobody granted"
            continue
        assert isinstance(action, OrderQuantity)
        assert (action.quantity == 10_000) == (text == "fat finger")
        assert (abs(action.terms.price - 1_000) > 100) == (text == "price far from the market")
        assert (decision.valid_until_ns < decision.decided_ns) == (text == "already expired")
        assert (action.instrument != SYMBOL) == (text == "unknown instrument")
        assert (decision.release != "r1") == (text == "release that is not active")
        assert (decision.epoch != 3) == (text == "epoch that has passed")
    keys = Counter(decision.key for decision in decisions)
    repeated = {decision.text for decision in decisions if keys[decision.key] > 1}
    assert repeated == {"duplicate key"}


def test_models_look_at_ladders_and_at_nothing_else() -> None:
    model = make_model("careless", "src", "r1", 1, {SYMBOL: COIN}, [], {"warm_up": 1}, 1)
    assert model.observe(START, AdvanceTime()) == []
    assert model.observe(START, UpdateLadder(SYMBOL, "v", ((9, 1),), (), 0)) == []
    assert model.observe(START, UpdateLadder("ELSE", "v", ((9, 1),), ((10, 1),), 0)) == []
    found = model.observe(START, UpdateLadder(SYMBOL, "v", ((9, 1),), ((11, 2),), 0))
    assert found[0].evidence["ask_quantity"] == "2"


class Follower(Model):
    """A user's own model: buys one lot whenever it may decide."""

    def decide(self, time_ns: int, view: View) -> list[Decision]:
        action = OrderQuantity(view.symbol, BUY, 1, Terms(price=view.ask))
        return [self.decision(time_ns, action, view.evidence(), "mine")]


def test_a_model_of_ones_own_subclasses_model() -> None:
    parameters = {"warm_up": 1, "interval_ms": 0}
    model = Follower("mine", "r1", 1, {SYMBOL: COIN}, [], parameters, 1, {})
    found = model.observe(START, UpdateQuote(SYMBOL, "v", 9, 1, 11, 2, 0))
    found += model.observe(START + 1, UpdateQuote(SYMBOL, "v", 9, 1, 12, 2, 0))
    assert [decision.key for decision in found] == ["mine-1", "mine-2"]
    assert found[1].evidence["ask"] == "12"


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_is_told_where_its_session_was_taken_up_uses_no_key_twice(name: str) -> None:
    keys: set[str] = set()
    for sequence in (0, 7, 90):
        model = make_model(name, "src", "r1", 3, {SYMBOL: COIN}, [], {"warm_up": 1}, 1)
        model.begin_after(sequence)
        found: set[str] = set()
        for step, price in enumerate(FLAT + UP + DOWN):
            time_ns = START + step * 100 * NS_PER_MS
            quote = UpdateQuote(SYMBOL, "venue", price - 1, 5, price + 1, 6, time_ns)
            found.update(decision.key for decision in model.observe(time_ns, quote))
        assert f"src-{sequence}-1" in found or (sequence == 0 and "src-1" in found)
        assert not keys & found
        keys |= found


def test_mistakes_in_names_and_parameters_say_what_there_is() -> None:
    with pytest.raises(ValueError, match="momentum, mean_reversion, careless"):
        make_model("lucky", "src", "r1", 1, {}, [], {}, 1)
    with pytest.raises(ValueError, match=r"\$\.parameters\.speed: is not known"):
        make_model("momentum", "src", "r1", 1, {}, [], {"speed": 1}, 1)
    with pytest.raises(ValueError, match=r"\$\.parameters\.style: was 3"):
        make_model("mean_reversion", "src", "r1", 1, {}, [], {"style": 3}, 1)
