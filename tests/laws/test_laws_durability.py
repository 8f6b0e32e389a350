"""Law 2: nothing acts before its reason is durable. Law 8: silence is UNKNOWN, and no order is ever
sent twice.
"""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from execution.doubles import SILENCE_NS, Station
from interlock.journal.reader import JournalReader
from interlock.journal.writer import JournalWriter
from interlock.messages.commands import ProposeDecision, ReportOrder
from interlock.messages.decisions import CancelOrders, ReplaceOrder
from interlock.messages.events import CancelRequested, OrderCleared, OrderUnknown, ReplaceRequested
from interlock.messages.identity import order_sequence
from interlock.messages.terms import REPORT_ACCEPTED, UNKNOWN
from worlds import START

STEPS = ("order", "cancel", "replace", "accept", "begin", "keep", "silence")


def effects_in(directory: Path) -> list[tuple[str, int]]:
    """The effects that a reader of the journal finds a reason for, in order."""
    found: list[tuple[str, int]] = []
    for _, entry in JournalReader(directory).entries():
        for event in entry.events:
            if isinstance(event, OrderCleared):
                found.append(("submit", event.order))
            elif isinstance(event, CancelRequested):
                found.append(("cancel", event.order))
            elif isinstance(event, ReplaceRequested):
                found.append(("replace", event.order))
            elif isinstance(event, OrderUnknown):
                found.append(("query", event.order))
    return found


def effects_at(station: Station) -> list[tuple[str, int]]:
    """What has reached the venue, in order; of the questions about an order the first, since the
    later ones have the same reason."""
    reached = [(what, order) for what, _, order in station.venue.reached]
    return [
        (what, order)
        for place, (what, order) in enumerate(reached)
        if what != "query" or (what, order) not in reached[:place]
    ]


def test_a_crash_before_the_disk_has_it_leaves_no_entry_and_no_effect(tmp_path: Path) -> None:
    station = Station(tmp_path / "session")
    before = station.engine.sequence
    station.order()
    # The process ends here: what it held in memory is gone, and so is its lock.
    station.journal.close()
    assert station.venue.reached == []
    with JournalWriter.open(tmp_path / "session", code_version="test") as reopened:
        assert reopened.last_sequence == before
    assert effects_in(tmp_path / "session") == []


def test_a_crash_while_the_disk_works_leaves_no_effect_whatever_the_disk_has(
    tmp_path: Path,
) -> None:
    station = Station(tmp_path / "session")
    order = station.order()
    station.engine.begin_keeping()
    station.journal.close()
    assert station.venue.reached == []
    # The order is known to have been cleared and not to be at the venue: it is UNKNOWN, not lost.
    assert effects_in(tmp_path / "session") == [("submit", order)]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(STEPS), max_size=25))
def test_what_the_venue_has_seen_is_always_a_beginning_of_what_the_disk_has(
    steps: list[str],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        station = Station(Path(folder) / "session")
        now_ns = START
        orders: list[int] = []
        for step in steps:
            now_ns += 1_000
            if step == "order":
                orders.append(station.order(now_ns, quantity=1))
            elif step == "cancel" and orders:
                station.decide(CancelOrders((orders[-1],)), now_ns)
            elif step == "replace" and orders:
                station.decide(ReplaceOrder(orders[-1], 2, 9_980), now_ns)
            elif step == "accept" and orders:
                station.engine.take(now_ns, ReportOrder("alpha", orders[0], REPORT_ACCEPTED))
            elif step == "begin":
                station.engine.begin_keeping()
            elif step == "keep":
                station.engine.keep()
            elif step == "silence":
                now_ns += SILENCE_NS
                station.elapse(now_ns)
            durable = effects_in(Path(folder) / "session")
            seen = effects_at(station)
            assert seen == durable[: len(seen)]
        station.engine.close()
        assert effects_at(station) == effects_in(Path(folder) / "session")
        submitted = [order for what, order in effects_at(station) if what == "submit"]
        assert len(submitted) == len(set(submitted)) == len(orders)


def test_an_order_without_an_answer_is_unknown_asked_about_and_never_sent_again(
    tmp_path: Path,
) -> None:
    station = Station(tmp_path / "session")
    order = station.order()
    station.engine.keep()
    station.elapse(START + 1_000_000 * SILENCE_NS)
    record = station.engine.kernel.ledger.orders.find(order)
    assert record is not None
    assert record.status == UNKNOWN
    assert record.reserved == 10
    kinds = [what for what, _, _ in station.venue.reached]
    assert kinds.count("submit") == 1
    assert set(kinds) == {"submit", "query"}


def test_a_resend_would_be_recognised_because_the_journal_alone_gives_the_number(
    tmp_path: Path,
) -> None:
    station = Station(tmp_path / "session")
    order = station.order()
    station.engine.close()
    proposed = [
        sequence
        for sequence, entry in JournalReader(tmp_path / "session").entries()
        if isinstance(entry.command, ProposeDecision)
    ]
    assert proposed == [order_sequence(order)]


def test_the_disk_has_finished_before_anything_leaves_however_batches_are_kept(
    tmp_path: Path,
) -> None:
    station = Station(tmp_path / "session")
    for n in range(3):
        station.order(START + n, quantity=1)
        station.engine.begin_keeping()
    station.engine.finish_keeping()
    assert station.trace == ["synced", "submit"] * 3
