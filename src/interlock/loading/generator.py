"""The generator: decisions by schedule, whatever the session answers.

Open loop: a decision is due at its moment and its wait is counted from then, also when the
generator or the socket was late to send it, so a session that stands still cannot hide it
(coordinated omission). Only capacity is measured in a closed loop, with so many decisions under way
that the session is never idle and never has too much.
"""

import json
import selectors
import socket
from pathlib import Path
from typing import Any, Final, NamedTuple

from interlock.inputs.clock import Clock
from interlock.loading.figures import StepFigures
from interlock.loading.orders import Orders
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Nanoseconds

UNSENT_BYTES_MAX: Final = 8_388_608
"""What the session does not read is given up beyond this, and counted as unanswered."""
UNDER_WAY: Final = 16
"""Decisions under way while capacity is measured: the session is never idle, and nothing waits for
long enough to be refused."""
REST_NS: Final = NS_PER_SECOND
"""Between two steps: what one did to the session is not the next one's."""
QUOTE_EVERY_NS: Final = 100 * NS_PER_MS
PATIENCE_NS: Final = 5 * NS_PER_SECOND
"""How long answers are waited for after a step."""
READ_BYTES: Final = 262_144
CONNECT_SECONDS: Final = 10.0


class _Asked(NamedTuple):
    """One line that waits for its answer."""

    due_ns: Nanoseconds
    kind: str


DECISION: Final = "decision"
CANCEL: Final = "cancel"
QUOTE: Final = "quote"


