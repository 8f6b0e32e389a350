"""What may be said of quality: rules, and evidence that is sound, thin, old or beyond belief."""

from typing import Any

from msgspec.structs import replace

from feedback.evidence_made import BUCKET, RULES
from interlock.messages.commands import Command
from interlock.messages.feedback import (
    Budget,
    CostModelFitted,
    Evidence,
    SetFeedback,
    SourceScored,
    VenueScored,
    VolumeCurveLearned,
)
from worlds import SECOND, World

INSTRUMENTS = ("COIN", "GOLD", "LEAD")


def quality_word(draw: Any, world: World) -> Command:
    """One word; `draw` is a chance or Hypothesis."""
    kind = draw.number(0, 11)
    if kind <= 1:
        # Whose budget is spent trades no more: that is rare, or nothing else would happen.
        budget = Budget("model", "USD", draw.pick((500, 9_000, 9_000)), 5_000, 4_000)
        rules = replace(RULES, budgets=(budget,)) if draw.number(0, 3) else None
        return SetFeedback(draw.pick(("ann", "bob", "model")), "drawn", kind == 0, rules)
    last = world.sequence + draw.pick((0, 0, 0, 0, 1))
    time_ns = world.time_ns - draw.pick((0, 0, 0, 70 * SECOND))
    evidence = Evidence(draw.number(1, 60), 1, last, time_ns, time_ns)
    value = draw.number(-400, 600)
    reach = draw.pick((20, 100, 9_000, -1))
    interval = (value, value - reach, value + reach)
    symbol, venue = draw.pick(INSTRUMENTS), draw.pick(("alpha", "beta", "gamma"))
    if kind <= 4:
        return VenueScored(symbol, venue, evidence, 50, *interval, 50, *interval)
    if kind <= 7:
        since = draw.pick((0, last, last))
        cost, ended = draw.number(-100, 300), draw.number(0, 200)
        measured = ended * draw.number(50, 101) // 100
        return SourceScored("model", "USD", evidence, *interval, since, cost, ended, measured)
    if kind <= 9:
        bucket = world.time_ns % (86_400 * SECOND) // BUCKET
        return VolumeCurveLearned(symbol, BUCKET, bucket, draw.number(-1, 900), 1, evidence)
    return CostModelFitted(900_000, value, 50, 0, evidence)
