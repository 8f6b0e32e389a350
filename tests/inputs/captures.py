"""Builders of what the door's tests read: instruments, capture lines, archives."""

import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

from interlock.inputs.binance import BinanceRecording
from interlock.messages.commands import Command, NoteFeedFault
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.terms import FEED_FAULTS, MARGINED

BTC = Instrument("BTC-USDT", "USDT", 8, 2, 1, 5, 1)
PERP = Instrument("BTC-USDT-PERP", "USDT", 8, 1, 1, 3, 1, settlement=MARGINED)
ETH = Instrument("ETH-USDT", "USDT", 8, 2, 1, 4, 1)
IBM = Instrument("IBM", "USD", 2, 2, 1, 0, 1)
INSTRUMENTS = {one.symbol: one for one in (BTC, PERP, ETH, IBM)}
VENUES = {
    "spot": Venue("spot", ("BTC-USDT", "ETH-USDT")),
    "perps": Venue("perps", ("BTC-USDT-PERP",)),
    "us": Venue("us", ("IBM",)),
}

START_NS = 1_723_161_254_000_000_000

Rows = Sequence[tuple[str, str]]


class Capture:
    """A capture being written: each message is received a millisecond after the one before."""

    def __init__(self, symbol: str = "BTCUSDT", wrapped: bool = True) -> None:
        self.symbol = symbol
        self.wrapped = wrapped
        self.lines: list[bytes] = []
        self.time_ns = START_NS

    def add(self, stream: str, data: dict[str, object]) -> "Capture":
        value: object = data
        if self.wrapped and stream:
            value = {"stream": f"{self.symbol.lower()}@{stream}", "data": data}
        return self.raw(json.dumps(value, separators=(",", ":")).encode())

    def raw(self, text: bytes) -> "Capture":
        self.time_ns += 1_000_000
        self.lines.append(b"%d %s" % (self.time_ns, text))
        return self

    def snapshot(self, update_id: int, bids: Rows, asks: Rows) -> "Capture":
        return self.add("", {"lastUpdateId": update_id, "bids": bids, "asks": asks})

    def depth(
        self, first: int, last: int, bids: Rows = (), asks: Rows = (), previous: int = -1
    ) -> "Capture":
        data: dict[str, object] = {"e": "depthUpdate", "E": self.time_ns // 1_000_000}
        data |= {"s": self.symbol, "U": first, "u": last, "b": bids, "a": asks}
        return self.add("depth@100ms", data | ({"pu": previous} if previous >= 0 else {}))

    def ticker(self, update_id: int, bid: str, ask: str, quantity: str = "1") -> "Capture":
        data: dict[str, object] = {"u": update_id, "s": self.symbol, "b": bid, "B": quantity}
        return self.add("bookTicker", data | {"a": ask, "A": quantity})

    def trade(
        self, trade_id: int, price: str, quantity: str = "1", maker: bool = True
    ) -> "Capture":
        data = {"e": "trade", "E": self.time_ns // 1_000_000, "s": self.symbol, "t": trade_id}
        return self.add("trade", data | {"p": price, "q": quantity, "m": maker})

    def write(self, path: Path) -> Path:
        data = b"\n".join([*self.lines, b""])
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path


def heard(
    path: Path, *, instrument: Instrument = BTC, levels: int = 10, clock: str = "local"
) -> list[Command]:
    """Every command of a one-symbol capture, after checking that its time never goes back."""
    recording = BinanceRecording(path, {"BTCUSDT": instrument}, "spot", levels=levels, clock=clock)
    items = list(recording)
    times = [time_ns for time_ns, _ in items]
    assert times == sorted(times)
    return [command for _, command in items]


def faults(commands: list[Command]) -> list[str]:
    """The names of the feed faults among commands, in order."""
    return [FEED_FAULTS[one.fault] for one in commands if isinstance(one, NoteFeedFault)]


def equity_archive(path: Path, name: str, rows: list[str]) -> Path:
    """A zip with one CSV of rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "\n".join(rows))
    return path
