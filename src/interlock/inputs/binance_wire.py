"""Binance wire: the lines of a capture, as Binance's streams and its depth endpoint send them.

A line is `<local receive time, ns> <raw JSON>`; the JSON is a stream's payload, bare or wrapped as
`{"stream": ..., "data": ...}`, or the answer of the depth endpoint. Spot and futures share this one
struct: the letters mean the same, and a field that a message does not have stays at its default.
"""

from typing import Final

import msgspec
from msgspec import Struct

from interlock.inputs.moments import MOMENT_NS_MAX
from interlock.messages.units import Nanoseconds

Rows = list[tuple[str, str]]

_NAMES: Final = {
    "event": "e",
    "event_time": "E",
    "symbol": "s",
    "first_id": "U",
    "last_id": "u",
    "previous_id": "pu",
    "bid": "b",
    "bid_quantity": "B",
    "ask": "a",
    "ask_quantity": "A",
    "trade_id": "t",
    "price": "p",
    "quantity": "q",
    "buyer_is_maker": "m",
    "trade_kind": "X",
    "snapshot_id": "lastUpdateId",
    "label": "symbol",
}


class Payload(Struct, gc=False, rename=_NAMES):
    """One message. `bid` and `ask` are prices in a ticker, rows of levels in a depth update."""

    event: str = ""
    event_time: int = 0
    symbol: str = ""
    first_id: int = -1
    last_id: int = -1
    previous_id: int = -1
    bid: str | Rows = ""
    bid_quantity: str = ""
    ask: str | Rows | int = ""
    ask_quantity: str = ""
    trade_id: int = -1
    price: str = ""
    quantity: str = ""
    buyer_is_maker: bool | None = None
    trade_kind: str = ""
    snapshot_id: int = -1
    bids: Rows = []
    asks: Rows = []
    label: str = ""


class _Wrapped(Struct, gc=False):
    stream: str
    data: Payload


class _Any(Payload, gc=False, rename=_NAMES):
    stream: str = ""
    data: Payload | None = None
    result: Payload | None = None


class Message(Struct, gc=False):
    """One line: when it was received here, on which stream (if said), and what it says."""

    time_ns: Nanoseconds
    stream: str
    data: Payload


_decode_wrapped: Final = msgspec.json.Decoder(_Wrapped).decode
_decode_any: Final = msgspec.json.Decoder(_Any).decode


def read_line(line: bytes) -> Message:
    """This reads one line of a capture. Raises `ValueError` saying why it cannot."""
    stamp, _, raw = line.partition(b" ")
    if not stamp.isdigit() or len(stamp) > 19:
        raise ValueError(f"was {line[:30]!r}, must start with the receive time in nanoseconds")
    time_ns = int(stamp)
    if time_ns > MOMENT_NS_MAX:
        raise ValueError(f"was received at {time_ns} ns, must be before the year 2201")
    if raw.startswith(b'{"stream":'):
        wrapped = _decode_wrapped(raw)
        return Message(time_ns, wrapped.stream, wrapped.data)
    message = _decode_any(raw)
    return Message(time_ns, message.stream, message.data or message.result or message)


def stream_of_other(line: bytes) -> str:
    """This names the stream of a line that `read_line` refused, when it is sound but none of ours.

    Empty when it is no JSON, or belongs to a stream that is read here.
    """
    stamp, _, raw = line.partition(b" ")
    try:
        value = msgspec.json.decode(raw)
    except ValueError:
        return ""
    if not stamp.isdigit():
        return ""
    stream = ""
    if isinstance(value, dict):
        data = value.get("data", value)
        stream = str(value.get("stream") or (data.get("e", "") if isinstance(data, dict) else ""))
    elif isinstance(value, list):
        stream = "array"
    kind = stream.partition("@")[2] or stream
    ours = kind.startswith(("depth", "bookTicker", "trade", "lastUpdateId"))
    return "" if ours else kind[:40]


def exchange_ns(event_time: int) -> Nanoseconds:
    """This is an exchange's time in nanoseconds: milliseconds, or microseconds where asked for."""
    if event_time >= 100_000_000_000_000:
        return event_time * 1_000
    return event_time * 1_000_000


def is_partial_depth(stream: str) -> bool:
    """True for `@depth5`, `@depth20@100ms` and their like: the top of a book, not its changes."""
    return stream.partition("@depth")[2][:1].isdigit()
