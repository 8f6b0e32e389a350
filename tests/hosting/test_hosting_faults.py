"""Every fault at a hosted exchange: the harm is seen on the wire, and our ledger ends equal to the
venue's books all the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hosting.served import BUSY, MS, Served, definition
from hosting.trading import Trading
from interlock.inputs.session_parts import FaultSettings
from interlock.messages.commands import (
    Command,
    NoteFeedFault,
    NoteVenueLink,
    ReportOrder,
    UpdateQuote,
)
from interlock.messages.encoding import Entry
from interlock.messages.events import (
    Event,
    OrderCancelled,
    OrderRejected,
    OrderUnknown,
    ReportIgnored,
)
from interlock.messages.reasons import (
    ABSENCE_PROVEN,
    DUPLICATE_EXECUTION,
    MESSAGE_RATE_ABOVE_LIMIT,
    VENUE_DECIDED,
    VENUE_REFUSED,
)
from interlock.messages.terms import (
    FEED_GAP,
    REPORT_CANCEL_REJECTED,
    REPORT_CANCELLED,
    REPORT_FILL,
)
from interlock.messages.venue_reasons import VENUE_THROTTLED
from interlock.simulation import faults

WINDOW = {"from_ms": 700, "for_ms": 900}
LATE_MS = 130


def events_of(entries: list[Entry]) -> list[Event]:
    return [event for entry in entries for event in entry.events]


def reports_of(entries: list[Entry]) -> list[tuple[int, ReportOrder]]:
    return [
        (entry.time_ns, entry.command)
        for entry in entries
        if isinstance(entry.command, ReportOrder)
    ]


def doubts(entries: list[Entry]) -> bool:
    """Silence made an order unknown."""
    return any(isinstance(event, OrderUnknown) for event in events_of(entries))


def rejects(reason: int) -> Callable[[list[Entry]], bool]:
    """An order was rejected for this reason."""

    def look(entries: list[Entry]) -> bool:
        made = [event for event in events_of(entries) if isinstance(event, OrderRejected)]
        return any(event.reason == reason for event in made)

    return look


def is_late(entries: list[Entry]) -> bool:
    """A report came long after the venue said it."""
    return any(time - said.venue_time_ns >= LATE_MS * MS for time, said in reports_of(entries))


def repeats_executions(entries: list[Entry]) -> bool:
    """An execution was heard again, and not counted."""
    ignored = [event for event in events_of(entries) if isinstance(event, ReportIgnored)]
    return any(event.reason == DUPLICATE_EXECUTION for event in ignored)


def is_out_of_order(entries: list[Entry]) -> bool:
    times = [said.venue_time_ns for _, said in reports_of(entries) if said.venue_time_ns]
    return times != sorted(times)


def fills_after_the_end(entries: list[Entry]) -> bool:
    ended: dict[int, None] = {}
    for _, said in reports_of(entries):
        if said.kind == REPORT_CANCELLED:
            ended[said.order] = None
        elif said.kind == REPORT_FILL and said.order in ended:
            return True
    return False


def refuses_cancels(entries: list[Entry]) -> bool:
    said = [report for _, report in reports_of(entries)]
    return any(
        report.kind == REPORT_CANCEL_REJECTED and report.reason == VENUE_REFUSED for report in said
    )


def stands_still(entries: list[Entry]) -> bool:
    """The market was not heard for most of the window, while reports were."""
    quiet_ns = 0
    last_ns = entries[0].time_ns
    for entry in entries:
        if isinstance(entry.command, UpdateQuote):
            quiet_ns = max(quiet_ns, entry.time_ns - last_ns)
            last_ns = entry.time_ns
    return quiet_ns > 800 * MS


def links(entries: list[Entry]) -> list[bool]:
    said: list[Command] = [entry.command for entry in entries]
    return [one.is_connected for one in said if isinstance(one, NoteVenueLink)]


def breaks_and_comes_back(entries: list[Entry]) -> bool:
    faulted = [entry.command for entry in entries if isinstance(entry.command, NoteFeedFault)]
    return links(entries) == [True, False, True] and any(one.fault == FEED_GAP for one in faulted)


def cancels_what_works(entries: list[Entry]) -> bool:
    made = [event for event in events_of(entries) if isinstance(event, OrderCancelled)]
    return breaks_and_comes_back(entries) and any(event.reason == VENUE_DECIDED for event in made)


def is_banned(entries: list[Entry]) -> bool:
    made = [event for event in events_of(entries) if isinstance(event, OrderCancelled)]
    return rejects(MESSAGE_RATE_ABOVE_LIMIT)(entries) and any(
        event.reason == VENUE_DECIDED for event in made
    )


CASES: list[tuple[str, FaultSettings, Callable[[list[Entry]], bool]]] = [
    ("lost acknowledgement", FaultSettings(faults.LOST_ACKNOWLEDGEMENT, **WINDOW), doubts),
    ("late fill", FaultSettings(faults.LATE_FILL, delay_ms=150, **WINDOW), is_late),
    (
        "duplicated report",
        FaultSettings(faults.DUPLICATED_REPORT, delay_ms=30, **WINDOW),
        repeats_executions,
    ),
    (
        "reordered report",
        FaultSettings(faults.REORDERED_REPORT, delay_ms=60, ppm=400_000, **WINDOW),
        is_out_of_order,
    ),
    (
        "fill after cancel",
        FaultSettings(faults.FILL_AFTER_CANCEL, delay_ms=5_000),
        fills_after_the_end,
    ),
    ("submits lost", FaultSettings(faults.SUBMIT_DOWN, **WINDOW), rejects(ABSENCE_PROVEN)),
    (
        "submits refused",
        FaultSettings(faults.SUBMIT_DOWN, refuses=True, **WINDOW),
        rejects(VENUE_REFUSED),
    ),
    ("cancels lost", FaultSettings(faults.CANCEL_DOWN, **WINDOW), doubts),
    (
        "cancels refused",
        FaultSettings(faults.CANCEL_DOWN, refuses=True, **WINDOW),
        refuses_cancels,
    ),
    ("slow", FaultSettings(faults.SLOW, delay_ms=140, **WINDOW), is_late),
    ("frozen book", FaultSettings(faults.FROZEN_BOOK, **WINDOW), stands_still),
    ("disconnect", FaultSettings(faults.DISCONNECT, **WINDOW), breaks_and_comes_back),
    ("rate ban", FaultSettings(faults.RATE_BAN, **WINDOW), is_banned),
    ("restart", FaultSettings(faults.RESTART, **WINDOW), breaks_and_comes_back),
    (
        "throttle",
        FaultSettings(faults.THROTTLE, delay_ms=50, **WINDOW),
        rejects(VENUE_THROTTLED),
    ),
]


@pytest.fixture
def open_served() -> Iterator[list[Served]]:
    made: list[Served] = []
    yield made
    for served in made:
        served.close()


def traded_out(
    folder: Path, open_served: list[Served], script: tuple[FaultSettings, ...], **more: bool
) -> Trading:
    served = Served(folder, definition(profiles=(BUSY,)), script)
    open_served.append(served)
    trading = Trading(folder, served, **more)
    trading.run(3, trading.trade)
    trading.settle()
    return trading


def require_equal_books(trading: Trading) -> None:
    assert trading.books() == trading.venue_books()
    assert trading.books()[0] != 0 or trading.books()[2] != 0, "nothing was traded"
    exchange = trading.served.server.exchange
    client = exchange.clients[trading.ledger.session_id]
    assert exchange.open_orders(client) == []
    assert client.duplicates == 0


def test_without_faults_nothing_is_in_doubt(tmp_path: Path, open_served: list[Served]) -> None:
    trading = traded_out(tmp_path, open_served, ())
    require_equal_books(trading)
    entries = trading.entries()
    assert links(entries) == [True]
    assert not doubts(entries)
    assert not is_late(entries)


@pytest.mark.parametrize(("name", "fault", "harms"), CASES, ids=[case[0] for case in CASES])
def test_the_ledger_ends_equal_to_the_venue_after(
    tmp_path: Path,
    open_served: list[Served],
    name: str,
    fault: FaultSettings,
    harms: Callable[[list[Entry]], bool],
) -> None:
    trading = traded_out(tmp_path, open_served, (fault,))
    require_equal_books(trading)
    assert harms(trading.entries()), f"{name} did no harm"


def test_a_disconnect_cancels_what_works_where_the_session_wants_that(
    tmp_path: Path, open_served: list[Served]
) -> None:
    fault = FaultSettings(faults.DISCONNECT, **WINDOW)
    trading = traded_out(tmp_path, open_served, (fault,), cancels=True)
    require_equal_books(trading)
    assert cancels_what_works(trading.entries())


def test_all_faults_of_a_seed_together_end_in_equal_books(
    tmp_path: Path, open_served: list[Served]
) -> None:
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        served = Served(folder, definition(profiles=(BUSY,)), fault_seed=seed)
        open_served.append(served)
        trading = Trading(folder, served)
        trading.run(8, trading.trade)
        trading.settle()
        require_equal_books(trading)
        trading.engine.close()


def test_every_fault_but_a_lost_fill_is_among_these() -> None:
    # A fill that is never heard is for reconciliation to find.
    assert {case[1].kind for case in CASES} == set(faults.FAULTS) - {faults.LOST_FILL}
