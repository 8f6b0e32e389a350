"""People: who is somebody else, and which names may stand for a person at all."""

from interlock.ledger.sources import SourceRecord
from interlock.messages.terms import PERSON


def is_same(one: str, other: str, is_strict: bool) -> bool:
    """Whether two names stand for one person: case tells nobody apart."""
    return one == other or (is_strict and one.casefold() == other.casefold())


def is_among(name: str, names: list[str], is_strict: bool) -> bool:
    """Whether a person is one of these. Cost: one step per name."""
    found = name in names
    for other in names:
        found = found or is_same(name, other, is_strict)
    return found


def is_person(sources: dict[str, SourceRecord], name: str, is_strict: bool) -> bool:
    """Whether a name may stand for a person: a model or an agent never does, however it is
    written. Cost: one step per source."""
    source = sources.get(name)
    if source is not None:
        return source.definition.kind == PERSON
    if is_strict:
        for other in sources.values():
            if other.definition.kind != PERSON and is_same(name, other.name, True):
                return False
    return True
