"""A live session in a process of its own, spoken to over its standard input or its socket."""

import json
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from sessions.walks import command, environment

LIVE = """
[session]
name = "live"
seed = 3

[currencies]
USD = { digits = 2 }

[[instruments]]
symbol = "COIN"
currency = "USD"
tick = "0.01"
lot = "1"

[[venues]]
name = "alpha"
kind = "recorded"
instruments = ["COIN"]

[[accounts]]
name = "main"
cash = { USD = "1000000.00" }

[[releases]]
name = "r1"
epoch = 1
state = "active"

[[sources]]
name = "desk"
account = "main"
instruments = ["COIN"]
kind = "person"
actions = ["orders", "notify"]
priority = "risk_reducing"

[controls.market_data]
age_ms = 3_600_000
owner = "risk"
reason = "test"

[controls.price_collar]
bps = 500
owner = "risk"
reason = "test"

[controls.order_quantity]
quantity_max = "100"
owner = "risk"
reason = "test"

[controls.order_value]
value_max = "100000.00"
owner = "risk"
reason = "test"

[controls.position]
long_max = "500"
short_max = "500"
owner = "risk"
reason = "test"

[actions.notify]
kind = "file"
path = "notices.jsonl"
"""

QUOTE = {
    "quote": {
        "instrument": "COIN",
        "venue": "alpha",
        "bid": "99.90",
        "bid_quantity": "500",
        "ask": "100.10",
        "ask_quantity": "500",
    }
}
HALT = {"halt": {"scope": "firm", "by": "anna", "text": "looks wrong"}}


def lift(trip: int, by: str = "ben") -> dict[str, Any]:
    return {"lift_halt": {"scope": "firm", "by": by, "text": "checked", "trip": trip}}


def decision(
    key: str, quantity: str = "10", price: str = "99.95", **more: object
) -> dict[str, Any]:
    """A decision that is valid for good and passes every control."""
    return {
        "source": "desk",
        "key": key,
        "release": "r1",
        "epoch": 1,
        "valid_until": "2199-01-01T00:00:00Z",
        "action": {
            "kind": "order",
            "instrument": "COIN",
            "side": "buy",
            "quantity": quantity,
            "price": price,
        },
        **more,
    }


def line(*words: object) -> bytes:
    return b"".join(json.dumps(word).encode() + b"\n" for word in words)


def session_file(folder: Path) -> Path:
    path = folder / "live.toml"
    path.write_text(LIVE)
    return path


class LiveProcess:
    """`interlock run --live` as its users start it. It is ended when the block is left."""

    def __init__(self, folder: Path, *arguments: str | Path) -> None:
        self.directory = folder / "session"
        self.process = subprocess.Popen(
            command("run", session_file(folder), "--live", "--out", self.directory, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )

    def __enter__(self) -> "LiveProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def say(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next answer on standard output."""
        assert self.process.stdout is not None
        read = self.process.stdout.readline()
        assert read, self.process.communicate()
        found = json.loads(read)
        assert isinstance(found, dict)
        return found

    def ask(self, *words: object) -> list[dict[str, Any]]:
        """Say words one by one, each after the answer to the last."""
        answers = []
        for word in words:
            self.say(line(word))
            answers.append(self.answer())
        return answers

    def listening(self) -> None:
        """Wait until it says that it listens."""
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        assert b"Listening" in said, said + self.process.stderr.read()

    def end(self) -> tuple[list[dict[str, Any]], str, int]:
        """Close its input; what it still answered, what it told people, and its exit code."""
        out, err = self.process.communicate(timeout=60)
        return [json.loads(one) for one in out.splitlines()], err.decode(), self.process.returncode


class Client:
    """One peer of the socket."""

    def __init__(self, path: Path) -> None:
        self.peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.peer.settimeout(30)
        self.peer.connect(str(path))
        self.file = self.peer.makefile("rb")

    def say(self, data: bytes) -> None:
        self.peer.sendall(data)

    def answer(self) -> dict[str, Any]:
        read = self.file.readline()
        assert read, "the session has gone"
        found = json.loads(read)
        assert isinstance(found, dict)
        return found

    def leave(self) -> None:
        self.file.close()
        self.peer.close()
