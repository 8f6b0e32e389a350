"""Steering: evidence about execution moves what the rules of the session let it move.

Each rule moves by one bounded step, and only on evidence that is new, thick and to be believed; it
goes one way beyond one threshold and back beyond another, so that it does not swing between two.
"""

from typing import Final

from interlock.decisions.steering import ALL, market_subject, volume_subject
from interlock.kernel.recorder import Recorder
from interlock.kernel.stopping import cancel_working, is_person
from interlock.ledger.feedback import BY_BUDGET, neutral
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command
from interlock.messages.events import CommandRefused, HaltTripped
from interlock.messages.feedback import (
    BOUNDED,
    BUDGET,
    COVERAGE,
    IMPACT,
    SIZE,
    THROTTLE,
    VOLUME,
    WEIGHT,
    Budget,
    CostModelFitted,
    CoverageChanged,
    Evidence,
    FeedbackIgnored,
    FeedbackRules,
    FeedbackSet,
    FeedbackSteered,
    SetFeedback,
    SourceScored,
    VenueScored,
    VolumeCurveLearned,
)
from interlock.messages.reasons import NOT_A_PERSON
from interlock.messages.reasons_of_feedback import (
    EVIDENCE_IMPLAUSIBLE,
    EVIDENCE_STALE,
    EVIDENCE_THIN,
    FEEDBACK_FROZEN,
    FEEDBACK_OFF,
)
from interlock.messages.units import BPS_ONE, NS_PER_DAY

SWING_MAX: Final = 2
"""A volume or an impact is at most this many times what it was, or this part of it."""
THROTTLE_RELEASED_BPS: Final = 8_000
"""A throttle is released below this share of what it began at."""


def steer(ledger: Ledger, recorder: Recorder, command: Command) -> bool:
    """This takes a word about quality; False when the command is another."""
    if type(command) is VenueScored:
        _score_venue(ledger, recorder, command)
    elif type(command) is SourceScored:
        _score_source(ledger, recorder, command)
    elif type(command) is VolumeCurveLearned:
        _learn_volume(ledger, recorder, command)
    elif type(command) is CostModelFitted:
        _fit_model(ledger, recorder, command)
    elif type(command) is SetFeedback:
        if is_person(ledger, command.by):
            said = FeedbackSet(command.by, command.text, command.is_frozen, command.rules)
            recorder.conclude(said)
        else:
            text = f"{command.by} is a source that is no person, and a person steers feedback"
            recorder.conclude(CommandRefused(NOT_A_PERSON, text))
    else:
        return False
    return True


def _score_venue(ledger: Ledger, recorder: Recorder, scored: VenueScored) -> None:
    subject = market_subject(scored.instrument, scored.venue)
    instrument = ledger.instruments.get(scored.instrument)
    is_known = instrument is not None and scored.venue in instrument.markets
    low, high = scored.worse_low_ppm, scored.worse_high_ppm
    rules = ledger.feedback.rules
    if rules is None or rules.weight_step_bps > 0:
        case = _Case(WEIGHT, subject, scored.evidence, scored.worse_ppm, low, high, is_known)
        case.samples = min(scored.evidence.samples, scored.others)
        if rules is not None and case.may_move(ledger, recorder):
            _step(ledger, recorder, case, rules.weight_step_bps, rules.weight_min_bps,
                  rules.worse_ppm, rules.better_ppm)  # fmt: skip
        elif rules is None:
            case.ignore(recorder, FEEDBACK_OFF, 0, 0)
    if rules is not None and rules.bounded_above_ppm > 0:
        low, high = scored.impact_low_ppm, scored.impact_high_ppm
        case = _Case(BOUNDED, subject, scored.evidence, scored.impact_ppm, low, high, is_known)
        case.samples = scored.taken
        if case.may_move(ledger, recorder):
            before = ledger.feedback.value(BOUNDED, subject, ledger.time_ns)
            after = before
            if low > rules.bounded_above_ppm:
                after = 1
            elif high < rules.bounded_below_ppm:
                after = 0
            case.conclude(ledger, recorder, after)


