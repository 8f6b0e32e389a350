"""The shape of a control: it looks at one proposal and says what it observed and what it allows.

A control is an ordinary class with parameters, a scope, an owner and a reason. It never blocks by
silence: it fills in the finding, and what it cannot evaluate it refuses.
"""

from abc import ABC, abstractmethod
from typing import Final, final

from mypy_extensions import mypyc_attr

from interlock.decisions.proposal import Proposal
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Answer, Limit
from interlock.messages.reasons import CANNOT_BE_EVALUATED, NONE, USER_CONTROL
from interlock.messages.terms import ALLOW, AMEND, HALT, HOLD, REFUSE, WARN
from interlock.messages.units import Lots


@final
class Finding:
    """One control's result. It is used again for every control: the gate copies the numbers out."""

    def __init__(self) -> None:
        self.severity = ALLOW
        self.reason = NONE
        self.observed = 0
        self.bound = 0

    def allow(self, observed: int, bound: int) -> None:
        """This passes."""
        self.severity = ALLOW
        self.reason = NONE
        self.observed = observed
        self.bound = bound

    def refuse(self, reason: int, observed: int, bound: int) -> None:
        """This stops the decision."""
        self.severity = REFUSE
        self.reason = reason
        self.observed = observed
        self.bound = bound

    def refuse_above(self, reason: int, observed: int, bound: int) -> None:
        """This stops the decision when what was observed is above its bound."""
        if observed > bound:
            self.refuse(reason, observed, bound)
        else:
            self.allow(observed, bound)

    def warn(self, reason: int, observed: int, bound: int) -> None:
        """This passes, and is worth a look."""
        self.severity = WARN
        self.reason = reason
        self.observed = observed
        self.bound = bound

    def halt_above(self, reason: int, observed: int, bound: int) -> None:
        """This stops the decision, and the limit's scope until a person lets it trade again, when
        what was observed is above its bound."""
        if observed > bound:
            self.refuse(reason, observed, bound)
            self.severity = HALT
        else:
            self.allow(observed, bound)

    def cannot_evaluate(self) -> None:
        """What cannot be evaluated is refused (law 4)."""
        self.refuse(CANNOT_BE_EVALUATED, 0, 0)

    def lacks(self, reason: int) -> None:
        """The same, naming what is missing."""
        self.refuse(reason, 0, 0)


@mypyc_attr(allow_interpreted_subclasses=True)
class Control(ABC):
    """One armed limit. Subclass it to add a control; `judge` must be a pure function of its
    arguments and the limit: no clock, chance, I/O or float, or replay will not be equal."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit

    @abstractmethod
    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        """This says in `finding` whether the proposal may pass."""

    def largest(self, proposal: Proposal, ledger: Ledger) -> Lots:
        """The most lots of this proposal that would pass, which a limit that amends cuts it to;
        below 1 when no smaller one would."""
        return 0

    def whole(self, parameter: str) -> int:
        """This is a parameter that is a whole number. Raises `KeyError` when the limit lacks it."""
        value = self.limit.parameters[parameter]
        assert isinstance(value, int), (
            f"{self.limit.control}.{parameter} is {value!r}, not a number"
        )
        return value

    def word(self, parameter: str) -> str:
        """This is a parameter that is one word; empty when the limit lacks it."""
        value = self.limit.parameters.get(parameter, ())
        assert isinstance(value, tuple), f"{self.limit.control}.{parameter} is {value!r}, no word"
        return value[0] if len(value) > 0 else ""


# Units of parameters; the session file is read, and findings are written, by them.
COUNT: Final = "count"
BPS: Final = "bps"
MILLISECONDS: Final = "ms"
QUANTITY: Final = "quantity"
MONEY: Final = "money"
SYMBOLS: Final = "symbols"
TICKS: Final = "ticks"
CURRENCY: Final = "currency"
WORD: Final = "word"

EVERYWHERE: Final = ("firm", "account", "source", "instrument", "venue")
"""The scopes of a control that looks at orders alone."""


# What a greater value of a parameter does. A change that loosens a limit, and any change of what
# says neither, needs a second person.
LOOSENS: Final = 1
TIGHTENS: Final = -1
NEITHER: Final = 0

# What a breach may lead to, by the names that a session file uses. A soft block is a hold that any
# one person confirms.
REDUCE_ONLY: Final = "reduce_only"
HARD_ANSWERS: Final = ("refuse", "halt", REDUCE_ONLY)
SOFT_ANSWERS: Final = ("warn", "soft", "hold", *HARD_ANSWERS)
ANSWERS: Final = {WARN: "warn", AMEND: "amend", REFUSE: "refuse", HALT: "halt"}
SIZE_ANSWERS: Final = ("warn", "amend", "soft", "hold", *HARD_ANSWERS)


def answer_name(answer: Answer) -> str:
    """This is what a breach leads to, as a session file says it; empty when it cannot be said."""
    if answer.severity == HOLD:
        return "soft" if answer.approvers == 0 else "hold"
    if answer.severity == HALT and answer.reduce_only:
        return REDUCE_ONLY
    return ANSWERS.get(answer.severity, "")


class Parameter:
    """One parameter of a control: its unit, the values that make sense, and what it means."""

    def __init__(
        self,
        name: str,
        unit: str,
        meaning: str,
        low: int = 0,
        high: int = 10**18,
        default: int = -1,
        greater: int = NEITHER,
        words: tuple[str, ...] = (),
    ) -> None:
        self.name: Final = name
        self.unit: Final = unit
        self.meaning: Final = meaning
        self.low: Final[int] = low
        self.high: Final[int] = high
        self.default: Final[int] = default
        """Used when the session file leaves it out; -1 means that it may not."""
        self.greater: Final[int] = greater
        """What a greater value does: LOOSENS, TIGHTENS or NEITHER; of symbols, a longer list."""
        self.words: Final = words
        """What a word may be."""


DAY_START: Final = Parameter(
    "day_start_ms", MILLISECONDS, "when a day begins, after midnight", 0, 86_399_999, 0
)


class ControlKind:
    """One row of the catalogue: what a control stops, where it may be set, by what parameters."""

    def __init__(
        self,
        name: str,
        row: str,
        stops: str,
        source: str,
        scopes: tuple[str, ...],
        parameters: tuple[Parameter, ...],
        observes: str,
        is_required: bool = False,
        answers: tuple[str, ...] = HARD_ANSWERS,
        *,
        reason: int = USER_CONTROL,
        drill: str = "",
        also: tuple[str, ...] = (),
        phased: bool = False,
    ) -> None:
        self.name: Final = name
        self.row: Final = row
        """Its row in the catalogue of controls, C01 to C40."""
        self.stops: Final = stops
        self.source: Final = source
        self.scopes: Final = scopes
        self.parameters: Final = parameters
        self.observes: Final = observes
        """The unit of observed and bound in its findings."""
        self.is_required: Final[bool] = is_required
        """An instrument without it cannot be traded."""
        self.answers: Final = answers
        """What a breach of it may lead to; the session file chooses, and refusing is the default.
        """
        self.reason: Final[int] = reason
        """What its refusals say, where nothing was missing."""
        self.drill: Final = drill
        """The famous failures that it answers, D1 to D16."""
        self.also: Final = also
        """Further rows that it answers."""
        self.phased: Final[bool] = phased
        """Whether a limit may be for some phases of the trading day alone."""
