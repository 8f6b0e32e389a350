"""The scheduler: market time. It merges recordings, venues' delayed words, models' decisions and
timers into one order, and feeds them to the engine instant by instant.

Nothing here looks at a wall clock: the same sources in the same session make the same commands.
Within an instant the order is fixed: recordings, then the market, then venues in the order of the
session, then timers, then decisions; the queue is served last.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import Protocol

from interlock.messages.commands import (
    Command,
    NoteTrade,
    ProposeDecision,
    ServeQueue,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import Decision
from interlock.messages.events import Event
from interlock.messages.units import Nanoseconds

SERVE_MAX = 256
NEVER = 1 << 62

Dated = tuple[Nanoseconds, Command]


class Taker(Protocol):
    """What the scheduler feeds: the engine."""

    @property
    def effects_since_ns(self) -> Nanoseconds: ...

    @property
    def is_full(self) -> bool: ...

    @property
    def has_open(self) -> bool: ...

    def take(self, time_ns: Nanoseconds, command: Command) -> list[Event]: ...

    def take_all(self, said: list[Dated]) -> None: ...

    def begin_keeping(self) -> None: ...

    def keep(self) -> None: ...


class Talker(Protocol):
    """Something that says things in market time: a venue, the outbox."""

    def next_time_ns(self) -> Nanoseconds: ...

    def due(self, time_ns: Nanoseconds) -> list[Dated]: ...


class Observer(Protocol):
    """A recorded venue, which lives on market data."""

    def observe(self, time_ns: Nanoseconds, command: Command) -> None: ...


class Market(Protocol):
    """A generated market, which acts on its exchanges."""

    def next_time_ns(self) -> Nanoseconds: ...

    def advance(self, time_ns: Nanoseconds) -> None: ...


class Decider(Protocol):
    """A model."""

    def observe(self, time_ns: Nanoseconds, command: Command) -> list[Decision]: ...


class Scheduler:
    """Runs one session in market time."""

    def __init__(
        self,
        engine: Taker,
        *,
        recording: Iterable[Dated] = (),
        market: Market | None = None,
        venues: Iterable[Talker] = (),
        observers: Iterable[Observer] = (),
        timers: Iterable[Talker] = (),
        follower: Talker | None = None,
        models: Iterable[tuple[Decider, Nanoseconds]] = (),
        lookahead_ns: Nanoseconds = 0,
        end_ns: Nanoseconds = NEVER,
        on_instant: Callable[[Nanoseconds], None] | None = None,
    ) -> None:
        """`models` come with the time from what they see to what they decide; `lookahead_ns` is the
        shortest time in which any venue can answer, within which effects may wait for the batch;
        after `end_ns` no more market, recording or decision is taken, and what works is left.
        `follower` speaks of what was handed on: before it does, everything is."""
        self.engine = engine
        self.time_ns: Nanoseconds = 0
        self._recording: Iterator[Dated] = iter(recording)
        self._next: Dated | None = next(self._recording, None)
        self._market = market
        self._venues = tuple(venues)
        self._observers = tuple(observers)
        self._timers = (*timers, follower) if follower is not None else tuple(timers)
        self._follower = follower
        self._models = tuple(models)
        self._lookahead_ns = lookahead_ns
        self._end_ns = end_ns
        self._on_instant = on_instant
        self._decisions: list[tuple[Nanoseconds, int, Decision]] = []
        self._decided = 0
        self._stopped = False

    def stop(self) -> None:
        """This ends the run after the present instant."""
        self._stopped = True

    def run(self) -> None:
        """This runs until nothing more will happen, the end has come, or `stop` was called.

        Everything taken is durable and handed on when it returns.
        """
        while not self._stopped:
            time_ns = self._next_time_ns()
            since_ns = self.engine.effects_since_ns
            if since_ns >= 0 and time_ns >= since_ns + self._lookahead_ns:
                # A venue could have answered by then: what was decided must leave first.
                self.engine.keep()
                continue
            if time_ns > self._end_ns or time_ns == NEVER:
                break
            if self._is_followed_by(time_ns) and self.engine.has_open:
                self.engine.keep()
                continue
            self._instant(time_ns)
        self.engine.keep()

    def _is_followed_by(self, time_ns: Nanoseconds) -> bool:
        return self._follower is not None and 0 <= self._follower.next_time_ns() <= time_ns

    def _next_time_ns(self) -> Nanoseconds:
        time_ns = NEVER
        if self._next is not None:
            time_ns = self._next[0]
        if self._market is not None:
            time_ns = _earlier(time_ns, self._market.next_time_ns())
        for talker in self._venues:
            time_ns = _earlier(time_ns, talker.next_time_ns())
        for talker in self._timers:
            time_ns = _earlier(time_ns, talker.next_time_ns())
        if self._decisions:
            time_ns = _earlier(time_ns, self._decisions[0][0])
        return max(time_ns, self.time_ns)

    def _instant(self, time_ns: Nanoseconds) -> None:
        self.time_ns = time_ns
        while self._next is not None and self._next[0] <= time_ns:
            command = self._next[1]
            self._next = next(self._recording, None)
            for observer in self._observers:
                observer.observe(time_ns, command)
            self._take(time_ns, command)
        if self._market is not None and 0 <= self._market.next_time_ns() <= time_ns:
            self._market.advance(time_ns)
        for talker in self._venues:
            for _, command in talker.due(time_ns):
                self._take(time_ns, command)
        for talker in self._timers:
            for _, command in talker.due(time_ns):
                self._take(time_ns, command)
        came: list[Dated] = []
        while self._decisions and self._decisions[0][0] <= time_ns:
            came.append((time_ns, ProposeDecision(heappop(self._decisions)[2])))
        for start in range(0, len(came), SERVE_MAX):
            self.engine.take_all(came[start : start + SERVE_MAX])
            if self.engine.is_full:
                self.engine.begin_keeping()
        for _ in range(0, len(came), SERVE_MAX):
            self._take(time_ns, ServeQueue(SERVE_MAX))
        if self._on_instant is not None:
            self._on_instant(time_ns)

    def _take(self, time_ns: Nanoseconds, command: Command) -> None:
        self.engine.take(time_ns, command)
        if self.engine.is_full:
            # The disk works on this batch while the next is stepped; its effects may wait for that.
            self.engine.begin_keeping()
        if type(command) not in (UpdateQuote, UpdateLadder, NoteTrade):
            return
        for model, latency_ns in self._models:
            for decision in model.observe(time_ns, command):
                self._decided += 1
                heappush(self._decisions, (time_ns + latency_ns, self._decided, decision))


def _earlier(time_ns: Nanoseconds, other_ns: Nanoseconds) -> Nanoseconds:
    """The earlier of two moments, where -1 is never."""
    return other_ns if 0 <= other_ns < time_ns else time_ns
