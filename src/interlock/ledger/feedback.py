"""Feedback as the ledger keeps it: the rules, and what each of them made of its evidence.

What stands on evidence that has become stale counts no more: a venue that is weighted down gets
fewer orders, and could never show that it is better.
"""

from typing import Final, final

from interlock.ledger.limits import HaltRecord
from interlock.messages.events import Event
from interlock.messages.feedback import (
    BUDGET,
    SIZE,
    STEERED,
    THROTTLE,
    VOLUME,
    WEIGHT,
    CoverageChanged,
    FeedbackRules,
    FeedbackSet,
    FeedbackSteered,
)
from interlock.messages.units import BPS_ONE, NS_PER_DAY, Nanoseconds, Sequence

BY_BUDGET: Final = "feedback:budget"
"""Who trips the halt of a source that has passed its budget."""
VOLUME_AGE_NS: Final = 7 * NS_PER_DAY
"""How long a part of a volume curve is believed: it is learnt once a day."""

# What is so where there is no evidence.
_NEUTRAL: Final = {WEIGHT: BPS_ONE, SIZE: BPS_ONE, THROTTLE: BPS_ONE}


def neutral(rule: int) -> int:
    """What a rule steers to without evidence."""
    return _NEUTRAL.get(rule, 0)


@final
class SteeredRecord:
    """What one rule made of its last evidence about one subject."""

    def __init__(self, event: FeedbackSteered, sequence: Sequence, time_ns: Nanoseconds) -> None:
        self.event: Final = event
        self.rule: Final[int] = event.rule
        self.subject: Final[str] = event.subject
        self.value: Final[int] = event.after
        self.last: Final[Sequence] = event.evidence.last
        self.sequence: Final[Sequence] = sequence
        """The command that brought the evidence."""
        self.time_ns: Final[Nanoseconds] = time_ns


@final
class FeedbackRecord:
    """The rules of a session and all that they steer. Memory: one record for each rule and subject,
    of which there are as many as markets, sources and parts of a day."""

    def __init__(self) -> None:
        self.rules: FeedbackRules | None = None
        self.said: FeedbackSet | None = None
        self.is_frozen = False
        self.steered: Final[dict[str, SteeredRecord]] = {}
        self.poorly_covered: Final[dict[str, bool]] = {}
        """Sources of whose actions too few have an outcome."""

    def find(self, rule: int, subject: str) -> SteeredRecord | None:
        return self.steered.get(_key(rule, subject))

    def standing(self, rule: int, subject: str, time_ns: Nanoseconds) -> SteeredRecord | None:
        """What a rule made of evidence that is not stale; None where there is none."""
        found = self.steered.get(_key(rule, subject))
        if found is None or self.rules is None:
            return None
        age_ns = VOLUME_AGE_NS if rule == VOLUME else self.rules.stale_ns
        # What was spent stays spent, however long nobody adds to it.
        if rule not in (BUDGET, THROTTLE) and time_ns - found.time_ns > age_ns:
            return None
        return found

    def value(self, rule: int, subject: str, time_ns: Nanoseconds) -> int:
        """What a rule steers to now."""
        found = self.standing(rule, subject, time_ns)
        return found.value if found is not None else neutral(rule)

    def apply(self, event: Event, sequence: Sequence, time_ns: Nanoseconds) -> bool:
        """This applies an event about feedback; False when it is about something else."""
        if type(event) is FeedbackSteered:
            self.steered[_key(event.rule, event.subject)] = SteeredRecord(event, sequence, time_ns)
        elif type(event) is FeedbackSet:
            if event.rules is not None:
                self.rules = event.rules
            self.is_frozen = event.is_frozen
            self.said = FeedbackSet(event.by, event.text, event.is_frozen, self.rules)
        elif type(event) is CoverageChanged:
            if event.is_low:
                self.poorly_covered[event.source] = True
            elif event.source in self.poorly_covered:
                del self.poorly_covered[event.source]
        else:
            return False
        return True

    def lifted(self, scope: str, halt: HaltRecord | None) -> None:
        """A person has let a scope trade again: a source that had passed its budget begins anew."""
        if halt is None or BY_BUDGET not in halt.trippers:
            return
        source = scope.partition(":")[2]
        for key in list(self.steered):
            record = self.steered[key]
            name = record.subject.rpartition(" ")[0]
            if record.rule in (BUDGET, THROTTLE) and name == source:
                made, rule = record.event, record.rule
                again = FeedbackSteered(
                    rule, made.subject, made.after, neutral(rule), 0, 0, 0, made.evidence
                )
                self.steered[key] = SteeredRecord(again, record.sequence, record.time_ns)


def _key(rule: int, subject: str) -> str:
    return f"{STEERED[rule]} {subject}"
