"""Arming: limits become controls, and controls the route of an order through them."""

from typing import Any, Final, final

from interlock.controls import rules
from interlock.controls.catalogue import REQUIRED, make_control
from interlock.controls.control import Control, Finding
from interlock.decisions.proposal import Plan, Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import LimitTable
from interlock.messages.definitions import Limit
from interlock.messages.reasons import NONE, USER_CONTROL
from interlock.messages.terms import ALLOW, AMEND, HALT, REFUSE

# Whom the gate asks, in this order: the numbers stand in the verdict beside what each found.
TAKING_BACK: Final[tuple[int, ...]] = (-rules.AUTHORISED_SOURCE, -rules.PLANNED)
ORDERING: Final[tuple[int, ...]] = (
    -rules.AUTHORISED_SOURCE,
    -rules.PLANNED,
    -rules.ADMISSION,
    -rules.ACTIVE_RELEASE,
    -rules.DUPLICATE,
    -rules.EXPIRY,
)
RELEASING: Final[tuple[int, ...]] = (*ORDERING, -rules.HOLDING)
"""What is asked of a decision that people have approved."""
ACTING: Final[tuple[int, ...]] = (*ORDERING, -rules.HALTS)
LINE: Final[tuple[int, ...]] = (
    -rules.INSTRUMENT,
    -rules.ROUTE,
    -rules.PLANNED,
    -rules.PHASE,
    -rules.HALTS,
    -rules.REDUCING,
    -rules.LIMITS_PRESENT,
)
WHOLE: Final[tuple[int, ...]] = (
    -rules.INSTRUMENT,
    -rules.HALTS,
    -rules.REDUCING,
    -rules.LIMITS_PRESENT,
)
"""What is asked of a large order as a whole; its children are asked everything."""
TAKING_BACK_ALONE: Final[tuple[tuple[int, ...], ...]] = (TAKING_BACK,)
ACTING_ALONE: Final[tuple[tuple[int, ...], ...]] = (ACTING,)

# What a finding can hold; a number beyond is as good as this. Every codec carries 63 bits, and what
# needs no more than 62 is compiled to a comparison of machine words.
NUMBER_MAX: Final = 4_611_686_018_427_387_903


class UserControl:
    """A user's control with the gate's guard around it: what raises, or finds nothing that can be
    read, is a refusal and not a pass."""

    def __init__(self, control: Any) -> None:
        self.control: Any = control

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        finding.cannot_evaluate()
        before, replaces = proposal.numbers(), proposal.replaces
        instrument, position = proposal.instrument, proposal.position
        venue, market = proposal.venue, proposal.market
        try:
            self.control.judge(proposal, ledger, finding)
            # What is no whole number raises here, and True becomes 1: the same compiled or not.
            finding.severity |= 0
            finding.reason |= 0
            finding.observed |= 0
            finding.bound |= 0
        except Exception:
            finding.cannot_evaluate()
        if (
            proposal.numbers() != before
            or proposal.replaces is not replaces
            or proposal.instrument is not instrument
            or proposal.position is not position
            or proposal.venue is not venue
            or proposal.market is not market
        ):
            # What judges must not change what is judged.
            finding.cannot_evaluate()
        if not ALLOW <= finding.severity <= HALT:
            finding.cannot_evaluate()
        if finding.severity != ALLOW and not NONE < finding.reason <= NUMBER_MAX:
            finding.reason = USER_CONTROL


@final
class ArmedControl:
    """One limit with the control that judges by it, and what its breach leads to."""

    def __init__(
        self, number: int, limit: Limit, control: Control | None, user: UserControl | None
    ) -> None:
        self.number: Final[int] = number
        self.limit: Final = limit
        self.answer: Final[int] = limit.answer.severity
        self.control: Final = control
        self.user: Final = user


@final
class Route:
    """The controls for one source, instrument and venue, and how many required ones it lacks."""

    def __init__(self, armed: list[ArmedControl], missing: int) -> None:
        self.armed: Final = armed
        self.missing: Final[int] = missing
        self.controls: Final[tuple[int, ...]] = (*LINE, *[control.number for control in armed])
        self.alone: Final[tuple[tuple[int, ...], ...]] = (ORDERING, self.controls)
        """What is asked of a decision that is this one line: the same object for every verdict."""
        self.is_cutting = False
        """Whether one of them cuts an order to what it allows."""
        for each in armed:
            if each.answer == AMEND:
                self.is_cutting = True


def arm(number: int, limit: Limit, user_controls: dict[str, Any]) -> ArmedControl:
    """This makes the control of a limit. One that cannot be made cannot be evaluated, and so
    refuses (law 4)."""
    control: Control | None = None
    user: UserControl | None = None
    try:
        control = make_control(limit, number)
        if control is None and limit.control in user_controls:
            user = UserControl(user_controls[limit.control](limit))
    except Exception:
        return ArmedControl(number, limit, None, None)
    return ArmedControl(number, limit, control, user)


def resolve(
    every: list[ArmedControl],
    limits: LimitTable,
    plan: Plan,
    proposal: Proposal,
    venue: str,
    phase: int,
) -> Route:
    """These are the controls that apply to a line, in the order in which they were armed. Cost: one
    step for each that covers it, however many there are elsewhere."""
    account = plan.account.name if plan.account is not None else ""
    currency = proposal.instrument.currency if proposal.instrument is not None else ""
    armed: list[ArmedControl] = []
    covering = limits.covering(account, plan.source_name, proposal.symbol, venue, plan.release)
    for number in covering:
        candidate = every[number]
        limit = candidate.limit
        if limit.currency not in ("", currency):
            continue
        if len(limit.phases) > 0 and phase not in limit.phases:
            continue
        armed.append(candidate)
    missing = 0
    for name in REQUIRED:
        has = False
        for candidate in armed:
            # One that only warns, waits or cuts is no limit.
            if candidate.limit.control == name and candidate.answer >= REFUSE:
                has = True
        if not has:
            missing += 1
    return Route(armed, missing)
