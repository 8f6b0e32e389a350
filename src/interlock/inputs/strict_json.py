"""Strict JSON: one object per line, each key once, no number that is not a whole one.

msgspec decodes faster, but keeps the last of two equal keys silently; a decision whose quantity
stands there twice must not mean whatever the last one says. The standard decoder hands over every
pair, so it is used here.
"""

import json
from typing import Final, NoReturn

from interlock.inputs.refusals import InputRefused, Mistake, mistake_at

LINE_BYTES_MAX: Final = 65_536

# No integer in a decision needs more, and MessagePack, which keeps it, can carry no more.
INTEGER_MAX: Final = 2**63 - 1
_INTEGER_DIGITS_MAX: Final = 20


class NotWhole:
    """A JSON number that is not a whole one, as it was written."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text[:40]


class _Pairs(dict[str, object]):
    """A JSON object that remembers which of its keys came twice."""

    repeated: tuple[str, ...] = ()


def parse_object(line: bytes) -> dict[str, object]:
    """This reads one line as one JSON object.

    Raises `InputRefused` for bytes that are not UTF-8 or not JSON, lines above 64 KiB, anything but
    an object, and keys that stand twice in one object. Numbers with a fraction or an exponent, NaN
    and Infinity come out as `NotWhole`, so that whoever wanted a price can say what it should have
    been. About 4 us for a typical decision.
    """
    if len(line) > LINE_BYTES_MAX:
        _refuse(f"was {len(line)} bytes long, must be at most {LINE_BYTES_MAX}")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(f"was not UTF-8 at byte {error.start}")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _refuse(f"was not JSON at character {error.pos}: {error.msg}")
    except RecursionError:
        _refuse("was nested too deeply")
    if not isinstance(value, dict):
        _refuse(f"was {described(value)}, must be a JSON object such as {{...}}")
    repeated = _repeated_keys(value)
    if repeated:
        raise InputRefused([mistake_at(path, "stands there twice") for path in repeated])
    return value


def described(value: object) -> str:
    """This says what a JSON value is, in JSON's words and cut to a readable length."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value) if len(value) <= 40 else f"{value[:40]!r}... ({len(value)} characters)"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = _Pairs(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        repeated: list[str] = []
        for key, _ in pairs:
            if key in seen and key not in repeated:
                repeated.append(key)
            seen.add(key)
        value.repeated = tuple(repeated)
    return value


def _integer(text: str) -> int | NotWhole:
    return int(text) if len(text) <= _INTEGER_DIGITS_MAX else NotWhole(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=NotWhole, parse_int=_integer, parse_constant=NotWhole
)


def _repeated_keys(value: object) -> list[str]:
    paths: list[str] = []
    waiting: list[tuple[str, object]] = [("$", value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, _Pairs):
            paths += [f"{path}.{key[:40]}" for key in item.repeated]
            waiting += [(f"{path}.{key[:40]}", child) for key, child in item.items() if child]
        elif isinstance(item, list):
            waiting += [(f"{path}[{index}]", child) for index, child in enumerate(item) if child]
    return paths


def _refuse(text: str) -> NoReturn:
    raise InputRefused([Mistake("$", text)])
