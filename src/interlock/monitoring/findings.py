"""Findings: what the gate found, back in words and units, in the ledger of that moment."""

from typing import Final

from interlock.controls import rules
from interlock.controls.catalogue import KINDS
from interlock.controls.control import COUNT, MONEY, QUANTITY
from interlock.controls.money import INTO
from interlock.controls.rules import RULES
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM, HaltRecord
from interlock.messages import reasons
from interlock.messages.definitions import Limit
from interlock.messages.events import DecisionJudged, Line
from interlock.messages.findings import Found, findings_of
from interlock.messages.reasons import NONE, REASONS, reason_name
from interlock.messages.terms import (
    FEED_FAULTS,
    HOLD,
    PHASES,
    SEVERITIES,
    STATUSES,
    name_of,
)
from interlock.messages.units import Sequence
from interlock.monitoring.figures import Figure, Units, count, moment
from interlock.monitoring.story import FindingPart

ROUTE_ASKED: Final = "asked"
"""The route of a line whose decision named the venue itself."""
_FLAG: Final = "flag"

_RULE_UNITS: Final = {
    rules.AUTHORISED_SOURCE: _FLAG,
    rules.INSTRUMENT: _FLAG,
    rules.ROUTE: _FLAG,
    rules.REDUCING: QUANTITY,
}


class LimitSetting:
    """Who last set a limit, and by which command."""

    def __init__(self, by: str, sequence: Sequence) -> None:
        self.by: Final = by
        self.sequence: Final = sequence


class FindingReader:
    """Puts the findings of one verdict into words, in the ledger as it stood when they were
    made."""

    def __init__(
        self,
        ledger: Ledger,
        units: Units,
        settings: dict[int, LimitSetting],
        event: DecisionJudged,
    ) -> None:
        self._ledger = ledger
        self._units = units
        self._settings = settings
        self._event = event

    def read(self) -> list[FindingPart]:
        """This is every finding of the verdict, in the order in which they were made."""
        return [
            self._read(number, found) for number, found in enumerate(findings_of(self._event), 1)
        ]

    def _read(self, number: int, found: Found) -> FindingPart:
        line, index, severity, reason, observed, bound = found
        limits = self._ledger.limits.limits
        limit = limits[index] if 0 <= index < len(limits) else None
        if limit is not None:
            figures = self._control_figures(limit, line, reason, observed, bound)
        else:
            figures = self._rule_figures(-index, line, reason, observed, bound)
        name, row, stops = RULES.get(-index, (f"rule_{-index}", "", ""))
        if limit is not None:
            kind = KINDS.get(limit.control)
            name, row = limit.control, kind.row if kind is not None else ""
            stops = kind.stops if kind is not None else "what its author says"
        setting = self._settings.get(index)
        return FindingPart(
            number=number,
            line=line + 1,
            control=name,
            row=row,
            is_rule=limit is None,
            stops=stops,
            limit=index,
            scope=_scope(limit) if limit is not None else "everywhere",
            severity=name_of(SEVERITIES, severity),
            passed=severity < HOLD,
            reason=reason_name(reason) if reason != NONE else "",
            meaning=REASONS[reason].meaning if reason != NONE and reason in REASONS else "",
            observed=figures[0],
            bound=figures[1],
            owner=limit.owner if limit is not None else "law",
            why=limit.reason if limit is not None else "",
            parameters=dict(limit.parameters) if limit is not None else {},
            set_by=setting.by if setting is not None else "",
            set_sequence=setting.sequence if setting is not None else 0,
        )

    def _line(self, line: int) -> Line | None:
        lines = self._event.lines
        return lines[line] if 0 <= line < len(lines) else None

    def _control_figures(
        self, limit: Limit, line: int, reason: int, observed: int, bound: int
    ) -> tuple[Figure, Figure]:
        said = self._line(line)
        symbol = said.instrument if said is not None else limit.instrument
        if reason == reasons.MARKET_CROSSED:
            return self._units.price(symbol, observed), self._units.price(symbol, bound)
        if reason == reasons.MARKET_FAULTED:
            return Figure(observed, name_of(FEED_FAULTS, observed)), Figure(bound, "no fault")
        if reason == reasons.MARKET_MISSING or (reason in reasons.MISSING and not bound):
            return Figure(observed, "nothing"), Figure(bound, "something")
        units = self._units
        return measured(units, limit, symbol, observed), measured(units, limit, symbol, bound)

    def _rule_figures(
        self, rule: int, line: int, reason: int, observed: int, bound: int
    ) -> tuple[Figure, Figure]:
        said = self._line(line)
        symbol = said.instrument if said is not None else ""
        if rule == rules.EXPIRY:
            return Figure(observed, moment(observed).text), Figure(bound, moment(bound).text)
        if rule == rules.PHASE:
            table = STATUSES if reason == reasons.INSTRUMENT_SUSPENDED else PHASES
            return Figure(observed, name_of(table, observed)), Figure(bound, name_of(table, bound))
        unit = _RULE_UNITS.get(rule, COUNT)
        if rule == rules.ADMISSION and reason == reasons.SESSION_CLOSED:
            unit = _FLAG
        is_planned_line = rule == rules.PLANNED and line >= 0
        if is_planned_line or (rule == rules.HALTS and reason == reasons.REDUCE_ONLY):
            unit = QUANTITY
        made = self._units
        return _figure(made, unit, symbol, observed), _figure(made, unit, symbol, bound)


def measured(units: Units, limit: Limit, symbol: str, value: int) -> Figure:
    """This is what a limit observed, or its bound, in the unit that its control counts in."""
    kind = KINDS.get(limit.control)
    unit = kind.observes if kind is not None else ""
    into = limit.parameters.get(INTO, ())
    if unit == MONEY and isinstance(into, tuple) and into:
        return units.money_in(into[0], value)
    return _figure(units, unit, symbol, value)


def _figure(units: Units, unit: str, symbol: str, value: int) -> Figure:
    if unit == QUANTITY:
        return units.quantity(symbol, value)
    if unit == MONEY:
        return units.money(symbol, value)
    if unit == _FLAG:
        return Figure(value, "yes" if value else "no")
    return count(value, "" if unit == COUNT else unit)


def covering_halts(ledger: Ledger, source: str, line: Line | None) -> list[tuple[str, HaltRecord]]:
    """The halts that cover a decision of this source, as a whole or one line of it."""
    scopes = [FIRM, f"source:{source}"]
    record = ledger.sources.get(source)
    if record is not None:
        scopes.append(f"account:{record.account.name}")
    if line is not None:
        scopes += [f"instrument:{line.instrument}", f"venue:{line.venue}"]
    return [(scope, ledger.halts[scope]) for scope in scopes if scope in ledger.halts]


def _scope(limit: Limit) -> str:
    inner = [part for part in (limit.instrument, limit.currency) if part]
    return f"{limit.scope} ({', '.join(inner)})" if inner else limit.scope
