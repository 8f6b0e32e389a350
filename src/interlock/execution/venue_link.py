"""The link to a venue in a process of its own: connects, greets, beats, and connects again.

Between two attempts it waits a random time of up to a bound that doubles (full jitter): many
sessions do not come back at one moment. Nothing that was put on its way before the link broke is
sent after it: a new connection begins with a greeting and nothing else.
"""

import errno
import os
import random
import selectors
import socket
from typing import Final

from interlock.execution.line_stream import LineStream
from interlock.execution.venue_words import VENUE_LINE_BYTES_MAX
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND, Nanoseconds

UNIX: Final = "unix:"
WAIT_FIRST_NS: Final = 50 * NS_PER_MS
WAIT_MAX_NS: Final = 5 * NS_PER_SECOND
CONNECT_NS_MAX: Final = 5 * NS_PER_SECOND
"""So long a connection may take to be made and greeted."""
BEAT_NS: Final = 2 * NS_PER_SECOND
"""We say that we are here at least so often."""
DEAF_NS_MAX: Final = 10 * NS_PER_SECOND
"""A link on which nothing was heard for so long is broken."""

DOWN: Final = 0
CONNECTING: Final = 1
GREETING: Final = 2
UP: Final = 3


class VenueLink:
    """One connection at a time to one address. It never blocks and never raises for what the other
    end does."""

    def __init__(self, address: str, seed: int | None = None) -> None:
        self.address = address
        self.state = DOWN
        self.why_down = "not connected yet"
        self._chance = random.Random(seed)
        self._selector = selectors.DefaultSelector()
        self._stream: LineStream | None = None
        self._peer: socket.socket | None = None
        self._is_closed = False
        self._attempts = 0
        self._next_try_ns: Nanoseconds = 0
        self._since_ns: Nanoseconds = 0
        self._heard_ns: Nanoseconds = 0

    @property
    def descriptor(self) -> int:
        """What to wait on: it is readable whenever the link has something to do, whichever
        connection it has at the time."""
        return self._selector.fileno()

    def turn(self, now_ns: Nanoseconds) -> list[bytes]:
        """This does what is due and returns the lines that have come."""
        if self.state == DOWN:
            self._try(now_ns)
        if self.state == CONNECTING:
            self._finish(now_ns)
        if self.state < GREETING:
            return []
        stream = self._stream
        assert stream is not None, f"the link is in state {self.state} and has no stream"
        lines = stream.read()
        if lines:
            self._heard_ns = now_ns
        elif now_ns - self._heard_ns > DEAF_NS_MAX:
            stream.ended = f"nothing was heard for {DEAF_NS_MAX // NS_PER_SECOND} s"
        if self.state == GREETING and now_ns - self._since_ns > CONNECT_NS_MAX:
            stream.ended = stream.ended or "the greeting was not answered"
        self._heard_ns = min(self._heard_ns, now_ns)
        self.flush()
        return lines

    def say(self, line: bytes) -> bool:
        """This sends a line; False when it did not leave and never will."""
        stream = self._stream
        if self.state < GREETING or stream is None or not stream.write(line):
            return False
        stream.flush()
        self._watch()
        return not stream.ended

    def greeted(self, now_ns: Nanoseconds) -> None:
        """The other end has welcomed us."""
        self.state = UP
        self._attempts = 0
        self._since_ns = now_ns

    def flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()
            self._watch()

    @property
    def ended(self) -> str:
        """Why the present connection is over; empty while it is not, or there is none."""
        return self._stream.ended if self._stream is not None else ""

    def drop(self, now_ns: Nanoseconds, why: str) -> None:
        """This ends the present connection, and says when to try again."""
        self.why_down = why
        self._let_go()
        self.state = DOWN
        bound_ns = min(WAIT_FIRST_NS << min(self._attempts, 10), WAIT_MAX_NS)
        self._attempts += 1
        self._next_try_ns = now_ns + self._chance.randint(1, bound_ns)

    def close(self) -> None:
        """This ends the link for good; a second time is no matter."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._stream is not None:
            self._stream.flush()
        self._let_go()
        self._selector.close()

    def _try(self, now_ns: Nanoseconds) -> None:
        # A clock that was set back does not make us wait for it.
        if self._next_try_ns - WAIT_MAX_NS <= now_ns < self._next_try_ns:
            return
        self._since_ns = now_ns
        try:
            peer, place = _socket_for(self.address)
        except OSError as error:
            self.drop(now_ns, error.strerror or str(error))
            return
        self._peer = peer
        self.state = CONNECTING
        try:
            code = peer.connect_ex(place)
        except OSError as error:
            self.drop(now_ns, error.strerror or str(error))
            return
        if code in (0, errno.EISCONN):
            self._begin(now_ns)
        elif code == errno.EINPROGRESS:
            self._selector.register(peer, selectors.EVENT_WRITE)
        else:
            self.drop(now_ns, os.strerror(code))

    def _finish(self, now_ns: Nanoseconds) -> None:
        peer = self._peer
        assert peer is not None, "the link connects and has no socket"
        code = peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self.drop(now_ns, os.strerror(code))
        elif self._selector.select(0):
            self._selector.unregister(peer)
            self._begin(now_ns)
        elif now_ns - self._since_ns > CONNECT_NS_MAX:
            self.drop(now_ns, "the connection was not answered")

    def _begin(self, now_ns: Nanoseconds) -> None:
        assert self._peer is not None, "the link begins and has no socket"
        self._stream = LineStream(self._peer, VENUE_LINE_BYTES_MAX)
        self._selector.register(self._stream, selectors.EVENT_READ)
        self.state = GREETING
        self._heard_ns = now_ns

    def _watch(self) -> None:
        """Wait for room to write while something is unread, and for words always."""
        stream = self._stream
        if stream is None or stream.ended:
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if stream.unread else 0)
        if self._selector.get_key(stream).events != wanted:
            self._selector.modify(stream, wanted)

    def _let_go(self) -> None:
        for key in list(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
        if self._peer is not None:
            self._peer.close()
        self._stream = None
        self._peer = None


def _socket_for(address: str) -> tuple[socket.socket, str | tuple[str, int]]:
    if address.startswith(UNIX):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        place: str | tuple[str, int] = address.removeprefix(UNIX)
    else:
        host, _, port = address.rpartition(":")
        peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        place = (host, int(port))
    peer.setblocking(False)
    return peer, place
