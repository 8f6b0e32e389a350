"""What a campaign runs: processes that are killed and started again, and a load of decisions."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import interlock

READY_SECONDS_MAX = 60


class Process:
    """One command, started again and again."""

    def __init__(self, name: str, arguments: list[str], says: bytes, folder: Path) -> None:
        self.name = name
        self._command = [sys.executable, "-m", "interlock", *arguments]
        self._says = says
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (folder / f"{name}.err").open("ab")
        package = str(Path(interlock.__file__).parents[1])
        self._environment = {**os.environ, "PYTHONPATH": package}

    def start(self) -> int:
        """Start it and wait until it listens; the milliseconds that took."""
        began = time.monotonic()
        self._process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        self._log.write(said)
        if self._says not in said:
            said += self._process.stderr.read()
            raise RuntimeError(f"{self.name} did not start: {said.decode()}")
        return int((time.monotonic() - began) * 1_000)

    def kill(self) -> None:
        """End it as a machine does: now."""
        assert self._process is not None
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """Ask it to end in order."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._end()

    def _end(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        _, said = self._process.communicate(timeout=READY_SECONDS_MAX)
        self._log.write(said or b"")
        self._process = None

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._end()
        self._log.close()


class Load:
    """Decisions over the engine's socket, and the answers to them."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self._path = path
        self._chance = chance
        self._peer: socket.socket | None = None
        self._unread = b""
        self.said = 0
        self.answers: list[dict[str, Any]] = []
        self.verdicts: dict[str, dict[str, Any]] = {}
        self._orders: list[str] = []

    def connect(self) -> bool:
        if self._peer is None:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                peer.connect(str(self._path))
            except OSError:
                peer.close()
                return False
            peer.setblocking(False)
            self._peer, self._unread = peer, b""
        return True

    def run(self, ended: threading.Event, per_second: int) -> None:
        """Decide until the campaign ends, whether or not anybody is there to hear it."""
        while not ended.wait(1 / per_second):
            if self.connect():
                self.say(self._decision())
                self.read()

    def say(self, word: dict[str, Any]) -> None:
        if self._peer is None:
            return
        try:
            self._peer.sendall(json.dumps(word).encode() + b"\n")
        except OSError:
            self.leave()

    def read(self) -> None:
        if self._peer is None:
            return
        try:
            while True:
                data = self._peer.recv(65_536)
                if not data:
                    self.leave()
                    return
                *lines, self._unread = (self._unread + data).split(b"\n")
                for line in lines:
                    self._hear(json.loads(line))
        except BlockingIOError:
            return
        except OSError:
            self.leave()

    def leave(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def _hear(self, answer: dict[str, Any]) -> None:
        self.answers.append(answer)
        if "key" in answer:
            self.verdicts[answer["key"]] = answer
            self._orders = (self._orders + answer["orders"])[-40:]

    def _decision(self) -> dict[str, Any]:
        chance = self._chance
        self.said += 1
        symbol, price = chance.choice((("COIN", 10_000), ("RAIL", 4_500)))
        side = chance.choice(("buy", "sell"))
        action: dict[str, Any]
        if self._orders and chance.random() < 0.35:
            action = {"kind": "cancel", "orders": [chance.choice(self._orders)]}
        elif self._orders and chance.random() < 0.15:
            action = {
                "kind": "replace",
                "order": chance.choice(self._orders),
                "instrument": symbol,
                "quantity": str(chance.randint(1, 60)),
                "price": f"{(price + chance.randint(-150, 150)) / 100:.2f}",
            }
        else:
            action = {
                "kind": "order",
                "instrument": symbol,
                "side": side,
                "quantity": str(chance.randint(1, 60)),
                "price": f"{(price + chance.randint(-150, 150)) / 100:.2f}",
            }
        return {
            "source": "desk",
            "key": f"d-{self.said}",
            "release": "r1",
            "epoch": 1,
            "valid_until": "2199-01-01T00:00:00Z",
            "action": action,
        }
