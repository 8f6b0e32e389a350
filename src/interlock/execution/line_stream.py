"""A stream of lines over a socket that never blocks, bounded in both directions.

Both ends of a connection to a venue use it. What a peer does wrong with the stream itself (a line
too long, nothing read, gone) ends the stream with a word of why; what is in a line is for others.
"""

import socket
from typing import Final

READ_BYTES: Final = 65_536
UNREAD_BYTES_MAX: Final = 4_194_304
"""What a peer may leave unread before it is taken to be gone."""


class LineStream:
    """One connected socket, as lines."""

    def __init__(self, peer: socket.socket, line_bytes_max: int) -> None:
        peer.setblocking(False)
        self.peer = peer
        self.ended = ""
        """Why nothing comes or goes any more; empty while it does."""
        self._line_bytes_max = line_bytes_max
        self._is_overlong = False
        self._incoming = b""
        self._outgoing = bytearray()

    def fileno(self) -> int:
        return self.peer.fileno()

    @property
    def unread(self) -> int:
        """Bytes that the peer has not taken yet."""
        return len(self._outgoing)

    def read(self) -> list[bytes]:
        """This is every whole line that has come, without its end, of one bounded read. Half a line
        at the end of the stream is dropped: it was never said."""
        if self._is_overlong:
            self.ended = self.ended or f"a line was longer than {self._line_bytes_max} bytes"
        if self.ended:
            return []
        try:
            arrived = self.peer.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError as error:
            self.ended = error.strerror or str(error)
            return []
        if not arrived:
            self.ended = "the other end closed it"
            return []
        *lines, self._incoming = (self._incoming + arrived).split(b"\n")
        if len(self._incoming) > self._line_bytes_max:
            # It is refused by whoever reads it, who can still say so; its rest could be anything.
            lines.append(self._incoming)
            self._incoming = b""
            self._is_overlong = True
        return [line for line in lines if line.strip()]

    def write(self, line: bytes) -> bool:
        """This puts a line with its end on its way; False when the stream has ended, by this line
        where the peer does not read."""
        if self.ended:
            return False
        if len(self._outgoing) > UNREAD_BYTES_MAX:
            self.ended = f"the other end left {UNREAD_BYTES_MAX} bytes unread"
            return False
        self._outgoing += line
        return True

    def flush(self) -> None:
        """This hands on as much as the peer takes now."""
        while self._outgoing and not self.ended:
            try:
                taken = self.peer.send(self._outgoing)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self.ended = error.strerror or str(error)
                return
            del self._outgoing[:taken]

    def close(self) -> None:
        self.ended = self.ended or "closed"
        self._outgoing.clear()
        self.peer.close()
