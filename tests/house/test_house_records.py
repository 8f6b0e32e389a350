"""The records: what every message must be so that its bytes are the same for good."""

import inspect
from types import ModuleType
from typing import get_args

import msgspec
import pytest

from interlock.messages import (
    alarms,
    approvals,
    commands,
    decisions,
    definitions,
    differences,
    encoding,
    events,
    feedback,
    statements,
    venues,
    verdicts,
    works,
)

MODULES = (
    alarms, approvals, commands, decisions, definitions, differences, encoding, events, feedback,
    statements, venues, verdicts, works,
)  # fmt: skip
UNIONS = {
    "Command": ((commands, statements), get_args(commands.Command)),
    "Event": ((events, differences, verdicts, alarms), get_args(events.Event)),
    "Action": ((decisions,), get_args(decisions.Action)),
}


def structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    """The Structs that a module defines."""
    return [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, msgspec.Struct) and value.__module__ == module.__name__
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_record_is_a_frozen_array(module: ModuleType) -> None:
    assert structs(module)
    for struct in structs(module):
        config = struct.__struct_config__
        assert config.frozen, f"{struct.__name__} must be frozen"
        assert config.array_like, f"{struct.__name__} must be array_like"


@pytest.mark.parametrize("name", UNIONS)
def test_members_of_a_union_have_a_number_of_their_own(name: str) -> None:
    _, members = UNIONS[name]
    tags = {member.__name__: member.__struct_config__.tag for member in members}
    assert all(isinstance(tag, int) for tag in tags.values()), tags
    assert len(set(tags.values())) == len(tags), tags


def test_commands_and_events_share_no_number() -> None:
    tags = {
        name: {member.__struct_config__.tag for member in UNIONS[name][1]}
        for name in ("Command", "Event")
    }
    assert not tags["Command"] & tags["Event"]


@pytest.mark.parametrize("name", UNIONS)
def test_whatever_has_a_number_is_a_member_of_its_union(name: str) -> None:
    modules, members = UNIONS[name]
    tagged = {
        struct
        for module in modules
        for struct in structs(module)
        if struct.__struct_config__.tag is not None
    }
    # What people say of what waits for them or is worked, what is said of quality, and what
    # follows, stand in one file each.
    kinds = {"Command": range(100), "Event": range(100, 1_000)}.get(name, range(0))
    tagged |= {
        each
        for module in (approvals, feedback, venues, works)
        for each in structs(module)
        if each.__struct_config__.tag in kinds
    }
    assert tagged == set(members)