def _score_source(ledger: Ledger, recorder: Recorder, scored: SourceScored) -> None:
    rules = ledger.feedback.rules
    subject = f"{scored.source} {scored.currency}"
    is_known = scored.source in ledger.sources
    low, high = scored.cost_low_ppm, scored.cost_high_ppm
    case = _Case(SIZE, subject, scored.evidence, scored.cost_ppm, low, high, is_known)
    if rules is None:
        case.ignore(recorder, FEEDBACK_OFF, 0, 0)
        return
    if rules.size_step_bps > 0 and case.may_move(ledger, recorder):
        _step(ledger, recorder, case, rules.size_step_bps, rules.size_min_bps,
              rules.costly_ppm, rules.cheap_ppm)  # fmt: skip
    for budget in rules.budgets:
        if budget.source == scored.source and budget.currency == scored.currency:
            _spend(ledger, recorder, scored, budget)
    _look_at_coverage(ledger, recorder, scored, rules)


def _step(
    ledger: Ledger,
    recorder: Recorder,
    case: "_Case",
    step_bps: int,
    least_bps: int,
    worse_ppm: int,
    better_ppm: int,
) -> None:
    """One step down where all of the interval is worse than it may be, one up where what was
    observed is good; between the two, what stands is confirmed."""
    before = ledger.feedback.value(case.rule, case.subject, ledger.time_ns)
    after = before
    if case.low > worse_ppm:
        after = max(before - step_bps, min(before, least_bps))
    elif case.observed < better_ppm:
        after = min(before + step_bps, BPS_ONE)
    case.conclude(ledger, recorder, after)


def _spend(ledger: Ledger, recorder: Recorder, scored: SourceScored, budget: Budget) -> None:
    """What executing a source's decisions cost is added up. What was spent counts also while the
    rules are frozen; then it stops and throttles nothing."""
    feedback, subject = ledger.feedback, f"{scored.source} {scored.currency}"
    found = feedback.find(BUDGET, subject)
    before = found.value if found is not None else 0
    counted = found.last if found is not None else 0
    evidence = scored.evidence
    case = _Case(BUDGET, subject, evidence, scored.new_cost, scored.new_cost, scored.new_cost, True)
    if scored.since < counted or evidence.last <= counted or evidence.last > ledger.sequence:
        case.ignore(recorder, EVIDENCE_STALE, scored.since, counted)
        return
    spent = before + scored.new_cost
    case.move(recorder, before, spent)
    if feedback.is_frozen:
        return
    most = 2 * budget.cost_max
    throttled = feedback.value(THROTTLE, subject, ledger.time_ns)
    begins = most * budget.throttle_bps // BPS_ONE
    case = _Case(THROTTLE, subject, evidence, spent, spent, spent, True)
    if spent >= begins and throttled == BPS_ONE:
        case.move(recorder, throttled, budget.throttled_bps)
    elif spent < begins * THROTTLE_RELEASED_BPS // BPS_ONE and throttled < BPS_ONE:
        case.move(recorder, throttled, BPS_ONE)
    scope = f"source:{scored.source}"
    halt = ledger.halts.get(scope)
    if spent >= most and (halt is None or BY_BUDGET not in halt.trippers):
        text = (
            f"its shortfall has come to {spent} of {most} half smallest units of"
            f" {scored.currency}: it may only reduce"
        )
        source = scored.source
        recorder.conclude(HaltTripped(scope, BY_BUDGET, True, text, True, source))
        cancel_working(ledger, recorder, scope)


def _look_at_coverage(
    ledger: Ledger, recorder: Recorder, scored: SourceScored, rules: FeedbackRules
) -> None:
    """An alarm stands while too few of a source's ended actions were measured."""
    bound, ended, measured = rules.coverage_min_bps, scored.ended, scored.measured
    if bound == 0 or ended < rules.samples_min:
        return
    if not 0 <= measured <= ended:
        ignored = FeedbackIgnored(COVERAGE, scored.source, EVIDENCE_IMPLAUSIBLE, measured, ended)
        recorder.conclude(ignored)
        return
    is_low = measured * BPS_ONE < bound * ended
    if is_low != (scored.source in ledger.feedback.poorly_covered):
        recorder.conclude(CoverageChanged(scored.source, is_low, measured, ended, bound))


