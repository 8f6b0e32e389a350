"""Executors: what carries out named actions. An effect is not only an order.

Each action carries its number as an idempotency key, so that a receiver recognises one it has seen.
An executor answers with `ReportAction` and never raises: what went wrong is in the answer.
"""

import contextlib
import json
import os
import socket
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from interlock.messages.commands import ReportAction
from interlock.messages.events import ActionCleared
from interlock.messages.identity import order_text
from interlock.messages.units import Nanoseconds

# In all, however slowly the receiver drips: a timeout of the socket is one for each read.
WEBHOOK_TIMEOUT_SECONDS = 2
# What an answer may say in the journal.
TEXT_CHARACTERS_MAX = 200


class Executor(Protocol):
    """Carries out one kind of action."""

    def execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        """This does it, and says how it ended."""


def notice(time_ns: Nanoseconds, action: ActionCleared) -> bytes:
    """This is what a notification says: one JSON object."""
    told = {
        "action": order_text(action.action),
        "decision": action.decision,
        "name": action.name,
        "time_ns": time_ns,
        "parameters": action.parameters,
    }
    return json.dumps(told, separators=(",", ":")).encode()


class FileExecutor:
    """Appends each action to a file as a line of JSON, synced before it is reported done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        try:
            with self.path.open("ab") as file:
                file.write(notice(time_ns, action) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return _failed(action, f"{self.path.name}: {error.strerror or error}")
        return ReportAction(action.action, True, f"written to {self.path.name}")


class WebhookExecutor:
    """Posts each action to a URL as JSON. A 2xx answer is success; a redirect is not followed,
    because it would arrive as a get without its body; silence is reported as not known. Only the
    head of the answer is read.

    Cost: whoever calls waits for the answer, up to `WEBHOOK_TIMEOUT_SECONDS` from the connection on
    (that itself, each address of it, takes no longer either).
    """

    def __init__(self, url: str, timeout_seconds: float = WEBHOOK_TIMEOUT_SECONDS) -> None:
        self.url = url
        self._timeout_seconds = timeout_seconds

    def execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        try:
            status, reason = self._post(notice(time_ns, action), order_text(action.action))
        except TimeoutError:
            text = f"no answer in {self._timeout_seconds} s: it may have arrived"
            return _failed(action, text)
        except HTTPException as error:
            # It was heard, and what came back was not HTTP.
            return _failed(action, f"answered nonsense, it may have arrived: {error!r}")
        except (OSError, ValueError) as error:
            return _failed(action, f"not delivered: {error}")
        if 200 <= status < 300:
            return ReportAction(action.action, True, f"answered {status}")
        return _failed(action, f"answered {status} {reason}")

    def _post(self, body: bytes, key: str) -> tuple[int, str]:
        """This is the status of the answer; `TimeoutError` when there is none in time."""
        place = urlsplit(self.url)
        kinds = {"http": HTTPConnection, "https": HTTPSConnection}
        if place.scheme not in kinds or not place.hostname:
            raise ValueError(f"the URL was {self.url}, must be http or https with a host")
        connection = kinds[place.scheme](place.hostname, place.port, timeout=self._timeout_seconds)
        is_late = threading.Event()
        try:
            connection.connect()
            cutter = threading.Timer(self._timeout_seconds, _cut, (connection.sock, is_late))
            cutter.daemon = True
            cutter.start()
            try:
                target = (place.path or "/") + (f"?{place.query}" if place.query else "")
                headers = {"Content-Type": "application/json", "Idempotency-Key": key}
                connection.request("POST", target, body, headers | {"Connection": "close"})
                answer = connection.getresponse()
                answer.close()
                return answer.status, answer.reason
            except (OSError, HTTPException, ValueError):
                if is_late.is_set():
                    raise TimeoutError from None
                raise
            finally:
                cutter.cancel()
        finally:
            connection.close()


def _cut(peer: socket.socket, is_late: threading.Event) -> None:
    """The time is up: whoever still reads from this connection reads no further."""
    is_late.set()
    with contextlib.suppress(OSError):
        peer.shutdown(socket.SHUT_RDWR)


def _failed(action: ActionCleared, text: str) -> ReportAction:
    return ReportAction(action.action, False, text[:TEXT_CHARACTERS_MAX])
