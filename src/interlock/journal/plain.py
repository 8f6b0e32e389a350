"""Plain: messages as dictionaries with their field names, for people and for JSON.

In the journal a message is an array and a number; here it gets its words back.
"""

from msgspec import Struct

from interlock.messages.units import Sequence


def plain(value: object) -> object:
    """This is a message, or whatever is inside one, as dictionaries, lists, integers and text."""
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def kind_of(message: object) -> str:
    """This is the name of a message's kind, such as `ProposeDecision`."""
    return type(message).__name__


def address_of(sequence: Sequence, place: int) -> str:
    """This is how an event is named: its command's sequence and its place, from 1."""
    return f"{sequence}.{place}"
