"""Every executor keeps the contract, and says what its own world answered."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from contracts.executor_suite import ACTION, TIME_NS, ExecutorSuite
from interlock.execution.executors import Executor, FileExecutor, WebhookExecutor


class TestFileExecutor(ExecutorSuite):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "notices.jsonl"

    def working(self) -> Executor:
        return FileExecutor(self.path)

    def broken(self) -> Executor:
        return FileExecutor(self.path / "not" / "there")

    def arrived(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def test_a_failure_names_the_file_and_what_the_system_said(self) -> None:
        assert "No such file" in self.broken().execute(TIME_NS, ACTION).text


class Receiver(HTTPServer):
    """A loopback web server that keeps what it was told and answers what the path says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"


class Handler(BaseHTTPRequestHandler):
    """200 for `/ok`, the number in the path else; `/nonsense` is answered by no HTTP."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/nonsense":
            self.wfile.write(b"moo\r\n\r\n")
            return
        if self.path == "/drip":
            # Each byte is in time; the answer never is. It ends when nobody listens any more.
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"H")
                    threading.Event().wait(0.02)
            return
        code = 200 if self.path == "/ok" else int(self.path[1:])
        if code == 200:
            self.server.told.append(json.loads(body))
            self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "/ok")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class TestWebhookExecutor(ExecutorSuite):
    @pytest.fixture(autouse=True)
    def receiver(self) -> Iterator[None]:
        self.server = Receiver()
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        self.server.shutdown()
        thread.join()
        self.server.server_close()

    def working(self) -> Executor:
        return WebhookExecutor(self.server.url("ok"))

    def broken(self) -> Executor:
        # A port that was free a moment ago, and where nobody listens.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        return WebhookExecutor(f"http://127.0.0.1:{port}/")

    def arrived(self) -> list[dict[str, object]]:
        return self.server.told

    def test_the_actions_number_is_the_idempotency_key(self) -> None:
        self.working().execute(TIME_NS, ACTION)
        assert self.server.keys == ["412-1"]

    @pytest.mark.parametrize("path", ["400", "404", "500", "503"])
    def test_a_refusal_is_a_failure_with_its_code(self, path: str) -> None:
        report = WebhookExecutor(self.server.url(path)).execute(TIME_NS, ACTION)
        assert not report.succeeded
        assert path in report.text

    def test_a_redirect_is_not_followed_because_the_body_would_be_lost(self) -> None:
        report = WebhookExecutor(self.server.url("302")).execute(TIME_NS, ACTION)
        assert not report.succeeded
        assert "302" in report.text
        assert self.arrived() == []

    def test_an_answer_that_is_no_http_is_a_failure_that_says_so(self) -> None:
        report = WebhookExecutor(self.server.url("nonsense")).execute(TIME_NS, ACTION)
        assert not report.succeeded
        assert "may have arrived" in report.text

    def test_an_answer_that_drips_is_cut_off_and_reported_as_not_known(self) -> None:
        report = WebhookExecutor(self.server.url("drip"), 0.2).execute(TIME_NS, ACTION)
        assert not report.succeeded
        assert "no answer in 0.2 s" in report.text

    def test_an_address_that_makes_no_sense_is_a_failure(self) -> None:
        report = WebhookExecutor("http://[nowhere").execute(TIME_NS, ACTION)
        assert not report.succeeded
