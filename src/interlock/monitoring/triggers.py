"""Triggers: how often each control stopped, warned, was overridden or came near, by source and
release, out of journals.

A near miss is a pass at 90 % of its bound or above, where more is nearer.
"""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct, field

from interlock.controls.catalogue import KINDS
from interlock.controls.rules import RULES
from interlock.ledger.limits import LimitTable
from interlock.messages.approvals import HoldReleased, LimitChanged
from interlock.messages.commands import NoteTrade, ProposeDecision, SetLimit
from interlock.messages.definitions import Limit
from interlock.messages.encoding import Entry
from interlock.messages.events import DecisionJudged
from interlock.messages.findings import Found, findings_of
from interlock.messages.terms import ALLOW, AMEND, HALT, HOLD, REFUSE, WARN
from interlock.messages.units import NS_PER_DAY, Sequence
from interlock.monitoring.control_rows import place_of

NEAR_BPS: Final = 9_000
# Of these the bound is not a most that what was observed comes near.
_NOT_NEARING: Final = ("cash", "universe", "restricted_list", "price_band", "intent", "order_kinds")
_NAMES: Final = {
    WARN: "warned",
    AMEND: "amended",
    HOLD: "held",
    REFUSE: "refused",
    HALT: "halted",
}


class Tally(Struct):
    """What one control found for one source and release."""

    findings: int = 0
    refused: int = 0
    halted: int = 0
    held: int = 0
    amended: int = 0
    warned: int = 0
    overridden: int = 0
    near: int = 0
    """Passes at 90 % of the bound or above."""


class Flow(Struct):
    """What one limit saw in all."""

    limit: Limit
    asked: int = 0
    objected: int = 0
    observed_max: int | None = None
    changed: list[tuple[Limit, str]] = field(default_factory=list)
    """What it was before, and the reason given, at each change."""


class Triggers(Struct):
    """What the controls of one or several journals did."""

    tallies: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    """By control, source and release."""
    flows: dict[str, Flow] = field(default_factory=dict)
    """By the limit in one line."""
    volumes: dict[tuple[str, int], int] = field(default_factory=dict)
    """What traded of an instrument on a day, in lots."""
    decisions: int = 0

    def add(self, entries: Iterable[tuple[Sequence, Entry]]) -> None:
        """This adds one journal."""
        reader = _Reader(self)
        for sequence, entry in entries:
            reader.hear(sequence, entry)

    def rows(self) -> list[dict[str, Any]]:
        """One plain row for each control, source and release, those that stopped most first."""
        made = [
            {
                "control": control,
                "row": _row(control),
                "source": source,
                "release": release,
                **{name: getattr(tally, name) for name in tally.__struct_fields__},
            }
            for (control, source, release), tally in self.tallies.items()
        ]
        made.sort(key=lambda row: (-_stops(row), -int(row["near"]), str(row["control"])))
        return made


def _stops(row: dict[str, Any]) -> int:
    return int(row["refused"]) + int(row["halted"]) + int(row["held"])


def _row(control: str) -> str:
    kind = KINDS.get(control)
    if kind is not None:
        return kind.row
    return next((row for name, row, _ in RULES.values() if name == control), "")


class _Reader:
    """Reads one journal: which limit has which number follows from what it says itself."""

    def __init__(self, into: Triggers) -> None:
        self.into = into
        self.limits = LimitTable()
        self.asked: dict[Sequence, tuple[str, str]] = {}
        self.held: dict[Sequence, list[tuple[str, str, str]]] = {}
        self.symbols: dict[int, str] = {}

    def hear(self, sequence: Sequence, entry: Entry) -> None:
        command = entry.command
        if isinstance(command, ProposeDecision):
            self.asked[sequence] = (command.decision.source, command.decision.release)
        elif isinstance(command, SetLimit):
            before = self.limits.find(command.limit)
            if before is not None and before.parameters != command.limit.parameters:
                self._flow(command.limit).changed.append((before, command.limit.reason))
            self.limits.put(command.limit)
            self._flow(command.limit).limit = command.limit
        elif isinstance(command, NoteTrade):
            self._volume(command.instrument, entry.time_ns, command.quantity)
        for event in entry.events:
            if isinstance(event, DecisionJudged):
                self._judged(event)
            elif isinstance(event, LimitChanged):
                if event.before is not None:
                    self._flow(event.limit).changed.append((event.before, event.text))
                self.limits.put(event.limit)
                self._flow(event.limit).limit = event.limit
            elif isinstance(event, HoldReleased):
                for key in self.held.pop(event.decision, []):
                    self._tally(key).overridden += 1

    def _volume(self, symbol: str, time_ns: int, quantity: int) -> None:
        key = symbol, time_ns // NS_PER_DAY
        self.into.volumes[key] = self.into.volumes.get(key, 0) + quantity

    def _judged(self, event: DecisionJudged) -> None:
        self.into.decisions += 1
        source, release = self.asked.get(event.decision, ("", ""))
        for found in findings_of(event):
            control, limit = self._control(found)
            key = control, source, release
            tally = self._tally(key)
            tally.findings += 1
            if found.severity != ALLOW:
                name = _NAMES[found.severity]
                setattr(tally, name, getattr(tally, name) + 1)
                if found.severity == HOLD:
                    self.held.setdefault(event.decision, []).append(key)
            elif limit is not None and _is_near(control, found):
                tally.near += 1
            if limit is not None:
                flow = self._flow(limit)
                flow.asked += 1
                flow.objected += found.severity != ALLOW
                if flow.observed_max is None or found.observed > flow.observed_max:
                    flow.observed_max = found.observed

    def _control(self, found: Found) -> tuple[str, Limit | None]:
        if found.limit < 0:
            return RULES.get(-found.limit, (f"rule_{-found.limit}", "", ""))[0], None
        limits = self.limits.limits
        if found.limit >= len(limits):
            return f"limit_{found.limit}", None
        return limits[found.limit].control, limits[found.limit]

    def _tally(self, key: tuple[str, str, str]) -> Tally:
        return self.into.tallies.setdefault(key, Tally())

    def _flow(self, limit: Limit) -> Flow:
        return self.into.flows.setdefault(place_of(limit), Flow(limit))


def _is_near(control: str, found: Found) -> bool:
    kind = KINDS.get(control)
    if kind is None or control in _NOT_NEARING or kind.observes == "flag" or found.bound <= 0:
        return False
    is_below = found.observed <= found.bound
    return is_below and found.observed * 10_000 >= found.bound * NEAR_BPS
