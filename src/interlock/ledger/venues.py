"""Venues: where orders go, how many are there, how well each is, and how fast it may be asked."""

from typing import Final, final

from interlock.ledger.budgets import Budget
from interlock.ledger.rounds import Reconciliation
from interlock.messages.definitions import Venue
from interlock.messages.units import PPM_ONE, Lots, Nanoseconds, OrderId, Sequence
from interlock.messages.venues import HEALTHY, VenueMoved, VenuePaced

FILLS_REMEMBERED: Final = 64
"""The history of fills forgets half of what it has when it has seen so many orders."""


@final
class VenueRecord:
    """One venue."""

    def __init__(self, definition: Venue) -> None:
        self.definition: Venue = definition
        self.name: Final[str] = definition.name
        self.silence_ns: int = definition.silence_ns
        self.taker_fee_ppm: int = definition.taker_fee_ppm
        self.maker_fee_ppm: int = definition.maker_fee_ppm
        self.open_orders = 0
        self.unknown_orders = 0
        self.reconciliation: Final = Reconciliation()
        self.adopted: Final[dict[str, OrderId]] = {}
        """Orders that we took over there, by the venue's names for them."""
        self.state: int = HEALTHY
        """The worse of what was measured and what people decided."""
        self.measured: int = HEALTHY
        self.ordered: int = HEALTHY
        self.reason: int = 0
        self.moved: Sequence = 0
        self.moved_ns: Nanoseconds = 0
        self.moved_by: str = ""
        self.in_flight = 0
        """Orders that wait for an answer to what the venue was asked."""
        self.in_flight_max: int = definition.in_flight_max
        self.paused_until_ns: Nanoseconds = 0
        self.latency_ns: Nanoseconds = 0
        self.sent_lots: Lots = 0
        self.filled_lots: Lots = 0
        self.ended = 0
        self.budget: Final = Budget(definition.rates)

    def move(self, event: VenueMoved, sequence: Sequence, time_ns: Nanoseconds) -> None:
        self.state = event.state
        self.measured = event.measured
        self.ordered = event.ordered
        self.reason = event.reason
        self.moved = sequence
        self.moved_ns = time_ns
        self.moved_by = event.by

    def pace(self, event: VenuePaced) -> None:
        self.in_flight_max = event.in_flight_max
        self.paused_until_ns = event.paused_until_ns
        self.latency_ns = event.latency_ns

    def note_ended(self, quantity: Lots, filled: Lots) -> None:
        """An order ended there: how much of it had traded is what routing expects of the next."""
        self.sent_lots += quantity
        self.filled_lots += filled if filled < quantity else quantity
        self.ended += 1
        if self.ended >= FILLS_REMEMBERED:
            self.ended //= 2
            self.sent_lots //= 2
            self.filled_lots //= 2

    def filled_ppm(self) -> int:
        """How much of what was sent there lately has traded; all of it while nobody knows."""
        if self.sent_lots == 0:
            return PPM_ONE
        return self.filled_lots * PPM_ONE // self.sent_lots

    def health(self) -> tuple[int, ...]:
        """What a state keeps of it."""
        return (
            self.measured, self.ordered, self.reason, self.in_flight, self.in_flight_max,
            self.paused_until_ns, self.latency_ns, self.sent_lots, self.filled_lots, self.ended,
        )  # fmt: skip

    def restore_health(
        self,
        health: tuple[int, ...],
        moved: tuple[Sequence, Nanoseconds, str],
        buckets: list[tuple[int, Nanoseconds]],
    ) -> None:
        """This is as well as the state says."""
        self.measured, self.ordered, self.reason, self.in_flight = health[:4]
        self.in_flight_max, self.paused_until_ns, self.latency_ns = health[4:7]
        self.sent_lots, self.filled_lots, self.ended = health[7:]
        self.state = max(self.measured, self.ordered)
        self.moved, self.moved_ns, self.moved_by = moved
        for bucket, kept in zip(self.budget.buckets, buckets, strict=True):
            bucket.level, bucket.time_ns = kept
