"""Budgets: what is left of the rates that a venue publishes.

A bucket holds half of a window's weight and is refilled with the other half in each window. So no
window of that length, wherever it begins, ever sees more than the venue publishes: a bucket that
held all of it would let twice as much pass in a bad one. Weights are counted in weight times
nanoseconds, which is exact.
"""

from typing import Final, final

from interlock.messages.definitions import VenueRate
from interlock.messages.units import Nanoseconds


@final
class Bucket:
    """One published rate. Cancels may take it below nothing, down to what is reserved again."""

    def __init__(self, rate: VenueRate) -> None:
        self.definition: VenueRate = rate
        self.window_ns: Nanoseconds = rate.window_ns
        self.order_weight: int = rate.order_weight
        self.cancel_weight: int = rate.cancel_weight
        self.query_weight: int = rate.query_weight
        self.reserve: int = rate.reserve * rate.window_ns
        half = rate.weight_max // 2
        self.refill: int = rate.weight_max - half
        self.capacity: int = half * rate.window_ns
        self.level: int = self.capacity
        self.time_ns: Nanoseconds = 0

    def level_at(self, time_ns: Nanoseconds) -> int:
        """What is there at a moment that is not before the last one spent at."""
        level = self.level + (time_ns - self.time_ns) * self.refill
        return level if level < self.capacity else self.capacity

    def spend(self, time_ns: Nanoseconds, weight: int) -> None:
        """A request of this weight leaves. The debt of cancels is at most one window's weight."""
        level = self.level_at(time_ns) - weight * self.window_ns
        self.level = level if level > -self.capacity else -self.capacity
        self.time_ns = time_ns

    def room(self, time_ns: Nanoseconds, weight: int, reserve: int) -> int:
        """How many requests of a weight are left above a reserve (in weight times nanoseconds)."""
        left = self.level_at(time_ns) - reserve
        return left // (weight * self.window_ns) if left > 0 else 0

    def waits_ns(self, time_ns: Nanoseconds, weight: int) -> Nanoseconds:
        """How long until a request of a weight may leave, above the reserve."""
        missing = weight * self.window_ns + self.reserve - self.level_at(time_ns)
        return -(-missing // self.refill) if missing > 0 else 0


@final
class Budget:
    """All rates of one venue."""

    def __init__(self, rates: tuple[VenueRate, ...]) -> None:
        self.buckets: Final[list[Bucket]] = [Bucket(rate) for rate in rates]

    def note_order(self, time_ns: Nanoseconds) -> None:
        for bucket in self.buckets:
            if bucket.order_weight > 0:
                bucket.spend(time_ns, bucket.order_weight)

    def note_cancel(self, time_ns: Nanoseconds) -> None:
        for bucket in self.buckets:
            if bucket.cancel_weight > 0:
                bucket.spend(time_ns, bucket.cancel_weight)

    def note_query(self, time_ns: Nanoseconds) -> None:
        for bucket in self.buckets:
            if bucket.query_weight > 0:
                bucket.spend(time_ns, bucket.query_weight)

    def orders_left(self, time_ns: Nanoseconds) -> int:
        """How many new orders may leave now, what is reserved for cancels left alone; -1 when no
        rate counts them."""
        least = -1
        for bucket in self.buckets:
            if bucket.order_weight > 0:
                room = bucket.room(time_ns, bucket.order_weight, bucket.reserve)
                if least < 0 or room < least:
                    least = room
        return least

    def query_wait_ns(self, time_ns: Nanoseconds) -> Nanoseconds:
        """How long until a question may leave."""
        longest: Nanoseconds = 0
        for bucket in self.buckets:
            if bucket.query_weight > 0:
                longest = max(longest, bucket.waits_ns(time_ns, bucket.query_weight))
        return longest
