"""The gate: every rule and every control that applies is run, and every finding is kept (law 5).

The verdict is the most severe finding; among equally severe ones the reason that stands first in
the catalogue of reasons is given.
"""

from typing import Any, Final, final

from interlock.controls import rules
from interlock.controls.arming import (
    ACTING_ALONE,
    NUMBER_MAX,
    ORDERING,
    RELEASING,
    TAKING_BACK_ALONE,
    WHOLE,
    ArmedControl,
    Route,
    arm,
    resolve,
)
from interlock.controls.catalogue import REQUIRED
from interlock.controls.control import Finding
from interlock.decisions.proposal import Plan, Proposal
from interlock.ledger.holds import HeldDecision
from interlock.ledger.ledger import Ledger
from interlock.messages.definitions import Limit
from interlock.messages.reasons import (
    HOLD_MOVED,
    HOLDS_FULL,
    LIMIT_MISSING,
    MISSING,
    NONE,
)
from interlock.messages.terms import ALLOW, AMEND, CLOSED, HALT, HOLD, REFUSE, WARN

# Routes are resolved when limits change, and again when there are more of them than this.
ROUTES_MAX: Final = 131_072


def _bounded(number: int) -> int:
    if number > NUMBER_MAX:
        return NUMBER_MAX
    return number if number >= -NUMBER_MAX else -NUMBER_MAX


@final
class Seen:
    """What stands in one place of the figures, as machine words."""

    def __init__(self) -> None:
        self.observed = 0
        self.bound = 0


