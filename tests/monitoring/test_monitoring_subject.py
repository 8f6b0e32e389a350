"""Finding what a person names in a journal, and what is said when it is not there."""

from pathlib import Path

import pytest

from interlock.messages.identity import client_order_id, order_sequence, order_text
from interlock.monitoring.subject import SubjectUnknown, find_subject
from monitoring.kept import keep, working
from worlds import World


@pytest.fixture
def world() -> World:
    made = World()
    made.quote()
    return made


def test_an_order_is_found_by_every_name_it_has(world: World, tmp_path: Path) -> None:
    order = working(world)
    path = keep(tmp_path, world.entries)
    client_id = client_order_id("session-1", order)
    for text in (order_text(order), client_id, client_id.lower()):
        found = find_subject(path, text)
        assert (found.decision, found.order) == (order_sequence(order), order)
    for text in (str(order_sequence(order)), "model:k1"):
        found = find_subject(path, text)
        assert (found.decision, found.order) == (order_sequence(order), 0)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("20", "command 20 is update_quote, not a decision. The nearest decision is 21"),
        ("9999", "the journal ends at 23. The nearest decision is 21"),
        ("21-7", "decision 21 led to 21-1. Ask for the decision: 21"),
        ("5-1", "there is no order 5-1: command 5 is define_venue"),
        ("model:k9", "Near it are model:k1 (21)"),
        ("xyzzy:123", "The sources that decided are model"),
        ("000000000000-21-1", "is another session's order: those of this one begin with"),
        ("last week", "was 'last week'. Give an order such as 412-1"),
        ("0", "there is no command 0"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(
    world: World, tmp_path: Path, text: str, near: str
) -> None:
    working(world)
    path = keep(tmp_path, world.entries)
    with pytest.raises(SubjectUnknown) as raised:
        find_subject(path, text)
    assert near in str(raised.value)
