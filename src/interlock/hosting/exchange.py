"""A hosted exchange: everything that it is follows from its inputs and their moments.

Market, timers, faults and reports are made again, to the byte, by taking the same inputs at the
same moments; how often somebody looks in between makes no difference. That is what lets a record of
inputs be its whole truth.
"""

from typing import Any, Final

import msgspec

from interlock.execution.venue_reports import state_word
from interlock.execution.venue_words import (
    AskState,
    Cancel,
    Ladder,
    Query,
    Quote,
    Replace,
    SessionWord,
    Submit,
    Taken,
    Trade,
    VenueWord,
)
from interlock.hosting.clients import ORDERS_NAMED_MAX, Client, NamedOrder
from interlock.hosting.definition import HostedDefinition
from interlock.inputs.session_links import faults_of
from interlock.inputs.session_parts import FaultSettings
from interlock.messages.commands import (
    Command,
    NoteTrade,
    ReportOrder,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.differences import VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.reasons import REQUESTED, VENUE_REFUSED
from interlock.messages.statements import ReportVenue
from interlock.messages.terms import (
    REPORT_ABSENT,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_STATUS,
)
from interlock.messages.units import Nanoseconds, OrderId
from interlock.messages.venues import NoteVenueThrottle
from interlock.simulation.faults import DISCONNECT, RESTART
from interlock.simulation.faulty import FaultyVenue

CUT_TEXT: Final = "the connection broke"

# Inputs, as the record keeps them: a list that begins with one of these.
OPEN: Final = "open"  # faults, seed of faults: the process has started
HELLO: Final = "hello"  # session, whether it cancels on disconnect
GONE: Final = "gone"  # session
WORD: Final = "word"  # session, the word


class HostedExchange:
    """The exchange, the market around it, the faults before it, and its clients."""

    def __init__(self, definition: HostedDefinition, start_ns: Nanoseconds) -> None:
        self.definition = definition
        self.name = definition.venue.name
        self.now_ns = start_ns
        self.clients: dict[str, Client] = {}
        self.market_words: list[VenueWord] = []
        """Market data that was said and not taken yet; whoever is connected hears it."""
        self.newest: dict[str, VenueWord] = {}
        """The newest market of each instrument, for whoever connects."""
        self.fresh: list[tuple[Client, VenueWord]] = []
        """Words for one client that were said and not taken yet."""
        self.exchange = definition.exchange()
        self.market = definition.market(self.exchange, start_ns)
        self.venue = FaultyVenue(self.exchange, [], start_ns, plays_link=False)
        self.venue.keeps_truth = True
        self._orders: dict[OrderId, NamedOrder] = {}
        self._numbers = 0
        self._questions = 0
        self._asked: dict[int, tuple[Client, int]] = {}
        """Who asked for everything, and under which number of their own."""
        self._stated: dict[int, dict[tuple[str, str], int]] = {}
        self._executions = 0
        """Executions of the exchange that were counted; its ids count them too."""
        self._step(start_ns)

    # Time.

    def next_time_ns(self) -> Nanoseconds:
        """When something next happens by itself; -1 if never."""
        due = [self.venue.next_time_ns(), self.venue.acts_ns]
        if self.market is not None:
            due.append(self.market.next_time_ns())
        return min((moment for moment in due if moment >= 0), default=-1)

    def advance(self, time_ns: Nanoseconds) -> None:
        """This lets everything happen up to and including a moment, in order of time."""
        assert time_ns >= self.now_ns, f"time {time_ns} lies before {self.now_ns}"
        while True:
            next_ns = self.next_time_ns()
            if next_ns < 0 or next_ns > time_ns:
                break
            self._step(max(next_ns, self.now_ns))
        self._step(time_ns)

    def _step(self, time_ns: Nanoseconds) -> None:
        self.now_ns = time_ns
        if self.market is not None and 0 <= self.market.next_time_ns() <= time_ns:
            self.market.advance(time_ns)
        said = self.venue.due(time_ns)
        truth, self.venue.truth = self.venue.truth, []
        for command in truth:
            if type(command) is ReportOrder and command.kind == REPORT_FILL:
                self._count(command)
            elif type(command) is ReportVenue and command.is_last:
                # What was traded in all, as of this very place among the trades.
                self._stated[command.question] = self._asked[command.question][0].totals()
        for _, command in said:
            self._say(command)

    def _count(self, fill: ReportOrder) -> None:
        """Count a trade once: a query says fills again, and execution ids count up from 1."""
        place = int(fill.execution_id.rpartition("-")[2])
        if place > self._executions:
            self._executions = place
            order = self._orders[fill.order]
            order.client.execute(order, fill)

    # Inputs.

    def take(self, time_ns: Nanoseconds, given: list[Any]) -> None:
        """This takes one input as the record keeps it. Time has been let pass up to it."""
        assert time_ns == self.now_ns, f"an input of {time_ns} was taken at {self.now_ns}"
        kind = given[0]
        if kind == OPEN:
            self._open(time_ns, given[1], given[2])
        elif kind == HELLO:
            self._hello(given[1], given[2])
        elif kind == GONE:
            self._gone(time_ns, given[1])
        else:
            assert kind == WORD, f"an input of the kind {kind!r} is not known"
            self._word(time_ns, self.clients[given[1]], _word_of(given[2]))

    def _open(self, time_ns: Nanoseconds, script: list[Any], seed: int) -> None:
        faults = faults_of(msgspec.convert(script, tuple[FaultSettings, ...]), seed)
        self.venue.begin_faults(faults, time_ns)
        for client in list(self.clients.values()):
            if client.is_connected:
                self._gone(time_ns, client.session)

    def _hello(self, session: str, cancels: bool) -> None:
        client = self.clients.get(session)
        if client is None:
            client = self.clients[session] = Client(session)
        if client.is_connected:
            # One session speaks over one connection: the older one has broken.
            self._gone(self.now_ns, session)
        client.is_connected = True
        client.cancels = cancels

    def _gone(self, time_ns: Nanoseconds, session: str) -> None:
        client = self.clients[session]
        client.is_connected = False
        if client.cancels:
            working = [
                order
                for order in self.exchange.gateway.open_orders()
                if self._orders[order.order].client is client
            ]
            self.exchange.cancel_working(time_ns, working, CUT_TEXT)

    def _word(self, time_ns: Nanoseconds, client: Client, word: SessionWord) -> None:
        if isinstance(word, Submit):
            self._submit(time_ns, client, word)
        elif isinstance(word, Cancel):
            number = self._named(client, word.id).number
            self.venue.cancel(time_ns, CancelRequested(number, self.name, 0, REQUESTED))
        elif isinstance(word, Replace):
            number = self._named(client, word.id).number
            request = ReplaceRequested(
                number, self.name, 0, word.revision, word.quantity, word.price
            )
            self.venue.replace(time_ns, request)
        elif isinstance(word, Query):
            self._query(time_ns, client, word.id)
        elif isinstance(word, Taken):
            client.take(word.number)
        else:
            assert isinstance(word, AskState), f"{type(word).__name__} is no input"
            self._state(time_ns, client, word)

    def _submit(self, time_ns: Nanoseconds, client: Client, word: Submit) -> None:
        if word.id not in client.orders and client.has_forgotten(word.id):
            client.duplicates += 1
            self._answer(client, word.id, REPORT_STATUS, 0, "seen before and forgotten")
            return
        order = self._named(client, word.id)
        if order.is_absent or (order.sent is not None and not order.is_passed):
            client.duplicates += 1
            text = "this id was said to be absent, or its order was lost: it is no new order"
            self._answer(client, word.id, REPORT_REJECTED, VENUE_REFUSED, text)
            return
        sent = _order_of(order.number, self.name, word)
        if order.sent is None:
            order.sent = sent
            client.new_orders += 1
        else:
            client.duplicates += 1
        passed = self.venue.passed
        self.venue.submit(time_ns, sent)
        order.is_passed = order.is_passed or self.venue.passed > passed

    def _query(self, time_ns: Nanoseconds, client: Client, client_id: str) -> None:
        if client_id not in client.orders and client.has_forgotten(client_id):
            # Any answer might be untrue.
            return
        order = self._named(client, client_id)
        if order.sent is None:
            order.is_absent = True
        self.venue.query(time_ns, order.number)

    def _named(self, client: Client, client_id: str) -> NamedOrder:
        """The order behind an id, which is given a number when it is first seen."""
        order = client.orders.get(client_id)
        if order is None:
            self._numbers += 1
            order = NamedOrder(client, client_id, self._numbers, None)
            client.orders[client_id] = order
            self._orders[order.number] = order
            if len(client.orders) > ORDERS_NAMED_MAX:
                self._forget_oldest(client)
        return order

    def _forget_oldest(self, client: Client) -> None:
        client_id, order = next(iter(client.orders.items()))
        del client.orders[client_id]
        known = self.exchange.gateway.orders.get(order.number)
        if known is not None and known.is_open:
            # It may work for long: it is remembered as if it were new.
            client.orders[client_id] = order
            return
        del self._orders[order.number]
        client.forget(client_id)

    # Words.

    def _say(self, command: Command) -> None:
        word: VenueWord
        if type(command) is ReportOrder:
            order = self._orders.get(command.order)
            if order is not None:
                if command.kind == REPORT_ABSENT:
                    order.is_absent = True
                self._report(order.client, order.id, command)
            return
        if type(command) is ReportVenue:
            self._state_page(command)
            return
        if type(command) is NoteVenueThrottle:
            # The protocol has no word for it: an order's refusal says so, and all else is silence.
            return
        if type(command) is UpdateLadder:
            word = Ladder(command.instrument, command.bids, command.asks, command.venue_time_ns)
            self.newest[command.instrument] = word
        elif type(command) is UpdateQuote:
            word = Quote(
                command.instrument,
                command.bid,
                command.bid_quantity,
                command.ask,
                command.ask_quantity,
                command.venue_time_ns,
            )
            self.newest[command.instrument] = word
        else:
            assert type(command) is NoteTrade, f"a venue does not say {type(command).__name__}"
            word = Trade(
                command.instrument,
                command.price,
                command.quantity,
                command.aggressor,
                command.venue_time_ns,
            )
        self.market_words.append(word)

    def _answer(self, client: Client, client_id: str, kind: int, reason: int, text: str) -> None:
        report = ReportOrder(
            self.name, 0, kind, reason=reason, text=text, venue_time_ns=self.now_ns
        )
        self._report(client, client_id, report)

    def _report(self, client: Client, client_id: str, report: ReportOrder) -> None:
        word = client.report(client_id, report)
        if word is not None:
            self.fresh.append((client, word))

    def _state(self, time_ns: Nanoseconds, client: Client, word: AskState) -> None:
        """Ask the exchange for all that it has; what of it is this client's is told."""
        self._questions += 1
        self._asked[self._questions] = (client, word.question)
        asked = VenueQuestioned(self.name, self._questions, word.since_ns)
        self.venue.state(time_ns, asked)

    def _state_page(self, page: ReportVenue) -> None:
        client, question = self._asked[page.question]
        totals: dict[tuple[str, str], int] = {}
        if page.is_last:
            totals = self._stated.pop(page.question)
            del self._asked[page.question]
        named = [row.order for row in page.orders] + [row.order for row in page.fills]
        ids = {
            number: order.id
            for number in named
            if (order := self._orders.get(number)) is not None and order.client is client
        }
        self.fresh.append((client, state_word(question, page, ids, totals)))

    def open_orders(self, client: Client) -> list[NamedOrder]:
        """This is every order of a client that works here."""
        return [
            self._orders[known.order]
            for known in self.exchange.gateway.open_orders()
            if self._orders[known.order].client is client
        ]

    # The link, which whoever hosts us breaks.

    def link_fault(self, time_ns: Nanoseconds) -> int:
        """The fault that keeps every connection down at a moment: DISCONNECT, RESTART, or 0."""
        past_ns = time_ns - self.venue.start_ns
        for fault in self.venue.faults:
            if fault.kind in (DISCONNECT, RESTART) and fault.is_on(past_ns):
                return fault.kind
        return 0


def word_input(session: str, word: SessionWord) -> list[Any]:
    """This is a session's word as the record keeps it."""
    return [WORD, session, msgspec.to_builtins(word)]


def _word_of(kept: Any) -> SessionWord:
    word: SessionWord = msgspec.convert(kept, SessionWord)
    return word


def _order_of(number: OrderId, venue: str, word: Submit) -> OrderCleared:
    return OrderCleared(
        order=number,
        decision=0,
        account=word.account,
        source="",
        release="",
        epoch=0,
        instrument=word.instrument,
        venue=venue,
        side=word.side,
        order_type=word.order_type,
        time_in_force=word.time_in_force,
        quantity=word.quantity,
        price=word.price,
        display=word.display,
        expire_ns=word.expire_ns,
        post_only=word.post_only,
        reduce_only=False,
        arrival_bid=0,
        arrival_ask=0,
    )
