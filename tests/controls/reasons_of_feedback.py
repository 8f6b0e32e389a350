"""The smallest histories that earn the reasons why evidence moves nothing."""

from collections.abc import Callable
from typing import Any

from feedback.evidence_made import SIZES, source, venue, world
from interlock.messages import reasons_of_feedback as reasons
from interlock.messages.feedback import SetFeedback
from worlds import World

COSTLY = (300, 200, 400)


def thin() -> Any:
    made = world(SIZES)
    return made.say(source(made, COSTLY, samples=9))


def twice() -> Any:
    made = world(SIZES)
    scored = source(made, COSTLY)
    made.say(scored)
    return made.say(scored)


def beyond_belief() -> Any:
    made = world(SIZES)
    return made.say(source(made, (300, 200, 99_000)))


def frozen() -> Any:
    made = world(SIZES)
    made.say(SetFeedback("ann", "stay", True))
    return made.say(source(made, COSTLY))


def without_rules() -> Any:
    made = World()
    return made.say(venue(made, COSTLY))


OF_FEEDBACK: dict[int, Callable[[], Any]] = {
    reasons.EVIDENCE_THIN: thin,
    reasons.EVIDENCE_STALE: twice,
    reasons.EVIDENCE_IMPLAUSIBLE: beyond_belief,
    reasons.FEEDBACK_FROZEN: frozen,
    reasons.FEEDBACK_OFF: without_rules,
}
