"""Verdicts: what each control said, out of the findings of one verdict."""

from typing import Final

from interlock.controls import rules
from interlock.controls.rules import RULES
from interlock.ledger.ledger import Ledger
from interlock.messages.events import DecisionJudged
from interlock.messages.terms import REFUSE, SEVERITIES, name_of

CANNOT_BE_EVALUATED: Final = "cannot_be_evaluated"
_FINDING_INTEGERS: Final = 5


def outcomes(ledger: Ledger, event: DecisionJudged) -> list[tuple[str, str]]:
    """This is every control of a verdict with its outcome: a severity, or that it could not be
    evaluated. The ledger is that of the moment of the verdict."""
    limits, found, values = ledger.limits.limits, [], event.findings
    for place in range(0, len(values), _FINDING_INTEGERS):
        line, number, severity, observed, bound = values[place : place + _FINDING_INTEGERS]
        if number < 0:
            name = RULES[-number][0] if -number in RULES else f"rule_{-number}"
            can_lack = -number == rules.PHASE
        else:
            name = limits[number].control if number < len(limits) else f"limit_{number}"
            can_lack = name != "market_data" or not _has_market(ledger, event, line)
        outcome = name_of(SEVERITIES, severity)
        if can_lack and severity == REFUSE and observed == 0 and bound == 0:
            outcome = CANNOT_BE_EVALUATED
        found.append((name, outcome))
    return found


def _has_market(ledger: Ledger, event: DecisionJudged, line: int) -> bool:
    """Without a market the freshness of its data cannot be judged; with one that is silent it is
    refused as missing, by the same two zeros."""
    if not 0 <= line < len(event.lines):
        return False
    said = event.lines[line]
    instrument = ledger.instruments.get(said.instrument)
    return instrument is not None and said.venue in instrument.markets
