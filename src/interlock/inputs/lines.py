"""Lines: the live door's connections. Standard input and a Unix socket bring lines of JSON, each is
answered by one line.

Bounded throughout: so many connections, so long a line, so many lines a turn, so much that is
unread. Whoever is one connection too many is told so and disconnected; a line too long is cut, to
be refused and recorded, and its rest passed over; whoever does not read its answers
is still read and obeyed, a halt above all, but what it leaves unread beyond the bound is dropped,
counted, and the count told once it reads again. Nobody else notices.
"""

import os
import selectors
import socket
import stat
from pathlib import Path
from typing import Final

from interlock.inputs.listening import unix_listener

LINE_BYTES_MAX: Final = 65_536
READ_BYTES: Final = 65_536
LINES_PER_TURN_MAX: Final = 4_096
"""Of one connection: no one can keep the others, or the market, from their turn."""
READS_PER_TURN_MAX: Final = 16
"""Of all connections together, and one of each: what cannot be done in time is read all the same,
to be refused at once."""
PATIENT_LINES_MAX: Final = 256
"""Of standard input, or of what reduces risk on one connection: while so many wait, no more are
read."""
UNREAD_BYTES_MAX: Final = 1_048_576
"""Beyond this a connection's answers are dropped and counted; its lines are still taken."""
CONNECTIONS_MAX: Final = 64

STANDARD_INPUT: Final = 0
STANDARD_OUTPUT: Final = 1


