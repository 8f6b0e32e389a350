"""Findings: the gate's five integers each, back in words and units.

The journal keeps no reason per finding, because it follows from the control and from what stood at
that moment; here it is worked out again from the ledger of that moment. What the plan itself
objected to is asked of the planner again; should a newer version plan otherwise, the finding keeps
its numbers and goes without a reason.
"""

from typing import Final

from interlock.controls import rules
from interlock.controls.catalogue import KINDS
from interlock.controls.control import COUNT, MONEY, QUANTITY
from interlock.controls.rules import RULES
from interlock.decisions.proposal import Plan, Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM, HaltRecord
from interlock.messages import reasons
from interlock.messages.definitions import Limit
from interlock.messages.events import DecisionJudged, Line
from interlock.messages.reasons import NONE, REASONS, reason_name
from interlock.messages.terms import (
    FEED_FAULTS,
    HOLD,
    PHASES,
    SEVERITIES,
    STATUSES,
    TRADABLE,
    name_of,
)
from interlock.messages.units import Sequence
from interlock.monitoring.figures import Figure, Units, count, moment
from interlock.monitoring.story import FindingPart

FINDING_INTEGERS: Final = 5
ROUTE_ASKED: Final = "asked"
"""The route of a line whose decision named the venue itself."""
_FLAG: Final = "flag"