@final
class Gate:
    """Judges plans. What it holds beside the ledger is derived from the ledger's limits."""

    def __init__(self, ledger: Ledger, user_controls: dict[str, Any]) -> None:
        self.ledger: Final = ledger
        self.user_controls: Final = user_controls
        self.controls: tuple[tuple[int, ...], ...] = ()
        """Who was asked about the last plan: on the whole, then on each line."""
        # Used again for every judgement: only the first `_noted` are of the last one.
        self._seen: Final[list[Seen]] = []
        self._figures: Final[list[int]] = []
        self._noted = 0
        self._objections: Final[list[int]] = []
        self.severity = ALLOW
        self.reason = NONE
        self.is_authorised = False
        """Whether the source of the last judged plan may ask for what it asks at all."""
        self.is_current = False
        """Whether its decision is neither repeated, nor expired, nor of a release that is out."""
        self.halting: Final[list[Limit]] = []
        """The limits whose breach halts their scope, in the last judged plan."""
        self.holding: Final[list[Limit]] = []
        """The limits that hold it."""
        self.waits: Final[list[int]] = []
        """Line, limit and bound of each finding that holds it."""
        self.waits_observed: Final[list[int]] = []
        """What each of them observed."""
        self._held: HeldDecision | None = None
        self._cut: Final[dict[int, tuple[int, int, int]]] = {}
        """What each limit that cuts found before it did: reason, observed, bound."""
        self._finding: Final = Finding()
        self._armed: Final[list[ArmedControl]] = []
        self._routes: dict[tuple[str, str, str, str, int], Route] = {}
        self._version = -1

    def judge(self, plan: Plan, held: HeldDecision | None = None) -> None:
        """This judges a whole plan; severity, reason and findings are left on the gate. One that
        was held is judged again with what people approved: no more than a warning now."""
        self._begin()
        self._held = held
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
            self.controls = TAKING_BACK_ALONE
            return
        rules.admission(plan, ledger, finding)
        self._note()
        before = self.severity
        rules.active_release(plan, ledger, finding)
        self._note()
        rules.duplicate_decision(plan, ledger, finding)
        self._note()
        rules.expired_decision(plan, ledger, finding)
        self._note()
        self.is_current = before < REFUSE and self.severity < REFUSE
        if is_acting:
            rules.halts(plan, None, ledger, finding)
            self._note()
            self.controls = ACTING_ALONE
            return
        if held is None and len(plan.proposals) == 1 and not plan.is_work:
            self.controls = self._judge_line(plan, plan.proposals[0]).alone
            return
        asked = [ORDERING]
        if held is not None:
            asked = [RELEASING]
            rules.envelope(plan, held, ledger, finding)
            self._note()
        for proposal in plan.proposals:
            if plan.is_work:
                asked.append(self._judge_whole(plan, proposal))
            else:
                asked.append(self._judge_line(plan, proposal).controls)
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
        self.is_current = False
        if len(self._objections) > 0:
            self._objections.clear()
            self.halting.clear()
            self.holding.clear()
            self.waits.clear()
            self.waits_observed.clear()

    def noted(self) -> int:
        """How many findings the last judgement has."""
        return self._noted

    def figures(self) -> tuple[int, ...]:
        """Observed and bound of every finding of the last judgement."""
        figures = self._figures
        if len(self._seen) > self._noted:
            del self._seen[self._noted :]
            del figures[2 * self._noted :]
        return tuple(figures)

    def objections(self) -> tuple[int, ...]:
        """Place, severity and reason of every finding that did not allow it."""
        return tuple(self._objections) if len(self._objections) > 0 else ()

    def is_refused_for(self, reason: int) -> bool:
        """This says whether the last plan was stopped for this reason and for no other."""
        objections = self._objections
        for place in range(0, len(objections), 3):
            if objections[place + 1] >= HOLD and objections[place + 2] != reason:
                return False
        return self.severity >= HOLD

    def _judge_line(self, plan: Plan, proposal: Proposal) -> Route:
        ledger, finding = self.ledger, self._finding
        route = self._route(plan, proposal)
        is_cut = route.is_cutting or plan.may_be_cut
        if is_cut:
            self._cut_line(plan, proposal, route)
        rules.instrument(plan, proposal, finding)
        self._note()
        rules.route(proposal, ledger, finding)
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
            if finding.severity >= HOLD:
                self._answer(armed, proposal)
            elif is_cut and armed.number in self._cut:
                finding.reason, finding.observed, finding.bound = self._cut[armed.number]
                finding.severity = AMEND
            self._note()
        return route

    def _judge_whole(self, plan: Plan, whole: Proposal) -> tuple[int, ...]:
        """A large order as a whole: what does not depend on the moment, and each limit by which
        people must approve. To be worked in parts takes nothing out of their hands."""
        finding = self._finding
        route = self._route(plan, whole)
        rules.instrument(plan, whole, finding)
        self._note()
        rules.halts(plan, whole, self.ledger, finding)
        self._note()
        rules.reduce_only(whole, finding)
        self._note()
        if route.missing > 0:
            finding.refuse(LIMIT_MISSING, len(REQUIRED) - route.missing, len(REQUIRED))
        else:
            finding.allow(len(REQUIRED), len(REQUIRED))
        self._note()
        asked = [*WHOLE]
        for armed in route.armed:
            if armed.answer != HOLD:
                continue
            asked.append(armed.number)
            if armed.control is not None:
                armed.control.judge(whole, self.ledger, finding)
            elif armed.user is not None:
                armed.user.judge(whole, self.ledger, finding)
            else:
                finding.cannot_evaluate()
            if finding.severity >= HOLD:
                self._answer(armed, whole)
            self._note()
        return tuple(asked)

    def _cut_line(self, plan: Plan, proposal: Proposal, route: Route) -> None:
        """This cuts an order to what the limits that amend allow of it. They are asked before any
        other control looks, and the smallest answer holds, so that their order does not matter.
        Orders that stand together are not cut: what was asked for is all of them."""
        self._cut.clear()
        if proposal.replaces is not None or proposal.problem != NONE:
            return
        if len(plan.proposals) > 1 and not plan.may_be_cut:
            return
        finding, smallest = self._finding, proposal.quantity
        for armed in route.armed:
            control = armed.control
            if control is None or (armed.answer != AMEND and not plan.may_be_cut):
                continue
            control.judge(proposal, self.ledger, finding)
            if finding.severity != REFUSE or finding.reason in MISSING:
                continue
            largest = control.largest(proposal, self.ledger)
            if 0 < largest < proposal.quantity:
                self._cut[armed.number] = (finding.reason, finding.observed, finding.bound)
                smallest = largest if largest < smallest else smallest
        if smallest < proposal.quantity:
            proposal.cut_to(smallest)

    def _answer(self, armed: ArmedControl, proposal: Proposal) -> None:
        """This makes of a breach what its limit says. What cannot be evaluated stays a refusal, and
        a control of the user's own may only hold where its limit says how."""
        finding, answer = self._finding, armed.answer
        if finding.severity == HALT and answer == REFUSE:
            answer = HALT
        if finding.reason in MISSING or answer in (REFUSE, AMEND):
            finding.severity = REFUSE
            return
        if answer == HOLD and self._held is not None:
            if self._held.approves(proposal.line, armed.number, finding.bound, finding.observed):
                finding.severity = WARN
            else:
                # People were not asked about this.
                finding.refuse(HOLD_MOVED, finding.observed, finding.bound)
            return
        if answer == HOLD and rules.is_reducing(proposal):
            # Taking risk away waits for nobody (law 6).
            answer = WARN
        if answer == HOLD and len(self.ledger.holds.held) >= self.ledger.bounds.held_max:
            finding.refuse(HOLDS_FULL, finding.observed, finding.bound)
            return
        finding.severity = answer
        if answer == HALT:
            self.halting.append(armed.limit)
        elif answer == HOLD:
            self.holding.append(armed.limit)
            self.waits.append(proposal.line)
            self.waits.append(armed.number)
            self.waits.append(finding.bound)
            self.waits_observed.append(finding.observed)

    def _note(self) -> None:
        """This keeps what was just found."""
        finding, place = self._finding, self._noted
        self._noted = place + 1
        if place == len(self._seen):
            self._seen.append(Seen())
            self._figures.append(0)
            self._figures.append(0)
        # Most numbers are those of the judgement before. What is the same stays where it is: to
        # compare costs less than to make an integer, and to free it after its batch.
        seen = self._seen[place]
        if seen.observed != finding.observed:
            seen.observed = _bounded(finding.observed)
            self._figures[2 * place] = seen.observed
        if seen.bound != finding.bound:
            seen.bound = _bounded(finding.bound)
            self._figures[2 * place + 1] = seen.bound
        if finding.severity != ALLOW:
            self._object(place, finding.severity, finding.reason)

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
        if self._version != self.ledger.limits.version:
            self._arm()
        elif len(self._routes) > ROUTES_MAX:
            self._routes = {}
        venue = proposal.venue.name if proposal.venue is not None else ""
        instrument = proposal.instrument
        phase = instrument.phase_at(self.ledger.time_ns) if instrument is not None else CLOSED
        key = (plan.source_name, proposal.symbol, venue, plan.release, phase)
        route = self._routes.get(key)
        if route is None:
            route = resolve(self._armed, self.ledger.limits, plan, proposal, venue, phase)
            self._routes[key] = route
        return route

    def _arm(self) -> None:
        """This makes the controls of limits that are new or changed. Cost: a comparison for each
        of the others, once per change."""
        limits, armed = self.ledger.limits.limits, self._armed
        for number in range(len(limits)):
            limit = limits[number]
            if number >= len(armed):
                armed.append(arm(number, limit, self.user_controls))
            elif armed[number].limit is not limit:
                armed[number] = arm(number, limit, self.user_controls)
        self._routes = {}
        self._version = self.ledger.limits.version
