"""Executors: what carries out named actions. An effect is not only an order.

Each action carries its number as an idempotency key, so that a receiver recognises one it has seen.
An executor answers with `ReportAction` and never raises: what went wrong is in the answer.
"""

import json
import os
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

from interlock.messages.commands import ReportAction
from interlock.messages.events import ActionCleared
from interlock.messages.identity import order_text
from interlock.messages.units import Nanoseconds

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


class _NotElsewhere(urllib.request.HTTPRedirectHandler):
    """A redirected post would arrive as a get without its body, and its 200 pass for success."""

    def redirect_request(self, *_: object) -> None:
        return None


class WebhookExecutor:
    """Posts each action to a URL as JSON. A 2xx answer is success; a redirect is not followed;
    silence is reported as not known.

    Cost: the walk waits for the answer, up to `WEBHOOK_TIMEOUT_SECONDS`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(_NotElsewhere)

    def execute(self, time_ns: Nanoseconds, action: ActionCleared) -> ReportAction:
        try:
            request = urllib.request.Request(
                self.url,
                data=notice(time_ns, action),
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": order_text(action.action),
                },
            )
            with self._opener.open(request, timeout=WEBHOOK_TIMEOUT_SECONDS) as answer:
                return ReportAction(action.action, True, f"answered {answer.status}")
        except urllib.error.HTTPError as error:
            error.close()
            return _failed(action, f"answered {error.code} {error.reason}")
        except TimeoutError:
            text = f"no answer in {WEBHOOK_TIMEOUT_SECONDS} s: it may have arrived"
            return _failed(action, text)
        except HTTPException as error:
            # It was heard, and what came back was not HTTP.
            return _failed(action, f"answered nonsense, it may have arrived: {error!r}")
        except (OSError, ValueError) as error:
            return _failed(action, f"not delivered: {error}")


def _failed(action: ActionCleared, text: str) -> ReportAction:
    return ReportAction(action.action, False, text[:TEXT_CHARACTERS_MAX])
