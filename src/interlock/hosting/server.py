"""The server: sessions' connections to a hosted exchange, turn by turn.

A turn lets time pass, reads what has come, makes it durable with its moment, takes it, and only
then answers. A turn in which a report was made is durable before the report leaves, even if nothing
came in it: the record's clock is never behind what was said.
"""

import selectors
import socket
from itertools import islice
from pathlib import Path
from typing import Any, Final

from interlock.execution.line_stream import LineStream
from interlock.execution.venue_words import (
    LINE_BYTES_MAX,
    PROTOCOL,
    Beat,
    Hello,
    Missing,
    Refused,
    Replace,
    Report,
    SessionWord,
    Submit,
    Welcome,
    WordRefused,
    encode_word,
    session_word,
)
from interlock.hosting.clients import CLIENTS_MAX, Client
from interlock.hosting.definition import HostedDefinition
from interlock.hosting.exchange import GONE, HELLO, OPEN, word_input
from interlock.hosting.log import LOG_NAME
from interlock.hosting.peer import REFUSALS_MAX, Peer
from interlock.hosting.recovery import exchange_of
from interlock.inputs.session_parts import FaultSettings
from interlock.messages.units import NS_PER_SECOND, Nanoseconds
from interlock.simulation.faults import RESTART

CONNECTIONS_MAX: Final = 64
WORDS_PER_TURN_MAX: Final = 1_024
"""Of one connection: the others have their turn."""
SILENT_NS_MAX: Final = 10 * NS_PER_SECOND
"""A connection on which nothing was heard for so long is broken."""
BEAT_NS: Final = 2 * NS_PER_SECOND
MARKET_UNREAD_MAX: Final = 262_144
"""Whoever leaves this much unread hears no more market data until it has read: then the newest."""
REPORTS_UNREAD_MAX: Final = 1_048_576
"""Beyond this, reports wait for their reader; they are kept in any case."""
WAIT_SECONDS_MAX: Final = 0.2


