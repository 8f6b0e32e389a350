"""The order's life against the FIX order state change matrices, which nobody here wrote."""

import json
from pathlib import Path

import pytest

from interlock.messages.decisions import ReplaceOrder
from interlock.messages.terms import (
    BUY,
    FILLED,
    REPORT_ACCEPTED,
    REPORT_FILL,
    REPORT_REPLACED,
)
from ledger.matrices import PRICE, SCENARIOS, BuySide, paths_of, scenario_of, wide_world


def test_every_scenario_of_the_matrices_is_walked(data_folder: Path) -> None:
    data = json.loads((data_folder / "fix" / "order-state-changes.json").read_text())
    assert tuple(scenario["id"] for scenario in data["scenarios"]) == SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_order_lives_as_the_fix_matrices_say(scenario: str, data_folder: Path) -> None:
    for path in paths_of(scenario_of(data_folder, scenario)):
        buy_side = BuySide(scenario)
        buy_side.walk(path)
        ledger = buy_side.world.ledger
        assert ledger.broken == {}, path
        for order in ledger.orders.known.values():
            assert order.reserved == order.leaves() or buy_side.requests, path


def test_a_replacement_below_what_is_filled_becomes_what_is_filled() -> None:
    world = wide_world()
    order = world.order(BUY, 10)[-1].order
    world.report(order, REPORT_ACCEPTED)
    world.decide(ReplaceOrder(order, 7, PRICE))
    world.report(order, REPORT_FILL, execution_id="e1", quantity=8, price=PRICE)
    world.report(order, REPORT_REPLACED, revision=1, quantity=7, price=PRICE)
    record = world.ledger.orders.find(order)
    assert (record.status, record.quantity, record.filled) == (FILLED, 8, 8)
