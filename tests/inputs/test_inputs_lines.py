"""A connection whose peer does not read its answers: still read, and told what it missed."""

import json
import socket

from interlock.inputs.lines import UNREAD_BYTES_MAX, Connection


def test_a_peer_that_does_not_read_is_still_read_and_told_how_many_answers_it_missed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        connection = Connection("socket-1", ours.fileno(), ours.fileno(), ours)
        answer = json.dumps({"line": 1, "text": "x" * 1_000}).encode()
        given = 3 * UNREAD_BYTES_MAX // len(answer)
        for _ in range(given):
            connection.answer(answer)
            connection.write()
        assert connection.dropped > 0
        assert connection.wants_more
        theirs.sendall(b'{"halt":{}}\n')
        connection.read()
        assert connection.has_lines
        assert connection.next_lines() == [b'{"halt":{}}']

        heard = b""
        theirs.setblocking(False)
        while connection.has_unread:
            connection.write()
            heard += theirs.recv(1 << 20)
        told = [json.loads(line) for line in heard.splitlines()]
        assert told[-1]["dropped"] == given - (len(told) - 1)
