"""A venue with faults between it and us. It fits the venue port, and so does what it stands before.

The venue behind it stays true: its books, orders and executions are what they would be for the
requests that reached it. In a session of one process this also plays the connection: while that is
down nothing leaves, reports are kept and come when it is up again, and market data stands still.
"""

from heapq import heappop, heappush
from typing import Final, final

from interlock.messages.commands import (
    Command,
    NoteFeedFault,
    NoteTrade,
    NoteVenueLink,
    ReportOrder,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.differences import OrderAdopted, VenueQuestioned
from interlock.messages.events import CancelRequested, OrderCleared, ReplaceRequested
from interlock.messages.reasons import VENUE_REFUSED
from interlock.messages.statements import ReportVenue
from interlock.messages.terms import (
    FEED_GAP,
    FEED_RECOVERED,
    REPORT_ACCEPTED,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_EXPIRED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_REPLACE_REJECTED,
)
from interlock.messages.units import Nanoseconds, OrderId
from interlock.messages.venue_reasons import VENUE_THROTTLED
from interlock.messages.venues import (
    REQUEST_CANCEL,
    REQUEST_QUERY,
    REQUEST_REPLACE,
    REQUEST_SUBMIT,
    NoteVenueThrottle,
)
from interlock.simulation.desk import Desk
from interlock.simulation.faults import (
    CANCEL_DOWN,
    DISCONNECT,
    DUPLICATED_REPORT,
    FILL_AFTER_CANCEL,
    FROZEN_BOOK,
    LATE_FILL,
    LOST_ACKNOWLEDGEMENT,
    LOST_FILL,
    RATE_BAN,
    REORDERED_REPORT,
    RESTART,
    SLOW,
    SUBMIT_DOWN,
    THROTTLE,
    Fault,
)

DOWN_TEXT: Final = "out of order"
THROTTLED_TEXT: Final = "too many requests"
CUT_TEXT: Final = "the connection broke"


@final
class FaultyVenue:
    """The venue port with faults. Times of the script count from `start_ns`.

    `plays_link` is false where a real connection is broken by somebody else: disconnects and
    restarts of the script are then passed over here.
    """

    def __init__(
        self, desk: Desk, faults: list[Fault], start_ns: Nanoseconds, *, plays_link: bool = True
    ) -> None:
        self.name: str = desk.name
        self.desk: Desk = desk
        self.start_ns: Nanoseconds = start_ns
        self.faults: list[Fault] = faults
        self.plays_link: bool = plays_link
        self.passed: int = 0
        """Orders that reached the venue, or are on their way to it."""
        self.bans: int = 0
        """How often it logged us out for going on while it throttled us."""
        self.keeps_truth: bool = False
        """Whether `truth` collects what the venue said, whatever became of it; else it stays
        empty."""
        self.truth: list[Command] = []
        # (when it is heard, how many came before, the word): the count keeps their order.
        self.words: list[tuple[Nanoseconds, int, Command]] = []
        self.count: int = 0
        self.ready: list[tuple[Nanoseconds, Command]] = []
        """Heard, and not yet taken."""
        self.kept: list[Command] = []
        """What would have been heard while the connection was down."""
        # Fills that wait for the end of their order: (heard at the latest, word).
        self.held: dict[OrderId, list[tuple[Nanoseconds, ReportOrder]]] = {}
        self.slow_ns: Nanoseconds = 0
        """Slow words keep their order: none is heard before the one before it."""
        self.is_linked: bool = True
        self.is_frozen: bool = False
        self.newest: dict[str, Command] = {}
        """The newest market of each instrument that stands still."""
        self.acts_ns: Nanoseconds = 0
        """When a fault next does something by itself; -1 when none does any more."""
        self.acted_ns: Nanoseconds = -1
        self._plan_act(-1)

    def begin_faults(self, faults: list[Fault], start_ns: Nanoseconds) -> None:
        """Give it another script, whose times count from here. What is under way stays so."""
        self._pass_time(start_ns)
        self.faults = faults
        self.start_ns = start_ns
        self.acted_ns = -1
        self._act(start_ns)
        self._plan_act(start_ns)

    # The venue port.

    def submit(self, time_ns: Nanoseconds, order: OrderCleared) -> None:
        self._pass_time(time_ns)
        if not self.is_linked or self._is_throttled(time_ns, REQUEST_SUBMIT, order.order, 0):
            return
        down = self._strike(SUBMIT_DOWN, time_ns)
        if down is None:
            self.passed += 1
            self.desk.submit(self._leaving_ns(time_ns), order)
        elif down.refuses:
            self._refuse(time_ns, order.order, REPORT_REJECTED, 0)

    def cancel(self, time_ns: Nanoseconds, request: CancelRequested) -> None:
        self._pass_time(time_ns)
        if not self.is_linked or self._is_throttled(time_ns, REQUEST_CANCEL, request.order, 0):
            return
        down = self._strike(CANCEL_DOWN, time_ns)
        if down is None:
            self.desk.cancel(self._leaving_ns(time_ns), request)
        elif down.refuses:
            self._refuse(time_ns, request.order, REPORT_CANCEL_REJECTED, 0)

    def replace(self, time_ns: Nanoseconds, request: ReplaceRequested) -> None:
        self._pass_time(time_ns)
        order, revision = request.order, request.revision
        if not self.is_linked or self._is_throttled(time_ns, REQUEST_REPLACE, order, revision):
            return
        down = self._strike(SUBMIT_DOWN, time_ns)
        if down is None:
            self.desk.replace(self._leaving_ns(time_ns), request)
        elif down.refuses:
            self._refuse(time_ns, request.order, REPORT_REPLACE_REJECTED, request.revision)

    def query(self, time_ns: Nanoseconds, order: OrderId) -> None:
        self._pass_time(time_ns)
        if self.is_linked and not self._is_throttled(time_ns, REQUEST_QUERY, order, 0):
            self.desk.query(self._leaving_ns(time_ns), order)

    def state(self, time_ns: Nanoseconds, asked: VenueQuestioned) -> None:
        self._pass_time(time_ns)
        if self.is_linked:
            self.desk.state(self._leaving_ns(time_ns), asked)

    def adopt(self, time_ns: Nanoseconds, adopted: OrderAdopted) -> None:
        self._pass_time(time_ns)
        if self.is_linked:
            self.desk.adopt(self._leaving_ns(time_ns), adopted)

    def observe(self, time_ns: Nanoseconds, command: Command) -> None:
        self.desk.observe(time_ns, command)

    def next_time_ns(self) -> Nanoseconds:
        """This is when something is next heard or done. Nothing but an outage to come is no reason
        to wait: it is caught up with when somebody next looks."""
        next_ns = self.desk.next_time_ns()
        if self.words and (next_ns < 0 or self.words[0][0] < next_ns):
            next_ns = self.words[0][0]
        for fills in self.held.values():
            for latest_ns, _ in fills:
                if next_ns < 0 or latest_ns < next_ns:
                    next_ns = latest_ns
        if (next_ns >= 0 or not self.is_linked or self.newest) and self.acts_ns >= 0:
            next_ns = self.acts_ns if next_ns < 0 else min(next_ns, self.acts_ns)
        return next_ns

    def due(self, time_ns: Nanoseconds) -> list[tuple[Nanoseconds, Command]]:
        self._pass_time(time_ns)
        self._collect(time_ns)
        heard, self.ready = self.ready, []
        return heard

    # Requests.

    def _strike(self, kind: int, time_ns: Nanoseconds) -> Fault | None:
        """The fault of a kind that strikes now, if one does."""
        for fault in self.faults:
            if fault.kind == kind and fault.strikes(time_ns - self.start_ns):
                return fault
        return None

    def _slowness_ns(self, time_ns: Nanoseconds) -> Nanoseconds:
        """How much later everything is, in either direction."""
        slowest_ns: Nanoseconds = 0
        for fault in self.faults:
            if fault.kind == SLOW and fault.is_on(time_ns - self.start_ns):
                slowest_ns = max(slowest_ns, fault.delay_ns)
        return slowest_ns

    def _leaving_ns(self, time_ns: Nanoseconds) -> Nanoseconds:
        return time_ns + self._slowness_ns(time_ns)

    def _refuse(
        self,
        time_ns: Nanoseconds,
        order: OrderId,
        kind: int,
        revision: int,
        reason: int = VENUE_REFUSED,
        text: str = DOWN_TEXT,
    ) -> None:
        gateway = self.desk.gateway
        at_ns = time_ns + gateway.latency_out_ns
        report = ReportOrder(
            venue=self.name,
            order=order,
            kind=kind,
            revision=revision,
            reason=reason,
            text=text,
            venue_time_ns=at_ns,
        )
        self._hear(at_ns + gateway.latency_in_ns, report)

    def _is_throttled(
        self, time_ns: Nanoseconds, request: int, order: OrderId, revision: int
    ) -> bool:
        """Whether the venue takes a request not at all, and says so. A cancel is not refused by
        that: it was not looked at."""
        fault = self._strike(THROTTLE, time_ns)
        if fault is None:
            return False
        gateway = self.desk.gateway
        heard_ns = time_ns + gateway.latency_out_ns + gateway.latency_in_ns
        self._hear(
            heard_ns,
            NoteVenueThrottle(self.name, request, order, fault.delay_ns, THROTTLED_TEXT),
        )
        if request in (REQUEST_SUBMIT, REQUEST_REPLACE):
            kind = REPORT_REJECTED if request == REQUEST_SUBMIT else REPORT_REPLACE_REJECTED
            self._refuse(time_ns, order, kind, revision, VENUE_THROTTLED, THROTTLED_TEXT)
        if fault.count_max and fault.struck % fault.count_max == 0:
            self.bans += 1
            self.desk.log_out(time_ns, time_ns + 10 * fault.delay_ns)
        return True

    # Words.

    def _collect(self, time_ns: Nanoseconds) -> None:
        """Let everything be heard that is heard by a time; while the connection is down it is kept
        for later."""
        self._listen(time_ns)
        while self.words and self.words[0][0] <= time_ns:
            word_ns, _, command = heappop(self.words)
            if self.is_linked or type(command) not in (ReportOrder, ReportVenue):
                self.ready.append((word_ns, command))
            elif type(command) is ReportOrder:
                # A statement that nobody hears is lost: it is asked for again.
                self.kept.append(command)

    def _hear(self, heard_ns: Nanoseconds, command: Command) -> None:
        self.count += 1
        heappush(self.words, (heard_ns, self.count, command))

    def _listen(self, time_ns: Nanoseconds) -> None:
        """Take what the venue says up to a time, and do to it what the faults do."""
        for word_ns, command in self.desk.due(time_ns):
            if self.keeps_truth:
                self.truth.append(command)
            if type(command) is ReportOrder:
                self._report(word_ns, command)
            elif self.is_linked and not self.is_frozen:
                self._hear(word_ns, command)
            elif type(command) is UpdateQuote or type(command) is UpdateLadder:
                self.newest[command.instrument] = command
            elif type(command) is not NoteTrade:
                self._hear(word_ns, command)
        while True:
            overdue: OrderId = -1
            for order, fills in self.held.items():
                if fills[0][0] <= time_ns:
                    overdue = order
                    break
            if overdue < 0:
                return
            for latest_ns, fill in self.held.pop(overdue):
                self._hear(latest_ns, fill)

    def _report(self, word_ns: Nanoseconds, report: ReportOrder) -> None:
        kind = report.kind
        is_answer = kind in (REPORT_ACCEPTED, REPORT_REJECTED)
        if is_answer and self._strike(LOST_ACKNOWLEDGEMENT, word_ns) is not None:
            return
        heard_ns = word_ns + self._slowness_ns(word_ns)
        if heard_ns < self.slow_ns:
            heard_ns = self.slow_ns
        self.slow_ns = heard_ns
        if kind == REPORT_FILL:
            if self._strike(LOST_FILL, word_ns) is not None:
                return
            after = self._strike(FILL_AFTER_CANCEL, word_ns)
            if after is not None:
                self.held.setdefault(report.order, []).append((heard_ns + after.delay_ns, report))
                return
            late = self._strike(LATE_FILL, word_ns)
            if late is not None:
                heard_ns += late.delay_ns
        reordered = self._strike(REORDERED_REPORT, word_ns)
        if reordered is not None:
            heard_ns += reordered.delay_ns
        self._hear(heard_ns, report)
        again = self._strike(DUPLICATED_REPORT, word_ns)
        if again is not None:
            self._hear(heard_ns + again.delay_ns, report)
        if kind in (REPORT_CANCELLED, REPORT_EXPIRED):
            for _, fill in self.held.pop(report.order, []):
                self._hear(heard_ns, fill)

    # What a fault does by itself, at the edges of its window.

    def _pass_time(self, time_ns: Nanoseconds) -> None:
        while 0 <= self.acts_ns <= time_ns:
            act_ns = self.acts_ns
            # What is heard before the edge is heard as before it.
            self._collect(act_ns - 1)
            self._act(act_ns)
            self._plan_act(act_ns)

    def _plan_act(self, after_ns: Nanoseconds) -> None:
        """Find the next edge of a window after a moment."""
        next_ns: Nanoseconds = -1
        past_ns = after_ns - self.start_ns if after_ns >= 0 else -1
        for fault in self.faults:
            if fault.kind not in (RATE_BAN, FROZEN_BOOK) and not self._is_cut(fault):
                continue
            edge_ns = fault.opens_after(past_ns)
            if fault.is_on(past_ns) and past_ns >= 0:
                edge_ns = fault.closes_at(past_ns)
            if edge_ns >= 0 and (next_ns < 0 or edge_ns < next_ns):
                next_ns = edge_ns
        self.acts_ns = next_ns + self.start_ns if next_ns >= 0 else -1

    def _is_cut(self, fault: Fault) -> bool:
        return self.plays_link and fault.kind in (DISCONNECT, RESTART)

    def _act(self, time_ns: Nanoseconds) -> None:
        past_ns = time_ns - self.start_ns
        is_frozen = False
        is_linked = True
        for fault in self.faults:
            if not fault.is_on(past_ns):
                continue
            if fault.kind == FROZEN_BOOK:
                is_frozen = True
            elif self._is_cut(fault):
                is_linked = False
                if self.is_linked and fault.cancels:
                    desk = self.desk
                    desk.cancel_working(time_ns, desk.gateway.open_orders(), CUT_TEXT)
            elif fault.kind == RATE_BAN and not self._was_on(fault, past_ns):
                fault.struck += 1
                until_ns = self.start_ns + fault.closes_at(past_ns)
                self.desk.log_out(time_ns, until_ns)
        if is_linked != self.is_linked:
            self._switch_link(time_ns, is_linked)
        self.is_frozen = is_frozen
        if not self.is_frozen and self.is_linked:
            for symbol in list(self.newest):
                self._hear(time_ns, self.newest.pop(symbol))
        self.acted_ns = time_ns

    def _was_on(self, fault: Fault, past_ns: Nanoseconds) -> bool:
        """Whether the window that is open now was open at the last edge already."""
        before_ns = self.acted_ns - self.start_ns
        if self.acted_ns < 0 or not fault.is_on(before_ns):
            return False
        return fault.closes_at(before_ns) == fault.closes_at(past_ns)

    def _switch_link(self, time_ns: Nanoseconds, is_linked: bool) -> None:
        self.is_linked = is_linked
        text = "connected again" if is_linked else CUT_TEXT
        self._hear(time_ns, NoteVenueLink(self.name, is_linked, text))
        fault = FEED_RECOVERED if is_linked else FEED_GAP
        for symbol in self.desk.gateway.venue.instruments:
            self._hear(time_ns, NoteFeedFault(symbol, self.name, fault, 1, text))
        if is_linked:
            for command in self.kept:
                self._hear(time_ns, command)
            self.kept = []
