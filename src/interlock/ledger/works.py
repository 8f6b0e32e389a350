"""Works: a large order that is worked over time, and what its children have done so far.

A work holds sums, never a list of its children but of those that are open: what it costs does not
grow with how many there were.
"""

from typing import Final, final

from msgspec.structs import astuple
from mypy_extensions import mypyc_attr

from interlock.messages.decisions import WorkOrder
from interlock.messages.terms import PAUSED, POV, RUNNING
from interlock.messages.units import NS_PER_SECOND, PPM_ONE, Lots, Nanoseconds, Sequence, Ticks
from interlock.messages.works import WorkStarted

HURRIED_NS: Final = NS_PER_SECOND
"""Longest interval of one that is to finish now."""


@final
@mypyc_attr(acyclic=True)
class WorkRecord:
    """One large order: its plan, and what became of it."""

    def __init__(self, started: WorkStarted) -> None:
        self.started: Final = started
        self.decision: Final[Sequence] = started.decision
        self.source: Final[str] = started.source
        self.order: Final = started.plan
        # Read once, all together: a field of a Struct costs ten times one of ours.
        symbol: str
        side: int
        quantity: Lots
        algorithm: int
        ends_ns: Nanoseconds
        interval_ns: Nanoseconds
        style: int
        price: Ticks
        protection: Ticks
        participation_ppm: int
        slice_max: Lots
        catch_up: int
        half_life_ns: Nanoseconds
        reduce_only: bool
        venue: str
        (
            symbol, side, quantity, algorithm, ends_ns, _, interval_ns, style, price, protection,
            participation_ppm, slice_max, catch_up, half_life_ns, reduce_only, venue,
        ) = _read(started.plan)  # fmt: skip
        self.symbol: Final[str] = symbol
        self.side: Final[int] = side
        self.quantity: Final[Lots] = quantity
        self.algorithm: Final[int] = algorithm
        self.starts_ns: Final[Nanoseconds] = started.starts_ns
        self.ends_ns: Final[Nanoseconds] = ends_ns
        self.interval_ns: Final[Nanoseconds] = interval_ns
        self.style: Final[int] = style
        self.price: Final[Ticks] = price
        self.protection: Final[Ticks] = protection
        self.participation_ppm: Final[int] = participation_ppm
        self.slice_max: Final[Lots] = slice_max
        self.catch_up: Final[int] = catch_up
        self.half_life_ns: Final[Nanoseconds] = half_life_ns
        self.reduce_only: Final[bool] = reduce_only
        self.venue: Final[str] = venue
        self.status = RUNNING
        self.is_hurried = False
        self.filled: Lots = 0
        """What its children have traded, less what was busted."""
        self.open: Lots = 0
        """What they may still trade at worst, unknown ones included (law 7)."""
        self.children: Final[dict[int, bool]] = {}
        """Its open orders by number, in the order in which they became open."""
        self.volume_start: Lots = 0
        """The instrument's volume when it began."""
        self.volume: Lots = 0
        """What the market has traded since then, as of the last look."""
        self.volume_before: Lots = 0
        """The same as of the look before."""
        self.next_ns: Nanoseconds = started.starts_ns
        """When its schedule is looked at next."""
        self.slices = 0
        self.refused_in_row = 0
        self.withheld = 0
        """The reason that was said last for asking for nothing; 0 since the last slice."""

    def committed(self) -> Lots:
        """What is done, and what may still be done by orders that have left."""
        return self.filled + self.open

    def allowed_by_participation(self) -> Lots:
        """How much may be filled and working, by its share of the market's volume; its whole
        quantity when it has no such limit."""
        if self.participation_ppm == 0:
            return self.quantity
        allowed = self.volume * self.participation_ppm // PPM_ONE
        return allowed if allowed < self.quantity else self.quantity

    def note_open(self, order: int, step: int) -> None:
        """One of its children has become open, or is no longer."""
        if step > 0:
            self.children[order] = True
        elif order in self.children:
            del self.children[order]

    def plan_next(self, time_ns: Nanoseconds) -> None:
        """This says when it is looked at after a look at `time_ns`. One that is paused is looked at
        when its time is over, and not before."""
        if self.status == PAUSED:
            self.next_ns = self.ends_ns
            return
        if time_ns < self.starts_ns:
            self.next_ns = self.starts_ns
            return
        step = self.interval_ns
        if self.is_hurried and step > HURRIED_NS:
            step = HURRIED_NS
        next_ns = self.starts_ns + ((time_ns - self.starts_ns) // step + 1) * step
        self.next_ns = next_ns if next_ns < self.ends_ns else self.ends_ns

    def look(self, time_ns: Nanoseconds, volume: Lots) -> None:
        """The market's volume is read, and the next look is set."""
        self.volume_before = self.volume
        self.volume = volume - self.volume_start
        self.plan_next(time_ns)

    def is_at_market_pace(self) -> bool:
        """Whether its schedule follows the market and not the clock."""
        return self.algorithm == POV


def _read(
    order: WorkOrder,
) -> tuple[str, int, int, int, int, int, int, int, int, int, int, int, int, int, bool, str]:
    fields: tuple[
        str, int, int, int, int, int, int, int, int, int, int, int, int, int, bool, str
    ] = astuple(order)
    return fields
