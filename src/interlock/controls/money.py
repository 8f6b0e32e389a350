"""Money of a scope: what the firm, an account or a source has at risk or free, in one currency or
in all of them converted into one.

Converting rounds against whoever asks: what is at risk up, what is free down. A rate that is
missing or stale makes the sum unknown, and whoever needs it refuses, naming that.
"""

from typing import Final, final

from interlock.controls.control import Finding
from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.ledger.positions import CashRecord
from interlock.messages.reasons import (
    CANNOT_BE_EVALUATED,
    MARK_MISSING,
    NONE,
    RATE_MISSING,
    RATE_STALE,
)
from interlock.messages.units import Minor

INTO: Final = "into"
"""The parameter that names the currency to convert into."""


@final
class MoneyOf:
    """The money of one scope. After a question `missing` says why there is no answer, if so."""

    def __init__(self, scope: str, into: str) -> None:
        self.scope: Final = scope
        self.into: Final = into
        kind, _, name = scope.partition(":")
        self.is_firm: Final[bool] = kind == FIRM
        self.is_source: Final[bool] = kind == "source"
        self.name: Final[str] = name
        self.missing = NONE

    def say_missing(self, finding: Finding) -> None:
        """This refuses, and says what is missing."""
        if self.missing == CANNOT_BE_EVALUATED:
            finding.cannot_evaluate()
        else:
            finding.lacks(self.missing)

    def gross(self, proposal: Proposal, ledger: Ledger, more: Minor) -> Minor:
        """Gross exposure with `more` of it in the order's own currency."""
        instrument = proposal.instrument
        assert instrument is not None, f"line {proposal.line} has no instrument"
        self.missing = NONE
        own = instrument.currency
        if self.into == "":
            cash = self.cash(proposal, ledger, own)
            gross = cash.gross_value() if cash is not None else 0
            if gross < 0:
                named = ledger.has_summed_scopes
                self.missing = MARK_MISSING if named else CANNOT_BE_EVALUATED
                return 0
            return gross + more
        total = 0
        elsewhere = proposal.before.elsewhere if proposal.before is not None else None
        is_own_seen = False
        for currency, cash in self._all(proposal, ledger).items():
            gross = cash.gross_value()
            if gross < 0:
                self.missing = MARK_MISSING
                return 0
            if currency == own:
                is_own_seen = True
                gross += more
            elif elsewhere is not None:
                gross += elsewhere.get(currency, 0)
            total += self._converted(ledger, currency, gross, True)
        if not is_own_seen:
            total += self._converted(ledger, own, more, True)
        return total

    def free(self, proposal: Proposal, ledger: Ledger, spent: Minor) -> Minor:
        """Free cash with `spent` less of it in the order's own currency."""
        instrument = proposal.instrument
        assert instrument is not None, f"line {proposal.line} has no instrument"
        self.missing = NONE
        own = instrument.currency
        if self.into == "":
            held = self.cash(proposal, ledger, own)
            return held.free() - spent if held is not None else -spent
        total = 0
        is_own_seen = False
        for currency, cash in self._all(proposal, ledger).items():
            free = cash.free()
            if currency == own:
                is_own_seen = True
                free -= spent
            total += self._converted(ledger, currency, free, False)
        if not is_own_seen:
            total += self._converted(ledger, own, -spent, False)
        return total

    def cash(self, proposal: Proposal, ledger: Ledger, currency: str) -> CashRecord | None:
        """What its scope has in a currency; None where it has none."""
        if self.is_firm and ledger.has_summed_scopes:
            return ledger.currencies.get(currency)
        if self.is_source and ledger.has_summed_scopes:
            source = ledger.sources.get(self.name)
            return source.own.cash.get(currency) if source is not None else None
        position = proposal.position
        return position.cash if position is not None else None

    def _all(self, proposal: Proposal, ledger: Ledger) -> dict[str, CashRecord]:
        if self.is_firm:
            return ledger.currencies
        if self.is_source:
            source = ledger.sources.get(self.name)
            if source is not None:
                return source.own.cash
        elif proposal.position is not None:
            return proposal.position.account.cash
        self.missing = CANNOT_BE_EVALUATED
        return {}

    def _converted(self, ledger: Ledger, currency: str, amount: Minor, is_up: bool) -> Minor:
        if currency == self.into or amount == 0:
            return amount
        rate = ledger.rates.find(currency, self.into)
        if rate is None:
            self.missing = RATE_MISSING
            return 0
        if rate.is_stale(ledger.time_ns):
            self.missing = RATE_STALE
            return 0
        return rate.more(amount) if is_up else rate.less(amount)
