"""The catalogue: what it says of each control is so."""

import re

import pytest

from controls.test_controls_bounds import findings_on, quoted, verdict
from interlock.controls.catalogue import CATALOGUE, KINDS
from interlock.controls.control import ControlKind
from interlock.messages.commands import SetLimit
from interlock.messages.definitions import Limit
from interlock.messages.reasons import NONE, REASONS

# What a default only leaves as it was: no window, no test, midnight, the row's own pre-alert.
STRUCTURAL = {"passive_bps", "minimum", "window_ms", "uptick", "warn_bps", "day_start_ms", "marked",
              "cancels_max"}  # fmt: skip

TARGETS = {
    "account": "main",
    "source": "model",
    "instrument": "COIN",
    "venue": "alpha",
    "release": "r1",
}
SYMBOL_LISTS = {"restricted_list": ("LEAD",), "universe": ("COIN",)}
# A converted limit is another one: it is armed where the currencies are.
OPTIONAL = ("currency",)


def loosest(kind: ControlKind) -> dict[str, int | tuple[str, ...]]:
    """Parameters by which a control stops nothing."""
    values: dict[str, int | tuple[str, ...]] = {}
    for parameter in kind.parameters:
        if parameter.unit in OPTIONAL:
            continue
        if parameter.words:
            values[parameter.name] = (parameter.words[0],)
        elif parameter.unit == "symbols":
            values[parameter.name] = SYMBOL_LISTS[kind.name]
        else:
            values[parameter.name] = parameter.low if parameter.greater < 0 else parameter.high
    return values


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_a_control_can_be_armed_where_it_says_and_stops_nothing_at_its_loosest(
    kind: ControlKind,
) -> None:
    for scope in kind.scopes:
        where = scope if scope == "firm" else f"{scope}:{TARGETS[scope]}"
        world = quoted()
        before = len(findings_on(world, world.order(), kind.name))
        units = {parameter.unit for parameter in kind.parameters}
        currency = "USD" if "money" in units and "instrument" not in kind.scopes else ""
        symbol = "COIN" if units & {"quantity", "ticks"} else ""
        limits = len(world.ledger.limits.limits)
        limit = Limit(kind.name, where, loosest(kind), symbol, "" if symbol else currency)
        world.say(SetLimit(limit, "risk"))
        events = world.order()
        # The firm's own may have been armed before, and is the same limit then.
        added = len(world.ledger.limits.limits) - limits
        assert verdict(events).reason == NONE, (kind.name, where)
        assert len(findings_on(world, events, kind.name)) == before + added, (kind.name, where)


def test_the_catalogue_says_for_each_control_what_it_is_about() -> None:
    assert set(KINDS) == {kind.name for kind in CATALOGUE}
    for kind in CATALOGUE:
        assert re.fullmatch(r"C[0-3][0-9]|C40", kind.row), kind.name
        assert kind.stops, kind.name
        assert kind.source, kind.name
        assert kind.reason in REASONS, kind.name
        assert set(re.findall(r"D[0-9]+", kind.drill)) <= {f"D{one}" for one in range(1, 17)}
        for parameter in kind.parameters:
            is_structural = parameter.default == -1 or parameter.name in STRUCTURAL
            assert is_structural, f"{kind.name}.{parameter.name} has a number that fits nobody"
