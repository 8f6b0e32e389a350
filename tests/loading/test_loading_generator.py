"""The generator: it offers by schedule whatever it hears, counts waits from when a decision was
due, and accounts for every line."""

import json
import socket
from pathlib import Path

import pytest

from interlock.inputs.refusals import RecordingRefused
from interlock.inputs.session_file import parse_session
from interlock.inputs.words import decode_line
from interlock.loading.figures import StepFigures
from interlock.loading.generator import Generator
from interlock.loading.orders import Orders
from interlock.messages.commands import ProposeDecision, UpdateQuote
from interlock.messages.decisions import Basket, CancelOrders
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from interlock.terminal.load import load_json
from interlock.terminal.load_page import load_page
from sessions.live import LIVE

FILE = parse_session(LIVE)
TICK_NS = 2 * NS_PER_MS


class Server:
    """Answers every line as its word says, except while it stands still. It is also the clock: each
    look at it is two milliseconds."""

    def __init__(self, path: Path, answer: dict[str, object] | None) -> None:
        self.answer = answer
        self.still = (0, 0)
        self.heard = 0
        self._now_ns = NS_PER_SECOND
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.setblocking(False)
        self._peer: socket.socket | None = None
        self._rest = b""

    def close(self) -> None:
        self._listener.close()
        if self._peer is not None:
            self._peer.close()

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_ns(self) -> int:
        self._now_ns += TICK_NS
        self._act()
        return self._now_ns

    def _act(self) -> None:
        if self.still[0] <= self._now_ns < self.still[1]:
            return
        if self._peer is None:
            try:
                self._peer, _ = self._listener.accept()
            except BlockingIOError:
                return
            self._peer.setblocking(False)
        try:
            arrived = self._peer.recv(1 << 20)
        except BlockingIOError:
            return
        *lines, self._rest = (self._rest + arrived).split(b"\n")
        for _ in lines:
            self.heard += 1
            if self.answer is not None:
                told = json.dumps({"line": self.heard, **self.answer})
                self._peer.send(told.encode() + b"\n")


def stepped(
    tmp_path: Path, answer: dict[str, object] | None, still: tuple[int, int] = (0, 0)
) -> tuple[StepFigures, Server]:
    server = Server(tmp_path / "s", answer)
    server.still = still
    generator = Generator(tmp_path / "s", Orders(FILE, "f"), server, "run", wait_seconds_max=0.0)
    figures = StepFigures("1x", 500.0, 100 * NS_PER_MS)
    generator.step(figures, 1.0, burst=5, cancel_every=50)
    generator.close()
    server.close()
    return figures, server


def test_as_much_is_offered_to_a_session_that_says_nothing(tmp_path: Path) -> None:
    figures, _ = stepped(tmp_path, None)
    assert figures.offered == figures.unanswered == 500
    assert figures.goodput == 0.0


def test_waits_are_counted_from_when_a_decision_was_due(tmp_path: Path) -> None:
    begun = NS_PER_SECOND
    still = (begun + 300 * NS_PER_MS, begun + 700 * NS_PER_MS)
    figures, _ = stepped(tmp_path, {"verdict": "allow"}, still)
    assert figures.taken_count == figures.offered == 500
    # Of what was due while the session stood still, three quarters waited longer than 100 ms.
    late = figures.taken_count - figures.in_time
    assert 120 <= late <= 180
    assert figures.waits.value_max > 350 * NS_PER_MS
    assert figures.cancel_waits.count == 10


def test_what_is_refused_is_counted_by_its_reason(tmp_path: Path) -> None:
    figures, _ = stepped(tmp_path, {"taken": False, "reason": "CUT_BY_PRIORITY"})
    assert figures.refused == {"CUT_BY_PRIORITY": 500}
    assert (figures.taken_count, figures.unanswered) == (0, 0)


def test_capacity_is_measured_with_always_something_to_do(tmp_path: Path) -> None:
    server = Server(tmp_path / "s", {"verdict": "allow"})
    generator = Generator(tmp_path / "s", Orders(FILE, "f"), server, "run", wait_seconds_max=0.0)
    assert generator.capacity(0.5) > 0
    generator.close()
    server.close()


def test_the_lines_are_decisions_and_quotes_of_the_session() -> None:
    known = {one.symbol: one for one in FILE.instruments}
    orders = Orders(FILE, "f", fan_out=3)
    command = decode_line(orders.decision("k", 1, 5).strip(), known)
    assert isinstance(command, ProposeDecision)
    assert isinstance(command.decision.action, Basket)
    assert len(command.decision.action.lines) == 3
    cancel = decode_line(orders.cancel("c", 5).strip(), known)
    assert isinstance(cancel, ProposeDecision)
    assert isinstance(cancel.decision.action, CancelOrders)
    assert orders.needs_quotes
    (line,) = orders.quotes(5)
    assert isinstance(decode_line(line.strip(), known), UpdateQuote)


def test_a_session_where_nobody_outside_decides_has_no_crowd() -> None:
    text = LIVE.replace('actions = ["orders", "notify"]', 'actions = ["notify"]')
    with pytest.raises(RecordingRefused, match="nobody can be a crowd"):
        Orders(parse_session(text), "live.toml")


def test_the_page_and_the_document_have_every_step(tmp_path: Path) -> None:
    figures, _ = stepped(tmp_path, {"verdict": "allow"})
    page = load_page("live under load", 500.0, {"live": [figures]})
    assert "Goodput" in page
    assert "1x" in page
    assert "http" not in page
    (step,) = load_json("live", 500.0, [figures])["steps"]
    assert step["offered"] == 500
    assert step["verdicts"] == {"allow": 500}
