"""What a hosted exchange makes of what it is told: strict words, clear refusals, no harm."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hosting.served import MS, SECOND, START, Served, order
from interlock.execution.venue_words import (
    LINE_BYTES_MAX,
    Submit,
    Welcome,
    WordRefused,
    encode_word,
    session_word,
    venue_word,
)
from interlock.hosting.log import LOG_NAME, read_log
from interlock.hosting.peer import REFUSALS_MAX
from interlock.hosting.server import CONNECTIONS_MAX, SILENT_NS_MAX
from interlock.messages.identity import client_order_id

HELLO = {"say": "hello", "protocol": 1, "session": "session-1", "venue": "alpha"}
ORDER = {
    "say": "submit",
    "id": client_order_id("session-1", 7),
    "account": "main",
    "instrument": "COIN",
    "side": 1,
    "order_type": 1,
    "time_in_force": 4,
    "quantity": 5,
    "price": 9_000,
}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


class Bare:
    """A connection without manners."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.peer = served.peer()
        self.peer.setblocking(False)
        self.unread = b""

    def __enter__(self) -> "Bare":
        return self

    def __exit__(self, *_: object) -> None:
        self.peer.close()

    def say(self, *words: dict[str, Any] | bytes) -> list[dict[str, Any]]:
        """Say words and hear what comes of them; beats and quotes are passed over."""
        for word in words:
            line = word if isinstance(word, bytes) else json.dumps(word).encode()
            self.peer.setblocking(True)
            self.peer.sendall(line + b"\n")
            self.peer.setblocking(False)
        return self.heard()

    def heard(self) -> list[dict[str, Any]]:
        for _ in range(6):
            self.served.turn()
            try:
                while data := self.peer.recv(65_536):
                    self.unread += data
            except (BlockingIOError, ConnectionResetError):
                continue
        *lines, self.unread = self.unread.split(b"\n")
        told = [json.loads(line) for line in lines]
        return [word for word in told if word["say"] not in ("beat", "quote")]

    def is_closed(self) -> bool:
        self.heard()
        try:
            return self.peer.recv(1) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


@pytest.fixture
def bare(served: Served) -> Iterator[Bare]:
    with Bare(served) as made:
        yield made


def test_hello_is_answered_with_what_the_venue_is(bare: Bare) -> None:
    (welcome,) = bare.say(HELLO)
    assert welcome["say"] == "welcome"
    assert (welcome["venue"], welcome["protocol"], welcome["next_report"]) == ("alpha", 1, 1)
    assert isinstance(venue_word(json.dumps(welcome).encode()), Welcome)


def test_an_order_by_hand_is_accepted_and_told_under_its_id(bare: Bare) -> None:
    bare.say(HELLO)
    (report,) = bare.say(ORDER)
    assert (report["say"], report["number"], report["id"]) == ("report", 1, ORDER["id"])


BAD: list[tuple[str, dict[str, Any] | bytes, str]] = [
    ("no JSON", b"hello there", "malformed"),
    ("no object", b"[1, 2]", "Expected `object`"),
    ("no word", {"protocol": 1}, "missing required field `say`"),
    ("another word", {"say": "format"}, "Invalid value"),
    ("an unknown field", {**ORDER, "urgent": True}, "urgent"),
    ("a missing field", {"say": "cancel"}, "missing required field `id`"),
    ("a wrong type", {**ORDER, "quantity": "5"}, "Expected `int`"),
    ("a fraction", {**ORDER, "quantity": 1.5}, "Expected `int`"),
    ("below its bound", {**ORDER, "price": -1}, ">= 0"),
    ("beyond its bound", {**ORDER, "price": 2**63}, "$.price"),
    ("an id of somebody else", {**ORDER, "id": client_order_id("other", 7)}, "no client order id"),
    ("an id that is none", {**ORDER, "id": "7"}, "no client order id"),
    ("a long name", {**ORDER, "account": "x" * 65}, "length <= 64"),
    ("no text", b"\xff\xfe{}", "malformed"),
    ("a second hello", HELLO, "said before"),
    ("nested deeply", b"[" * 20_000, "$"),
]


@pytest.mark.parametrize(("name", "word", "said"), BAD, ids=[case[0] for case in BAD])
def test_a_bad_line_is_refused_with_its_number_and_reason_and_does_nothing(
    served: Served, bare: Bare, name: str, word: dict[str, Any] | bytes, said: str
) -> None:
    bare.say(HELLO)
    before = len(read_log(served.folder / LOG_NAME)[1])
    (refused,) = bare.say(word)
    assert (refused["say"], refused["line"]) == ("refused", 2), name
    assert said in refused["text"] or name == "nested deeply", refused
    assert len(read_log(served.folder / LOG_NAME)[1]) == before
    assert [report["say"] for report in bare.say(ORDER)] == ["report"]