_RULE_UNITS: Final = {
    rules.AUTHORISED_SOURCE: _FLAG,
    rules.INSTRUMENT: _FLAG,
    rules.ROUTE: _FLAG,
    rules.REDUCING: QUANTITY,
}
_RULE_REASONS: Final = {
    rules.ACTIVE_RELEASE: reasons.RELEASE_NOT_ACTIVE,
    rules.DUPLICATE: reasons.DUPLICATE_DECISION,
    rules.EXPIRY: reasons.DECISION_EXPIRED,
    rules.REDUCING: reasons.REDUCE_ONLY,
    rules.LIMITS_PRESENT: reasons.LIMIT_MISSING,
}
_CONTROL_REASONS: Final = {
    "restricted_list": reasons.INSTRUMENT_RESTRICTED,
    "price_collar": reasons.PRICE_OUTSIDE_COLLAR,
    "order_quantity": reasons.QUANTITY_ABOVE_ORDER_LIMIT,
    "order_value": reasons.VALUE_ABOVE_ORDER_LIMIT,
    "liquidity": reasons.QUANTITY_ABOVE_DISPLAYED,
    "position": reasons.POSITION_ABOVE_LIMIT,
    "gross_exposure": reasons.GROSS_EXPOSURE_ABOVE_LIMIT,
    "cash": reasons.CASH_BELOW_MINIMUM,
    "message_rate": reasons.MESSAGE_RATE_ABOVE_LIMIT,
    "open_orders": reasons.OPEN_ORDERS_ABOVE_LIMIT,
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
        source: str,
        plan: Plan | None,
    ) -> None:
        self._ledger = ledger
        self._units = units
        self._settings = settings
        self._event = event
        self._source = source
        self._plan = plan
        values = event.findings
        places = range(0, len(values), FINDING_INTEGERS)
        self._objections = sum(
            values[place + 2] == event.severity for place in places if values[place + 2] > 0
        )

    def read(self) -> list[FindingPart]:
        """This is every finding of the verdict, in the order in which they were made."""
        values = self._event.findings
        return [
            self._read(place // FINDING_INTEGERS + 1, values[place : place + FINDING_INTEGERS])
            for place in range(0, len(values), FINDING_INTEGERS)
        ]

    def _read(self, number: int, values: tuple[int, ...]) -> FindingPart:
        line, index, severity, observed, bound = values
        limits = self._ledger.limits.limits
        limit = limits[index] if 0 <= index < len(limits) else None
        reason = NONE
        if severity > 0:
            if self._objections == 1 and severity == self._event.severity:
                reason = self._event.reason
            elif limit is not None:
                reason = self._control_reason(limit, line, observed, bound)
            else:
                reason = self._rule_reason(-index, line, observed, bound)
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

    def _planned(self, line: int) -> Proposal | None:
        said = self._line(line)
        if self._plan is None or said is None or line >= len(self._plan.proposals):
            return None
        proposal = self._plan.proposals[line]
        is_same = (proposal.symbol, proposal.side) == (said.instrument, said.side)
        return proposal if is_same else None

    def _control_reason(self, limit: Limit, line: int, observed: int, bound: int) -> int:
        if limit.control == "market_data":
            return self._market_reason(line, observed, bound)
        if observed == 0 and bound == 0:
            return reasons.CANNOT_BE_EVALUATED
        return _CONTROL_REASONS.get(limit.control, reasons.USER_CONTROL)

    def _market_reason(self, line: int, observed: int, bound: int) -> int:
        """The same questions in the same order as the control asks them."""
        said = self._line(line)
        instrument = self._ledger.instruments.get(said.instrument) if said is not None else None
        market = instrument.markets.get(said.venue) if instrument and said else None
        if instrument is None or market is None:
            return reasons.CANNOT_BE_EVALUATED
        if market.time_ns < 0:
            return reasons.MARKET_MISSING
        if market.fault != 0:
            return reasons.MARKET_FAULTED
        if market.is_crossed() and (observed, bound) == (market.bid, market.ask):
            return reasons.MARKET_CROSSED
        return reasons.MARKET_STALE

    def _rule_reason(self, rule: int, line: int, observed: int, bound: int) -> int:
        said = self._line(line)
        if rule == rules.AUTHORISED_SOURCE:
            known = self._source in self._ledger.sources
            return reasons.ACTION_NOT_AUTHORISED if known else reasons.SOURCE_NOT_AUTHORISED
        if rule == rules.ADMISSION:
            return reasons.SESSION_CLOSED if observed < bound else reasons.TOO_MANY_ORDERS
        if rule == rules.PHASE:
            if observed == 0 and bound == 0:
                return reasons.CANNOT_BE_EVALUATED
            return reasons.INSTRUMENT_SUSPENDED if bound == TRADABLE else reasons.PHASE_CLOSED
        if rule == rules.HALTS:
            standing = covering_halts(self._ledger, self._source, said)
            only_reduce = said is not None and all(halt.reduce_only for _, halt in standing)
            return reasons.REDUCE_ONLY if only_reduce else reasons.HALTED
        if rule == rules.INSTRUMENT:
            is_known = said is not None and said.instrument in self._ledger.instruments
            return reasons.INSTRUMENT_NOT_AUTHORISED if is_known else reasons.UNKNOWN_INSTRUMENT
        if rule == rules.ROUTE:
            planned = self._planned(line)
            is_named = planned is not None and planned.terms.venue != ""
            return reasons.UNKNOWN_VENUE if is_named else reasons.ROUTE_MISSING
        if rule == rules.PLANNED:
            if line < 0:
                return self._plan.problem if self._plan is not None else NONE
            planned = self._planned(line)
            return planned.problem if planned is not None else NONE
        return _RULE_REASONS.get(rule, NONE)

    def _control_figures(
        self, limit: Limit, line: int, reason: int, observed: int, bound: int
    ) -> tuple[Figure, Figure]:
        said = self._line(line)
        symbol = said.instrument if said is not None else limit.instrument
        kind = KINDS.get(limit.control)
        unit = kind.observes if kind is not None else ""
        if reason == reasons.MARKET_CROSSED:
            return self._units.price(symbol, observed), self._units.price(symbol, bound)
        if reason == reasons.MARKET_FAULTED:
            return Figure(observed, name_of(FEED_FAULTS, observed)), Figure(bound, "no fault")
        if reason in (reasons.MARKET_MISSING, reasons.CANNOT_BE_EVALUATED):
            return Figure(observed, "nothing"), Figure(bound, "something")
        return self._figure(unit, symbol, observed), self._figure(unit, symbol, bound)

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
        return self._figure(unit, symbol, observed), self._figure(unit, symbol, bound)

    def _figure(self, unit: str, symbol: str, value: int) -> Figure:
        if unit == QUANTITY:
            return self._units.quantity(symbol, value)
        if unit == MONEY:
            return self._units.money(symbol, value)
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
