"""Judging without acting: what the gate would say of a decision at one moment of a journal."""

from pathlib import Path
from typing import Any

from msgspec import Struct

from interlock.controls.gate import Gate
from interlock.decisions.lines import line_of
from interlock.decisions.planning import Planner
from interlock.decisions.routing import make_router
from interlock.journal.reader import JournalReader
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import limit_key
from interlock.ledger.waiting import WaitingDecision
from interlock.messages.approvals import LimitChanged
from interlock.messages.commands import SetLimit
from interlock.messages.decisions import Decision
from interlock.messages.definitions import Instrument
from interlock.messages.events import DecisionJudged
from interlock.messages.units import Sequence
from interlock.monitoring.context import Context
from interlock.monitoring.findings import LimitSetting
from interlock.monitoring.story import DecisionPart, VerdictPart
from interlock.monitoring.verdict_story import decision_part, verdict_part


class Judgement(Struct, kw_only=True):
    """What the gate would say, and of which moment."""

    after: Sequence
    """The last command that had been taken."""
    decision: DecisionPart
    verdict: VerdictPart


class MomentUnknown(LookupError):  # noqa: N818 - it is not an error to ask
    """The journal does not reach the moment that was asked for."""


class Moment:
    """A session as it stood after one command, folded from its journal; nothing is written."""

    def __init__(self, directory: Path, at: Sequence = 0) -> None:
        """Raises `MomentUnknown`, and the journal's faults. Cost: one walk up to that command."""
        self.ledger = Ledger()
        self.context = Context()
        self._settings: dict[int, LimitSetting] = {}
        reader = JournalReader(directory)
        if at > reader.last_sequence:
            raise MomentUnknown(
                f"there is no command {at}: the journal ends at {reader.last_sequence}"
            )
        for batch in reader.batches():
            for sequence, entry in enumerate(batch.entries, batch.first_sequence):
                if 0 < at < sequence:
                    return
                self.ledger.apply_fact(sequence, entry.time_ns, entry.command)
                self.context.learn(sequence, entry)
                for event in entry.events:
                    self.ledger.apply(event)
                    if isinstance(event, LimitChanged):
                        self._set(limit_key(event.limit), event.by, sequence)
                if isinstance(entry.command, SetLimit):
                    self._set(limit_key(entry.command.limit), entry.command.by, sequence)
                self.ledger.orders.touched.clear()
                self.ledger.orders.unexplained.clear()

    def _set(self, key: str, by: str, sequence: Sequence) -> None:
        self._settings[self.ledger.limits.numbers[key]] = LimitSetting(by, sequence)

    @property
    def instruments(self) -> dict[str, Instrument]:
        """What decisions are read in."""
        return {symbol: each.definition for symbol, each in self.ledger.instruments.items()}

    def judge(self, decision: Decision, user_controls: dict[str, Any]) -> Judgement:
        """This is the verdict on a decision as if it were proposed next, at that very time."""
        ledger = self.ledger
        source = ledger.sources.get(decision.source)
        priority = decision.priority
        if source is not None:
            priority = max(priority, source.priority)
        waiting = WaitingDecision(ledger.sequence + 1, ledger.time_ns, priority, decision)
        gate = Gate(ledger, user_controls)
        plan = Planner(ledger, make_router(ledger.routing)).plan(waiting)
        gate.judge(plan)
        event = DecisionJudged(
            waiting.sequence,
            gate.severity,
            gate.reason,
            ledger.limits.version,
            tuple(line_of(line) for line in plan.proposals),
            gate.controls,
            gate.figures(),
            gate.objections(),
        )
        return Judgement(
            after=ledger.sequence,
            decision=decision_part(self.context, ledger, waiting),
            verdict=verdict_part(self.context, ledger, waiting, event, 1, self._settings, {}),
        )
