"""Kinds: the names of messages as people and programs write them, `propose_decision`."""

import re
from typing import Final, get_args

from msgspec import Struct

from interlock.messages.commands import Command
from interlock.messages.events import Event

_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def kind_name(message: type[Struct]) -> str:
    """This is a kind's name: snake_case of the class name."""
    return _WORD.sub("_", message.__name__).lower()


COMMAND_KINDS: Final[dict[str, type[Struct]]] = {
    kind_name(kind): kind for kind in get_args(Command)
}
EVENT_KINDS: Final[dict[str, type[Struct]]] = {kind_name(kind): kind for kind in get_args(Event)}
KIND_NAMES: Final[dict[type[Struct], str]] = {
    kind: name for name, kind in (COMMAND_KINDS | EVENT_KINDS).items()
}
