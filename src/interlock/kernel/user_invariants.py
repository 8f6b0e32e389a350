"""User invariants: what a user says must be true after every step, with a guard around it.

One is a class offered as an entry point of the group `interlock.invariants`. What it returns are
breaches; what raises, or returns anything else, is a breach as well: never a crash, never silence.
It must be a pure function of the ledger, or replay will not be equal.
"""

from typing import Any, Final, final

from interlock.kernel.stopping import scope_exists
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import FIRM
from interlock.ledger.orders import OrderRecord

ALERT: Final = 1
REDUCE_ONLY: Final = 2
HALT: Final = 3
RESPONSES: Final = {ALERT: "alert", REDUCE_ONLY: "reduce_only", HALT: "halt"}

# Of one check no more breaches are heeded: the first of them stop what must stop.
BREACHES_PER_CHECK_MAX: Final = 64
TEXT_LENGTH_MAX: Final = 1_000


def offered_name(name: str) -> str:
    """How an invariant is called among what a user offers, and among those who trip halts."""
    return f"invariant:{name}"


@final
class Breach:
    """One invariant found broken: where it stops things, and the numbers."""

    def __init__(self, name: str, scope: str, text: str) -> None:
        self.name: Final = name
        self.scope: Final = scope
        self.text: Final = text


@final
class UserInvariant:
    """One invariant of the user, made anew for each kernel."""

    def __init__(self, name: str, kind: Any) -> None:
        mistake = mistake_of(kind)
        assert mistake == "", f"invariant {name}: {mistake}"
        self.name: Final = name
        self.owner: str = kind.owner
        self.scope: str = getattr(kind, "scope", FIRM)
        self.every: int = getattr(kind, "every", 1)
        self.response: int = _response_of(kind.response)
        self.looks_at_orders: bool = hasattr(kind, "check_order")
        self.looks_at_ledger: bool = hasattr(kind, "check")
        self._kind: Any = kind
        self._made: Any = None

    def check(self, ledger: Ledger, breaches: list[Breach]) -> None:
        """This asks about the whole ledger, where it is due."""
        if self.looks_at_ledger and ledger.sequence % self.every == 0:
            try:
                self._heed(ledger, self._instance().check(ledger), breaches)
            except Exception as error:
                self._fail(ledger, error, breaches)

    def check_order(self, ledger: Ledger, order: OrderRecord, breaches: list[Breach]) -> None:
        """This asks about one order that the step touched."""
        if self.looks_at_orders:
            try:
                self._heed(ledger, self._instance().check_order(ledger, order), breaches)
            except Exception as error:
                self._fail(ledger, error, breaches)

    def _instance(self) -> Any:
        if self._made is None:
            self._made = self._kind()
        return self._made

    def _heed(self, ledger: Ledger, found: Any, breaches: list[Breach]) -> None:
        """What is no list of scopes and texts raises here, and so is a breach."""
        if not isinstance(found, (list, tuple)):
            raise TypeError(type(found).__name__)
        for each in found[:BREACHES_PER_CHECK_MAX]:
            scope, text = each
            if not isinstance(scope, str) or not isinstance(text, str):
                raise TypeError(type(scope).__name__)
            known = scope if scope_exists(ledger, scope) else self._own_scope(ledger)
            breaches.append(Breach(self.name, known, text[:TEXT_LENGTH_MAX]))

    def _fail(self, ledger: Ledger, error: Exception, breaches: list[Breach]) -> None:
        # The kind of the error alone: its text may hold an address, which no replay gives again.
        text = f"could not be checked: {type(error).__name__}"
        breaches.append(Breach(self.name, self._own_scope(ledger), text))

    def _own_scope(self, ledger: Ledger) -> str:
        return self.scope if scope_exists(ledger, self.scope) else FIRM


def _response_of(word: str) -> int:
    for response, known in RESPONSES.items():
        if known == word:
            return response
    return HALT


def mistake_of(kind: Any) -> str:
    """What keeps a class from being an invariant; empty when nothing does."""
    owner = getattr(kind, "owner", None)
    if not isinstance(owner, str) or owner == "":
        return f"owner was {owner!r}, must be who answers for it"
    response = getattr(kind, "response", None)
    if response not in RESPONSES.values():
        return f"response was {response!r}, must be one of {', '.join(RESPONSES.values())}"
    scope = getattr(kind, "scope", FIRM)
    if not isinstance(scope, str):
        return f"scope was {scope!r}, must be text such as firm or account:main"
    every = getattr(kind, "every", 1)
    if not isinstance(every, int) or isinstance(every, bool) or every < 1:
        return f"every was {every!r}, must be a number of commands from 1"
    if not hasattr(kind, "check") and not hasattr(kind, "check_order"):
        return "has neither check(ledger) nor check_order(ledger, order)"
    return ""
