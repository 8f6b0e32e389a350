"""Lines: the live door's connections. Standard input and a Unix socket bring lines of JSON, each is
answered by one line.

Bounded throughout: so many connections, so long a line, so much that a slow reader may leave
unread. Whoever passes a bound is told so and disconnected; nobody else notices.
"""

import os
import selectors
import socket
from pathlib import Path
from typing import Final

LINE_BYTES_MAX: Final = 65_536
READ_BYTES: Final = 65_536
UNREAD_BYTES_MAX: Final = 1_048_576
CONNECTIONS_MAX: Final = 64


class Connection:
    """One peer: what came in and has no end of line yet, what goes out and is not yet taken."""

    def __init__(self, name: str, reading: int, writing: int, peer: socket.socket | None) -> None:
        self.name = name
        self.reading = reading
        self.writing = writing
        self.peer = peer
        self.lines_read = 0
        self.owed = 0
        """Lines that wait for their answer."""
        self.is_ended = False
        """Nothing more will come; what is owed is still answered."""
        self._incoming = b""
        self._outgoing = b""

    def read(self) -> list[bytes]:
        """This takes what has arrived: whole lines, without their ends; blank ones are dropped.

        A line beyond the bound is returned cut, so that it is refused and recorded, and ends the
        connection.
        """
        try:
            arrived = os.read(self.reading, READ_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            arrived = b""
        if not arrived:
            self.is_ended = True
            last, self._incoming = self._incoming, b""
            return self._numbered([last])
        *lines, self._incoming = (self._incoming + arrived).split(b"\n")
        if len(self._incoming) > LINE_BYTES_MAX:
            lines.append(self._incoming[: LINE_BYTES_MAX + 1])
            self._incoming = b""
            self.is_ended = True
        return self._numbered(lines)

    def _numbered(self, lines: list[bytes]) -> list[bytes]:
        kept = [line for line in lines if line.strip()]
        self.owed += len(kept)
        return kept

    def answer(self, line: bytes) -> None:
        """This puts an answer on its way."""
        self.owed -= 1
        self._outgoing += line + b"\n"
        self.write()

    def write(self) -> None:
        """This hands on as much as the peer takes now."""
        while self._outgoing:
            try:
                taken = os.write(self.writing, self._outgoing)
            except BlockingIOError:
                break
            except OSError:
                self.is_ended = True
                self._outgoing = b""
                return
            self._outgoing = self._outgoing[taken:]
        if len(self._outgoing) > UNREAD_BYTES_MAX:
            self.is_ended = True
            self.owed = 0
            self._outgoing = b""

    @property
    def has_unread(self) -> bool:
        return bool(self._outgoing)

    @property
    def is_done(self) -> bool:
        return self.is_ended and self.owed <= 0 and not self._outgoing


class Lines:
    """All connections of a live session, waited on together."""

    def __init__(self, *, standard_input: bool, socket_path: Path | None) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._socket_path = socket_path
        self.connections: list[Connection] = []
        self._came = 0
        self._always_ready: Connection | None = None
        """Standard input when it is a regular file, which cannot be waited on."""
        if standard_input:
            os.set_blocking(0, False)
            self._add(Connection("stdin", 0, 1, None))
        if socket_path is not None:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            # Only the user who runs the session may speak to it.
            previous = os.umask(0o177)
            try:
                listener.bind(str(socket_path))
            finally:
                os.umask(previous)
            listener.listen(CONNECTIONS_MAX)
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, None)
            self._listener = listener

    @property
    def is_over(self) -> bool:
        """No line will come any more: standard input ended and there is no socket."""
        return self._listener is None and not self.connections

    def wait(self, seconds: float) -> list[tuple[Connection, bytes]]:
        """This waits for lines, at most so long, and returns all that have come."""
        came: list[tuple[Connection, bytes]] = []
        ready = self._always_ready
        if ready is not None and not ready.is_ended:
            seconds = 0.0
            came.extend((ready, line) for line in ready.read())
        for key, events in self._selector.select(seconds):
            connection = key.data
            if connection is None:
                self._accept()
            elif events & selectors.EVENT_READ and not connection.is_ended:
                came.extend((connection, line) for line in connection.read())
        self._tidy()
        return came

    def close(self) -> None:
        """This closes every connection and takes the socket away."""
        for connection in self.connections:
            connection.write()
            if connection.peer is not None:
                connection.peer.close()
            else:
                os.set_blocking(connection.reading, True)
        self._selector.close()
        if self._listener is not None and self._socket_path is not None:
            self._listener.close()
            self._socket_path.unlink(missing_ok=True)

    def _accept(self) -> None:
        assert self._listener is not None, "nobody listens"
        peer, _ = self._listener.accept()
        if len(self.connections) >= CONNECTIONS_MAX:
            peer.sendall(b'{"error":"too many connections"}\n')
            peer.close()
            return
        peer.setblocking(False)
        self._came += 1
        self._add(Connection(f"socket-{self._came}", peer.fileno(), peer.fileno(), peer))

    def _add(self, connection: Connection) -> None:
        self.connections.append(connection)
        try:
            self._selector.register(connection.reading, selectors.EVENT_READ, connection)
        except PermissionError:
            os.set_blocking(connection.reading, True)
            self._always_ready = connection

    def _tidy(self) -> None:
        for connection in list(self.connections):
            if connection.has_unread:
                connection.write()
            if connection.is_ended and connection.reading in self._selector.get_map():
                self._selector.unregister(connection.reading)
            if connection.is_done:
                self.connections.remove(connection)
                if connection.peer is not None:
                    connection.peer.close()
