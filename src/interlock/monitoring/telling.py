"""Telling: a story from a journal alone, in one walk over it.

Facts and events are folded into a ledger, whatever version concluded them, so that limits, markets
and orders are known as they stood when the decision was judged. Memory is the ledger's and the
story's own.
"""

from collections.abc import Callable
from pathlib import Path

from interlock.journal.plain import address_of
from interlock.journal.reader import JournalReader
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import covers, limit_key
from interlock.ledger.waiting import WaitingDecision
from interlock.messages.approvals import DecisionHeld, LimitChanged
from interlock.messages.commands import (
    Command,
    ProposeDecision,
    ReportOrder,
    SetLimit,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    ActionCleared,
    ActionFinished,
    CancelRequested,
    DecisionJudged,
    Event,
    HaltTripped,
    InvariantBroken,
    OrderCleared,
    ReplaceRequested,
)
from interlock.messages.identity import order_text, place_of
from interlock.messages.units import Nanoseconds, OrderId, Sequence
from interlock.messages.venues import OrderRouted, VenueMoved
from interlock.messages.works import SliceJudged
from interlock.monitoring.action_words import action_words
from interlock.monitoring.conclusions import conclude
from interlock.monitoring.context import Context
from interlock.monitoring.event_words import order_of
from interlock.monitoring.figures import moment
from interlock.monitoring.findings import LimitSetting
from interlock.monitoring.hold_story import HoldPart, begin_hold, go_on_with_hold
from interlock.monitoring.holds import objection_texts
from interlock.monitoring.kinds import KIND_NAMES
from interlock.monitoring.order_story import answer_of, order_part, request_part
from interlock.monitoring.story import ActionPart, DecisionPart, Story, Subject, VerdictPart
from interlock.monitoring.subject import find_subject
from interlock.monitoring.trails import Trail
from interlock.monitoring.venue_words import venue_event_words
from interlock.monitoring.verdict_story import decision_part, verdict_part
from interlock.monitoring.work_story import WorkTeller

SAME_KEY_MAX = 10

BY_INVARIANT = "invariant:"
"""How the name of whoever tripped a halt begins when it was an invariant."""

Progress = Callable[[float], None]
"""Called now and then with how much of the journal has been read, 0 to 1."""


def tell_story(directory: Path, text: str, progress: Progress | None = None) -> Story:
    """This tells everything that a journal says of an order, a decision or an action.

    Raises `SubjectUnknown` when there is no such thing, and the journal's faults. Cost: one walk
    over the journal, and for a source's key another up to where it stands.
    """
    teller = Teller(find_subject(directory, text))
    reader = JournalReader(directory)
    for batch in reader.batches():
        for sequence, entry in enumerate(batch.entries, batch.first_sequence):
            teller.take(sequence, entry)
        if progress is not None:
            progress(reader.progress)
    return teller.story()


