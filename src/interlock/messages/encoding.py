"""The bytes of a record: MessagePack arrays, each message tagged with its number.

One entry is a command with the moment it was taken and the events it led to. A batch of entries is
encoded in one call; its bytes depend on nothing but the messages.
"""

import msgspec
from msgspec import Struct

from interlock.messages.commands import Command
from interlock.messages.events import Event
from interlock.messages.state import STATE_VERSION, LedgerState
from interlock.messages.units import Nanoseconds


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """A command, when it was taken, and what it led to.

    Its sequence number is its place in the journal.
    """

    time_ns: Nanoseconds
    command: Command
    events: list[Event]


class CommandEntry(Struct, frozen=True, array_like=True, gc=False):
    """An entry whose events stay as they are stored: whoever steps the command makes them anew."""

    time_ns: Nanoseconds
    command: Command
    events: msgspec.Raw


_encoder = msgspec.msgpack.Encoder()
_batch_decoder = msgspec.msgpack.Decoder(list[Entry])
_commands_decoder = msgspec.msgpack.Decoder(list[CommandEntry])
_command_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


def encode_batch(entries: list[Entry]) -> bytes:
    """This is the canonical bytes of a batch of entries."""
    return _encoder.encode(entries)


def decode_batch(data: bytes | memoryview) -> list[Entry]:
    """This reads a batch back.

    Raises `msgspec.ValidationError` or `msgspec.DecodeError` for anything else.
    """
    return _batch_decoder.decode(data)


def is_same_batch(payload: bytes | memoryview, entries: list[Entry]) -> bool:
    """This says whether stored bytes are these entries. What an earlier version wrote lacks fields
    that were appended since: read back they have their defaults, and are as good as written."""
    made = _encoder.encode(entries)
    return made == payload or made == _encoder.encode(_batch_decoder.decode(payload))


def are_same_events(entries: list[CommandEntry], made: list[list[Event]]) -> bool:
    """This says whether the events stored with these entries have the bytes of those made again."""
    stored = b"".join([entry.events for entry in entries])
    encoded = _encoder.encode(made)
    # Before the lists themselves stands how many they are.
    count = len(made)
    header_bytes = 1 if count < 16 else 3 if count < 65_536 else 5
    return len(encoded) == header_bytes + len(stored) and encoded.endswith(stored)


def decode_commands(data: bytes | memoryview) -> list[CommandEntry]:
    """This reads a batch's commands and leaves its events undecoded: less than half the cost."""
    return _commands_decoder.decode(data)


def encode(value: object) -> bytes:
    """This is the canonical bytes of one message, or of plain lists, tuples, integers and text."""
    return _encoder.encode(value)


def decode_command(data: bytes) -> Command:
    """This reads one command back."""
    return _command_decoder.decode(data)


def decode_plain(data: bytes | memoryview) -> object:
    """This reads plain values back (lists, dicts, integers, text)."""
    return msgspec.msgpack.decode(data)


def state_from(value: object) -> LedgerState:
    """This is a ledger's state, out of itself or of the plain lists that `decode_plain` reads.

    Raises `ValueError` for a state of another version and `msgspec.ValidationError`, which is one
    too, for anything else: fall back to an older snapshot or to the whole journal.
    """
    if isinstance(value, LedgerState):
        return value
    version = value[0] if isinstance(value, list) and value else None
    if version != STATE_VERSION:
        raise ValueError(f"the version of the state was {version!r}, must be {STATE_VERSION}")
    return msgspec.convert(value, LedgerState)
