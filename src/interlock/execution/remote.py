"""A venue in a process of its own, behind the port: orders leave over its link, what it says comes
back as commands.

What cannot leave is neither kept for later nor lost silently. An order, cancel or replace that
meets a broken link never leaves; its silence makes the order UNKNOWN, and when the link stands
again the venue is asked, under the same id, about every order that somebody wanted to know of
meanwhile. Only the venue's word that it never had an order ends it. No order is ever sent twice.

Reports are numbered by the venue. One heard before is dropped; a gap breaks the link, so that it is
told again. What a batch has made durable is said to be taken, and the venue keeps the rest for us.
"""

from collections import deque
from typing import Final

from interlock.execution.venue_link import BEAT_NS, DOWN, GREETING, UP, VenueLink
from interlock.execution.venue_reports import report_of, state_of
from interlock.execution.venue_words import (
    PROTOCOL,
    AskState,
    Beat,
    Cancel,
    Hello,
    Ladder,
    Missing,
    Query,
    Quote,
    Refused,
    Replace,
    Report,
    State,
    Submit,
    Taken,
    Trade,
    VenueWord,
    Welcome,
    WordRefused,
    encode_word,
    venue_word,
)
from interlock.messages.commands import (
    Command,
    NoteFeedFault,
    NoteTrade,
    NoteVenueLink,
    ReportOrder,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.definitions import Instrument, Venue
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.encoding import Entry
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.identity import client_order_id, order_of_client_id
from interlock.messages.terms import FEED_GAP, FEED_RECOVERED
from interlock.messages.units import Nanoseconds, OrderId, Sequence

QUERIES_MAX: Final = 100_000
"""Orders to ask about when the link stands again; as many as a session may have open."""
TEXT_CHARACTERS_MAX: Final = 300


class RemoteVenue:
    """The venue port over a link. It connects once `begin` has said whose orders these are."""

    def __init__(
        self,
        venue: Venue,
        instruments: list[Instrument],
        address: str,
        *,
        cancel_on_disconnect: bool = False,
        link_seed: int | None = None,
    ) -> None:
        self.name = venue.name
        self.cancel_on_disconnect = cancel_on_disconnect
        self.session = ""
        self.link = VenueLink(address, link_seed)
        self.never_left = 0
        """Orders, cancels and replaces that met a broken link."""
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._said: list[tuple[Nanoseconds, Command]] = []
        self._is_told_down = False
        self._log = ""
        """The venue's own record that numbers are counted in."""
        self._heard = -1
        self._handed: deque[tuple[int, ReportOrder]] = deque()
        """Reports that were handed to the engine and are not known to be durable yet."""
        self._durable = -1
        self._taken = -1
        self._to_ask: dict[OrderId, None] = {}
        # Until its market is heard anew, what we know of an instrument is old.
        self._stale: dict[str, None] = dict.fromkeys(self._instruments)
        self._beat_ns: Nanoseconds = 0

    def begin(self, session: str) -> None:
        """This says which session's orders go to the venue; from here on it is connected to."""
        self.session = session

    @property
    def descriptor(self) -> int:
        """What to wait on for the venue's words."""
        return self.link.descriptor

    @property
    def is_connected(self) -> bool:
        return self.link.state == UP

    # The venue port.

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        self._send(
            Submit(
                self._id(order.order),
                order.account,
                order.instrument,
                order.side,
                order.order_type,
                order.time_in_force,
                order.quantity,
                order.price,
                order.display,
                order.expire_ns,
                order.post_only,
            )
        )

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        self._send(Cancel(self._id(request.order)))

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        revision, quantity, price = request.revision, request.quantity, request.price
        self._send(Replace(self._id(request.order), revision, quantity, price))

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        """A question is harmless: one that cannot leave now leaves when the link stands again."""
        if self.link.state == UP and self.link.say(encode_word(Query(self._id(order)))):
            return
        if len(self._to_ask) < QUERIES_MAX:
            self._to_ask[order] = None

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        """The question for everything: one that cannot leave now is asked again by whoever asks."""
        if self.link.state == UP:
            self.link.say(encode_word(AskState(asked.question, asked.since_ns)))

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        """A hosted venue tells a session of no orders but its own: there is nothing to adopt."""

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        """Recorded market data means nothing to a venue elsewhere."""

    def next_time_ns(self) -> Nanoseconds:
        """When something waits to be handed on; the link itself is waited on by its descriptor."""
        return self._said[0][0] if self._said else -1

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        if self.session:
            self._turn(time_ns)
        said, self._said = self._said, []
        return said

    # What the engine made durable.

    def follow(self, first: Sequence, entries: list[Entry]) -> None:
        """Reports in a durable batch were taken; the venue is told at the next turn."""
        handed = self._handed
        if not handed:
            return
        for entry in entries:
            if handed and entry.command is handed[0][1]:
                self._durable = handed.popleft()[0]

    def close(self) -> None:
        """This ends the link, after telling what was taken."""
        self._tell_taken()
        self.link.close()

    # The link.

    def _turn(self, now_ns: Nanoseconds) -> None:
        link = self.link
        was_connected = link.state >= GREETING
        lines = link.turn(now_ns)
        if link.state == GREETING and not was_connected:
            self._greet()
        for line in lines:
            try:
                self._take(now_ns, venue_word(line))
            except WordRefused as refused:
                link.drop(now_ns, f"the venue said what cannot be read: {refused}")
                break
            if link.state < UP:
                break
        if link.ended:
            link.drop(now_ns, link.ended)
        if link.state == UP:
            self._tell_taken()
            if not 0 <= now_ns - self._beat_ns < BEAT_NS:
                self._beat_ns = now_ns
                link.say(encode_word(Beat()))
        elif link.state == DOWN and not self._is_told_down:
            self._tell_down(now_ns)

    def _greet(self) -> None:
        hello = Hello(PROTOCOL, self.session, self.name, self.cancel_on_disconnect, self._heard)
        self.link.say(encode_word(hello))

    def _tell_down(self, now_ns: Nanoseconds) -> None:
        text = self.link.why_down[:TEXT_CHARACTERS_MAX]
        self._is_told_down = True
        self._said.append((now_ns, NoteVenueLink(self.name, False, text)))
        for symbol in self._instruments:
            self._stale[symbol] = None
            self._said.append((now_ns, NoteFeedFault(symbol, self.name, FEED_GAP, 1, text)))

    def _tell_taken(self) -> None:
        if (
            self._durable > self._taken
            and self.link.state == UP
            and self.link.say(encode_word(Taken(self._durable)))
        ):
            self._taken = self._durable

    def _send(self, word: Submit | Cancel | Replace) -> None:
        if self.link.state != UP or not self.link.say(encode_word(word)):
            self.never_left += 1

    def _id(self, order: OrderId) -> str:
        return client_order_id(self.session, order)

    # The venue's words.

    def _take(self, now_ns: Nanoseconds, word: VenueWord) -> None:
        if isinstance(word, Welcome):
            self._welcome(now_ns, word)
        elif isinstance(word, Refused):
            self._refused(now_ns, word)
        elif self.link.state != UP:
            self.link.drop(now_ns, "the venue spoke before its welcome")
        elif isinstance(word, Report):
            self._report(now_ns, word)
        elif isinstance(word, Missing):
            if word.last > self._heard:
                self._heard = word.last
            text = f"reports {word.first} to {word.last} are kept no more: reconcile"
            self._said.append((now_ns, NoteVenueLink(self.name, True, text)))
        elif isinstance(word, Quote | Ladder | Trade):
            self._market(now_ns, word)
        elif isinstance(word, State):
            self._said.append((now_ns, state_of(self.name, self.session, word)))

    def _welcome(self, now_ns: Nanoseconds, word: Welcome) -> None:
        fault = self._welcome_fault(word)
        if fault:
            self.link.drop(now_ns, fault)
            return
        self._log = word.log
        if self._heard < 0:
            self._heard = word.next_report - 1
        self.link.greeted(now_ns)
        self._is_told_down = False
        self._said.append((now_ns, NoteVenueLink(self.name, True, f"connected to {word.log}")))
        to_ask, self._to_ask = self._to_ask, {}
        for order in to_ask:
            self.query(now_ns, order)

    def _welcome_fault(self, word: Welcome) -> str:
        if self.link.state == UP:
            return "the venue welcomed us twice"
        if word.protocol != PROTOCOL or word.venue != self.name:
            return f"it is {word.venue} with protocol {word.protocol}, must be {self.name} and 1"
        if self._log and word.log != self._log:
            return f"its record is {word.log}, it was {self._log}: another venue answers there"
        theirs = {instrument.symbol: instrument for instrument in word.instruments}
        for symbol, instrument in self._instruments.items():
            if symbol not in theirs:
                return f"it does not list {symbol}"
            if _units(theirs[symbol]) != _units(instrument):
                return f"its {symbol} has another tick, lot, multiplier or currency"
        return ""

    def _report(self, now_ns: Nanoseconds, word: Report) -> None:
        if word.number <= self._heard:
            return
        if word.number != self._heard + 1:
            why = f"report {word.number} came after {self._heard}: what is between is asked for"
            self.link.drop(now_ns, why)
            return
        order = order_of_client_id(self.session, word.id)
        if order < 0:
            self.link.drop(now_ns, f"report {word.number} is about {word.id}, which is not ours")
            return
        self._heard = word.number
        report = report_of(self.name, order, word)
        self._handed.append((word.number, report))
        self._said.append((now_ns, report))

    def _refused(self, now_ns: Nanoseconds, word: Refused) -> None:
        if self.link.state != UP:
            self.link.drop(now_ns, f"the venue refuses us: {word.text}")
            return
        # Our own mistake, or a full log: the order it was about stays silent, and is asked about.
        text = f"line {word.line} was refused: {word.text}"[:TEXT_CHARACTERS_MAX]
        self._said.append((now_ns, NoteVenueLink(self.name, True, text)))

    def _market(self, now_ns: Nanoseconds, word: Quote | Ladder | Trade) -> None:
        symbol = word.instrument
        if symbol not in self._instruments:
            return
        command: Command
        if isinstance(word, Trade):
            command = NoteTrade(
                symbol, self.name, word.price, word.quantity, word.aggressor, word.time_ns
            )
        elif isinstance(word, Quote):
            command = UpdateQuote(
                symbol,
                self.name,
                word.bid,
                word.bid_quantity,
                word.ask,
                word.ask_quantity,
                word.time_ns,
            )
        else:
            command = UpdateLadder(symbol, self.name, word.bids, word.asks, word.time_ns)
        if symbol in self._stale and not isinstance(word, Trade):
            del self._stale[symbol]
            text = "heard anew"
            self._said.append((now_ns, NoteFeedFault(symbol, self.name, FEED_RECOVERED, 1, text)))
        self._said.append((now_ns, command))


def _units(instrument: Instrument) -> tuple[str, int, int, int, int, int, int]:
    return (
        instrument.currency,
        instrument.currency_digits,
        instrument.price_digits,
        instrument.tick_units,
        instrument.quantity_digits,
        instrument.lot_units,
        instrument.multiplier,
    )