@pytest.mark.parametrize("word", [ORDER, {"say": "beat"}, {"say": "taken", "number": 3}])
def test_before_hello_nothing_is_obeyed(bare: Bare, word: dict[str, Any]) -> None:
    (refused,) = bare.say(word)
    assert refused["text"] == "the first word must be hello"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": 2}, "protocol was 2, must be 1"),
        ({"venue": "beta"}, "venue was beta, this is alpha"),
    ],
)
def test_a_hello_to_somebody_else_is_refused(bare: Bare, change: dict[str, Any], said: str) -> None:
    (refused,) = bare.say({**HELLO, **change})
    assert refused["text"] == said


def test_a_line_too_long_is_refused_and_ends_the_connection(served: Served, bare: Bare) -> None:
    bare.say(HELLO)
    (refused,) = bare.say(b"x" * 3 * LINE_BYTES_MAX)
    assert refused["text"] == f"was longer than {LINE_BYTES_MAX} bytes"
    assert bare.is_closed()
    with Bare(served) as another:
        assert another.say(HELLO)[0]["say"] == "welcome"


def test_whoever_says_only_what_cannot_be_obeyed_is_disconnected(
    served: Served, bare: Bare
) -> None:
    refused = bare.say(*[b"{}"] * (REFUSALS_MAX + 5))
    assert len(refused) == REFUSALS_MAX
    assert bare.is_closed()
    assert served.server.connections == 0


def test_one_connection_too_many_is_told_so_and_the_others_stay(served: Served) -> None:
    crowd = []
    for _ in range(CONNECTIONS_MAX):
        # The queue of those who wait is short.
        crowd.append(served.peer())
        served.turn()
    with Bare(served) as late:
        assert "are the most" in late.heard()[0]["text"]
        assert late.is_closed()
    assert served.server.connections == CONNECTIONS_MAX
    for peer in crowd:
        peer.close()
    served.turn()


def test_a_connection_on_which_nothing_is_heard_is_broken(served: Served, bare: Bare) -> None:
    bare.say(HELLO)
    served.turn(SILENT_NS_MAX // 2)
    bare.say({"say": "beat"})
    served.turn(SILENT_NS_MAX // 2 + SECOND)
    assert served.server.connections == 1
    served.turn(SILENT_NS_MAX)
    served.turn()
    assert served.server.connections == 0
    assert not served.server.exchange.clients["session-1"].is_connected


def test_half_a_line_was_never_said(served: Served) -> None:
    with Bare(served) as cut:
        cut.say(HELLO)
        cut.peer.sendall(json.dumps(ORDER).encode())
    served.turn(MS)
    served.turn(MS)
    assert served.server.exchange.clients["session-1"].new_orders == 0


def test_whoever_does_not_read_is_let_go_and_finds_its_reports_again(served: Served) -> None:
    client_id = [client_order_id("session-1", number) for number in range(1, 3)]
    with Bare(served) as deaf:
        deaf.say(HELLO)
        deaf.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.say({**ORDER, "id": client_id[0]})
        line = json.dumps({"say": "query", "id": client_id[0]}).encode() + b"\n"
        deaf.peer.setblocking(True)
        for _ in range(40):
            deaf.peer.sendall(line * 500)
            for _ in range(4):
                served.turn()
    served.turn(MS)
    said = served.server.exchange.clients["session-1"].said
    assert said == 20_001
    with Bare(served) as again:
        told = again.say(HELLO)
        while len(told) < said + 1:
            told += again.heard()
        numbers = [word["number"] for word in told if word["say"] == "report"]
        assert numbers == list(range(1, said + 1))


def test_words_are_read_as_they_were_written() -> None:
    word = Submit(client_order_id("s", 1), "main", "COIN", 1, 1, 4, 5, 9_000, 2, 3, True)
    assert session_word(encode_word(word)) == word
    with pytest.raises(WordRefused):
        venue_word(encode_word(word))


def test_a_session_hears_why_it_is_refused_and_tries_again(served: Served) -> None:
    venue = served.session()
    venue.submit(START, order(1))
    venue.remote.link.say(b'{"say":"nonsense"}\n')
    said = str([command for _, command in venue.due(served.now_ns)])
    assert "line 4 was refused" in said or "was refused: Invalid value" in said
