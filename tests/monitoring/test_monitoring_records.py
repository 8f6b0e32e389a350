"""Records, one by one, chosen by what they are about."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct, inspect

from interlock.messages.commands import Command, Halt
from interlock.messages.decisions import CancelOrders, NamedAction
from interlock.messages.events import Event
from interlock.messages.identity import order_id, order_sequence
from interlock.monitoring.context import Context
from interlock.monitoring.kinds import COMMAND_KINDS, EVENT_KINDS
from interlock.monitoring.records import (
    Record,
    RecordFilter,
    message_words,
    record_fields,
    record_line,
    records,
)
from monitoring.kept import fill, keep, last_decision, working
from worlds import START, World

ALL_KINDS = {**COMMAND_KINDS, **EVENT_KINDS}


@pytest.fixture
def session(tmp_path: Path) -> tuple[Path, int, int]:
    """A journal with an order that fills, another that is cancelled, a halt and an action."""
    world = World()
    world.quote()
    world.quote(instrument="GOLD")
    filled = working(world, price=10_020)
    fill(world, filled, 10, 10_010, "e1", fee=40)
    world.order(instrument="GOLD", price=9_900)
    other = order_id(last_decision(world), 1)
    world.decide(CancelOrders((other,)))
    world.decide(NamedAction("notify", {"to": "ops"}))
    world.say(Halt("instrument:COIN", "anna", "enough"))
    return keep(tmp_path, world.entries), filled, other


def addresses(path: Path, **conditions: Any) -> list[str]:
    return [record.address for record in records(path, RecordFilter(**conditions))]


def test_without_conditions_every_command_and_event_is_a_record(
    session: tuple[Path, int, int],
) -> None:
    path, _, _ = session
    found = list(records(path, RecordFilter()))
    assert found[0].address == "1"
    assert found[0].kind == "open_session"
    assert [record.place for record in found if record.sequence == 23] == [0, 1, 2]
    assert found[-1].kind == "halt_tripped"


def test_an_order_has_its_clearing_its_reports_and_what_was_asked_of_it(
    session: tuple[Path, int, int],
) -> None:
    path, filled, other = session
    kinds = [record.kind for record in records(path, RecordFilter(order=filled))]
    assert kinds == [
        "order_cleared",
        "report_order",
        "order_accepted",
        "report_order",
        "order_filled",
    ]
    kinds = [record.kind for record in records(path, RecordFilter(order=other))]
    assert kinds == ["order_cleared", "propose_decision", "cancel_requested"]


def test_a_decision_has_its_verdict_and_everything_about_its_orders(
    session: tuple[Path, int, int],
) -> None:
    path, filled, _ = session
    wanted = RecordFilter(decision=order_sequence(filled))
    kinds = [record.kind for record in records(path, wanted)]
    assert kinds[:3] == ["propose_decision", "decision_judged", "order_cleared"]
    assert kinds[3:] == ["report_order", "order_accepted", "report_order", "order_filled"]


def test_conditions_are_joined(session: tuple[Path, int, int]) -> None:
    path, _, _ = session
    fills = addresses(path, instrument="COIN", kinds=("order_filled",))
    assert len(fills) == 1
    assert addresses(path, instrument="GOLD", kinds=("order_filled",)) == []
    assert addresses(path, source="model", kinds=("order_filled",)) == fills
    assert addresses(path, source="nobody") == []
    assert addresses(path, first=3, last=4) == ["3", "4"]
    assert addresses(path, count_max=2) == ["1", "2"]


def test_a_source_has_its_definition_decisions_verdicts_and_orders(
    session: tuple[Path, int, int],
) -> None:
    path, _, _ = session
    kinds = {record.kind for record in records(path, RecordFilter(source="model"))}
    assert {"define_source", "propose_decision", "decision_judged", "order_filled"} <= kinds
    assert "action_cleared" in kinds
    assert not kinds & {"update_quote", "set_limit", "halt"}


def test_words_are_in_the_units_of_the_instrument_wherever_reading_begins(
    session: tuple[Path, int, int],
) -> None:
    path, _, _ = session
    (record,) = records(path, RecordFilter(first=25, kinds=("order_filled",)))
    assert "filled 10 at 100.10, fee 0.40 USD, maker, execution e1" in record.words


def test_a_kind_that_does_not_exist_is_answered_with_those_that_do(
    session: tuple[Path, int, int],
) -> None:
    path, _, _ = session
    with pytest.raises(ValueError, match=r"was 'fills', must be one of .*order_filled"):
        list(records(path, RecordFilter(kinds=("fills",))))


def test_a_record_as_json_has_every_field_by_name(session: tuple[Path, int, int]) -> None:
    path, filled, _ = session
    wanted = RecordFilter(order=filled, kinds=("report_order", "order_filled"))
    report, event = [json.loads(record_line(record)) for record in records(path, wanted)][-2:]
    assert (report["kind"], report["report_kind"], report["sequence"]) == ("report_order", 4, 25)
    assert (event["kind"], event["sequence"]) == ("order_filled", "25.1")
    assert (event["order"], event["quantity"], event["price"]) == (filled, 10, 10_010)
    assert report["time"].startswith("2023-11-14T22:13:20.")
    assert len(report["time"]) == len("2023-11-14T22:13:20.000000000Z")


def test_an_action_in_json_says_its_kind(session: tuple[Path, int, int]) -> None:
    path, filled, _ = session
    wanted = RecordFilter(decision=order_sequence(filled), kinds=("propose_decision",))
    (record,) = records(path, wanted)
    action = record_fields(record)["decision"]["action"]
    assert (action["kind"], action["quantity"]) == ("order_quantity", 10)


def test_an_order_that_was_forgotten_is_told_in_bare_steps() -> None:
    world = World()
    world.quote()
    first = working(world, price=10_020)
    working(world, price=10_020)
    fill(world, first, 10, 10_010, "e1")
    context = Context(remembered_max=1)
    for sequence, entry in enumerate(world.entries, 1):
        context.learn(sequence, entry)
    assert "10 lots at 10010 ticks" in message_words(context, world.entries[-1].events[0])


@pytest.mark.parametrize("name", sorted(ALL_KINDS))
def test_every_kind_has_words_and_fields(name: str) -> None:
    message = sample(ALL_KINDS[name])
    words = message_words(Context(), message)
    assert words
    fields = record_fields(Record(7, 2, START, message, words))
    assert (fields["kind"], fields["sequence"], fields["words"]) == (name, "7.2", words)
    own = {"kind", "sequence", "time", "time_ns", "words"}
    names = set(type(message).__struct_fields__)
    assert not (names - {"kind"}) & own, f"a field of {name} is hidden by the record's own"
    assert len(fields) == len(names) + len(own)
    assert msgspec.json.encode(fields)


def sample(kind: type[Struct]) -> Command | Event:
    made: Command | Event = _sample(inspect.type_info(kind))
    return made


def _sample(kind: inspect.Type) -> Any:
    """A value of a type: ones, short texts, and the first of several."""
    if isinstance(kind, inspect.StructType):
        return kind.cls(**{field.name: _sample(field.type) for field in kind.fields})
    if isinstance(kind, inspect.UnionType):
        return _sample(kind.types[0])
    if isinstance(kind, inspect.TupleType):
        return tuple(_sample(item) for item in kind.item_types)
    if isinstance(kind, inspect.VarTupleType):
        return (_sample(kind.item_type),) if not isinstance(kind.item_type, inspect.IntType) else ()
    if isinstance(kind, inspect.DictType):
        return {"name": 1}
    if isinstance(kind, inspect.BoolType):
        return True
    return 1 if isinstance(kind, inspect.IntType) else "text"