class Teller:
    """Gathers the story of one decision while it is shown every entry of a journal."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._ledger = Ledger()
        self._context = Context()
        self._settings: dict[int, LimitSetting] = {}
        self._market_kinds: dict[tuple[str, str], str] = {}
        self._decision: DecisionPart | None = None
        self._same_key: list[Sequence] = []
        self._verdict: VerdictPart | None = None
        self._judging: WaitingDecision | None = None
        self._asked: WaitingDecision | None = None
        self._orders: list[Trail] = []
        self._requests: list[Trail] = []
        self._followed: dict[OrderId, Trail] = {}
        self._action: ActionPart | None = None
        self._hold: HoldPart | None = None
        self._work = WorkTeller(subject.decision, subject.order)
        self._routes: list[str] = []
        self._sequence: Sequence = 0
        self._time_ns: Nanoseconds = 0
        self._key = ("", "")

    def take(self, sequence: Sequence, entry: Entry) -> None:
        """This takes the next entry."""
        self._sequence, self._time_ns = sequence, entry.time_ns
        self._judging = None
        command = entry.command
        self._ledger.apply_fact(sequence, entry.time_ns, command)
        self._context.learn(sequence, entry)
        self._note(sequence, command)
        stepped: dict[OrderId, Trail] = {}
        reported: Trail | None = None
        if type(command) is ReportOrder:
            reported = self._followed.get(command.order)
            if reported is not None:
                self._begin(reported, command, stepped)
        for place, event in enumerate(entry.events, 1):
            self._event(command, place, event, reported, stepped)
            if self._work.is_asked(event, entry.events):
                self._judge_slice(event, place)
        for trail in stepped.values():
            trail.end_step(self._context)
            self._let_go(trail)
        self._ledger.orders.touched.clear()
        self._ledger.orders.unexplained.clear()

    def _note(self, sequence: Sequence, command: Command) -> None:
        """What the verdict will have to be explained by."""
        if type(command) is ProposeDecision:
            decision = command.decision
            if sequence == self.subject.decision:
                waiting = self._ledger.waiting.find(sequence)
                assert waiting is not None, f"decision {sequence} has not arrived"
                self._decision = decision_part(self._context, self._ledger, waiting)
                self._asked = waiting
                self._key = (decision.source, decision.key)
            elif self._decision is not None and (decision.source, decision.key) == self._key:
                self._note_same_key(sequence)
        elif self._verdict is not None:
            return
        elif type(command) is UpdateQuote or type(command) is UpdateLadder:
            place = (command.instrument, command.venue)
            self._market_kinds[place] = KIND_NAMES[type(command)]
        elif type(command) is SetLimit:
            limit = command.limit
            number = self._ledger.limits.numbers[limit_key(limit)]
            self._settings[number] = LimitSetting(command.by, sequence)

    def _note_same_key(self, sequence: Sequence) -> None:
        if len(self._same_key) < SAME_KEY_MAX:
            self._same_key.append(sequence)

    def _begin(self, trail: Trail, command: Command, stepped: dict[OrderId, Trail]) -> None:
        words = ""
        if self._judging is not None:
            waiting = self._judging
            asked = action_words(self._context, waiting.decision.action)
            by = f"{waiting.decision.source}:{waiting.decision.key}"
            words = f"decision {waiting.sequence}, {by}: {asked}"
        trail.begin_step(self._context, self._sequence, self._time_ns, command, words)
        stepped[trail.order] = trail

    def _event(
        self,
        command: Command,
        place: int,
        event: Event,
        reported: Trail | None,
        stepped: dict[OrderId, Trail],
    ) -> None:
        decision = self.subject.decision
        if type(event) is DecisionJudged:
            self._judging = self._ledger.proposed(event.decision)
            if event.decision == decision and self._judging is not None:
                self._judged(self._judging, event, place)
        if reported is None and (type(event) is InvariantBroken or type(event) is HaltTripped):
            self._stop(command, place, event, stepped, event.scope)
            return
        if type(event) is VenueMoved:
            self._stop(command, place, event, stepped, f"venue:{event.venue}")
            return
        if type(event) is OrderRouted and event.decision == decision:
            self._routes.append(venue_event_words(self._context, event))
        trail = self._followed.get(order_of(event))
        if type(event) is CancelRequested or type(event) is ReplaceRequested:
            if trail is None and event.decision == decision:
                trail = self._ask(event.order)
        elif type(event) is InvariantBroken or type(event) is HaltTripped:
            trail = reported
        if trail is not None:
            self._begin(trail, command, stepped)
        self._ledger.apply(event)
        if type(event) is OrderCleared and event.decision == decision:
            trail = self._clear(event)
            self._begin(trail, command, stepped)
        elif type(event) is ActionCleared and event.decision == decision:
            self._act(event, place)
        elif type(event) is ActionFinished:
            self._finish(event, place)
        if trail is not None:
            address = address_of(self._sequence, place)
            trail.conclude(self._context, address, self._time_ns, event)
        if getattr(event, "decision", 0) == decision:
            self._hold_on(place, event)
            self._work.take(self._context, self._sequence, place, self._time_ns, event)
        elif type(event) is LimitChanged:
            number = self._ledger.limits.numbers[limit_key(event.limit)]
            self._settings[number] = LimitSetting(event.by, self._sequence)

    def _hold_on(self, place: int, event: Event) -> None:
        """What people were asked about the decision, and what they said."""
        if type(event) is DecisionHeld:
            held = self._ledger.holds.find(event.decision)
            assert held is not None, f"decision {event.decision} was held and is not known"
            words = objection_texts(self._context, self._ledger, held)
            self._hold = begin_hold(self._sequence, place, self._time_ns, event, words)
        elif self._hold is not None:
            go_on_with_hold(self._hold, self._sequence, place, self._time_ns, event)

    def _stop(
        self,
        command: Command,
        place: int,
        event: InvariantBroken | HaltTripped | VenueMoved,
        stepped: dict[OrderId, Trail],
        scope: str,
    ) -> None:
        """What is found broken, or a venue that fails or is back, belongs to the story of every
        open order that it concerns, whatever command it was found at."""
        self._ledger.apply(event)
        if type(event) is HaltTripped and not event.by.startswith(BY_INVARIANT):
            return
        for trail in self._followed.values():
            record = trail.record
            account, source = record.position.account.name, record.source.name
            if trail.order not in stepped and not record.is_open():
                continue
            symbol, venue = record.instrument.symbol, record.venue.name
            if covers(scope, account, source, symbol, venue, record.release):
                self._begin(trail, command, stepped)
                address = address_of(self._sequence, place)
                trail.conclude(self._context, address, self._time_ns, event)

    def _judged(self, waiting: WaitingDecision, event: DecisionJudged, place: int) -> None:
        self._verdict = verdict_part(
            self._context,
            self._ledger,
            waiting,
            event,
            place,
            self._settings,
            self._market_kinds,
        )

    def _judge_slice(self, event: Event, place: int) -> None:
        """What the gate found of the child that was asked about, in the moment of its slice."""
        part = self._work.part
        if type(event) is not SliceJudged or part is None or self._asked is None:
            return
        part.slices[-1].verdict = verdict_part(
            self._context,
            self._ledger,
            self._asked,
            event.verdict,
            place,
            self._settings,
            self._market_kinds,
        )

    def _clear(self, event: OrderCleared) -> Trail:
        record = self._ledger.orders.find(event.order)
        assert record is not None, f"order {event.order} was cleared and is not known"
        trail = Trail(event.order, record, self._time_ns)
        trail.cleared = event
        self._orders.append(trail)
        self._follow(trail)
        return trail

    def _ask(self, order: OrderId) -> Trail | None:
        record = self._ledger.orders.find(order)
        if record is None:
            return None
        trail = Trail(order, record, self._time_ns)
        self._requests.append(trail)
        self._follow(trail)
        return trail

    def _follow(self, trail: Trail) -> None:
        record = trail.record
        self._followed[trail.order] = trail
        self._context.keep(trail.order, record.instrument.symbol, record.source.name)

    def _let_go(self, trail: Trail) -> None:
        """Another decision's order is followed until the request is answered."""
        if trail.cleared is None and answer_of(trail, trail.steps[0].concluded[0]) is not None:
            del self._followed[trail.order]

    def _act(self, event: ActionCleared, place: int) -> None:
        self._action = ActionPart(
            action=event.action,
            name=order_text(event.action),
            action_name=event.name,
            parameters=dict(event.parameters),
            address=address_of(self._sequence, place),
            cleared=moment(self._time_ns),
            answered=None,
            answer_address="",
            answered_ns=-1,
            succeeded=None,
            text="",
        )

    def _finish(self, event: ActionFinished, place: int) -> None:
        action = self._action
        if action is None or action.action != event.action:
            return
        action.answered = moment(self._time_ns)
        action.answer_address = address_of(self._sequence, place)
        action.answered_ns = self._time_ns - action.cleared.ns
        action.succeeded = event.succeeded
        action.text = event.text

    def story(self) -> Story:
        """This is the story as far as the entries went."""
        decision, session = self._decision, self._context.session
        assert decision is not None, f"decision {self.subject.decision} was not among the entries"
        decision.same_key = self._same_key
        if self._verdict is not None and self._work.part is None:
            _name_orders(self._verdict, self._orders, self._requests)
        story = Story(
            subject=self.subject,
            session=session.name if session is not None else "",
            session_id=session.session_id if session is not None else "",
            code_version=session.code_version if session is not None else "",
            conclusion="",
            decision=decision,
            verdict=self._verdict,
            orders=[order_part(self._context, trail) for trail in self._orders],
            requests=[request_part(self._context, trail) for trail in self._requests],
            action=self._action,
            hold=self._hold,
            work=self._work.part,
            routes=self._routes,
            told_until=self._sequence,
            told_until_time=moment(self._time_ns),
        )
        story.conclusion = conclude(story)
        return story


def _name_orders(verdict: VerdictPart, orders: list[Trail], requests: list[Trail]) -> None:
    """Which line became which order: a new one has the line's place, the others are changes, in
    the order in which they were asked."""
    if not verdict.passed:
        return
    made = {place_of(trail.order): order_text(trail.order) for trail in orders}
    changes = [
        order_text(trail.order)
        for trail in requests
        if trail.steps[0].concluded[0].kind == "replace_requested"
    ]
    for line in verdict.lines:
        if line.line in made:
            line.order = made[line.line]
        elif changes:
            line.replaces = changes.pop(0)
