"""Incidents: what was broken is told with its numbers, and belongs to the orders it concerns."""

from pathlib import Path
from typing import Any

from interlock.ledger.state import digest
from interlock.messages.commands import AdvanceTime
from interlock.messages.identity import order_text
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_FILL
from interlock.monitoring.incidents import Incident, Number, incidents
from monitoring.kept import keep, told
from worlds import World, opening


class CalmTime:
    """Time is not let pass by itself: a check that no order has to do with."""

    owner = "desk"
    response = "halt"

    def check(self, ledger: Any) -> list[tuple[str, str]]:
        return [("account:main", f"at command {ledger.sequence}")] if ledger.sequence == 30 else []


def overfilled() -> tuple[World, int]:
    """A venue that fills more than was ordered."""
    world = World()
    world.quote()
    order = world.order(quantity=4)[-1].order
    world.report(order, REPORT_FILL, execution_id="a", quantity=5, price=10_000)
    return world, order


def number(incident: Incident, what: str, name: str) -> Number:
    found = [each for each in incident.numbers if (each.what, each.name) == (what, name)]
    assert len(found) == 1, incident.numbers
    return found[0]


def test_an_incident_has_the_command_the_events_and_the_numbers(tmp_path: Path) -> None:
    world, order = overfilled()
    (incident,) = incidents(keep(tmp_path, world.entries))
    name = order_text(order)
    assert incident.invariant == "filled_within_allowed"
    assert incident.owner == "execution"
    assert incident.scope == "instrument:COIN"
    assert incident.response == "instrument:COIN is stopped"
    assert incident.command_kind == "report_order"
    assert incident.address == f"{world.sequence}.2"
    assert [event.kind for event in incident.events] == [
        "order_filled", "invariant_broken", "halt_tripped",
    ]  # fmt: skip
    assert number(incident, f"order {name}", "filled") == Number(f"order {name}", "filled", 0, 5)
    position = number(incident, "position main COIN", "lots")
    assert (position.before, position.after) == (0, 5)
    assert number(incident, "cash main USD", "balance").after == 100_000_000 - 50_000
    assert incident.orders == [name]


def test_an_incident_names_the_state_and_how_to_look_further(tmp_path: Path) -> None:
    world, order = overfilled()
    directory = keep(tmp_path, world.entries)
    (incident,) = incidents(directory)
    assert incident.digest_after == digest(world.ledger)
    assert incident.digest_before != incident.digest_after
    assert incident.look[0] == f"interlock why {directory} {order_text(order)}"
    last = world.sequence
    assert f"interlock journal show {directory} --from {last - 5} --to {last}" in incident.look


def test_a_session_in_which_nothing_broke_has_no_incident(tmp_path: Path) -> None:
    world = World()
    world.quote()
    world.order()
    assert incidents(keep(tmp_path, world.entries)) == []


def calm_world() -> tuple[World, int, int]:
    """A user's invariant breaks while one order works and another has ended."""
    world = World(opening(invariants=("calm",)), {"invariant:calm": CalmTime})
    world.quote()
    ended = world.order(quantity=1)[-1].order
    world.report(ended, REPORT_FILL, execution_id="a", quantity=1, price=10_000)
    open_order = world.order(quantity=1)[-1].order
    world.report(open_order, REPORT_ACCEPTED)
    while world.sequence < 30:
        world.say(AdvanceTime())
    return world, ended, open_order


def test_a_breach_that_no_report_led_to_shows_the_numbers_of_its_scope(tmp_path: Path) -> None:
    world, _, _ = calm_world()
    (incident,) = incidents(keep(tmp_path, world.entries))
    assert (incident.invariant, incident.owner, incident.scope) == ("calm", "desk", "account:main")
    assert incident.command_kind == "advance_time"
    assert number(incident, "position main COIN", "lots").after == 1


def test_why_shows_a_breach_to_every_open_order_that_it_concerns(tmp_path: Path) -> None:
    world, ended, open_order = calm_world()
    (tmp_path / "open").mkdir()
    (tmp_path / "ended").mkdir()
    story = told(tmp_path / "open", world, order_text(open_order))
    said = [each for step in story.orders[0].steps for each in step.concluded]
    assert [each.kind for each in said][-3:] == [
        "invariant_broken", "halt_tripped", "cancel_requested",
    ]  # fmt: skip
    story = told(tmp_path / "ended", world, order_text(ended))
    kinds = [each.kind for step in story.orders[0].steps for each in step.concluded]
    assert "invariant_broken" not in kinds
