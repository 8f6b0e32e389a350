"""Schedules: how much of a large order is due, and how much of that to ask for now.

Pure functions of the plan, the moment, what is done and what the market traded. Whole lots and
exact fractions: nothing is rounded but each target once, down. What each schedule is, with its
source, stands in docs/large-orders.md.
"""

from typing import Final, final

from interlock.decisions.trajectory import holdings, step_of_half_life
from interlock.ledger.works import WorkRecord
from interlock.messages.reasons import NONE
from interlock.messages.terms import CLOSE, ICEBERG, POV, SHORTFALL
from interlock.messages.units import NS_PER_DAY, Lots, Nanoseconds
from interlock.messages.work_reasons import CATCH_UP_BOUND, PARTICIPATION_BOUND, SLICE_BOUND
from interlock.messages.works import SetVolumeCurve

SLICES_MAX: Final = 10_000
"""Intervals of one schedule."""


@final
class Slice:
    """What a schedule wants at one moment."""

    def __init__(self) -> None:
        self.due: Lots = 0
        """How much it wants done in all."""
        self.quantity: Lots = 0
        """What to ask for now; 0 for nothing."""
        self.bounded_by = NONE
        """Why that is less than is due and not yet on its way."""


def slices_of(starts_ns: Nanoseconds, ends_ns: Nanoseconds, interval_ns: Nanoseconds) -> int:
    """This is how many intervals begin between two moments."""
    return -(-(ends_ns - starts_ns) // interval_ns)


def place_of(work: WorkRecord, time_ns: Nanoseconds) -> int:
    """This is the interval, from 0, that a moment lies in; the last one after the end."""
    last = slices_of(work.starts_ns, work.ends_ns, work.interval_ns) - 1
    place = (time_ns - work.starts_ns) // work.interval_ns
    return place if place < last else last


def lay_out(work: WorkRecord, utc_offset_ns: Nanoseconds) -> list[Lots]:
    """This is how much is due in each interval of a schedule that follows the clock, in all: it
    never falls, and the last is the whole quantity. Empty for one that follows the market.

    What is due in an interval is what the curve reaches at its end, so that the first child leaves
    at once. Cost: one step per interval.
    """
    algorithm, quantity = work.algorithm, work.quantity
    if algorithm in (POV, ICEBERG):
        return []
    slices = slices_of(work.starts_ns, work.ends_ns, work.interval_ns)
    if algorithm in (SHORTFALL, CLOSE):
        return _trajectory(work, slices)
    curve = work.started.curve
    due: list[Lots] = []
    whole = flow(curve, utc_offset_ns, work.starts_ns, work.ends_ns)
    flowed, begin_ns = 0, work.starts_ns
    for place in range(1, slices + 1):
        end_ns = work.starts_ns + place * work.interval_ns
        end_ns = end_ns if end_ns < work.ends_ns else work.ends_ns
        flowed += flow(curve, utc_offset_ns, begin_ns, end_ns)
        due.append(quantity * flowed // whole)
        begin_ns = end_ns
    return due


def _trajectory(work: WorkRecord, slices: int) -> list[Lots]:
    step = step_of_half_life(work.interval_ns, work.half_life_ns)
    left = holdings(work.quantity, slices, step)
    if work.algorithm == SHORTFALL:
        return [work.quantity - lots for lots in left]
    # The close is where the shortfall begins: the same trajectory, from its end to its beginning.
    return [*[left[slices - 1 - place] for place in range(1, slices)], work.quantity]


def flow(
    curve: SetVolumeCurve | None,
    utc_offset_ns: Nanoseconds,
    from_ns: Nanoseconds,
    until_ns: Nanoseconds,
) -> int:
    """This is what a volume curve lets flow between two moments, in its unit times nanoseconds;
    time itself where there is no curve. Exact: within a bucket volume flows evenly, and outside
    buckets none does. Cost: one step per day and per bucket that lies between them."""
    if curve is None:
        return until_ns - from_ns
    total = 0
    day_ns = (from_ns + utc_offset_ns) // NS_PER_DAY * NS_PER_DAY - utc_offset_ns
    while day_ns < until_ns:
        first_ns = day_ns + curve.start_ns
        place = (from_ns - first_ns) // curve.bucket_ns
        place = place if place > 0 else 0
        while place < len(curve.volumes):
            begin_ns = first_ns + place * curve.bucket_ns
            if begin_ns >= until_ns:
                break
            end_ns = begin_ns + curve.bucket_ns
            low = begin_ns if begin_ns > from_ns else from_ns
            high = end_ns if end_ns < until_ns else until_ns
            total += curve.volumes[place] * (high - low)
            place += 1
        day_ns += NS_PER_DAY
    return total


def next_slice(work: WorkRecord, laid_out: list[Lots], time_ns: Nanoseconds) -> Slice:
    """This is what a work should ask for at a look. Never more than is left of it, nor than its
    share of the volume, nor than one child may be; what is behind is caught up within bounds."""
    found = Slice()
    planned = _due(found, work, laid_out, time_ns)
    left = work.quantity - work.committed()
    wanted = found.due - work.committed()
    if wanted > left:
        wanted = left
    if wanted <= 0:
        return found
    if planned >= 0 and wanted > planned * work.catch_up:
        wanted = planned * work.catch_up
        found.bounded_by = CATCH_UP_BOUND
    if 0 < work.slice_max < wanted:
        wanted = work.slice_max
        found.bounded_by = SLICE_BOUND
    room = work.allowed_by_participation() - work.committed()
    if wanted > room:
        wanted = room if room > 0 else 0
        found.bounded_by = PARTICIPATION_BOUND
    found.quantity = wanted
    return found


def _due(found: Slice, work: WorkRecord, laid_out: list[Lots], time_ns: Nanoseconds) -> Lots:
    """This fills in what is due, and is what is planned for this interval alone; -1 where nothing
    bounds it."""
    if work.algorithm == ICEBERG:
        # The next part is shown when the one before is gone.
        found.due = work.quantity if work.open == 0 or work.is_hurried else work.committed()
        return -1
    if work.is_hurried:
        found.due = work.quantity
        return -1
    if work.algorithm == POV:
        found.due = work.allowed_by_participation()
        return (work.volume - work.volume_before) * work.participation_ppm // 1_000_000
    place = place_of(work, time_ns)
    found.due = laid_out[place]
    planned = laid_out[place] - (laid_out[place - 1] if place > 0 else 0)
    # A schedule of fewer lots than intervals plans nothing for most of them.
    average = -(-work.quantity // len(laid_out))
    return planned if planned > average else average
