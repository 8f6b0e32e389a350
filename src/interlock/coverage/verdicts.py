"""Verdicts: what each control said, out of the findings of one verdict."""

from typing import Final

from interlock.controls.rules import RULES
from interlock.ledger.ledger import Ledger
from interlock.messages import reasons
from interlock.messages.events import DecisionJudged
from interlock.messages.findings import findings_of
from interlock.messages.terms import SEVERITIES, name_of

CANNOT_BE_EVALUATED: Final = "cannot_be_evaluated"


def outcomes(ledger: Ledger, event: DecisionJudged) -> list[tuple[str, str]]:
    """This is every control of a verdict with its outcome: a severity, or that it could not be
    evaluated. The ledger is that of the moment of the verdict."""
    limits, said = ledger.limits.limits, []
    for found in findings_of(event):
        if found.limit < 0:
            rule = RULES.get(-found.limit)
            name = rule[0] if rule is not None else f"rule_{-found.limit}"
        else:
            is_known = found.limit < len(limits)
            name = limits[found.limit].control if is_known else f"limit_{found.limit}"
        outcome = name_of(SEVERITIES, found.severity)
        if found.reason == reasons.CANNOT_BE_EVALUATED:
            outcome = CANNOT_BE_EVALUATED
        said.append((name, outcome))
    return said
