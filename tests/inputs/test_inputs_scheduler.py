"""The scheduler: market time, a fixed order within an instant, and effects in time for answers."""

from collections.abc import Iterator
from pathlib import Path

from execution.doubles import Station
from interlock.engine import BATCH_ENTRIES_MAX
from interlock.inputs.scheduler import Scheduler
from interlock.journal.reader import JournalReader
from interlock.messages.commands import (
    AdvanceTime,
    Command,
    NoteTrade,
    ProposeDecision,
    ReportOrder,
    ServeQueue,
    UpdateQuote,
)
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.definitions import Venue
from interlock.messages.encoding import Entry, encode_batch
from interlock.messages.events import Event, OrderCleared
from interlock.messages.terms import BUY, GTC, LIMIT, SELL
from interlock.simulation.exchange import Exchange
from interlock.simulation.order import ANONYMOUS, BACKGROUND, VenueOrder
from worlds import COIN, GOLD, SECOND, START

MS = 1_000_000


class FakeEngine:
    """Writes down what it takes and when it is asked to keep."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, Command]] = []
        self.keeps: list[int] = []
        self.effects_since_ns = -1
        self.is_full = False
        self.has_open = False

    def take(self, time_ns: int, command: Command) -> list[Event]:
        self.taken.append((time_ns, command))
        return []

    def take_all(self, said: list[tuple[int, Command]]) -> None:
        self.taken.extend(said)

    def begin_keeping(self) -> None:
        self.keep()

    def keep(self) -> None:
        self.keeps.append(len(self.taken))
        self.effects_since_ns = -1


class Says:
    """Says given words at given times."""

    def __init__(self, *words: tuple[int, Command]) -> None:
        self.words = list(words)

    def next_time_ns(self) -> int:
        return self.words[0][0] if self.words else -1

    def due(self, time_ns: int) -> list[tuple[int, Command]]:
        said = [word for word in self.words if word[0] <= time_ns]
        self.words = self.words[len(said) :]
        return said


class Decides:
    """Decides once for every trade of others that it sees; ours are at another price."""

    def __init__(self) -> None:
        self.seen = 0

    def observe(self, time_ns: int, command: Command) -> list[Decision]:
        if not isinstance(command, NoteTrade) or command.price != 10_000:
            return []
        self.seen += 1
        terms = Terms(price=10_010, venue="alpha")
        action = OrderQuantity("COIN", BUY, 1, terms)
        key = f"t{self.seen}"
        return [Decision("model", key, "r1", 1, action, time_ns + SECOND, decided_ns=time_ns)]


class Advances:
    """A market that writes down when it was moved."""

    def __init__(self, engine: FakeEngine, *times: int) -> None:
        self.engine = engine
        self.times = list(times)
        self.moved: list[tuple[int, int]] = []

    def next_time_ns(self) -> int:
        return self.times[0] if self.times else -1

    def advance(self, time_ns: int) -> None:
        self.moved.append((time_ns, len(self.engine.taken)))
        self.times = [time for time in self.times if time > time_ns]


def trade(time_ns: int) -> tuple[int, Command]:
    return time_ns, NoteTrade("COIN", "alpha", 10_000, 1, 0, time_ns)


def test_within_an_instant_the_order_is_fixed() -> None:
    engine = FakeEngine()
    quote = UpdateQuote("COIN", "beta", 1, 1, 2, 1, 5)
    report = ReportOrder("alpha", 1, 2)
    market = Advances(engine, 5)
    scheduler = Scheduler(
        engine,
        recording=[trade(5)],
        market=market,
        venues=[Says((5, quote)), Says((5, AdvanceTime()))],
        timers=[Says((5, report))],
        models=[(Decides(), 0)],
    )
    scheduler.run()
    kinds = [type(command) for _, command in engine.taken]
    assert kinds == [NoteTrade, UpdateQuote, AdvanceTime, ReportOrder, ProposeDecision, ServeQueue]
    assert market.moved == [(5, 1)]
    assert {time_ns for time_ns, _ in engine.taken} == {5}


def test_sources_are_merged_in_order_of_time() -> None:
    engine = FakeEngine()
    Scheduler(
        engine,
        recording=[trade(1), trade(4), trade(4), trade(9)],
        venues=[Says((2, AdvanceTime()), (8, AdvanceTime()))],
        timers=[Says((3, AdvanceTime()))],
    ).run()
    assert [time_ns for time_ns, _ in engine.taken] == [1, 2, 3, 4, 4, 8, 9]


def test_a_decision_arrives_after_its_models_latency() -> None:
    engine = FakeEngine()
    Scheduler(engine, recording=[trade(10), trade(500)], models=[(Decides(), 70)]).run()
    arrivals = [time for time, command in engine.taken if isinstance(command, ProposeDecision)]
    assert arrivals == [80, 570]


def test_the_queue_is_served_once_for_all_that_arrived_together() -> None:
    engine = FakeEngine()
    Scheduler(engine, recording=[trade(10)] * 300, models=[(Decides(), 5)]).run()
    served = [command for _, command in engine.taken if isinstance(command, ServeQueue)]
    assert len(served) == 2
    assert sum(command.count_max for command in served) >= 300


def test_after_the_end_nothing_is_taken_and_everything_is_kept() -> None:
    engine = FakeEngine()
    Scheduler(engine, recording=[trade(10), trade(20), trade(21)], end_ns=20).run()
    assert [time_ns for time_ns, _ in engine.taken] == [10, 20]
    assert engine.keeps[-1] == 2


def test_stop_ends_the_run_after_the_present_instant() -> None:
    engine = FakeEngine()
    stopped: list[int] = []

    def on_instant(time_ns: int) -> None:
        stopped.append(time_ns)
        if time_ns == 12:
            scheduler.stop()

    words = Says((12, AdvanceTime()))
    scheduler = Scheduler(
        engine, recording=map(trade, range(10, 99)), venues=[words], on_instant=on_instant
    )
    scheduler.run()
    assert stopped == [10, 11, 12]
    assert [time_ns for time_ns, _ in engine.taken] == [10, 11, 12, 12]
    assert engine.keeps[-1] == 4


def test_a_recording_is_not_read_ahead_of_its_time() -> None:
    engine = FakeEngine()
    read: list[int] = []

    def recording() -> Iterator[tuple[int, Command]]:
        for time_ns in range(10):
            # One item is looked at to know when it comes.
            assert time_ns <= len(engine.taken) + 1
            read.append(time_ns)
            yield trade(time_ns)

    Scheduler(engine, recording=recording()).run()
    assert len(engine.taken) == len(read) == 10


def session(folder: Path, *, latency_ns: int, count: int, gap_ns: int) -> list[Entry]:
    """A small session at an exchange on a real engine; what its journal holds afterwards."""
    station = Station(folder)
    venue = Exchange(
        Venue("alpha", ("COIN", "GOLD"), taker_fee_ppm=100),
        [COIN, GOLD],
        latency_out_ns=latency_ns,
        latency_in_ns=latency_ns,
    )
    for side, price in ((BUY, 9_990), (SELL, 10_010)):
        venue.place(START, "COIN", VenueOrder(BACKGROUND, ANONYMOUS, side, 400, price, LIMIT, GTC))
    station.outbox.venues["alpha"] = venue
    recording = [trade(START + MS + n * gap_ns) for n in range(count)]
    Scheduler(
        station.engine,
        recording=recording,
        venues=[venue],
        timers=[station.outbox],
        models=[(Decides(), 1_000)],
        lookahead_ns=latency_ns,
    ).run()
    station.engine.close()
    return [entry for _, entry in JournalReader(folder).entries()]


def test_batching_never_lets_an_answer_come_late(tmp_path: Path) -> None:
    """However the effects were batched, a report comes one round trip after its order was cleared:
    neither sooner, nor delayed by waiting for the batch."""
    for number, (latency_ns, gap_ns) in enumerate(
        [(0, 50), (1, 50), (70, 50), (900, 50), (250_000, 3_000), (MS, 10)]
    ):
        entries = session(tmp_path / f"s{number}", latency_ns=latency_ns, count=80, gap_ns=gap_ns)
        cleared: dict[int, int] = {}
        answered: dict[int, int] = {}
        for entry in entries:
            for event in entry.events:
                if isinstance(event, OrderCleared):
                    cleared[event.order] = entry.time_ns
            if isinstance(entry.command, ReportOrder):
                answered.setdefault(entry.command.order, entry.time_ns)
        assert len(cleared) == 80
        assert answered.keys() == cleared.keys()
        delays = {answered[order] - cleared[order] for order in cleared}
        assert delays == {2 * latency_ns}


def test_the_same_session_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = session(tmp_path / "a", latency_ns=700, count=60, gap_ns=40)
    second = session(tmp_path / "b", latency_ns=700, count=60, gap_ns=40)
    assert encode_batch(first) == encode_batch(second)


def test_an_instant_may_hold_more_than_one_batch(tmp_path: Path) -> None:
    station = Station(tmp_path / "session")
    count = 3 * BATCH_ENTRIES_MAX
    Scheduler(station.engine, recording=[trade(START + MS)] * count).run()
    station.engine.close()
    entries = [entry for _, entry in JournalReader(tmp_path / "session").entries()]
    assert sum(isinstance(entry.command, NoteTrade) for entry in entries) == count
    assert station.journal.statistics().batches >= 4
