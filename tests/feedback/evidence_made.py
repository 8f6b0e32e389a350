"""Evidence made up, and a world whose rules of feedback it steers."""

from msgspec.structs import replace

from interlock.messages.commands import Command
from interlock.messages.feedback import (
    Budget,
    CostModelFitted,
    Evidence,
    FeedbackRules,
    SetFeedback,
    SourceScored,
    VenueScored,
    VolumeCurveLearned,
)
from interlock.messages.units import NS_PER_MS, NS_PER_SECOND
from worlds import World, opening

BUCKET = 300 * NS_PER_SECOND
RULES = FeedbackRules(
    interval_ns=10 * NS_PER_SECOND,
    window_ns=600 * NS_PER_SECOND,
    stale_ns=60 * NS_PER_SECOND,
    samples_min=10,
    plausible_ppm=5_000,
    weight_step_bps=1_000,
    weight_min_bps=7_500,
    worse_ppm=50,
    better_ppm=10,
    reach_ppm=1_000,
    bounded_above_ppm=100,
    bounded_below_ppm=40,
    bound_ppm=200,
    size_step_bps=2_000,
    size_min_bps=5_000,
    costly_ppm=100,
    cheap_ppm=20,
    participation_bps=1_000,
    bucket_ns=BUCKET,
    impact_max_ppm=300,
    coverage_min_bps=9_000,
    budgets=(Budget("model", "USD", 1_000, 5_000, 4_000),),
)


def only(**fields: object) -> FeedbackRules:
    """The rules with some of them changed and the others off."""
    off = {
        "weight_step_bps": 0,
        "bounded_above_ppm": 0,
        "size_step_bps": 0,
        "participation_bps": 0,
        "impact_max_ppm": 0,
        "coverage_min_bps": 0,
        "budgets": (),
    }
    return replace(RULES, **{**off, **fields})  # type: ignore[arg-type]


SIZES = only(size_step_bps=2_000)


def world(rules: FeedbackRules = RULES) -> World:
    """A world with rules of feedback and a quote at both venues."""
    made = World([*opening(), SetFeedback("session file", "", False, rules)])
    made.quote()
    made.quote(venue="beta")
    return made


def evidence(made: World, samples: int = 100) -> Evidence:
    """Of the commands until now."""
    last, time_ns = made.sequence, made.time_ns
    return Evidence(samples, 1, last, time_ns - NS_PER_MS, time_ns)


def venue(
    made: World,
    worse: tuple[int, int, int] = (0, 0, 0),
    impact: tuple[int, int, int] = (0, 0, 0),
    *,
    name: str = "alpha",
    samples: int = 100,
    others: int = 100,
    found: Evidence | None = None,
) -> Command:
    stands_on = found or evidence(made, samples)
    return VenueScored("COIN", name, stands_on, others, *worse, samples, *impact)


def source(
    made: World,
    cost: tuple[int, int, int] = (0, 0, 0),
    *,
    new_cost: int = 0,
    since: int = 0,
    samples: int = 100,
    ended: int = 0,
    measured: int = 0,
) -> Command:
    found = evidence(made, samples)
    return SourceScored("model", "USD", found, *cost, since, new_cost, ended, measured)


def volume(made: World, lots: int, *, bucket: int, samples: int = 100, days: int = 1) -> Command:
    return VolumeCurveLearned("COIN", BUCKET, bucket, lots, days, evidence(made, samples))


def model(made: World, root: int, *, error: int = 50, samples: int = 100) -> Command:
    return CostModelFitted(1_000_000, root, error, 0, evidence(made, samples))
