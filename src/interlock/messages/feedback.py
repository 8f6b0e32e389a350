"""Feedback: what measuring found, said as commands, and what followed from it, said as events.

Whoever measures stands outside (`feedback/scorer.py`) and may use any arithmetic; what it says is
whole numbers with the evidence they stand on, and rules that are written in the session file decide
what changes. Shares and differences of prices are in parts per million of the value traded: 100 of
them are a basis point. Tags are part of the record format.
"""

from typing import Final

from msgspec import Struct

from interlock.messages.units import BasisPoints, Lots, Minor, Nanoseconds, Sequence

# What a rule steers. Numbers are part of the record format.
WEIGHT: Final = 1
BOUNDED: Final = 2
SIZE: Final = 3
BUDGET: Final = 4
THROTTLE: Final = 5
VOLUME: Final = 6
IMPACT: Final = 7
COVERAGE: Final = 8

STEERED: Final = {
    WEIGHT: "weight",
    BOUNDED: "bounded_orders",
    SIZE: "size",
    BUDGET: "budget",
    THROTTLE: "throttle",
    VOLUME: "volume_curve",
    IMPACT: "impact",
    COVERAGE: "coverage",
}


class Budget(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What a source's shortfall may come to before it may only reduce."""

    source: str
    currency: str
    cost_max: Minor
    throttle_bps: BasisPoints
    """From this share of it on, its orders are `throttled_bps` of their size."""
    throttled_bps: BasisPoints


class FeedbackRules(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """The rules by which evidence steers. A step, share or bound of 0 leaves its rule off."""

    interval_ns: Nanoseconds
    """Between two words of whoever measures."""
    window_ns: Nanoseconds
    """How far back its evidence reaches."""
    stale_ns: Nanoseconds
    """Evidence older than this moves nothing, and what it moved counts no more."""
    samples_min: int
    plausible_ppm: int
    """What is further from 0 than this is not believed."""
    weight_step_bps: BasisPoints = 0
    weight_min_bps: BasisPoints = 0
    worse_ppm: int = 0
    """A venue loses weight when all of its interval is worse than this."""
    better_ppm: int = 0
    """It regains weight when what was observed is better than this."""
    reach_ppm: int = 0
    """By how much a venue without any weight would have to be better in price."""
    bounded_above_ppm: int = 0
    """Market orders are bounded where all of the interval of their impact is above this."""
    bounded_below_ppm: int = 0
    bound_ppm: int = 0
    """How far beyond the far touch they may then trade."""
    size_step_bps: BasisPoints = 0
    size_min_bps: BasisPoints = 0
    costly_ppm: int = 0
    """A source's orders become smaller when all of the interval of its shortfall is above this."""
    cheap_ppm: int = 0
    participation_bps: BasisPoints = 0
    """An order is at most this share of what its instrument trades at this time of day."""
    bucket_ns: Nanoseconds = 0
    impact_max_ppm: int = 0
    """An order that takes is made so small that the cost model expects no more impact than this."""
    coverage_min_bps: BasisPoints = 0
    """An alarm stands while a smaller share of a source's actions has a measured outcome."""
    budgets: tuple[Budget, ...] = ()


class Evidence(Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True):
    """What a figure stands on: samples found in these commands, at these moments."""

    samples: int
    first: Sequence
    last: Sequence
    from_ns: Nanoseconds
    to_ns: Nanoseconds


class VenueScored(Struct, frozen=True, array_like=True, gc=False, tag=80):
    """How orders for an instrument fared at a venue, lately. Intervals are of 95 %."""

    instrument: str
    venue: str
    evidence: Evidence
    others: int
    """Samples at the other venues that it is held against."""
    worse_ppm: int
    """Its realised spread less theirs; positive is worse."""
    worse_low_ppm: int
    worse_high_ppm: int
    taken: int
    """Samples that took liquidity."""
    impact_ppm: int
    """What those paid beyond the touch."""
    impact_low_ppm: int
    impact_high_ppm: int


class SourceScored(Struct, frozen=True, array_like=True, gc=False, tag=81):
    """What executing a source's decisions cost, lately."""

    source: str
    currency: str
    evidence: Evidence
    cost_ppm: int
    """Its shortfall over what it ordered; positive is a cost."""
    cost_low_ppm: int
    cost_high_ppm: int
    since: Sequence
    """What was said before counted outcomes up to this command, and `new_cost` those after it."""
    new_cost: Minor
    """In half minor units, so that half a tick is never lost."""
    ended: int
    """Its actions that have ended since the session began, and those of them that were measured."""
    measured: int


class VolumeCurveLearned(Struct, frozen=True, array_like=True, gc=False, tag=82):
    """What an instrument trades in one part of its day: the mean of the days seen."""

    instrument: str
    bucket_ns: Nanoseconds
    bucket: int
    """Which part of the instrument's day, from 0."""
    lots: Lots
    days: int
    evidence: Evidence


class CostModelFitted(Struct, frozen=True, array_like=True, gc=False, tag=83):
    """What an order that takes costs: so many half spreads, and so much times the root of its
    quantity over what is displayed."""

    half_spreads_ppm: int
    """1,000,000 is one half spread."""
    root_ppm: int
    """Of the value traded, for as much as is displayed."""
    error_ppm: int
    """Root mean square of predictions, each by the orders before it."""
    bias_ppm: int
    evidence: Evidence


class SetFeedback(Struct, frozen=True, array_like=True, gc=False, tag=84):
    """Arm the rules, or freeze them as they are, or let them go on."""

    by: str
    text: str
    is_frozen: bool
    rules: FeedbackRules | None = None
    """None leaves the rules as they are."""


class FeedbackSet(Struct, frozen=True, array_like=True, gc=False, tag=200):
    """The rules are armed, frozen or go on."""

    by: str
    text: str
    is_frozen: bool
    rules: FeedbackRules | None


class FeedbackSteered(Struct, frozen=True, array_like=True, gc=False, tag=201):
    """Evidence, which is this event's command, moved something or confirmed it."""

    rule: int
    subject: str
    """`INSTRUMENT@VENUE`, a source, `SOURCE CURRENCY`, `INSTRUMENT#BUCKET`, or `all`."""
    before: int
    after: int
    observed: int
    low: int
    high: int
    evidence: Evidence


class FeedbackIgnored(Struct, frozen=True, array_like=True, gc=False, tag=202):
    """Evidence moved nothing: it was thin, stale or not to be believed, or the rules are frozen."""

    rule: int
    subject: str
    reason: int
    observed: int
    bound: int


class CoverageChanged(Struct, frozen=True, array_like=True, gc=False, tag=203):
    """An alarm began or ended: how many of a source's ended actions have a measured outcome."""

    source: str
    is_low: bool
    measured: int
    ended: int
    bound_bps: BasisPoints
