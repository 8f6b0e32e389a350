"""People: who is somebody else, and which names may stand for a person at all."""

from hashlib import sha256
from typing import Final

from interlock.ledger.sources import SourceRecord
from interlock.messages.terms import PERSON

MARKS: Final = 2_048
"""Room for names that are only marked: among two hundred of them one in a hundred is mistaken."""


def is_same(one: str, other: str, is_strict: bool) -> bool:
    """Whether two names stand for one person: case tells nobody apart."""
    return one == other or (is_strict and one.casefold() == other.casefold())


def is_among(name: str, names: list[str], is_strict: bool) -> bool:
    """Whether a person is one of these. Cost: one step per name."""
    found = name in names
    for other in names:
        found = found or is_same(name, other, is_strict)
    return found


def noted(name: str, marks: str) -> str:
    """Marks that stand for names beyond those that are kept, with one more. They are as many
    hexadecimal digits however many names they stand for."""
    return f"{(int(marks, 16) if marks != '' else 0) | _marks_of(name):0{MARKS // 4}x}"


def is_noted(name: str, marks: str) -> bool:
    """Whether a name may be one of those that the marks stand for: no is sure, yes is not."""
    own = _marks_of(name)
    return int(marks, 16) & own == own


def _marks_of(name: str) -> int:
    number = int(sha256(name.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:12], 16)
    found = 0
    for _ in range(4):
        found |= 1 << number % MARKS
        number //= MARKS
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
