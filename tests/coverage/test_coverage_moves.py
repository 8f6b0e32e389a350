"""State coverage of the tests themselves: every declared move is made, and no other."""

from collections.abc import Iterator

import pytest
from every_fact import worlds
from every_move import exercised

from interlock.coverage.cells import CELLS, is_rare
from interlock.coverage.comparison import sections
from interlock.coverage.counts import Counts
from interlock.coverage.machines import EDGES, MACHINES, ORDER, REFUSED
from interlock.coverage.observing import Observer, UndeclaredMove, moves_of
from interlock.coverage.order_moves import HAPPENING_OF
from interlock.kernel import reports
from interlock.ledger import life
from interlock.messages.encoding import Entry
from interlock.messages.events import OrderAccepted
from interlock.messages.terms import REPORT_ACCEPTED, REPORT_FILL
from worlds import World

PLAIN = (
    *("session", "halt", "market", "feed", "instrument", "phase", "action", "link"),
    *("health", "work"),
)


@pytest.fixture(scope="module")
def orders() -> Counts:
    return exercised()


@pytest.fixture(scope="module")
def facts() -> Counts:
    counts = Counts()
    for world in worlds():
        Observer(counts, "every fact", is_strict=True)(1, world.entries)
    return counts


def test_every_move_of_an_order_that_is_not_rare_is_made(orders: Counts) -> None:
    unhit = next(section.unhit for section in sections(orders) if section.name == ORDER)
    # Doubt comes from a venue's statement of all that it has: the tests of reconciliation say it.
    assert [cell for cell in unhit if "-doubt->" not in cell] == []


def test_every_pair_of_moves_that_was_made_is_one_that_the_table_allows(orders: Counts) -> None:
    assert len(orders.pairs) > 500
    for pair in orders.pairs:
        before, after = pair.split(" => ")
        assert EDGES[before].after == EDGES[after].before, pair


@pytest.mark.parametrize("name", PLAIN)
def test_every_move_of_a_smaller_machine_is_made(name: str, facts: Counts) -> None:
    section = next(section for section in sections(facts) if section.name == name)
    assert section.unhit == ()


def test_every_move_of_a_release_is_made(facts: Counts) -> None:
    unhit = [cell for cell in CELLS["release"] if facts.count(cell) == 0]
    assert unhit == []


def test_the_order_machine_has_every_cell_of_the_life_table() -> None:
    edges = MACHINES[ORDER].edges
    cells = {(edge.before, edge.happening) for edge in edges}
    refused = [edge for edge in edges if edge.after == REFUSED]
    assert len(cells) == len(refused) + len(life.TABLE)
    assert {edge.happening for edge in edges} == set(life.HAPPENINGS.values())


def test_reports_mean_what_the_kernel_takes_them_for() -> None:
    assert HAPPENING_OF == reports.HAPPENING_OF


def broken_entries() -> Iterator[Entry]:
    """A journal in which the venue accepts twice: what no kernel concludes."""
    world = World()
    world.quote()
    order = world.order()[-1].order
    world.report(order, REPORT_ACCEPTED)
    yield from world.entries
    last = world.entries[-1]
    yield Entry(last.time_ns, last.command, [OrderAccepted(order, "again")])


def test_an_impossible_move_is_raised_by_the_ledger_itself() -> None:
    with pytest.raises(AssertionError, match="cannot accept in status 2"):
        Observer(Counts(), "test")(1, broken_entries())


def test_a_move_that_no_table_has_raises_where_it_is_made() -> None:
    observer = Observer(Counts(), "here", is_strict=True)
    with pytest.raises(UndeclaredMove, match=r"here, command 0: feed: sound -sings-> sound"):
        observer._move("feed", "sound", "sings", "sound")


def test_a_move_that_no_table_has_is_counted_apart_in_a_journal() -> None:
    counts = Counts()
    Observer(counts, "here")._move("feed", "sound", "sings", "sound")
    assert list(counts.undeclared) == ["feed: sound -sings-> sound"]
    assert counts.cells == {}


def test_the_moves_of_orders_are_told_entry_by_entry() -> None:
    world = World()
    world.quote()
    order = world.order()[-1].order
    world.report(order, REPORT_FILL, execution_id="x", quantity=10, price=10_000)
    moves = moves_of(world.entries)
    assert len(moves) == len(world.entries)
    assert moves[-1] == ("order: cleared -fill-> filled",)
    assert moves[-2] == ()


def test_what_is_rare_is_only_what_no_test_could_reach(orders: Counts) -> None:
    for cell in CELLS[ORDER]:
        if "-doubt->" not in cell:
            assert is_rare(cell) == (orders.count(cell) == 0), cell
