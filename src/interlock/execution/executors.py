"""Executors: what carries out named actions. An effect is not only an order.

Each action carries its number as an idempotency key, so that a receiver recognises one it has seen.
An executor answers with `ReportAction` and never raises: what went wrong is in the answer.
"""

import contextlib
import json
import socket
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from interlock.journal.files import Files
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
    """Appends each action to a file as a line of JSON, synced before it is reported done.

    An action whose line is there already (the process ended before its answer was kept) is not
    written again. A line that was being written then, and has no end, is cut: nobody was told of
    it. Cost: the file is read once, when the first action comes.
    """

    def __init__(self, path: Path, files: Files | None = None) -> None:
        self.path = path
        self._files = files or Files()
        self._written: set[str] | None = None
        self._end = 0

    def execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        try:
            self._append(notice(time_ns, action) + b"\n", order_text(action.action))
        except OSError as error:
            return _failed(action, f"{self.path.name}: {error.strerror or error}")
        return ReportAction(action.action, True, f"written to {self.path.name}")

    def _append(self, line: bytes, number: str) -> None:
        files = self._files
        is_new = self.path.name not in files.names(self.path.parent)
        descriptor = files.open(self.path, write=True, create=is_new)
        try:
            if self._written is None:
                self._written = self._read(descriptor)
            if number in self._written:
                return
            files.write(descriptor, line, self._end)
            files.sync(descriptor)
        finally:
            files.close(descriptor)
        if is_new:
            files.sync_directory(self.path.parent)
        self._written.add(number)
        self._end += len(line)

    def _read(self, descriptor: int) -> set[str]:
        """The numbers of the actions that are there; what follows the last whole line is cut."""
        data = self._files.read(descriptor, self._files.size(descriptor), 0)
        self._end = data.rfind(b"\n") + 1
        if self._end < len(data):
            self._files.truncate(descriptor, self._end)
        return {number for line in data[: self._end].splitlines() if (number := _number_in(line))}


def _number_in(line: bytes) -> str:
    """The action's number in a line that we wrote; empty in any other."""
    try:
        told = json.loads(line)
    except ValueError:
        return ""
    return str(told.get("action", "")) if isinstance(told, dict) else ""


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