def _learn_volume(ledger: Ledger, recorder: Recorder, learned: VolumeCurveLearned) -> None:
    rules = ledger.feedback.rules
    subject = volume_subject(learned.instrument, learned.bucket)
    lots = learned.lots
    is_known = learned.instrument in ledger.instruments and learned.days > 0
    is_known = is_known and learned.bucket >= 0 and lots >= 0
    case = _Case(VOLUME, subject, learned.evidence, 0, 0, 0, is_known)
    if rules is None or rules.participation_bps == 0:
        case.ignore(recorder, FEEDBACK_OFF, 0, 0)
        return
    case.is_known = (
        is_known
        and learned.bucket_ns == rules.bucket_ns
        and learned.bucket * learned.bucket_ns < NS_PER_DAY
    )
    if case.may_move(ledger, recorder):
        before = ledger.feedback.value(VOLUME, subject, ledger.time_ns)
        case.observe(lots)
        case.conclude(ledger, recorder, _bounded(before, lots))


def _fit_model(ledger: Ledger, recorder: Recorder, fitted: CostModelFitted) -> None:
    rules = ledger.feedback.rules
    root, error = fitted.root_ppm, fitted.error_ppm
    case = _Case(IMPACT, ALL, fitted.evidence, root, root - error, root + error, root > 0)
    if rules is None or rules.impact_max_ppm == 0:
        case.ignore(recorder, FEEDBACK_OFF, 0, 0)
    elif case.may_move(ledger, recorder):
        before = ledger.feedback.value(IMPACT, ALL, ledger.time_ns)
        case.conclude(ledger, recorder, _bounded(before, root))


def _bounded(before: int, after: int) -> int:
    """A new value at most `SWING_MAX` times the one before, or this part of it."""
    if before <= 0:
        return after
    return max(-(-before // SWING_MAX), min(after, before * SWING_MAX))


class _Case:
    """One rule with evidence about one subject."""

    def __init__(
        self,
        rule: int,
        subject: str,
        evidence: Evidence,
        observed: int,
        low: int,
        high: int,
        is_known: bool,
    ) -> None:
        self.rule: Final = rule
        self.subject: Final = subject
        self.evidence: Final = evidence
        self.samples: int = evidence.samples
        self.observed = observed
        self.low = low
        self.high = high
        self.is_known = is_known
        """Whether what it is about exists."""

    def observe(self, value: int) -> None:
        self.observed = self.low = self.high = value

    def may_move(self, ledger: Ledger, recorder: Recorder) -> bool:
        """Whether the evidence is new, thick and to be believed; if not, why is concluded."""
        feedback, evidence = ledger.feedback, self.evidence
        rules = feedback.rules
        assert rules is not None, f"rule {self.rule} is asked without rules"
        most = rules.plausible_ppm
        far = max(-self.low, self.high)
        found = feedback.find(self.rule, self.subject)
        counted = found.last if found is not None else 0
        age_ns = ledger.time_ns - evidence.to_ns
        if not 0 < evidence.first <= evidence.last <= ledger.sequence or age_ns < 0:
            self.ignore(recorder, EVIDENCE_IMPLAUSIBLE, evidence.last, ledger.sequence)
        elif self.samples < rules.samples_min:
            # Of few samples nobody knows an interval: that they are few is said first.
            self.ignore(recorder, EVIDENCE_THIN, self.samples, rules.samples_min)
        elif not self.is_known or not self.low <= self.observed <= self.high or far > most:
            self.ignore(recorder, EVIDENCE_IMPLAUSIBLE, far, most)
        elif evidence.last <= counted:
            self.ignore(recorder, EVIDENCE_STALE, evidence.last, counted)
        elif age_ns > rules.stale_ns:
            self.ignore(recorder, EVIDENCE_STALE, age_ns, rules.stale_ns)
        elif feedback.is_frozen:
            self.ignore(recorder, FEEDBACK_FROZEN, 0, 0)
        else:
            return True
        return False

    def conclude(self, ledger: Ledger, recorder: Recorder, after: int) -> None:
        """What moved, or stands where it would not stand without evidence, is concluded."""
        before = ledger.feedback.value(self.rule, self.subject, ledger.time_ns)
        if before != after or after != neutral(self.rule):
            self.move(recorder, before, after)

    def move(self, recorder: Recorder, before: int, after: int) -> None:
        recorder.conclude(
            FeedbackSteered(
                self.rule,
                self.subject,
                before,
                after,
                self.observed,
                self.low,
                self.high,
                self.evidence,
            )
        )

    def ignore(self, recorder: Recorder, reason: int, observed: int, bound: int) -> None:
        recorder.conclude(FeedbackIgnored(self.rule, self.subject, reason, observed, bound))
