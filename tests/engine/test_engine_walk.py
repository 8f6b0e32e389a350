"""The engine: it numbers, steps, keeps and hands on, and in that order."""

from pathlib import Path

import pytest

from execution.doubles import Station
from interlock.engine import BATCH_ENTRIES_MAX, Stages
from interlock.inputs.clock import ManualClock
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.ledger.state import digest
from interlock.messages.commands import AdvanceTime, Command, NoteTrade, ReportOrder
from interlock.messages.encoding import Entry, encode_batch
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_CANCELLED, REPORT_SILENCE
from worlds import SECOND, START


class Follower:
    """Keeps what it is shown, and asserts that it is shown without gaps."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __call__(self, first: int, entries: list[Entry]) -> None:
        assert first == len(self.entries) + 1, f"{first} follows {len(self.entries)}"
        self.entries += entries


def kept(directory: Path) -> list[Entry]:
    return [entry for _, entry in JournalReader(directory).entries()]


def test_commands_are_numbered_one_by_one_and_the_journal_agrees(tmp_path: Path) -> None:
    station = Station(tmp_path / "session")
    before = station.engine.sequence
    for n in range(5):
        station.engine.take(START + n, AdvanceTime())
    assert station.engine.sequence == before + 5
    station.engine.close()
    reader = JournalReader(tmp_path / "session")
    assert [sequence for sequence, _ in reader.entries()] == list(range(1, before + 6))


def test_time_never_goes_back(tmp_path: Path) -> None:
    station = Station(tmp_path / "session")
    for time_ns in (START + 10, START + 5, START + 11, START):
        station.engine.take(time_ns, AdvanceTime())
    station.engine.close()
    times = [entry.time_ns for entry in kept(tmp_path / "session")][-4:]
    assert times == [START + 10, START + 10, START + 11, START + 11]


def test_followers_see_exactly_what_the_journal_has(tmp_path: Path) -> None:
    follower = Follower()
    station = Station(tmp_path / "session", followers=(follower,), background=True)
    for n in range(700):
        station.order(START + n, quantity=1) if n % 7 == 0 else station.engine.take(
            START + n, NoteTrade("COIN", "alpha", 10_000, 1, 0, START + n)
        )
        if station.engine.is_full:
            station.engine.begin_keeping()
    station.engine.close()
    assert encode_batch(follower.entries) == encode_batch(kept(tmp_path / "session"))
    assert len(follower.entries) == station.engine.sequence


def test_a_follower_sees_nothing_that_is_not_durable(tmp_path: Path) -> None:
    trace: list[str] = []
    station = Station(
        tmp_path / "session", followers=(lambda first, entries: trace.append("followed"),)
    )
    trace.clear()
    station.engine.take(START, AdvanceTime())
    station.engine.begin_keeping()
    assert trace == []
    station.engine.finish_keeping()
    assert station.trace == ["synced"]
    assert trace == ["followed"]


def test_one_batch_is_stepped_while_the_last_is_written(tmp_path: Path) -> None:
    station = Station(tmp_path / "session")
    first = station.order(START)
    station.engine.begin_keeping()
    second = station.order(START + 1)
    assert station.venue.reached == []
    station.engine.begin_keeping()
    assert station.venue.reached == [("submit", START, first)]
    station.engine.finish_keeping()
    assert station.venue.reached == [("submit", START, first), ("submit", START + 1, second)]
    assert station.trace == ["synced", "submit", "synced", "submit"]


def test_the_oldest_effect_that_has_not_left_is_known(tmp_path: Path) -> None:
    engine = (station := Station(tmp_path / "session")).engine
    assert engine.effects_since_ns == -1
    engine.take(START, AdvanceTime())
    assert engine.effects_since_ns == -1
    station.order(START + 1)
    station.order(START + 2)
    assert engine.effects_since_ns == START + 1
    engine.begin_keeping()
    station.order(START + 3)
    assert engine.effects_since_ns == START + 1
    engine.begin_keeping()
    assert engine.effects_since_ns == START + 3
    engine.keep()
    assert engine.effects_since_ns == -1


def test_keeping_nothing_costs_no_sync(tmp_path: Path) -> None:
    station = Station(tmp_path / "session")
    station.engine.keep()
    assert station.trace == []
    assert not station.engine.has_open


def test_a_batch_says_when_it_is_full(tmp_path: Path) -> None:
    engine = Station(tmp_path / "session").engine
    for n in range(BATCH_ENTRIES_MAX - 1):
        engine.take(START + n, AdvanceTime())
    assert not engine.is_full
    engine.take(START + BATCH_ENTRIES_MAX, AdvanceTime())
    assert engine.is_full
    engine.begin_keeping()
    assert not engine.is_full
    assert engine.has_open
    engine.keep()
    assert not engine.has_open


def test_closing_keeps_what_is_open(tmp_path: Path) -> None:
    station = Station(tmp_path / "session", background=True)
    order = station.order(START)
    station.engine.close()
    assert [what for what, _, _ in station.venue.reached] == ["submit"]
    last = kept(tmp_path / "session")[-1]
    assert any(getattr(event, "order", 0) == order for event in last.events)
    with pytest.raises(AssertionError, match="closed"):
        station.engine.journal.append([Entry(START + SECOND, AdvanceTime(), [])])
    JournalWriter.open(tmp_path / "session", code_version="test").close()


def test_the_time_of_each_stage_adds_up(tmp_path: Path) -> None:
    clock = ManualClock()
    stages = Stages(clock)
    clock.advance(3)
    stages.lap("inputs")
    clock.advance(4)
    stages.lap("journal")
    clock.advance(1)
    stages.lap("inputs")
    assert stages.by_name()["inputs"] == 4
    assert stages.by_name()["journal"] == 4
    assert stages.total_ns() == 8


def test_commands_taken_together_are_as_good_as_one_by_one(tmp_path: Path) -> None:
    together, singly = Station(tmp_path / "together"), Station(tmp_path / "singly")
    for station in (together, singly):
        station.order()
        station.engine.keep()
        (order,) = station.engine.kernel.ledger.orders.open
        said: list[tuple[int, Command]] = [
            (START + 1, ReportOrder("alpha", order, REPORT_ACCEPTED)),
            (START + 3, ReportOrder("alpha", order, REPORT_SILENCE)),
            (START + 2, ReportOrder("alpha", 99, REPORT_ACCEPTED)),
            (START + 4, ReportOrder("alpha", order, REPORT_CANCELLED)),
        ]
        if station is together:
            station.engine.take_all(said)
        else:
            for time_ns, command in said:
                station.engine.take(time_ns, command)
        station.engine.keep()
    assert together.outbox.timers == singly.outbox.timers
    assert digest(together.engine.kernel.ledger) == digest(singly.engine.kernel.ledger)
    assert together.engine.time_ns == singly.engine.time_ns == START + 4