class Generator:
    """One client of one session. `run_id` begins every key, so that no two runs share one."""

    def __init__(
        self,
        path: Path,
        orders: Orders,
        clock: Clock,
        run_id: str,
        *,
        wait_seconds_max: float = 0.05,
    ) -> None:
        """It looks up this often, however quiet it is. Raises `OSError` when nobody listens at the
        path."""
        self.orders = orders
        self.clock = clock
        self._peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._peer.settimeout(CONNECT_SECONDS)
        try:
            self._peer.connect(str(path))
        except OSError as error:
            self._peer.close()
            raise OSError(error.errno or 0, error.strerror or str(error), str(path)) from None
        self._peer.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._peer, selectors.EVENT_READ)
        self._run_id = run_id
        self._wait_seconds_max = wait_seconds_max
        self._asked: dict[int, _Asked] = {}
        self._line = 0
        self._keys = 0
        self._unsent = bytearray()
        self._unread = b""
        self._quoted_ns: Nanoseconds = -1
        self.is_gone = False
        """The session has ended the connection."""

    def close(self) -> None:
        self._selector.close()
        self._peer.close()

    def capacity(self, seconds: float) -> float:
        """Decisions a second when there is always something to do and never too much."""
        figures = StepFigures("capacity", 0.0, NS_PER_SECOND)
        begun_ns = self.clock.monotonic_ns()
        end_ns = begun_ns + int(seconds * NS_PER_SECOND)
        while (now_ns := self.clock.monotonic_ns()) < end_ns and not self.is_gone:
            self._quote(now_ns)
            while len(self._asked) < UNDER_WAY:
                self._decide(now_ns)
            self._exchange(end_ns, figures)
        taken = figures.taken_count
        self._settle(figures)
        return taken / seconds

    def step(self, figures: StepFigures, seconds: float, *, burst: int, cancel_every: int) -> None:
        """This offers one step's load, `burst` decisions at a time, every so many of them with a
        cancel beside it (0: none), and waits for the answers."""
        begun_ns = self.clock.monotonic_ns()
        end_ns = begun_ns + int(seconds * NS_PER_SECOND)
        apart_ns = burst * NS_PER_SECOND / figures.rate
        bursts = 0
        while not self.is_gone:
            now_ns = self.clock.monotonic_ns()
            if now_ns >= end_ns:
                break
            self._quote(now_ns)
            while (due_ns := begun_ns + int(bursts * apart_ns)) <= now_ns:
                bursts += 1
                for _ in range(burst):
                    figures.offered += 1
                    if len(self._unsent) > UNSENT_BYTES_MAX:
                        figures.unanswered += 1
                        continue
                    self._decide(due_ns)
                    if cancel_every and figures.offered % cancel_every == 0:
                        self._say(self.orders.cancel(self._key(), self._now_ns()), due_ns, CANCEL)
            self._exchange(min(due_ns, end_ns), figures)
        figures.seconds = seconds
        self._settle(figures)

    def _settle(self, figures: StepFigures) -> None:
        """This waits for what is under way, counts what nobody answers, and rests."""
        end_ns = self.clock.monotonic_ns() + PATIENCE_NS
        while self._asked and not self.is_gone and self.clock.monotonic_ns() < end_ns:
            self._exchange(end_ns, figures)
        figures.unanswered += sum(asked.kind == DECISION for asked in self._asked.values())
        self._asked.clear()
        rested_ns = self.clock.monotonic_ns() + REST_NS
        while not self.is_gone and (now_ns := self.clock.monotonic_ns()) < rested_ns:
            self._quote(now_ns)
            self._exchange(rested_ns, StepFigures("rest", 1.0, NS_PER_SECOND))

    def _quote(self, now_ns: Nanoseconds) -> None:
        if not self.orders.needs_quotes or now_ns - self._quoted_ns < QUOTE_EVERY_NS:
            return
        self._quoted_ns = now_ns
        for line in self.orders.quotes(self._now_ns()):
            self._say(line, now_ns, QUOTE)

    def _decide(self, due_ns: Nanoseconds) -> None:
        line = self.orders.decision(self._key(), self._keys, self._now_ns())
        self._say(line, due_ns, DECISION)

    def _key(self) -> str:
        self._keys += 1
        return f"{self._run_id}-{self._keys}"

    def _now_ns(self) -> Nanoseconds:
        return self.clock.now_ns()

    def _say(self, line: bytes, due_ns: Nanoseconds, kind: str) -> None:
        self._line += 1
        self._asked[self._line] = _Asked(due_ns, kind)
        self._unsent += line

    def _exchange(self, until_ns: Nanoseconds, figures: StepFigures) -> None:
        """This sends and hears what there is, or waits until a moment."""
        self._send()
        wait = max(until_ns - self.clock.monotonic_ns(), 0) / NS_PER_SECOND
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        self._selector.modify(self._peer, events)
        for _, happened in self._selector.select(min(wait, self._wait_seconds_max)):
            if happened & selectors.EVENT_READ:
                self._hear(figures)
            if happened & selectors.EVENT_WRITE:
                self._send()

    def _send(self) -> None:
        while self._unsent:
            try:
                sent = self._peer.send(self._unsent[:READ_BYTES])
            except BlockingIOError:
                return
            except OSError:
                self.is_gone = True
                return
            del self._unsent[:sent]

    def _hear(self, figures: StepFigures) -> None:
        try:
            arrived = self._peer.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            arrived = b""
        if not arrived:
            self.is_gone = True
            return
        now_ns = self.clock.monotonic_ns()
        *lines, self._unread = (self._unread + arrived).split(b"\n")
        for line in lines:
            self._answered(json.loads(line), now_ns, figures)

    def _answered(self, answer: dict[str, Any], now_ns: Nanoseconds, figures: StepFigures) -> None:
        first = answer.get("line", 0)
        for number in range(first, answer.get("to", first) + 1):
            asked = self._asked.pop(number, None)
            if asked is None or asked.kind == QUOTE:
                continue
            wait_ns = now_ns - asked.due_ns
            if asked.kind == CANCEL:
                figures.cancel_waits.note(wait_ns)
            elif "verdict" in answer:
                figures.taken(wait_ns, answer["verdict"])
            else:
                figures.not_taken(wait_ns, answer.get("reason", answer.get("error", "?")))
