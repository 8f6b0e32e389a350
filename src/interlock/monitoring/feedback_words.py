"""Feedback in words: what was found, what it stands on, and what it moved."""

from interlock.ledger.feedback import SteeredRecord
from interlock.ledger.ledger import Ledger
from interlock.messages.commands import Command
from interlock.messages.events import Event
from interlock.messages.feedback import (
    BOUNDED,
    BUDGET,
    IMPACT,
    SIZE,
    STEERED,
    THROTTLE,
    VOLUME,
    WEIGHT,
    CostModelFitted,
    CoverageChanged,
    Evidence,
    FeedbackIgnored,
    FeedbackSet,
    FeedbackSteered,
    SetFeedback,
    SourceScored,
    VenueScored,
    VolumeCurveLearned,
)
from interlock.messages.reasons import reason_name
from interlock.messages.terms import name_of
from interlock.messages.units import BPS_ONE

PPM_PER_BP = 100


def feedback_command_words(command: Command) -> str:
    """A word about quality as a sentence; empty for another command."""
    if isinstance(command, VenueScored):
        worse = _with_interval(
            command.worse_ppm, command.worse_low_ppm, command.worse_high_ppm, "worse"
        )
        where = f"{command.instrument} at {command.venue}"
        return f"{where}: realised spread {worse} than elsewhere, {_evidence(command.evidence)}"
    if isinstance(command, SourceScored):
        cost = _with_interval(command.cost_ppm, command.cost_low_ppm, command.cost_high_ppm, "")
        who = f"{command.source} in {command.currency}"
        return f"{who}: shortfall {cost}, {_evidence(command.evidence)}"
    if isinstance(command, VolumeCurveLearned):
        part = f"part {command.bucket} of its day"
        return f"{command.instrument} trades {command.lots} lots in {part}, on {command.days} days"
    if isinstance(command, CostModelFitted):
        spreads = f"{command.half_spreads_ppm / 1_000_000:.2f} half spreads"
        root = f"{_bp(command.root_ppm)} bp times the root of quantity over displayed"
        return f"an order that takes costs {spreads} and {root}, {_evidence(command.evidence)}"
    if isinstance(command, SetFeedback):
        return f"{command.by}: {_set_words(command)}"
    return ""


def feedback_event_words(event: Event) -> str:
    """What followed from it as a sentence; empty for another event."""
    if isinstance(event, FeedbackSteered):
        return steered_words(event)
    if isinstance(event, FeedbackIgnored):
        what = name_of(STEERED, event.rule).replace("_", " ")
        numbers = f": {event.observed:,} against {event.bound:,}" if event.bound else ""
        return f"{what} of {event.subject} stays: {reason_name(event.reason)}{numbers}"
    if isinstance(event, CoverageChanged):
        share = f"{event.measured:,} of {event.ended:,} actions of {event.source} were measured"
        bound = f"{event.bound_bps / 100:.0f} %"
        return f"alarm: only {share}, below {bound}" if event.is_low else f"{share}: above {bound}"
    if isinstance(event, FeedbackSet):
        return f"{event.by}: {_set_words(event)}"
    return ""


def steered_words(event: FeedbackSteered) -> str:
    """What a rule made of its evidence, with the evidence: `COIN@beta weighted 0.7: realised spread
    3.1 bp worse over 1,204 orders, 95 % interval 2.2..4.0`."""
    rule, subject, after = event.rule, event.subject, event.after
    found = _with_interval(event.observed, event.low, event.high, "")
    samples = f"over {event.evidence.samples:,} orders"
    if rule == WEIGHT:
        worse = _with_interval(event.observed, event.low, event.high, "worse")
        return f"{subject} weighted {_share(after)}: realised spread {worse}, {samples}"
    if rule == BOUNDED:
        how = "are bounded" if after else "are left as they are"
        return f"market orders for {subject} {how}: impact {found}, {samples}"
    if rule == SIZE:
        return f"orders of {subject} sized {_share(after)}: shortfall {found}, {samples}"
    if rule == BUDGET:
        return f"{subject}: shortfall came to {after / 2:,.1f} smallest units, {samples}"
    if rule == THROTTLE:
        spent = f"its shortfall has come to {event.observed / 2:,.1f} smallest units"
        return f"orders of {subject} throttled to {_share(after)}: {spent}"
    if rule == VOLUME:
        return f"{subject}: {after:,} lots are expected, {event.evidence.samples:,} trades"
    assert rule == IMPACT, f"a rule without words: {event!r}"
    return f"impact is taken to be {_bp(after)} bp times the root of size, {samples}"


def standing_words(ledger: Ledger, source: str, symbol: str, currency: str) -> list[str]:
    """What steers an order of a source for an instrument now, each with its evidence and the
    command that brought it."""
    feedback, words = ledger.feedback, list[str]()
    for record in feedback.steered.values():
        now = feedback.standing(record.rule, record.subject, ledger.time_ns)
        if now is not None and _steers(now, source, symbol, currency):
            words.append(f"{steered_words(now.event)} (command {now.sequence})")
    if words and feedback.is_frozen and feedback.said is not None:
        words.append(f"frozen as they are by {feedback.said.by}")
    return words


def _steers(record: SteeredRecord, source: str, symbol: str, currency: str) -> bool:
    if record.rule in (WEIGHT, BOUNDED):
        is_about = record.subject.rpartition("@")[0] == symbol
        return is_about and record.value != (BPS_ONE if record.rule == WEIGHT else 0)
    if record.rule in (SIZE, THROTTLE):
        return record.subject == f"{source} {currency}" and record.value != BPS_ONE
    if record.rule == VOLUME:
        return record.subject.rpartition("#")[0] == symbol
    return record.rule == IMPACT


def _set_words(said: SetFeedback | FeedbackSet) -> str:
    what = "the rules of feedback are armed" if said.rules is not None else "feedback goes on"
    what = "feedback is frozen as it is" if said.is_frozen else what
    return f"{what} “{said.text}”" if said.text else what


def _share(bps: int) -> str:
    return f"{bps / BPS_ONE:.2f}".rstrip("0").rstrip(".")


def _bp(ppm: int) -> str:
    return f"{ppm / PPM_PER_BP:.2f}"


def _with_interval(value: int, low: int, high: int, word: str) -> str:
    far = 10**12
    interval = "unknown" if high > far else f"{_bp(low)}..{_bp(high)}"
    said = f"{_bp(value)} bp{' ' + word if word else ''}"
    return f"{said} (95 % interval {interval})"


def _evidence(evidence: Evidence) -> str:
    return f"{evidence.samples:,} samples in commands {evidence.first} to {evidence.last}"
