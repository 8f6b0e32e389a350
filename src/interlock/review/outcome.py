"""Outcome: what came of one run of a drill, followed as it is kept."""

from collections import Counter
from dataclasses import dataclass, field

from interlock.ledger.ledger import Ledger
from interlock.ledger.positions import PositionRecord
from interlock.messages.approvals import DecisionHeld, HoldReleased
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    CommandRefused,
    DecisionJudged,
    HaltLifted,
    HaltTripped,
    OrderCleared,
    OrderFilled,
    OrderUnknown,
)
from interlock.messages.reasons import reason_name
from interlock.messages.terms import REFUSE
from interlock.messages.units import Lots, Minor, Nanoseconds, OrderId, Sequence, Ticks


@dataclass
class Outcome:
    """A follower of the journal; the ledger is there once the run is over."""

    ledger: Ledger
    decisions: int = 0
    judged: Sequence = 0
    """The last decision."""
    first_refused: int = 0
    """Which decision, from 1, was the first that was refused or stopped; 0 for none."""
    refused: Counter[str] = field(default_factory=Counter)
    """Decisions that were refused or stopped, by reason."""
    held: list[Sequence] = field(default_factory=list)
    released: list[Sequence] = field(default_factory=list)
    orders: list[OrderId] = field(default_factory=list)
    """What left, in order."""
    sent_lots: Lots = 0
    unknown: int = 0
    """Orders that were not answered in time."""
    fills: list[tuple[Lots, Ticks]] = field(default_factory=list)
    halts: list[tuple[Nanoseconds, str, str]] = field(default_factory=list)
    """When, where, by whom."""
    halt_sequence: Sequence = 0
    """The command that tripped the last."""
    lifted: int = 0
    words_refused: Counter[str] = field(default_factory=Counter)
    """What people said that was not followed, by reason."""

    def __call__(self, first: Sequence, entries: list[Entry]) -> None:
        for place, entry in enumerate(entries):
            for event in entry.events:
                self._note(first + place, entry.time_ns, event)

    def _note(self, sequence: Sequence, time_ns: Nanoseconds, event: object) -> None:
        if isinstance(event, DecisionJudged):
            self.decisions += 1
            self.judged = event.decision
            if event.severity >= REFUSE:
                self.refused[reason_name(event.reason)] += 1
                self.first_refused = self.first_refused or self.decisions
        elif isinstance(event, OrderCleared):
            self.orders.append(event.order)
            self.sent_lots += event.quantity
        elif isinstance(event, OrderFilled):
            self.fills.append((event.quantity, event.price))
        elif isinstance(event, OrderUnknown):
            self.unknown += 1
        elif isinstance(event, DecisionHeld):
            self.held.append(event.decision)
        elif isinstance(event, HoldReleased):
            self.released.append(event.decision)
        elif isinstance(event, HaltTripped):
            self.halts.append((time_ns, event.scope, event.by))
            self.halt_sequence = sequence
        elif isinstance(event, HaltLifted):
            self.lifted += 1
        elif isinstance(event, CommandRefused):
            self.words_refused[reason_name(event.reason)] += 1

    @property
    def positions(self) -> list[PositionRecord]:
        """Every position of every account at the end."""
        return [
            position
            for account in self.ledger.accounts.values()
            for position in account.positions.values()
        ]

    @property
    def filled_lots(self) -> Lots:
        return sum(lots for lots, _ in self.fills)

    def worst_value(self) -> Minor:
        """What all positions are worth without their signs, working and unknown orders at their
        worst."""
        return sum(position.worst_value() for position in self.positions)

    def loss(self) -> Minor:
        """What was lost, open positions at their marks."""
        profit = 0
        for position in self.positions:
            profit += position.realised - position.fees - position.signed_cost()
            profit += position.instrument.value(position.instrument.mark, position.lots)
        return -profit