class Connection:
    """One peer: what came in and was not taken yet, what goes out and is not yet taken."""

    def __init__(self, name: str, reading: int, writing: int, peer: socket.socket | None) -> None:
        self.name = name
        self.reading = reading
        self.writing = writing
        self.peer = peer
        self.lines_taken = 0
        self.is_patient = peer is None
        """Standard input: it is read at the pace of its taking, and nothing of it is refused for
        being too much."""
        self.waiting = 0
        """Lines that arrived and were not taken yet."""
        self.urgent = 0
        """Of them, those that reduce risk."""
        self.owed = 0
        """Lines that wait for their answer."""
        self.is_ended = False
        """Nothing more will come; what is owed is still answered."""
        self.is_gone = False
        """Nobody reads the answers any more."""
        self.dropped = 0
        """Answers that were not kept for a peer that does not read, since it was last told."""
        self._incoming = b""
        self._is_passing_over = False
        """In the rest of a line that was too long."""
        self._lines: list[bytes] = []
        self._outgoing = bytearray()

    def read(self, reads_max: int = 1) -> None:
        """This takes what has arrived, and cuts it into lines without their ends; blank ones are
        dropped.

        A line beyond the bound is kept cut, so that it is refused and recorded.
        """
        for _ in range(reads_max):
            if not self._read() or not self.wants_more:
                return

    def _read(self) -> bool:
        """Whether there may be more."""
        try:
            arrived = os.read(self.reading, READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            arrived = b""
        if not arrived:
            self.is_ended = True
            self._lines.append(self._incoming)
            self._incoming = b""
            return False
        if self._is_passing_over:
            _, end, arrived = arrived.partition(b"\n")
            self._is_passing_over = not end
        *lines, self._incoming = (self._incoming + arrived).split(b"\n")
        self._lines += lines
        if len(self._incoming) > LINE_BYTES_MAX:
            self._lines.append(self._incoming[: LINE_BYTES_MAX + 1])
            self._incoming = b""
            self._is_passing_over = True
        return len(arrived) == READ_BYTES

    def next_lines(self) -> list[bytes]:
        """This is what one turn may take of this connection."""
        lines_max = PATIENT_LINES_MAX - self.waiting if self.is_patient else LINES_PER_TURN_MAX
        taken, self._lines = self._lines[:lines_max], self._lines[lines_max:]
        kept = [line for line in taken if line.strip()]
        self.owed += len(kept)
        return kept

    def answer(self, line: bytes, answered: int = 1) -> None:
        """This puts an answer to so many lines on its way, or counts it when too much is unread."""
        self.owed -= answered
        if self.is_gone:
            return
        if len(self._outgoing) > UNREAD_BYTES_MAX:
            self.dropped += 1
            return
        self._tell_dropped()
        self._outgoing += line + b"\n"

    def _tell_dropped(self) -> None:
        # In the place of the answers that are missing.
        if self.dropped:
            self._outgoing += b'{"dropped":%d}\n' % self.dropped
            self.dropped = 0

    def write(self) -> None:
        """This hands on as much as the peer takes now."""
        while self._outgoing:
            try:
                taken = os.write(self.writing, self._outgoing)
            except BlockingIOError:
                return
            except OSError:
                # What it sent before it left is still taken, decided and recorded.
                self.is_ended = True
                self.is_gone = True
                self._outgoing.clear()
                return
            del self._outgoing[:taken]
            if not self._outgoing:
                self._tell_dropped()

    @property
    def has_lines(self) -> bool:
        """Whether lines can come in that were read already."""
        return bool(self._lines) and not (self.is_patient and self.waiting >= PATIENT_LINES_MAX)

    @property
    def wants_more(self) -> bool:
        """Whether to read on: not while lines were read and not let in, nor while too many wait
        that nobody may refuse."""
        held = self.waiting if self.is_patient else self.urgent
        return not self.is_ended and not self._has_enough and held < PATIENT_LINES_MAX

    @property
    def _has_enough(self) -> bool:
        return bool(self._lines) if self.is_patient else len(self._lines) >= LINES_PER_TURN_MAX

    @property
    def has_unread(self) -> bool:
        return bool(self._outgoing)

    @property
    def is_done(self) -> bool:
        return self.is_ended and not self._lines and self.owed <= 0 and not self._outgoing


class Lines:
    """All connections of a live session, waited on together."""

    def __init__(self, *, standard_input: bool, socket_path: Path | None) -> None:
        """Raises `OSError` when the socket cannot be made, `FileExistsError` when something is in
        its place."""
        self._selector = selectors.DefaultSelector()
        self._listener = (
            unix_listener(socket_path, CONNECTIONS_MAX) if socket_path is not None else None
        )
        self._socket_path = socket_path
        self._came = 0
        self._blocking: list[int] = []
        self.connections: list[Connection] = []
        if self._listener is not None:
            self._selector.register(self._listener, selectors.EVENT_READ, self._listener)
        if standard_input:
            if stat.S_ISFIFO(os.fstat(STANDARD_OUTPUT).st_mode):
                # A reader that stands still must not hold us up; it is given back as it was.
                os.set_blocking(STANDARD_OUTPUT, False)
                self._blocking.append(STANDARD_OUTPUT)
            self.connections.append(Connection("stdin", STANDARD_INPUT, STANDARD_OUTPUT, None))

    @property
    def is_over(self) -> bool:
        """No line will come any more: standard input ended and there is no socket."""
        return self._listener is None and not self.connections

    def watch(self, descriptor: int) -> None:
        """This ends a wait early when something else, such as a venue's line, can be read."""
        self._selector.register(descriptor, selectors.EVENT_READ, None)

    def wait(self, seconds: float) -> list[tuple[Connection, bytes]]:
        """This waits for lines, at most so long, and returns all that have come."""
        if self._listen():
            seconds = 0.0
        reads_max = max(READS_PER_TURN_MAX // max(len(self.connections), 1), 1)
        for key, events in self._selector.select(seconds):
            if key.data is self._listener:
                self._accept()
                continue
            if key.data is None:
                continue
            connection: Connection = key.data
            if events & selectors.EVENT_WRITE:
                connection.write()
            if events & selectors.EVENT_READ and connection.wants_more:
                connection.read(reads_max)
        came: list[tuple[Connection, bytes]] = []
        for connection in self.connections:
            if connection.has_lines:
                came.extend((connection, line) for line in connection.next_lines())
        return came

    def hand_out(self) -> None:
        """This hands on the answers, as far as their readers take them now, and lets go of
        connections that are done."""
        for connection in list(self.connections):
            connection.write()
            if connection.is_done:
                self.connections.remove(connection)
                self._register(connection.reading, 0, connection)
                self._register(connection.writing, 0, connection)
                if connection.peer is not None:
                    connection.peer.close()

    def close(self) -> None:
        """This closes every connection and takes the socket away."""
        for connection in self.connections:
            connection.write()
            if connection.peer is not None:
                connection.peer.close()
        self._selector.close()
        for descriptor in self._blocking:
            os.set_blocking(descriptor, True)
        if self._listener is not None and self._socket_path is not None:
            self._listener.close()
            self._socket_path.unlink(missing_ok=True)

    def _listen(self) -> bool:
        """This says for what to wait, and whether something need not be waited for."""
        is_ready = False
        for connection in self.connections:
            reading = selectors.EVENT_READ if connection.wants_more else 0
            writing = selectors.EVENT_WRITE if connection.has_unread else 0
            if connection.reading == connection.writing:
                self._register(connection.reading, reading | writing, connection)
            else:
                if not self._register(connection.reading, reading, connection) and reading:
                    # A regular file cannot be waited on: it is always ready.
                    connection.read()
                self._register(connection.writing, writing, connection)
            is_ready = is_ready or connection.has_lines
        return is_ready

    def _register(self, descriptor: int, events: int, connection: Connection) -> bool:
        """This waits for these events, or for none; False when the file cannot be waited on."""
        known = self._selector.get_map().get(descriptor)
        if known is None and events:
            try:
                self._selector.register(descriptor, events, connection)
            except OSError:
                return False
        elif known is not None and not events:
            self._selector.unregister(descriptor)
        elif known is not None and known.events != events:
            self._selector.modify(descriptor, events, connection)
        return True

    def _accept(self) -> None:
        assert self._listener is not None, "nobody listens"
        try:
            peer, _ = self._listener.accept()
        except OSError:
            # It left before it was let in, or we have no descriptor for it now.
            return
        peer.setblocking(False)
        if len(self.connections) >= CONNECTIONS_MAX:
            _tell(peer, b'{"error":"too many connections"}\n')
            peer.close()
            return
        self._came += 1
        name = f"socket-{self._came}"
        self.connections.append(Connection(name, peer.fileno(), peer.fileno(), peer))


def _tell(peer: socket.socket, line: bytes) -> None:
    try:
        peer.send(line)
    except OSError:
        return
