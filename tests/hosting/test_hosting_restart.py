"""A hosted exchange that goes away and comes back, and sessions that do: nothing is lost, nothing
is taken twice."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from hosting.served import BUSY, MS, SECOND, START, AtVenue, Served, definition, order
from interlock.hosting.definition import HostedDefinition
from interlock.hosting.log import LOG_NAME, VenueLogFault, read_log
from interlock.hosting.recovery import replayed
from interlock.inputs.session_parts import EXCHANGE, FaultSettings, VenueSettings
from interlock.messages.commands import Command, ReportOrder
from interlock.messages.encoding import Entry
from interlock.messages.events import CancelRequested
from interlock.messages.terms import (
    BUY,
    REPORT_ABSENT,
    REPORT_ACCEPTED,
    REPORT_CANCELLED,
    REPORT_FILL,
    REPORT_REJECTED,
    REPORT_STATUS,
    SELL,
)
from interlock.simulation import faults


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path, definition(profiles=(BUSY,)))
    yield made
    made.close()


def reports(venue: AtVenue, number: int = 0) -> list[ReportOrder]:
    return [
        said
        for _, said in venue.heard
        if isinstance(said, ReportOrder) and number in (0, said.order)
    ]


def kinds(venue: AtVenue, number: int = 0) -> list[int]:
    return [report.kind for report in reports(venue, number)]


def acknowledge(venue: AtVenue) -> None:
    """The engine has made everything durable that it heard."""
    said: list[Command] = [command for _, command in venue.heard]
    venue.remote.follow(1, [Entry(0, command, []) for command in said])
    venue.pump(venue.served.now_ns)


def truth(served: Served) -> bytes:
    """All that an exchange is to its clients, as bytes."""
    exchange = served.server.exchange
    told = []
    for client in exchange.clients.values():
        told.append((
            client.session, client.said, client.taken, client.new_orders, client.executed,
            list(client.traded.items()), [msgspec.to_builtins(one) for one in client.reports],
            [(one.id, one.number, one.is_absent) for one in client.orders.values()],
            [one.id for one in exchange.open_orders(client)],
        ))  # fmt: skip
    book = exchange.exchange.listings["COIN"].book
    resting = [(one.price, one.leaves) for one in book.bids.resting() + book.asks.resting()]
    return msgspec.msgpack.encode((told, resting, exchange.exchange.gateway.executions))


def trade_for_a_while(venue: AtVenue, first: int, count: int) -> None:
    chance = Random(first)
    for number in range(first, first + count):
        side = chance.choice((BUY, SELL))
        price = 10_000 + chance.randint(-6, 6)
        venue.served.now_ns += chance.randint(1, 40) * MS
        venue.submit(venue.served.now_ns, order(number, chance.randint(1, 30), price, side))
        if number % 3 == 0:
            request = CancelRequested(number - 1, "alpha", 1, 0)
            venue.cancel(venue.served.now_ns, request)
        venue.due(venue.served.now_ns)


def test_a_restart_has_the_same_books_orders_executions_and_numbers(busy: Served) -> None:
    venue = busy.session()
    for round_ in range(4):
        trade_for_a_while(venue, 1 + 100 * round_, 30)
        before = truth(busy)
        busy.restart()
        # The market went on meanwhile, and so does the record.
        venue.connect()
        head, turns = read_log(busy.folder / LOG_NAME)
        again = replayed(busy.made, head, [turn for turn in turns if turn[0] <= busy.now_ns])
        assert again.clients["session-1"].executed >= 1
        assert before, "there was something to keep"
    assert {report.order for report in reports(venue)} >= {1, 101, 201, 301}


def test_a_record_makes_the_same_exchange_however_often_somebody_looked(busy: Served) -> None:
    venue = busy.session()
    trade_for_a_while(venue, 1, 60)
    before, now_ns = truth(busy), busy.now_ns
    for client in busy.server.exchange.clients.values():
        assert client.executed > 5
    head, turns = read_log(busy.folder / LOG_NAME)
    exchange = replayed(busy.made, head, turns)
    exchange.advance(now_ns)
    busy.server.exchange = exchange
    assert truth(busy) == before


def test_an_order_that_was_answered_is_there_after_a_restart(served: Served) -> None:
    venue = served.session()
    venue.submit(START, order(1))
    venue.due(served.now_ns)
    assert kinds(venue) == [REPORT_ACCEPTED]
    served.restart()
    venue.connect()
    venue.query(served.now_ns, 1)
    venue.due(served.now_ns)
    assert kinds(venue)[-1] == REPORT_STATUS
    venue.submit(served.now_ns, order(1))
    venue.due(served.now_ns)
    client = served.server.exchange.clients["session-1"]
    assert (client.new_orders, client.duplicates) == (1, 1)
    assert len(served.server.exchange.open_orders(client)) == 1


def test_a_torn_last_line_was_never_answered_and_is_cut(served: Served) -> None:
    venue = served.session()
    venue.submit(START, order(1))
    venue.due(served.now_ns)
    served.abandon()
    path = served.folder / LOG_NAME
    with path.open("ab") as file:
        file.write(b"0badbeef [17000")
    served.restart_server()
    assert served.server.log.cut_bytes == 15
    venue.connect()
    venue.query(served.now_ns, 1)
    venue.due(served.now_ns)
    assert kinds(venue)[-1] == REPORT_STATUS


def test_a_damaged_record_is_refused_and_left_as_it_is(served: Served) -> None:
    venue = served.session()
    venue.submit(START, order(1))
    venue.due(served.now_ns)
    served.abandon()
    path = served.folder / LOG_NAME
    data = bytearray(path.read_bytes())
    data[data.index(b"submit")] ^= 1
    path.write_bytes(data)
    with pytest.raises(VenueLogFault, match="is damaged, and may have been acknowledged"):
        served.restart_server()
    assert path.read_bytes() == data
    path.unlink()
    served.restart_server()


def test_a_record_does_not_go_on_under_another_definition(served: Served) -> None:
    served.abandon()
    made = served.made
    served.made = replace_settings(served, levels=3)
    with pytest.raises(VenueLogFault, match="was defined otherwise"):
        served.restart_server()
    served.made = made
    served.restart_server()


def replace_settings(served: Served, **changes: int) -> HostedDefinition:
    settings = msgspec.structs.replace(served.made.settings, **changes)
    return msgspec.structs.replace(served.made, settings=settings)


def test_reports_that_were_not_taken_are_told_again_and_those_taken_are_not(
    served: Served,
) -> None:
    venue = served.session()
    for number in (1, 2, 3):
        venue.submit(served.now_ns, order(number))
    venue.due(served.now_ns)
    acknowledge(venue)
    venue.submit(served.now_ns, order(4))
    venue.due(served.now_ns)
    # The process of the session is gone before the fourth is durable, and so is the venue's.
    venue.remote.close()
    served.restart()
    again = served.session()
    again.due(served.now_ns)
    assert [report.order for report in reports(again)] == [4]


def test_a_link_that_breaks_loses_no_report_and_repeats_none(served: Served) -> None:
    venue = served.session()
    venue.submit(served.now_ns, order(1))
    venue.due(served.now_ns)
    venue.remote.link.drop(served.now_ns, "cut by the test")
    other = served.session("session-2")
    other.submit(served.now_ns, order(1, 10, 9_000, SELL, account="second"))
    other.due(served.now_ns)
    venue.connect()
    venue.due(served.now_ns)
    assert kinds(venue) == [REPORT_ACCEPTED, REPORT_FILL]


def test_nothing_leaves_over_a_broken_link_then_or_later(served: Served) -> None:
    venue = served.session()
    venue.remote.link.drop(served.now_ns, "cut by the test")
    venue.remote.submit(served.now_ns, order(1))
    venue.remote.cancel(served.now_ns, CancelRequested(1, "alpha", 1, 0))
    assert venue.remote.never_left == 2
    venue.remote.query(served.now_ns, 1)
    venue.connect()
    venue.due(served.now_ns)
    # It was asked about as soon as that could be, and the venue never had it.
    assert kinds(venue) == [REPORT_ABSENT]
    assert served.server.exchange.clients["session-1"].new_orders == 0


def test_an_id_that_was_said_to_be_absent_is_never_a_new_order(served: Served) -> None:
    venue = served.session()
    venue.query(served.now_ns, 5)
    venue.submit(served.now_ns, order(5))
    venue.due(served.now_ns)
    assert kinds(venue) == [REPORT_ABSENT, REPORT_REJECTED]
    assert served.server.exchange.clients["session-1"].new_orders == 0


def test_an_order_lost_on_its_way_is_absent_and_stays_it(tmp_path: Path) -> None:
    served = Served(tmp_path, faults=(FaultSettings(faults.SUBMIT_DOWN, count_max=1),))
    venue = served.session()
    venue.submit(served.now_ns, order(1))
    venue.query(served.now_ns, 1)
    venue.due(served.now_ns)
    venue.submit(served.now_ns, order(1))
    venue.due(served.now_ns)
    assert kinds(venue) == [REPORT_ABSENT, REPORT_REJECTED]
    served.close()


def test_a_session_speaks_over_one_connection_and_what_an_older_one_holds_is_not_read(
    served: Served,
) -> None:
    venue = served.session()
    # It leaves, and is not read before the same session says hello again elsewhere.
    venue.remote.submit(served.now_ns, order(1))
    again = served.session()
    again.query(served.now_ns, 1)
    again.due(served.now_ns)
    client = served.server.exchange.clients["session-1"]
    found = kinds(again)
    assert found in ([REPORT_ABSENT], [REPORT_ACCEPTED, REPORT_STATUS])
    assert client.new_orders == (0 if found == [REPORT_ABSENT] else 1)
    assert served.server.connections == 1


@pytest.mark.parametrize("cancels", [False, True])
def test_orders_outlive_the_connection_unless_the_session_wants_them_cancelled(
    served: Served, cancels: bool
) -> None:
    venue = served.session(cancels=cancels)
    other = served.session("session-2")
    venue.submit(served.now_ns, order(1))
    other.submit(served.now_ns, order(1))
    venue.due(served.now_ns)
    venue.remote.link.drop(served.now_ns, "cut by the test")
    served.turn(MS)
    clients = served.server.exchange.clients
    assert len(served.server.exchange.open_orders(clients["session-1"])) == (0 if cancels else 1)
    assert len(served.server.exchange.open_orders(clients["session-2"])) == 1
    venue.connect()
    venue.due(served.now_ns)
    assert kinds(venue) == [REPORT_ACCEPTED, *([REPORT_CANCELLED] if cancels else [])]


@pytest.mark.parametrize("cancels", [False, True])
def test_a_killed_venue_has_lost_its_connections(served: Served, cancels: bool) -> None:
    venue = served.session(cancels=cancels)
    venue.submit(served.now_ns, order(1))
    venue.due(served.now_ns)
    served.restart()
    client = served.server.exchange.clients["session-1"]
    assert not client.is_connected
    assert len(served.server.exchange.open_orders(client)) == (0 if cancels else 1)


def test_a_clock_that_was_set_back_changes_nothing_that_was_said(busy: Served) -> None:
    venue = busy.session()
    trade_for_a_while(venue, 1, 20)
    said = busy.server.exchange.clients["session-1"].said
    busy.now_ns -= 30 * SECOND
    busy.restart()
    assert busy.server.exchange.clients["session-1"].said == said
    assert busy.server.exchange.now_ns >= busy.now_ns + 30 * SECOND - MS * 1_000
    venue.connect()
    venue.submit(busy.now_ns, order(500))
    venue.due(busy.now_ns)
    assert REPORT_ACCEPTED in kinds(venue, 500)


def test_two_sessions_with_the_same_numbers_do_not_meet(served: Served) -> None:
    one, two = served.session("session-1"), served.session("session-2")
    one.submit(served.now_ns, order(7, 10, 9_000, BUY, account="first"))
    two.submit(served.now_ns, order(7, 4, 9_000, SELL, account="second"))
    one.due(served.now_ns)
    two.due(served.now_ns)
    assert kinds(one) == [REPORT_ACCEPTED, REPORT_FILL]
    assert kinds(two) == [REPORT_ACCEPTED, REPORT_FILL]
    clients = served.server.exchange.clients
    assert clients["session-1"].totals() == {("first", "COIN"): 4}
    assert clients["session-2"].totals() == {("second", "COIN"): -4}


def test_a_venue_that_answers_with_another_record_is_not_believed(served: Served) -> None:
    venue = served.session()
    served.abandon()
    (served.folder / LOG_NAME).unlink()
    served.restart_server()
    with pytest.raises(AssertionError, match="another venue answers there"):
        venue.connect()


def test_a_venue_of_other_units_is_not_traded_at(tmp_path: Path) -> None:
    made = definition(settings=VenueSettings("alpha", EXCHANGE))
    coarse = msgspec.structs.replace(made.instruments[0], tick_units=5)
    served = Served(tmp_path, msgspec.structs.replace(made, instruments=(coarse,)))
    with pytest.raises(AssertionError, match="another tick, lot, multiplier or currency"):
        served.session()
    served.close()
