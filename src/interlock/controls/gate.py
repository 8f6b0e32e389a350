"""The gate: every rule and every control that applies is run, and every finding is kept (law 5).

The verdict is the most severe finding; among equally severe ones the reason that stands first in
the catalogue of reasons is given.
"""

from typing import Any, Final, final

from interlock.controls import rules
from interlock.controls.catalogue import REQUIRED, make_control
from interlock.controls.control import Control, Finding
from interlock.decisions.proposal import Plan, Proposal
from interlock.ledger.ledger import Ledger
from interlock.ledger.limits import covers
from interlock.messages.definitions import Limit
from interlock.messages.reasons import LIMIT_MISSING, NONE, USER_CONTROL
from interlock.messages.terms import ALLOW, HALT

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
_TAKING_BACK_ALONE: Final[tuple[tuple[int, ...], ...]] = (TAKING_BACK,)
_ACTING_ALONE: Final[tuple[tuple[int, ...], ...]] = (ACTING,)

# What a finding can hold; a number beyond is as good as this. Every codec carries 63 bits, and what
# needs no more than 62 is compiled to a comparison of machine words.
_NUMBER_MAX: Final = 4_611_686_018_427_387_903

# Routes are resolved when limits change, and again when there are more of them than this.
ROUTES_MAX: Final = 10_000


class UserControl:
    """A user's control with the gate's guard around it: what raises, or finds nothing that can be
    read, is a refusal and not a pass."""

    def __init__(self, control: Any) -> None:
        self.control: Any = control

    def judge(self, proposal: Proposal, ledger: Ledger, finding: Finding) -> None:
        finding.cannot_evaluate()
        try:
            self.control.judge(proposal, ledger, finding)
            # What is no whole number raises here, and True becomes 1: the same compiled or not.
            finding.severity |= 0
            finding.reason |= 0
            finding.observed |= 0
            finding.bound |= 0
        except Exception:
            finding.cannot_evaluate()
        if not ALLOW <= finding.severity <= HALT:
            finding.cannot_evaluate()
        if finding.severity != ALLOW and not NONE < finding.reason <= _NUMBER_MAX:
            finding.reason = USER_CONTROL


def _bounded(number: int) -> int:
    if number > _NUMBER_MAX:
        return _NUMBER_MAX
    return number if number >= -_NUMBER_MAX else -_NUMBER_MAX


@final
class ArmedControl:
    """One limit with the control that judges by it."""

    def __init__(
        self, number: int, limit: Limit, control: Control | None, user: UserControl | None
    ) -> None:
        self.number: Final[int] = number
        self.limit: Final = limit
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


