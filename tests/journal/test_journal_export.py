"""Exporting: the tables hold what the journal holds, the same every time."""

from pathlib import Path

import duckdb
import pytest

from interlock.journal.export import export
from interlock.journal.faults import JournalCorrupt
from interlock.journal.tables import TABLE_NAMES, columns_of
from interlock.journal.writer import JournalWriter
from interlock.messages import terms
from interlock.messages.commands import (
    NoteFeedFault,
    NoteTrade,
    ProposeDecision,
    ReportOrder,
    UpdateLadder,
    UpdateQuote,
)
from interlock.messages.decisions import Decision, OrderQuantity, Terms
from interlock.messages.encoding import Entry
from interlock.messages.events import DecisionJudged, Line, OrderCleared, OrderFilled
from interlock.messages.reasons import HALTED
from journal.samples import create, flip, keep, tick
from worlds import World

DECISION = Decision(
    "momentum",
    "k1",
    "r1",
    4,
    OrderQuantity("ABC", terms.BUY, 5, Terms(price=101)),
    99,
    evidence={"signal": "7"},
)
LINE = Line("ABC", "VEN", 1, 5, 5, 101, 1, False, "first", 100, 5, 101, 6, 1)
CLEARED = OrderCleared(
    2, 2, "acc", "momentum", "r1", 4, "ABC", "VEN", 1, 1, 1, 5, 101, 0, 0, False, True, 100, 101
)
SESSION = [
    Entry(10, UpdateQuote("ABC", "VEN", 100, 5, 101, 0, 9), []),
    Entry(
        11,
        ProposeDecision(DECISION),
        [
            DecisionJudged(
                2,
                terms.ALLOW,
                0,
                1,
                (LINE,),
                ((), (-1, 3)),
                (5, 10, -7, 2**62),
                (1, terms.WARN, HALTED),
            ),
            CLEARED,
        ],
    ),
    Entry(
        12,
        ReportOrder("VEN", 2, terms.REPORT_FILL, 0, "x1", 5, 101, -3, terms.MAKER),
        [OrderFilled(2, "x1", 5, 101, -3, terms.MAKER)],
    ),
    Entry(13, NoteTrade("ABC", "VEN", 102, 7, terms.SELL, 12), []),
    Entry(14, UpdateLadder("ABC", "VEN", ((99, 1), (98, 2)), (), 13), []),
    Entry(15, NoteFeedFault("ABC", "VEN", terms.FEED_GAP, 3, "lost"), []),
    Entry(
        16, ProposeDecision(DECISION), [DecisionJudged(7, terms.REFUSE, HALTED, 1, (), ((),), ())]
    ),
    tick(17),
]


@pytest.fixture
def session(tmp_path: Path) -> Path:
    with create(tmp_path / "session") as writer:
        writer.append(SESSION[:3])
        writer.append(SESSION[3:])
    return tmp_path / "session"


def rows(directory: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"FROM '{directory}/{table}.parquet'").fetchall()


def test_every_table_has_its_rows(session: Path, tmp_path: Path) -> None:
    steps: list[float] = []
    counts = export(session, tmp_path / "out", steps.append)
    assert counts == {
        "commands": 8,
        "events": 4,
        "decisions": 2,
        "verdicts": 2,
        "findings": 2,
        "orders": 1,
        "reports": 1,
        "fills": 1,
        "market": 4,
    }
    assert steps[-1] == 1.0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted(f"{table}.parquet" for table in TABLE_NAMES)


def test_codes_become_names_and_numbers_stay_whole(session: Path, tmp_path: Path) -> None:
    export(session, tmp_path)
    assert rows(tmp_path, "findings") == [
        (2, 1, 1, 11, 2, 0, -1, "authorised_source", "firm", "allow", "", 5, 10),
        (2, 1, 2, 11, 2, 0, 3, "3", "", "warn", "HALTED", -7, 2**62),
    ]
    assert rows(tmp_path, "verdicts") == [
        (2, 1, 11, 2, "allow", "", 1, 1, 2),
        (7, 1, 16, 7, "refuse", "HALTED", 1, 0, 0),
    ]
    assert rows(tmp_path, "fills") == [(3, 1, 12, 2, "x1", 5, 101, -3, "maker")]
    assert rows(tmp_path, "orders")[0][10:14] == ("VEN", "buy", "limit", "day")
    assert rows(tmp_path, "reports")[0][2:5] == ("VEN", 2, "fill")


def test_a_side_without_a_price_is_empty(session: Path, tmp_path: Path) -> None:
    export(session, tmp_path)
    assert [row[2:] for row in rows(tmp_path, "market")] == [
        ("UpdateQuote", "ABC", "VEN", 100, 5, None, None, None, None, None, None, 9),
        ("NoteTrade", "ABC", "VEN", None, None, None, None, 102, 7, "sell", None, 12),
        ("UpdateLadder", "ABC", "VEN", 99, 1, None, None, None, None, None, None, 13),
        ("NoteFeedFault", "ABC", "VEN", *[None] * 7, "gap", None),
    ]


def test_the_json_of_a_command_has_field_names(session: Path, tmp_path: Path) -> None:
    export(session, tmp_path)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW commands AS FROM '{tmp_path}/commands.parquet'")
        found = connection.execute(
            "SELECT json->>'$.decision.action.terms.price', json->>'$.decision.evidence.signal' "
            "FROM commands WHERE kind = 'ProposeDecision' LIMIT 1"
        ).fetchone()
    assert found == ("101", "7")


def test_the_same_journal_gives_the_same_files(session: Path, tmp_path: Path) -> None:
    export(session, tmp_path / "one")
    export(session, tmp_path / "two")
    for table in TABLE_NAMES:
        name = f"{table}.parquet"
        one, two = (tmp_path / "one" / name), (tmp_path / "two" / name)
        assert one.read_bytes() == two.read_bytes()


def test_a_damaged_journal_gives_no_tables(tmp_path: Path) -> None:
    segment = keep(tmp_path / "session")
    flip(segment, 8192 + 120)
    with pytest.raises(JournalCorrupt):
        export(tmp_path / "session", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_whole_numbers_are_whole_in_every_table() -> None:
    kinds = {kind for table in TABLE_NAMES for _, kind in columns_of(table)}
    assert kinds == {"BIGINT", "VARCHAR", "BOOLEAN"}


def test_a_finding_is_named_after_the_limit_that_it_is_of(tmp_path: Path) -> None:
    """The number of a limit is its place in the order in which limits were first set."""
    world = World()
    world.quote()
    world.order(quantity=101)
    journal = JournalWriter.create(tmp_path / "j", journal_id=bytes(16), code_version="test")
    journal.append(world.entries)
    journal.close()

    export(tmp_path / "j", tmp_path / "out")

    refused = [row for row in rows(tmp_path / "out", "findings") if row[9] == "refuse"]
    assert [row[7:9] + row[10:] for row in refused] == [
        ("order_quantity", "firm", "QUANTITY_ABOVE_ORDER_LIMIT", 101, 100)
    ]