class VenueServer:
    """Hosts one exchange for as long as it is turned."""

    def __init__(
        self,
        definition: HostedDefinition,
        directory: Path,
        listener: socket.socket,
        now_ns: Nanoseconds,
        faults: tuple[FaultSettings, ...] = (),
        fault_seed: int = -1,
    ) -> None:
        """Raises `VenueLogFault` for a record that cannot be gone on with, and `OSError`."""
        self.definition = definition
        self.path = directory / LOG_NAME
        self.restarts = 0
        self.turns_kept = 0
        self._listener = listener
        self._script: list[Any] = [_plain(fault) for fault in faults]
        self._fault_seed = fault_seed
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._peers: list[Peer] = []
        self._is_cut = False
        self.log, self.exchange = exchange_of(definition, self.path, now_ns)
        try:
            now_ns = max(now_ns, self.exchange.now_ns)
            self.exchange.advance(now_ns)
            self._keep(now_ns, [[OPEN, self._script, fault_seed]])
        except BaseException:
            self.log.close()
            raise

    @property
    def connections(self) -> int:
        return len(self._peers)

    def wait(self, now_ns: Nanoseconds, seconds: float = WAIT_SECONDS_MAX) -> None:
        """This waits until something comes or is due, not for long."""
        next_ns = self.exchange.next_time_ns()
        if next_ns >= 0:
            seconds = min(seconds, max(next_ns - now_ns, 0) / NS_PER_SECOND)
        if any(peer.waiting for peer in self._peers):
            seconds = 0.0
        self._selector.select(seconds)

    def turn(self, clock_ns: Nanoseconds) -> None:
        """This does everything that is due at a moment. A clock that was set back stands still
        until it has caught up."""
        exchange = self.exchange
        now_ns = max(clock_ns, exchange.now_ns)
        exchange.advance(now_ns)
        if self._obey_link_fault(now_ns):
            return
        self._accept(now_ns)
        inputs: list[list[Any]] = []
        greeted: list[tuple[Peer, Hello]] = []
        for peer in list(self._peers):
            # One that a newer connection has replaced is not read any more.
            if peer in self._peers:
                self._read(now_ns, peer, inputs, greeted)
        for peer in [peer for peer in self._peers if peer.stream.ended]:
            self._let_go(peer, inputs)
        self._keep(now_ns, inputs)
        for peer, hello in greeted:
            if peer in self._peers:
                self._welcome(now_ns, peer, hello)
        self._tell(now_ns)

    def close(self) -> None:
        """This ends the server in order; what it acknowledged is in its record."""
        for peer in self._peers:
            peer.stream.flush()
            peer.stream.close()
        self._peers = []
        self._selector.close()
        self._listener.close()
        self.log.close()

    # Inputs.

    def _keep(self, now_ns: Nanoseconds, inputs: list[list[Any]]) -> None:
        """Make a turn durable and take it. What it leads to at this very moment may need a line of
        its own: its reports leave in this turn too."""
        exchange = self.exchange
        has_reports = any(isinstance(word, Report) for _, word in exchange.fresh)
        if inputs or has_reports:
            self.log.append(now_ns, inputs)
            self.turns_kept += 1
        for given in inputs:
            exchange.take(now_ns, given)
        if inputs:
            exchange.advance(now_ns)

    def _read(
        self,
        now_ns: Nanoseconds,
        peer: Peer,
        inputs: list[list[Any]],
        greeted: list[tuple[Peer, Hello]],
    ) -> None:
        stream = peer.stream
        if len(peer.waiting) < WORDS_PER_TURN_MAX:
            came = stream.read()
            if came:
                peer.heard_ns = now_ns
            peer.waiting += came
        if now_ns - peer.heard_ns > SILENT_NS_MAX:
            stream.ended = f"nothing was heard for {SILENT_NS_MAX // NS_PER_SECOND} s"
        lines = peer.waiting[:WORDS_PER_TURN_MAX]
        peer.waiting = peer.waiting[WORDS_PER_TURN_MAX:]
        for line in lines:
            peer.lines += 1
            try:
                word = session_word(line)
            except WordRefused as refused:
                peer.refuse(str(refused))
                continue
            fault = self._fault(peer, word)
            if fault:
                peer.refuse(fault)
            elif isinstance(word, Hello):
                self._greet(peer, word, inputs)
                greeted.append((peer, word))
            elif not isinstance(word, Beat):
                assert peer.client is not None, "a word was taken before hello"
                inputs.append(word_input(peer.client.session, word))
            if peer.refusals >= REFUSALS_MAX:
                break

    def _fault(self, peer: Peer, word: SessionWord) -> str:
        """This is why a word is not obeyed; empty when it is."""
        if isinstance(word, Hello):
            return self._hello_fault(peer, word)
        client = peer.client
        if client is None:
            return "the first word must be hello"
        if isinstance(word, Beat):
            return ""
        client_id = getattr(word, "id", "")
        if client_id and not client.owns(client_id):
            return f"{client_id} is no client order id of this session"
        if isinstance(word, Submit | Replace) and self.log.is_full:
            return "the venue's record is full: no new orders are taken"
        return ""

    def _hello_fault(self, peer: Peer, word: Hello) -> str:
        if peer.client is not None:
            return "hello was said before"
        if word.protocol != PROTOCOL:
            return f"protocol was {word.protocol}, must be {PROTOCOL}"
        if word.venue != self.exchange.name:
            return f"venue was {word.venue}, this is {self.exchange.name}"
        known = self.exchange.clients
        if word.session not in known and len(known) >= CLIENTS_MAX:
            return f"{CLIENTS_MAX} sessions are known already, which is the most"
        return ""

    def _greet(self, peer: Peer, word: Hello, inputs: list[list[Any]]) -> None:
        """A session speaks over one connection: whatever an older one still holds is never read, so
        what it did not bring is known not to come."""
        for other in list(self._peers):
            if other is not peer and other.client is not None:
                if other.client.session != word.session:
                    continue
                self._forget(other)
        inputs.append([HELLO, word.session, word.cancel_on_disconnect])
        peer.client = self.exchange.clients.get(word.session) or Client(word.session)

    # Words.

    def _welcome(self, now_ns: Nanoseconds, peer: Peer, hello: Hello) -> None:
        client = self.exchange.clients[hello.session]
        peer.client = client
        peer.sent = min(max(hello.heard, client.taken), client.said)
        peer.say(
            Welcome(
                PROTOCOL,
                self.exchange.name,
                str(self.log.head["log"]),
                now_ns,
                peer.sent + 1,
                self.definition.instruments,
            )
        )
        peer.misses_market = True

    def _tell(self, now_ns: Nanoseconds) -> None:
        exchange = self.exchange
        fresh, exchange.fresh = exchange.fresh, []
        market, exchange.market_words = exchange.market_words, []
        greeted = {peer.client.session: peer for peer in self._peers if peer.client is not None}
        for client, word in fresh:
            peer = greeted.get(client.session)
            if peer is not None and not isinstance(word, Report):
                peer.later.append((client.said, word))
        lines = [encode_word(word) for word in market]
        for peer in greeted.values():
            self._tell_reports(peer)
            self._tell_market(peer, lines)
        for peer in self._peers:
            if not 0 <= now_ns - peer.beat_ns < BEAT_NS:
                peer.beat_ns = now_ns
                peer.say(Beat())
            peer.stream.flush()
            self._watch(peer)

    def _tell_reports(self, peer: Peer) -> None:
        """Say the reports that this connection has not brought yet, as fast as it takes them."""
        client = peer.client
        assert client is not None, "reports go to a session"
        kept = client.reports
        if kept and kept[0].number > peer.sent + 1:
            peer.say(Missing(peer.sent + 1, kept[0].number - 1))
            peer.sent = kept[0].number - 1
        first = peer.sent + 1 - kept[0].number if kept else 0
        for report in islice(kept, first, None):
            if peer.stream.unread > REPORTS_UNREAD_MAX:
                break
            peer.say(report)
            peer.sent = report.number
        while peer.later and peer.later[0][0] <= peer.sent:
            peer.say(peer.later.pop(0)[1])

    def _tell_market(self, peer: Peer, lines: list[bytes]) -> None:
        if peer.stream.unread > MARKET_UNREAD_MAX:
            peer.misses_market = True
            return
        if peer.misses_market:
            peer.misses_market = False
            for word in self.exchange.newest.values():
                peer.say(word)
            return
        for line in lines:
            peer.stream.write(line)

    # Connections.

    def _accept(self, now_ns: Nanoseconds) -> None:
        while True:
            try:
                made, _ = self._listener.accept()
            except OSError:
                return
            stream = LineStream(made, LINE_BYTES_MAX)
            if len(self._peers) >= CONNECTIONS_MAX:
                stream.write(encode_word(Refused(f"{CONNECTIONS_MAX} connections are the most")))
                stream.flush()
                stream.close()
                continue
            if made.family == socket.AF_INET:
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(stream, selectors.EVENT_READ)
            self._peers.append(Peer(stream, now_ns))

    def _watch(self, peer: Peer) -> None:
        stream = peer.stream
        if stream.ended:
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if stream.unread else 0)
        if self._selector.get_key(stream).events != wanted:
            self._selector.modify(stream, wanted)

    def _forget(self, peer: Peer) -> None:
        self._peers.remove(peer)
        self._selector.unregister(peer.stream)
        peer.stream.flush()
        peer.stream.close()

    def _let_go(self, peer: Peer, inputs: list[list[Any]]) -> None:
        self._forget(peer)
        if peer.client is not None:
            inputs.append([GONE, peer.client.session])

    def _obey_link_fault(self, now_ns: Nanoseconds) -> bool:
        """True while a fault of the script keeps every connection down."""
        fault = self.exchange.link_fault(now_ns)
        if not fault:
            self._is_cut = False
            return False
        if not self._is_cut:
            self._is_cut = True
            inputs: list[list[Any]] = []
            for peer in list(self._peers):
                self._let_go(peer, inputs)
            self._keep(now_ns, inputs)
            if fault == RESTART:
                self._restart(now_ns)
        while True:
            try:
                made, _ = self._listener.accept()
            except OSError:
                break
            made.close()
        self._keep(now_ns, [])
        self.exchange.fresh = []
        self.exchange.market_words = []
        return True

    def _restart(self, now_ns: Nanoseconds) -> None:
        """Forget everything and make it again from the record, as a new process would."""
        self.restarts += 1
        self.log.close()
        self.log, self.exchange = exchange_of(self.definition, self.path, now_ns)
        self.exchange.advance(max(now_ns, self.exchange.now_ns))


def _plain(fault: FaultSettings) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in fault.__struct_fields__}
