"""The part of a story in which a large order is worked: every slice with what the schedule knew and
chose, and every word that changed its course.
"""

from interlock.journal.plain import address_of
from interlock.messages.events import Event, OrderCleared
from interlock.messages.identity import order_text
from interlock.messages.reasons import reason_name
from interlock.messages.terms import ALGORITHMS, SEVERITIES, name_of
from interlock.messages.units import Nanoseconds, OrderId, Sequence
from interlock.messages.works import (
    SliceJudged,
    SliceWithheld,
    WorkEnded,
    WorkHurried,
    WorkPaused,
    WorkResumed,
    WorkStarted,
)
from interlock.monitoring.context import Context
from interlock.monitoring.figures import Moment, moment
from interlock.monitoring.story import SlicePart, TurnPart, WorkPart
from interlock.monitoring.work_words import slice_words, work_event_words


class WorkTeller:
    """Gathers the work of one decision."""

    def __init__(self, decision: Sequence, order: OrderId) -> None:
        self.decision = decision
        self.order = order
        self.part: WorkPart | None = None

    def take(
        self, context: Context, sequence: Sequence, place: int, time_ns: Nanoseconds, event: Event
    ) -> None:
        """This takes an event of the decision, in order."""
        address, time = address_of(sequence, place), moment(time_ns)
        part = self.part
        if isinstance(event, WorkStarted):
            quantity = context.units.quantity(event.plan.instrument, event.plan.quantity)
            self.part = WorkPart(
                address=address,
                started=time,
                algorithm=name_of(ALGORITHMS, event.plan.algorithm),
                quantity=quantity,
                ends=moment(event.plan.ends_ns),
            )
        elif part is None:
            return
        elif isinstance(event, SliceJudged):
            part.slices.append(_slice(context, address, time, event))
        elif isinstance(event, OrderCleared):
            if part.slices and not part.slices[-1].order:
                part.slices[-1].order = order_text(event.order)
        elif isinstance(event, SliceWithheld | WorkPaused | WorkResumed | WorkHurried | WorkEnded):
            words = work_event_words(context, event)
            part.turns.append(TurnPart(address=address, time=time, words=words))
            if isinstance(event, WorkEnded):
                part.ended, part.reason = time, reason_name(event.reason)

    def is_asked(self, event: Event, events: list[Event]) -> bool:
        """Whether a slice is the one whose child was asked about: it leaves right after it."""
        if not isinstance(event, SliceJudged) or event.decision != self.decision:
            return False
        after = events[events.index(event) + 1 :]
        cleared = [made for made in after if isinstance(made, OrderCleared)]
        return bool(cleared) and cleared[0].order == self.order


def _slice(context: Context, address: str, time: Moment, event: SliceJudged) -> SlicePart:
    verdict = event.verdict
    symbol = verdict.lines[0].instrument if verdict.lines else ""
    quantity = context.units.quantity
    return SlicePart(
        address=address,
        time=time,
        slice=event.slice,
        due=quantity(symbol, event.due),
        filled=quantity(symbol, event.filled),
        open=quantity(symbol, event.open),
        volume=quantity(symbol, event.volume),
        chosen=quantity(symbol, event.chosen),
        bounded_by=reason_name(event.reason) if event.reason else "",
        severity=name_of(SEVERITIES, verdict.severity),
        reason=reason_name(verdict.reason) if verdict.reason else "",
        words=slice_words(context, event),
    )