@final
class Gate:
    """Judges plans. What it holds beside the ledger is derived from the ledger's limits."""

    def __init__(self, ledger: Ledger, user_controls: dict[str, Any]) -> None:
        self.ledger: Final = ledger
        self.user_controls: Final = user_controls
        self.controls: tuple[tuple[int, ...], ...] = ()
        """Who was asked about the last plan: on the whole, then on each line."""
        # Used again for every judgement: only the first `_noted` numbers are of the last one.
        self._figures: Final[list[int]] = []
        self._noted = 0
        self._objections: Final[list[int]] = []
        self.severity = ALLOW
        self.reason = NONE
        self.is_authorised = False
        """Whether the source of the last judged plan may ask for what it asks at all."""
        self._finding: Final = Finding()
        self._armed: list[ArmedControl] = []
        self._routes: dict[tuple[str, str, str], Route] = {}
        self._version = -1

    def judge(self, plan: Plan) -> None:
        """This judges a whole plan; severity, reason and findings are left on the gate."""
        self._begin()
        ledger, finding = self.ledger, self._finding
        rules.authorised_source(plan, ledger, finding)
        self.is_authorised = finding.severity == ALLOW
        self._note()
        if plan.problem != NONE:
            finding.refuse(plan.problem, 0, 0)
        else:
            finding.allow(len(plan.proposals), len(plan.proposals))
        self._note()
        is_acting = plan.action_name != ""
        if not plan.is_ordering and not is_acting:
            # Taking back is never stopped by what stops new risk (law 6).
            self.controls = _TAKING_BACK_ALONE
            return
        rules.admission(plan, ledger, finding)
        self._note()
        rules.active_release(plan, ledger, finding)
        self._note()
        rules.duplicate_decision(plan, ledger, finding)
        self._note()
        rules.expired_decision(plan, ledger, finding)
        self._note()
        if is_acting:
            rules.halts(plan, None, ledger, finding)
            self._note()
            self.controls = _ACTING_ALONE
            return
        asked = [ORDERING]
        for proposal in plan.proposals:
            route = self._judge_line(plan, proposal)
            self.controls = route.alone
            asked.append(route.controls)
        if len(asked) != 2:
            self.controls = tuple(asked)

    def refuse(self, rule: int, reason: int, observed: int, bound: int) -> None:
        """This is the verdict on a decision that is refused before it is planned."""
        self._begin()
        self._finding.refuse(reason, observed, bound)
        self._note()
        self.controls = ((-rule,),)

    def _begin(self) -> None:
        self._noted = 0
        self.severity = ALLOW
        self.reason = NONE
        self.is_authorised = False
        if len(self._objections) > 0:
            self._objections.clear()

    def figures(self) -> tuple[int, ...]:
        """Observed and bound of every finding of the last judgement."""
        figures = self._figures
        if len(figures) > self._noted:
            del figures[self._noted :]
        return tuple(figures)

    def objections(self) -> tuple[int, ...]:
        """Place, severity and reason of every finding that did not allow it."""
        return tuple(self._objections) if len(self._objections) > 0 else ()

    def _judge_line(self, plan: Plan, proposal: Proposal) -> Route:
        ledger, finding = self.ledger, self._finding
        rules.instrument(plan, proposal, finding)
        self._note()
        rules.route(proposal, finding)
        self._note()
        if proposal.problem != NONE:
            finding.refuse(proposal.problem, 0, 0)
        else:
            finding.allow(proposal.quantity, proposal.quantity)
        self._note()
        rules.session_phase(proposal, ledger, finding)
        self._note()
        rules.halts(plan, proposal, ledger, finding)
        self._note()
        rules.reduce_only(proposal, finding)
        self._note()
        route = self._route(plan, proposal)
        if route.missing > 0:
            finding.refuse(LIMIT_MISSING, len(REQUIRED) - route.missing, len(REQUIRED))
        else:
            finding.allow(len(REQUIRED), len(REQUIRED))
        self._note()
        for armed in route.armed:
            if armed.control is not None:
                armed.control.judge(proposal, ledger, finding)
            elif armed.user is not None:
                armed.user.judge(proposal, ledger, finding)
            else:
                finding.cannot_evaluate()
            self._note()
        return route

    def _note(self) -> None:
        """This keeps what was just found."""
        finding, place = self._finding, self._noted
        observed, bound = finding.observed, finding.bound
        if observed > _NUMBER_MAX or observed < -_NUMBER_MAX:
            observed = _bounded(observed)
        if bound > _NUMBER_MAX or bound < -_NUMBER_MAX:
            bound = _bounded(bound)
        figures = self._figures
        if place == len(figures):
            figures.append(0)
            figures.append(0)
        # Most numbers are those of the judgement before. What is the same stays where it is: to
        # compare costs less than to make an integer, and to free it after its batch.
        if figures[place] != observed:
            figures[place] = observed
        if figures[place + 1] != bound:
            figures[place + 1] = bound
        self._noted = place + 2
        if finding.severity != ALLOW:
            self._object(place // 2, finding.severity, finding.reason)

    def _object(self, place: int, severity: int, reason: int) -> None:
        self._objections.append(place)
        self._objections.append(severity)
        self._objections.append(reason)
        if severity > self.severity:
            self.severity = severity
            self.reason = reason
        elif severity == self.severity and NONE < reason < self.reason:
            self.reason = reason

    def _route(self, plan: Plan, proposal: Proposal) -> Route:
        if self._version != self.ledger.limits.version or len(self._routes) > ROUTES_MAX:
            self._arm()
        venue = proposal.venue.name if proposal.venue is not None else ""
        key = (plan.source_name, proposal.symbol, venue)
        route = self._routes.get(key)
        if route is None:
            route = self._resolve(plan, proposal, venue)
            self._routes[key] = route
        return route

    def _arm(self) -> None:
        """This makes the controls of all limits. Cost: once per change of a limit."""
        self._armed = []
        for number in range(len(self.ledger.limits.limits)):
            limit = self.ledger.limits.limits[number]
            self._armed.append(self._make(number, limit))
        self._routes = {}
        self._version = self.ledger.limits.version

    def _make(self, number: int, limit: Limit) -> ArmedControl:
        """This makes the control of a limit. One that cannot be made cannot be evaluated, and so
        refuses (law 4)."""
        control: Control | None = None
        user: UserControl | None = None
        try:
            control = make_control(limit, number)
            if control is None and limit.control in self.user_controls:
                user = UserControl(self.user_controls[limit.control](limit))
        except Exception:
            return ArmedControl(number, limit, None, None)
        return ArmedControl(number, limit, control, user)

    def _resolve(self, plan: Plan, proposal: Proposal, venue: str) -> Route:
        account = plan.account.name if plan.account is not None else ""
        currency = proposal.instrument.currency if proposal.instrument is not None else ""
        armed: list[ArmedControl] = []
        for candidate in self._armed:
            limit = candidate.limit
            if limit.instrument not in ("", proposal.symbol):
                continue
            if limit.currency not in ("", currency):
                continue
            if covers(limit.scope, account, plan.source_name, proposal.symbol, venue):
                armed.append(candidate)
        missing = 0
        for name in REQUIRED:
            has = False
            for candidate in armed:
                if candidate.limit.control == name:
                    has = True
            if not has:
                missing += 1
        return Route(armed, missing)
